"""What meetings decided: small YAML files, one for each thing said, in ``<minutes>/<product>/decisions/``.

What was begun and is not complete, or was taken back, is in ``drafts/`` beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from prodmeet_kit.minutes.checking import placed
from prodmeet_kit.minutes.entries import DECISIONS_KIND, DRAFTS, FIELDS, Decision, Draft, entries_of
from prodmeet_kit.minutes.merging import AFTER, Merged, merged
from prodmeet_kit.minutes.store import Minutes
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
    context.gaps.extend(str(problem) for problem in [*problems, *wrong, *damaged, *odd, *beside])
    entries = [each for each, _ in (*complete, *newest, *older)]
    standing = merged(entries, ("meeting", "subject"), FIELDS)
    found = [_row(about, now, context.gaps) for about, now in standing.items() if now.fields["decision"]]
    known = [row for row in found if row is not None]
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
    return {**decision.model_dump(), "said": now.newest.at}
