"""What cannot be seen in the alerts is said, and nothing is said that cannot be known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analysis.alerting.blind_spots import blind_spots
from prodmeet_kit.analysis.alerting.episodes import build
from prodmeet_kit.schemas.frames import ALERT_RUNS, BLIND_SPOTS, label_key
from tests.support.grids import MINUTE, window

WINDOW = window()
BEGIN = pd.Timestamp(WINDOW.history_start)
DAY = 1440


def run(first: float, last: float, alert: str = "Burn", **more: Any) -> dict[str, Any]:
    """A run from and to these minutes since the history began."""
    return {
        "alertname": alert,
        "labels": label_key({}),
        "state": "firing",
        "start": BEGIN + first * MINUTE,
        "last": BEGIN + last * MINUTE,
        "interval_s": 60,
        **more,
    }


def spots(*runs: dict[str, Any], oldest: pd.Timestamp | None = BEGIN) -> pd.DataFrame:
    frame = ALERT_RUNS.frame(runs)
    return BLIND_SPOTS.check(blind_spots(frame, build(frame, WINDOW), WINDOW, oldest=oldest))


def gaps(*runs: dict[str, Any]) -> list[tuple[float, float]]:
    """Missed evaluations, in minutes since the history began."""
    found = spots(*runs)
    found = found[found["code"] == "missing_evaluations"]
    return [
        ((start - BEGIN) / MINUTE, (end - BEGIN) / MINUTE)
        for start, end in zip(found["start"], found["end"], strict=True)
    ]


def test_an_alert_shorter_than_the_interval_is_always_said_to_be_unseen() -> None:
    found = spots(run(100, 110), run(200, 210, interval_s=30), run(300, 310, interval_s=0))
    assert found["code"].tolist() == ["shorter_than_interval"] * 2
    assert found["value"].tolist() == [30, 60]
    assert set(found["start"]) == {WINDOW.history_start} and set(found["end"]) == {WINDOW.end}


def test_a_watchdog_that_stops_and_comes_back_tells_of_missed_evaluations() -> None:
    assert gaps(run(100, 3 * DAY, "Watchdog"), run(3 * DAY + 20, 6 * DAY, "Watchdog")) == [(3 * DAY, 3 * DAY + 20)]


def test_one_alert_that_flaps_tells_nothing() -> None:
    assert gaps(run(100, 110), run(130, 140), run(3 * DAY, 3 * DAY + 5)) == []


def test_two_alerts_that_stop_and_come_back_together_tell_of_missed_evaluations() -> None:
    # The second is evaluated in another group, within the same interval.
    assert gaps(run(100, 110), run(120, 130), run(99.5, 109.5, "Slow"), run(120.4, 125, "Slow")) == [(110, 120)]


@pytest.mark.parametrize(
    "other",
    [
        [run(99, 125, "Slow")],  # fired through
        [run(99, 110, "Slow")],  # ended and did not come back
        [run(99, 110, "Slow"), run(128, 129, "Slow")],  # came back later
        [run(99, 110, labels='{"pod":"a"}'), run(120, 125, labels='{"pod":"a"}')],  # the same alert of another pod
    ],
)
def test_alerts_that_end_by_themselves_are_no_missed_evaluations(other: list[dict[str, Any]]) -> None:
    assert gaps(run(100, 110), run(120, 130), *other) == []


def test_a_gap_of_an_hour_may_as_well_be_an_end_and_one_late_evaluation_is_none() -> None:
    def both(first: float, last: float) -> tuple[dict[str, Any], dict[str, Any]]:
        return run(first, last), run(first, last, "Slow")

    assert gaps(*both(100, 110), *both(170, 180)) == []
    assert gaps(*both(100, 110), *both(111.5, 120)) == []
    assert gaps(*both(100, 110), *both(111.6, 120)) == [(110, 111.6)]


def test_a_run_that_goes_on_leaves_no_gap_to_see() -> None:
    runs = (run(100, 110), run(120, 130), run(100, 110, "Slow"), run(120, 130, "Slow"))
    assert gaps(*runs) == [(110, 120)]
    assert gaps(*runs, run(50, 0, "Open") | {"last": None}) == []


def test_data_that_begins_late_is_a_blind_spot_up_to_there() -> None:
    oldest = BEGIN + timedelta(days=7)
    found = spots(run(9 * DAY, 9 * DAY + 5), oldest=oldest).set_index("code").loc["retention"]
    assert (found["start"], found["end"], found["value"]) == (BEGIN, oldest, 7 * 86_400)


@pytest.mark.parametrize("oldest", [BEGIN + timedelta(minutes=55), None], ids=["at the begin", "no metrics"])
def test_nothing_is_said_of_retention_that_cannot_be_known(oldest: pd.Timestamp | None) -> None:
    assert "retention" not in set(spots(run(9 * DAY, 9 * DAY + 5), oldest=oldest)["code"])


def test_an_alert_older_than_the_metrics_shows_that_the_server_kept_it() -> None:
    assert "retention" not in set(spots(run(10, 20), oldest=BEGIN + timedelta(days=7))["code"])


def test_episodes_at_the_edges_are_counted() -> None:
    end = (WINDOW.end - WINDOW.history_start) / MINUTE
    found = spots(run(0, 5), run(1, 5, "Slow"), run(end - 10, end), run(100, 110)).set_index("code")
    assert (found.loc["cut_start", "value"], found.loc["cut_end", "value"]) == (2, 1)


def test_without_runs_nothing_is_claimed() -> None:
    assert spots().empty
