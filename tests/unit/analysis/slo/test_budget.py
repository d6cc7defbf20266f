"""What moved an error budget between two meetings, and when it is gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodmeet_kit.analysis.slo.arithmetic import SloTarget, summarise
from prodmeet_kit.analysis.slo.budget import OneOff, one_offs, since_last
from prodmeet_kit.analysis.slo.events import slo_events
from prodmeet_kit.core.window import Period
from prodmeet_kit.schemas.frames import ERROR_BUDGET, INCIDENTS, OUTAGES, SLO_COUNTS
from tests.support.grids import END, STEP, at, grid, trend, window

SLO = SloTarget("cart", "availability", 0.999, timedelta(days=28).total_seconds())
WEEK = SloTarget("cart", "availability", 0.999, timedelta(days=7).total_seconds())
HISTORY = grid(END - timedelta(days=28))


def budget(
    slo: SloTarget = SLO,
    frame: pd.DataFrame | None = None,
    incidents: pd.DataFrame | None = None,
    **spans: tuple[float, float],
) -> pd.Series:
    counts = SLO_COUNTS.frame(
        {"service": slo.service, "name": slo.name, "span": span, "total": total, "bad": bad}
        for span, (total, bad) in spans.items()
    )
    trends = {} if frame is None else {slo.ref: frame}
    summary = summarise(counts, [slo], trends, window())
    incidents = INCIDENTS.frame() if incidents is None else incidents
    found = ERROR_BUDGET.check(since_last(summary, counts, [slo], trends, incidents, window()))
    assert len(found) == 1
    return found.iloc[0]


def calendar(period: Period) -> SloTarget:
    begin = window().begin(period, END)
    return SloTarget("cart", "availability", 0.999, (END - begin).total_seconds(), period)


def test_a_budget_that_rose_although_some_was_spent_is_explained_by_what_left() -> None:
    # Budget 1,000. Last meeting 700 bad of 1,000,000: 30% left. Since then 200 came, now 450 in the window:
    # 55% left. So 700 + 200 - 450 = 450 bad events left it, 45% of the budget: those of 13 to 27 October.
    row = budget(window=(1e6, 450), since=(5e5, 200), previous=(1e6, 700))
    assert (row["change"], row["because"]) == ("rose", "left")
    assert (row["remaining_before"], row["remaining"]) == (pytest.approx(0.3), pytest.approx(0.55))
    assert (row["rolled_off_bad"], row["rolled_off_total"]) == (450, 5e5)
    assert row["rolled_off_share"] == pytest.approx(0.45)
    assert row["spent_since_last"] == pytest.approx(0.2)
    assert (row["left_from"], row["left_until"]) == (at("2026-10-13T10:00"), at("2026-10-27T10:00"))


def test_an_incident_of_the_service_that_lay_in_what_left_is_named() -> None:
    incidents = INCIDENTS.frame(
        [
            {"id": "INC-3", "services": ["cart"], "start": at("2026-10-20T00:00"), "end": at("2026-10-20T02:00")},
            {"id": "INC-2", "services": ["cart"], "start": at("2026-10-13T09:00"), "end": at("2026-10-13T11:00")},
            {"id": "INC-4", "services": ["web"], "start": at("2026-10-20T00:00"), "end": at("2026-10-20T02:00")},
            {"id": "INC-1", "services": ["cart"], "start": at("2026-10-12T00:00"), "end": at("2026-10-13T10:00")},
            {"id": "INC-5", "services": ["cart"], "start": at("2026-10-27T10:00"), "end": at("2026-10-28T00:00")},
        ]
    )
    row = budget(incidents=incidents, window=(1e6, 450), since=(5e5, 200), previous=(1e6, 700))
    assert row["left_incidents"] == ["INC-2", "INC-3"]


@pytest.mark.parametrize(
    ("spans", "change", "because"),
    [
        # 30% left, then 20%: 100 spent, nothing left the window
        ({"window": (1e6, 800), "since": (5e5, 100), "previous": (1e6, 700)}, "fell", ""),
        # 300 spent, 200 left
        ({"window": (1e6, 800), "since": (5e5, 300), "previous": (1e6, 700)}, "fell", "left"),
        ({"window": (1e6, 700), "since": (5e5, 100), "previous": (1e6, 700)}, "same", "left"),
        ({"window": (1e6, 0), "since": (5e5, 0), "previous": (1e6, 0)}, "same", ""),
        # twice the traffic doubles the budget: 70% left of 1,000, then 80% of 2,000, though 100 more are bad
        ({"window": (2e6, 400), "since": (1.5e6, 100), "previous": (1e6, 300)}, "rose", "traffic"),
        ({"window": (1e6, 800), "since": (5e5, 100)}, "unknown", ""),
        ({}, "unknown", ""),
    ],
)
def test_each_change_has_its_reason(spans: dict[str, Any], change: str, because: str) -> None:
    row = budget(**spans)
    assert (row["change"], row["because"]) == (change, because)


def test_noise_of_extrapolation_is_not_said_to_have_left() -> None:
    # 700.02 + 100.01 - 800 = 0.03 of an event
    assert budget(window=(1e6, 800), since=(5e5, 100.01), previous=(1e6, 700.02))["rolled_off_bad"] == 0
    assert budget(window=(1e6, 800), since=(5e5, 99.9), previous=(1e6, 700))["rolled_off_bad"] == 0  # below zero


def test_a_window_shorter_than_the_time_between_meetings_may_lose_what_came_since() -> None:
    # 7 d to the last meeting 10 bad; 100 since; 20 in the last 7 d: 90 left, from 3 to 17 November.
    row = budget(WEEK, window=(1e6, 20), since=(2e6, 100), previous=(1e6, 10))
    assert row["rolled_off_bad"] == 90
    assert (row["left_from"], row["left_until"]) == (at("2026-11-03T10:00"), at("2026-11-17T10:00"))


def test_a_calendar_month_that_goes_on_loses_nothing() -> None:
    # Meetings on 10 and 24 November: the same month.
    row = budget(calendar("month"), window=(1e6, 300), since=(5e5, 100), previous=(5e5, 200))
    assert (row["change"], row["rolled_off_bad"], row["because"]) == ("rose", 0, "traffic")  # 60% left, then 70%
    assert pd.isna(row["left_from"])


@given(
    bad=st.lists(st.integers(0, 50), min_size=6, max_size=6),
    total=st.lists(st.integers(100, 1000), min_size=6, max_size=6),
)
@settings(max_examples=50, deadline=None)
def test_what_was_there_and_came_in_is_what_left_and_is_there(bad: list[int], total: list[int]) -> None:
    # Six weeks, one number each: the window holds the last four, previous the first four, since the last two.
    spans = {"window": slice(2, 6), "since": slice(4, 6), "previous": slice(0, 4)}
    counted: dict[str, Any] = {name: (float(sum(total[part])), float(sum(bad[part]))) for name, part in spans.items()}
    row = budget(**counted)
    assert (row["rolled_off_bad"], row["rolled_off_total"]) == (sum(bad[:2]), sum(total[:2]))


# When the budget is gone


def steady(bad: float, since: float | None = None) -> dict[str, Any]:
    """Counts of 1,000 events a step, of them ``bad`` a step, and ``since`` a step since the last meeting."""
    since = bad if since is None else since
    return {
        "window": (8_064_000, 4032 * (bad + since)),
        "since": (4_032_000, 4032 * since),
        "previous": (8_064_000, 8064 * bad),
    }


def test_a_budget_is_gone_at_the_step_that_overspends_it() -> None:
    # 1 of 1,000 may fail. The first two weeks nothing failed, since then 1.6 a step: of 8,064 allowed 6,451.2 are
    # spent. Nothing bad leaves for two weeks: 1,612.8 / 1.6 = 1,008 steps spend the rest exactly, the next overspends.
    frame = trend(HISTORY)
    frame.loc[frame.index > END - timedelta(days=14), "bad"] = 1.6
    row = budget(frame=frame, **steady(0, 1.6))
    assert row["outlook"] == "date"
    assert row["runs_out"] == pd.Timestamp(END + 1009 * STEP)


def test_old_failures_that_leave_make_room() -> None:
    # 0.9 a step for four weeks: burns at 0.9 for ever. A pace of 1.1 must overspend, when the old 0.9 have left
    # so far: 7,257.6 + 0.2 * n = 8,064 for n = 4,032; before that half of the window is 0.9, half 1.1: 8,064 allowed.
    assert budget(frame=trend(HISTORY).assign(bad=0.9), **steady(0.9))["outlook"] == "not_in_window"
    frame = trend(HISTORY).assign(bad=0.9)
    frame.loc[frame.index > END - timedelta(days=14), "bad"] = 1.1
    row = budget(frame=frame, **steady(0.9, 1.1))
    # 8,064 are spent now; the first step brings 1.1 for 0.9
    assert (row["outlook"], row["runs_out"]) == ("date", pd.Timestamp(END + STEP))


@pytest.mark.parametrize(
    ("spans", "outlook"),
    [
        ({"window": (1e6, 1001), "since": (5e5, 0)}, "spent"),
        ({"window": (1e6, 1), "since": (5e5, 0)}, "not_in_window"),
        ({"window": (500, 0), "since": (200, 0)}, "too_few"),
        ({"window": (1e6, 1)}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_without_a_date_the_reason_is_said(spans: dict[str, Any], outlook: str) -> None:
    row = budget(frame=trend(HISTORY), **spans)
    assert row["outlook"] == outlook and pd.isna(row["runs_out"])


def test_without_a_trend_nobody_knows_what_will_leave() -> None:
    assert budget(**steady(0, 1.6))["outlook"] == "unknown"


def test_a_calendar_budget_lasts_or_not_until_the_period_ends() -> None:
    # November to the 24th, 10:00: 23 d 10 h = 6,744 steps of 1,000; 6,000 bad of 6,744 allowed; since the last
    # meeting 2 a step, while each step allows one more: 744 / (2 - 1) = 744 steps, the next overspends.
    month = calendar("month")
    spans: dict[str, Any] = {"window": (6_744_000.0, 6000.0), "since": (4_032_000.0, 8064.0)}
    row = budget(month, **spans)
    assert (row["outlook"], row["runs_out"]) == ("date", pd.Timestamp(END + 745 * STEP))
    # 6 d 14 h are left: 1,896 steps. With 4,000 bad it would take 2,745.
    assert budget(month, **{**spans, "window": (6_744_000.0, 4000.0)})["outlook"] == "not_in_window"


def test_a_new_quarter_renews_the_budget() -> None:
    from dataclasses import replace

    end = datetime(2026, 10, 6, 10, tzinfo=UTC)
    span = replace(window(), start=end - timedelta(days=14), end=end)
    slo = SloTarget("cart", "availability", 0.999, timedelta(days=5, hours=10).total_seconds(), "quarter")
    counts = SLO_COUNTS.frame(
        {"service": "cart", "name": "availability", "span": name, "total": total, "bad": bad}
        for name, total, bad in (("window", 2e5, 10), ("since", 5e5, 60), ("previous", 3e6, 2900))
    )
    summary = summarise(counts, [slo], {}, span)
    row = since_last(summary, counts, [slo], {}, INCIDENTS.frame(), span).iloc[0]
    assert row["change"] == "renewed"
    assert (row["left_from"], row["left_until"]) == (at("2026-07-01T00:00"), at("2026-10-01T00:00"))
    assert row["rolled_off_bad"] == 2950  # 2,900 + 60 - 10


def test_at_an_objective_of_one_the_budget_is_spent_or_lasts() -> None:
    slo = SloTarget("cart", "availability", 1.0, SLO.window_s)
    assert budget(slo, trend(HISTORY), window=(1e6, 0), since=(5e5, 0))["outlook"] == "not_in_window"
    row = budget(slo, trend(HISTORY), window=(1e6, 1), since=(5e5, 1), previous=(1e6, 0))
    assert row["outlook"] == "spent" and row["remaining"] == -np.inf
    assert np.isnan(row["remaining_before"])


def after(incident: float, written: bool) -> pd.Series:
    """Budget 1,000, 750 bad events in the window, all since the last meeting 14 days ago, ``incident`` in one hour."""
    hour = ("2026-11-17T03:00", "2026-11-17T04:00")
    frame = trend(HISTORY, 124.0, {hour: incident / 12})
    calm = (frame.index > END - timedelta(days=14)) & (frame["bad"] == 0)
    frame.loc[calm, "bad"] = (750 - incident) / calm.sum()
    spans = {"window": (1e6, 750.0), "since": (5e5, 750.0), "previous": (1e6, 0.0)}
    counts = SLO_COUNTS.frame(
        {"service": "cart", "name": "availability", "span": span, "total": total, "bad": bad}
        for span, (total, bad) in spans.items()
    )
    trends = {SLO.ref: frame}
    summary = summarise(counts, [SLO], trends, window())
    told = {"id": "INC-1", "services": ["cart"], "start": at(hour[0]), "end": at(hour[1])}
    incidents = INCIDENTS.frame([told] if written else [])
    events = slo_events(trends, [SLO], window(), counts)
    return since_last(summary, counts, [SLO], trends, incidents, window(), events).iloc[0]


@pytest.mark.parametrize("written", [True, False])
@pytest.mark.parametrize(("incident", "lasts"), [(600.0, True), (450.0, False)])
def test_a_budget_that_an_outage_spent_lasts_at_the_pace_without_it(
    incident: float, lasts: bool, written: bool
) -> None:
    # 250 are left, and for 14 days nothing bad leaves the window. Without 600 of an outage, written down or not, 150
    # come by then, and as many leave as come after it: it lasts. Without 450 it is 300: it does not.
    row = after(incident, written)
    assert row["outlook"] == ("not_in_window" if lasts else "date")
    assert row["decision_needed"] is not lasts
    assert row["over"] == (["INC-1"] if written else ["cart/availability@2026-11-17T03:00Z"])
    assert row["over_share"] == pytest.approx(incident / 1000)
    assert row["pace_bad"] == pytest.approx((750 - incident) / 14, rel=0.01)
    (one,) = one_offs(row.to_frame().T).values() if lasts else (OneOff(incident / 1000, tuple(row["over"])),)
    assert one.share == pytest.approx(incident / 1000) and one.incidents == tuple(row["over"])
    assert lasts or one_offs(row.to_frame().T) == {}


def test_a_one_off_is_named_by_its_outage_once_and_what_spent_next_to_nothing_is_not() -> None:
    names = ["INC-0", "INC-1", "cart/availability@2026-11-17T03:00Z", "INC-9"]
    row = {"service": "cart", "name": "availability", "outlook": "not_in_window", "over_share": 0.6, "over": names}
    told = [("INC-0", [], 0.0001), ("INC-1", [names[2]], 0.5999)]
    outages = OUTAGES.frame(
        {"id": name, "incidents": [name], "events": events, "budget_spent": {SLO.ref: share}}
        for name, events, share in told
    )
    # INC-9 is of no outage of these meetings: it is called as people called it.
    assert one_offs(pd.DataFrame([row]), outages) == {SLO.ref: OneOff(0.6, ("INC-1", "INC-9"))}
