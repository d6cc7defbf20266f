"""What a request costs: the right unit, at equal load, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodmeet_kit.analysis.capacity import efficiency
from prodmeet_kit.analysis.capacity.efficiency import per_event
from prodmeet_kit.analysis.capacity.equal_load import levels
from prodmeet_kit.parameters.holdings import Price
from prodmeet_kit.schemas.frames import CHANGES, EFFICIENCY, REGRESSIONS
from tests.support.grids import END, at, grid, window

WINDOW = window("Asia/Tokyo")
INDEX = grid(END - timedelta(weeks=4))
DAY = np.asarray((INDEX - INDEX[0]) / timedelta(days=1))
SINCE = np.asarray(pd.Series(INDEX) > WINDOW.start)
CHANGES_NONE = CHANGES.frame()


def series(values: float | np.ndarray) -> pd.Series[float]:
    return pd.Series(values, index=INDEX, dtype="float64")


def demand(seed: int = 0, growth: float = 0.0) -> np.ndarray:
    """Load with a day, a week, moods of half a day, and growth a week as a fraction."""
    random = np.random.default_rng(seed)
    moods = np.interp(DAY, np.arange(0, 30, 0.5), random.normal(0, 0.05, 60))
    week = np.where(np.floor(DAY) % 7 >= 5, 1.3, 1.0)
    load: np.ndarray = 100 * (1 + 0.6 * np.sin(2 * np.pi * DAY)) * week * np.exp(moods) * (1 + growth * DAY / 7)
    return load


def cores(load: np.ndarray, seed: int = 0, idle: float = 0.2, noise: float = 0.03) -> np.ndarray:
    """0.02 CPU seconds a request, an idle part, and noise of each step."""
    return (idle + 0.02 * load) * np.exp(np.random.default_rng(seed + 100).normal(0, noise, len(load)))


def both(
    use: np.ndarray | float,
    load: np.ndarray | float,
    units: tuple[str, str] = ("cores", "req/s"),
    changes: pd.DataFrame = CHANGES_NONE,
    prices: Mapping[str, Price] | None = None,
) -> tuple[pd.Series, pd.DataFrame]:
    """The row of ``EFFICIENCY`` and the ``REGRESSIONS`` of one resource and one load."""
    used, loaded = {"web/cpu": series(use)}, {"web/requests": series(load)}
    found = efficiency.levels(used, loaded, WINDOW)
    unit, load_unit = ({"web/cpu": units[0]}, {"web/requests": units[1]})
    frame = efficiency.summarise(used, loaded, unit, load_unit, found, WINDOW, prices)
    return EFFICIENCY.check(frame).iloc[0], REGRESSIONS.check(efficiency.regressions(found, changes, WINDOW))


def change(identity: str, start: str, services: list[str], hours: float = 1.0) -> dict[str, Any]:
    begin = at(start)
    return {
        "id": identity,
        "start": begin,
        "end": begin + timedelta(hours=hours),
        "duration_s": hours * 3600,
        "services": services,
    }


@pytest.mark.parametrize(
    ("use", "load", "expected"),
    [
        ("cores", "req/s", ("CPU s/req", 1.0)),
        ("vCPU", "req/min", ("CPU s/req", 60.0)),
        ("cores", "req/h", ("CPU s/req", 3600.0)),
        ("cores", "rps", ("CPU s/req", 1.0)),
        ("bytes/s", "req/s", ("bytes/req", 1.0)),
        ("writes/min", "jobs/h", ("writes/jobs", 60.0)),
        ("bytes", "req/s", None),
        ("cores", "sessions", None),
        ("", "", None),
    ],
)
def test_use_of_one_event_needs_two_rates(use: str, load: str, expected: tuple[str, float] | None) -> None:
    assert per_event(use, load) == expected


def test_use_per_request_counts_only_steps_where_both_are_known() -> None:
    # Since: 2 cores for 100 req/s = 0.02 CPU s a request; the window before: 1 for 100 = 0.01.
    use, load = np.where(SINCE, 2.0, 1.0), np.full(len(INDEX), 100.0)
    use[-10:], load[-10:] = np.nan, 1e9  # load without use must not count
    row, _ = both(use, load)
    assert (row["per_load"], row["per_load_previous"]) == (pytest.approx(0.02), pytest.approx(0.01))
    assert (row["change"], row["unit"]) == (pytest.approx(1.0), "CPU s/req")


def test_an_hourly_load_is_brought_to_seconds() -> None:
    # 0.5 cores for 6 requests an hour: 0.5 * 3600 / 6 = 300 CPU seconds a request.
    row, _ = both(0.5, 6.0, ("cores", "req/h"))
    assert row["per_load"] == pytest.approx(300)


def test_memory_belongs_to_no_request_and_is_compared_at_equal_load() -> None:
    row, _ = both(np.where(SINCE, 1.2e9, 1e9), demand(), ("bytes", "req/s"))
    assert row[["per_load", "per_load_previous", "change"]].isna().all()
    assert (row["unit"], row["equal_load"]) == ("", "higher")
    assert row["equal_load_change"] == pytest.approx(0.2, abs=1e-6)


def test_cost_of_a_request() -> None:
    # 2 cores at 0.036 EUR a core-hour are 0.00002 EUR a second, for 100 requests a second: 2e-7 EUR each.
    price = {"web/cpu": Price(per="core-hour", amount=0.036, currency="EUR")}
    row, _ = both(2.0, 100.0, prices=price)
    assert (row["cost"], row["cost_unit"]) == (pytest.approx(2e-7), "EUR/req")
    # 8 GiB at 9 JPY a GiB-hour for 6 requests an hour: 8 * 9 / 6 = 12 JPY each.
    price = {"web/cpu": Price(per="GiB-hour", amount=9, currency="JPY")}
    row, _ = both(8 * 2.0**30, 6.0, ("bytes", "req/h"), prices=price)
    assert (row["cost"], row["cost_unit"]) == (pytest.approx(12), "JPY/req")
    row, _ = both(2.0, 100.0)
    assert (np.isnan(row["cost"]), row["cost_unit"]) == (True, "")


def test_without_load_nothing_is_said() -> None:
    row, found = both(1.0, 0.0)
    assert row[["per_load", "per_load_previous", "change", "equal_load_change"]].isna().all()
    assert (row["equal_load"], len(found)) == ("cannot_tell", 0)


def test_pairs_are_of_one_service_and_of_what_has_an_answer() -> None:
    used = {"web/cpu": series(1.0), "pay/cpu": series(1.0), "web/disk": None}
    found = efficiency.levels(used, {"web/requests": series(1.0), "web/jobs": series(2.0)}, WINDOW)
    assert list(found) == [("web/cpu", "web/requests"), ("web/cpu", "web/jobs")]


@pytest.mark.parametrize("seed", range(4))
def test_growth_of_load_alone_is_no_regression(seed: int) -> None:
    # 6% growth a week; an idle part, so that use per request falls by itself.
    load = demand(seed, growth=0.06)
    row, found = both(cores(load, seed), load)
    assert row["equal_load"] == "within_noise"
    assert abs(row["equal_load_change"]) < 0.01
    assert len(found) == 0


def test_memory_that_does_not_follow_growing_load_is_no_gain() -> None:
    row, found = both(1e9 * cores(np.zeros(len(INDEX)), idle=1.0), demand(growth=0.1), ("bytes", "req/s"))
    assert (row["equal_load"], len(found)) == ("within_noise", 0)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("day", [15.3, 18.5, 22.9, 25.2])
def test_a_step_of_ten_per_cent_is_found_within_hours_of_its_date(seed: int, day: float) -> None:
    load = demand(seed, growth=0.03)
    row, found = both(cores(load, seed) * np.where(day < DAY, 1.1, 1.0), load)
    assert found["kind"].tolist() == ["step"]
    assert abs(found["at"].iloc[0] - (INDEX[0] + timedelta(days=day))) <= timedelta(hours=6)
    assert found["low"].iloc[0] <= 0.1 <= found["high"].iloc[0]
    assert row["equal_load"] == "higher"


def test_a_gain_is_told_with_its_sign() -> None:
    load = demand()
    row, found = both(cores(load) * np.where(DAY > 20, 0.85, 1.0), load)
    assert found["change"].iloc[0] == pytest.approx(-0.15, abs=0.02)
    assert row["equal_load"] == "lower"


def test_a_leak_drifts_and_has_no_date() -> None:
    load = demand()
    _, found = both(1e9 * (1 + 0.02 * DAY), load, ("bytes", "req/s"))
    assert found["kind"].tolist() == ["drift"]
    assert found["at"].isna().all()
    # From the middle of the first day to that of the last: (1 + 0.55) / (1 + 0.01) - 1 = 53%.
    assert found["change"].iloc[0] == pytest.approx(0.53, abs=0.06)


def test_a_step_of_the_window_before_is_not_told_again() -> None:
    load = demand()
    _, found = both(cores(load) * np.where(DAY > 6, 1.1, 1.0), load)
    assert len(found) == 0


def test_two_per_cent_are_nobodys_business() -> None:
    load = demand()
    row, found = both(cores(load, noise=0.001) * np.where(DAY > 20, 1.02, 1.0), load)
    assert (row["equal_load"], len(found)) == ("higher", 0)


def test_an_outage_and_nightly_spikes_do_not_pass_for_steps() -> None:
    load = demand()
    use = cores(load)
    use[(DAY % 1 > 0.7) & (DAY % 1 < 0.72)] *= 3
    use[(DAY > 20.1) & (DAY < 20.4)] *= 0.2
    row, found = both(use, load)
    assert (row["equal_load"], len(found)) == ("within_noise", 0)


def test_noise_alone_gives_no_regression() -> None:
    # 60 worlds, with moods of use of 2% that last half a day: none may be a regression (of 400, none was).
    false = 0
    for seed in range(60):
        load = demand(seed, growth=0.03)
        moods = np.interp(DAY, np.arange(0, 30, 0.5), np.random.default_rng(seed + 500).normal(0, 0.02, 60))
        false += len(both(cores(load, seed) * np.exp(moods), load)[1])
    assert false == 0


@settings(max_examples=15, deadline=None)
@given(st.floats(0.001, 1000), st.integers(0, 3))
def test_scaling_load_and_use_together_changes_no_efficiency(factor: float, seed: int) -> None:
    load = demand(seed)
    use = cores(load, seed) * np.where(DAY > 20, 1.1, 1.0)
    (plain, steps), (scaled, moved) = both(use, load), both(use * factor, load * factor)
    numbers = ["per_load", "change", "equal_load_change", "equal_load_low", "equal_load_high", "matched_hours"]
    assert scaled[numbers].tolist() == pytest.approx(plain[numbers].tolist(), rel=1e-6)
    assert moved["at"].tolist() == steps["at"].tolist()


def test_changes_within_a_day_of_the_step_are_named_nearest_first() -> None:
    load = demand()
    step = INDEX[0] + timedelta(days=20)  # 2026-11-16T10:05Z
    _, found = both(
        cores(load) * np.where(DAY > 20, 1.1, 1.0),
        load,
        changes=CHANGES.frame(
            [
                change("CH-1", "2026-11-16T09:00", ["web"]),
                change("CH-2", "2026-11-15T12:30", ["web"]),
                change("CH-3", "2026-11-16T09:00", ["cart"]),
                change("CH-4", "2026-11-18T09:00", ["web"]),
                change("CH-5", "2026-11-13T09:00", ["web"], hours=60),  # goes on until 15 November, 21:00
                change("CH-6", "2026-11-17T01:00", []),  # names no service: may touch any
            ]
        ),
    )
    assert abs(found["at"].iloc[0] - step) <= timedelta(hours=2)
    assert found["changes"].iloc[0] == ["CH-1", "CH-5", "CH-6", "CH-2"]


def test_windows_that_did_different_work_are_not_compared() -> None:
    load = np.where(SINCE, 1000.0, 100.0)
    assert levels(series(cores(load)), series(load), WINDOW) is None
    row, _ = both(cores(load), load)
    assert row["equal_load"] == "cannot_tell"


def test_hours_alike_share_load_and_time_of_day() -> None:
    # Twice the load in this window's first half: those hours have no like, the other seven days match.
    load = np.where(SINCE & (DAY < 21), 200.0, 100.0)
    found = levels(series(0.02 * load), series(load), WINDOW)
    assert found is not None
    assert (found.matched, found.matched_fraction) == (7 * 24, 0.5)
    assert np.isnan(found.days[14:21]).all()
    assert found.days[21:] == pytest.approx(0, abs=1e-9)


def test_days_are_counted_from_the_meeting_over_a_change_of_the_clock() -> None:
    from prodmeet_kit.core.window import Window

    end = at("2026-11-02T09:00").to_pydatetime()
    berlin = Window.ending(end, cadence=timedelta(days=14), timezone="Europe/Berlin")
    index = grid(berlin.history_start, end)
    day = np.asarray((index - index[0]) / timedelta(days=1))
    load = pd.Series(100 * (1 + 0.5 * np.sin(2 * np.pi * day)), index=index)
    found = levels(0.02 * load, load, berlin)
    assert found is not None
    assert found.first + len(found.days) * timedelta(days=1) == at("2026-11-02T09:00")
    assert int(found.now.sum()) == 14  # one of them an hour longer or shorter by the clock
    assert np.nanmax(np.abs(found.days)) < 1e-9
