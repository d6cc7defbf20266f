"""What people added to the inbox of the meeting (``prodmeet add``): type ``inbox``.

Is read for ``sources.consultations``, ``toil``, ``changes`` and ``topics``, whether or
not it stands there, and tells the entries of that kind. An entry is told until the meeting after it was
closed: as long as it is not closed, and when it was added since the last meeting.
A question is told until it has an answer, or stands there what it became.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.core.window import Window
from prodmeet_kit.minutes.inbox import INBOX, InboxEntry, newest
from prodmeet_kit.minutes.store import Minutes
from prodmeet_kit.schemas.frames import TOPICS
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.entries import configure

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["InboxConfig", "read"]


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
    if context.spec.name not in _ROWS:
        raise SourceError(f"the inbox holds no {context.spec.name}: use type inbox under sources.{', '.join(_ROWS)}")
    if context.minutes is None:
        context.notes.append("no minutes folder")
        return context.spec.frame()
    saved, problems = Minutes(context.minutes, context.product.product).load(INBOX)
    entries, wrong = newest(saved, context.product)
    kinds, row = _ROWS[context.spec.name]
    topics_are_shown = any(source.type == INBOX for source in context.product.sources.topics)
    ours = {*kinds, ""} if context.spec is TOPICS or not topics_are_shown else {*kinds}
    told = [*(("", problem) for problem in problems), *wrong]
    context.gaps.extend(str(problem) for kind, problem in told if kind in ours)
    return context.spec.frame(
        row(entry, context.window)
        for entry in entries.values()
        if entry.kind in kinds and _shown(entry, context.window)
    )


def _shown(entry: InboxEntry, window: Window) -> bool:
    # The window's end is rounded down to its step: what was added in the minutes before the meeting belongs to it.
    if entry.at and entry.at >= window.end + window.step:
        return False
    if entry.kind == "question" and not entry.answer and not entry.became:
        return True  # closed, and nobody wrote what came of it: told until somebody does
    return not entry.closed or (entry.at is not None and entry.at >= window.start)


def _consultation(entry: InboxEntry, window: Window) -> dict[str, Any]:
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


def _toil(entry: InboxEntry, _: Window) -> dict[str, Any]:
    return {
        "id": entry.id,
        "text": entry.text,
        "minutes": entry.minutes,
        "times_per_week": entry.per_week,
        "owner": entry.owner,
        "url": entry.url,
    }


def _change(entry: InboxEntry, _: Window) -> dict[str, Any]:
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


def _topic(entry: InboxEntry, _: Window) -> dict[str, Any]:
    return {"id": entry.id, "kind": entry.kind, "text": entry.text, "owner": entry.owner, "added": entry.at}


_ROWS: dict[str, tuple[tuple[str, ...], Callable[[InboxEntry, Window], dict[str, Any]]]] = {
    "consultations": (("question",), _consultation),
    "toil": (("toil",), _toil),
    "changes": (("change",), _change),
    "topics": (("topic", "announcement"), _topic),
}
"""The kinds of entry in each frame, and how one becomes a row."""
