"""How often an alert is evaluated: its rule's group says so, else its samples."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from prodmeet_kit.analysis.alerting.episodes import build
from prodmeet_kit.sources.prometheus.alert_intervals import Intervals, common_spacing
from tests.support.alert_store import Store, ask, every
from tests.support.grids import at, window

WINDOW = window()
BEGIN = at("2026-11-12T09:00:23.4").timestamp()
HIGH = {"alertname": "High", "service": "cart"}
FIRING = {**HIGH, "alertstate": "firing"}


def group(interval: float, *labels: dict[str, str]) -> dict[str, Any]:
    rules = [{"name": "High", "query": "x > 1", "type": "alerting", "duration": 0, "labels": each} for each in labels]
    return {"name": f"every {interval}", "interval": interval, "rules": rules or [group(1, {})["rules"][0]]}


def episodes(store: Store, **config: Any) -> list[tuple[float, float]]:
    """Begin and end of each episode, in seconds from the first sample."""
    made, _ = ask(store, WINDOW, config)
    found = build(made, WINDOW)
    spans = zip(found["start"], found["end"], strict=True)
    return [(round(start.timestamp() - BEGIN, 3), round(end.timestamp() - BEGIN, 3)) for start, end in spans]


@pytest.mark.parametrize("rules", [True, False], ids=["rules API", "samples alone"])
@pytest.mark.parametrize("seconds", [15, 60, 300, 1800])
def test_two_hours_of_firing_are_one_episode_however_often_the_group_is_evaluated(seconds: int, rules: bool) -> None:
    # One interval after the last evaluation it is over.
    times = every(seconds, BEGIN, BEGIN + 7200)
    store = Store([(FIRING, times)], rules=[group(seconds)] if rules else None)
    least = "15s" if seconds == 15 and not rules else "60s"
    assert episodes(store, evaluation_interval=least) == [(0, 7200 + seconds)]


@pytest.mark.parametrize("seconds", [15, 60, 300, 1800])
def test_one_missed_evaluation_is_no_stop_and_two_are(seconds: int) -> None:
    # Evaluations 0 to 20, of which the 5th is missed: one episode. Without the 5th and the 6th two.
    times = every(seconds, BEGIN, BEGIN + 20 * seconds)
    up = ({"__name__": "up", "job": "cart"}, [(each, 1.0) for each in every(15, BEGIN - 3600, BEGIN + 50_000)])
    for missed, spans in (
        ({5}, [(0, 21 * seconds)]),
        ({5, 6}, [(0, 5 * seconds), (7 * seconds, 21 * seconds)]),
    ):
        left = [each for number, each in enumerate(times) if number not in missed]
        assert episodes(Store([(FIRING, left)], rules=[group(seconds)], more=[up])) == spans


def test_the_rule_is_asked_before_the_parameter_and_the_samples() -> None:
    # Every ten minutes for one evaluation: the samples alone look like a slow group, the rule says every minute.
    times = every(600, BEGIN, BEGIN + 7200)
    store = Store([(FIRING, times)], rules=[group(60)])
    assert len(episodes(store, evaluation_interval="10m")) == 13


def test_since_when_the_condition_holds_tells_an_alert_that_flaps_from_a_slow_group() -> None:
    # As above without a rules API; the server remembers a new begin each time.
    times = every(600, BEGIN, BEGIN + 7200)
    since = ({"__name__": "ALERTS_FOR_STATE", **HIGH}, [(each, round(each)) for each in times])
    assert len(episodes(Store([(FIRING, times)], more=[since]))) == 13
    steady = ({"__name__": "ALERTS_FOR_STATE", **HIGH}, [(each, round(BEGIN)) for each in times])
    assert episodes(Store([(FIRING, times)], more=[steady])) == [(0, 7800)]


@pytest.mark.parametrize(
    ("apart", "spacing"),
    [
        ([300] * 24, 300),
        ([300] * 24 + [60], 300),  # one of 25 is an exception
        ([60] * 3 + [600] * 9, 60),
        ([60, 600, 600], 60),
        ([300], 60),  # found once
        ([], 60),
        ([15] * 20, 60),  # never below the parameter
        ([7200] * 5, 60),  # says nothing
        ([302, 299, 301, 600], 299),
    ],
)
def test_the_smallest_common_distance_of_samples_is_the_interval(apart: list[int], spacing: int) -> None:
    assert common_spacing(np.array(apart, dtype=np.int64) * 1000, 60_000) == spacing * 1000


def test_of_rules_with_one_name_the_one_with_the_alerts_labels_counts() -> None:
    rules = [
        ("High", {"severity": "page"}, 15.0),
        ("High", {"severity": "ticket", "team": "{{ $labels.team }}"}, 300.0),
    ]
    intervals = Intervals(rules, timedelta(minutes=1))
    assert intervals.of("High", {"severity": "page"}, []) == (15_000, True)
    assert intervals.of("High", {"severity": "ticket", "team": "a"}, []) == (300_000, True)
    assert intervals.of("Other", {}, []) == (60_000, False)


@pytest.mark.parametrize(("seconds", "interval"), [(15, 15), (60, 15), (300, 300), (310, 300)])
def test_of_several_rules_alike_the_samples_choose(seconds: int, interval: int) -> None:
    rules: list[tuple[str, dict[str, str], float]] = [("High", {}, 15.0), ("High", {}, 300.0)]
    times = np.arange(10, dtype=np.int64) * seconds * 1000
    assert Intervals(rules, timedelta(minutes=1)).of("High", {}, [times]) == (interval * 1000, True)
