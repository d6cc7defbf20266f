"""Resources in the metrics item: use, headroom, borrowed capacity; efficiency follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.agenda.metrics import efficiency as metrics_efficiency
from prodmeet_kit.agenda.metrics.over_time import over_time
from prodmeet_kit.agenda.provenance.asked import behind
from prodmeet_kit.agenda.shared.redefined import marked
from prodmeet_kit.agenda.shared.rests_on import column, partly, with_column
from prodmeet_kit.analysis.capacity.limits import LIMIT_NEAR_DAYS
from prodmeet_kit.analysis.slo import daily
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.evidence import Chart, Column, Line, Table
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.i18n.ranges import days_between
from prodmeet_kit.schemas.capacity import BORROWED

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence
    from prodmeet_kit.schemas.capacity import BorrowedRow, ResourceRow

__all__ = ["SATURATED", "evidence", "last_day", "short_after_return"]

SATURATED = 0.05
"""Above 90% of the limit for a twentieth of the time, more than an hour a day, is worth a word."""


def evidence(analyses: Analyses) -> list[Evidence]:
    """Resources, what is borrowed, their charts, then efficiency; nothing where the product has none."""
    shown: list[Evidence] = []
    if len(analyses.capacity.resources):
        shown.append(marked(_table(analyses), analyses, ["resource"]))
        if len(analyses.capacity.borrowed):
            shown.append(_borrowed_table(analyses.capacity.borrowed))
        shown.append(marked(_details(analyses.capacity.resources), analyses, ["resource"]))
        shown += [*behind(analyses, t("Resources and efficiency"), ["resource/"]), *_charts(analyses)]
    return [*shown, *metrics_efficiency.evidence(analyses)]


def short_after_return(analyses: Analyses) -> list[ResourceRow]:
    """Resources that a return fills within sight, and that would not be full as soon without it."""
    return [
        row
        for row in analyses.capacity.resource_rows
        if row["full_after_return"] <= LIMIT_NEAR_DAYS and not row["days_to_full"] <= row["full_after_return"]
    ]


def last_day(row: BorrowedRow, analyses: Analyses) -> str:
    """The last day on which a borrowed part may be kept, written."""
    import pandas as pd

    return write(row["until"] - pd.Timedelta(seconds=1), "date", timezone=analyses.facts.window.timezone)


def _table(analyses: Analyses) -> Table:
    resources = analyses.capacity.resources
    days = [analyses.capacity.resource_by_day.get(SloRef.of_row(row), []) for row in analyses.capacity.resource_rows]
    frame = resources.assign(
        outlook=[_outlook(row) for row in analyses.capacity.resource_rows],
        by_day=daily.column(days, resources.index),
    )
    frame = with_column(frame, partly(analyses, "resource", resources))
    by = ["days_to_full", "utilisation_p95"]
    frame = frame.sort_values(by, ascending=[True, False], kind="stable", ignore_index=True)
    columns = (
        Column("service", t("Service")),
        Column("name", t("Resource")),
        *column(frame),
        Column("by_day", t("By day"), "trend"),
        Column("p95", t("p95"), "amount"),
        Column("limit", t("Limit"), "amount"),
        Column("utilisation_p95", t("p95 of limit"), "percent"),
        Column("utilisation_p95_previous", t("Previous period"), "percent"),
        Column("headroom", t("Headroom"), "amount"),
        Column("saturation_80", t("Time above 80%"), "percent"),
        Column("outlook", t("Outlook")),
    )
    return Table(t("Resources"), frame, columns, anchor=("service", "name"), place="resource")


def _outlook(row: ResourceRow) -> str:
    """The trend, and the days until full with their range where a trend is real."""
    words = {
        "growing": t("growing"),
        "shrinking": t("shrinking"),
        "none": t("no trend"),
        "too_short": t("too short to judge"),
        "no_limit": t("no limit given"),
        "limit_unknown": t("the limit is not known"),
        "full": t("at its limit"),
        "no_data": t("no data"),
    }
    text = words.get(row["trend"], str(row["trend"]))
    if row["trend"] == "growing" and row["days_to_full"] == row["days_to_full"]:
        between = days_between(row["days_to_full_low"], row["days_to_full_high"])
        text = t("at its limit in {days} ({between})", days=write(row["days_to_full"], "days"), between=between)
    if row["full_after_return"] == row["full_after_return"]:
        text += t("; ") + t("in {days}, once returned", days=write(row["full_after_return"], "days"))
    return text


def _details(resources: pd.DataFrame) -> Table:
    columns = [
        Column("service", t("Service")),
        Column("name", t("Resource")),
        Column("mean", t("Mean"), "amount"),
        Column("peak", t("Peak"), "amount"),
        Column("change_vs_previous", t("Change from previous period"), "change"),
        Column("headroom_share", t("Headroom of limit"), "percent"),
        Column("saturation_80_previous", t("Time above 80% before"), "percent"),
        Column("saturation_90", t("Time above 90%"), "percent"),
        Column("saturation_90_previous", t("Time above 90% before"), "percent"),
        Column("missing_fraction", t("Steps missing"), "percent"),
    ]
    if resources["request"].notna().any():
        columns += [Column("request", t("Request"), "amount"), Column("request_p95", t("p95 of request"), "percent")]
    return Table(t("Resources in detail"), resources, tuple(columns), folded=True)


def _borrowed_table(borrowed: pd.DataFrame) -> Table:
    import pandas as pd

    frame = borrowed.assign(
        last_day=borrowed["until"] - pd.Timedelta(seconds=1),
        state_text=[
            t("overdue") if row["overdue"] else t("in {days}", days=write(row["days_left"], "days"))
            for row in BORROWED.rows(borrowed)
        ],
    )
    columns = (
        Column("service", t("Service")),
        Column("name", t("Resource")),
        Column("amount", t("Borrowed"), "amount"),
        Column("last_day", t("Until"), "date"),
        Column("state_text", t("Return date")),
        Column("limit_after", t("Limit after return"), "amount"),
        Column("utilisation_after", t("p95 of limit after return"), "percent"),
        Column("from_whom", t("Borrowed from")),
        Column("note", t("Note")),
    )
    return Table(t("Borrowed capacity"), frame, columns, anchor=("service", "name", "until"), place="borrowed")


def _charts(analyses: Analyses) -> list[Chart]:
    """Each resource, with its limit, what is left of it after returns, and its request."""
    charts = []
    for row in analyses.capacity.resource_rows:
        series = analyses.capacity.resource_series.get(SloRef.of_row(row))
        if series is not None:
            levels = (
                (row["limit"], t("limit")),
                (row["limit_after_return"], t("limit after return")),
                (row["request"], t("request")),
            )
            lines = tuple(Line(value, label) for value, label in levels if value == value)
            charts.append(over_time(analyses, row, series, "resource", lines=lines))
    return charts
