"""Agenda items of other packages that are not what they should be: each costs itself alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from prodmeet_kit import kinds
from prodmeet_kit.agenda import build
from prodmeet_kit.documents.minutes_md import write
from prodmeet_kit.evidence import AgendaItem
from prodmeet_kit.review import Review
from tests.support.reviews import review

GOOD = AgendaItem(key="costs", title="Costs", headline="As planned.", state="fine", timezone="UTC")


@pytest.fixture
def with_item(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Any], Any]], Review]:
    """A review whose meeting has the item ``costs`` of another package, made by the function that is given."""

    def made(make: Callable[[Any], Any]) -> Review:
        ours = kinds.Kind("costs", items=(kinds.Item("costs", make),), numbers=None)
        monkeypatch.setattr("prodmeet_kit.kinds.registry.every", lambda: (*kinds.built_in(), ours))
        return review(meeting={"agenda": ["toil", "costs"]})

    return made


def made_with(**fields: Any) -> AgendaItem:
    return replace(GOOD, **fields)


def ends(_: object) -> None:
    raise SystemExit("no licence")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda _: None, "made a NoneType, not an AgendaItem"),
        (ends, "SystemExit: no licence"),
        (lambda _: made_with(evidence=(object(),)), "its evidence holds a object"),
        (lambda _: made_with(evidence=None), "its evidence is a NoneType, not a tuple"),
        (lambda _: made_with(facets=("late",)), "its facets holds a str"),
        (lambda _: made_with(failures=("late",)), "its failures holds a str"),
        (lambda _: made_with(state="red"), "its state is 'red'"),
        (lambda _: made_with(headline=None), "its headline holds a NoneType"),
    ],
)
def test_an_item_that_is_none_says_so_and_costs_no_other(
    with_item: Callable[[Callable[[Any], Any]], Review], make: Callable[[Any], Any], says: str
) -> None:
    made = with_item(make)
    costs = made.item("costs")
    assert (costs.key, costs.state) == ("costs", "could_not_check")
    assert says in costs.headline
    assert [item.key for item in made.items] == ["toil", "costs"]
    assert made.overview.headline
    assert "Costs" in write(made)


def test_an_item_has_the_name_that_the_agenda_calls_it_by(
    with_item: Callable[[Callable[[Any], Any]], Review],
) -> None:
    made = with_item(lambda _: made_with(key="money"))
    assert [item.key for item in made.items] == ["toil", "costs"]
    assert build("costs", made.analyses).headline == "As planned."
