"""The queue of what needs attention without a page: its age, its cost, its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.evidence import Column, Table
from prodmeet_kit.i18n.languages import listed, t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.paging import ATTENTION

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence
    from prodmeet_kit.schemas.paging import AttentionRow

__all__ = ["evidence"]

_ANCHOR = ("kind", "what", "service", "reason")


def evidence(analyses: Analyses) -> tuple[Evidence, ...]:
    """The queue, the oldest and most expensive first, folded; nothing where nothing needs attention."""
    queue = analyses.detection.attention
    if not len(queue):
        return ()
    found = ATTENTION.rows(queue)
    frame = queue.assign(
        loss_text=[_loss(row) for row in found],
        owner_text=[_owner(row) for row in found],
        because=[_because(row) for row in found],
    )
    title = t("Needs attention, but no page")
    caption = t(
        "Known since: over the whole history available, not only since the last meeting. A slow burn "
        "counts from when its error ratio rose, where that is known; a limit from when a trend of 14 "
        "days or more first showed that it is near. An alert about a subject in the list is not counted again."
    )
    return (Table(title, frame, _columns(), anchor=_ANCHOR, caption=caption, folded=True),)


def _columns() -> tuple[Column, ...]:
    return (
        Column("what", t("What"), "code"),
        Column("service", t("Service")),
        Column("first", t("Known since"), "time"),
        Column("age_days", t("Age"), "days"),
        Column("loss_text", t("Budget lost in 14 days"), "written"),
        Column("owner_text", t("Owner")),
        Column("because", t("Because")),
    )


def _loss(row: AttentionRow) -> str:
    """Only an SLO has a budget: the cell of anything else is empty, not unknown."""
    return write(row["loss_per_fortnight"], "budget") if row["kind"] == "slo" else ""


def _owner(row: AttentionRow) -> str:
    """Who looks after it, with the action item, promise or planned change that says so."""
    grounds = [row["action_item"], t("promised") if row["promise"] else "", row["change"]]
    said = listed(each for each in grounds if each)
    if not row["owner"]:
        return said or t("nobody")
    return f"{row['owner']} ({said})" if said else row["owner"]


def _because(row: AttentionRow) -> str:
    value = row["value"]
    if row["reason"] == "slow_burn":
        return t("slow burn, ended") if row["ended"] == row["ended"] else t("slow burn")
    if row["reason"] == "limit_near":
        return t("at its limit in {days}", days=write(value, "days")) if value > 0 else t("it is at its limit")
    if row["reason"] == "ticket_alert":
        return tn("a non-paging alert fired once", "a non-paging alert fired {n} times", int(value))
    if row["reason"] == "rule_broken":
        return t("the rule cannot be evaluated, so the alert never fires")
    return str(row["reason"])
