"""What the forms of earlier meetings wrote into the minutes: verdicts on pages, decisions, and how long items took."""

from __future__ import annotations

from prodmeet_kit.kinds.kind import Kind, Record
from prodmeet_kit.schemas import frames

__all__ = ["KIND"]

KIND = Kind(
    "meetings",
    records=(
        Record(
            frames.VERDICTS,
            "verdicts",
            "What people said about pages; in the minutes when absent",
            sections=("paging_events",),
            unwritten="minutes",
        ),
        Record(
            frames.MEETING_DECISIONS,
            "decisions",
            "What meetings decided; in the minutes when absent",
            sections=("overview",),
            unwritten="minutes",
            beside=("drafts", "present", "confirmed"),
        ),
        Record(
            frames.MEETING_DURATIONS,
            "durations",
            "How long agenda items took; in the minutes when absent",
            sections=("overview",),
            unwritten="minutes",
        ),
    ),
    numbers=None,  # review.json has them among what the meeting as a whole was
)
