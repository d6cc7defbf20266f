"""What the charts of the metrics item share: four weeks on the axis, and what happened marked on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from prodmeet_kit.analysis.series import grid
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.evidence import Chart, Line, Mark

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.schemas.incidents import IncidentRow

__all__ = ["SPAN", "begin", "marks", "over_time"]

SPAN = timedelta(days=28)
"""So much is on the axis: two fortnights, so that what was usual is seen beside what is new."""


def begin(analyses: Analyses) -> datetime:
    """Where charts begin: four weeks before the meeting, earlier where the last meeting was, as far as data reach."""
    window = analyses.facts.window
    return max(window.history_start, min(window.start, window.end - SPAN))


def over_time(
    analyses: Analyses,
    row: Mapping[str, Any],
    series: pd.Series,
    kind: str,
    *,
    lines: tuple[Line, ...] = (),
) -> Chart:
    """A folded chart of one row of a summary; ``kind`` begins its anchor."""
    window = analyses.facts.window
    ref = SloRef.of_row(row)
    return Chart(
        title=ref,
        frame=grid.between(series, begin(analyses), window.end).to_frame(ref),
        unit=str(row["unit"]),
        step=window.step,
        timezone=window.timezone,
        anchor=f"{kind}-{row['service']}-{row['name']}",
        lines=lines,
        marks=marks(analyses, str(row["service"])),
        folded=True,
    )


def marks(analyses: Analyses, service: str) -> tuple[Mark, ...]:
    """Incidents and changes of a service in the time of a chart, and pages sent for a burn since the last meeting.

    What names no service may concern any. An incident that nobody ended lasts until the meeting.
    """
    first, last = begin(analyses), analyses.facts.window.end

    def about(row: Mapping[str, Any]) -> bool:
        return not len(row["services"]) or service in row["services"]

    found = [
        Mark(row["start"].to_pydatetime(), over, row["id"], "incident")
        for row in analyses.downtime.incident_rows
        if about(row) and row["start"] <= last and (over := _over(row, last)) > first
    ]
    found += [
        Mark(row["start"].to_pydatetime(), None, row["alert"], "page")
        for row in analyses.paging.page_rows
        if row["service"] == service and row["outages"]
    ]
    found += [
        Mark(row["start"].to_pydatetime(), None, row["id"], "change")
        for row in analyses.changes.rows
        if about(row) and first <= row["start"] <= last
    ]
    return tuple(found)


def _over(incident: IncidentRow, meeting: datetime) -> datetime:
    """Return when user impact ended: mitigated, else the end, else not before the meeting."""
    for moment in (incident["mitigated"], incident["end"]):
        if moment == moment:
            over: datetime = moment.to_pydatetime()
            return over
    return meeting
