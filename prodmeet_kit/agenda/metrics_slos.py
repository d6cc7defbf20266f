"""SLOs in the metrics item: the table everybody reads, and a chart an SLO, folded while nothing happened on it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from prodmeet_kit.agenda.evidence import Chart, Column, Line, Table
from prodmeet_kit.agenda.over_time import before, marks
from prodmeet_kit.display.languages import t
from prodmeet_kit.display.numbers import write
from prodmeet_kit.frames import rows

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.agenda.evidence import Evidence
    from prodmeet_kit.findings import Findings

__all__ = ["evidence", "slo_table"]

SMOOTH = timedelta(hours=1)
"""Error ratios are drawn over this span: a five-minute ratio of a quiet service is mostly chance."""


def evidence(findings: Findings) -> list[Evidence]:
    """The table of SLOs, then their charts; nothing where the product has none."""
    return [slo_table(findings.slos), *_charts(findings)] if len(findings.slos) else []


def slo_table(slos: pd.DataFrame) -> Table:
    """The SLO summary as people read it; the overview shows the same."""
    notes = {
        "bad_absent": t("no bad-event series: counted as zero"),
        "bad_over_total": t("more bad than total events: counted as all bad"),
    }
    frame = slos.assign(note_text=slos["note"].map(notes).fillna(slos["note"]))
    columns = [
        Column("service", t("Service")),
        Column("name", t("SLO")),
        Column("state", t("State"), "state"),
        Column("attainment", t("Attained"), "percent"),
        Column("objective", t("Objective"), "percent"),
        Column("budget_remaining", t("Budget left"), "budget"),
        Column("budget_remaining_before", t("Left last time"), "budget"),
        Column("budget_spent_since_last", t("Spent since"), "budget"),
        Column("burn_rate", t("Burn rate"), "number"),
        Column("bad", t("Bad events"), "count"),
        Column("total", t("Events"), "count"),
        Column("missing_fraction", t("Steps missing"), "percent"),
    ]
    if frame["note_text"].any():
        columns.append(Column("note_text", t("Note")))
    return Table(t("Service level objectives"), frame, tuple(columns), anchor=("service", "name"))


def _charts(findings: Findings) -> list[Chart]:
    """The error ratio of each SLO against what its budget allows."""
    charts = []
    for row in rows(findings.slos):
        ref = f"{row['service']}/{row['name']}"
        ratio = findings.error_ratio(ref, SMOOTH)
        if ratio is None:
            continue
        window = findings.facts.window
        quiet = row["state"] == "OK" and not row["budget_spent_since_last"] > 0.2
        charts.append(
            Chart(
                title=t("{name}: share of bad events", name=ref),
                frame=ratio[ratio.index > window.start].to_frame(ref),
                faint=before(findings, ratio).to_frame(ref),
                unit="",
                kind="percent",
                step=window.step,
                timezone=window.timezone,
                anchor=f"slo-{row['service']}-{row['name']}",
                lines=(
                    Line(
                        1 - row["objective"], t("allowed by {objective}", objective=write(row["objective"], "percent"))
                    ),
                ),
                marks=marks(findings, row["service"]),
                caption=t("Bad / total events over {span}", span=write(SMOOTH.total_seconds(), "duration")),
                folded=quiet,
            )
        )
    return charts
