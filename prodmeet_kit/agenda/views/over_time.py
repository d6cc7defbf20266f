"""What pictures over time share: how far back they go, what happened in that time, and the load below."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from prodmeet_kit.agenda.outages.length import began_at
from prodmeet_kit.analysis.series import cells
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.evidence import Mark
from prodmeet_kit.evidence.panels import Below
from prodmeet_kit.i18n.languages import listed, t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.i18n.times import moment
from prodmeet_kit.render.labels import brief
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.capacity import LOAD_SUMMARY
from prodmeet_kit.schemas.changes import CHANGES
from prodmeet_kit.schemas.incidents import OUTAGES

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses

__all__ = ["LONG", "back", "every", "load_below", "marks", "outage_end", "outages"]

LONG = timedelta(days=28)
"""Four weeks are on the axis, or the window of an SLO where that is longer."""


def back(analyses: Analyses, first: Any, least: timedelta = LONG) -> datetime:
    """Where the axis begins: so long before the meeting, or at the ``first`` instant that is known (or ``None``)."""
    window = analyses.facts.window
    begin = window.end - max(least, LONG)
    return begin if first is None else max(begin, pd.Timestamp(first).to_pydatetime() - window.step)


def every(what: str, length: timedelta) -> str:
    """What a line is, and how much time one of its points stands for: ``share of bad events, every 2 h``."""
    return t("{what}, every {span}", what=what, span=write(length.total_seconds(), "duration"))


def marks(
    analyses: Analyses,
    services: Collection[str],
    start: datetime,
    *,
    causes: Collection[str] = (),
    hurt: bool = True,
    end: datetime | None = None,
) -> tuple[Mark, ...]:
    """Outages (shaded) and changes of these services; ``causes`` are changes that stand out, with their words."""
    until = end or analyses.facts.window.end
    found = [
        Mark(began_at(row), outage_end(row), listed(row["incidents"]) or t("outage"), "incident")
        for row in outages(analyses)
        if hurt and set(row["services"]) & set(services)
    ]
    for row in CHANGES.rows(analyses.facts.record(frames.CHANGES)):
        about = not len(row["services"]) or bool(set(row["services"]) & set(services))
        if (about or row["id"] in causes) and start <= row["start"] <= until:
            at = row["start"].to_pydatetime()
            if row["id"] in causes:
                found.append(Mark(at, None, _cause(analyses, row), "cause"))
            else:
                found.append(Mark(at, None, row["id"], "change"))
    return tuple(found)


def outages(analyses: Analyses) -> list[Any]:
    """The rows of ``OUTAGES`` since the meeting before the last."""
    return list(OUTAGES.rows(analyses.incidents.outages))


def outage_end(row: Mapping[str, Any]) -> datetime | None:
    """When user impact ended; ``None`` while it goes on."""
    if row["ongoing"] or pd.isna(row["hurt_end"]):
        return None
    ended: datetime = row["hurt_end"].to_pydatetime()
    return ended


def _cause(analyses: Analyses, row: Mapping[str, Any]) -> str:
    """``CH-31 web 5.2 · Fri 13 Nov 14:00``."""
    named = brief(f"{row['id']} {row['title']}".strip(), 24)
    return f"{named} · {moment(row['start'], analyses.facts.window.timezone)}"


def load_below(analyses: Analyses, service: str, start: datetime, end: datetime, length: timedelta) -> Below | None:
    """The first load of a service, its highest value in each stretch; ``None`` where none is known."""
    loads = analyses.capacity.loads[analyses.capacity.loads["service"] == service]
    if not len(loads):
        return None
    row = LOAD_SUMMARY.rows(loads.head(1))[0]
    series = analyses.capacity.load_series.get(SloRef.of_row(row))
    if series is None:
        return None
    shown = cells.highest(series, start, end, length)
    if not shown.notna().any():
        return None
    unit = str(row["unit"])
    peak = write(float(shown.max()), "amount", unit=unit)
    return Below(shown, length, t("load, peak {value} in {span}", value=peak, span=_span(end - start)), unit)


def _span(span: timedelta) -> str:
    days = span / timedelta(days=1)
    return write(round(days), "days") if days >= 2 else write(round(span / timedelta(hours=1)) * 3600, "duration")
