"""Monitoring changes: the rules that decide who is woken up, and what was silenced.

Evidence for an agenda item; it says on what grounds there is nothing, and what could not be checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.shared.extract import some_open
from prodmeet_kit.evidence import Column, Evidence, Note, Table
from prodmeet_kit.i18n.languages import listed, t, tn
from prodmeet_kit.i18n.numbers import is_unknown, write
from prodmeet_kit.schemas.alerting import SILENCE_FINDINGS
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses

__all__ = ["evidence", "numbers"]

_SECTION = "monitoring_changes"


def evidence(analyses: Analyses) -> tuple[Evidence, ...]:
    """A folded table of changed rules and a table of silences, or a note that says why there is none."""
    return (*_rules(analyses), *_silences(analyses))


def _rules(analyses: Analyses) -> tuple[Evidence, ...]:
    facts = analyses.facts
    now, earlier = analyses.alerting.own_rules, facts.previous
    if now is None:
        trouble = _trouble(analyses, "rules")
        if trouble:
            return (Note(t("Could not check which alert rules changed: {message}", message=trouble), "warning"),)
        return (_aside(t("Changes of alert rules are not checked: no source of rules is configured.")),)
    if not len(now) and (earlier is None or earlier.rules is None or not len(earlier.rules)):
        return (_aside(t("No alert rule changed: the source of rules has none.")),)
    if earlier is None:
        return (
            _aside(
                t("Changes of alert rules are shown from the next meeting on: there is no earlier one to compare with.")
            ),
        )
    day = write(earlier.end, "date", timezone=facts.window.timezone)
    if earlier.rules is None:
        return (_aside(t("Which alert rules changed is not known: the report of {day} has no rules.", day=day)),)
    changes = analyses.alerting.rule_changes
    partly = _trouble(analyses, "rules")
    notes = (Note(t("Not all alert rules could be read: {message}", message=partly), "warning"),) if partly else ()
    if not len(changes):
        same = tn(
            "No alert rule changed since the meeting of {day}: {n} rule compared.",
            "No alert rule changed since the meeting of {day}: {n} rules compared.",
            len(now),
            day=day,
        )
        return (*notes, _aside(same))
    what = _words_of_rules()
    shown = changes.assign(what_text=[what.get(code, code) for code in changes["what"]])
    columns = (Column("alert", t("Alert"), "code"), Column("what_text", t("What changed")), Column("group", t("Group")))
    title = tn(
        "{n} change of alert rules since the meeting of {day}",
        "{n} changes of alert rules since the meeting of {day}",
        len(changes),
        day=day,
    )
    details = (Column("before", t("Before"), "code"), Column("after", t("Now"), "code"))
    return (
        *notes,
        Table(title, shown, columns, details, anchor=("alert", "group", "what"), folded=True, place="changed"),
    )


def _aside(text: str) -> Note:
    """What nobody has to act on."""
    return Note(text, summary=t("Changes of alert rules"))


def _silences(analyses: Analyses) -> tuple[Evidence, ...]:
    facts = analyses.facts
    trouble = _trouble(analyses, "silences")
    if facts.records.get("silences") is None:
        if trouble:
            return (Note(t("Could not check silences: {message}", message=trouble), "warning"),)
        unasked = t("Silences are not checked: no source is configured (sources.silences).")
        return (Note(unasked, summary=t("Silences")),)
    notes = (Note(t("Not all silences could be read: {message}", message=trouble), "warning"),) if trouble else ()
    silences = analyses.alerting.silences
    if not len(silences):
        quiet = t("No silence was in force since the last meeting, and none is planned.")
        return (*notes, Note(quiet, summary=t("Silences")))
    people = (Column("created_by", t("By")),) if facts.product.show_people else ()
    columns = (
        Column("matchers", t("Silence"), "code"),
        Column("state", t("State")),
        Column("start", t("From"), "time"),
        Column("end", t("Until"), "text" if silences["end"].isna().any() else "time"),
        Column("covered", t("Alerts it covered"), "count"),
        Column("look", t("To review")),
    )
    details = (*people, Column("comment", t("Why")))
    worded = _worded(silences, facts.window.timezone)
    stale, others = worded[silences["stale"]], worded[~silences["stale"]]
    shown: list[Table] = []
    if len(stale):
        title = tn("{n} stale silence", "{n} stale silences", len(stale))
        shown += some_open(Table(title, stale, columns, details, anchor=("id",)))
    if len(others):
        title = tn("{n} silence", "{n} silences", len(others))
        shown.append(Table(title, others, columns, details, anchor=("id",), folded=True))
    return (*notes, *shown)


def _worded(silences: pd.DataFrame, timezone: str) -> pd.DataFrame:
    reasons = {
        "never_matched": t("silenced nothing"),
        "ends_after_next_meeting": t("continues beyond the next meeting"),
        "no_comment": t("no reason given"),
        "expired_in_window": t("ended since the last meeting"),
    }
    states = {"active": t("in force"), "pending": t("planned"), "expired": t("ended")}
    if silences["end"].isna().any():
        until = [t("no end") if is_unknown(end) else write(end, "time", timezone=timezone) for end in silences["end"]]
        silences = silences.assign(end=until)
    return silences.assign(
        state=[states.get(code, code) for code in silences["state"]],
        look=[listed(reasons[code] for code in row["reasons"]) for row in SILENCE_FINDINGS.rows(silences)],
    )


def _words_of_rules() -> dict[str, str]:
    return {
        "added": t("added"),
        "removed": t("removed"),
        "group": t("moved to another group"),
        "query": t("expression"),
        "for_s": t("for"),
        "keep_firing_for_s": t("keep_firing_for"),
        "labels": t("labels"),
        "annotations": t("annotations"),
        "page": t("whether it pages"),
    }


def _trouble(analyses: Analyses, key: str) -> str:
    """What a source of the key said that failed, or could not read all; empty when each read everything."""

    def of_key(name: str) -> bool:
        return name == key or name.startswith(f"{key}[")

    failed = [source.detail for source in analyses.facts.sources if source.state == "failed" and of_key(source.name)]
    failed += [failure.message for failure in analyses.facts.failed(_SECTION) if of_key(failure.source)]
    return failed[0] if failed else ""


def numbers(analyses: Analyses) -> dict[str, Any]:
    """Its keys of ``review.json``, each with the rows of its frame."""
    return {
        "rule_changes": rows(analyses.alerting.rule_changes),
        "silences": _silenced(analyses),
    }


def _silenced(analyses: Analyses) -> list[dict[str, Any]]:
    """Name who wrote a silence only where the parameters say so."""
    people = analyses.facts.product.show_people
    return [row if people else {**row, "created_by": None} for row in rows(analyses.alerting.silences)]
