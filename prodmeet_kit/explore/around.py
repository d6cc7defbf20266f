"""One moment and what lies around it: every SLI, load and resource concerned, and all that happened."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from prodmeet_kit.core.errors import InputError
from prodmeet_kit.core.window import parse_time
from prodmeet_kit.evidence import Column, Multiples, Note, Table
from prodmeet_kit.explore import happenings
from prodmeet_kit.explore.finer import finer
from prodmeet_kit.explore.measures import measure
from prodmeet_kit.explore.names import length, nearest, refs
from prodmeet_kit.explore.shown import Shown
from prodmeet_kit.i18n.languages import t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.i18n.times import local

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Chart, Evidence
    from prodmeet_kit.explore.asking import Open
    from prodmeet_kit.explore.happenings import Thing

__all__ = ["AroundShown", "Place", "around", "place"]


@dataclass(frozen=True)
class Place:
    """What is looked at: a moment (``start == end``) or a stretch of time, and the services concerned."""

    name: str
    start: datetime
    end: datetime
    services: tuple[str, ...]


class AroundShown(Shown):
    """A stretch of time. ``frame``: everything that happened in it (``time, kind, id, service, text``).

    ``series``: one column an SLI, load or resource, by UTC time; ``start`` and ``end`` are the span's.
    """

    def __init__(self, span: tuple[datetime, datetime], series: pd.DataFrame, shown: Shown) -> None:
        super().__init__("around", shown.title, shown.sentence, shown.evidence, shown.timezone, shown.frame)
        self.start, self.end = span
        self.series = series


def around(
    analyses: Analyses,
    what: str | date | datetime,
    before: str | timedelta = "1h",
    after: str | timedelta = "2h",
    opened: Open | None = None,
) -> AroundShown:
    """What moved and what happened from ``before`` the begin of ``what`` to ``after`` its end.

    ``what`` is the id of an incident, page or other alert, SLO event or change, or a time: ISO 8601 in the
    product's zone, or a datetime. ``opened``, where the metric source can be asked, gives finer trends.
    Raises :class:`InputError` when it is none of them or no data reach there.
    """
    found = happenings.things(analyses)
    here = place(analyses, found, what)
    start, end = here.start - length("before", before), here.end + length("after", after)
    panels: list[Chart] = []
    reach, failed = None, ""
    if opened is not None:
        near = finer(analyses, opened, here.services, start, end)
        panels, reach = _panels(near, here, found, start, end)
        failed = "" if panels else _error(near)
    if not panels:
        panels, reach = _panels(analyses, here, found, start, end)
    inside = [thing for thing in found if thing.touches(start, end) and thing.concerns(here.services)]
    zone = analyses.facts.window.timezone
    if not panels and reach:
        first, last = (f"{local(moment, zone):%Y-%m-%d %H:%M}" for moment in reach)
        raise InputError(f"around {here.name}: the data reach from {first} to {last} ({zone}): choose a time between")
    table = happenings.happenings(inside, start, end)
    step = panels[0].step if panels else analyses.facts.window.step
    evidence: list[Evidence] = [*_warnings(start, end, reach, step, zone)]
    if failed:
        text = t("The source could not be queried now; these are the trends of the report: {error}", error=failed)
        evidence.insert(0, Note(text, "warning"))
    if panels:
        evidence.append(_multiples(panels, start, end, zone))
    evidence.append(_table(table))
    shown = Shown("around", here.name, _sentence(here, start, end, inside, zone), tuple(evidence), zone, table)
    return AroundShown((start, end), _series(panels), shown)


def place(analyses: Analyses, found: list[Thing], what: str | date | datetime) -> Place:
    """Where and about whom. An id wins over a time; what nobody ended goes on until the meeting."""
    last = analyses.facts.window.end
    if what == "":
        what = _newest(analyses, found)
    if isinstance(what, str):
        for thing in found:
            if thing.id == what.strip():
                title = thing.title if thing.kind in ("incident", "change") else ""
                name = f"{thing.id}: {title}" if title else thing.id
                return Place(name, thing.start, max(thing.start, thing.end or last), thing.services)
    try:
        moment = parse_time(what, analyses.facts.window.timezone)
    except ValueError as error:
        known = [thing.id for thing in reversed(found)]
        fix = f"{nearest(str(what), known)}; or {error}"
        raise InputError(f"{what} is no incident, alert, SLO event or change: {fix}") from None
    return Place(write(moment, "time", timezone=analyses.facts.window.timezone), moment, moment, ())


def _newest(analyses: Analyses, found: list[Thing]) -> str | datetime:
    """The newest incident since the last meeting, else fast burn, page, change; else the meeting itself."""
    window = analyses.facts.window
    recent = [thing for thing in found if window.start <= thing.start <= window.end]
    for kind in ("incident", "slo_event", "page", "change"):
        for thing in reversed(recent):
            if thing.kind == kind:
                return thing.id
    return window.end


Reach = tuple[datetime, datetime]


def _panels(
    analyses: Analyses, here: Place, found: list[Thing], start: datetime, end: datetime
) -> tuple[list[Chart], Reach | None]:
    """The charts that have a value in the span, and from where to where any data reach."""
    panels, firsts, lasts = [], [], []
    for ref in refs(analyses.facts.product):
        measured = measure(analyses, ref) if not here.services or ref.service in here.services else None
        if measured is None:
            continue
        known = measured.values.dropna()
        if known.empty:
            continue
        firsts.append(known.index[0].to_pydatetime())
        lasts.append(known.index[-1].to_pydatetime())
        values = measured.values[(measured.values.index > start) & (measured.values.index <= end)]
        if values.notna().any():
            panels.append(measured.chart(analyses, values, happenings.marks(found, ref.service, end)))
    return panels, (min(firsts), max(lasts)) if firsts else None


def _error(near: Analyses) -> str:
    """Why the first trend that failed did."""
    errors = (found.error for found in near.facts.answers.values() if found.source and found.question.step)
    return next((error for error in errors if error and error != "not asked"), "")


def _multiples(panels: list[Chart], start: datetime, end: datetime, zone: str) -> Multiples:
    return Multiples(t("Metrics"), tuple(panels), start, end, zone, anchor="explore-around")


def _series(panels: list[Chart]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([panel.frame for panel in panels], axis=1) if panels else pd.DataFrame()


def _warnings(start: datetime, end: datetime, reach: Reach | None, step: timedelta, zone: str) -> list[Note]:
    if reach is None:
        return [Note(t("No SLI, load or resource of these services is known."), "warning")]
    notes = []
    if reach[0] - step > start:
        first = write(reach[0], "time", timezone=zone)
        notes.append(Note(t("Data starts at {first}.", first=first), "warning"))
    if reach[1] + step < end:
        last = write(reach[1], "time", timezone=zone)
        notes.append(Note(t("Data ends at {last}.", last=last), "warning"))
    return notes


def _sentence(here: Place, start: datetime, end: datetime, inside: list[Thing], zone: str) -> str:
    n = Counter(thing.kind for thing in inside)
    counts = (
        (n["incident"], tn("{n} incident", "{n} incidents", n["incident"])),
        (n["page"], tn("{n} page", "{n} pages", n["page"])),
        (n["alert"], tn("{n} other alert", "{n} other alerts", n["alert"])),
        (n["slo_event"], tn("{n} fast burn", "{n} fast burns", n["slo_event"])),
        (n["change"], tn("{n} change", "{n} changes", n["change"])),
    )
    said = ", ".join(text for number, text in counts if number) or t("nothing recorded")
    who = ", ".join(here.services) or t("all services")
    first, last = (write(moment, "time", timezone=zone) for moment in (start, end))
    return t("{who}, {first} to {last}: {what}", who=who, first=first, last=last, what=said)


def _table(table: pd.DataFrame) -> Table:
    words = {
        "incident": t("incident"),
        "page": t("page"),
        "alert": t("alert"),
        "slo_event": t("fast burn"),
        "change": t("change"),
    }
    shown = table.assign(kind_text=table["kind"].map(words))
    columns = (
        Column("time", t("Time"), "time"),
        Column("kind_text", t("Kind")),
        Column("service", t("Service")),
        Column("text", t("What happened")),
        Column("id", t("Id")),
    )
    return Table(t("Everything that happened"), shown, columns)
