"""PromQL read offline: syntax, what a query counts, and label expressions.

Nothing here asks a server. The parser knows one version of one dialect, so it has not the last word: what it cannot
read, and what is not wrong in any dialect (:mod:`.scanning`), goes to the server as it stands; what would have been
read from it is then not known.
"""

from __future__ import annotations

from prodmeet_kit.core.promql.counters import Term, counters
from prodmeet_kit.core.promql.ratios import is_ratio
from prodmeet_kit.core.promql.reading import (
    Matchers,
    check,
    comparison,
    counts_events,
    normal,
    selector,
    selectors,
    unread,
)
from prodmeet_kit.core.promql.series import Recorded, Selector, expanded, may_share, series

__all__ = [
    "Matchers",
    "Recorded",
    "Selector",
    "Term",
    "check",
    "comparison",
    "counters",
    "counts_events",
    "expanded",
    "is_ratio",
    "may_share",
    "normal",
    "selector",
    "selectors",
    "series",
    "unread",
]
