"""How often an alert is evaluated: as its rule's group says, or as far as its samples are apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.sources.prometheus import PrometheusSource
from prodmeet_kit.sources.prometheus.alert_runs import Times
from prodmeet_kit.sources.prometheus.rules import intervals_of

__all__ = ["Intervals", "common_spacing"]

_LONGEST = 3_600_000
"""Samples further apart, in milliseconds, say nothing of how often a rule is evaluated."""

_SHARE = 0.05
"""A distance that fewer than this share of all have is an exception. Own choice."""

_NEAR = 1.1


def common_spacing(apart: npt.NDArray[np.int64], least: int) -> int:
    """The smallest distance of samples, in milliseconds, that is no exception; ``least`` where less or found once.

    >>> common_spacing(np.array([300_000, 300_000, 7_200_000, 300_000]), least=60_000)
    300000
    """
    near = np.sort(apart[(apart > 0) & (apart <= _LONGEST)])
    alike = np.searchsorted(near, near * _NEAR, side="right") - np.arange(len(near))
    first = int(np.argmax(alike >= _SHARE * len(near))) if len(near) else 0
    return max(least, int(near[first])) if len(near) and alike[first] > 1 else least


class Intervals:
    """The evaluation interval of each alert, in milliseconds.

    ``rules`` holds name, own labels and interval (seconds) of each rule; empty where the server tells of none.
    """

    def __init__(self, rules: Iterable[tuple[str, Mapping[str, str], float]], least: timedelta) -> None:
        self.least = round(least.total_seconds() * 1000)
        self._rules: dict[str, list[tuple[Mapping[str, str], int]]] = {}
        for name, labels, seconds in rules:
            self._rules.setdefault(name, []).append((labels, round(seconds * 1000)))

    @classmethod
    def of_server(cls, source: PrometheusSource, least: timedelta) -> Intervals:
        """By the rules API; without one, by the samples alone."""
        try:
            return cls(intervals_of(source.alert_rules(), source.name), least)
        except SourceError:
            return cls((), least)

    def of(self, alert: str, labels: Mapping[str, str], times: Iterable[Times]) -> tuple[int, bool]:
        """The interval of an alert with its labels, and whether its rule says so.

        ``times`` are those of the samples of every series of the alert. Of several rules that may have written them
        the slowest that is not slower than the samples.
        """
        told = {
            interval
            for own, interval in self._rules.get(alert, ())
            if all(labels.get(name) == text for name, text in own.items() if "{{" not in text)
        }
        if len(told) == 1:
            return told.pop(), True
        distances = [np.diff(each) for each in times]
        apart = np.concatenate(distances) if distances else np.zeros(0, dtype=np.int64)
        if not told:
            return common_spacing(apart, self.least), False
        seen = common_spacing(apart, min(told))
        return max(each for each in told if each <= max(seen * _NEAR, min(told))), True
