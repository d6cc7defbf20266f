"""The end of a meeting: what was decided, what is open and goes to the next one, and the minutes of it.

:func:`standing` looks and writes nothing. :func:`end` writes: each finding of the agenda that nobody decided about is
carried over, so that it waits at the next meeting, and ``minutes.md`` is made of what stands in the minutes now.
Minutes that a person edited stay; the new text is beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prodmeet_kit.archive.layout import FROZEN
from prodmeet_kit.core.errors import InputError
from prodmeet_kit.evidence.facet import Check
from prodmeet_kit.i18n.languages import use
from prodmeet_kit.live.complete import lacks, lacks_of_item
from prodmeet_kit.live.new_items import known
from prodmeet_kit.live.words import kept, not_saved
from prodmeet_kit.minutes.attendance import read_attendance, say_present
from prodmeet_kit.minutes.entries import CHECK, DECISIONS_KIND, DRAFTS, FIELDS, UNREACHED, decided_at, written
from prodmeet_kit.minutes.items import newest as newest_items
from prodmeet_kit.minutes.merging import AFTER, Merged
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    from prodmeet_kit.findings.finding import Finding
    from prodmeet_kit.live.meeting import Meeting

__all__ = ["Decided", "Ended", "Lacking", "NewItem", "Open", "end", "present", "standing"]


@dataclass(frozen=True)
class Decided:
    """A decision: ``finding`` is what it is about in words, ``decision`` one of ``DECISIONS`` or empty.

    It is empty where pages only have a ``verdict``. ``due`` is an ISO day or empty. ``check`` is what proves at the
    next meeting that it worked, where something does. ``unconfirmed``: the owner was not there.
    """

    subject: str
    item: str
    finding: str
    decision: str
    owner: str
    due: str
    note: str
    verdict: str
    check: Check | None
    unconfirmed: bool


@dataclass(frozen=True)
class Open:
    """A finding of the agenda nobody decided about, with the question that is open: it goes to the next meeting."""

    subject: str
    item: str
    finding: str
    question: str


@dataclass(frozen=True)
class Lacking:
    """What was begun and does not count yet: a decision, or a new action item; ``missing`` says what to add."""

    subject: str
    item: str
    what: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class NewItem:
    """An action item born at this meeting."""

    id: str
    text: str
    owner: str
    due: str
    unconfirmed: bool


@dataclass(frozen=True)
class Ended:
    """How a meeting ended; texts are in the product's language, days ISO in its zone.

    ``minutes`` is the file that was written, ``None`` when none was, ``problem`` why. ``edited`` is the file that a
    person edited and that stays as it is: the new text is in ``minutes``.
    """

    day: str
    next_day: str
    decisions: tuple[Decided, ...]
    open: tuple[Open, ...]
    drafts: tuple[Lacking, ...]
    items: tuple[NewItem, ...]
    present: tuple[str, ...]
    minutes: Path | None = None
    edited: Path | None = None
    problem: str = ""


def end(meeting: Meeting, report: Path | None = None) -> Ended:
    """Carry over what is open, write ``minutes.md`` into the report, and say how the meeting ended.

    ``report`` is the folder of the meeting's report; the current one, where a live notebook runs, when not given. What
    the disk does not take is said in ``problem``; decisions that were saved before stay. A second end changes nothing
    but the text of the minutes. Raises :class:`InputError` where the folder is of no report.
    """
    folder = (report or Path()).resolve()
    if not (folder / FROZEN).exists():
        raise InputError(f"{folder} is not the folder of a report: run it where {FROZEN}/ is")
    with use(meeting.review.facts.product.language):
        try:
            _carry(meeting)
            written, edited = _write(meeting, folder)
        except OSError as error:
            return replace(standing(meeting), problem=str(not_saved(error)["status"]))
        return replace(standing(meeting), minutes=written, edited=edited)


def present(meeting: Meeting, names: str) -> dict[str, Any]:
    """Save who is at the meeting, names with commas between; the status line says what happened."""
    with use(meeting.review.facts.product.language):
        try:
            say_present(meeting.minutes, meeting.day, names)
        except OSError as error:
            return not_saved(error)
        return kept()


def standing(meeting: Meeting) -> Ended:
    """What the meeting has decided so far; nothing is written."""
    review, day = meeting.review, meeting.day
    attendance, _ = read_attendance(meeting.minutes)
    said, verdicts = _said(meeting), _verdicts(meeting)
    decided: list[Decided] = []
    open_: list[Open] = []
    drafts: list[Lacking] = []
    with use(review.facts.product.language):
        for finding, subjects in _in_order(meeting, said, verdicts):
            saved = {about: said[about].fields for about in subjects if about in said}
            now = {about: {name: fields[name] for name in FIELDS} for about, fields in saved.items()}
            complete = {about for about, fields in now.items() if fields["decision"] and not lacks(fields, day)}
            reached = {about for about in complete if not _unreached(said[about])}
            for about, what in subjects.items():
                verdict, fields = verdicts.get(about, ""), now.get(about, dict.fromkeys(FIELDS, ""))
                if about in reached or (verdict and about not in now):
                    unconfirmed = attendance.unconfirmed(day, about, fields["owner"])
                    check = _check(saved.get(about, {})) or (
                        finding.check if finding and about == finding.subject else None
                    )
                    item = _item(finding, about, said)
                    decided.append(
                        Decided(about, item, what, **fields, verdict=verdict, check=check, unconfirmed=unconfirmed)
                    )
                elif about in now and about not in complete and any(fields.values()):
                    drafts.append(Lacking(about, _item(finding, about, said), what, tuple(lacks(fields, day))))
            if finding and not reached and not any(verdicts.get(about) for about in subjects) and _asks(finding):
                open_.append(Open(finding.subject, finding.section, finding.headline, finding.question))
        born = known(meeting)
        whole = {identity for identity in newest_items(meeting.minutes) if identity in born}
        items = [
            NewItem(
                identity,
                now["text"],
                now["owner"],
                now["due"],
                attendance.unconfirmed(day, f"action_item:{identity}", now["owner"]),
            )
            for identity, now in born.items()
            if identity in whole and not lacks_of_item(now)
        ]
        drafts += [
            Lacking(f"action_item:{identity}", "action_items", now["text"] or identity, tuple(missing))
            for identity, now in born.items()
            if (missing := lacks_of_item(now))
        ]
    following = review.facts.next_meeting.astimezone(review.facts.window.zone)
    return Ended(
        day=day,
        next_day=following.date().isoformat(),
        decisions=tuple(decided),
        open=tuple(open_),
        drafts=tuple(drafts),
        items=tuple(items),
        present=attendance.present.get(day, ()),
    )


def _asks(finding: Finding) -> bool:
    return finding.place == "agenda" and bool(finding.question)


def _in_order(
    meeting: Meeting, said: Mapping[str, Merged], verdicts: Mapping[str, str]
) -> Iterator[tuple[Finding | None, dict[str, str]]]:
    """Each finding in the order of the agenda, with its subjects in words; then what else was decided about."""
    review = meeting.review
    place = {item.key: at for at, item in enumerate(review.items)}
    mine: set[str] = set()
    for finding in sorted(review.findings, key=lambda each: (place.get(each.section, len(place)), each.rank)):
        words = {facet.subject: facet.reason for _, facet in finding.facets if facet.subject}
        subjects = {
            finding.subject: finding.headline,
            **{about: what for about, what in words.items() if about != finding.subject},
        }
        mine |= subjects.keys()
        yield finding, subjects
    others = [about for about in dict.fromkeys([*said, *verdicts]) if about not in mine]
    for about in others:
        yield None, {about: str(said[about].newest.content.get("what") or about) if about in said else about}


def _item(finding: Finding | None, about: str, said: Mapping[str, Merged]) -> str:
    sections = {facet.subject: section for section, facet in finding.facets} if finding else {}
    known_as = str(said[about].newest.content.get("item") or "") if about in said else ""
    return known_as or sections.get(about, finding.section if finding else "")


def _check(saved: Mapping[str, str]) -> Check | None:
    """The query that was saved with a decision; ``None`` where none was."""
    query, expect = (saved.get(name, "") for name in CHECK)
    return Check(query, expect) if query else None


def _said(meeting: Meeting) -> dict[str, Merged]:
    """The decisions of this meeting by subject, complete or begun."""
    both = [each for kind in (DRAFTS, DECISIONS_KIND) for each in meeting.minutes.load(kind)[0]]
    return decided_at(both, meeting.day)


def _verdicts(meeting: Meeting) -> dict[str, str]:
    """The verdict on the pages of each alert, as the form of this meeting wrote it, by the subject of the alert."""
    found: dict[str, str] = {}
    for each in meeting.minutes.load("verdicts")[0]:
        content = each.content
        about = str(content.get("subject") or "")
        if str(content.get("meeting"))[:10] == meeting.day and about:
            found[about] = "" if content.get("withdrawn") else str(content.get("verdict") or "")
    return {about: verdict for about, verdict in found.items() if verdict}


def _unreached(now: Merged) -> bool:
    return now.fields["decision"] == "carry" and now.newest.content.get(UNREACHED) is True


def _carry(meeting: Meeting) -> None:
    """Carry over what is open: to the next review it has waited, as if people had carried it."""
    said = _said(meeting)
    lines = {line["subject"]: line for line in rows(meeting.review.lines)}
    for each in standing(meeting).open:
        before = said.get(each.subject)
        if before and before.fields["decision"]:
            continue  # it is carried already, or somebody began a decision that is not complete: that stays
        about = {"subject": each.subject, "item": each.item, "meeting": meeting.day}
        fields = written(before.fields) if before else {}
        content = {
            **about, "what": lines[each.subject]["reason"], **fields, "decision": "carry", UNREACHED: True,
            AFTER: before.newest.path.name if before else None,
        }  # fmt: skip
        meeting.minutes.save(DECISIONS_KIND, each.subject, content)


def _write(meeting: Meeting, folder: Path) -> tuple[Path, Path | None]:
    """Write the minutes as they stand now; where a person edited them, beside them. Gives both files."""
    from prodmeet_kit.documents.afterwards import renew_minutes

    return renew_minutes(folder, meeting.minutes.folder.parent, meeting.review.facts)
