"""What is noise."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analysis.paging.noise import never_fired, noise
from prodmeet_kit.schemas.frames import ALERT_RULES, EPISODES, NOISE, PAGES, SLO_EVENTS
from tests.support.alerts import episode, event
from tests.support.grids import at, window

WINDOW = window()
NO_EVENTS = SLO_EVENTS.frame()
NO_PAGES = PAGES.frame()


def noise_of(
    episodes: list[dict[str, Any]], pages: pd.DataFrame = NO_PAGES, events: pd.DataFrame = NO_EVENTS
) -> list[list[Any]]:
    found = NOISE.check(noise(EPISODES.frame(episodes), pages, events, WINDOW))
    return found[["alert", "count", "reason"]].to_numpy().tolist()


def test_three_short_episodes_resolve_by_themselves_and_two_do_not_make_a_habit() -> None:
    three = [episode(f"{day}T03:00", minutes) for day, minutes in ((12, 10), (14, 15), (16, 600))]
    assert noise_of(three) == [["Full", 3, "self_resolved"]]  # two of three are short
    assert noise_of(three[:2]) == []
    assert noise_of([*three[:2], episode("16T03:00", 600), episode("17T03:00", 600), episode("18T03:00", 16)]) == []
    # What was before the last meeting does not count.
    assert noise_of([*three[:2], episode("09T03:00", 10)]) == []


def test_the_numbers_of_a_noisy_alert() -> None:
    found = noise(
        EPISODES.frame([episode(f"{d}T03:00", m) for d, m in ((12, 5), (14, 9), (16, 61))]), NO_PAGES, NO_EVENTS, WINDOW
    )
    assert found["median_duration_s"].tolist() == [540] and found["share_short"].tolist() == pytest.approx([2 / 3])


def test_four_times_within_a_day_flap_but_not_of_four_pods() -> None:
    hours = ["12T03:00", "12T09:00", "12T15:00", "13T03:00"]
    assert noise_of([episode(start, 60) for start in hours]) == [["Full", 4, "flapping"]]
    assert noise_of([episode(start, 60) for start in [*hours[:3], "13T03:01"]]) == []
    assert noise_of([episode(start, 60, labels=f"pod{n}") for n, start in enumerate(hours)]) == []


def test_a_page_is_noise_when_every_one_of_its_pages_was() -> None:
    episodes = [episode("12T03:00", 60, page=True), episode("14T03:00", 60, page=True)]

    def pages(*verdicts: tuple[str, str]) -> pd.DataFrame:
        return PAGES.frame(
            {"id": each["id"], "suggested_verdict": suggested, "shown_verdict": said or suggested}
            for each, (suggested, said) in zip(episodes, verdicts, strict=True)
        )

    assert noise_of(episodes, pages(("noise", ""), ("noise", ""))) == [["Full", 2, "slis_fine"]]
    assert noise_of(episodes, pages(("noise", ""), ("unclear", ""))) == []
    assert noise_of(episodes, pages(("noise", ""), ("right", "noise"))) == [["Full", 2, "slis_fine"]]
    assert noise_of(episodes, pages(("noise", ""), ("noise", "right"))) == []


@pytest.mark.parametrize(
    ("alert_service", "event_service", "noisy"), [("cart", "cart", 0), ("cart", "web", 1), ("", "web", 0)]
)
def test_what_fired_during_an_event_of_its_service_is_no_noise(
    alert_service: str, event_service: str, noisy: int
) -> None:
    episodes = [episode(f"{day}T03:00", 10, service=alert_service) for day in (12, 14, 16)]
    events = SLO_EVENTS.frame([event("14T03:05", "14T03:40", event_service)])
    assert len(noise_of(episodes, events=events)) == noisy


def test_what_nobody_ever_acknowledged_is_noise_where_the_source_tells() -> None:
    days = (12, 14, 16)
    told = [episode(f"{day}T03:00", 600, acknowledges=True) for day in days]
    assert noise_of(told) == [["Full", 3, "never_acted"]]
    assert noise_of([*told[:2], {**told[2], "acknowledged": at("2026-11-16T03:05")}]) == []
    assert noise_of([episode(f"{day}T03:00", 600) for day in days]) == []


def test_what_fires_nearly_always_is_a_state_whatever_else_happened() -> None:
    # 13 d 8 h of 14 d are 95.2%, 13 d 7 h 95.0% are not more; it began before the last meeting.
    events = SLO_EVENTS.frame([event("14T03:05", "14T03:40")])
    first = [episode("09T10:00", 60 * (24 + 320))]
    assert noise_of(first, events=events) == [["Full", 1, "always_firing"]]
    assert noise_of([episode("09T10:00", 60 * (24 + 319))], events=events) == []
    assert noise_of([{**first[0], "severity": "none"}]) == []


def test_meetings_are_counted_back_from_this_one() -> None:
    episodes = [episode(f"{day}T03:00", 10) for day in (12, 14, 16)] + [episode("09T03:00", 10)]
    assert noise(EPISODES.frame(episodes), NO_PAGES, NO_EVENTS, WINDOW)["meetings"].tolist() == [2]


def test_a_rule_without_any_episode_never_fired_but_for_severities_nobody_answers() -> None:
    rules = ALERT_RULES.frame(
        [
            {"alert": "Full", "labels": "{}"},
            {"alert": "Quiet", "labels": '{"severity":"page"}'},
            {"alert": "Watchdog", "labels": '{"severity":"none"}'},
        ]
    )
    assert never_fired(rules, EPISODES.frame([episode("12T03:00", 1)]))["alert"].tolist() == ["Quiet"]
    assert never_fired(None, EPISODES.frame()).empty
