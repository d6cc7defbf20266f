"""Metrics that were recorded into a CSV file: type ``csv``, for what no server keeps any longer.

The first column, ``time``, is ISO 8601 with an offset (without one it is UTC); every other column is a
series. A query is the name of a column and nothing else: a file knows no PromQL.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from prodmeet_kit.errors import QueryRejected, SourceError, UnexpectedAnswer
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.parameters.models import MetricSource
from prodmeet_kit.sources.base import grid, wide

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CsvSource"]


class CsvSource:
    """The file named by ``url: file:PATH``, relative to the parameter file's folder."""

    def __init__(self, config: MetricSource, folder: Path) -> None:
        self._path = folder / config.url.removeprefix("file:")
        self.name = f"csv at {config.url.removeprefix('file:')}"

    def answer(self, question: Question) -> Answer:
        """The mean of what was recorded in each ``(t - step, t]``, NaN where nothing was; an instant: the last value.

        Raises :class:`~prodmeet_kit.errors.SourceError` when the file cannot be read, or has no such column.
        """
        begun = perf_counter()
        table = self._table
        if question.query not in table.columns:
            known = ", ".join(table.columns)
            raise QueryRejected(f"a CSV file answers the name of a column, one of {known}; not {question.query}")
        series = table[question.query].dropna()
        times = grid(question)
        values = _last(series, times) if question.step is None else _means(series, times, question.step.total_seconds())
        frame = wide(times, ["{}"], values.reshape(-1, 1))
        points = int(np.isfinite(values).sum())
        return Answer(question, frame, took_s=perf_counter() - begun, points=points, source=self.name)

    def close(self) -> None:
        """Nothing is open."""

    @cached_property
    def _table(self) -> pd.DataFrame:
        import pandas as pd

        try:
            table = pd.read_csv(self._path)
        except (OSError, ValueError) as error:
            raise SourceError(f"cannot read {self._path}: {error}") from None
        if not len(table.columns) or table.columns[0] != "time":
            raise UnexpectedAnswer(f"{self._path}: name the first column time")
        try:
            index = pd.DatetimeIndex(pd.to_datetime(table.pop("time"), utc=True, format="ISO8601"), name="time")
            return table.astype("float64").set_index(index).sort_index()
        except ValueError as error:
            raise UnexpectedAnswer(f"{self._path}: {error}") from None


def _means(series: pd.Series[float], times: pd.DatetimeIndex, step_s: float) -> np.ndarray:
    ends = times.as_unit("ns").asi8
    at = series.index.as_unit("ns").asi8  # type: ignore[attr-defined]
    bucket = np.searchsorted(ends, at)  # the first end that is not before the sample
    inside = (bucket < len(ends)) & (at > ends[0] - step_s * 1e9)
    sums = np.bincount(bucket[inside], weights=series.to_numpy()[inside], minlength=len(ends))
    counts = np.bincount(bucket[inside], minlength=len(ends))
    means: np.ndarray = np.full(len(ends), np.nan)
    return np.divide(sums, counts, out=means, where=counts > 0)  # type: ignore[no-any-return]


def _last(series: pd.Series[float], times: pd.DatetimeIndex) -> np.ndarray:
    before = series[series.index <= times[-1]]
    return np.array([before.iloc[-1] if len(before) else np.nan])
