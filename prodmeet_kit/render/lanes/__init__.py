"""A :class:`~prodmeet_kit.evidence.lanes.Lanes` as a plotly figure, and what is said beside it."""

from __future__ import annotations

from prodmeet_kit.render.lanes.figure import figure
from prodmeet_kit.render.lanes.words import brief, caption, summary, summary_head

__all__ = ["brief", "caption", "figure", "summary", "summary_head"]
