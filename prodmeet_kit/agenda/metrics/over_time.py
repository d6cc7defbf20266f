"""What the charts of the metrics item share: the window before behind them, and what happened marked on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.evidence import Chart, Line, Mark
from prodmeet_kit.schemas.changes import CHANGES
from prodmeet_kit.schemas.incidents import INCIDENT_FINDINGS
from prodmeet_kit.schemas.paging import PAGES

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.schemas.incidents import IncidentFindingRow

__all__ = ["before", "marks", "over_time"]


def over_time(
    analyses: Analyses,
    row: Mapping[str, Any],
    series: pd.Series,
    kind: str,
    *,
    quiet: bool,
    lines: tuple[Line, ...] = (),
) -> Chart:
    """A chart of one row of a summary since the last meeting; ``kind`` begins its anchor, ``quiet`` folds it."""
    window = analyses.facts.window
    ref = SloRef.of_row(row)
    return Chart(
        title=ref,
        frame=series[series.index > window.start].to_frame(ref),
        faint=before(analyses, series).to_frame(ref),
        unit=str(row["unit"]),
        step=window.step,
        timezone=window.timezone,
        anchor=f"{kind}-{row['service']}-{row['name']}",
        lines=lines,
        marks=marks(analyses, str(row["service"])),
        folded=quiet,
    )


def before(analyses: Analyses, series: pd.Series) -> pd.Series:
    """The part of a series that lies in the window before the last meeting."""
    window = analyses.facts.window
    return series[(series.index > window.compare_start) & (series.index <= window.start)]


def marks(analyses: Analyses, service: str) -> tuple[Mark, ...]:
    """Return incidents, pages sent for a burn, and changes of a service since the last meeting.

    What names no service may concern any. An incident that nobody ended lasts until the meeting.
    """
    window = analyses.facts.window

    def about(row: Mapping[str, Any]) -> bool:
        return not len(row["services"]) or service in row["services"]

    found = [
        Mark(row["start"].to_pydatetime(), _over(row, window.end), row["id"], "incident")
        for row in INCIDENT_FINDINGS.rows(analyses.incidents.recent)
        if about(row)
    ]
    found += [
        Mark(row["start"].to_pydatetime(), None, row["alert"], "page")
        for row in PAGES.rows(analyses.paging.pages)
        if row["service"] == service and row["outages"]
    ]
    found += [
        Mark(row["start"].to_pydatetime(), None, row["id"], "change")
        for row in CHANGES.rows(analyses.changes.past)
        if about(row) and window.start <= row["start"] <= window.end
    ]
    return tuple(found)


def _over(incident: IncidentFindingRow, meeting: datetime) -> datetime:
    """Return when user impact ended: mitigated, else the end, else not before the meeting."""
    for moment in (incident["mitigated"], incident["end"]):
        if moment == moment:
            over: datetime = moment.to_pydatetime()
            return over
    return meeting
