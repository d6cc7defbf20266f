"""The agenda: one module an item, each with ``TITLE`` and ``item(findings) -> AgendaItem``.

Adding an item is one module here, or an entry point of group
``prodmeet_kit.agenda`` in another package, and its name in ``meeting.agenda``.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from prodmeet_kit.core.errors import Failure, InputError
from prodmeet_kit.evidence import AgendaItem
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.parameters.models import AGENDA

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses

__all__ = ["build", "names"]

GROUP = "prodmeet_kit.agenda"
"""Entry point group of agenda items from other packages: a function of findings."""

_PLACES = {
    "action_items": "people.action_items",
    "consultations": "people.consultations",
    "metrics": "metrics.item",
    "non_paging_events": "non_paging.item",
    "outages": "outages.item",
    "paging_events": "paging.item",
    "planned_changes": "changes.item",
    "toil": "people.toil",
    "topics": "people.topics",
}
"""Where the kit's own items are made."""


def names() -> tuple[str, ...]:
    """Every agenda item that can be named in ``meeting.agenda``."""
    return AGENDA + tuple(sorted(point.name for point in entry_points(group=GROUP)))


def build(name: str, analyses: Analyses) -> AgendaItem:
    """The agenda item of this name. Raises :class:`InputError` for a name that does not exist.

    An item that breaks becomes one that says it could not be checked, so that the others stand.
    """
    make = _maker(name)
    try:
        return make(analyses)
    except Exception as error:  # noqa: BLE001 - one item's fault must not take the meeting's other items with it
        message = f"{type(error).__name__}: {error}"
        return AgendaItem(
            key=name,
            title=name.replace("_", " ").capitalize(),
            headline=t("Could not check: {message}", message=message),
            state="could_not_check",
            timezone=analyses.facts.window.timezone,
            failures=(Failure(name, "analysis", message),),
        )


def _maker(name: str) -> Callable[[Analyses], AgendaItem]:
    if name in AGENDA:
        make: Callable[[Analyses], AgendaItem] = import_module(f"prodmeet_kit.agenda.{_PLACES[name]}").item
        return make
    for point in entry_points(group=GROUP):
        if point.name == name:
            loaded: Callable[[Analyses], AgendaItem] = point.load()
            return loaded
    raise InputError(f"meeting.agenda names {name}, which does not exist: choose from {', '.join(names())}")
