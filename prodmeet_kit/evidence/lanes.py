"""A lane a service on one time axis: load, how fast the error budget burned, pages, outages, changes, budgets left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Budget", "Event", "Lane", "Lanes"]


@dataclass(frozen=True)
class Budget:
    """How much of an error budget is left: fractions, negative when overspent, NaN when not known.

    ``before`` is what was left at the last meeting.
    """

    name: str
    left: float
    before: float


@dataclass(frozen=True)
class Event:
    """Something that happened: its span (no end for an instant), a label of a few words, a text with its numbers.

    ``about`` is the subject of the finding it belongs to, empty for none.
    """

    start: datetime
    end: datetime | None
    label: str
    text: str
    kind: Literal["outage", "page", "noise", "change"]
    about: str = ""


@dataclass(frozen=True)
class Lane:
    """One service, or several quiet ones.

    ``load`` and ``burn`` have a UTC index, a value for the time that ends there, NaN where nothing is known; ``burn``
    is in times of the pace at which the budget lasts for its window. ``more`` is said below the budgets.
    ``about`` is the subject of the finding that ranks first of those about it, empty for none.
    """

    name: str
    note: str
    load: pd.Series[float] | None
    load_unit: str
    burn: pd.Series[float] | None
    burn_of: str
    events: tuple[Event, ...] = ()
    budgets: tuple[Budget, ...] = ()
    more: str = ""
    about: str = ""


@dataclass(frozen=True)
class Lanes:
    """What happened between two meetings in one picture, the service in trouble first.

    ``bare``: its title is heard, not seen.
    """

    title: str
    lanes: tuple[Lane, ...]
    start: datetime
    end: datetime
    timezone: str
    anchor: str
    caption: str = ""
    folded: bool = False
    bare: bool = False
