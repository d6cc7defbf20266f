"""Pages by alert: the two questions of the meeting, what the data suggest, what people said, and where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.agenda.outages.names import by_id
from prodmeet_kit.agenda.shared.extract import SHOWN
from prodmeet_kit.evidence import Column, Table
from prodmeet_kit.i18n.languages import listed, t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.render.states import word
from prodmeet_kit.schemas.paging import PAGE_GROUPS, PROPOSED_ITEMS

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence
    from prodmeet_kit.schemas.paging import PageGroupRow

__all__ = ["every_page", "evidence", "in_short", "reasons"]

EVERY = 200
"""More pages than these are not read one by one; all of them stand in review.json."""


def in_short(analyses: Analyses) -> list[Table]:
    """The alerts whose pages were not right, worst first and at most six.

    Nothing where all were, or all but one: its finding says it.
    """
    groups = analyses.paging.groups
    wrong = groups[groups["shown_verdict"] != "right"]
    columns = (
        Column("alert", t("Alert"), "code"),
        Column("service", t("Service")),
        Column("count", t("Pages"), "count"),
        Column("caught", t("For an outage"), "count"),
        Column("shown_verdict", t("Verdict"), "state"),
    )
    return [Table(t("Pages that were not right"), wrong.iloc[:SHOWN], columns)] if len(wrong) > 1 else []


def evidence(analyses: Analyses) -> tuple[Evidence, ...]:
    """Every group; then what people said otherwise, and what became a habit; all folded."""
    shown: list[Evidence] = [_groups(analyses.paging.groups, analyses.facts.window.timezone)]
    if len(analyses.paging.verdict_disagreements):
        shown.append(_disagreements(analyses.paging.verdict_disagreements))
    if len(analyses.paging.proposed_items):
        shown.append(_proposed(analyses.paging.proposed_items))
    return tuple(shown)


def reasons() -> dict[str, str]:
    """The reason codes of ``PAGES`` in words."""
    return {
        "caught": t("an SLO had a fast burn at that time"),
        "caught_late": t("it came more than 30 minutes after user impact began"),
        "same_event": t("an earlier page was sent for the same outage"),
        "slis_fine": t("no SLI of the service had a burn rate of 3 or more"),
        "other_burn": t("an SLI had a burn before, and the rule does not query that SLI"),
        "rule_unknown": t("an SLI had a burn before, and whether the rule queries that SLI is not known"),
        "after_burn": t("the window of the rule still includes an earlier fast burn of an SLI"),
        "slow_burn": t("the rule queries an SLI that had a slow burn: a ticket is enough"),
        "with_burn": t("it began soon after a slow burn of an SLI began: a ticket is enough"),
        "no_sli": t("there is no SLI data of the service at that time"),
        "incident": t("an incident was open at that time"),
        "excluded": t("it came during an excluded period"),
    }


def _groups(groups: pd.DataFrame, timezone: str) -> Table:
    yes_no = {
        "yes": t("yes"),
        "no": t("no"),
        "late": t("too late"),
        "too_urgent": t("too urgent"),
        "again": t("yes, but a duplicate"),
        "announced": t("during announced maintenance"),
        "not_known": t("not known"),
    }
    frame = groups.assign(
        reason_text=groups["reason"].map(reasons()).fillna(groups["reason"]),
        right_text=groups["right_way"].map(yes_no),
        should_text=groups["should_page"].map(yes_no),
        people_text=[_people(row, timezone) for row in PAGE_GROUPS.rows(groups)],
        pages_text=[_pages(row["verdicts"]) for row in PAGE_GROUPS.rows(groups)],
    )
    columns = (
        Column("alert", t("Alert"), "code"),
        Column("service", t("Service")),
        Column("count", t("Pages"), "count"),
        Column("caught", t("For an outage"), "count"),
        Column("last", t("Last"), "time"),
        Column("median_duration_s", t("Median length"), "duration"),
        Column("suggested_verdict", t("Verdict by data"), "state"),
        Column("right_text", t("Right severity and route?")),
        Column("should_text", t("Should it page?")),
    )
    details = (
        Column("reason_text", t("Because")),
        Column("pages_text", t("Page by page")),
        Column("people_text", t("Verdict by people")),
    )
    return Table(t("Pages by alert"), frame, columns, details, anchor=("alert", "service"), folded=True)


def _pages(verdicts: dict[str, int] | None) -> str:
    """How many pages came to which verdict; nothing where all came to one."""
    counts = verdicts or {}
    told = [t("{verdict} {n}", verdict=word(verdict).text, n=count) for verdict, count in counts.items()]
    return listed(told) if len(told) > 1 else ""


def _people(row: PageGroupRow, timezone: str) -> str:
    if not row["human_verdict"]:
        return ""
    text = t(
        "{verdict} at the meeting of {day}",
        verdict=word(row["human_verdict"]).text,
        day=write(row["human_meeting"], "date", timezone=timezone),
    )
    if row["times_noise"] > 1:
        text += ", " + tn("noise {n} time in a row", "noise {n} times in a row", int(row["times_noise"]))
    return f"{text}: {row['human_note']}" if row["human_note"] else text


def _disagreements(groups: pd.DataFrame) -> Table:
    columns = (
        Column("alert", t("Alert"), "code"),
        Column("service", t("Service")),
        Column("human_verdict", t("Verdict by people"), "state"),
        Column("suggested_verdict", t("Verdict by data"), "state"),
        Column("human_note", t("Note")),
    )
    anchor = ("alert", "service", "human_verdict", "suggested_verdict")
    return Table(t("Where people and data disagree"), groups, columns, anchor=anchor, place="disagree", folded=True)


def _proposed(items: pd.DataFrame) -> Table:
    frame = items.assign(
        text=[
            tn(
                "Fix or delete {alert}: noise at {n} meeting",
                "Fix or delete {alert}: noise at {n} meetings in a row",
                int(row["times"]),
                alert=row["alert"],
            )
            for row in PROPOSED_ITEMS.rows(items)
        ]
    )
    columns = (Column("text", t("Proposed action item")), Column("verify_expect", t("Success condition"), "code"))
    details = (Column("verify_query", t("Acceptance query"), "code"),)
    title = t("Proposed action items")
    return Table(title, frame, columns, details, anchor=("alert", "service"), place="proposed", folded=True)


def every_page(analyses: Analyses) -> Table:
    """Each page, folded; the newest when there are more than anybody reads."""
    pages = analyses.paging.pages
    shown = pages.iloc[-EVERY:]
    names = by_id(analyses.incidents.outages, analyses.facts.window.timezone)
    frame = shown.assign(
        reason_text=shown["reason"].map(reasons()).fillna(shown["reason"]),
        outages_text=shown["outages"].map(lambda told: [names.get(each, each) for each in told]),
    )
    columns = (
        Column("alert", t("Alert"), "code"),
        Column("service", t("Service")),
        Column("start", t("Start"), "time"),
        Column("duration_s", t("Lasted"), "duration"),
        Column("suggested_verdict", t("Verdict by data"), "state"),
        Column("reason_text", t("Because")),
        Column("outages_text", t("Outages"), "list"),
    )
    caption = ""
    if len(pages) > EVERY:
        caption = t("The newest {shown} of {all}; review.json has every page", shown=EVERY, all=len(pages))
    return Table(t("Every page"), frame, columns, anchor=("id",), folded=True, caption=caption)
