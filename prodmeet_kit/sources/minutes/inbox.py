"""What people added to the inbox of the meeting (``prodmeet add``): type ``inbox``.

Is read for ``sources.consultations``, ``toil``, ``changes`` and ``topics``, whether or
not it stands there, and tells the entries of that kind. An entry is told until the meeting after it was
closed: as long as it is not closed, and when it was added since the last meeting.
A question is told until it has an answer, or stands there what it became.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from prodmeet_kit import kinds
from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.core.window import Window
from prodmeet_kit.minutes.inbox import INBOX, InboxEntry, newest
from prodmeet_kit.minutes.store import Minutes
from prodmeet_kit.schemas.frames import TOPICS
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.entries import configure

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["InboxConfig", "change", "consultation", "read", "toil", "topic"]


class InboxConfig(BaseModel):
    """The keys beside ``type``: none."""

    model_config = ConfigDict(extra="forbid")


def read(config: Mapping[str, Any], context: Context) -> pd.DataFrame:
    """The entries of the inbox as a frame of ``context.spec``; none while nobody added one.

    A file that cannot be used costs itself only: ``context.gaps`` names it, once, where its kind is shown,
    among the topics when nothing tells it. Raises :class:`~prodmeet_kit.core.errors.SourceError` under a key
    that has no entries.
    """
    configure(InboxConfig, config, context)
    record = kinds.record(context.spec.name)
    if record is None or not record.inbox:
        held = ", ".join(each.key for each in kinds.records() if each.inbox)
        raise SourceError(f"the inbox holds no {context.spec.name}: use type inbox under sources.{held}")
    if context.minutes is None:
        context.notes.append("no minutes folder")
        return context.spec.frame()
    saved, problems = Minutes(context.minutes, context.product.product).load(INBOX)
    entries, wrong = newest(saved, context.product)
    row = {kind: kinds.loaded(reference) for kind, reference in record.inbox.items()}
    topics_are_shown = any(source.type == INBOX for source in context.product.sources.topics)
    ours = {*row, ""} if context.spec is TOPICS or not topics_are_shown else {*row}
    told = [*(("", problem) for problem in problems), *wrong]
    context.gaps.extend(str(problem) for kind, problem in told if kind in ours)
    return context.spec.frame(
        row[entry.kind](entry, context.window)
        for entry in entries.values()
        if entry.kind in row and _shown(entry, context.window)
    )


def _shown(entry: InboxEntry, window: Window) -> bool:
    # The window's end is rounded down to its step: what was added in the minutes before the meeting belongs to it.
    if entry.at and entry.at >= window.end + window.step:
        return False
    if entry.kind == "question" and not entry.answer and not entry.became:
        return True  # closed, and nobody wrote what came of it: told until somebody does
    return not entry.closed or (entry.at is not None and entry.at >= window.start)


def consultation(entry: InboxEntry, window: Window) -> dict[str, Any]:
    """A question as a row of ``frames.CONSULTATIONS``."""
    return {
        "id": entry.id,
        "question": entry.text,
        "asked_by": entry.owner,
        "asked": min(entry.at, window.end) if entry.at else None,
        "answer": entry.answer,
        "answered": entry.answered,
        "became": entry.became,
        "closed": entry.closed,
        "url": entry.url,
    }


def toil(entry: InboxEntry, _: Window) -> dict[str, Any]:
    """Toil as a row of ``frames.TOIL``."""
    return {
        "id": entry.id,
        "text": entry.text,
        "minutes": entry.minutes,
        "times_per_week": entry.per_week,
        "owner": entry.owner,
        "url": entry.url,
    }


def change(entry: InboxEntry, _: Window) -> dict[str, Any]:
    """A change as a row of ``frames.CHANGES``."""
    assert entry.start is not None and entry.duration is not None  # the model asks for both
    return {
        "id": entry.id,
        "title": entry.text,
        "start": entry.start,
        "end": entry.start + entry.duration,
        "duration_s": entry.duration.total_seconds(),
        "services": list(entry.services),
        "owner": entry.owner,
        "expected_effect": entry.expected_effect.model_dump() if entry.expected_effect else None,
        "response_needed": entry.response_needed,
        "rollback": entry.rollback,
        "url": entry.url,
    }


def topic(entry: InboxEntry, _: Window) -> dict[str, Any]:
    """An announcement or a topic as a row of ``frames.TOPICS``."""
    return {"id": entry.id, "kind": entry.kind, "text": entry.text, "owner": entry.owner, "added": entry.at}
