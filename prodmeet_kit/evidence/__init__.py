"""What an agenda item shows: plain values that ``display`` turns into HTML, Markdown and figures.

An item is a headline, a state, evidence and questions. Evidence is a table, a
figure or a note; all hold data, never markup, so the same item can be
shown on a screen, in a document and in JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from prodmeet_kit.core.errors import Failure
from prodmeet_kit.evidence import showing
from prodmeet_kit.evidence.bars import Bars
from prodmeet_kit.evidence.glance import Glance
from prodmeet_kit.evidence.lanes import Lanes
from prodmeet_kit.evidence.moments import Moments
from prodmeet_kit.evidence.panels import Panels
from prodmeet_kit.evidence.spans import Spans
from prodmeet_kit.i18n.languages import current

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.evidence.facet import Facet
    from prodmeet_kit.evidence.finding_view import FindingView

__all__ = [
    "AgendaItem",
    "Bars",
    "Chart",
    "Column",
    "Evidence",
    "Figure",
    "Glance",
    "HeatMap",
    "Lanes",
    "Line",
    "Mark",
    "Moments",
    "Multiples",
    "Note",
    "Panels",
    "Spans",
    "State",
    "Table",
    "WeekOverlay",
]

State = Literal["attention", "noted", "fine", "none", "could_not_check", ""]
"""attention: decide something; noted: something was found, and nothing is decided of it at this meeting; fine: checked
and well; none: checked and empty; could_not_check: not known.

Empty: nothing is judged, as while exploring.
"""

Kind = Literal[
    "text", "number", "amount", "count", "percent", "change", "budget", "duration", "days", "time", "date", "state",
    "list", "code", "link", "trend", "written", "sentence",
]  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column of a table.

    ``kind`` decides how a value is written: ``percent`` a fraction as per cent,
    ``change`` a fraction as signed per cent, ``amount`` a number with the unit
    that stands in the row's column ``unit`` (bytes as KiB, MiB, GiB),
    ``budget`` a share of an error budget as per cent, ``count`` a whole number,
    ``duration`` seconds, ``time`` an instant in the product's zone, ``state`` a
    word with a colour, ``link`` a URL (only http and https become links),
    ``trend`` a list of numbers, one a day, as a small line, ``written`` a text that
    is a number or a span of numbers with its unit, read down a column, ``sentence``
    a text that is read as a whole and takes what room there is.
    """

    name: str
    title: str
    kind: Kind = "text"
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """Rows worth reading. ``anchor`` columns make a stable id for each row; ``folded`` opens on demand.

    ``place`` stands before them where another table of the item has rows of the same name: else which row has which
    address would depend on what else is there.
    ``details`` are columns of long text: each row shows those it has on a line
    of its own below it, so that the table stays narrow enough to be read.
    ``quiet`` names a column of truth: such rows are set back behind the others. ``bare``: title and heads are heard,
    not seen. ``leads`` names a column of subjects: the sentence of a row leads to the finding about its subject.
    ``clipped``: on a wide screen a sentence is cut off at one line, for its whole is where it leads.
    """

    title: str
    frame: pd.DataFrame
    columns: tuple[Column, ...]
    details: tuple[Column, ...] = ()
    anchor: tuple[str, ...] = ()
    folded: bool = False
    caption: str = ""
    place: str = ""
    quiet: str = ""
    bare: bool = False
    leads: str = ""
    clipped: bool = False


@dataclass(frozen=True)
class Mark:
    """A moment or span drawn on a chart: an incident, a page, a change.

    ``cause`` is the change that something got worse with, ``unpaged`` when an alert would have paged, ``forecast`` what
    is expected then.
    """

    start: datetime
    end: datetime | None
    label: str
    kind: Literal["incident", "page", "change", "cause", "unpaged", "forecast"]


@dataclass(frozen=True)
class Line:
    """A level drawn across a chart: an objective, a limit."""

    value: float
    label: str


@dataclass(frozen=True)
class Chart:
    """Series over time. ``frame``: UTC grid index, one column a line; ``faint``: the period before, same length.

    ``bent`` is the kit's word for an axis that is linear up to 1 and logarithmic above, so that a factor of 300 does
    not flatten one of 6: burn rates are drawn so, and the caption says it to readers.
    """

    title: str
    frame: pd.DataFrame
    unit: str
    step: timedelta
    timezone: str
    anchor: str
    faint: pd.DataFrame | None = None
    lines: tuple[Line, ...] = ()
    marks: tuple[Mark, ...] = ()
    kind: Literal["line", "percent"] = "line"
    caption: str = ""
    folded: bool = False
    bent: bool = False


@dataclass(frozen=True)
class HeatMap:
    """One value an hour of the week. ``frame``: hours 0 to 23 down, weekdays 0 (Monday) to 6 across, NaN a gap."""

    title: str
    frame: pd.DataFrame
    unit: str
    timezone: str
    anchor: str
    caption: str = ""
    folded: bool = False


@dataclass(frozen=True)
class WeekOverlay:
    """Weeks laid over one Monday to Sunday.

    ``frame``: hours since Monday 00:00 down (0 to 167), one column a week, in order of age: 0 is the newest and is
    drawn strong, the others faint; NaN is a gap. ``newest`` names the newest.
    """

    title: str
    frame: pd.DataFrame
    unit: str
    timezone: str
    anchor: str
    newest: str
    caption: str = ""
    folded: bool = False


@dataclass(frozen=True)
class Multiples:
    """Small charts over the same time, side by side; each of ``panels`` has one line, and its own levels and marks."""

    title: str
    panels: tuple[Chart, ...]
    start: datetime
    end: datetime
    timezone: str
    anchor: str
    caption: str = ""
    folded: bool = False


@dataclass(frozen=True)
class Note:
    """A sentence the reader must know. With a ``summary`` it is folded: that is shown, and the sentence on demand."""

    text: str
    level: Literal["info", "warning"] = "info"
    summary: str = ""


Figure = Chart | HeatMap | WeekOverlay | Multiples | Lanes | Panels | Moments | Spans | Bars
"""What is drawn; each has a title, an anchor, a caption, and may be folded."""

Evidence = Table | Figure | Note | Glance


@dataclass(frozen=True)
class AgendaItem:
    """One point of the agenda, ready to be shown. In a notebook it displays itself.

    ``brief`` are questions with their answers, read before anything else; ``finding`` is the headline where there is
    little room, empty when it is the same; ``aside`` is beside the title, ``entry`` its name in the contents, empty for
    the title. ``facets`` are what it has to say of each subject; ``questions`` those that got minutes, ``views`` its
    findings as they are shown, and ``under`` the items under which what it asks is decided where it has no finding for
    that: all filled in once the meeting is shared out. ``to_know`` is what the pre-read says though it gets no minute,
    each with its subject: left out where a finding is about that.
    """

    key: str
    title: str
    headline: str
    state: State
    timezone: str
    evidence: tuple[Evidence, ...] = ()
    brief: tuple[tuple[str, str], ...] = ()
    questions: tuple[str, ...] = ()
    views: tuple[FindingView, ...] = ()
    failures: tuple[Failure, ...] = ()
    facets: tuple[Facet, ...] = ()
    to_know: tuple[tuple[str, str], ...] = ()
    finding: str = ""
    aside: str = ""
    entry: str = ""
    under: tuple[str, ...] = ()
    minutes: float = 0.0
    language: str = field(default_factory=current)

    def __repr__(self) -> str:
        return f"<AgendaItem {self.key}: {self.headline}>"

    @property
    def unchecked(self) -> bool:
        """Whether all of it or a part could not be checked: what the first screen and the index count."""
        return self.state == "could_not_check" or bool(self.failures)

    def _ipython_display_(self) -> None:
        showing.show(self)
