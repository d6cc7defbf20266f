"""What meetings decided: small YAML files, one for each thing said, in ``<minutes>/<product>/decisions/``.

What was begun and is not complete, or was taken back, is in ``drafts/`` beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from prodmeet_kit.minutes.attendance import Attendance, read_attendance
from prodmeet_kit.minutes.checking import placed
from prodmeet_kit.minutes.corrections import corrections
from prodmeet_kit.minutes.entries import ALL, DECISIONS_KIND, DRAFTS, UNREACHED, Decision, Draft, entries_of
from prodmeet_kit.minutes.merging import AFTER, Merged, merged
from prodmeet_kit.minutes.store import Minutes, Saved
from prodmeet_kit.minutes.strays import strays
from prodmeet_kit.parameters.validation import say
from prodmeet_kit.schemas.frames import MEETING_DECISIONS
from prodmeet_kit.sources.base import Context

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_decisions"]


def read_decisions(context: Context) -> pd.DataFrame:
    """``MEETING_DECISIONS`` in the order they were said, one for each subject of a meeting.

    A file that cannot be used costs itself only: ``context.gaps`` names it, with
    its line. A decision that lacks its owner or due day is named there as well.
    """
    if context.minutes is None:
        return MEETING_DECISIONS.frame()
    minutes = Minutes(context.minutes, context.product.product)
    saved, problems = minutes.load(DECISIONS_KIND)
    begun, damaged = minutes.load(DRAFTS)
    complete, wrong = entries_of(saved, Decision)
    # Drafts of action items lie beside those of decisions. One that was written over may be wrong: a year half typed.
    over = {str(each.content.get(AFTER)) for each in (*saved, *begun)}
    drafts = [each for each in begun if "subject" in each.content]
    newest, odd = entries_of((each for each in drafts if each.path.name not in over), Draft)
    older, _ = entries_of((each for each in drafts if each.path.name in over), Draft)
    beside = strays(minutes.folder)  # one source tells them, for what is misplaced may be of any kind
    attendance, unread = read_attendance(minutes)
    context.gaps.extend(str(problem) for problem in [*problems, *wrong, *damaged, *odd, *unread, *beside])
    entries = [each for each, _ in (*complete, *newest, *older)]
    standing = merged(entries, ("meeting", "subject"), ALL)
    found = [_row(about, now, context.gaps) for about, now in standing.items() if now.fields["decision"]]
    about: dict[tuple[str, str], list[Saved]] = {}
    for each in entries:
        about.setdefault((str(each.content["meeting"]), str(each.content["subject"])), []).append(each)
    zone = context.product.timezone
    known = [
        row | _afterwards(row, about.get((row["meeting"], row["subject"]), ()), attendance, zone)
        for row in found
        if row is not None
    ]
    return MEETING_DECISIONS.frame(sorted(known, key=lambda row: (row["said"] is not None, row["said"] or 0)))


def _row(about: tuple[str, ...], now: Merged, gaps: list[str]) -> dict[str, Any] | None:
    meeting, subject = about
    content = {**now.fields, "meeting": meeting, "subject": subject, "item": now.newest.content.get("item") or ""}
    content["what"] = str(now.newest.content.get("what") or "")
    try:
        decision = Decision.model_validate(content)
    except ValidationError as error:
        gaps.extend(str(problem) for problem in placed(now.newest, [say(one, Decision) for one in error.errors()]))
        return None
    if missing := decision.missing():
        gaps.append(f"{now.newest.path}: the decision about {subject} does not count yet: add {missing}")
        return None
    unreached = decision.decision == "carry" and now.newest.content.get(UNREACHED) is True
    return {**decision.model_dump(), "said": now.newest.at, "unreached": unreached}


def _afterwards(
    row: Mapping[str, Any], entries: Sequence[Saved], attendance: Attendance, timezone: str
) -> dict[str, Any]:
    """What came of a decision after it was made: whether its owner accepted it, and what was corrected."""
    changed = corrections(entries, timezone, _counts)
    unconfirmed = attendance.unconfirmed(row["meeting"], row["subject"], row["owner"])
    return {"unconfirmed": unconfirmed, "corrections": changed or None}


def _counts(fields: Mapping[str, str]) -> bool:
    owned = bool(fields["owner"].strip() and fields["due"].strip())
    return bool(fields["decision"]) and (fields["decision"] != "act" or owned)
