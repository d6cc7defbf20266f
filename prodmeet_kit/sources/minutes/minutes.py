"""What earlier meetings wrote into the minutes, action items and verdicts: type ``minutes``.

Each is one small YAML file, ``<minutes>/<product>/action_items/*.yaml``, with
the same fields as an entry of a list written by hand, so that two people who
add one each never touch the same file. A file the kit wrote later about the
same item replaces the earlier.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from prodmeet_kit.core.errors import ParametersError, Problem, SourceError
from prodmeet_kit.minutes.attendance import Attendance, read_attendance
from prodmeet_kit.minutes.items import versions
from prodmeet_kit.minutes.store import Minutes
from prodmeet_kit.schemas.frames import ACTION_ITEMS, EXPLORATIONS, MEETING_DECISIONS, MEETING_DURATIONS, VERDICTS
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.entries import configure, rows
from prodmeet_kit.sources.minutes.decisions import read_decisions
from prodmeet_kit.sources.minutes.durations import read_durations
from prodmeet_kit.sources.minutes.explorations import read_explorations
from prodmeet_kit.sources.minutes.verdicts import read_verdicts

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.parameters import Document

__all__ = ["MinutesConfig", "read"]


class MinutesConfig(BaseModel):
    """The keys beside ``type``: none."""

    model_config = ConfigDict(extra="forbid")


def read(config: Mapping[str, Any], context: Context) -> pd.DataFrame:
    """The action items in the minutes (``frames.ACTION_ITEMS``); none before the first meeting.

    A file that cannot be used costs itself only: ``context.gaps`` names it, with its line.
    """
    configure(MinutesConfig, config, context)
    if context.spec is VERDICTS:
        return _verdicts(context)
    if context.spec is MEETING_DECISIONS:
        return read_decisions(context)
    if context.spec is MEETING_DURATIONS:
        return read_durations(context)
    if context.spec is EXPLORATIONS:
        return read_explorations(context)
    if context.spec is not ACTION_ITEMS or context.minutes is None:
        raise SourceError(
            "minutes hold action items and verdicts: use type minutes under sources.action_items or sources.verdicts,"
            " with a minutes folder"
        )
    folder = context.minutes / context.product.product / "action_items"
    if not folder.exists():
        context.notes.append("no minutes yet")
        return ACTION_ITEMS.frame()
    return ACTION_ITEMS.frame(_items(Minutes(context.minutes, context.product.product), context))


def _items(minutes: Minutes, context: Context) -> list[dict[str, Any]]:
    """The newest usable file of each item as a row; what is wrong with the others goes to ``context.gaps``."""
    found: dict[str, dict[str, Any]] = {}
    places: dict[str, Document] = {}
    items, problems = versions(minutes)
    attendance, _ = read_attendance(minutes)  # what is wrong with its files is told with the decisions
    context.gaps.extend(str(problem) for problem in problems)
    for documents in items:
        for document in documents:
            try:
                (row,) = rows([(document, [()])], context)
            except ParametersError as error:
                context.gaps.extend(str(problem) for problem in error.problems)
                continue  # what the file before it says still holds
            name = str(row["id"])
            if name in found:
                fix = f"rename one: {places[name].place(('id',))} has the same id"
                context.gaps.append(str(Problem(document.place(("id",)), "id", name, fix)))
            else:
                found[name], places[name] = row | _given(row, attendance, context), document
            break
    return list(found.values())


def _given(row: dict[str, Any], attendance: Attendance, context: Context) -> dict[str, Any]:
    """Where an item is from, and whether who it was given to knows: one who was not at its meeting may not."""
    born = row["born"].astimezone(ZoneInfo(context.product.timezone)).date().isoformat() if row["born"] else ""
    owner = str(row.get("owner") or "")
    return {"source": "minutes", "unconfirmed": attendance.unconfirmed(born, f"action_item:{row['id']}", owner)}


def _verdicts(context: Context) -> pd.DataFrame:
    folder = context.minutes / context.product.product / "verdicts" if context.minutes else None
    if folder is None or not folder.exists():
        context.notes.append("no verdict yet")
        return VERDICTS.frame()
    return read_verdicts(context)
