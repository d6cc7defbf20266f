"""What exclusions take out: whole steps inside them, once, and never more than there is."""

from __future__ import annotations

from datetime import timedelta
from math import isnan, nan

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodmeet_kit.analysis.slo.arithmetic import SloTarget, summarise
from prodmeet_kit.analysis.slo.exclusions import Exclusion, applied, counted, excluded
from prodmeet_kit.schemas.frames import EXCLUDED, SLO_COUNTS
from tests.support.grids import END, at, grid, trend, window

SLO = SloTarget("cart", "availability", 0.999, timedelta(days=28).total_seconds())
OTHER = SloTarget("web", "availability", 0.999, timedelta(days=28).total_seconds())
HISTORY = grid(END - timedelta(days=28))
OUTAGE = {("2026-11-20T10:00", "2026-11-20T11:00"): 100.0}


def exclusion(start: str, end: str, *refs: str) -> Exclusion:
    return Exclusion(at(start), at(end), frozenset(refs or {SLO.ref}), "load test", "Ada")


def counts(**spans: tuple[float, float]) -> pd.DataFrame:
    return SLO_COUNTS.frame(
        {"service": slo.service, "name": slo.name, "span": span, "total": total, "bad": bad}
        for slo in (SLO, OTHER)
        for span, (total, bad) in spans.items()
    )


def bad_and_total(frame: pd.DataFrame, span: str, service: str = "cart") -> tuple[float, float]:
    row = frame[(frame["span"] == span) & (frame["service"] == service)].iloc[0]
    return row["total"], row["bad"]


def test_events_of_whole_steps_inside_are_taken_out_of_each_span_that_holds_them() -> None:
    # 28 d are 8,064 steps of 1,000 events; the outage of 12 steps has 100 bad each. Taken out: 12,000 and 1,200.
    trends = {SLO.ref: trend(HISTORY, bad=OUTAGE), OTHER.ref: trend(HISTORY, bad=OUTAGE)}
    before = counts(window=(8_064_000, 1500), since=(4_032_000, 1300), previous=(8_064_000, 900))
    after = applied(before, [SLO, OTHER], trends, [exclusion("2026-11-20T10:00", "2026-11-20T11:00")], window())
    assert bad_and_total(after, "window") == (8_052_000, 300)
    assert bad_and_total(after, "since") == (4_020_000, 100)
    assert bad_and_total(after, "previous") == (8_064_000, 900)  # 20 November is after the last meeting
    assert bad_and_total(after, "window", "web") == (8_064_000, 1500)  # not concerned


def test_with_and_without_stand_beside_each_other() -> None:
    trends = {SLO.ref: trend(HISTORY, bad=OUTAGE)}
    everything = counts(window=(8_064_000, 1200), since=(4_032_000, 1200))
    planned = [exclusion("2026-11-20T10:00", "2026-11-20T11:00")]
    rest = applied(everything, [SLO], trends, planned, window())
    row = summarise(rest, [SLO], trends, window(), all_counts=everything).iloc[0]
    # With the outage 1 - 1,200 / 8,064,000 and 1 - 1,200 / 8,064; without it nothing is bad.
    assert (row["attainment"], row["budget_remaining"]) == (1.0, 1.0)
    assert row["attainment_all"] == pytest.approx(0.999851, abs=1e-6)
    assert row["budget_remaining_all"] == pytest.approx(0.851190, abs=1e-6)
    assert row["excluded_fraction"] == pytest.approx(12_000 / 8_064_000)


def test_a_step_covered_in_part_stays() -> None:
    # 10:02 to 10:58 holds the steps that end at 10:10 ... 10:55: ten of the twelve.
    frame = excluded([SLO], {SLO.ref: trend(HISTORY, bad=OUTAGE)},
                     [exclusion("2026-11-20T10:02", "2026-11-20T10:58")], window())  # fmt: skip
    row = EXCLUDED.check(frame).iloc[0]
    assert (row["steps"], row["total"], row["bad"]) == (10, 10_000, 1000)


def test_a_step_in_two_exclusions_is_taken_out_once() -> None:
    trends = {SLO.ref: trend(HISTORY, bad=OUTAGE)}
    both = [exclusion("2026-11-20T10:00", "2026-11-20T10:30"), exclusion("2026-11-20T10:15", "2026-11-20T11:00")]
    taken = excluded([SLO], trends, both, window())
    assert taken["steps"].tolist() == [6, 6]
    after = applied(counts(window=(8_064_000, 1500)), [SLO], trends, both, window())
    assert bad_and_total(after, "window") == (8_064_000 - taken["total"].sum(), 1500 - taken["bad"].sum())


def test_what_has_left_the_slo_window_is_no_longer_listed() -> None:
    trends = {SLO.ref: trend(HISTORY)}
    old = exclusion("2026-10-01T10:00", "2026-10-01T11:00")
    assert excluded([SLO], trends, [old], window()).empty
    assert excluded([OTHER], {}, [exclusion("2026-11-20T10:00", "2026-11-20T11:00")], window()).empty


def test_without_a_trend_nothing_can_be_taken_out_and_that_is_said() -> None:
    planned = [exclusion("2026-11-20T10:00", "2026-11-20T11:00")]
    row = excluded([SLO], {}, planned, window()).iloc[0]
    assert row["steps"] == 0 and isnan(row["total"]) and isnan(row["bad"])
    before = counts(window=(1e6, 10))
    assert applied(before, [SLO], {}, planned, window()).equals(before)


def test_extrapolation_leaves_no_part_of_an_event_and_nothing_below_zero() -> None:
    trends = {SLO.ref: trend(HISTORY, bad=OUTAGE)}
    planned = [exclusion("2026-11-20T10:00", "2026-11-20T11:00")]
    for bad in (1200.3, 1199.8):
        assert bad_and_total(applied(counts(window=(8e6, bad)), [SLO], trends, planned, window()), "window")[1] == 0
    assert bad_and_total(applied(counts(window=(100, 50)), [SLO], trends, planned, window()), "window") == (0, 0)


def test_what_is_not_known_stays_so() -> None:
    trends = {SLO.ref: trend(HISTORY, bad=OUTAGE)}
    planned = [exclusion("2026-11-20T10:00", "2026-11-20T11:00")]
    total, bad = bad_and_total(applied(counts(window=(nan, nan)), [SLO], trends, planned, window()), "window")
    assert isnan(total) and isnan(bad)
    total, bad = bad_and_total(applied(counts(window=(8e6, nan)), [SLO], trends, planned, window()), "window")
    assert total == 8e6 - 12_000 and isnan(bad)


def test_the_counted_trend_has_no_event_in_excluded_steps() -> None:
    trends = {SLO.ref: trend(HISTORY, bad=OUTAGE)}
    found = counted(trends, [exclusion("2026-11-20T10:00", "2026-11-20T11:00")], window())[SLO.ref]
    assert found["bad"].sum() == 0 and found["total"].sum() == 8_064_000 - 12_000
    assert trends[SLO.ref]["bad"].sum() == 1200


@given(total=st.floats(0, 1e9) | st.just(nan), bad=st.floats(0, 1e9) | st.just(nan), gap=st.booleans())
@settings(max_examples=50, deadline=None)
def test_excluding_nothing_changes_nothing(total: float, bad: float, gap: bool) -> None:
    frame = trend(HISTORY, bad=OUTAGE)
    if gap:
        frame.iloc[100:200] = nan
    trends, before = {SLO.ref: frame}, counts(window=(total, bad), since=(total, bad), previous=(total, bad))
    for nothing in (
        [],
        [exclusion("2026-11-20T10:01", "2026-11-20T10:04")],
        [exclusion(*OUTAGE.copy().popitem()[0], "x/y")],
    ):
        after = applied(before, [SLO, OTHER], trends, nothing, window())
        assert after.equals(before)
        assert counted(trends, nothing, window())[SLO.ref] is frame
        columns = ["attainment", "attainment_all", "budget_remaining", "budget_remaining_all", "excluded_fraction"]
        row = summarise(after, [SLO], trends, window(), all_counts=before)[columns].iloc[0]
        assert row["attainment"] == row["attainment_all"] or isnan(row["attainment_all"])
        assert row["budget_remaining"] == row["budget_remaining_all"] or isnan(row["budget_remaining_all"])
        assert row["excluded_fraction"] == 0 or not total > 1e-9


@given(start=st.integers(0, 27 * 288), length=st.integers(0, 600), share=st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_what_is_left_is_never_below_zero_nor_more_bad_than_total(start: int, length: int, share: float) -> None:
    frame = trend(HISTORY, bad=OUTAGE)
    begin = HISTORY[start]
    planned = [Exclusion(begin, begin + timedelta(minutes=5 * length), frozenset({SLO.ref}), "r", "a")]
    after = applied(counts(window=(8_064_000 * share, 1200 * share)), [SLO], {SLO.ref: frame}, planned, window())
    total, bad = bad_and_total(after, "window")
    assert 0 <= bad <= total <= 8_064_000 * share
