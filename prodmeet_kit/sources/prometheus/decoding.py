"""Answers of the Prometheus HTTP API turned into arrays and frames.

Pure: JSON values in, numpy and pandas out. A series' samples are flattened and
converted in one pass each: six times as fast as the client's
``MetricRangeDataFrame``, which makes a mapping of every sample (``benchmarks/decode.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.core.errors import QueryRejected, UnexpectedAnswer
from prodmeet_kit.facts import Question
from prodmeet_kit.schemas.frames import label_key
from prodmeet_kit.sources.base import grid, wide

__all__ = ["Series", "doubled", "frame", "series_of"]

_LAST_S = 9.2e9
"""Seconds since 1970 that pandas can still hold, in the year 2261."""


@dataclass(frozen=True)
class Series:
    """One series: its labels, the time of each sample in milliseconds since the epoch, and its value.

    Times ascend. ``doubled`` samples came more than once, each time with the same value, and are held once.
    """

    labels: Mapping[str, str]
    times: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    doubled: int = 0


def series_of(kind: str, result: Any) -> list[Series]:
    """The series of an answer; ``kind`` is its ``resultType``.

    Raises :class:`UnexpectedAnswer` for a shape the API does not allow and
    :class:`QueryRejected` for values that are no numbers (text, histograms).
    """
    if kind == "scalar":
        return [_series({}, [result])]
    if kind == "string":
        raise QueryRejected("the query gives a text, not a number: ask for a metric")
    if kind not in ("vector", "matrix"):
        raise UnexpectedAnswer(f"the answer's resultType is {kind!r}, not vector, matrix or scalar")
    if not isinstance(result, list):
        raise UnexpectedAnswer("the answer's result is no list")
    samples = "value" if kind == "vector" else "values"
    return [_one(item, samples) for item in result]


def _one(item: Any, samples: str) -> Series:
    if not isinstance(item, dict) or not isinstance(item.get("metric"), dict):
        raise UnexpectedAnswer("a series of the answer has no labels (metric)")
    if not _are_texts(item["metric"]):
        raise UnexpectedAnswer("a label of a series of the answer is no text")
    if "histogram" in item or "histograms" in item:
        raise QueryRejected("the query gives native histograms: put histogram_quantile or histogram_count round it")
    if not isinstance(item.get(samples), list):
        raise UnexpectedAnswer(f"a series of the answer has no {samples}")
    return _series(item["metric"], [item["value"]] if samples == "value" else item["values"])


def _are_texts(labels: Mapping[str, Any]) -> bool:
    """Whether names and values are text that can be written: half a character (a lone surrogate) cannot."""
    try:
        "".join(chain(labels, labels.values())).encode()
    except (TypeError, UnicodeEncodeError):
        return False
    return True


def _series(labels: Mapping[str, str], pairs: Sequence[Any]) -> Series:
    try:
        flat = list(chain.from_iterable(pairs))
        numbers = flat[1::2]
        # Types first: Python reads "12" as a pair and true as a number. Numbers and texts in turn can only be pairs.
        kinds = set(map(type, numbers))
        if len(flat) != 2 * len(pairs) or not set(map(type, flat[::2])) <= {int, float}:
            raise ValueError
        if kinds != {str} and not (kinds <= {str, int, float} and set(map(type, pairs)) <= {list}):
            raise ValueError
        if kinds != {str} and not set(map(len, pairs)) <= {2}:
            raise ValueError
        times = np.fromiter(flat[::2], np.float64, len(pairs))
        values = np.fromiter(map(float, numbers), np.float64, len(pairs))  # float reads NaN, +Inf and -Inf
        if not np.all(np.abs(times) < _LAST_S):  # NaN is not below it either
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise UnexpectedAnswer("a sample of the answer is no pair of time and number") from None
    return _in_order(labels, np.rint(times * 1000).astype(np.int64), values)


def _in_order(labels: Mapping[str, str], times: npt.NDArray[np.int64], values: npt.NDArray[np.float64]) -> Series:
    """The series with each instant once. Raises :class:`UnexpectedAnswer` where times decrease or values differ."""
    apart = np.diff(times)
    if np.all(apart > 0):
        return Series(labels, times, values)
    same = np.concatenate([[False], apart == 0])
    if np.any(apart < 0):
        raise UnexpectedAnswer(f"the samples of the series {label_key(labels)} are not in the order of time")
    differs = same & ~((values == np.roll(values, 1)) | (np.isnan(values) & np.isnan(np.roll(values, 1))))
    if np.any(differs):
        raise UnexpectedAnswer(f"the series {label_key(labels)} has two values for one instant")
    return Series(labels, times[~same], values[~same], int(same.sum()))


def doubled(parts: Iterable[Sequence[Series]]) -> tuple[str, ...]:
    """A warning that counts the samples that came more than once; none where none did."""
    count = sum(series.doubled for part in parts for series in part)
    return (f"{count} samples came twice with the same value: counted once",) if count else ()


def frame(question: Question, parts: Iterable[Sequence[Series]]) -> pd.DataFrame:
    """The wide frame on the question's grid, from the answers to its parts.

    Columns are in the order of their names. A point no part has is ``NaN``; a
    point two parts have is kept once. Raises :class:`UnexpectedAnswer` when a
    sample lies off the grid.
    """
    times = grid(question)
    columns: dict[str, npt.NDArray[np.float64]] = {}
    for part in parts:
        seen = set()
        for series in part:
            key = label_key(series.labels)
            if key in seen:
                raise UnexpectedAnswer(f"the answer holds the series {key} twice")
            seen.add(key)
            column = columns.setdefault(key, np.full(len(times), np.nan))
            column[_places(series.times, question, len(times))] = series.values
    keys = sorted(columns)
    values = np.empty((len(times), len(keys)), order="F")
    for number, key in enumerate(keys):
        values[:, number] = columns[key]
    return wide(times, keys, values)


def _places(times: npt.NDArray[np.int64], question: Question, points: int) -> npt.NDArray[np.int64]:
    """Where on the grid each sample belongs."""
    start = round(question.start.timestamp() * 1000)
    step = round(question.step.total_seconds() * 1000) if question.step else 1
    places, beside = np.divmod(times - start, step)
    if np.any(beside) or np.any(places < 0) or np.any(places >= points):
        raise UnexpectedAnswer("the server answered for other instants than were asked: does it round start and step?")
    return places
