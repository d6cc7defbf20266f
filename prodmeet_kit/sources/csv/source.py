"""Metrics that were recorded into a CSV file: type ``csv``, for what no server keeps any longer.

The first column is ``time``, every other column a series (:mod:`prodmeet_kit.sources.csv.table` reads them).
A query is the name of a column, or what is made of its rows over a range:
``sum_over_time(column[28d])`` adds them up, ``avg_over_time(column[28d])`` is their mean. A file knows no other PromQL.
Rows may stand in any order, but two of one time are refused: nobody knows which of them counts.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from prodmeet_kit.core.errors import QueryRejected, UnexpectedAnswer
from prodmeet_kit.core.window import format_duration, parse_duration
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.parameters.validation import did_you_mean
from prodmeet_kit.sources.base import NO_ROW, WrongSetting, grid, wide
from prodmeet_kit.sources.csv.backend import CsvSettings
from prodmeet_kit.sources.csv.table import read_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ZONELESS", "CsvSource"]

ZONELESS = "times without an offset are read as UTC"
"""A note: Grafana and spreadsheets write the time of whoever saved the file, and say nothing of its zone."""

_OVER = re.compile(r"\s*(sum|avg)_over_time\(\s*(\w+)\s*\[\s*(\w+)\s*\]\s*\)\s*")

_NEAR = 0.01
"""How far off a multiple of the rows' distance a step may be, of itself: rows of a cron job come a little late."""


class CsvSource:
    """The file named by ``url: file:PATH``, relative to the parameter file's folder; read when it is opened.

    Raises :class:`~prodmeet_kit.sources.base.WrongSetting` when there is no such file or its rows do not fit the step,
    :class:`~prodmeet_kit.core.errors.UnexpectedAnswer` when something in it has to be fixed.
    """

    def __init__(self, config: CsvSettings, folder: Path) -> None:
        self._path = folder / config.url.removeprefix("file:")
        self.name = f"csv at {config.url.removeprefix('file:')}"
        try:
            self._path.open("rb").close()
        except FileNotFoundError:
            fix = f"create {self._path}, or fix the path"
            raise WrongSetting("url", f"{config.url}, which does not exist", fix) from None
        except OSError as error:
            fix = f"give a file that may be read: {error.strerror}"
            raise WrongSetting("url", f"{config.url}, which cannot be read", fix) from None
        self._found = read_table(self._path)
        self._table = self._found.frame
        self.notes = (ZONELESS,) * self._found.zoneless
        if config.step is not None:
            self._check_step(config.step)

    def answer(self, question: Question) -> Answer:
        """What the file has for the question; NaN in a step where nothing was recorded, no series where nothing at all.

        Of a column: the mean of what was recorded in each ``(t - step, t]``; at an instant the last value. Over a
        range: the sum or mean of the rows in ``(t - range, t]``. ``partial`` names what of the column cannot be read.
        Raises :class:`~prodmeet_kit.core.errors.QueryRejected` when the file has no such column, or the query is other
        PromQL, :class:`~prodmeet_kit.core.errors.UnexpectedAnswer` when the column's numbers are no plain ones.
        """
        begun = perf_counter()
        times = grid(question)
        series, over = self._asked(question.query)
        if over:
            values = _over(series, times, *over)
        elif question.step is None:
            values = _last(series, times)
        else:
            values = _means(series, times, question.step.total_seconds())
        points = int(np.isfinite(values).sum())
        frame = wide(times, ["{}"] if points else [], values.reshape(-1, 1)[:, : 1 if points else 0])
        warnings = () if points else (f"{NO_ROW}{self._reach(series, question)}",)
        return Answer(
            question,
            frame,
            warnings=warnings,
            took_s=perf_counter() - begun,
            points=points,
            source=self.name,
            partial=self._found.missing(str(series.name)),
        )

    def close(self) -> None:
        """Nothing is open."""

    def _asked(self, query: str) -> tuple[pd.Series[float], tuple[str, float] | None]:
        """The rows of the column a query names, and how they are put together over how many seconds."""
        table = self._table
        found = None if query in table.columns else _OVER.fullmatch(query)
        column = found[2] if found else query.strip()
        if not found and not re.fullmatch(r"[\w.: -]+", column):
            raise QueryRejected(
                f"{self._path}: a CSV file answers the name of a column, sum_over_time(column[{{{{.window}}}}])"
                f" or avg_over_time(column[{{{{.window}}}}]), and no other PromQL; not {query}"
            )
        name = self._name(column)
        if name in self._found.refused:
            raise UnexpectedAnswer(self._found.refused[name])
        over = (found[1], parse_duration(found[3]).total_seconds()) if found else None
        return table[name].dropna(), over

    def _name(self, column: str) -> str:
        """The column of that name, or the one whose name is that but for capitals and signs that no query can hold."""
        if column in self._table.columns:
            return column
        alike = [str(name) for name in self._table.columns if _plain(str(name)) == _plain(column)]
        if len(alike) == 1:
            return alike[0]
        fix = f"{' and '.join(alike)} are alike: rename one" if alike else did_you_mean(column, self._table.columns)
        raise QueryRejected(f"{self._path}: there is no column {column}: {fix}")

    def _reach(self, series: pd.Series[float], question: Question) -> str:
        """From when to when there are rows, and what was asked."""
        if series.empty:
            return f"{self._path}: the column {series.name} is empty"
        first, last = (f"{moment:%Y-%m-%d %H:%M}" for moment in (series.index[0], series.index[-1]))
        asked = question.end - (question.window or timedelta()) if question.instant else question.start
        return (
            f"{self._path}: the column {series.name} has rows from {first} to {last} UTC, and none"
            f" from {asked:%Y-%m-%d %H:%M} to {question.end:%Y-%m-%d %H:%M}"
        )

    def _check_step(self, step: timedelta) -> None:
        """Raise when steps would be without a row, or hold now more rows and now fewer though rows come evenly."""
        distances = np.diff(self._table.index.as_unit("ns").asi8) / 1e9  # type: ignore[attr-defined] # seconds
        if not len(distances):
            return
        usual = float(np.median(distances))
        # Rows that come as they like have no distance to be a multiple of: there only a short step is refused.
        even = np.mean(abs(distances - usual) <= _NEAR * usual) >= 0.5
        rows = step.total_seconds() / usual
        if rows < 1 - _NEAR or (even and abs(rows - round(rows)) > _NEAR * rows):
            apart = timedelta(seconds=max(1, round(usual)))
            fix = f"write {format_duration(apart)}, or a multiple of it such as {format_duration(2 * apart)}"
            told = f"the rows of {self._path} are {format_duration(apart)} apart"
            raise WrongSetting("step", format_duration(step), f"{told}: {fix}")


def _plain(name: str) -> str:
    """``Cart (req/s)`` as a query writes it: ``cart_req_s``."""
    return re.sub(r"\W+", "_", name).strip("_").casefold()


def _over(series: pd.Series[float], times: pd.DatetimeIndex, how: str, seconds: float) -> np.ndarray:
    """The sum or the mean of the rows in ``(t - seconds, t]`` at each ``t``; NaN where there is none."""
    ends, at = times.as_unit("ns").asi8, series.index.as_unit("ns").asi8  # type: ignore[attr-defined]
    last = np.searchsorted(at, ends, side="right")
    first = np.searchsorted(at, ends - round(seconds * 1e9), side="right")
    values = np.array([series.to_numpy()[low:high].sum() for low, high in zip(first, last, strict=True)])
    counts = (last - first).astype(float)
    made: np.ndarray = np.full(len(ends), np.nan)
    return np.divide(values, counts if how == "avg" else 1.0, out=made, where=counts > 0)  # type: ignore[no-any-return]


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
