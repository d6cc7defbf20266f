"""How many random inputs a test tries: a seeded sample in ``make test``, the full count in ``make test-long``."""

from __future__ import annotations

import os

__all__ = ["LONG", "count"]

LONG = os.environ.get("PRODMEET_LONG") == "1"
"""Whether the full counts run (``make test-long`` sets the variable)."""


def count(short: int, full: int) -> int:
    """``full`` in ``make test-long``, else ``short``.

    >>> count(20, 2000) in (20, 2000)
    True
    """
    return full if LONG else short
