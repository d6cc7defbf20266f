"""Lengths of time between moments that are known as ranges, and what may be said of several of them.

All are pairs of seconds, the least and the most. A difference of two moments is
no better known than the moments, and a median of two events is the middle of
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import nan
from statistics import median
from typing import Any, TypeAlias

import pandas as pd

__all__ = [
    "FEWEST",
    "NARROW_S",
    "Between",
    "began",
    "decided",
    "end_between",
    "lasted",
    "median_of",
    "onset_between",
    "since_end",
    "since_onset",
    "worst_of",
]

Between: TypeAlias = tuple[float, float]

FEWEST = 3
"""Of fewer events each is named instead of a median. Own choice."""

NARROW_S = 150.0
"""Two scrapes of a minute and what little traffic adds: narrower ranges are said as one number. Own choice."""

NARROW_SHARE = 0.1
"""The same for a range that is this small a part of its middle."""


def decided(low: float, high: float) -> float:
    """The middle of a range that is narrow enough to be said as one number; else NaN.

    >>> decided(400.0, 460.0), decided(300.0, 660.0)
    (430.0, nan)
    """
    middle = (low + high) / 2
    return middle if high - low <= max(NARROW_S, NARROW_SHARE * abs(middle)) else nan


def onset_between(event: Mapping[str, Any]) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The moments between which it began: ``onset_from`` and ``onset_to``; where they are NaT, ``onset``."""
    return _known(event, "onset_from", "onset"), _known(event, "onset_to", "onset")


def began(outage: Mapping[str, Any]) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The moments between which an outage (``OUTAGES``) began, as the SLI saw it, else the start of its span."""
    if pd.isna(outage["onset"]):
        return outage["span_start"], outage["span_start"]
    return onset_between(outage)


def end_between(event: Mapping[str, Any]) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The moments between which it ended; of an ongoing one the end of the window."""
    return _known(event, "end_from", "end"), _known(event, "end_to", "end")


def since_onset(event: Mapping[str, Any], moment: pd.Timestamp) -> Between:
    """Seconds from the onset of an SLO event (``SLO_EVENTS``) to a moment; negative before it."""
    earliest, latest = onset_between(event)
    return _seconds(latest, moment), _seconds(earliest, moment)


def since_end(event: Mapping[str, Any], moment: pd.Timestamp) -> Between:
    """Seconds from the end of an SLO event to a moment; negative before it."""
    earliest, latest = end_between(event)
    return _seconds(latest, moment), _seconds(earliest, moment)


def lasted(event: Mapping[str, Any]) -> Between:
    """Seconds from the onset of an SLO event to its end, or to the end of the window while it goes on."""
    earliest, latest = end_between(event)
    return max(since_onset(event, earliest)[0], 0.0), since_onset(event, latest)[1]


def median_of(each: Sequence[Between]) -> Between:
    """The range of the median: least values and largest ones have theirs. Of one it is that one, of two NaN.

    >>> median_of([(0, 60), (240, 300), (60, 120)])
    (60, 120)
    """
    if len(each) != 1 and len(each) < FEWEST:
        return nan, nan
    return median(low for low, _ in each), median(high for _, high in each)


def worst_of(each: Sequence[Between]) -> Between:
    """The range of the longest; NaN of none."""
    return max((low for low, _ in each), default=nan), max((high for _, high in each), default=nan)


def _known(event: Mapping[str, Any], name: str, otherwise: str) -> pd.Timestamp:
    found: pd.Timestamp | None = event.get(name)
    if found is None or pd.isna(found):
        found = event[otherwise]
    return found


def _seconds(start: pd.Timestamp, moment: pd.Timestamp) -> float:
    return float((moment - start).total_seconds())
