"""What is decided about findings, saved at each change.

Pages have a verdict as well, which stands in the minutes as its own entry: the
next meeting starts from it, and the judgement of the alert counts it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.overview.decided import words
from prodmeet_kit.analysis.paging.said import VERDICTS
from prodmeet_kit.core.subjects import subject
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.live.complete import lacks
from prodmeet_kit.live.words import begun, kept, not_saved, taken_back
from prodmeet_kit.minutes.entries import ALL, CHECK, DECISIONS_KIND, DRAFTS, FIELDS, decided_at, written
from prodmeet_kit.minutes.merging import AFTER, Merged
from prodmeet_kit.render.states import word
from prodmeet_kit.schemas.paging import PAGE_GROUPS

if TYPE_CHECKING:
    from prodmeet_kit.live.meeting import Meeting
    from prodmeet_kit.live.pages import Row

__all__ = ["Decisions", "alerts_of", "choices", "verdicts"]

VERDICT = "verdict"


class Decisions:
    """What is decided about these rows, by subject: each change is saved at once."""

    def __init__(self, meeting: Meeting, rows: Iterable[Row]) -> None:
        self._meeting = meeting
        self._rows = {row.subject: row for row in rows}

    def said(self) -> dict[str, dict[str, Any]]:
        """What the minutes hold of each, with its status line."""
        said = _read(self._meeting)
        return {subject: _now(self._meeting, said, row, self._alert(subject)) for subject, row in self._rows.items()}

    def edited(self, subject: str, name: str, value: str) -> dict[str, Any] | None:
        """Save one field, and give what is said now; ``None`` for what no form asks."""
        row, alert = self._rows.get(subject), self._alert(subject)
        if row is None or name not in (*ALL, *([VERDICT] if alert else [])):
            return None
        if name == VERDICT and alert:
            return _judge(self._meeting, alert, row, value.strip())
        now = _decide(self._meeting, row, name, value.strip(), alert)
        if name == "note" and alert and now.get(VERDICT):
            return _judge(self._meeting, alert, row, now[VERDICT])  # it tells why the verdict is so
        return now

    def _alert(self, subject: str) -> Mapping[str, str] | None:
        return self._meeting.alerts.get(subject)


def choices() -> list[dict[str, str]]:
    """The decisions in words, each with what it means."""
    meanings = {
        "act": t("somebody does something until a day"),
        "decide": t("settled here, nothing is left to do"),
        "watch": t("nothing now, it comes up again if it is still so at the next meeting"),
        "carry": t("not decided today, it rises at the next meeting"),
        "drop": t("not worth our time, it is settled without doing anything"),
    }
    said = words()
    return [{"value": code, "text": said[code], "meaning": meaning} for code, meaning in meanings.items()]


def verdicts() -> list[dict[str, str]]:
    """The verdicts on pages in words."""
    return [{"value": code, "text": word(code).text, "meaning": ""} for code in VERDICTS]


def alerts_of(meeting: Meeting) -> dict[str, dict[str, str]]:
    """Alert, service and suggested verdict of each subject of the pages, the first of several groups."""
    found: dict[str, dict[str, str]] = {}
    for group in PAGE_GROUPS.rows(meeting.review.analyses.paging.groups):
        about_it = subject("alert", group["alert"], group["service"])
        about = {"alert": group["alert"], "service": group["service"], "suggested": group["suggested_verdict"]}
        found.setdefault(about_it, about)
    return found


@dataclass(frozen=True)
class _Said:
    """What the minutes hold of this meeting: decisions by subject, which were complete once, and verdicts in order."""

    standing: Mapping[str, Merged]
    decided: frozenset[str]
    verdicts: Sequence[Mapping[str, Any]]

    def fields(self, subject: str) -> dict[str, str]:
        """The decision as it is now."""
        now = self.standing.get(subject)
        return dict(now.fields) if now else dict.fromkeys(ALL, "")

    def newest(self, subject: str) -> str | None:
        """The name of the newest file about it."""
        now = self.standing.get(subject)
        return now.newest.path.name if now else None

    def verdict(self, alert: Mapping[str, str]) -> str:
        """What was said of the alert's pages; without a service it was said of all."""
        about = ("", alert["service"])
        mine = [one for one in self.verdicts if one.get("alert") == alert["alert"] and one.get("service", "") in about]
        last = str(mine[-1].get(VERDICT, "")) if mine and not mine[-1].get("withdrawn") else ""
        return last if last in VERDICTS else ""


def _read(meeting: Meeting) -> _Said:
    """One look into the minutes."""
    drafts, complete = (
        [each for each in meeting.minutes.load(kind)[0] if each.content.get("meeting") == meeting.day]
        for kind in (DRAFTS, DECISIONS_KIND)
    )
    verdicts = [each.content for each in meeting.minutes.load("verdicts")[0]]
    return _Said(
        decided_at([*drafts, *complete], meeting.day),
        frozenset(str(each.content.get("subject")) for each in complete),
        [each for each in verdicts if str(each.get("meeting"))[:10] == meeting.day],
    )


def _now(meeting: Meeting, said: _Said, row: Row, alert: Mapping[str, str] | None) -> dict[str, Any]:
    """The fields as they stand in the minutes, with the status line; ``alert`` is given for pages only.

    The check that is proposed stands in its fields until somebody writes another.
    """
    fields = said.fields(row.subject)
    now = {**fields, **({VERDICT: said.verdict(alert)} if alert else {})}
    shown = {**now, **_proposed(row, fields)}
    if not any(now.values()):
        return {**shown, "status": "", "bad": False}
    if now.get(VERDICT) and not any(fields[name] for name in FIELDS if name != "note"):
        return {**shown, **kept()}  # a verdict stands alone, or with a note
    if not fields["decision"] and row.subject in said.decided:
        return {**shown, **taken_back()}
    missing = lacks(fields, meeting.day)
    return {**shown, **(begun(missing) if missing else kept())}


def _proposed(row: Row, fields: Mapping[str, str]) -> dict[str, str]:
    """The proposed check, while nobody wrote one."""
    if row.check is None or any(fields[name] for name in CHECK):
        return {}
    query = " ".join(row.check.query.split())  # a field has one line
    return dict(zip(CHECK, (query, row.check.expect), strict=True))


def _decide(meeting: Meeting, row: Row, name: str, value: str, alert: Mapping[str, str] | None) -> dict[str, Any]:
    """Save at once, as a draft while something is missing; the status line says what happened.

    Who says that somebody acts is given the owner who is known and the day of the next meeting, to be changed. What is
    decided is saved with its check.
    """
    said = _read(meeting)
    before = said.fields(row.subject)
    fields = {**before, **(_proposed(row, before) if name in CHECK else {}), name: value}
    if name == "decision" and value == "act":
        fields |= {"owner": fields["owner"] or row.owner, "due": fields["due"] or meeting.next_day}
    missing = lacks(fields, meeting.day)
    checked = {**fields, **({} if missing else _proposed(row, fields))}
    content = {
        "subject": row.subject, "item": row.item, "meeting": meeting.day, "what": row.what,
        **written(checked), AFTER: said.newest(row.subject),
    }  # fmt: skip
    try:
        meeting.minutes.save(DRAFTS if missing else DECISIONS_KIND, row.subject, content)
    except OSError as error:
        return {**fields, **not_saved(error)}
    return _now(meeting, _read(meeting), row, alert)


def _judge(meeting: Meeting, alert: Mapping[str, str], row: Row, verdict: str) -> dict[str, Any]:
    """Save what was said of an alert's pages; an empty verdict takes back what was said at this meeting."""
    before = _read(meeting)
    said = verdict or before.verdict(alert)
    if not said:
        return _now(meeting, before, row, alert)
    content = {
        "alert": alert["alert"], "service": alert["service"], "meeting": meeting.day, VERDICT: said,
        "note": before.fields(row.subject)["note"] or None, "subject": row.subject,
        "withdrawn": None if verdict else True,
    }  # fmt: skip
    try:
        meeting.minutes.save("verdicts", row.subject, content)
    except OSError as error:
        return {**_now(meeting, before, row, alert), VERDICT: verdict, **not_saved(error)}
    return _now(meeting, _read(meeting), row, alert)
