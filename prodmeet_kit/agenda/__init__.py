"""The agenda: one module an item, each with ``item(findings) -> AgendaItem``.

Which items there are is said in :mod:`prodmeet_kit.kinds`; ``meeting.agenda`` names those of a meeting.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from prodmeet_kit import kinds
from prodmeet_kit.core.errors import Failure, InputError
from prodmeet_kit.evidence import AgendaItem, Evidence, State
from prodmeet_kit.evidence.facet import Facet
from prodmeet_kit.i18n.languages import t

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses

__all__ = ["build"]


def build(name: str, analyses: Analyses) -> AgendaItem:
    """The agenda item of this name. Raises :class:`InputError` for a name that does not exist.

    An item that breaks, or that is not made of what the rest of the report works with, becomes one that says it could
    not be checked, so that it costs no other. Its key is its name, whatever it says itself.
    """
    found = kinds.item(name)
    if found is None:
        choice = ", ".join(kinds.item_names())
        raise InputError(f"meeting.agenda names {name}, which does not exist: choose from {choice}")
    try:
        return _checked(kinds.loaded(found.make)(analyses), name)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - one item's fault must not take the meeting's other items
        message = f"{type(error).__name__}: {error}"
        return AgendaItem(
            key=name,
            title=name.replace("_", " ").capitalize(),
            headline=t("Could not check: {message}", message=message),
            state="could_not_check",
            timezone=analyses.facts.window.timezone,
            failures=(Failure(name, "analysis", message),),
        )


def _checked(made: Any, name: str) -> AgendaItem:
    """What a function made, under its name. Raises ``TypeError`` for anything that cannot be shown."""
    if not isinstance(made, AgendaItem):
        raise TypeError(f"made a {type(made).__name__}, not an AgendaItem")
    for field in ("title", "headline", "finding", "timezone", "language"):
        _require(field, (getattr(made, field),), str)
    _require("evidence", made.evidence, Evidence)
    _require("facets", made.facets, Facet)
    _require("failures", made.failures, Failure)
    _require("questions", made.questions, str)
    for field in ("brief", "to_know"):
        for pair in getattr(made, field):
            first, second = pair
            _require(field, (first, second), str)
    if made.state not in get_args(State):
        raise TypeError(f"its state is {made.state!r}: choose from {', '.join(filter(None, get_args(State)))}")
    return made if made.key == name else replace(made, key=name)


def _require(field: str, values: Any, kind: Any) -> None:
    if not isinstance(values, tuple | list):
        raise TypeError(f"its {field} is a {type(values).__name__}, not a tuple")
    if wrong := [value for value in values if not isinstance(value, kind)]:
        raise TypeError(f"its {field} holds a {type(wrong[0]).__name__}")
