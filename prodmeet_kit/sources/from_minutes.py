"""What earlier meetings wrote into the minutes, action items and verdicts: type ``minutes``.

Each is one small YAML file, ``<minutes>/<product>/action_items/*.yaml``, with
the same fields as an entry of a list written by hand, so that two people who
add one each never touch the same file. A file the kit wrote later about the
same item replaces the earlier.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from prodmeet_kit.errors import SourceError
from prodmeet_kit.frames import ACTION_ITEMS, MEETING_DECISIONS, VERDICTS
from prodmeet_kit.minutes.items import current
from prodmeet_kit.minutes.store import Minutes
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.entries import configure, rows
from prodmeet_kit.sources.said_decisions import read_decisions
from prodmeet_kit.sources.said_verdicts import read_verdicts

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MinutesConfig", "read"]


class MinutesConfig(BaseModel):
    """The keys beside ``type``: none."""

    model_config = ConfigDict(extra="forbid")


def read(config: Mapping[str, Any], context: Context) -> pd.DataFrame:
    """The action items in the minutes (``frames.ACTION_ITEMS``); none before the first meeting.

    Raises :class:`~prodmeet_kit.errors.ParametersError` with every problem of every file.
    """
    configure(MinutesConfig, config, context)
    if context.spec is VERDICTS:
        return _verdicts(context)
    if context.spec is MEETING_DECISIONS:
        return read_decisions(context)
    if context.spec is not ACTION_ITEMS or context.minutes is None:
        raise SourceError(
            "minutes hold action items and verdicts: use type minutes under sources.action_items or sources.verdicts,"
            " with a minutes folder"
        )
    folder = context.minutes / context.product.product / "action_items"
    if not folder.is_dir():
        context.notes.append("no minutes yet")
        return ACTION_ITEMS.frame()
    files = [(document, [()]) for document in current(Minutes(context.minutes, context.product.product))]
    return ACTION_ITEMS.frame([row | {"source": "minutes"} for row in rows(files, context)])


def _verdicts(context: Context) -> pd.DataFrame:
    folder = context.minutes / context.product.product / "verdicts" if context.minutes else None
    if folder is None or not folder.is_dir():
        context.notes.append("no verdict yet")
        return VERDICTS.frame()
    return read_verdicts(folder, context)
