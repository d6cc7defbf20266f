"""Objectives met by far, or missed, for six SLO windows in a row: which count, what is proposed, where it is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.objective_fit import Attained, proposed, revise
from prodmeet_kit.archive.previous_meeting import attained
from prodmeet_kit.core.window import Period, Window
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.facts import Facts, Previous
from prodmeet_kit.review import Review
from prodmeet_kit.schemas.frames import REVISE, SLO_SUMMARY
from prodmeet_kit.snapshot import freeze, reopen
from tests.support.counts import count
from tests.support.reviews import WINDOW as REVIEWED
from tests.support.reviews import review

END = datetime(2026, 11, 23, 10, tzinfo=UTC)
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="UTC")
FOUR_WEEKS = timedelta(days=28).total_seconds()
NO_TREND: dict[str, pd.DataFrame] = {}


def target(objective: float = 0.999, window_s: float = FOUR_WEEKS, period: Period | None = None) -> SloTarget:
    return SloTarget("cart", "availability", objective, window_s, period)


def then(attainment: float, days: float = 0, **more: Any) -> Attained:
    """What a review said so many days ago of an SLO of 99.9% with a million events."""
    left = 1 - (1 - attainment) / 0.001
    state = "OK" if attainment >= 0.999 else "BAD"
    one = Attained(END - timedelta(days=days), FOUR_WEEKS, "", 0.999, state, attainment, left, 1e6)
    return replace(one, **more)


def found(now: Attained, earlier: list[Attained], slo: SloTarget | None = None, **more: Any) -> list[dict[str, Any]]:
    slo = slo or target()
    row = {
        "service": "cart", "name": "availability", "objective": slo.objective, "window_s": now.window_s,
        "period": now.period, "state": now.state, "attainment": now.attainment, "budget_remaining": now.remaining,
        "total": now.total,
    }  # fmt: skip
    trends = more.pop("trends", NO_TREND)
    made = revise(SLO_SUMMARY.frame([row]), [slo], {slo.ref: earlier}, trends, more.pop("window", WINDOW), **more)
    return [{str(key): value for key, value in each.items()} for each in REVISE.check(made).to_dict("records")]


def meetings(*attainments: float, every: float = 14) -> list[Attained]:
    return [then(each, every * back) for back, each in enumerate(attainments, start=1)]


def test_a_row_of_six_whole_windows_takes_every_second_report_of_fortnightly_meetings() -> None:
    missed = meetings(*[0.998] * 10)
    (row,) = found(then(0.9975), missed)
    assert (row["direction"], row["windows"], row["counted"]) == ("loosen", 6, "reports")
    assert row["ends"] == [END - timedelta(days=28 * back) for back in range(5, -1, -1)]
    assert row["attained"] == [0.998] * 5 + [0.9975]
    assert found(then(0.9975), missed[:9]) == [], "six reports of overlapping windows are not six windows"
    assert found(then(0.9995), missed) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({5: {"state": "TOO_FEW"}}, 0),
        ({4: {"state": "TOO_FEW"}}, 1),  # its window overlaps those that count
        ({5: {"objective": 0.99}}, 0),
        ({4: {"redefined": True}}, 0),
        ({9: {"redefined": True}}, 1),  # what is older than the sixth window does not matter
        ({5: {"attainment": 0.9995, "state": "OK", "remaining": 0.5}}, 0),
        ({5: {"window_s": FOUR_WEEKS / 4}}, 0),
    ],
)
def test_one_window_that_says_otherwise_ends_the_row(change: dict[int, dict[str, Any]], rows: int) -> None:
    told = [replace(each, **change.get(at, {})) for at, each in enumerate(meetings(*[0.998] * 10))]
    assert len(found(then(0.998), told)) == rows


def test_a_report_that_is_missing_leaves_a_hole_or_is_stepped_over() -> None:
    told = meetings(*[0.998] * 12)
    assert len(found(then(0.998), told[:1] + told[2:])) == 1, "the next report is of a window 14 days earlier"
    assert found(then(0.998), told[:1] + told[4:]) == [], "a window in between nobody saw"
    assert found(then(0.998), meetings(*[0.998] * 10), redefined=["cart/availability"]) == []


def test_met_by_far_is_four_fifths_of_the_budget_left_in_each() -> None:
    (row,) = found(then(0.99985), meetings(*[0.9999] * 10))
    assert (row["direction"], row["attained"][-1]) == ("tighten", 0.99985)
    assert row["budget_remaining"] == pytest.approx([0.9] * 5 + [0.85])
    assert (row["proposed_low"], row["proposed_high"]) == (0.9997, 0.9998)
    assert found(then(0.9997), meetings(*[0.9999] * 10)) == []


def test_the_clock_change_does_not_part_windows() -> None:
    told = [replace(each, end=each.end + timedelta(hours=at > 4)) for at, each in enumerate(meetings(*[0.998] * 12))]
    assert len(found(then(0.998), told)) == 1


def test_monthly_windows_count_by_the_last_report_of_each_month() -> None:
    day = timedelta(days=1)
    ends = [END - 14 * day * back for back in range(16)]

    def month(end: datetime, attainment: float = 0.998) -> Attained:
        begin = end.replace(day=1, hour=0)
        return replace(then(attainment), end=end, window_s=(end - begin).total_seconds(), period="month")

    told = [month(end) for end in ends]
    (row,) = found(told[0], told[1:], target(period="month"))
    assert [f"{end:%d %b}" for end in row["ends"]] == ["22 Jun", "20 Jul", "31 Aug", "28 Sep", "26 Oct", "23 Nov"]
    # On the 9th too little of November is seen: the row ends with October, and begins with May.
    window = Window.ending(ends[1], cadence=timedelta(days=14), timezone="UTC")
    (row,) = found(told[1], told[2:], target(period="month"), window=window)
    assert [f"{end:%b}" for end in row["ends"]] == ["May", "Jun", "Jul", "Aug", "Sep", "Oct"]
    gone = [each for each in told if each.end.month != 8]
    assert found(gone[0], gone[1:], target(period="month")) == []


def series(weeks: int, ratios: list[float], step: timedelta, total: float) -> pd.DataFrame:
    """Bad events by week, the newest last."""
    index = pd.date_range(end=END, periods=round(timedelta(weeks=weeks) / step), freq=step)
    share = np.repeat(ratios[-weeks:], len(index) // weeks)
    return pd.DataFrame({"total": total, "bad": share * total}, index=index)


def test_a_trend_that_reaches_back_six_windows_needs_no_report() -> None:
    weekly = target(window_s=timedelta(days=7).total_seconds())
    step = WINDOW.step
    now = replace(then(0.998), window_s=weekly.window_s)
    (row,) = found(now, [], weekly, trends={weekly.ref: series(6, [0.002] * 6, step, 100.0)})
    assert (row["counted"], row["windows"]) == ("trend", 6)
    assert row["attained"] == pytest.approx([0.998] * 6)
    for trend in (
        series(5, [0.002] * 5, step, 100.0),  # too short
        series(6, [0.002, 0.002, 0.0, 0.002, 0.002, 0.002], step, 100.0),  # met once
        series(6, [0.002] * 6, step, 0.1),  # 201 events a week: two tenths of a bad event are allowed
    ):
        assert found(now, [], weekly, trends={weekly.ref: trend}) == []


def test_worlds_with_a_known_share_are_judged_as_they_are() -> None:
    """Six windows each of a service whose true share of bad events is known, drawn at random as events are."""
    drawn, worlds = np.random.default_rng(5), count(40, 400)
    asked: dict[float, int] = {}
    for times in (0.05, 0.5, 1.0, 3.0):
        bad = drawn.binomial(1_000_000, times * 0.001, size=(worlds, 11))
        for world in 1 - bad / 1e6:
            rows = found(then(world[0]), meetings(*world[1:]))
            asked[times] = asked.get(times, 0) + len(rows)
            for row in rows:
                assert row["direction"] == ("tighten" if times < 1 else "loosen")
                # The true share is one that the proposal allows.
                assert 1 - row["proposed_low"] >= times * 0.001
    # At the allowed share itself six misses in a row come up in 1 of 64 worlds; half of it is not far.
    assert asked[0.05] == asked[3.0] == worlds
    assert asked[0.5] == 0
    assert asked[1.0] <= 0.05 * worlds


@pytest.mark.parametrize(
    ("objective", "direction", "attainments", "low", "high"),
    [
        (0.999, "loosen", [0.9951, 0.997], 0.99, 0.995),
        (0.99, "loosen", [0.93, 0.97], 0.86, 0.93),
        (0.999, "loosen", [0.45], None, None),
        (0.99, "tighten", [0.99987, 0.9999], 0.9997, 0.9998),
        (0.999, "tighten", [1.0, 1.0], 0.999997, 0.999998),  # no bad event among two million
        (0.999999, "tighten", [1.0, 1.0], None, None),  # which is too few to promise more
    ],
)
def test_the_proposal_would_have_been_met(
    objective: float, direction: str, attainments: list[float], low: float | None, high: float | None
) -> None:
    made = proposed(objective, direction, [then(each) for each in attainments])
    if low is None:
        assert all(map(isnan, made))
    else:
        assert made == (low, high)
        assert made[1] <= min(attainments)


def written(folder: Path, end: datetime, **more: Any) -> None:
    row = {
        "service": "cart", "name": "availability", "window_s": FOUR_WEEKS, "period": "", "objective": 0.999,
        "state": "BAD", "attainment": 0.998, "budget_remaining": -1.0, "total": 1e6, "redefined": False, **more,
    }  # fmt: skip
    place = folder / end.date().isoformat()
    place.mkdir(parents=True)
    (place / "review.json").write_text(json.dumps({"window": {"end": end.isoformat()}, "slos": [row]}))


def test_what_earlier_reports_said_is_read_as_far_as_it_is_needed(tmp_path: Path) -> None:
    for back in range(1, 40):
        written(tmp_path, END - timedelta(days=14 * back))
    written(tmp_path, END - timedelta(days=15))  # an earlier try of that meeting
    (tmp_path / "2026-10-12" / "review.json").write_text("{")
    for damage in ({"attainment": "high"}, {"window_s": 1e18}, {"window_s": None}):
        written(tmp_path / "odd", END - timedelta(days=14), **damage)
        assert attained(tmp_path / "odd", WINDOW) == ()
        (tmp_path / "odd" / "2026-11-09" / "review.json").unlink()
        (tmp_path / "odd" / "2026-11-09").rmdir()
    made = attained(tmp_path, WINDOW)
    days = [each["end"][:10] for each in made]
    assert days[:3] == ["2026-11-09", "2026-10-26", "2026-09-28"]
    assert len(made) == 12, "six windows of 28 days and a cadence, but for the damaged one"
    assert attained(tmp_path / "nowhere", WINDOW) == ()


def test_a_review_says_it_and_its_snapshot_too(tmp_path: Path) -> None:
    bad = {"slo/cart/availability/bad": 5.0, "slo/cart/availability/total": 1000.0}
    shown = review(values=bad)
    row = {
        "window_s": FOUR_WEEKS, "period": "", "objective": 0.999, "state": "BAD", "attainment": 0.99,
        "budget_remaining": -9.0, "total": 1e6, "redefined": False,
    }  # fmt: skip
    told = tuple(
        {"end": (REVIEWED.end - timedelta(days=14 * back)).isoformat(), "slos": {"cart/availability": row}}
        for back in range(1, 12)
    )
    earlier = Previous(REVIEWED.start, shown.facts.definitions, attained=told)
    facts: Facts = replace(shown.facts, previous=earlier)
    again = reopen(freeze(facts, tmp_path / "snapshot"))
    assert again.previous is not None and again.previous.attained == told
    (said,) = record(Review(again))["objectives_to_revise"]
    assert (said["direction"], said["windows"], len(said["attained"])) == ("loosen", 6.0, 6)
    assert record(shown)["objectives_to_revise"] == []
