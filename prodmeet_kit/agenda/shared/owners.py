"""Who does something, as people read it: an owner who was not at the meeting, and has not accepted, is marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prodmeet_kit.i18n.languages import t
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["owner", "owners"]


def owner(row: Mapping[str, Any]) -> str:
    """The owner of a row with ``owner`` and ``unconfirmed``; empty where there is none."""
    return t("{owner} (unconfirmed)", owner=row["owner"]) if row["owner"] and row["unconfirmed"] else row["owner"]


def owners(frame: pd.DataFrame) -> list[str]:
    """The owner of each row of a frame with the columns ``owner`` and ``unconfirmed``."""
    return [owner(row) for row in rows(frame)]
