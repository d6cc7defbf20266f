"""When an alert is proposed for deletion, and what is said of what else would catch what it could."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.paging.deleting import Deleting
from prodmeet_kit.analysis.paging.noise import noise
from prodmeet_kit.analysis.paging.proposals import candidates, proposals
from prodmeet_kit.schemas.frames import EPISODES, PROPOSALS, rows
from tests.support.burn_worlds import CPU, ERRORS, WINDOW, Judged, at_random, burn, episodes, judged
from tests.support.counts import count
from tests.support.grids import END

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def deleting(world: Judged, alert: str = CPU[0]) -> dict[str, Any]:
    return Deleting(world.fired, world.events, world.burns, WINDOW).of(alert, "cart", "page")


def fired(*days: float, alert: str = CPU[0]) -> pd.DataFrame:
    """Episodes so many days before the meeting."""
    return episodes(1, alert, [END - day * DAY for day in days])


def proposed(world: Judged) -> list[str]:
    noisy = candidates(noise(world.fired, world.pages, world.events, WINDOW, world.burns), world.pages, WINDOW)
    found = PROPOSALS.check(proposals(noisy, world.fired, world.events, {}, WINDOW, burns=world.burns))
    return [str(change) for change in found["change"]]


@pytest.mark.parametrize(
    ("days", "change", "kept"),
    [
        ((1, 2, 3, 20, 21), "delete", ""),
        ((1, 2, 3, 20), "review", "few"),  # four times over two meetings
        ((1, 2, 3, 4, 5, 6, 7), "review", "few"),  # at one meeting only
        ((20, 21, 22, 23, 24), "review", "few"),
        ((1, 2, 3, 30, 31, 32), "review", "few"),  # the others are older than two meetings
    ],
)
def test_only_what_was_noise_at_two_meetings_is_proposed_for_deletion(
    days: tuple[float, ...], change: str, kept: str
) -> None:
    found = deleting(judged(burn(1), fired(*days), CPU, ERRORS))
    assert (found["change"], found["kept"]) == (change, kept)


def test_nothing_is_deleted_while_a_ticket_condition_of_its_service_held() -> None:
    every = fired(1, 2, 3, 4, 20, 21, 22)
    for trend in (burn(1, usual=2.7), burn(1, (2.7, END - 3 * DAY, 2 * DAY)), burn(1, (4.0, END - 23 * DAY, 3 * DAY))):
        found = deleting(judged(trend, every, CPU))
        assert (found["change"], found["kept"]) == ("ticket", "ticket_held")
    # Over long before it fired: nothing of it is left.
    assert deleting(judged(burn(1, (4.0, END - 40 * DAY, 3 * DAY)), every, CPU))["change"] == "delete"
    quiet = every.assign(page=False)
    assert deleting(judged(burn(1, usual=2.7), quiet, CPU))["change"] == "review"


def test_what_else_would_catch_it_stands_beside_a_deletion() -> None:
    days = (1, 2, 3, 20, 21)
    found = deleting(judged(burn(1), fired(*days), CPU, ERRORS))
    assert found["could_catch"] == ["cart/availability"] and found["other_alerts"] == [ERRORS[0]]
    assert found["standard_rules"] == ["cart/availability 14.4x/1h", "cart/availability 6x/6h"]
    # Where something burned, what caught it; what fired at another time did not.
    outage = END - 5 * DAY
    every = pd.concat(
        [
            fired(*days),
            fired(4.99, alert="Told"),
            fired(8, alert="Elsewhere"),
            fired(4.98, alert="Ticket").assign(page=False),
        ]
    )
    world = judged(burn(1, (60.0, outage, 3 * HOUR)), EPISODES.frame(rows(every)), CPU)
    found = Deleting(world.fired, world.events, world.burns, WINDOW).of(CPU[0], "cart", "page")
    assert found["other_alerts"] == ["Ticket", "Told"] and found["standard_rules"] == ["cart/availability 14.4x/1h"]


def test_an_alert_of_a_service_without_slo_that_nothing_else_covers_is_not_deleted() -> None:
    every = fired(1, 2, 3, 20, 21).assign(service="mail")
    world = judged(burn(1), every, CPU)
    found = Deleting(every, world.events, world.burns, WINDOW).of(CPU[0], "mail", "page")
    assert (found["change"], found["kept"], found["could_catch"]) == ("review", "nothing_else", [])


@pytest.mark.parametrize("events", [20.0, 100.0, 1000.0])
@pytest.mark.parametrize("known", [True, False])
def test_the_only_alert_of_a_slow_burn_is_never_proposed_for_deletion(events: float, known: bool) -> None:
    # Before, 23% to 38% of these alerts were noise and to be deleted.
    for seed in range(count(4, 200)):
        random = np.random.default_rng([seed, 4])
        onset, length = END - random.uniform(8.5, 13) * DAY, random.uniform(2, 8) * DAY
        trend = burn(seed, (random.uniform(2.5, 3), onset, length), events=events)
        many = int(random.integers(1, 12))
        starts = at_random(seed, onset + HOUR, length - 2 * HOUR, many) + at_random(seed, END - 27 * DAY, 10 * DAY, 4)
        world = judged(trend, episodes(seed, ERRORS[0], sorted(starts)), *([ERRORS] if known else []))
        assert not len(noise(world.fired, world.pages, world.events, WINDOW, world.burns)), seed
        assert "delete" not in proposed(world), seed


@pytest.mark.parametrize("pace", [0.2, 1.3, 2.8, 4.0, 8.0])
def test_an_alert_that_flaps_in_a_steady_burn_is_noise_and_deleted_only_where_nothing_burns(pace: float) -> None:
    for seed in range(count(3, 100)):
        fired = episodes(seed, CPU[0], at_random(seed, WINDOW.compare_start, 27.9 * DAY, 50))
        world = judged(burn(seed, usual=pace), fired, CPU, ERRORS)
        assert noise(fired, world.pages, world.events, WINDOW, world.burns)["reason"].tolist() == ["slis_fine"]
        assert proposed(world) == ["ticket" if pace > 1.2 else "delete"]


def test_a_burn_that_begins_while_an_unrelated_alert_flaps_makes_it_no_less_noise() -> None:
    hits = 0
    for seed in range(many := count(10, 200)):
        random = np.random.default_rng([seed, 5])
        trend = burn(seed, (random.uniform(2.5, 5), END - random.uniform(5, 12) * DAY, 4 * DAY))
        fired = episodes(seed, CPU[0], at_random(seed, WINDOW.start, 13.9 * DAY, 25))
        world = judged(trend, fired, CPU, ERRORS)
        hits += bool(len(noise(fired, world.pages, world.events, WINDOW, world.burns)))
        assert "delete" not in proposed(world)
    assert hits >= 0.95 * many
