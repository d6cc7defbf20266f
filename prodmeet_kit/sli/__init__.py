"""Service level indicators: every kind as the same small thing, so that nothing above knows of kinds.

:func:`indicator` gives the queries a kind needs (its sides), what they weigh
(events, or seconds of time) and what a reader must know; :func:`counts` and
:func:`trend` turn the answers into total and bad. The kinds themselves are in
:mod:`.kinds`, the bounds of histogram buckets in :mod:`.bounds`.
"""

from __future__ import annotations

from prodmeet_kit.sli.bounds import discovery, judged, tells_bounds
from prodmeet_kit.sli.counting import Counts, counts, event_count, event_trend, partial_answers, trend, uncounted
from prodmeet_kit.sli.first_events import FEW_BAD, births_key, is_births
from prodmeet_kit.sli.kinds import Indicator, Side, Weight, indicator, needed

__all__ = [
    "FEW_BAD",
    "Counts",
    "Indicator",
    "Side",
    "Weight",
    "births_key",
    "counts",
    "discovery",
    "event_count",
    "event_trend",
    "indicator",
    "is_births",
    "judged",
    "needed",
    "partial_answers",
    "tells_bounds",
    "trend",
    "uncounted",
]
