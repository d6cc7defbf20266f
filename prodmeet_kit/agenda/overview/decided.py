"""What this meeting decided, and how often earlier ones discussed the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.shared.owners import owner, owners
from prodmeet_kit.evidence import Column, Table
from prodmeet_kit.i18n import languages, times
from prodmeet_kit.i18n.languages import t, tn
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses

__all__ = ["corrected", "decided", "history", "last_time", "sentence", "spoken_before"]

DECISION, MEETINGS = "decision", 6
"""History covers this many meetings: an older one is another team's."""


def decided(analyses: Analyses, lines: pd.DataFrame) -> list[Table]:
    """The decisions of this meeting as a table; none before anything was decided."""
    here = analyses.meeting.decided_now
    if here.empty:
        return []
    reasons = dict(zip(lines["subject"], lines["reason"], strict=True))
    frame = here.assign(
        what=[reasons.get(row["subject"]) or row["what"] or row["subject"] for row in rows(here)],
        decision_text=[words().get(code, code) for code in here[DECISION]],
        owner=owners(here),
        note=[languages.sentences([row["note"], *corrected(row)]) for row in rows(here)],
        due_text=[times.day(due) for due in here["due"]],
    )
    columns = (
        Column("what", t("What")),
        Column("decision_text", t("Decision")),
        Column("owner", t("Owner")),
        Column("due_text", t("Due")),
        Column("note", t("Note")),
    )
    return [Table(t("Decided at this meeting"), frame, columns, anchor=("subject",))]


def words() -> dict[str, str]:
    """The codes of a decision in words."""
    return {
        "decide": t("decided"),
        "act": t("act"),
        "watch": t("watch"),
        "drop": t("drop"),
        "carry": t("carry over"),
    }


def sentence(row: dict[str, Any], what: str) -> str:
    """One decision on one line, for the minutes."""
    parts = [words().get(row[DECISION], row[DECISION])]
    if row["owner"]:
        parts.append(t("owner {owner}", owner=owner(row)))
    if row["due"]:
        parts.append(t("due {due}", due=times.day(row["due"])))
    text = t("{what}: {decision}", what=what, decision=languages.listed(parts))
    return languages.sentences([languages.sentence(text), row["note"], *corrected(row)])


def corrected(row: dict[str, Any]) -> list[str]:
    """What was corrected of a decision after its meeting, a sentence for each day."""
    return [languages.sentence(_correction(each)) for each in row["corrections"] or ()]


def _correction(told: Mapping[str, Any]) -> str:
    day, by = times.day(told["day"]), told["by"]
    before, after = told["before"], told["after"]
    changes = []
    if before[DECISION] != after[DECISION]:
        changes.append(t("{before} → {after}", before=_word(before), after=_word(after)))
    if before["owner"] != after["owner"]:
        who = {when: fields["owner"] or t("nobody") for when, fields in (("before", before), ("after", after))}
        changes.append(t("owner {before} → {after}", **who))
    if before["due"] != after["due"]:
        until = {when: times.day(fields["due"]) or t("none") for when, fields in (("before", before), ("after", after))}
        changes.append(t("due {before} → {after}", **until))
    what = languages.listed(changes) or t("note")
    if by:
        return t("Corrected {day} by {who}: {what}", day=day, who=by, what=what)
    return t("Corrected {day}: {what}", day=day, what=what)


def spoken_before(analyses: Analyses) -> dict[str, str]:
    """By subject, at how many of the last meetings something was decided about it, where it was more than never."""
    meetings, days = _days(_reached(analyses), MEETINGS)
    return {
        subject: tn(
            "discussed at {n} of {all} meetings", "discussed at {n} of {all} meetings", len(held), all=len(meetings)
        )
        for subject, held in days.items()
    }


def last_time(analyses: Analyses) -> dict[str, str]:
    """By subject, what the last meeting that discussed it decided: its day, the decision, who, until when, and why."""
    return {
        subject: sentence(row, t("at the meeting of {day}", day=times.day(row["meeting"])))
        for subject, row in analyses.meeting.last_words.items()
    }


def history(analyses: Analyses) -> dict[str, str]:
    """By subject discussed before: how many times by now, among the last meetings including this one."""
    meetings, days = _days(_reached(analyses), MEETINGS - 1)
    return {
        subject: t(
            "discussed at {n} of the last {all} meetings, including this one", n=len(held) + 1, all=len(meetings) + 1
        )
        for subject, held in days.items()
    }


def _word(fields: Mapping[str, Any]) -> str:
    code = str(fields[DECISION])
    return words().get(code, code)


def _reached(analyses: Analyses) -> pd.DataFrame:
    """What earlier meetings spoke of: not what their end carried over."""
    before = analyses.meeting.decided_before
    return before[~before["unreached"]]


def _days(said: pd.DataFrame, most: int) -> tuple[list[str], dict[str, set[str]]]:
    """The last meetings that decided anything, oldest first, and by subject at which of them it was discussed."""
    meetings = sorted(set(said["meeting"]))[-most:]
    days: dict[str, set[str]] = {}
    for row in rows(said[said["meeting"].isin(meetings)]):
        days.setdefault(row["subject"], set()).add(row["meeting"])
    return meetings, days
