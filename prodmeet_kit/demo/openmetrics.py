"""OpenMetrics text of the demo world, one text a UTC day: what promtool turns into blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from prodmeet_kit.demo.shape import MINUTE, Grid, Ints

__all__ = ["Family", "Series", "days", "series_text"]

_DAY = 86_400


@dataclass(frozen=True)
class Series:
    """Samples of one series: its name with labels, the minutes it was sampled in, at which second, and the values."""

    text: str
    offset: float
    minute: Ints
    values: npt.NDArray[np.int64] | npt.NDArray[np.float64]


@dataclass(frozen=True)
class Family:
    """Series under one ``# TYPE`` line; ``name`` as OpenMetrics has it, a counter's without ``_total``."""

    name: str
    type: str
    series: Sequence[Series]


def series_text(name: str, labels: Mapping[str, str]) -> str:
    """A name with labels, as they stand before the value. Labels here hold no quote, backslash or newline."""
    inside = ",".join(f'{label}="{value}"' for label, value in labels.items())
    return f"{name}{{{inside}}}"


def days(grid: Grid, families: Sequence[Family]) -> Iterator[str]:
    """One complete text a UTC day, oldest first."""
    first = int(grid.start.timestamp())
    edge = first - first % _DAY
    while edge < first + MINUTE * grid.minutes:
        yield _text(families, first, (edge - first) // MINUTE, (edge + _DAY - first) // MINUTE)
        edge += _DAY


def _text(families: Sequence[Family], first: int, since: int, until: int) -> str:
    """Samples of the minutes ``[since, until)``."""
    clocks: dict[float, dict[int, str]] = {}
    parts: list[str] = []
    for family in families:
        parts.append(f"# TYPE {family.name} {family.type}\n")
        for series in family.series:
            if series.offset not in clocks:
                start = first + series.offset
                clocks[series.offset] = {k: f"{start + MINUTE * k:.3f}" for k in range(since, until)}
            parts.extend(_lines(series, since, until, clocks[series.offset]))
    parts.append("# EOF\n")
    return "".join(parts)


def _lines(series: Series, since: int, until: int, clock: Mapping[int, str]) -> Iterable[str]:
    low, high = np.searchsorted(series.minute, [since, until])
    # tolist gives Python numbers: their text is the shortest that reads back the same.
    pairs = zip(series.values[low:high].tolist(), series.minute[low:high].tolist(), strict=True)
    return [f"{series.text} {value} {clock[minute]}\n" for value, minute in pairs]
