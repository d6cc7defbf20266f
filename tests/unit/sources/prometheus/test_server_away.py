"""When the server was away: seen in series that stop with it, told beside the pages, and no stop of any alert."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analysis.alerting.episodes import build
from prodmeet_kit.sources.prometheus.server_away import any_of
from tests.support.alert_store import Samples, Store, ask, every
from tests.support.grids import at, window

WINDOW = window()
BEGIN = at("2026-11-12T09:00:23.4").timestamp()
HOUR = 3600.0
HIGH = {"alertname": "High", "service": "cart", "alertstate": "firing"}
REQUESTS = {"__name__": "http_requests_total", "service": "cart"}


def up(*without: tuple[float, float], seconds: float = 15, **labels: str) -> tuple[dict[str, str], Samples]:
    """``up`` from a day before the first sample of the alert to a day after it, in minutes; not in the spans."""
    spans = [(BEGIN + first * 60, BEGIN + last * 60) for first, last in without]
    times = every(seconds, BEGIN - 24 * HOUR - 4.1, BEGIN + 24 * HOUR, *spans)
    return {"__name__": "up", "job": "cart", "instance": "cart:80", **labels}, [(each, 1.0) for each in times]


def fired(*spans: tuple[int, int], **labels: str) -> tuple[dict[str, str], list[float]]:
    """The alert at every minute from the first to the last of each span."""
    return {**HIGH, **labels}, [time for a, b in spans for time in every(60, BEGIN + a * 60, BEGIN + b * 60)]


def seen(store: Store, **config: Any) -> tuple[list[tuple[float, float]], pd.DataFrame, list[str]]:
    """Episodes and times away of every server, in minutes, and what is said to be unseen."""
    made, context = ask(store, WINDOW, config)
    found = build(made, WINDOW)
    spans = [
        (round((start.timestamp() - BEGIN) / 60, 2), round((end.timestamp() - BEGIN) / 60, 2))
        for start, end in zip(found["start"], found["end"], strict=True)
    ]
    return spans, made[made["state"] == "away"], context.gaps


def test_half_an_hour_away_is_said_and_is_no_stop() -> None:
    store = Store([fired((0, 9), (40, 50))], more=[up((9.5, 39.5))])
    spans, away, gaps = seen(store)
    assert spans == [(0, 51)]
    assert away["labels"].tolist() == ["{}"]
    # The last sample before is of 09:09:49.3, the first one after of 09:39:49.3 + 15 s, or so.
    assert gaps == ["the server was down Thu 12 Nov 09:09 to 09:40 UTC: pages during that time are not recorded"]


def test_questions_are_few() -> None:
    store = Store([fired((0, 9), (40, 50))], more=[up((9.5, 39.5))])
    seen(store)
    kinds = [query.partition("{")[0].partition(" ")[0].partition("(")[0] for query in store.queries]
    # Five ranges hold the 28 days; one question chooses the series, one looks after the silence.
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "ALERTS": 5,
        "ALERTS_FOR_STATE": 1,
        "topk": 1,
        "up": 5,
        "group": 3,  # of them two ask how far back the server has data
    }


def test_another_target_that_was_scraped_meanwhile_shows_that_the_server_was_there() -> None:
    other = up(seconds=60, instance="web:80")
    other = other[0], [sample for sample in other[1] if sample[0] >= BEGIN - HOUR]  # not the one that is watched
    spans, away, gaps = seen(Store([fired((0, 9), (40, 50))], more=[up((9.5, 39.5)), other]))
    assert (spans, len(away), gaps) == ([(0, 10), (40, 51)], 0, [])


def test_an_alert_that_was_evaluated_meanwhile_shows_it_too() -> None:
    other = {**HIGH, "alertname": "Always"}, every(60, BEGIN - HOUR, BEGIN + 2 * HOUR)
    spans, away, gaps = seen(Store([fired((0, 9), (40, 50)), other], more=[up((9.5, 39.5))]))
    assert ((0, 10) in spans, len(away), gaps) == (True, 0, [])


def test_a_short_restart_explains_a_gap_and_fails_nothing() -> None:
    # Three evaluations fell into it: 10, 11, 12.
    spans, away, gaps = seen(Store([fired((0, 9), (13, 20))], more=[up((9.5, 12.8))]))
    assert (spans, len(away), gaps) == ([(0, 21)], 1, [])
    # Where no alert stopped, three minutes are not worth a line.
    assert len(seen(Store([fired((0, 9))], more=[up((30, 33))]))[1]) == 0


def test_a_real_stop_with_the_server_there_is_two_episodes() -> None:
    assert seen(Store([fired((0, 9), (12, 20))], more=[up()]))[0] == [(0, 10), (12, 21)]


def test_of_two_replicas_one_away_is_not_blind() -> None:
    replicas = [up((9.5, 39.5), replica="a"), up(replica="b")]
    both = [fired((0, 9), (40, 50), replica="a"), fired((0, 50), replica="b")]
    spans, away, gaps = seen(Store(both, more=replicas))
    assert (spans, away["labels"].tolist(), gaps) == ([(0, 51)], ['{"replica":"a"}'], [])
    # b saw it stop.
    both[1] = fired((0, 20), (30, 50), replica="b")
    assert seen(Store(both, more=replicas))[0] == [(0, 21), (30, 51)]


def test_both_replicas_away_is_blind_where_they_meet() -> None:
    replicas = [up((9.5, 39.5), replica="a"), up((19.5, 49.5), replica="b")]
    both = [fired((0, 9), (40, 60), replica="a"), fired((0, 19), (50, 60), replica="b")]
    spans, away, gaps = seen(Store(both, more=replicas))
    assert (spans, len(away)) == ([(0, 61)], 3)
    assert gaps == ["the server was down Thu 12 Nov 09:19 to 09:40 UTC: pages during that time are not recorded"]


def test_without_up_what_the_product_reads_explains_a_gap_but_says_nothing_of_other_times() -> None:
    times = every(60, BEGIN - 24 * HOUR, BEGIN + 24 * HOUR, (BEGIN + 9.5 * 60, BEGIN + 39.5 * 60))
    requests = ({**REQUESTS, "code": "500"}, [(each, 1.0) for each in times])
    spans, away, _ = seen(Store([fired((0, 9), (40, 50))], more=[requests]))
    assert (spans, len(away)) == ([(0, 51)], 1)
    assert seen(Store([fired((100, 110))], more=[requests]))[2] == []
    steady = ({**REQUESTS, "code": "500"}, [(each, 1.0) for each in every(60, BEGIN - HOUR, BEGIN + 24 * HOUR)])
    assert seen(Store([fired((0, 9), (13, 20))], more=[steady]))[0] == [(0, 10), (13, 21)]


@pytest.mark.parametrize(
    ("spans", "episodes"),
    [
        (((0, 9), (11, 29), (33, 59)), [(0, 60)]),  # one missed, and three where nothing at all was stored
        (((0, 9), (15, 29)), [(0, 10), (15, 30)]),  # five missed are no restart
        (((0, 9), (13, 19), (23, 29)), [(0, 10), (13, 20), (23, 30)]),  # twice a day: it flaps
    ],
)
def test_with_no_series_to_go_by_one_short_gap_a_day_is_a_restart(
    spans: tuple[tuple[int, int], ...], episodes: list[tuple[int, int]]
) -> None:
    assert seen(Store([fired(*spans)]))[0] == episodes


def test_alerts_that_stop_and_come_back_together_do_not_speak_against_a_restart() -> None:
    # The other is evaluated 20 s later: its last is at 9:20, its first at 13:20.
    other = {**HIGH, "alertname": "Other"}, [time + 20 for time in fired((0, 9), (13, 29))[1]]
    spans, away, _ = seen(Store([fired((0, 9), (13, 29)), other]))
    assert spans == [(0, 30), (0.33, 30.33)]
    assert len(away) == 1
    # It went on: the server was there.
    other = {**HIGH, "alertname": "Other"}, [time + 20 for time in fired((0, 29))[1]]
    assert seen(Store([fired((0, 9), (13, 29)), other]))[0] == [(0, 10), (0.33, 30.33), (13, 30)]


def test_many_times_away_are_said_in_one_line_more() -> None:
    # Six times twelve minutes, an hour apart.
    store = Store([], more=[up(*((60 * hour, 60 * hour + 12 + hour) for hour in range(6)))])
    _, away, gaps = seen(store)
    assert len(away) == 6
    assert len(gaps) == 4
    assert gaps[0].startswith("the server was down Thu 12 Nov 14:")  # the longest first
    assert (
        gaps[3] == "the server was down 3 more times for ten minutes or more: pages during that time are not recorded"
    )


def test_what_was_before_the_last_meeting_fails_nothing_now() -> None:
    early = (WINDOW.start.timestamp() - 3 * HOUR, WINDOW.start.timestamp() - 2 * HOUR)
    times = every(60, early[0] - HOUR, early[1] + HOUR, early)
    _, away, gaps = seen(Store([], more=[({"__name__": "up", "job": "a"}, [(each, 1.0) for each in times])]))
    assert (len(away), gaps) == (1, [])


def test_a_selector_of_several_series_says_only_what_they_have() -> None:
    two = [{"job": "a.b", "replica": "x"}, {"job": 'c"', "replica": "x"}]
    assert any_of("up", two) == r'up{job=~"a\\.b|c\"",replica="x"}'
    assert any_of('req{service="cart"}', [{"code": "500"}]) == 'req{service="cart",code="500"}'
    assert any_of("up", [{}]) == "up"
