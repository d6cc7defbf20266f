"""What lines and exponentials through a limit leave unexplained is what least squares leave, at any instant."""

from __future__ import annotations

import numpy as np
import pytest

from prodmeet_kit.analysis.capacity.through_limit import BEND, Through
from prodmeet_kit.analysis.series.regimes import RATES, Start

DAYS = np.arange(-28.0, 0.0) + 0.6
BELOW = 3 * DAYS - 40 + np.random.default_rng(1).normal(size=28)


@pytest.mark.parametrize("start", [Start(0, 0.0), Start(12, 7.0), Start(24, 1.0)])
def test_the_distance_from_the_line_through_the_days_is_what_a_fit_leaves(start: Start) -> None:
    coming = np.array([0.25, 13.3, 400.0])
    found = Through.limit((start,), DAYS, BELOW, variance=2.0).unexplained(coming)
    past, values = DAYS[start.position :], BELOW[start.position :]
    assert len(found) == (1 + len(RATES) if len(past) >= 7 else 1)
    for rate, left in zip((0.0, *RATES), found, strict=False):
        for instant, squares in zip(coming, left, strict=True):
            shape = np.exp(rate * (past - instant)) - 1 if rate else past - instant
            rest = values - shape * (values @ shape) / (shape @ shape)
            assert squares == pytest.approx(start.squares + rest @ rest + (2.0 * BEND if rate else 0.0))


def test_a_forecast_rests_on_the_start_that_leaves_least() -> None:
    bent = np.where(DAYS < -10, -60.0, 5 * (DAYS - 4))
    assert Through.limit((Start(0, 0.0), Start(18, 0.1)), DAYS, bent, 0.1).told_by(4.0) == 18
