"""Everything that happened in a stretch of time, one moment a row, and the marks it makes on charts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prodmeet_kit.core.time_ranges import end_between, onset_between
from prodmeet_kit.evidence import Mark
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.alerting import EPISODES
from prodmeet_kit.schemas.frames import rows
from prodmeet_kit.schemas.slo import SLO_EVENTS

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from prodmeet_kit.analyses import Analyses

__all__ = ["COLUMNS", "Thing", "happenings", "marks", "things"]

COLUMNS = ("time", "kind", "id", "service", "text")
"""Of :func:`happenings`."""


@dataclass(frozen=True)
class Thing:
    """Something that happened: ``kind`` is incident, page, alert, slo_event or change; no services: it may be any.

    ``end`` is ``None`` while it goes on. ``moments`` are times in it with what they are.
    """

    kind: str
    id: str
    title: str
    services: tuple[str, ...]
    start: datetime
    end: datetime | None
    moments: tuple[tuple[datetime, str], ...] = ()

    def touches(self, start: datetime, end: datetime) -> bool:
        """Whether any of it lies in the span."""
        return self.start <= end and (self.end is None or self.end >= start)

    def concerns(self, services: tuple[str, ...]) -> bool:
        """Whether it is about one of these services; with none named on either side it may be."""
        return not services or not self.services or bool(set(self.services) & set(services))


def things(analyses: Analyses) -> list[Thing]:
    """All incidents, alerts, SLO events and changes the review knows, whenever they were, oldest first."""
    found = [*_incidents(analyses), *_alerts(analyses), *_slo_events(analyses), *_changes(analyses)]
    return sorted(found, key=lambda thing: thing.start)


def happenings(found: list[Thing], start: datetime, end: datetime) -> pd.DataFrame:
    """The moments of these things in ``[start, end]`` with the columns :data:`COLUMNS`, in order of time.

    What began before the span and goes on in it has its beginning as a row as well. ``service`` holds names
    with commas between; empty where none is named.
    """
    import pandas as pd

    lines: list[tuple[datetime, str, str, str, str]] = []
    for thing in found:
        services = ", ".join(thing.services)
        told = [(thing.start, thing.title)] + [each for each in thing.moments if start <= each[0] <= end]
        lines += [(moment, thing.kind, thing.id, services, text) for moment, text in told]
    lines.sort(key=lambda line: line[0])
    frame = pd.DataFrame(lines, columns=list(COLUMNS))
    return frame.assign(time=pd.DatetimeIndex(pd.to_datetime(frame["time"], utc=True)).as_unit("ns"))


_MARKED: dict[str, Any] = {"incident": "incident", "page": "page", "change": "change"}


def marks(found: list[Thing], service: str, last: datetime) -> tuple[Mark, ...]:
    """Incidents, pages and changes of a service, for its charts; what is open lasts until ``last``."""
    return tuple(
        Mark(
            thing.start,
            (thing.end or last) if thing.kind == "incident" else None,
            thing.title if thing.kind == "page" else thing.id,
            _MARKED[thing.kind],
        )
        for thing in found
        if thing.kind in _MARKED and thing.concerns((service,))
    )


def _moment(value: Any) -> datetime | None:
    return None if value is None or value != value else value.to_pydatetime()  # NaT is not equal to itself


def _moments(row: Mapping[str, Any], **texts: str) -> tuple[tuple[datetime, str], ...]:
    pairs = ((_moment(row[column]), text) for column, text in texts.items())
    return tuple((moment, text) for moment, text in pairs if moment is not None)


def _incidents(analyses: Analyses) -> Iterator[Thing]:
    incidents = analyses.facts.records.get("incidents")
    for row in rows(incidents) if incidents is not None else ():
        began = _moment(row["start"])
        if began is None:
            continue
        how = t("detected ({how})", how=row["detected_by"]) if row["detected_by"] else t("detected")
        moments = _moments(row, detected=how, mitigated=t("user impact ended"), end=t("over"))
        end = _moment(row["mitigated"]) or _moment(row["end"])
        yield Thing("incident", row["id"], row["title"], tuple(row["services"]), began, end, moments)


def _alerts(analyses: Analyses) -> Iterator[Thing]:
    for row in EPISODES.rows(analyses.alerting.episodes):
        kind = "page" if row["page"] else "alert"
        services = (row["service"],) if row["service"] else ()
        moments = _moments(row, end=t("{alert} ended", alert=row["alert"]))
        yield Thing(kind, row["id"], row["alert"], services, row["start"].to_pydatetime(), _moment(row["end"]), moments)


def _slo_events(analyses: Analyses) -> Iterator[Thing]:
    for row in SLO_EVENTS.rows(analyses.slo.events):
        title = t(
            "{slo} burned its error budget at up to {burn} times the sustainable rate, {spent} of it",
            slo=row["slo"],
            burn=write(row["peak_burn"], "number"),
            spent=write(row["budget_spent"], "budget"),
        )
        # The middle of what each is known to: on the grid of the trends an onset is minutes off.
        begin, end = (low + (high - low) / 2 for low, high in (onset_between(row), end_between(row)))
        moments = ((end.to_pydatetime(), t("{slo} recovered", slo=row["slo"])),) if not row["ongoing"] else ()
        yield Thing("slo_event", row["id"], title, (row["service"],), begin.to_pydatetime(), _moment(row["end"]),
                    moments)  # fmt: skip


def _changes(analyses: Analyses) -> Iterator[Thing]:
    changes = analyses.facts.records.get("changes")
    for row in rows(changes) if changes is not None else ():
        began = _moment(row["start"])
        if began is not None:
            moments = _moments(row, end=t("planned end"))
            yield Thing("change", row["id"], row["title"], tuple(row["services"]), began, _moment(row["end"]) or began,
                        moments)  # fmt: skip
