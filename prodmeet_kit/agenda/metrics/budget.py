"""Error budgets in the metrics item: what moved them, what spent them, when they run out, what is excluded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.metrics.brief import ending_budgets, one_off, spiked
from prodmeet_kit.agenda.outages.names import by_id
from prodmeet_kit.analysis.slo.budget import NOTABLE
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.evidence import Column, Note, Table
from prodmeet_kit.i18n.languages import clauses, listed, sentence, t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.i18n.times import short_date
from prodmeet_kit.schemas.slo import BUDGET_PARTS, ERROR_BUDGET

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence

__all__ = ["evidence", "story"]


def evidence(analyses: Analyses) -> list[Evidence]:
    """What needs a word in the open, then exclusions, then folded tables for whoever asks."""
    timezone = analyses.facts.window.timezone
    found: list[Evidence] = [*_notes(analyses, timezone), *_exclusions(analyses)]
    found.append(_moves(analyses.budget.since_last, analyses.slo.summary, timezone))
    if len(analyses.budget.parts):
        found += [
            _parts(analyses.budget.parts, by_id(analyses.incidents.outages, analyses.facts.window.timezone)),
            _services(analyses.budget.by_service),
        ]
    return found


def story(row: Mapping[str, Any], timezone: str) -> str:
    """One sentence on what moved a budget since the last meeting; ``row`` is of ``ERROR_BUDGET``."""
    values = {
        "before": write(row["remaining_before"], "budget"),
        "now": write(row["remaining"], "budget"),
        "spent": write(row["spent_since_last"], "budget"),
        "rolled": write(row["rolled_off_share"], "budget"),
        "left": _left(row, timezone),
    }
    spent = row["spent_since_last"] >= NOTABLE
    if row["change"] == "renewed":
        values["day"] = _day(row["left_until"], timezone)
        return t(
            "a new period began on {day}: {now} of its error budget is left; {before} was left last time", **values
        )
    if row["change"] == "rose" and row["because"] == "left":
        if spent:
            return t("budget left rose from {before} to {now} although {spent} was spent: {left}", **values)
        return t("budget left rose from {before} to {now}: {left}", **values)
    if row["change"] == "rose":
        return t("budget left rose from {before} to {now}: more events, so more of them may be bad", **values)
    if row["change"] == "fell" and row["because"] == "left":
        return t("budget left fell from {before} to {now}: {spent} was spent; {left}, worth {rolled}", **values)
    if row["change"] == "fell":
        return t("budget left fell from {before} to {now}: {spent} was spent", **values)
    if row["change"] == "same" and row["because"] == "left":
        return t("budget left stays at {now}: {spent} was spent; {left}, worth {rolled}", **values)
    if row["change"] == "same":
        return t("budget left stays at {now}: {spent} was spent", **values)
    return t("not known at one of the two meetings")


def _left(row: Mapping[str, Any], timezone: str) -> str:
    if row["left_from"] != row["left_from"]:  # NaT is not equal to itself
        return ""
    span = {"start": _day(row["left_from"], timezone), "end": _day(row["left_until"], timezone)}
    if row["left_incidents"]:
        return t(
            "bad events from {start} to {end} left the window, including {incidents}",
            incidents=listed(row["left_incidents"]),
            **span,
        )
    return t("bad events from {start} to {end} left the window", **span)


def _day(instant: Any, timezone: str) -> str:
    return short_date(instant.to_pydatetime(), timezone, weekday=False)


def _outlook(row: Mapping[str, Any], timezone: str) -> str:
    words = {
        "date": "",
        "not_in_window": t("not within the window"),
        "spent": t("already exhausted"),
        "too_few": t("too few events to judge"),
        "unknown": t("not known"),
    }
    return words[row["outlook"]] or write(row["runs_out"], "date", timezone=timezone)


def _notes(analyses: Analyses, timezone: str) -> list[Note]:
    """Budgets that rose though nothing got better, what incidents spent, and budgets that will be gone."""
    budget = analyses.budget.since_last
    rose = budget[(budget["change"] == "rose") & (budget["spent_since_last"] >= NOTABLE)]
    notes = [
        Note(t("{name}: {story}.", name=SloRef.of_row(row), story=story(row, timezone)))
        for row in ERROR_BUDGET.rows(rose)
    ]
    notes += [Note(sentence(one_off(analyses, ref))) for ref in spiked(analyses)]
    ending = [
        t("{name} on {day}", name=SloRef.of_row(row), day=_outlook(row, timezone))
        for row in ERROR_BUDGET.rows(ending_budgets(analyses))
    ]
    if ending:
        text = t("At the rate since the last meeting, error budgets will be exhausted: {ends}.", ends=listed(ending))
        notes.append(Note(text, "warning"))
    return notes


def _moves(budget: pd.DataFrame, slos: pd.DataFrame, timezone: str) -> Table:
    frame = budget.assign(
        story=[story(row, timezone) for row in ERROR_BUDGET.rows(budget)],
        outlook_text=[_outlook(row, timezone) for row in ERROR_BUDGET.rows(budget)],
        attainment_since=slos["attainment_since"].to_numpy(),
    )
    columns = (
        Column("service", t("Service")),
        Column("name", t("SLO")),
        Column("attainment_since", t("Attained since last meeting"), "percent"),
        Column("spent_since_last", t("Spent since last meeting"), "budget"),
        Column("rolled_off_share", t("Regained (left the window)"), "budget"),
        Column("story", t("Why the budget changed")),
        Column("outlook_text", t("Budget will be exhausted")),
    )
    caption = t(
        "Shares of the error budget of the SLO window. Budget will be exhausted: at the rate since the last meeting"
    )
    title = t("Error budgets since the last meeting")
    return Table(title, frame, columns, anchor=("service", "name"), folded=True, caption=caption, place="budget")


def _parts(parts: pd.DataFrame, names: Mapping[str, str]) -> Table:
    """``names`` are those of the outages, by their ids and those of their SLO events, which nobody reads."""
    frame = parts.assign(
        what=[_part(row, names.get(row["id"], row["id"])) for row in BUDGET_PARTS.rows(parts)],
    )
    columns = (
        Column("service", t("Service")),
        Column("name", t("SLO")),
        Column("what", t("What")),
        Column("bad", t("Bad events"), "count"),
        Column("share", t("Of this budget"), "budget"),
        Column("share_of_product", t("Of all budgets"), "budget"),
    )
    caption = t("The parts of an SLO add up to what it spent since the last meeting")
    title = t("What spent the error budgets")
    return Table(
        title, frame, columns, anchor=("service", "name", "kind", "id"), folded=True, caption=caption, place="spent"
    )


def _part(row: Mapping[str, Any], name: str) -> str:
    """What spent a part of a budget, and for how long samples are missing."""
    rests = {
        "rest": t("not part of an incident or a fast burn"),
        "unplaced": t("not attributable: samples are missing"),
    }
    if row["kind"] in rests:
        return rests[row["kind"]]
    if row["kind"] == "slow_burn":
        return t("slow burn around {outage}", outage=name)
    if not row["blind_s"] > 0:
        return name
    blind = t("{blind} without samples", blind=write(row["blind_s"], "duration"))
    return clauses([name, blind if row["bad"] != row["bad"] else t("at least; {blind}", blind=blind)])


def _services(services: pd.DataFrame) -> Table:
    columns = (
        Column("service", t("Service")),
        Column("budgets", t("Budgets"), "count"),
        Column("share", t("Of its budgets"), "budget"),
        Column("share_of_product", t("Of all budgets"), "budget"),
    )
    caption = t(
        "Every error budget has the same weight, whatever its traffic. The services add up to what the product spent"
    )
    title = t("Which service spent the error budgets")
    return Table(title, services, columns, anchor=("service",), folded=True, caption=caption, place="spent_by")


def _exclusions(analyses: Analyses) -> list[Table]:
    """What was taken out, by whom and why, and every number with and without it: never folded."""
    excluded = analyses.slo.excluded
    if not len(excluded):
        return []
    taken = (
        Column("service", t("Service")),
        Column("name", t("SLO")),
        Column("start", t("From"), "time"),
        Column("end", t("To"), "time"),
        Column("reason", t("Reason")),
        Column("author", t("Decided by")),
        Column("steps", t("Steps"), "count"),
        Column("total", t("Events"), "count"),
        Column("bad", t("Bad events"), "count"),
    )
    both = (
        Column("service", t("Service")),
        Column("name", t("SLO")),
        Column("objective", t("Objective"), "percent"),
        Column("attainment", t("Attained"), "percent"),
        Column("attainment_all", t("Attained, without exclusions"), "percent"),
        Column("budget_remaining", t("Budget left"), "budget"),
        Column("budget_remaining_all", t("Budget left, without exclusions"), "budget"),
    )
    touched = analyses.slo.summary.merge(excluded[["service", "name"]].drop_duplicates(), on=["service", "name"])
    caption = t("Only whole steps of the trend inside an exclusion are left out; an SLO counts everything else")
    return [
        Table(
            t("Excluded from SLOs"),
            excluded,
            taken,
            anchor=("service", "name", "start"),
            caption=caption,
            place="excluded",
        ),
        Table(t("SLOs with and without exclusions"), touched, both, anchor=("service", "name"), place="without"),
    ]
