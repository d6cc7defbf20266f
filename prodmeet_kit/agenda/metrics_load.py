"""Load in the metrics item: what was asked of each service, with the window before behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.agenda.evidence import Chart, Column, Table
from prodmeet_kit.agenda.over_time import over_time
from prodmeet_kit.display.languages import t
from prodmeet_kit.frames import rows

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.agenda.evidence import Evidence
    from prodmeet_kit.findings import Findings

__all__ = ["evidence"]

MOVED = 0.1
"""A load that moved by a tenth is worth a look."""


def evidence(findings: Findings) -> list[Evidence]:
    """The table of loads, then their charts; nothing where the product has none."""
    return [_table(findings.loads), *_charts(findings)] if len(findings.loads) else []


def _table(loads: pd.DataFrame) -> Table:
    columns = (
        Column("service", t("Service")),
        Column("name", t("Load")),
        Column("mean", t("Mean"), "number"),
        Column("peak", t("Peak"), "number"),
        Column("unit", t("Unit")),
        Column("peak_at", t("Peak at"), "time"),
        Column("change_vs_previous", t("Against the window before"), "change"),
        Column("growth_per_week", t("Growth a week"), "change"),
        Column("missing_fraction", t("Steps missing"), "percent"),
    )
    return Table(t("Load"), loads, columns, anchor=("service", "name"))


def _charts(findings: Findings) -> list[Chart]:
    """Each load, with the window before behind it."""
    charts = []
    for row in rows(findings.loads):
        ref = f"{row['service']}/{row['name']}"
        series = findings.load_series.get(ref)
        if series is not None:
            quiet = not abs(row["change_vs_previous"]) >= MOVED
            charts.append(over_time(findings, row, series, "load", quiet=quiet))
    return charts
