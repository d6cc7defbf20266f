"""The charts of the metrics item: one an SLO, load and resource, folded while nothing happened on it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from prodmeet_kit.agenda.evidence import Chart, Line, Mark
from prodmeet_kit.display.languages import t
from prodmeet_kit.display.numbers import write
from prodmeet_kit.frames import rows
from prodmeet_kit.window import format_duration

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.findings import Findings

__all__ = ["loads", "marks", "resources", "slos"]

SMOOTH = timedelta(hours=1)
"""Error ratios are drawn over this span: a five-minute ratio of a quiet service is mostly chance."""

LOAD_MOVED = 0.1
"""A load that moved by a tenth is worth a look."""

BUSY = 0.7
"""A resource whose p95 is above this share of its limit is worth a look."""


def slos(findings: Findings) -> list[Chart]:
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
                faint=_before(findings, ratio).to_frame(ref),
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
                caption=t(
                    "Bad / total events over {span}, every {step}. Faint: the window before.",
                    span=format_duration(SMOOTH),
                    step=format_duration(window.step),
                ),
                folded=quiet,
            )
        )
    return charts


def loads(findings: Findings) -> list[Chart]:
    """Each load, with the window before behind it."""
    charts = []
    for row in rows(findings.loads):
        ref = f"{row['service']}/{row['name']}"
        series = findings.load_series.get(ref)
        if series is not None:
            quiet = not abs(row["change_vs_previous"]) >= LOAD_MOVED
            charts.append(_over_time(findings, row, series, "load", quiet=quiet))
    return charts


def resources(findings: Findings) -> list[Chart]:
    """Each resource, with its limit."""
    charts = []
    for row in rows(findings.resources):
        ref = f"{row['service']}/{row['name']}"
        series = findings.resource_series.get(ref)
        if series is not None:
            quiet = row["trend"] not in ("growing", "full") and not row["utilisation_p95"] >= BUSY
            limit = row["limit"]
            lines = (Line(limit, t("limit")),) if limit == limit else ()
            charts.append(_over_time(findings, row, series, "resource", quiet=quiet, lines=lines))
    return charts


def _over_time(
    findings: Findings,
    row: dict[str, object],
    series: pd.Series,
    kind: str,
    *,
    quiet: bool,
    lines: tuple[Line, ...] = (),
) -> Chart:
    window = findings.facts.window
    ref = f"{row['service']}/{row['name']}"
    return Chart(
        title=ref,
        frame=series[series.index > window.start].to_frame(ref),
        faint=_before(findings, series).to_frame(ref),
        unit=str(row["unit"]),
        step=window.step,
        timezone=window.timezone,
        anchor=f"{kind}-{row['service']}-{row['name']}",
        lines=lines,
        marks=marks(findings, str(row["service"])),
        caption=t("Every {step}. Faint: the window before.", step=format_duration(window.step)),
        folded=quiet,
    )


def _before(findings: Findings, series: pd.Series) -> pd.Series:
    window = findings.facts.window
    return series[(series.index > window.compare_start) & (series.index <= window.start)]


def marks(findings: Findings, service: str) -> tuple[Mark, ...]:
    """Incidents, pages that told of a burn, and changes of a service since the last meeting."""
    window = findings.facts.window
    found = [
        Mark(
            row["start"].to_pydatetime(),
            (row["mitigated"] if row["mitigated"] == row["mitigated"] else row["end"]).to_pydatetime(),
            row["id"],
            "incident",
        )
        for row in rows(findings.incidents)
        if service in row["services"] and (row["mitigated"] == row["mitigated"] or row["end"] == row["end"])
    ]
    found += [
        Mark(row["start"].to_pydatetime(), None, row["alert"], "page")
        for row in rows(findings.pages)
        if row["service"] == service and row["caught"]
    ]
    found += [
        Mark(row["start"].to_pydatetime(), None, row["id"], "change")
        for row in rows(findings.past_changes)
        if service in row["services"] and window.start <= row["start"] <= window.end
    ]
    return tuple(found)
