"""The live meeting: forms that write what people decide, a clock, and JupyterLab opened on the executed review."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodmeet_kit.live.meeting import Meeting
    from prodmeet_kit.review import Review

__all__ = ["open_meeting"]


def open_meeting(review: Review, *, minutes: str) -> Meeting:
    """The meeting of a review; what is decided is written below the folder ``minutes``."""
    from prodmeet_kit.live.meeting import Meeting

    return Meeting(review, minutes)
