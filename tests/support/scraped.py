"""A service whose every request is known, as scrapes see it: counters read now and then, asked on a grid."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["Scraped", "requests"]

Times = npt.NDArray[np.float64]


def requests(rng: np.random.Generator, rate: float, begin: float, end: float) -> Times:
    """Moments of a Poisson stream of ``rate`` a second."""
    return np.sort(rng.uniform(begin, end, rng.poisson(rate * (end - begin))))


class Scraped:
    """Counters of requests, ``(total, bad)`` as moments in seconds, on several targets, each scraped at its own phase.

    :meth:`trend` is what ``sum(rate(x[step + scrape])) * step`` gives on a grid: for each target the difference of its
    last samples at the ends of a step.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        happened: tuple[Times, Times],
        scrape_s: float,
        span: tuple[float, float],
        targets: int = 1,
    ) -> None:
        self._samples: list[tuple[Times, Times, Times]] = []
        whose = [rng.integers(0, targets, len(each)) for each in happened]
        for target in range(targets):
            at = np.arange(span[0] + rng.uniform(0, scrape_s), span[1], scrape_s)
            total, bad = (
                np.searchsorted(each[own == target], at, side="right").astype(np.float64)
                for each, own in zip(happened, whose, strict=True)
            )
            self._samples.append((at, total, bad))

    def trend(self, start: datetime, end: datetime, step: timedelta) -> pd.DataFrame:
        """``[total, bad]`` of the steps of ``(start, end]``."""
        index = pd.date_range(start + step, end, freq=step, name="time").as_unit("ns")
        ends = np.append(start.timestamp(), np.asarray(index.as_unit("ns").asi8) / 1e9)
        sums = np.zeros((2, len(index)))
        for at, *counted in self._samples:
            last = np.searchsorted(at, ends, side="right") - 1
            for row, values in enumerate(counted):
                sums[row] += np.diff(np.where(last >= 0, values[np.maximum(last, 0)], 0.0))
        return pd.DataFrame({"total": sums[0], "bad": sums[1]}, index=index)
