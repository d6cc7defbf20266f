"""Resources and efficiency in the metrics item: how full, since when, and what a request costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.agenda.evidence import Chart, Column, Line, Table
from prodmeet_kit.agenda.over_time import over_time
from prodmeet_kit.display.languages import t
from prodmeet_kit.frames import rows

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.agenda.evidence import Evidence
    from prodmeet_kit.findings import Findings

__all__ = ["evidence"]

BUSY = 0.7
"""A resource whose p95 is above this share of its limit is worth a look."""


def evidence(findings: Findings) -> list[Evidence]:
    """The table of resources and their charts, then efficiency; nothing where the product has none."""
    shown: list[Evidence] = []
    if len(findings.resources):
        shown += [_table(findings.resources), *_charts(findings)]
    if len(findings.efficiency):
        shown.append(_efficiency_table(findings.efficiency))
    return shown


def _table(resources: pd.DataFrame) -> Table:
    trends = {
        "growing": t("growing"),
        "shrinking": t("shrinking"),
        "none": t("no trend"),
        "too_short": t("too short to tell"),
        "no_limit": t("no limit given"),
        "full": t("at its limit"),
        "no_data": t("no data"),
    }
    frame = resources.assign(trend_text=resources["trend"].map(trends).fillna(resources["trend"]))
    columns = (
        Column("service", t("Service")),
        Column("name", t("Resource")),
        Column("mean", t("Mean"), "amount"),
        Column("p95", t("p95"), "amount"),
        Column("peak", t("Peak"), "amount"),
        Column("limit", t("Limit"), "amount"),
        Column("utilisation_p95", t("p95 of limit"), "percent"),
        Column("change_vs_previous", t("Against the window before"), "change"),
        Column("trend_text", t("Trend")),
        Column("days_to_full", t("Full in"), "days"),
        Column("days_to_full_low", t("Soonest"), "days"),
        Column("days_to_full_high", t("Latest"), "days"),
    )
    return Table(t("Resources"), frame, columns, anchor=("service", "name"))


def _charts(findings: Findings) -> list[Chart]:
    """Each resource, with its limit."""
    charts = []
    for row in rows(findings.resources):
        ref = f"{row['service']}/{row['name']}"
        series = findings.resource_series.get(ref)
        if series is not None:
            quiet = row["trend"] not in ("growing", "full") and not row["utilisation_p95"] >= BUSY
            limit = row["limit"]
            lines = (Line(limit, t("limit")),) if limit == limit else ()
            charts.append(over_time(findings, row, series, "resource", quiet=quiet, lines=lines))
    return charts


def _efficiency_table(efficiency: pd.DataFrame) -> Table:
    columns = (
        Column("service", t("Service")),
        Column("resource", t("Resource")),
        Column("load", t("Load")),
        Column("per_load", t("Use per load"), "number"),
        Column("per_load_previous", t("The window before"), "number"),
        Column("unit", t("Unit")),
        Column("change", t("Change"), "change"),
    )
    return Table(t("Efficiency"), efficiency, columns, anchor=("service", "resource", "load"))
