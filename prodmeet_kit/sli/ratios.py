"""The error ratio of an indicator as one PromQL expression, for alert rules of the standard kind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from prodmeet_kit.sli.kinds import Indicator, Side

__all__ = ["ratio_query", "ratio_reason"]


def ratio_reason(found: Indicator, spans: Iterable[timedelta]) -> str:
    """Why no expression can be written over these spans: ``bounds_unknown``, ``slice_too_long``; empty when one can.

    A histogram's bucket cannot be named before the server has told its bounds,
    and a slice that is longer than the shortest span is never seen in it.
    """
    if not found.sides:
        return "bounds_unknown"
    shortest = min(spans)
    if any(side.slice is not None and side.slice > shortest for side in found.sides):
        return "slice_too_long"
    return ""


def ratio_query(found: Indicator, span: timedelta) -> str:
    """PromQL of bad / total over a trailing span, one series without labels.

    Where good events are counted and none is there beside a total, every event
    is bad; a missing series of bad events gives no result, which fires nothing.
    """
    queries = {side.name: _summed(side, span) for side in found.sides}
    if "ratio" in queries:
        return queries["ratio"]
    total = queries["total"]
    if "bad" in queries:
        return f"{queries['bad']}\n/\n{total}"
    return f"1 - (\n{queries['good']}\nor\n0 * {total}\n)\n/\n{total}"


def _summed(side: Side, span: timedelta) -> str:
    """One series, and no label that would keep the sides from matching; a comment at the end must not hide the )."""
    text = side.over(span).strip()
    return f"sum(\n{text}\n)" if "\n" in text or "#" in text else f"sum({text})"
