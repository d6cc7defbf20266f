"""Before and after each change made since the last meeting, as one table: what moved, and whether it means anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.outages.names import by_id
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.evidence import Column, Table
from prodmeet_kit.i18n.languages import clauses, listed, t
from prodmeet_kit.i18n.numbers import UNKNOWN, points, write
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from prodmeet_kit.analyses import Analyses

__all__ = ["in_points", "table", "towards"]


def table(analyses: Analyses) -> Table | None:
    """Every change against everything its services are measured by, folded; ``None`` without changes.

    What moved beyond noise or was predicted comes first in each change, the rest is set back. Of a resource compared
    at equal load, that row alone counts unless its own moved too.
    """
    import pandas as pd

    told = _told(analyses)
    if told is None:
        return None
    names = _names(analyses)
    frame = pd.DataFrame([_cells(row, names) for row in rows(told)])
    columns = [
        Column("change", t("Change"), "code"),
        Column("what", t("What")),
        Column("was", t("Before"), "written"),
        Column("now", t("After"), "written"),
        Column("moved", t("Effect beyond normal variation")),
    ]
    if frame["expected"].any():
        columns.append(Column("expected", t("Predicted")))
    columns.append(Column("days", t("Compared")))
    caption = t(
        "Mean before and after. The effect is the part that exceeds the same difference in other "
        "weeks; its 95% interval comes from days without a change"
    )
    return Table(t("Before and after"), frame, tuple(columns), caption=caption, folded=True, quiet="quiet")


def _names(analyses: Analyses) -> dict[str, str]:
    return by_id(analyses.incidents.outages, analyses.facts.window.timezone)


def _told(analyses: Analyses) -> pd.DataFrame | None:
    """What is worth a row, the notable first in each change."""
    frame = analyses.changes.before_after
    if not len(frame):
        return None
    frame = frame[_worth(rows(frame))]
    frame = frame.assign(notable=frame["outcome"].isin(["up", "down"]) | (frame["expected_direction"] != ""))
    order = {change: place for place, change in enumerate(dict.fromkeys(frame["change"]))}
    frame = frame.assign(place=frame["change"].map(order), later=~frame["notable"])
    return frame.sort_values(["place", "later"], kind="stable")


def _cells(row: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "change": row["change"],
        "what": _what(row),
        "was": _value(row, "before"),
        "now": _value(row, "after"),
        "moved": _effect(row),
        "expected": _expected(row),
        "days": _days(row, names),
        "quiet": not row["notable"],
    }


def _worth(found: list[dict[str, Any]]) -> list[bool]:
    equal = {(row["change"], row["service"], row["name"]) for row in found if row["kind"] == "equal_load"}
    return [
        row["kind"] != "resource"
        or row["outcome"] in ("up", "down")
        or (row["change"], row["service"], row["name"]) not in equal
        for row in found
    ]


def _what(row: dict[str, Any]) -> str:
    ref = SloRef.of_row(row)
    if row["kind"] == "slo":
        return t("{name}: bad events", name=ref)
    return t("{name} at equal load", name=ref) if row["kind"] == "equal_load" else ref


def _value(row: dict[str, Any], side: str) -> str:
    if row["kind"] == "equal_load":
        return UNKNOWN if side == "before" or row[side] != row[side] else write(row["difference"], "change")
    return write(row[side], "percent" if row["kind"] == "slo" else "amount", unit=row["unit"])


def _effect(row: dict[str, Any]) -> str:
    if row["outcome"] == "cannot_tell":
        return t("inconclusive")
    noise = row["outcome"] == "within_noise"
    if row["kind"] == "slo":
        low, high = points(row["low"]), points(row["high"])
        if noise:
            return t("within normal variation ({low} to {high} percentage points)", low=low, high=high)
        return in_points(row["effect"], row["low"], row["high"])
    low, high = write(row["low"], "change"), write(row["high"], "change")
    if noise:
        return t("within normal variation ({low} to {high})", low=low, high=high)
    return t("{effect} ({low} to {high})", effect=write(row["effect"], "change"), low=low, high=high)


def in_points(effect: float, low: float, high: float) -> str:
    """Write a difference of two shares and its interval, fractions all, in percentage points."""
    return t("{effect} percentage points ({low} to {high})", effect=points(effect), low=points(low), high=points(high))


def towards(direction: str, size: str) -> str:
    """What was expected of a change, such as ``up 10%``; either may be empty."""
    return t("{direction} {size}", direction=direction, size=size) if direction and size else direction or size


def _expected(row: dict[str, Any]) -> str:
    if not row["expected_direction"]:
        return ""
    verdicts = {"yes": t("as predicted"), "no": t("not as predicted"), "cannot_tell": t("inconclusive")}
    directions = {"up": t("up"), "down": t("down"), "none": t("no effect")}
    wanted = towards(directions.get(row["expected_direction"], ""), row["expected_size"])
    return f"{wanted}: {verdicts[row['as_expected']]}"


def _days(row: dict[str, Any], names: Mapping[str, str]) -> str:
    """The length of each side and what made it shorter; SLO events of the change itself.

    ``names`` are those of the outages by the ids of their SLO events, which nobody reads.
    """
    parts = []
    if row["after_end"] == row["after_end"]:
        length = write((row["after_end"] - row["after_start"]).total_seconds(), "duration")
        parts.append(t("{length} each side", length=length))
    causes = {**names, "data": t("the data begins"), "meeting": t("this meeting")}
    short = [causes.get(cause, cause) for cause in (row["shortened_before"], row["shortened_after"]) if cause]
    if short:
        parts.append(t("shortened by {causes}", causes=listed(dict.fromkeys(short))))
    if row["slo_events"]:
        parts.append(t("excluding the outage that began with it"))
    return clauses(parts)
