"""A load that was recorded on a real road: its holidays are found, its peaks expected (see tests/data/README.md)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analyses import Analyses
from prodmeet_kit.analysis.capacity.peak_forecast import expected_peak
from prodmeet_kit.core.window import Window
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.parameters import load
from prodmeet_kit.queries.questions import LOAD_HISTORY

ZONE = ZoneInfo("America/Chicago")
HOUR = timedelta(hours=1)
FORTNIGHT = timedelta(days=14)
FIRST = datetime(2017, 5, 1, 10, tzinfo=ZONE)

BUSY_HOLIDAYS = {
    date(2017, 5, 29): "Memorial Day",
    date(2017, 7, 4): "Independence Day",
    date(2017, 9, 4): "Labor Day",
    date(2017, 11, 23): "Thanksgiving Day",
    date(2017, 12, 25): "Christmas Day",
    date(2018, 1, 1): "New Year's Day",
    date(2018, 5, 28): "Memorial Day",
    date(2018, 7, 4): "Independence Day",
    date(2018, 9, 3): "Labor Day",
}
"""Days off for nearly everybody."""

QUIET_HOLIDAYS = {
    date(2017, 10, 9): "Columbus Day",
    date(2017, 11, 10): "Veterans Day",
    date(2018, 1, 15): "Martin Luther King Jr Day",
    date(2018, 2, 19): "Washington's Birthday",
}
"""Public holidays on which most people work."""

BESIDE = {
    date(2017, 7, 3): "between a Sunday and Independence Day",
    date(2017, 11, 24): "the day after Thanksgiving",
    date(2017, 12, 26): "the day after Christmas",
    date(2018, 7, 5): "the day after Independence Day",
}
SNOW = {
    date(2018, 1, 22): "heavy snow",
    date(2018, 3, 5): "heavy snow",
    date(2018, 4, 3): "heavy snow",
    date(2018, 4, 14): "heavy snow",
    date(2018, 4, 15): "snow all day after heavy snow",
}
ROAD = """
product: road
timezone: America/Chicago
sources:
  metrics: {type: csv, url: "file:vehicles.csv", step: 1h}
services:
  - {name: i94, load: [{name: vehicles, unit: vehicles/h, query: vehicles}]}
"""
KNOWN = {*BUSY_HOLIDAYS, *QUIET_HOLIDAYS, *BESIDE, *SNOW}


@lru_cache
def recorded() -> pd.Series[float]:
    table = pd.read_csv(Path(__file__).parents[3] / "data" / "interstate_traffic.csv")
    clock = pd.DatetimeIndex(pd.to_datetime(table["local_hour"]))
    begins = clock.tz_localize(ZONE, ambiguous=np.ones(len(clock), dtype=bool), nonexistent="NaT").tz_convert("UTC")
    series = pd.Series(table["vehicles"].to_numpy(dtype=float), index=begins + HOUR)
    return series[series.index.notna()].asfreq("h")


def meetings(first: datetime, every: timedelta = FORTNIGHT) -> list[Window]:
    """The windows of fortnightly meetings, or of one that might be held any week, on the local clock."""
    ends = [first + n * every for n in range(100)]
    last = recorded().index[-1]
    return [
        Window.ending(end.astimezone(UTC), cadence=FORTNIGHT, timezone=str(ZONE), step=HOUR)
        for end in ends
        if end <= last
    ]


def history(window: Window) -> pd.Series[float]:
    series = recorded()
    return series[(series.index > window.end - LOAD_HISTORY) & (series.index <= window.end)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A product's folder with the recorded load as a file of its metric source."""
    home = tmp_path_factory.mktemp("parameters")
    (home / "road.yaml").write_text(ROAD, encoding="utf-8")
    series = recorded().dropna()
    # A count of the hour that ends at its time stands in that hour.
    table = pd.DataFrame(
        {
            "time": (pd.DatetimeIndex(series.index) - HOUR / 2).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "vehicles": series.to_numpy(),
        }
    )
    table.to_csv(home / "vehicles.csv", index=False)
    return home


@pytest.mark.parametrize("first", [FIRST, FIRST + timedelta(days=7)], ids=["even weeks", "odd weeks"])
def test_the_days_found_are_the_known_ones_and_few_others(first: datetime, folder: Path) -> None:
    road = load("road", folder)
    found = [
        day.tz_convert(ZONE).date()
        for window in meetings(first)
        for day in Analyses(gather(road, window, folder=folder)).capacity.unusual_days["day"]
    ]
    assert len(found) == len(set(found)), "each day is judged by one meeting"
    true, false = set(found) & KNOWN, set(found) - KNOWN
    assert set(BUSY_HOLIDAYS) <= true
    assert date(2018, 4, 15) in true
    assert len(true) >= 14
    assert len(false) <= len(true) / 3


def test_a_recorded_peak_lies_in_the_expected_range_as_often_as_it_should() -> None:
    series, inside, off = recorded(), [], []
    for window in meetings(FIRST, every=timedelta(days=7)):
        ahead = series[(series.index > window.end) & (series.index <= window.end + window.length)]
        peak = expected_peak(history(window), window)
        if ahead.count() > 0.9 * FORTNIGHT / HOUR and np.isfinite(peak.expected):
            inside.append(peak.low <= ahead.max() <= peak.high)
            off.append(ahead.max() / peak.expected - 1)
    assert len(inside) > 40
    assert np.mean(inside) >= 0.8
    assert abs(float(np.median(off))) < 0.02
