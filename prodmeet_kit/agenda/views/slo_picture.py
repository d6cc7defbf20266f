"""The picture of an SLO: the share of bad events over its window, with what the objective allows."""

from __future__ import annotations

from datetime import timedelta
from math import isfinite
from typing import TYPE_CHECKING

from prodmeet_kit.agenda.metrics.over_time import marks
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.core.subjects import rest_of
from prodmeet_kit.evidence import Chart, Line
from prodmeet_kit.evidence.finding_view import KeyNumber, Picture
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.slo import SLO_SUMMARY

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.findings.finding import Finding
    from prodmeet_kit.schemas.slo import SloRow

__all__ = ["picture"]

SMOOTH = timedelta(hours=2)
"""The share is drawn over this time at each step: shorter ones are a comb nobody reads."""


def picture(analyses: Analyses, found: Finding) -> Picture:
    """The share of bad events with its objective, and how much of the error budget is left."""
    name = rest_of(found.subject)
    row = next((each for each in SLO_SUMMARY.rows(analyses.slo.summary) if SloRef.of_row(each) == name), None)
    ratio = analyses.slo.error_ratio(name, SMOOTH)
    if row is None or ratio is None:
        return Picture()
    window = analyses.facts.window
    chart = Chart(
        title=t("{name}: share of bad events", name=name),
        frame=ratio[ratio.index > window.end - timedelta(seconds=row["window_s"])].to_frame(name),
        lines=(Line(1 - row["objective"], t("at most {allowed}", allowed=write(1 - row["objective"], "percent"))),),
        marks=marks(analyses, row["service"]),
        caption=t("Bad / total events over {span}", span=write(SMOOTH.total_seconds(), "duration")),
        unit="",
        kind="percent",
        step=window.step,
        timezone=window.timezone,
        anchor=f"finding-slo-{row['service']}-{row['name']}",
    )
    return Picture(chart, _key(row))


def _key(row: SloRow) -> KeyNumber | None:
    left = row["budget_remaining"]
    if not isfinite(left):
        return None
    before = row["budget_remaining_before"]
    return KeyNumber(
        value=write(left, "budget"),
        about=t("of the error budget left"),
        before=t("{before} at the last meeting", before=write(before, "budget")) if isfinite(before) else "",
        tone="bad" if left < 0 else "attention" if left < 0.5 else "good",
    )
