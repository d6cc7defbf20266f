"""Efficiency in the metrics item: what a request costs, and since when it costs more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.shared.cost_of_one import use_of_each
from prodmeet_kit.agenda.shared.redefined import marked
from prodmeet_kit.evidence import Column, Note, Table
from prodmeet_kit.i18n.languages import listed, sentence, t
from prodmeet_kit.i18n.numbers import UNKNOWN, number, write
from prodmeet_kit.schemas.capacity import REGRESSIONS

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence
    from prodmeet_kit.schemas.capacity import EfficiencyRow

__all__ = ["clause", "evidence", "regressions", "worse"]


def evidence(analyses: Analyses) -> list[Evidence]:
    """A sentence for each regression and gain, then the table; nothing where no load is known."""
    found: list[Evidence] = [
        Note(sentence(clause(row, analyses)), "warning" if row["change"] > 0 else "info")
        for row in _once(analyses.capacity.regressions)
    ]
    if len(analyses.capacity.efficiency):
        found.append(marked(_table(analyses), analyses, ["resource", "load"], ["resource", "load"]))
    return found


def regressions(analyses: Analyses) -> list[str]:
    """Each regression as a clause, with its date and the changes of that day."""
    return [clause(row, analyses) for row in worse(analyses)]


def _once(regressions: pd.DataFrame) -> list[dict[str, Any]]:
    """Each resource once, its largest first: its other loads tell the same step."""
    return list({(row["service"], row["resource"]): row for row in reversed(REGRESSIONS.rows(regressions))}.values())[
        ::-1
    ]


def worse(analyses: Analyses) -> Iterator[dict[str, Any]]:
    """Regressions to talk about.

    What fills towards a limit is asked about with the limit: a leak has no date, but where a change has one.
    """
    filling = analyses.capacity.resources[analyses.capacity.resources["trend"].isin(["growing", "full"])]
    asked = set(zip(filling["service"], filling["name"], strict=True))
    for row in _once(analyses.capacity.regressions):
        leaks = (row["service"], row["resource"]) in asked and (row["kind"] == "drift" or not len(row["changes"]))
        if row["change"] > 0 and not leaks:
            yield row


def clause(row: dict[str, Any], analyses: Analyses) -> str:
    """``web uses 12% more cpu at equal load since Fri 13 Nov 14:00; on that day: CH-31``."""
    words = {"size": write(row["change"], "size"), "service": row["service"], "resource": row["resource"]}
    window = analyses.facts.window
    if row["kind"] == "drift":
        words["since"] = write(window.compare_start, "date", timezone=window.timezone)
        more = t("{service} uses more {resource} every day at equal load: now {size} more than on {since}", **words)
        less = t("{service} uses less {resource} every day at equal load: now {size} less than on {since}", **words)
        return more if row["change"] > 0 else less
    since = write(row["at"], "time", timezone=window.timezone)
    more = t("{service} uses {size} more {resource} at equal load since {since}", since=since, **words)
    less = t("{service} uses {size} less {resource} at equal load since {since}", since=since, **words)
    text = more if row["change"] > 0 else less
    if row["changes"]:
        return t("{what}; on that day: {changes}", what=text, changes=listed(row["changes"]))
    return t("{what}; no known change on that day", what=text)


def _table(analyses: Analyses) -> Table:
    frame = analyses.capacity.efficiency.assign(
        each=[use_of_each(row["per_load"], row["unit"]) for row in analyses.capacity.efficiency_rows],
        each_before=[use_of_each(row["per_load_previous"], row["unit"]) for row in analyses.capacity.efficiency_rows],
        compared=[_compared(row) for row in analyses.capacity.efficiency_rows],
        cost_text=[_money(row["cost"], row["cost_unit"]) for row in analyses.capacity.efficiency_rows],
        cost_before=[_money(row["cost_previous"], row["cost_unit"]) for row in analyses.capacity.efficiency_rows],
    )
    columns = [
        Column("service", t("Service")),
        Column("resource", t("Resource")),
        Column("load", t("Load")),
        Column("each", t("Use per event"), "written"),
        Column("each_before", t("Previous period"), "written"),
        Column("equal_load_change", t("At equal load"), "change"),
        Column("compared", t("95% interval")),
        Column("matched_hours", t("Hours compared"), "count"),
    ]
    if frame["cost_unit"].any():
        columns += [
            Column("cost_text", t("Cost per million"), "written"),
            Column("cost_before", t("Before"), "written"),
        ]
    caption = t(
        "At equal load: since the last meeting compared with the period before, "
        "without differences in load and time of day"
    )
    return Table(
        t("Efficiency"),
        frame,
        tuple(columns),
        anchor=("service", "resource", "load"),
        caption=caption,
        place="efficiency",
    )


def _compared(row: EfficiencyRow) -> str:
    if row["equal_load"] == "cannot_tell":
        return t("cannot be compared")
    low, high = (write(row[end], "change") for end in ("equal_load_low", "equal_load_high"))
    interval = t("{low} to {high}", low=low, high=high)
    return (
        t("{interval}, within normal variation", interval=interval) if row["equal_load"] == "within_noise" else interval
    )


def _money(value: float, unit: str) -> str:
    if value != value:
        return UNKNOWN
    currency, _, event = unit.partition("/")
    return f"{number(value * 1e6)} {currency} / 1M {event}"
