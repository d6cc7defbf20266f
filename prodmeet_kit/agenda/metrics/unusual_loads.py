"""Days on which load was unusual for their weekday, as people say it: one sentence a day, or a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.evidence import Column, Table
from prodmeet_kit.i18n.languages import listed, t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.i18n.times import local, short_date, weekday
from prodmeet_kit.schemas.capacity import UNUSUAL_DAYS

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.schemas.capacity import UnusualDayRow

__all__ = ["said", "unusual_table"]


def said(analyses: Analyses) -> list[str]:
    """One sentence for each unusual day, in order, with every load it was unusual for."""
    days: dict[Any, list[UnusualDayRow]] = {}
    for row in UNUSUAL_DAYS.rows(analyses.capacity.unusual_days.sort_values("day", kind="stable")):
        days.setdefault(row["day"], []).append(row)
    timezone = analyses.facts.window.timezone
    return [_sentence(day, found, timezone) for day, found in days.items()]


def unusual_table(analyses: Analyses) -> Table:
    """Every unusual day of every load."""
    units = {SloRef.of_row(row): row["unit"] for row in analyses.capacity.load_rows}
    frame = analyses.capacity.unusual_days.sort_values("day", kind="stable").reset_index(drop=True)
    frame = frame.assign(
        unit=frame["ref"].map(units),
        change=frame["ratio"] - 1,
        what=[_what(row["direction"]) for row in UNUSUAL_DAYS.rows(frame)],
    )
    columns = (
        Column("day", t("Day"), "date"),
        Column("ref", t("Load")),
        Column("value", t("Mean of the day"), "amount"),
        Column("expected", t("Usual for its weekday"), "amount"),
        Column("change", t("Relative change"), "change"),
        Column("moved", t("At unusual hours"), "percent"),
        Column("what", t("Unusual")),
    )
    return Table(t("Unusual days"), frame, columns, anchor=("day", "ref"), place="unusual")


def _sentence(day: Any, found: list[UnusualDayRow], timezone: str) -> str:
    date, usual = short_date(day, timezone), weekday(local(day, timezone).weekday(), whole=True)
    if len(found) == 1 and found[0]["direction"] != "shape":
        row = found[0]
        named = {"day": date, "share": write(row["ratio"] - 1, "size"), "weekday": usual, "name": row["ref"]}
        if row["direction"] == "above":
            return t("{day} was {share} above a usual {weekday}: {name}", **named)
        return t("{day} was {share} below a usual {weekday}: {name}", **named)
    parts = [
        t("{name} had {share} of its load at unusual hours", name=row["ref"], share=write(row["moved"], "percent"))
        if row["direction"] == "shape"
        else f"{row['ref']} {write(row['ratio'] - 1, 'change')}"
        for row in found
    ]
    return t("{day} compared with a usual {weekday}: {loads}", day=date, weekday=usual, loads=listed(parts))


def _what(direction: str) -> str:
    return {"above": t("more than usual"), "below": t("less than usual"), "shape": t("at unusual hours")}[direction]
