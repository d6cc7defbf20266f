"""What is said about a meeting after it: a decision corrected, an owner who accepts, who was there.

Nothing is overwritten: each is one more file in the minutes, and ``minutes.md`` of the report is written anew with
what the files say by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from prodmeet_kit.archive import user_edits
from prodmeet_kit.archive.layout import MINUTES, read_record, snapshot_of
from prodmeet_kit.core.errors import InputError
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.minutes.attendance import confirm, say_present
from prodmeet_kit.minutes.corrections import BY
from prodmeet_kit.minutes.entries import ALL, DECISIONS_KIND, DRAFTS, Decision, decided_at, written
from prodmeet_kit.minutes.merging import AFTER, Merged
from prodmeet_kit.parameters.documents import dotted
from prodmeet_kit.parameters.validation import did_you_mean, say

if TYPE_CHECKING:
    from prodmeet_kit.facts import Facts

__all__ = ["accept", "correct", "renew_minutes", "were_present"]


def correct(report: Path, minutes: Path, subject: str, fields: Mapping[str, str], by: str = "") -> Path:
    """Decide otherwise about a subject of the report's meeting, and return the new entry.

    ``fields`` are those of ``ALL`` that change; the others stay. ``by`` is who says so. Raises :class:`InputError`
    for a subject the meeting did not have, and for a decision that is not complete.
    """
    store, day = _of(report, minutes)
    said = _said(store, day)
    raised = {str(line["subject"]): line for line in _lines(report)}
    _known(subject, day, {**raised, **said})
    before, line = said.get(subject), raised.get(subject, {})
    told: Mapping[str, Any] = before.newest.content if before else line
    content: dict[str, str] = {
        "subject": subject, "item": str(told.get("item") or ""), "meeting": day,
        "what": str((before.newest.content.get("what") if before else "") or line.get("reason") or subject),
        **(before.fields if before else dict.fromkeys(ALL, "")), **fields,
    }  # fmt: skip
    try:
        made = Decision.model_validate(content)
    except ValidationError as error:
        wrong = (say(one, Decision) for one in error.errors())
        raise InputError("; ".join(f"--{dotted(way)} is {value}: {fix}" for way, value, fix in wrong)) from None
    if missing := made.missing():
        raise InputError(f"act needs owner and due day: add {missing}")
    if made.due and made.due < day:
        raise InputError(f"--due {made.due} is before the meeting of {day}: give a later day")
    after = before.newest.path.name if before else None
    return store.save(DECISIONS_KIND, subject, {**content, **written(content), BY: by.strip() or None, AFTER: after})


def accept(report: Path, minutes: Path, subject: str, by: str = "") -> Path:
    """Write that the owner of a decision, or of ``action_item:<id>``, accepted it. Raises :class:`InputError`."""
    store, day = _of(report, minutes)
    owners = {about: now.fields["owner"] for about, now in _said(store, day).items() if now.fields["owner"]}
    owners |= {
        f"action_item:{each.content['id']}": str(each.content.get("owner") or "")
        for each in store.load("action_items")[0]
        if "id" in each.content and str(each.content.get("born", ""))[:10] == day
    }
    _known(subject, day, owners)
    return confirm(store, day, subject, owners[subject], by)


def were_present(report: Path, minutes: Path, names: str) -> Path:
    """Write who was at the report's meeting, names with commas between."""
    store, day = _of(report, minutes)
    return say_present(store, day, names)


def renew_minutes(report: Path, minutes: Path, facts: Facts | None = None) -> tuple[Path, Path | None]:
    """Write ``minutes.md`` of a report anew with what the minutes say by now; where a person edited it, beside it.

    ``facts`` are those of the report where they are open already. Gives the file that was written, and the edited one
    that stays. Raises ``OSError``.
    """
    from prodmeet_kit.documents import minutes_md
    from prodmeet_kit.gathering.with_minutes import with_said
    from prodmeet_kit.review import Review
    from prodmeet_kit.snapshot import reopen

    frozen = facts or reopen(snapshot_of(report))
    return user_edits.renew(report, MINUTES, minutes_md.write(Review(with_said(frozen, minutes))))


def _of(report: Path, minutes: Path) -> tuple[Minutes, str]:
    from prodmeet_kit.snapshot import outline

    facts = outline(snapshot_of(report))
    return Minutes(minutes, facts.product.product), facts.window.day.isoformat()


def _said(store: Minutes, day: str) -> dict[str, Merged]:
    both = [each for kind in (DRAFTS, DECISIONS_KIND) for each in store.load(kind)[0]]
    return decided_at(both, day)


def _lines(report: Path) -> list[dict[str, Any]]:
    try:
        return list(read_record(report).get("agenda_lines", []))
    except (OSError, ValueError, AttributeError, RecursionError):
        return []  # what was decided is known all the same


def _known(subject: str, day: str, known: Mapping[str, Any]) -> None:
    if subject not in known:
        fix = did_you_mean(subject, known) if known else "nothing was decided there"
        raise InputError(f"the meeting of {day} has no {subject}: {fix}")
