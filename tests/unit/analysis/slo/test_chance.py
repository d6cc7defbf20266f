"""What chance does to the state of an SLO: windows of a service whose true share of failures is known."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, norm, poisson

from prodmeet_kit.analysis.slo.arithmetic import Rules, SloTarget, summarise
from prodmeet_kit.analysis.slo.chance import Z95, beyond, holds
from prodmeet_kit.schemas.frames import SLO_COUNTS
from tests.support.counts import count
from tests.support.grids import END, grid, window

WINDOWS = count(400, 4000)


def judged(allowance: float, times: float, seed: int = 7) -> pd.DataFrame:
    """Windows of 100,000 events of a service that fails ``times`` as often as the objective allows."""
    events = 100_000
    failed = np.random.default_rng(seed).binomial(events, min(times * allowance / events, 1.0), WINDOWS)
    slos = [
        SloTarget("cart", f"slo{number}", 1 - allowance / events, timedelta(days=28).total_seconds())
        for number in range(WINDOWS)
    ]
    counts = SLO_COUNTS.frame(
        {"service": "cart", "name": slo.name, "span": "window", "total": events, "bad": bad}
        for slo, bad in zip(slos, failed, strict=True)
    )
    return summarise(counts, slos, {}, window())


@pytest.mark.parametrize("allowance", [1.0, 1.5, 2.0, 2.9, 3.0, 5.0, 10.0, 20.0, 29.0])
def test_a_service_at_half_of_what_is_allowed_is_hardly_ever_asked_about(allowance: float) -> None:
    found = judged(allowance, 0.5)
    assert ((found["state"] == "BAD") & ~found["within_chance"]).mean() <= 0.01


@pytest.mark.parametrize("allowance", [1.0, 2.0, 3.0, 5.0, 10.0, 29.0])
def test_a_service_at_exactly_what_is_allowed_is_missed_beyond_chance_in_one_window_of_forty(allowance: float) -> None:
    found = judged(allowance, 1.0)
    assert ((found["state"] == "BAD") & ~found["within_chance"]).mean() <= 0.025 + 3 * (0.025 / WINDOWS) ** 0.5


@pytest.mark.parametrize(("allowance", "times"), [(1.0, 10), (3.0, 5), (10.0, 3), (29.0, 2)])
def test_what_fails_far_more_often_is_still_missed(allowance: float, times: float) -> None:
    found = judged(allowance, times)
    assert ((found["state"] == "BAD") & ~found["within_chance"]).mean() >= 0.95


@pytest.mark.parametrize("times", [0.5, 0.9, 1.0, 1.1, 2.0])
def test_from_three_allowed_on_ok_and_bad_are_what_the_count_says(times: float) -> None:
    for allowance in (3.0, 10.0, 100.0):
        found = judged(allowance, times)
        missed = found["bad"] > allowance * (1 + 1e-9)
        assert (found["state"].eq("BAD") == missed).all() and (found["state"].eq("OK") == ~missed).all()
    assert not found["within_chance"].any()  # 100 allowed: what the count says is said


def test_the_interval_is_clopper_and_pearsons() -> None:
    random = np.random.default_rng(3)
    for _ in range(300):
        total = int(random.integers(1, 30_000))
        bad = min(int(random.poisson(random.uniform(0, 40))), total)
        share = float(random.uniform(1e-4, 0.01))
        low = 0.0 if bad == 0 else beta.ppf(0.025, bad, total - bad + 1)
        high = 1.0 if bad == total else beta.ppf(0.975, bad + 1, total - bad)
        assert holds(share, bad, total) == (low < share < high)


def test_the_chance_of_so_many_or_more_is_poissons() -> None:
    assert pytest.approx(norm.ppf(0.975), abs=1e-9) == Z95
    random = np.random.default_rng(5)
    means = [*random.uniform(0, 3, 40), *random.uniform(3, 400, 40), 0.0, 1e-12, 3e5]
    for mean in map(float, means):
        for bad in {0, 1, *map(int, random.poisson(mean, 3)), int(2 * mean) + 40}:
            assert beyond(bad, mean) == pytest.approx(poisson.sf(bad - 1, mean), abs=1e-9)


def trend_of(total: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"total": total, "bad": total * 0.0})


def reason(total: float, seen: pd.DataFrame | None, previous: float = np.nan, older: bool = True) -> tuple[str, str]:
    slo = SloTarget("cart", "availability", 0.999, timedelta(days=28).total_seconds())
    counts = SLO_COUNTS.frame(
        {"service": "cart", "name": "availability", "span": span, "total": value, "bad": 0.0}
        for span, value in (("window", total), ("previous", previous))
    )
    first = pd.Timestamp(END - timedelta(days=60)) if older else None
    trends = {} if seen is None else {slo.ref: seen}
    (row,) = summarise(counts, [slo], trends, window(), oldest=first, rules=Rules()).to_dict("records")
    return row["state"], row["reason"]


def test_too_young_a_gap_and_no_traffic_are_three_reasons_and_keep_nothing() -> None:
    index = grid(END - timedelta(days=28))
    full = pd.Series(1000.0, index=index)
    hours = full.where(index > pd.Timestamp(END - timedelta(hours=20)))
    early = full.where(index < pd.Timestamp(END - timedelta(days=27, hours=4)))
    assert reason(240_000, trend_of(hours)) == ("TOO_FEW", "young")
    assert reason(240_000, trend_of(early)) == ("TOO_FEW", "gaps")
    assert reason(0.0, trend_of(full * 0)) == ("NO_DATA", "no_traffic")
    assert reason(np.nan, None, previous=5e6) == ("NO_DATA", "gaps")
    assert reason(np.nan, None) == ("NO_DATA", "no_series")
    assert reason(500.0, trend_of(full / 16_000)) == ("TOO_FEW", "few_events")
    assert reason(8e6, trend_of(full)) == ("OK", "")


def test_what_failed_within_a_day_is_missed_however_young() -> None:
    index = grid(END - timedelta(days=28))
    seen = trend_of(pd.Series(1000.0, index=index).where(index > pd.Timestamp(END - timedelta(hours=20))))
    slo = SloTarget("cart", "availability", 0.999, timedelta(days=28).total_seconds())
    counts = SLO_COUNTS.frame(
        [{"service": "cart", "name": "availability", "span": "window", "total": 240_000, "bad": 2400}]
    )
    assert list(summarise(counts, [slo], {slo.ref: seen}, window())["state"]) == ["BAD"]
