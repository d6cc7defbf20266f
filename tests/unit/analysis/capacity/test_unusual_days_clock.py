"""A change of the product's clock makes no day unusual, whatever clock a load keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.capacity.unusual_days import find
from prodmeet_kit.core.window import Window

HOUR = timedelta(hours=1)
ENDS = {
    # The clock goes back on 1 November in New York, on 25 October in Berlin; forward on 29 March in Berlin.
    "America/New_York": datetime(2026, 11, 9, 15, tzinfo=UTC),
    "Europe/Berlin": datetime(2026, 11, 2, 9, tzinfo=UTC),
    "Europe/London": datetime(2026, 4, 6, 9, tzinfo=UTC),
}


def load(window: Window, zone: str, seed: int) -> pd.Series[float]:
    """Jobs and users that keep the clock of ``zone``: busy from 8 to 20, a job at 5."""
    index = pd.date_range(window.end - timedelta(weeks=8) + HOUR, window.end, freq=HOUR)
    local = (index - HOUR).tz_convert(zone)
    day = np.asarray((index - index[0]) // timedelta(days=1))
    random = np.random.default_rng(seed)
    level = np.exp(0.02 * random.standard_normal(day[-1] + 1))[day] * np.exp(0.02 * random.standard_normal(len(day)))
    shape = np.where((local.hour >= 8) & (local.hour < 20), 4 / 3, 2 / 3) + np.where(local.hour == 5, 6.0, 0.0)
    return pd.Series(100 * shape * level, index=index)


@pytest.mark.parametrize("timezone", ENDS)
@pytest.mark.parametrize("keeps", ["UTC", "Asia/Tokyo", "the product's"])
def test_a_load_on_its_own_clock_raises_no_unusual_day(timezone: str, keeps: str) -> None:
    window = Window.ending(ENDS[timezone], cadence=timedelta(days=14), timezone=timezone, step=HOUR)
    false = 0
    for seed in range(5):
        series = load(window, timezone if keeps == "the product's" else keeps, seed)
        false += len(find({"web/jobs": series}, window))
    assert false <= 1  # 3 to 4 of 100 fortnights see one by chance


def test_an_unusual_day_beside_a_change_of_the_clock_is_found() -> None:
    window = Window.ending(ENDS["Europe/Berlin"], cadence=timedelta(days=14), timezone="Europe/Berlin", step=HOUR)
    series = load(window, "UTC", 1)
    local = (pd.DatetimeIndex(series.index) - HOUR).tz_convert(window.zone)
    series[np.asarray(local.strftime("%Y-%m-%d") == "2026-10-28")] *= 1.5
    found = find({"web/jobs": series}, window)
    days = [f"{day.astimezone(window.zone):%m-%d}" for day in found["day"].tolist()]
    assert list(zip(days, found["direction"], strict=True)) == [("10-28", "above")]
