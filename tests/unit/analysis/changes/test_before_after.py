"""Before and after a change: its own times, the usual difference, and noise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.changes.before_after import Measure, before_after
from prodmeet_kit.schemas.frames import BEFORE_AFTER, CHANGES, SLO_EVENTS
from tests.support.grids import END, at, grid, window

WINDOW = window()
INDEX = grid(END - timedelta(weeks=4))
DAY = np.asarray((INDEX - INDEX[0]) / timedelta(days=1))
CHANGE = "2026-11-14T10:00"  # a Saturday, day 18 of 28
AFTER = np.asarray(pd.Series(INDEX) > at(CHANGE))


def change(identity: str = "CH-1", start: str = CHANGE, minutes: float = 0.0, **more: Any) -> dict[str, Any]:
    end = at(start) + timedelta(minutes=minutes)
    return {"id": identity, "start": at(start), "end": end, "duration_s": minutes * 60, "services": ["web"], **more}


def event(onset: str, end: str, service: str = "web") -> dict[str, Any]:
    return {"id": f"{service}/slo@{onset}", "service": service, "onset": at(onset), "end": at(end)}


def compare(
    values: np.ndarray | Mapping[str, np.ndarray],
    changes: Iterable[dict[str, Any]] | None = None,
    events: Iterable[dict[str, Any]] = (),
    kind: str = "load",
) -> pd.Series:
    """The row of the first change against one measure, ``web/requests``."""
    known = CHANGES.frame([change()] if changes is None else changes)
    data = pd.DataFrame(values, index=INDEX) if isinstance(values, Mapping) else pd.Series(values, index=INDEX)
    measure = Measure(kind, "web", "requests", "req/s", data)
    frame = before_after(known.iloc[:1], known, [measure], SLO_EVENTS.frame(events), WINDOW)
    return BEFORE_AFTER.check(frame).iloc[0]


def noisy(seed: int = 0, size: float = 0.02) -> np.ndarray:
    """100 with a day, a week, and moods of a day."""
    moods = np.repeat(np.random.default_rng(seed).normal(0, size, 28), 288)
    weekend = np.asarray((INDEX - timedelta(minutes=5)).day_of_week >= 5)
    values: np.ndarray = 100 * (1 + 0.5 * np.sin(2 * np.pi * DAY)) * np.where(weekend, 1.4, 1.0) * np.exp(moods)
    return values


def test_three_days_on_each_side_at_the_same_hours() -> None:
    row = compare(np.where(AFTER, 110.0, 100.0), [change(minutes=30)])
    assert (row["before_start"], row["before_end"]) == (at("2026-11-11T10:00"), at(CHANGE))
    assert (row["after_start"], row["after_end"]) == (at("2026-11-14T10:30"), at("2026-11-17T10:30"))
    assert row[["before", "after", "difference"]].tolist() == pytest.approx([100, 110, 0.1])
    assert (row["shortened_before"], row["shortened_after"]) == ("", "")


def test_a_weekly_rhythm_is_the_usual_difference_and_no_effect() -> None:
    # Wed-Sat 10:00 before, Sat-Tue after: weekends are 40% busier. Every week is alike, so nothing is beyond the usual.
    row = compare(noisy(size=0.0))
    assert row["difference"] > 0.1
    assert row["usual"] == pytest.approx(row["difference"])
    assert row["effect"] == pytest.approx(0, abs=1e-9)
    assert (row["outcome"], row["within_noise"]) == ("within_noise", True)


@pytest.mark.parametrize("seed", range(5))
def test_an_effect_of_fifteen_per_cent_stands_out_of_moods_of_two(seed: int) -> None:
    row = compare(noisy(seed) * np.where(AFTER, 1.15, 1.0))
    assert row["outcome"] == "up"
    assert row["quiet_days"] >= 15
    assert compare(noisy(seed) * np.where(AFTER, 0.85, 1.0))["outcome"] == "down"


def test_the_interval_holds_the_effect_19_times_in_20() -> None:
    # Measured with 200 seeds: 94%.
    told = [compare(noisy(seed) * np.where(AFTER, 1.15, 1.0)) for seed in range(60)]
    assert np.mean([row["low"] <= 0.15 <= row["high"] for row in told]) >= 0.88


def test_noise_alone_is_within_noise_19_times_in_20() -> None:
    # Measured with 300 other seeds: 96%.
    quiet = sum(bool(compare(noisy(seed))["within_noise"]) for seed in range(1000, 1120))
    assert quiet / 120 >= 0.9


def test_growth_is_usual() -> None:
    # 10% a week: three days after are 4% above three days before, on every quiet day.
    row = compare(noisy() * (1 + 0.1 * DAY / 7))
    assert row["outcome"] == "within_noise"


def test_an_slo_is_compared_by_its_share_of_bad_events() -> None:
    # 1 bad of 1,000 before; 3 of 1,000 after: 0.002 more. The second half of the time before has ten times the traffic:
    # a share of events, not a mean of shares.
    total = np.where((DAY > 16.5) & (DAY <= 18), 10_000.0, 1_000.0)
    row = compare({"total": total, "bad": total * np.where(AFTER, 0.003, 0.001)}, kind="slo")
    assert (row["before"], row["after"]) == (pytest.approx(0.001), pytest.approx(0.003))
    assert (row["difference"], row["effect"]) == (pytest.approx(0.002), pytest.approx(0.002))
    assert row["outcome"] == "up"


def test_no_bad_series_is_no_bad_event_and_no_traffic_tells_nothing() -> None:
    row = compare({"total": np.full(len(INDEX), 10.0), "bad": np.full(len(INDEX), np.nan)}, kind="slo")
    assert (row["before"], row["after"], row["outcome"]) == (0, 0, "within_noise")
    row = compare({"total": np.zeros(len(INDEX)), "bad": np.zeros(len(INDEX))}, kind="slo")
    assert (np.isnan(row["before"]), row["outcome"]) == (True, "cannot_tell")


def test_another_change_cuts_its_side_and_both_stay_equal() -> None:
    # Two days and some hours are left before: two whole days on both sides.
    row = compare(noisy(), [change(), change("CH-0", "2026-11-12T05:00", 60)])
    assert (row["before_start"], row["after_end"]) == (at("2026-11-12T10:00"), at("2026-11-16T10:00"))
    assert (row["shortened_before"], row["shortened_after"]) == ("CH-0", "")


def test_an_slo_event_cuts_its_side_too() -> None:
    outage = event("2026-11-15T12:00", "2026-11-15T13:00")
    row = compare(noisy(), events=[outage])
    assert (row["after_end"], row["shortened_after"]) == (at("2026-11-15T10:00"), outage["id"])
    assert compare(noisy(), events=[event("2026-11-15T12:00", "2026-11-15T13:00", "cart")])["shortened_after"] == ""


def test_an_outage_that_begins_with_the_change_is_left_out_and_named() -> None:
    outage = event(CHANGE, "2026-11-14T13:00")
    values = np.where(AFTER & np.asarray(pd.Series(INDEX) <= at("2026-11-14T13:00")), 0.5, 100.0)
    row = compare(values, [change(minutes=30)], [outage])
    assert (row["after_start"], row["slo_events"]) == (at("2026-11-14T13:00"), [outage["id"]])
    assert row["difference"] == pytest.approx(0)


def test_less_than_a_day_until_the_meeting_takes_the_same_hours_of_the_day_before() -> None:
    # The change ends at 02:00 on the day of the meeting at 10:00: eight hours, against the same of the day before.
    start = "2026-11-24T01:00"
    row = compare(noisy(size=0.0), [change(start=start, minutes=60)])
    assert (row["after_start"], row["after_end"]) == (at("2026-11-24T02:00"), at("2026-11-24T10:00"))
    assert (row["before_start"], row["before_end"]) == (at("2026-11-23T02:00"), at("2026-11-23T10:00"))
    assert (row["shortened_after"], row["outcome"]) == ("meeting", "within_noise")


def test_less_than_a_day_before_takes_the_same_hours_after() -> None:
    row = compare(noisy(size=0.0), [change(), change("CH-0", "2026-11-14T03:00", 60)])
    assert (row["before_start"], row["before_end"]) == (at("2026-11-14T04:00"), at(CHANGE))
    assert (row["after_start"], row["after_end"]) == (at("2026-11-15T04:00"), at("2026-11-15T10:00"))


@pytest.mark.parametrize(
    ("changes", "side", "cause"),
    [
        ([change(start="2026-11-24T08:00")], "shortened_after", "meeting"),
        ([change(), change("CH-0", "2026-11-14T08:00", 30)], "shortened_before", "CH-0"),
        ([change(), change("CH-2", CHANGE, 30)], "shortened_after", "CH-2"),
    ],
)
def test_under_three_hours_tell_nothing_and_the_row_says_why(
    changes: list[dict[str, Any]], side: str, cause: str
) -> None:
    row = compare(noisy(), changes)
    assert (row["outcome"], row["within_noise"], row[side]) == ("cannot_tell", False, cause)
    assert row[["before", "after", "effect", "low"]].isna().all()


def test_without_quiet_days_the_difference_is_shown_and_nothing_concluded() -> None:
    # Another change on every other day at 10:30.
    daily = [change(f"D-{k}", f"2026-11-{k:02d}T10:30") for k in range(1, 24) if k != 14]
    daily += [change(f"O-{k}", f"2026-10-{k:02d}T10:30") for k in range(27, 32)]
    row = compare(np.where(AFTER, 110.0, 100.0), [change(), *daily])
    assert row["difference"] == pytest.approx(0.1)
    assert (row["outcome"], row["quiet_days"]) == ("cannot_tell", 0)


def test_gaps_of_more_than_half_leave_no_mean() -> None:
    values = noisy()
    values[AFTER & (DAY <= 19.6)] = np.nan  # 38 of 72 hours after
    row = compare(values)
    assert (np.isnan(row["after"]), row["outcome"]) == (True, "cannot_tell")


@pytest.mark.parametrize(
    ("factor", "effect", "verdict"),
    [
        (1.15, {"direction": "up", "size": "15%"}, "yes"),
        (1.15, {"direction": "down", "size": "15%"}, "no"),
        (1.15, {"direction": "none", "size": ""}, "no"),
        (1.0, {"direction": "none", "size": ""}, "yes"),
        (1.0, {"direction": "up", "size": "50%"}, "no"),
        (1.0, {"direction": "up", "size": "0.5%"}, "cannot_tell"),  # too small to be seen in this noise
    ],
)
def test_the_prediction_stands_beside_what_came(factor: float, effect: dict[str, str], verdict: str) -> None:
    expected = {"metric": "web/requests", **effect}
    row = compare(noisy(4) * np.where(AFTER, factor, 1.0), [change(expected_effect=expected)])
    assert (row["expected_direction"], row["expected_size"]) == (effect["direction"], effect["size"])
    assert row["as_expected"] == verdict


def test_a_change_is_compared_for_its_services_and_for_what_it_predicts() -> None:
    series = pd.Series(noisy(), index=INDEX)
    measures = [Measure("load", service, "requests", "", series) for service in ("web", "cart", "pay")]
    known = CHANGES.frame(
        [change(expected_effect={"metric": "pay/requests", "direction": "up"}), change("CH-2", services=[])]
    )
    frame = before_after(known, known, measures, SLO_EVENTS.frame(), WINDOW)
    assert list(zip(frame["change"], frame["service"], strict=True)) == [
        ("CH-1", "web"),
        ("CH-1", "pay"),
        ("CH-2", "web"),
        ("CH-2", "cart"),
        ("CH-2", "pay"),
    ]
    assert frame["as_expected"].map(bool).tolist() == [False, True, False, False, False]


def test_without_changes_or_measures_there_is_nothing() -> None:
    assert len(before_after(CHANGES.frame(), CHANGES.frame(), [], SLO_EVENTS.frame(), WINDOW)) == 0
    empty = Measure("load", "web", "requests", "", pd.Series(dtype="float64", index=INDEX[:0]))
    known = CHANGES.frame([change()])
    frame = before_after(known, known, [empty], SLO_EVENTS.frame(), WINDOW)
    assert frame["outcome"].tolist() == ["cannot_tell"]
