"""The forms of decisions: a row for each finding of an agenda item, saved at each change.

Pages have a verdict as well, which stands in the minutes as its own entry: the
next meeting starts from it, and the judgement of the alert counts it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.overview.decided import last_time, words
from prodmeet_kit.analysis.paging.said import VERDICTS
from prodmeet_kit.core.subjects import subject
from prodmeet_kit.i18n.languages import t, use
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.live.complete import lacks
from prodmeet_kit.live.words import begun, browser, kept, not_saved, taken_back
from prodmeet_kit.minutes.entries import DECISIONS, DECISIONS_KIND, DRAFTS, FIELDS
from prodmeet_kit.minutes.merging import AFTER, Merged, merged
from prodmeet_kit.render.states import word
from prodmeet_kit.schemas.paging import PAGE_GROUPS

if TYPE_CHECKING:
    from prodmeet_kit.live.meeting import Meeting
    from prodmeet_kit.live.widgets import Form

__all__ = ["form"]

VERDICT = "verdict"

Lines = Sequence[Mapping[str, Any]]


def form(meeting: Meeting, title: str, lines: Lines, *, pages: bool = False) -> Form:
    """The form for these ``AGENDA_LINES``; with ``pages`` their verdict is asked first."""
    from prodmeet_kit.live.widgets import Form

    language = meeting.review.facts.product.language
    alerts = _alerts(meeting) if pages else {}
    about = {line["subject"]: line for line in lines}

    def edited(subject: str, name: str, value: str) -> Mapping[str, Any]:
        with use(language):
            if name == VERDICT:
                return _judge(meeting, alerts[subject], subject, value.strip())
            now = _decide(meeting, about[subject], name, value.strip(), alerts.get(subject))
            if name == "note" and alerts.get(subject) and now.get(VERDICT):
                return _judge(meeting, alerts[subject], subject, now[VERDICT])  # it tells why the verdict is so
            return now

    with use(language):
        last, said = last_time(meeting.review.analyses), _read(meeting)
        return Form(
            title=title,
            rows=[_row(line, alerts.get(line["subject"], {}), last.get(line["subject"], "")) for line in lines],
            fields=_fields(pages),
            said={line["subject"]: _now(meeting, said, line["subject"], alerts.get(line["subject"])) for line in lines},
            texts=browser(),
            edited=edited,
        )


def _row(line: Mapping[str, Any], alert: Mapping[str, str], last: str) -> dict[str, Any]:
    """What the browser shows of a line: ``last`` is what was decided before; an empty verdict tells the suggestion."""
    time = t("{n} min", n=write(line["minutes"], "number")) if line["place"] == "agenda" else t("annex")
    hints = {VERDICT: t("suggested: {verdict}", verdict=word(alert["suggested"]).text)} if alert else {}
    return {"subject": line["subject"], "title": line["reason"], "why": time, "last": last, "hints": hints}


def _fields(pages: bool) -> list[dict[str, Any]]:
    said = words()
    decision = {"name": "decision", "title": t("Decision"), "options": [[code, said[code]] for code in DECISIONS]}
    verdict = {"name": VERDICT, "title": t("Verdict"), "options": [[code, word(code).text] for code in VERDICTS]}
    return [
        *([verdict] if pages else []),
        decision,
        {"name": "owner", "title": t("Owner"), "type": "text"},
        {"name": "due", "title": t("Due"), "type": "date"},
        {"name": "note", "title": t("Note"), "type": "text"},
    ]


def _alerts(meeting: Meeting) -> dict[str, dict[str, str]]:
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

    standing: Mapping[tuple[str, ...], Merged]
    decided: frozenset[str]
    verdicts: Sequence[Mapping[str, Any]]

    def fields(self, subject: str) -> dict[str, str]:
        """The decision as it is now."""
        now = self.standing.get((subject,))
        return dict(now.fields) if now else dict.fromkeys(FIELDS, "")

    def newest(self, subject: str) -> str | None:
        """The name of the newest file about it."""
        now = self.standing.get((subject,))
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
        merged([*drafts, *complete], ("subject",), FIELDS),
        frozenset(str(each.content.get("subject")) for each in complete),
        [each for each in verdicts if str(each.get("meeting"))[:10] == meeting.day],
    )


def _now(meeting: Meeting, said: _Said, subject: str, alert: Mapping[str, str] | None) -> dict[str, Any]:
    """The fields as they stand in the minutes, with the status line; ``alert`` is given for pages only."""
    fields = said.fields(subject)
    now = {**fields, **({VERDICT: said.verdict(alert)} if alert else {})}
    if not any(now.values()):
        return {**now, "status": "", "bad": False}
    if now.get(VERDICT) and not any(fields[name] for name in FIELDS if name != "note"):
        return {**now, **kept()}  # a verdict stands alone, or with a note
    if not fields["decision"] and subject in said.decided:
        return {**now, **taken_back()}
    missing = lacks(fields, meeting.day)
    return {**now, **(begun(missing) if missing else kept())}


def _decide(
    meeting: Meeting, line: Mapping[str, Any], name: str, value: str, alert: Mapping[str, str] | None
) -> dict[str, Any]:
    """Save at once, as a draft while something is missing; the status line says what happened."""
    subject, said = line["subject"], _read(meeting)
    fields = {**said.fields(subject), name: value}
    about = {"subject": subject, "item": line["item"], "meeting": meeting.day, "what": line["reason"]}
    content = {**about, **fields, AFTER: said.newest(subject)}
    try:
        meeting.minutes.save(DRAFTS if lacks(fields, meeting.day) else DECISIONS_KIND, subject, content)
    except OSError as error:
        return {**fields, **not_saved(error)}
    return _now(meeting, _read(meeting), subject, alert)


def _judge(meeting: Meeting, alert: Mapping[str, str], subject: str, verdict: str) -> dict[str, Any]:
    """Save what was said of an alert's pages; an empty verdict takes back what was said at this meeting."""
    before = _read(meeting)
    said = verdict or before.verdict(alert)
    if not said:
        return _now(meeting, before, subject, alert)
    content = {
        "alert": alert["alert"], "service": alert["service"], "meeting": meeting.day, VERDICT: said,
        "note": before.fields(subject)["note"] or None, "subject": subject,
        "withdrawn": None if verdict else True,
    }  # fmt: skip
    try:
        meeting.minutes.save("verdicts", subject, content)
    except OSError as error:
        return {**_now(meeting, before, subject, alert), VERDICT: verdict, **not_saved(error)}
    return _now(meeting, _read(meeting), subject, alert)
