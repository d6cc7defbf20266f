"""Onsets and ends of SLO events against the moments at which a simulated service really began to fail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.incidents import outages
from prodmeet_kit.analysis.slo import event_times
from prodmeet_kit.analysis.slo import events as slo_events
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.schemas.frames import INCIDENTS, SLO_EVENTS
from tests.support.counts import count
from tests.support.grids import STEP, window
from tests.support.scraped import Scraped, requests

WINDOW = window()
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Outage:
    """Requests a second on so many targets, the share that fails usually and in the outage, and how long that is."""

    rate: float
    targets: int
    objective: float
    usual: float
    level: float
    lasts_s: float


OUTAGES = {
    "half of many": Outage(20, 3, 0.999, 0.0001, 0.5, 1500),
    "all of few": Outage(2, 2, 0.99, 0.001, 1.0, 1500),
    "most of one in three seconds": Outage(0.3, 2, 0.99, 0.001, 0.8, 3000),
    "a fiftieth, beside everyday failures": Outage(20, 4, 0.999, 0.0005, 0.02, 5400),
}


def seen(outage: Outage, scrape_s: float, seed: int) -> tuple[Scraped, float, float]:
    """Twelve hours to noon with an outage at some moment of the sixth, and when it began and ended."""
    rng = np.random.default_rng(seed)
    begin, end = NOON.timestamp() - 12 * 3600, NOON.timestamp()
    onset = end - 6 * 3600 + rng.uniform(0, 600)
    total = requests(rng, outage.rate, begin, end)
    failing = (total >= onset) & (total < onset + outage.lasts_s)
    bad = total[rng.random(len(total)) < np.where(failing, outage.level, outage.usual)]
    return Scraped(rng, (total, bad), scrape_s, (begin - 300, end), outage.targets), onset, onset + outage.lasts_s


def ranges(outage: Outage, scrape_s: float, *, fine: bool, worlds: int) -> pd.DataFrame:
    """For each world whether the ranges hold the truth, how wide they are and how far their middles are off."""
    target, scrape = SloTarget("cart", "availability", outage.objective, 28 * 86_400.0), timedelta(seconds=scrape_s)
    told = []
    for seed in range(worlds):
        counters, onset, end = seen(outage, scrape_s, seed)
        trends = {target.ref: counters.trend(NOON - timedelta(hours=11), NOON, STEP)}
        events = slo_events.slo_events(trends, [target], WINDOW)
        around = timedelta(minutes=30)
        closer = {
            target.ref: [
                (counters.trend(first - around, last + around, scrape), scrape, 2 * scrape)
                for first, last in zip(events["onset"], events["end"], strict=True)
            ]
        }
        found = event_times.refined(events, trends, [target], STEP, scrape, closer if fine else None)
        row = SLO_EVENTS.check(found).iloc[int(found["bad"].argmax())]
        for truth, name in ((onset, "onset"), (end, "end")):
            low, high = (row[f"{name}_{side}"].timestamp() for side in ("from", "to"))
            off = abs((low + high) / 2 - truth), abs(row[name].timestamp() - truth)
            told.append((name, low <= truth <= high, high - low, *off, row[f"{name}_step_s"]))
    return pd.DataFrame(told, columns=["of", "holds", "width", "off", "off_before", "step"])


@pytest.mark.parametrize("scrape_s", [15.0, 60.0])
@pytest.mark.parametrize("name", OUTAGES)
def test_a_range_at_scrape_step_holds_the_truth_and_is_two_scrapes_wide(name: str, scrape_s: float) -> None:
    outage = OUTAGES[name]
    found = ranges(outage, scrape_s, fine=True, worlds=count(12, 200))
    assert found["holds"].mean() >= 0.95
    assert (found["step"] == scrape_s).all()
    # Besides the two scrapes, the time until the third request of the outage failed.
    alone = 3 / (outage.rate * outage.level)
    assert found["width"].median() <= 2 * scrape_s + max(10 * alone, 20)
    assert found["off"].quantile(0.9) <= scrape_s + 3 * alone + 10


@pytest.mark.parametrize("name", OUTAGES)
def test_where_no_finer_data_are_kept_the_range_is_a_step_and_a_scrape_wide(name: str) -> None:
    found = ranges(OUTAGES[name], 60.0, fine=False, worlds=count(12, 200))
    assert found["holds"].mean() >= 0.95
    assert found["width"].min() > 359 and found["width"].quantile(0.9) < 480
    assert (found["step"] == STEP.total_seconds()).all()
    assert found["off_before"].max() > 120  # the grid alone is minutes off


@pytest.mark.parametrize("fine", [True, False])
def test_the_fast_part_of_a_slow_burn_has_a_range_of_its_own(fine: bool) -> None:
    target, minute = SloTarget("cart", "availability", 0.99, 28 * 86_400.0), timedelta(minutes=1)
    begin, end = NOON.timestamp() - 30 * 3600, NOON.timestamp()
    widths, held = [], []
    for seed in range(count(6, 60)):
        rng = np.random.default_rng(seed)
        slow, fast = begin + 8 * 3600 + rng.uniform(0, 600), begin + 20 * 3600 + rng.uniform(0, 600)
        total = requests(rng, 4.0, begin, end)
        share = np.where(total >= slow, 0.036, 0.0005)
        share[(total >= fast) & (total < fast + 3000)] = 0.7
        counters = Scraped(rng, (total, total[rng.random(len(total)) < share]), 60.0, (begin - 300, end), 2)
        trends = {target.ref: counters.trend(NOON - timedelta(hours=29), NOON, STEP)}
        events = slo_events.slo_events(trends, [target], WINDOW)
        start = datetime.fromtimestamp(fast, UTC)
        incident = {"id": "I", "services": ["cart"], "start": start + 9 * minute, "end": start + 60 * minute}
        found = outages.outages(INCIDENTS.frame([incident]), events, trends, [target], WINDOW)
        near = counters.trend(start.replace(minute=0, second=0) - timedelta(hours=1), start + 55 * minute, minute)
        closer = {target.ref: [(near, minute, 2 * minute)]} if fine else None
        row = event_times.with_fast_onsets(found, events, trends, [target], STEP, minute, closer).iloc[0]
        low, high = row["onset_from"].timestamp(), row["onset_to"].timestamp()
        held.append(low <= fast <= high)
        widths.append(high - low)
    assert np.mean(held) >= 0.95
    assert np.median(widths) < (180 if fine else 460)


def one() -> tuple[SloTarget, pd.DataFrame, pd.DataFrame]:
    target = SloTarget("cart", "availability", 0.999, 28 * 86_400.0)
    counters, *_ = seen(OUTAGES["half of many"], 60.0, 1)
    trend = counters.trend(NOON - timedelta(hours=11), NOON, STEP)
    fine = counters.trend(NOON - timedelta(hours=7), NOON - timedelta(hours=4), timedelta(minutes=1))
    return target, trend, fine


def test_a_finer_answer_with_no_more_points_than_the_trend_is_none() -> None:
    target, trend, fine = one()
    fine[pd.DatetimeIndex(fine.index).minute % 5 != 0] = np.nan  # a back end that keeps a point every five minutes
    minute = timedelta(minutes=1)
    events = slo_events.slo_events({target.ref: trend}, [target], WINDOW)
    rest = {target.ref: trend}, [target], STEP, minute
    coarse = event_times.refined(events, *rest)
    for stretch in (fine, fine * np.nan, fine.iloc[:0]):
        found = event_times.refined(events, *rest, {target.ref: [(stretch, minute, 2 * minute)]})
        pd.testing.assert_frame_equal(found, coarse)


def test_the_end_of_what_still_burns_is_not_known() -> None:
    target, trend, _ = one()
    events = slo_events.slo_events({target.ref: trend}, [target], WINDOW).assign(ongoing=True)
    found = event_times.refined(events, {target.ref: trend}, [target], STEP, timedelta(minutes=1))
    assert found["onset_from"].notna().all() and found["end_from"].isna().all() and found["end_step_s"].isna().all()


def test_a_smoothed_query_makes_a_wider_range() -> None:
    target, trend, fine = one()
    events = slo_events.slo_events({target.ref: trend}, [target], WINDOW)
    minute = timedelta(minutes=1)

    def width(reach: timedelta) -> float:
        found = event_times.refined(
            events, {target.ref: trend}, [target], STEP, minute, {target.ref: [(fine, minute, reach)]}
        )
        return float((found["onset_to"] - found["onset_from"]).dt.total_seconds().iloc[0])

    assert width(5 * minute) - width(2 * minute) == 180


def test_without_events_there_is_nothing_to_refine() -> None:
    found = event_times.refined(SLO_EVENTS.frame(), {}, [], STEP, timedelta(minutes=1))
    assert SLO_EVENTS.check(found).empty
