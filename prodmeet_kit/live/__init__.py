"""The live meeting: one finding at a time with its form, a clock, and JupyterLab opened on the executed review."""

from __future__ import annotations

from typing import TYPE_CHECKING

import prodmeet_kit._fast_imports  # noqa: F401 before any import of Jupyter's, here or in a module of this room

if TYPE_CHECKING:
    from prodmeet_kit.live.meeting import Meeting
    from prodmeet_kit.review import Review

__all__ = ["open_meeting"]


def open_meeting(review: Review, *, minutes: str, report: str = "") -> Meeting:
    """The meeting of a review; what is decided is written below the folder ``minutes``.

    ``report`` is the folder of the review's report: there the minutes are written, and links lead there.
    """
    from prodmeet_kit.live.meeting import Meeting

    return Meeting(review, minutes, report or None)
