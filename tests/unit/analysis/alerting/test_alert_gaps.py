"""Which gaps of an alert are stops: not a missed evaluation, nor the time the server was away."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analysis.alerting.blind_time import BlindTime
from prodmeet_kit.schemas.frames import ALERT_RUNS, label_key
from tests.support.grids import MINUTE
from tests.unit.analysis.alerting.test_episodes import CART, FIRST, episodes, run, spans

A, B = CART | {"replica": "a"}, CART | {"replica": "b"}


def away(first: float, last: float, replica: str = "", **more: Any) -> dict[str, Any]:
    """The last sample of the server before, and the first one after, in minutes."""
    labels = {"replica": replica} if replica else {}
    times = {"start": FIRST + first * MINUTE, "last": FIRST + last * MINUTE, "interval_s": 60}
    return {"state": "away", "labels": label_key(labels), "page": False, "source": "alerts", **times, **more}


def since(minute: float) -> dict[str, Any]:
    return {"active": FIRST + minute * MINUTE}


def test_one_missed_evaluation_is_no_stop_and_two_are() -> None:
    assert spans(episodes(run(0, 9), run(11, 20))) == [(0, 21)]
    assert spans(episodes(run(0, 9), run(12, 20))) == [(0, 10), (12, 21)]


def test_an_alert_that_is_pending_again_has_stopped() -> None:
    found = episodes(run(0, 9), run(10, state="pending"), run(11, 20))
    assert spans(found) == [(0, 10), (11, 21)]


def test_the_time_the_server_was_away_is_no_stop() -> None:
    # Evaluations at 10 to 39 fell into it.
    found = episodes(run(0, 9), run(40, 50), away(9.2, 39.8))
    assert (spans(found), found["runs"].tolist()) == ([(0, 51)], [2])


def test_an_alert_that_stopped_while_the_server_was_there_has_stopped() -> None:
    # It was there at 10 to 19 and saw nothing, or from 31 on.
    assert len(episodes(run(0, 9), run(40, 50), away(20, 40))) == 2
    assert len(episodes(run(0, 9), run(40, 50), away(9, 31))) == 2


def test_a_time_away_beside_a_missed_evaluation_is_bridged_as_a_whole() -> None:
    # The evaluation at 10 is missed by itself, those at 11 to 39 fell into the time away.
    assert len(episodes(run(0, 9), run(40, 50), away(10.6, 39.8))) == 1


def test_away_for_more_than_an_hour_what_fires_again_is_news_unless_the_server_remembers() -> None:
    assert len(episodes(run(0, 9), run(80, 90), away(9, 80))) == 2
    assert len(episodes(run(0, 9, **since(-5)), run(80, 90, **since(-5)), away(9, 80))) == 1


def test_a_server_that_forgot_has_the_alert_pending_before_it_fires_again() -> None:
    # With for: 5m, and activeAt anew: away 10 to 14, pending 15 to 19.
    found = episodes(
        run(0, 9, **since(-5)), run(15, 19, state="pending", **since(15)), run(20, 30, **since(15)), away(9, 15)
    )
    assert spans(found) == [(0, 31)]
    # Pending much later than it came back: it had stopped.
    late = episodes(run(0, 9), run(25, 29, state="pending"), run(30, 40), away(9, 15))
    assert len(late) == 2


def test_since_when_the_condition_holds_decides() -> None:
    # The same moment: the same episode, however long nothing was written; another one: a stop.
    assert spans(episodes(run(0, 9, **since(-5)), run(30, 40, **since(-5)))) == [(0, 41)]
    assert len(episodes(run(0, 9, **since(-5)), run(11, 20, **since(11)))) == 2
    # Unless the server was away and forgot it.
    assert len(episodes(run(0, 9, **since(-5)), run(14, 20, **since(14)), away(9, 14))) == 1


def test_flapping_stays_flapping() -> None:
    runs = [run(10 * number, 10 * number + 4) for number in range(6)]
    assert len(episodes(*runs)) == 6
    assert len(episodes(*runs, away(200, 230))) == 6


@pytest.mark.parametrize("interval", [15, 60, 300, 1800])
def test_gaps_are_measured_by_the_alerts_own_interval(interval: int) -> None:
    step = interval / 60
    one = run(0, 9 * step, interval_s=interval)
    assert len(episodes(one, run(11 * step, 20 * step, interval_s=interval))) == 1
    assert len(episodes(one, run(12 * step, 20 * step, interval_s=interval))) == 2


def test_where_the_source_tells_the_moment_a_gap_is_a_stop() -> None:
    assert len(episodes(run(0, 9, interval_s=0), run(10, 20, interval_s=0), away(9, 10))) == 2


def test_of_two_replicas_the_one_that_stayed_knows() -> None:
    # a was away from 9 to 40. b saw the alert fire on, or stop at 20 and fire again from 30.
    gone = away(9, 40, "a")
    fires = episodes(run(0, 9, **A), run(40, 50, **A), run(0.5, 50.5, **B), gone)
    assert spans(fires) == [(0, 51.5)]
    stops = episodes(run(0, 9, **A), run(40, 50, **A), run(0.5, 20.5, **B), run(30.5, 50.5, **B), gone)
    assert spans(stops) == [(0, 21.5), (30.5, 51.5)]


def test_both_replicas_away_at_once_saw_nothing() -> None:
    runs = [run(0, 9, **A), run(40, 50, **A), run(0.5, 12.5, **B), run(38.5, 50.5, **B)]
    found = episodes(*runs, away(9, 40, "a"), away(12.6, 38.4, "b"), away(12.6, 38.4))
    assert spans(found) == [(0, 51.5)]


def test_a_replica_that_alone_evaluates_an_alert_explains_its_gap() -> None:
    assert len(episodes(run(0, 9, **A), run(40, 50, **A), away(9, 40, "a"))) == 1
    assert len(episodes(run(0, 9, **A), run(40, 50, **A), away(9, 40, "b"))) == 2


def test_a_page_may_hide_in_ten_minutes_or_a_quarter_of_a_trouble() -> None:
    blind = BlindTime(ALERT_RUNS.frame([away(10, 20), away(100, 103)]))
    inside = blind.during(FIRST + 15 * MINUTE, FIRST + 101 * MINUTE)
    assert inside == [(FIRST + first * MINUTE, FIRST + last * MINUTE) for first, last in ((15, 20), (100, 101))]

    def hides(first: float, last: float) -> bool:
        return blind.hides(FIRST + first * MINUTE, FIRST + last * MINUTE)

    assert hides(0, 300)  # ten minutes of it
    assert hides(18, 26)  # two of eight minutes
    assert not hides(18, 27)  # two of nine
    assert not hides(90, 110)
    assert not hides(30, 90)
    assert not BlindTime(None).hides(FIRST, FIRST + pd.Timedelta(hours=1))
