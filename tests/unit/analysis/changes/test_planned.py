"""Planned and past changes, and those in each other's way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analysis.changes.planned import collisions, past, upcoming
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import CHANGES, COLLISIONS, SLO_SUMMARY, UPCOMING
from tests.support.grids import at, window

WINDOW = window()  # 2026-11-10T10:00Z to 2026-11-24T10:00Z
FORTNIGHT = timedelta(days=14)


def change(name: str, start: str, hours: float | None = 2, services: tuple[str, ...] = ("cart",)) -> dict[str, Any]:
    first = at(f"2026-{start}")
    return {
        "id": name,
        "start": first,
        "end": None if hours is None else first + timedelta(hours=hours),
        "services": list(services),
    }


def plan(*changes: dict[str, Any]) -> pd.DataFrame:
    return CHANGES.frame(changes)


def test_a_change_belongs_to_the_meetings_between_which_it_starts() -> None:
    changes = plan(
        change("after the next", "12-08T10:00"),
        change("just before the next", "12-08T09:59"),
        change("from this meeting on", "11-24T10:00"),
        change("just before this", "11-24T09:59"),
        change("from the last on", "11-10T10:00"),
        change("before the last", "11-10T09:59", hours=48),
    )
    ahead = UPCOMING.check(upcoming(changes, WINDOW, FORTNIGHT))
    assert ahead["id"].tolist() == ["from this meeting on", "just before the next"]
    assert CHANGES.check(past(changes, WINDOW))["id"].tolist() == ["from the last on", "just before this"]


def test_nothing_planned_is_an_empty_frame() -> None:
    assert UPCOMING.check(upcoming(plan(), WINDOW, FORTNIGHT)).empty
    assert CHANGES.check(past(plan(), WINDOW)).empty
    assert COLLISIONS.check(collisions(plan())).empty


@pytest.mark.parametrize(
    ("second", "collides"),
    [
        (change("B", "11-25T11:59"), True),
        (change("B", "11-25T12:00"), False),  # the first is over
        (change("B", "11-25T11:00", None), True),  # a moment within
        (change("B", "11-25T10:00", None), True),  # a moment at its start
        (change("B", "11-25T08:00", 2), False),
        (change("B", "11-25T08:00", 2.1), True),
        (change("B", "11-25T11:00", services=("web",)), False),
        (change("B", "11-25T11:00", services=("web", "cart")), True),
        (change("B", "11-25T11:00", services=()), False),
    ],
)
def test_changes_collide_that_overlap_and_share_a_service(second: dict[str, Any], collides: bool) -> None:
    assert len(collisions(plan(change("A", "11-25T10:00"), second))) == collides
    assert len(collisions(plan(second, change("A", "11-25T10:00")))) == collides


def test_a_moment_and_a_change_that_start_together_collide() -> None:
    assert len(collisions(plan(change("A", "11-25T10:00", None), change("B", "11-25T10:00")))) == 1


def test_changes_collide_that_name_no_service_both() -> None:
    found = collisions(plan(change("A", "11-25T10:00", services=()), change("B", "11-25T11:00", services=())))
    assert found["services"].tolist() == [[]]


def test_a_collision_says_when_and_where() -> None:
    found = collisions(
        plan(change("B", "11-25T11:00", 5, ("web", "cart", "pay")), change("A", "11-25T10:00", 2, ("pay", "cart")))
    )
    assert found.iloc[0].to_dict() == {
        "first": "A",
        "second": "B",
        "services": ["cart", "pay"],
        "start": at("2026-11-25T11:00"),
        "end": at("2026-11-25T12:00"),
    }


def test_warnings_name_the_other_change_and_the_spent_budget() -> None:
    summary = SLO_SUMMARY.frame(
        [
            {"service": "cart", "name": "availability", "state": "BAD"},
            {"service": "cart", "name": "latency", "state": "OK"},
            {"service": "cart", "name": "rare", "state": "BAD", "within_chance": True},
            {"service": "web", "name": "availability", "state": "TOO_FEW", "budget_remaining": -3.0},
        ]
    )
    changes = plan(
        change("running", "11-24T09:00", 3),
        change("cart", "11-24T11:00"),
        change("web", "11-24T11:00", services=("web",)),
        change("anything", "11-25T11:00", services=()),
    )
    found = upcoming(changes, WINDOW, FORTNIGHT, summary).set_index("id")["warnings"]
    assert found.to_dict() == {
        "cart": ["collides:running", "budget_spent:cart/availability"],
        "web": [],
        "anything": ["budget_spent:cart/availability"],
    }
    assert upcoming(changes, WINDOW, FORTNIGHT).set_index("id")["warnings"]["cart"] == ["collides:running"]


@pytest.mark.parametrize(
    ("planned", "touched"),
    [
        (change("A", "12-01T08:00", 2), []),  # over as the freeze begins
        (change("A", "12-01T08:00", 3), ["freeze:sale"]),
        (change("A", "12-01T10:00", None), ["freeze:sale"]),
        (change("A", "12-02T09:59", None), ["freeze:sale"]),
        (change("A", "12-02T10:00", 2), []),
    ],
)
def test_a_change_in_a_freeze_carries_its_reason(planned: dict[str, Any], touched: list[str]) -> None:
    closed = [(at("2026-12-01T10:00"), at("2026-12-02T10:00"), "freeze:sale")]
    assert upcoming(plan(planned), WINDOW, FORTNIGHT, closed=closed)["warnings"].tolist() == [touched]


def hours(peak: int | None, height: float = 3.0) -> pd.DataFrame:
    """The same day on every weekday: 1 in each hour, and more in one."""
    table = pd.DataFrame(1.0, index=range(24), columns=range(7))
    if peak is not None:
        table.loc[peak] = height
    return table


@pytest.mark.parametrize(
    ("start", "long", "services", "peak", "warned"),
    [
        ("11-25T19:30", 1.0, ("cart",), 20, True),  # 19:30 to 20:30 holds a part of the hour
        ("11-25T19:00", 1.0, ("cart",), 20, False),  # over at 20:00
        ("11-25T20:59", None, ("cart",), 20, True),  # a moment in it
        ("11-25T21:00", 2.0, ("cart",), 20, False),
        ("11-25T23:30", 2.0, ("cart",), 0, True),  # into the next day
        ("11-25T19:30", 1.0, ("web",), 20, False),
        ("11-25T19:30", 1.0, (), 20, True),
        ("11-25T19:30", 24.0, ("cart",), 20, False),  # every hour of a day
        ("11-25T19:30", 1.0, ("cart",), None, False),  # a flat day has no peak
    ],
)
def test_a_change_at_the_usual_peak_hour_says_which(
    start: str, long: float | None, services: tuple[str, ...], peak: int | None, warned: bool
) -> None:
    known = {"cart/requests": hours(peak), "cart/unknown": None}
    found = upcoming(plan(change("A", start, long, services)), WINDOW, FORTNIGHT, hours=known)
    assert found["warnings"].tolist() == [[f"peak_hour:{peak}:cart/requests"] if warned else []]


def test_a_peak_hour_is_on_the_clock_of_the_products_zone() -> None:
    tokyo = Window.ending(WINDOW.end, cadence=FORTNIGHT, timezone="Asia/Tokyo")
    changes = plan(change("A", "11-25T11:00", 1))  # 20:00 in Tokyo
    found = upcoming(changes, tokyo, FORTNIGHT, hours={"cart/requests": hours(20)})
    assert found["warnings"].tolist() == [["peak_hour:20:cart/requests"]]
