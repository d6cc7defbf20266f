"""From samples of ALERTS to the times an alert fired."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodmeet_kit.analysis.episodes import build
from prodmeet_kit.frames import ALERT_SAMPLES, EPISODES, label_key
from prodmeet_kit.promql import Matchers
from tests.support.grids import MINUTE, at, window

WINDOW = window()
FIRST = at("2026-11-12T09:00:23.4")
PAGE = Matchers.parse('severity="page"')
CART = {"service": "cart", "severity": "page"}


def samples(minutes: Iterable[float], state: str = "firing", alert: str = "Burn", **labels: str) -> pd.DataFrame:
    return ALERT_SAMPLES.frame(
        {"time": FIRST + minute * MINUTE, "alertname": alert, "state": state, "labels": label_key(labels or CART)}
        for minute in minutes
    )


def episodes(*frames: pd.DataFrame) -> pd.DataFrame:
    return EPISODES.check(build(pd.concat(frames, ignore_index=True), PAGE, MINUTE, WINDOW))


def spans(found: pd.DataFrame) -> list[tuple[float, float]]:
    """Start and end in minutes from the first sample."""
    return [
        ((start - FIRST) / MINUTE, (end - FIRST) / MINUTE)
        for start, end in zip(found["start"], found["end"], strict=True)
    ]


def test_an_episode_lasts_from_its_first_sample_to_one_interval_after_its_last() -> None:
    found = episodes(samples([0, 1, 2, 3]))
    row = found.iloc[0]
    assert (row["alert"], row["service"], row["severity"], row["page"]) == ("Burn", "cart", "page", True)
    assert (row["start"], row["end"], row["duration_s"]) == (FIRST, FIRST + 4 * MINUTE, 240)
    assert not row["cut_start"] and not row["cut_end"] and np.isnan(row["pending_s"])
    assert row["labels"] == '{"service":"cart","severity":"page"}'


def test_one_missed_evaluation_parts_two_episodes_and_a_late_one_does_not() -> None:
    assert spans(episodes(samples([0, 1, 3, 4.5, 6.1]))) == [(0, 2), (3, 5.5), (6.1, 7.1)]


def test_alerts_and_label_sets_do_not_mix() -> None:
    found = episodes(samples([0, 2]), samples([1], alert="Other"), samples([1], service="web"))
    assert sorted(spans(found)) == [(0, 1), (1, 2), (1, 2), (2, 3)]
    assert found["page"].tolist() == [True, False, True, True]  # in order of start, then alert, then labels


def test_replicas_of_one_rule_make_one_episode() -> None:
    found = episodes(
        samples([0, 1, 2], **CART, replica="a"), samples([0.5, 1.5, 2.5, 3.5], **CART, prometheus_replica="b")
    )
    assert spans(found) == [(0, 4.5)]
    assert found["labels"].tolist() == [label_key(CART)]


def test_pending_counts_from_the_first_of_the_samples_directly_before() -> None:
    # Pending at 0 (an earlier try), then 3, 4, 5 and firing from 6: 3 minutes. The second time nothing was pending.
    found = episodes(samples([0, 3, 4, 5], "pending"), samples([6, 7, 20]))
    assert found["pending_s"].fillna(-1).tolist() == [180, -1]


def test_pending_is_not_counted_through_an_earlier_time_it_fired() -> None:
    found = episodes(samples([0, 1, 3], "pending"), samples([2, 4]))
    assert found["pending_s"].tolist() == [120, 60]


def test_what_was_only_pending_is_no_episode() -> None:
    assert episodes(samples([0, 1], "pending")).empty
    assert EPISODES.check(build(ALERT_SAMPLES.frame(), PAGE, MINUTE, WINDOW)).empty


def test_episodes_at_the_edges_of_the_data_are_marked() -> None:
    begin, end = ((moment - FIRST.to_pydatetime()) / MINUTE for moment in (WINDOW.compare_start, WINDOW.end))
    found = episodes(
        samples([begin + 1.4], alert="at_begin"),
        samples([begin + 0.4], "pending", alert="seen_pending"),
        samples([begin + 1.4], alert="seen_pending"),
        samples([begin + 1.6], alert="later"),
        samples([end - 1.4], alert="at_end"),
        samples([end - 1.6], alert="over"),
    ).set_index("alert")
    assert found["cut_start"][found["cut_start"]].index.tolist() == ["at_begin"]
    assert found["cut_end"][found["cut_end"]].index.tolist() == ["at_end"]


def test_the_page_expression_may_name_the_alert() -> None:
    both = pd.concat([samples([0]), samples([0], alert="Watch")], ignore_index=True)
    found = build(both, Matchers.parse('alertname!="Watch",severity="page"'), MINUTE, WINDOW)
    assert dict(zip(found["alert"], found["page"], strict=True)) == {"Burn": True, "Watch": False}


def test_an_id_is_the_same_whatever_else_is_there() -> None:
    alone = episodes(samples([5, 6]))["id"].tolist()
    among = episodes(samples([0], service="web"), samples([5, 6, 9, 10]))
    assert alone == ["Burn@2026-11-12T09:05:23Z-" + alone[0][-8:]]
    assert alone[0] in set(among["id"]) and among["id"].is_unique


def test_without_an_interval_given_in_minutes_the_gap_follows_the_interval() -> None:
    found = build(samples([0, 0.5, 1, 2]), PAGE, timedelta(seconds=30), WINDOW)
    assert spans(found) == [(0, 1.5), (2, 2.5)]


@given(st.sets(st.integers(0, 60), min_size=1), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_no_firing_evaluation_is_lost_or_doubled(minutes: set[int], shuffle: Random) -> None:
    order = sorted(minutes)
    shuffle.shuffle(order)
    found = episodes(samples(order))
    # Each evaluation stands for one interval: lengths add up to the number of evaluations.
    assert found["duration_s"].sum() == pytest.approx(60 * len(minutes))
    covered = [minute for start, end in spans(found) for minute in range(round(start), round(end))]
    assert covered == sorted(minutes)
