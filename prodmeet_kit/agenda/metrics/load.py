"""Load in the metrics item: what was asked of each service, like for like, its unusual days, and what to expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.agenda.metrics.over_time import over_time
from prodmeet_kit.agenda.metrics.unusual_loads import said, unusual_table
from prodmeet_kit.agenda.provenance.asked import behind
from prodmeet_kit.agenda.shared.redefined import marked
from prodmeet_kit.agenda.shared.rests_on import column, partly, with_column
from prodmeet_kit.analysis.slo import daily
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.evidence import Column, HeatMap, Note, Table, WeekOverlay
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import UNKNOWN, is_bytes, write
from prodmeet_kit.i18n.times import short_date

if TYPE_CHECKING:
    from typing import Any

    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence
    from prodmeet_kit.schemas.capacity import LoadPatternRow

__all__ = ["MOVED", "evidence"]

MOVED = 0.1
"""A load that moved by a tenth, like for like, is worth a look."""

CALENDAR = 0.005
"""Below half a per cent the calendar (and gaps) made no difference: no column for it."""

SAID = 3
"""So many unusual days are sentences; more of them make a table."""


def evidence(analyses: Analyses) -> list[Evidence]:
    """The table of loads, their unusual days, then their figures; nothing where the product has none."""
    if not len(analyses.capacity.loads):
        return []
    return [_table(analyses), *_unusual(analyses), *behind(analyses, t("Load"), ["load/"]), *_figures(analyses)]


def _rows(analyses: Analyses) -> list[dict[str, Any]]:
    """Summary and pattern of each load in one mapping."""
    return [
        {**summary, **pattern}
        for summary, pattern in zip(analyses.capacity.load_rows, analyses.capacity.pattern_rows, strict=True)
    ]


def _table(analyses: Analyses) -> Table:
    patterns = analyses.capacity.load_patterns
    frame = analyses.capacity.loads.assign(
        like_for_like=patterns["like_for_like"].to_numpy(),
        calendar_effect=patterns["calendar_effect"].to_numpy(),
        expected_peak=patterns["expected_peak"].to_numpy(),
        expected_range=[_range(row) for row in analyses.capacity.pattern_rows],
        by_day=_by_day(analyses),
    )
    frame = with_column(frame, partly(analyses, "load", analyses.capacity.loads))
    frame = frame.sort_values("like_for_like", key=abs, ascending=False, kind="stable", ignore_index=True)
    columns = [
        Column("service", t("Service")),
        Column("name", t("Load")),
        Column("by_day", t("By day"), "trend"),
        Column("mean", t("Mean"), "amount"),
        Column("like_for_like", t("Like for like"), "change"),
        Column("growth_per_week", t("Growth per week"), "change"),
        Column("peak", t("Peak"), "amount"),
        Column("peak_at", t("Peak at"), "time"),
        Column("expected_peak", t("Expected peak"), "amount"),
        Column("expected_range", t("Range"), "written"),
    ]
    if (frame["calendar_effect"].abs() >= CALENDAR).any():
        columns.insert(4, Column("calendar_effect", t("Calendar"), "change"))
    columns += column(frame)
    if (frame["missing_fraction"] > 0).any():
        columns.append(Column("missing_fraction", t("Steps missing"), "percent"))
    caption = t(
        "Like for like: compared with the same weekdays and hours before · Expected peak: until the "
        "next meeting, with an 80% prediction range"
    )
    table = Table(t("Load"), frame, tuple(columns), anchor=("service", "name"), caption=caption, place="load")
    return marked(table, analyses, ("load",))


def _by_day(analyses: Analyses) -> pd.Series[Any]:
    """The mean of each day, as a list in the cell of each load."""
    return daily.column(
        [analyses.capacity.load_by_day.get(SloRef.of_row(row), []) for row in analyses.capacity.load_rows],
        analyses.capacity.loads.index,
    )


def _range(row: LoadPatternRow) -> str:
    low, high = row["expected_peak_low"], row["expected_peak_high"]
    if low != low:
        return UNKNOWN
    kind = "amount" if is_bytes(row["unit"]) else "number"  # the unit is in the column before, but for KiB and MiB
    unit = row["unit"] if kind == "amount" else ""
    text = t("{low} to {high}", low=write(low, kind, unit=unit), high=write(high, kind, unit=unit))
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _unusual(analyses: Analyses) -> list[Evidence]:
    sentences = said(analyses)
    if len(sentences) > SAID:
        return [unusual_table(analyses)]
    return [Note(sentence) for sentence in sentences]


def _figures(analyses: Analyses) -> list[Evidence]:
    """Each load over time, by hour and weekday, and week over week."""
    figures: list[Evidence] = []
    for row in _rows(analyses):
        ref = SloRef.of_row(row)
        series = analyses.capacity.load_series.get(ref)
        if series is not None:
            figures += [over_time(analyses, row, series, "load"), *_patterns(analyses, row)]
    return figures


def _patterns(analyses: Analyses, row: dict[str, Any]) -> list[Evidence]:
    ref, timezone = SloRef.of_row(row), analyses.facts.window.timezone
    shared: dict[str, Any] = {"unit": str(row["unit"]), "timezone": timezone, "folded": True}
    place = f"{row['service']}-{row['name']}"
    shown: list[Evidence] = []
    weeks = analyses.capacity.load_by_week(ref)
    if weeks is not None:
        newest = t("7 days to {day}", day=short_date(analyses.facts.window.end, timezone))
        title = t("{name}: week over week", name=ref)
        shown.append(WeekOverlay(title, weeks, anchor=f"load-weeks-{place}", newest=newest, **shared))
    hours = analyses.capacity.load_by_hour(ref)
    if hours is not None:
        title = t("{name}: by hour and weekday", name=ref)
        caption = t("mean since the last meeting")
        shown.append(HeatMap(title, hours, anchor=f"load-hours-{place}", caption=caption, **shared))
    return shown
