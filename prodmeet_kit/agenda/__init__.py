"""The agenda: one module an item, each with ``item(findings) -> AgendaItem``.

Which items there are is said in :mod:`prodmeet_kit.kinds`; ``meeting.agenda`` names those of a meeting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit import kinds
from prodmeet_kit.core.errors import Failure, InputError
from prodmeet_kit.evidence import AgendaItem
from prodmeet_kit.i18n.languages import t

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses

__all__ = ["build"]


def build(name: str, analyses: Analyses) -> AgendaItem:
    """The agenda item of this name. Raises :class:`InputError` for a name that does not exist.

    An item that breaks becomes one that says it could not be checked, so that the others stand.
    """
    found = kinds.item(name)
    if found is None:
        choice = ", ".join(kinds.item_names())
        raise InputError(f"meeting.agenda names {name}, which does not exist: choose from {choice}")
    try:
        made: AgendaItem = kinds.loaded(found.make)(analyses)
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
    return made
