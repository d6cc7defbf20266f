"""Stable ids: the same row of the next report has the same address."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

__all__ = ["Anchors", "finding_id", "slug"]

_LONGEST = 80

_CLEAR = re.compile(r"[a-z_]+:(?:[\w.]+(?:/[\w.]+)*|[\w.]+(?:-[\w.]+)*)")
"""A subject that its id says without doubt: names with slashes between, or one name with dashes in it."""


def slug(*parts: object) -> str:
    """Parts as one id: letters of any script, digits, dot and underscore stay, all else is one dash.

    >>> slug("metrics", "cart/availability")
    'metrics-cart-availability'
    """
    text = re.sub(r"[^\w.]+", "-", "-".join(str(part) for part in parts)).strip("-")
    if len(text) > _LONGEST:
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        text = f"{text[: _LONGEST - 9]}-{digest}"
    return text or "item"


def finding_id(subject: str) -> str:
    """The id of a finding in ``report.html``, by its subject: documents, tables and pictures lead there.

    Two subjects of as many names never have the same: where a dash may have been a slash, a digest tells them apart.

    >>> finding_id("slo:web/latency"), finding_id("outage:INC-51")
    ('finding-slo-web-latency', 'finding-outage-INC-51')
    >>> finding_id("slo:a-b/c") == finding_id("slo:a/b-c")
    False
    """
    plain = slug("finding", subject)
    if _CLEAR.fullmatch(subject):
        return plain
    return f"{plain}-{hashlib.sha256(subject.encode()).hexdigest()[:6]}"


class Anchors:
    """Ids given out so far on one page; the second taker of an id gets ``-2`` behind it."""

    def __init__(self, taken: Iterable[str] = ()):
        self._taken = set(taken)

    def take(self, anchor: str) -> str:
        """The id itself while it is free."""
        free, number = anchor, 2
        while free in self._taken:
            free, number = f"{anchor}-{number}", number + 1
        self._taken.add(free)
        return free
