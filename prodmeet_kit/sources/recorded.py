"""Metrics that were recorded into a CSV file: type ``csv``, for what no server keeps any longer.

The first column, ``time``, is ISO 8601 with an offset (without one it is UTC); every other column is a
series. A query is the name of a column, or what is made of its rows over a range:
``sum_over_time(column[28d])`` adds them up, ``avg_over_time(column[28d])`` is their mean. A file knows no other PromQL.
Rows may stand in any order, but two of one time are refused: nobody knows which of them counts.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from prodmeet_kit.errors import QueryRejected, UnexpectedAnswer
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.parameters.models import MetricSource
from prodmeet_kit.parameters.validation import did_you_mean
from prodmeet_kit.sources.base import NO_ROW, WrongSetting, grid, wide
from prodmeet_kit.window import format_duration, parse_duration

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CsvSource"]

_OVER = re.compile(r"\s*(sum|avg)_over_time\(\s*(\w+)\s*\[\s*(\w+)\s*\]\s*\)\s*")

_PROBE = "vector(1)"
"""What a source is asked that is only to say whether it is there."""

_NEAR = 0.01
"""How far off a multiple of the rows' distance a step may be, of itself: rows of a cron job come a little late."""


class CsvSource:
    """The file named by ``url: file:PATH``, relative to the parameter file's folder; read when it is opened.

    Raises :class:`~prodmeet_kit.sources.base.WrongSetting` when there is no such file or its rows do not fit the step,
    :class:`~prodmeet_kit.errors.UnexpectedAnswer` when something in it has to be mended.
    """

    def __init__(self, config: MetricSource, folder: Path) -> None:
        self._path = folder / config.url.removeprefix("file:")
        self.name = f"csv at {config.url.removeprefix('file:')}"
        self._table = self._read(config.url)
        if config.step is not None:
            self._check_step(config.step)

    def answer(self, question: Question) -> Answer:
        """What the file has for the question; NaN in a step where nothing was recorded, no series where nothing at all.

        Of a column: the mean of what was recorded in each ``(t - step, t]``; at an instant the last value. Over a
        range: the sum or mean of the rows in ``(t - range, t]``. Raises
        :class:`~prodmeet_kit.errors.QueryRejected` when the file has no such column, or the query is other PromQL.
        """
        begun = perf_counter()
        times = grid(question)
        if question.query == _PROBE:
            return Answer(question, wide(times, ["{}"], np.ones((len(self._table[:1]), 1))), source=self.name)
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
            question, frame, warnings=warnings, took_s=perf_counter() - begun, points=points, source=self.name
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
        if column not in table.columns:
            raise QueryRejected(f"{self._path}: there is no column {column}: {did_you_mean(column, table.columns)}")
        over = (found[1], parse_duration(found[3]).total_seconds()) if found else None
        return table[column].dropna(), over

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
            mend = f"write {format_duration(apart)}, or a multiple of it such as {format_duration(2 * apart)}"
            told = f"the rows of {self._path} are {format_duration(apart)} apart"
            raise WrongSetting("step", format_duration(step), f"{told}: {mend}")

    def _read(self, url: str) -> pd.DataFrame:
        """The columns as numbers, by time in ascending order; NaN in an empty cell."""
        import pandas as pd

        try:
            table = pd.read_csv(self._path, skipinitialspace=True)
        except FileNotFoundError:
            raise WrongSetting(
                "url", f"{url}, which does not exist", f"create {self._path}, or mend the path"
            ) from None
        except OSError as error:
            mend = f"give a file that may be read: {error.strerror}"
            raise WrongSetting("url", f"{url}, which cannot be read", mend) from None
        except ValueError as error:
            raise UnexpectedAnswer(f"cannot read {self._path}: {error}") from None
        first = str(table.columns[0]) if len(table.columns) else "not there"
        if first != "time":
            raise UnexpectedAnswer(f"{self._path}:1: the first column is {first}: name the first column time")
        index = pd.to_datetime(table["time"], utc=True, format="ISO8601", errors="coerce")
        # Pandas would read words such as now, too.
        wrong = index.isna() | ~table["time"].astype(str).str.match(r"\s*\d{4}")
        self._refuse(table["time"], wrong, "write ISO 8601, such as 2026-11-22T22:30Z")
        values = {name: pd.to_numeric(table[name], errors="coerce") for name in table.columns[1:]}
        for name, column in values.items():
            self._refuse(table[name], column.isna() & table[name].notna(), "write a number, or leave the cell empty")
        twice = pd.Series(index).duplicated()
        self._refuse(table["time"], twice, "a row above has the same time: keep one, or write both with their offsets")
        numbers = pd.DataFrame(values, dtype="float64").set_axis(pd.DatetimeIndex(index, name="time"))
        return numbers.sort_index()

    def _refuse(self, column: pd.Series[Any], wrong: pd.Series[bool], mend: str) -> None:
        """Raise with the line, column and value of the first cell that is wrong."""
        if wrong.any():
            at = int(wrong.to_numpy().argmax())
            value = "empty" if column.isna().iloc[at] else f'"{column.iloc[at]}"'
            # The first line is the header; lines that are blank are not counted by whoever reads CSV.
            raise UnexpectedAnswer(f"{self._path}:{at + 2}: {column.name} is {value}: {mend}")


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
