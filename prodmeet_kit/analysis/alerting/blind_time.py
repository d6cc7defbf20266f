"""When no rule was evaluated: the server was down, and what would have fired is not known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

import pandas as pd

from prodmeet_kit.schemas.frames import label_key, labels_of

__all__ = ["AWAY", "BlindTime", "Span"]

AWAY = "away"
"""The state of such a time among ``ALERT_RUNS``."""

LONG = timedelta(minutes=10)
SHARE = 0.25
"""A page may hide in this much of a trouble's time, or in this share of it. Own choice."""

Span: TypeAlias = tuple[pd.Timestamp, pd.Timestamp]


class BlindTime:
    """What ``runs`` (``ALERT_RUNS``, or ``None``) say of times without evaluations, by the labels of replicas."""

    def __init__(self, runs: pd.DataFrame | None, replica_labels: Collection[str] = ()) -> None:
        self._by: dict[str, list[Span]] = {}
        self._labels = frozenset(replica_labels)
        away = None if runs is None else runs[runs["state"] == AWAY].sort_values("start")
        for labels, start, end in [] if away is None else zip(away["labels"], away["start"], away["last"], strict=True):
            self._by.setdefault(labels, []).append((start, end))

    @property
    def spans(self) -> list[Span]:
        """When every server was away, in order."""
        return self._by.get("{}", [])

    def replica(self, labels: str) -> str:
        """Of an alert's labels those that tell which server evaluated it, as ``label_key`` writes them."""
        return label_key({name: text for name, text in labels_of(labels).items() if name in self._labels})

    def of(self, replicas: Collection[str]) -> list[Span]:
        """When all of these servers were away at once; what :meth:`replica` gives names them."""
        named = [self._by.get(replica, []) for replica in sorted(set(replicas) - {"{}"})]
        if not named:
            return self.spans
        common = named[0]
        for other in named[1:]:
            common = _both(common, other)
        return sorted({*common, *self.spans})

    def during(self, start: datetime, end: datetime) -> list[Span]:
        """The parts of a time in which every server was away."""
        return _both([(pd.Timestamp(start), pd.Timestamp(end))], self.spans)

    def unwatched_s(self, start: datetime, end: datetime) -> float:
        """For how many seconds of a time every server was away."""
        return sum((last - first).total_seconds() for first, last in self.during(start, end))

    def hides(self, start: datetime, end: datetime) -> bool:
        """Whether a page of an outage may be unrecorded: ten minutes of its time, or a quarter, have no data."""
        hidden = self.unwatched_s(start, end)
        return hidden > 0 and hidden >= min(LONG.total_seconds(), SHARE * (end - start).total_seconds())


def _both(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    pairs = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return sorted((first, last) for first, last in pairs if first < last)
