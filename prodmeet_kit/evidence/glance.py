"""Services at a glance: for each the small charts of its SLOs, loads and resources, and everything said about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from math import nan
from typing import Literal

__all__ = ["About", "Glance", "Said", "ServiceView", "Sign", "SloLine", "Small", "Tone"]

Tone = Literal["good", "attention", "bad", "unknown", "quiet"]


@dataclass(frozen=True)
class Small:
    """A chart as large as a word.

    ``values`` are of equal stretches of time, oldest first, NaN where nothing is known, and drawn from zero to ``top``:
    what is above is cut off. ``level`` is what they should not pass, NaN without one. ``note`` is a number or two in
    a few words, or why there is nothing to draw; ``text`` says more, for those who cannot see it. ``anchor`` is that
    of the chart in full, empty without one.
    """

    kind: Literal["slo", "load", "resource"]
    name: str
    note: str
    text: str
    values: tuple[float, ...] = ()
    top: float = 0.0
    level: float = nan
    tone: Tone = "quiet"
    anchor: str = ""


@dataclass(frozen=True)
class Sign:
    """Something that happened and is drawn through the charts of a service; ``end`` is ``None`` for an instant."""

    start: datetime
    end: datetime | None
    kind: Literal["outage", "change"]
    label: str


@dataclass(frozen=True)
class SloLine:
    """An SLO in numbers: fractions, NaN where nothing is known; ``state`` is a code of ``SLO_SUMMARY``.

    ``rests_on`` says on how much of its window, empty where on all of it.
    """

    name: str
    state: str
    attained: float
    objective: float
    left: float
    before: float
    spent: float
    rests_on: str = ""


@dataclass(frozen=True)
class Said:
    """One thing about a service; ``finding`` is the subject of the finding that leads on, empty without one."""

    text: str
    subject: str = ""
    finding: str = ""


@dataclass(frozen=True)
class About:
    """What is known of one kind: outages, pages ...; ``otherwise`` is said where there is none, or it is not known."""

    title: str
    said: tuple[Said, ...]
    otherwise: str


@dataclass(frozen=True)
class ServiceView:
    """One service, each list worst first; ``standing`` is how its worst error budget is, in two or three words."""

    name: str
    standing: str
    tone: Tone
    charts: tuple[Small, ...]
    slos: tuple[SloLine, ...]
    signs: tuple[Sign, ...]
    about: tuple[About, ...]

    def of(self, kind: str) -> tuple[Small, ...]:
        """Its small charts of a kind."""
        return tuple(chart for chart in self.charts if chart.kind == kind)


@dataclass(frozen=True)
class Glance:
    """Services, the one in trouble first, each as a row of small charts from ``start`` to ``end``.

    ``last`` is the last meeting. Where ``one`` is true there is one service, and everything of it is in sight.
    """

    title: str
    services: tuple[ServiceView, ...]
    start: datetime
    last: datetime
    end: datetime
    timezone: str
    anchor: str = "glance"
    caption: str = ""
    one: bool = False
    folded: bool = field(default=False, init=False)
