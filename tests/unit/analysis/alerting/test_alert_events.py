"""What fires at the same time for one service is one alert event, and its episodes stay counted."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from prodmeet_kit.analysis.alerting.alert_events import events
from prodmeet_kit.schemas.frames import ALERT_EVENTS, EPISODES
from tests.support.grids import MINUTE, at

FIRST = at("2026-11-12T09:00")


def episode(start: float, end: float, service: str = "cart", alert: str = "Burn", **more: Any) -> dict[str, Any]:
    """An episode from and to these minutes."""
    return {
        "id": f"{alert}/{service}@{start}",
        "alert": alert,
        "service": service,
        "page": True,
        "start": FIRST + start * MINUTE,
        "end": FIRST + end * MINUTE,
        **more,
    }


def found(*episodes: dict[str, Any]) -> pd.DataFrame:
    return ALERT_EVENTS.check(events(EPISODES.frame(episodes)))


def test_pods_that_replace_each_other_are_one_alert_event_of_several_episodes() -> None:
    pods = [episode(0, 10, labels='{"pod":"a"}'), episode(12, 20, labels='{"pod":"b"}'), episode(14, 30, page=False)]
    row = found(*pods).iloc[0]
    assert (row["episodes"], row["pages"], row["page"]) == (3, 2, True)
    assert (row["start"], row["end"]) == (FIRST, FIRST + 30 * MINUTE)
    assert (row["id"], row["alerts"]) == ("cart@2026-11-12T09:00:00Z", ["Burn"])


def test_the_gap_inside_an_event_is_five_minutes_at_most() -> None:
    assert found(episode(0, 10), episode(15, 20))["episodes"].tolist() == [2]
    assert found(episode(0, 10), episode(15.1, 20))["episodes"].tolist() == [1, 1]


def test_a_short_episode_inside_a_long_one_does_not_end_the_event() -> None:
    assert found(episode(0, 60), episode(5, 6, alert="Slow"), episode(50, 55))["alerts"].tolist() == [["Burn", "Slow"]]


def test_what_fires_for_more_than_a_day_does_not_hold_pages_together() -> None:
    day = 1440
    ticket = episode(0, 3 * day, alert="SlowBurn", page=False)
    made = found(ticket, episode(0, 10), episode(day, day + 10), episode(day, 3 * day, alert="Disk", page=False))
    assert made["alerts"].tolist() == [["Disk", "SlowBurn"], ["Burn"], ["Burn"]]
    assert made["id"].is_unique
    # A day to the minute is not more than a day.
    assert found(episode(0, day, alert="SlowBurn"), episode(60, 70))["episodes"].tolist() == [2]


def test_two_services_are_never_one_event() -> None:
    both = found(episode(0, 10), episode(0, 10, service="web"))
    assert sorted(both["service"]) == ["cart", "web"]


def test_without_a_service_the_same_alert_is_one_event_and_another_is_not() -> None:
    # A service may have the name of an alert: they are two all the same.
    made = found(
        episode(0, 10, service=""),
        episode(2, 12, service=""),
        episode(0, 10, service="", alert="Disk"),
        episode(0, 10, service="Disk"),
    )
    assert sorted(zip(made["service"], made["episodes"], strict=True)) == [("", 1), ("", 2), ("Disk", 1)]


def test_without_episodes_there_are_no_events() -> None:
    assert found().empty


spans = st.tuples(st.integers(0, 300), st.integers(1, 40), st.sampled_from(["", "cart", "web"]), st.booleans())


@given(st.lists(spans, max_size=30))
@settings(max_examples=50, deadline=None)
def test_every_episode_and_every_page_is_in_exactly_one_event(given_spans: list[tuple[int, int, str, bool]]) -> None:
    episodes = [episode(start, start + length, who, page=page) for start, length, who, page in given_spans]
    made = found(*episodes)
    assert made["episodes"].sum() == len(episodes)
    assert made["pages"].sum() == sum(each["page"] for each in episodes)
    assert len(made) <= len(episodes)
