"""From runs of firing to the times an alert fired, as people count them."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodmeet_kit.analysis.alerting.episodes import build
from prodmeet_kit.schemas.frames import ALERT_RUNS, EPISODES, label_key
from tests.support.grids import MINUTE, at, window

WINDOW = window()
FIRST = at("2026-11-12T09:00:23.4")
CART = {"service": "cart", "severity": "page"}


def run(first: float, last: float | None = None, alert: str = "Burn", **more: Any) -> dict[str, Any]:
    """A run of one alert; ``first`` and ``last`` evaluation in minutes from the first of all."""
    told = {name: more.pop(name) for name in list(more) if name in ALERT_RUNS.columns}
    ends = FIRST + (first if last is None else last) * MINUTE
    return {
        "alertname": alert,
        "state": "firing",
        "labels": label_key(more or CART),
        "page": (more or CART).get("severity") == "page",
        "start": FIRST + first * MINUTE,
        "last": ends,
        "interval_s": 60,
        "source": "alerts",
        **told,
    }


def episodes(*runs: dict[str, Any], **options: Any) -> pd.DataFrame:
    return EPISODES.check(build(ALERT_RUNS.frame(runs), WINDOW, **options))


def spans(found: pd.DataFrame) -> list[tuple[float, float]]:
    """Start and end in minutes from the first sample."""
    return [
        ((start - FIRST) / MINUTE, (end - FIRST) / MINUTE)
        for start, end in zip(found["start"], found["end"], strict=True)
    ]


def test_an_episode_lasts_from_its_first_evaluation_to_one_interval_after_its_last() -> None:
    row = episodes(run(0, 3)).iloc[0]
    assert (row["alert"], row["service"], row["severity"], row["page"]) == ("Burn", "cart", "page", True)
    assert (row["start"], row["end"], row["duration_s"], row["runs"]) == (FIRST, FIRST + 4 * MINUTE, 240, 1)
    assert not row["cut_start"] and not row["cut_end"] and np.isnan(row["pending_s"])
    assert (row["labels"], row["source"]) == ('{"service":"cart","severity":"page"}', "alerts")


def test_alerts_and_label_sets_do_not_mix() -> None:
    found = episodes(run(0), run(3), run(1, alert="Other"), run(1, service="web"))
    assert sorted(spans(found)) == [(0, 1), (1, 2), (1, 2), (3, 4)]
    assert found["page"].tolist() == [True, False, True, True]  # in order of start, then alert, then labels


def test_replicas_of_one_rule_make_one_episode() -> None:
    one, other = CART | {"replica": "a"}, CART | {"prometheus_replica": "b"}
    found = episodes(run(0, 2, **one), run(0.5, 3.5, **other))
    assert spans(found) == [(0, 4.5)]
    assert (found["labels"].tolist(), found["runs"].tolist()) == ([label_key(CART)], [2])


def test_a_replica_that_takes_over_within_one_missed_evaluation_goes_on_with_the_episode() -> None:
    one, other = CART | {"replica": "a"}, CART | {"replica": "b"}
    # The last evaluation of a was at 2: b is one missed evaluation behind at 4.5 and two at 4.6.
    assert spans(episodes(run(0, 2, **one), run(4.5, 6, **other))) == [(0, 7)]
    assert spans(episodes(run(0, 2, **one), run(4.6, 6, **other))) == [(0, 3), (4.6, 7)]


def test_labels_of_replicas_are_those_the_parameters_name() -> None:
    one, other = CART | {"cluster": "a"}, CART | {"cluster": "b"}
    assert len(episodes(run(0, 2, **one), run(1, 3, **other))) == 2
    assert spans(episodes(run(0, 2, **one), run(1, 3, **other), replica_labels=["cluster"])) == [(0, 4)]


def test_a_short_run_inside_a_long_one_does_not_end_it() -> None:
    one, other = CART | {"replica": "a"}, CART | {"replica": "b"}
    assert spans(episodes(run(0, 9, **one), run(1, 2, **other), run(9, 11, **other))) == [(0, 12)]


@pytest.mark.parametrize(("gap", "count"), [(4, 3), (5, 2), (60, 1)])
def test_an_alert_that_flaps_within_the_gap_is_one_episode_of_several_runs(gap: int, count: int) -> None:
    # It ends at 2, fires from 7 to 8 after 5 minutes, and from 67.5 after 59.5 minutes.
    found = episodes(run(0, 1), run(7), run(67.5), flap_gap=timedelta(minutes=gap))
    assert len(found) == count
    assert found["runs"].sum() == 3
    assert found["runs"].iloc[0] == {3: 1, 2: 2, 1: 3}[count]


def test_pending_counts_from_the_first_of_the_samples_directly_before() -> None:
    # Pending at 0 (an earlier try), then 3, 4, 5 and firing from 6: 3 minutes. The second time nothing was pending.
    found = episodes(run(0, state="pending"), run(3, 5, state="pending"), run(6, 7), run(20))
    assert found["pending_s"].fillna(-1).tolist() == [180, -1]


def test_pending_is_not_counted_through_an_earlier_time_it_fired() -> None:
    found = episodes(run(0, 1, state="pending"), run(2), run(3, state="pending"), run(4))
    assert found["pending_s"].tolist() == [120, 60]


def test_another_alert_that_was_pending_does_not_count() -> None:
    assert np.isnan(episodes(run(0, state="pending", alert="Other"), run(1))["pending_s"].iloc[0])


def test_what_was_only_pending_is_no_episode() -> None:
    assert episodes(run(0, 1, state="pending")).empty
    assert episodes().empty


def test_episodes_at_the_edges_of_the_data_are_marked() -> None:
    begin, end = ((moment - FIRST.to_pydatetime()) / MINUTE for moment in (WINDOW.history_start, WINDOW.end))
    found = episodes(
        run(begin + 1.4, alert="at_begin"),
        run(begin + 0.4, alert="seen_pending", state="pending"),
        run(begin + 1.4, alert="seen_pending"),
        run(begin + 1.6, alert="later"),
        run(end - 1.4, alert="at_end"),
        run(end - 1.6, alert="over"),
    ).set_index("alert")
    assert found["cut_start"][found["cut_start"]].index.tolist() == ["at_begin"]
    assert found["cut_end"][found["cut_end"]].index.tolist() == ["at_end"]


def test_a_run_without_an_end_goes_on_to_the_end_of_the_window() -> None:
    row = episodes(run(0) | {"last": None}).iloc[0]
    assert (row["end"], row["cut_end"]) == (WINDOW.end, True)
    assert row["duration_s"] == (WINDOW.end - FIRST).total_seconds()


def test_where_the_source_tells_the_moment_nothing_is_added() -> None:
    row = episodes(run(0, 3, interval_s=0)).iloc[0]
    assert (row["duration_s"], row["cut_end"]) == (180, False)


def test_the_earliest_answer_of_a_person_is_kept_and_the_first_words() -> None:
    row = episodes(
        run(0, 3, acknowledges=False, summary="", url=""),
        run(1, 4, source="alerts[1]", acknowledges=True, acknowledged=FIRST + 2 * MINUTE, summary="Slow", url="u"),
        run(2, 5, source="alerts[1]", acknowledges=True, acknowledged=FIRST + 1 * MINUTE, summary="Fast", url="v"),
    ).iloc[0]
    assert (row["acknowledged"], row["acknowledges"]) == (FIRST + MINUTE, True)
    assert (row["source"], row["summary"], row["url"], row["runs"]) == ("alerts", "Slow", "u", 3)


@pytest.mark.parametrize(("known", "page"), [((True, None), True), ((None, None), False), ((False, True), True)])
def test_an_episode_pages_when_any_of_its_runs_is_known_to(known: tuple[bool | None, bool | None], page: bool) -> None:
    found = episodes(*(run(0, 3, page=each) for each in known))
    assert found["page"].tolist() == [page]


def test_an_id_is_the_same_whatever_else_is_there() -> None:
    alone = episodes(run(5, 6))["id"].tolist()
    among = episodes(run(0, service="web"), run(5, 6), run(9, 10))
    assert alone == ["Burn@2026-11-12T09:05:23Z-" + alone[0][-8:]]
    assert alone[0] in set(among["id"]) and among["id"].is_unique


@given(st.sets(st.integers(0, 60), min_size=1), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_no_firing_evaluation_is_lost_or_doubled(minutes: set[int], shuffle: Random) -> None:
    order = sorted(minutes)
    shuffle.shuffle(order)
    found = episodes(*(run(minute) for minute in order))
    # Each evaluation stands for one interval, and one missed between two others for one more.
    missed = {minute + 1 for minute in minutes if minute + 2 in minutes} - minutes
    assert found["duration_s"].sum() == pytest.approx(60 * len(minutes | missed))
    covered = [minute for start, end in spans(found) for minute in range(round(start), round(end))]
    assert covered == sorted(minutes | missed)
