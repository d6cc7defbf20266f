"""No page is late that came no later than a standard rule could have; a page that came long after it is."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.alerting import burn_replay
from prodmeet_kit.analysis.alerting.standard_rules import time_to_detect
from prodmeet_kit.analysis.paging import verdicts_on_pages as paging
from prodmeet_kit.analysis.slo import event_times
from prodmeet_kit.analysis.slo import events as slo_events
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.burn_rates import PAGE, TICKET, Condition
from prodmeet_kit.schemas.frames import EPISODES, INCIDENTS
from tests.support.counts import count
from tests.support.grids import END, at, grid, trend, window

WINDOW = window()
SLO = SloTarget("cart", "availability", 0.999, timedelta(days=28).total_seconds())
STEP, MINUTE, SCRAPE = WINDOW.step, timedelta(minutes=1), timedelta(seconds=15)
BEGIN = END - timedelta(days=6)
RATE = 40.0  # requests a second


def burning(onset: pd.Timestamp, lasts: timedelta, ratio: float, step: timedelta) -> pd.DataFrame:
    """A trend in steps: exactly this ratio of the requests fails from the onset on for so long."""
    index = grid(BEGIN, step=step)
    ends = index.as_unit("ns").asi8 / 1e9
    first, last = onset.timestamp(), onset.timestamp() + lasts.total_seconds()
    failing = np.clip(np.minimum(ends, last) - np.maximum(ends - step.total_seconds(), first), 0, None)
    return pd.DataFrame({"total": RATE * step.total_seconds(), "bad": RATE * ratio * failing}, index=index)


def world(seed: int) -> tuple[pd.Timestamp, timedelta, float]:
    """An onset at any second, how long it burns, and which share fails: 8 to 1,000 times the budget."""
    rng = np.random.default_rng(seed)
    onset = pd.Timestamp(END - timedelta(days=2)) + pd.Timedelta(seconds=int(rng.integers(0, 7200)))
    ratio = 0.001 * float(np.exp(rng.uniform(np.log(8), np.log(1000))))
    return onset, timedelta(hours=float(rng.uniform(6, 12))), ratio


def judged(
    onset: pd.Timestamp, lasts: timedelta, ratio: float, page: pd.Timestamp, *, fine: bool
) -> tuple[str, pd.DataFrame]:
    """The verdict of a page at this moment, and the SLO events."""
    trends = {SLO.ref: burning(onset, lasts, ratio, STEP)}
    near = burning(onset, lasts, ratio, SCRAPE)
    start = onset.floor("5min") - timedelta(minutes=30)
    stretches = {SLO.ref: [(near[(near.index > start) & (near.index <= start + 15 * STEP)], SCRAPE, 2 * SCRAPE)]}
    events = slo_events.slo_events(trends, [SLO], WINDOW)
    known = stretches if fine else None
    events = event_times.refined(events, trends, [SLO], STEP, SCRAPE, known)
    one = {"id": "p", "alert": "Burn", "service": "cart", "page": True, "start": page, "end": page + MINUTE}
    found = paging.judge(EPISODES.frame([one]), events, INCIDENTS.frame(), trends, [SLO], WINDOW, fine=known)
    return str(found["suggested_verdict"].iloc[0]), events


def standard_s(ratio: float) -> float:
    """Seconds until the fastest standard page rule finds a burn, by theory."""
    return min(time_to_detect(ratio, SLO.objective, condition) for condition in PAGE)


@pytest.mark.parametrize("fine", [True, False])
def test_a_page_of_the_standard_rule_is_never_late_and_one_long_after_it_is(fine: bool) -> None:
    wrong, found, worlds = 0, 0, count(25, 300)
    for seed in range(worlds):
        onset, lasts, ratio = world(seed)
        rng = np.random.default_rng(1000 + seed)
        # Evaluated once a minute at any second of it; what happened is seen at the next scrape.
        fires = onset + pd.Timedelta(seconds=standard_s(ratio) + rng.uniform(0, 60))
        wrong += judged(onset, lasts, ratio, fires, fine=fine)[0] != "right"
        late = max(fires + 2 * STEP + 2 * MINUTE, onset + timedelta(minutes=37))
        found += judged(onset, lasts, ratio, late, fine=fine)[0] == "late"
    assert wrong == 0
    assert found == worlds


def test_without_a_standard_to_measure_by_half_an_hour_is() -> None:
    onset = pd.Timestamp(END - timedelta(days=2))
    page = onset + timedelta(minutes=36)
    one = {"id": "p", "alert": "Burn", "service": "cart", "page": True, "start": page, "end": page + MINUTE}
    incident = {"id": "I", "services": ["cart"], "start": onset, "end": onset + timedelta(hours=5)}
    for bad, verdict in (
        ({}, "late"),  # the SLI saw nothing: people's words are all there is
        (
            {("2026-11-22T10:00", "2026-11-22T15:00"): 4.0},
            "right",
        ),  # 4 times the pace: no rule pages, a ticket is later
    ):
        trends = {SLO.ref: trend(grid(END - timedelta(days=28)), bad=bad)}
        found = paging.judge(
            EPISODES.frame([one]), slo_events.slo_events(trends, [SLO], WINDOW), INCIDENTS.frame([incident]),
            trends, [SLO], WINDOW,
        )  # fmt: skip
        assert found[["suggested_verdict", "reason"]].to_numpy().tolist() == [[verdict, "incident"]]


@pytest.mark.parametrize("condition", [*PAGE, *TICKET])
@pytest.mark.parametrize("fine", [True, False])
def test_the_replay_of_a_rule_holds_the_moment_of_the_theory(condition: Condition, fine: bool) -> None:
    for seed in range(count(10, 100)):
        onset, _, _ = world(seed)
        ratio = condition.factor * 0.001 * (1.2 + seed % 7)
        trend_ = burning(onset, timedelta(days=2), ratio, STEP)
        near = burning(onset, timedelta(days=2), ratio, SCRAPE)
        start = onset.floor("5min") - timedelta(minutes=30)
        part = near[(near.index > start) & (near.index <= start + 12 * STEP)]
        series = burn_replay.Series(trend_, STEP, [(part, SCRAPE, 2 * SCRAPE)] if fine else [])
        firing = series.first(condition, SLO.objective, onset, END)
        truth = onset + pd.Timedelta(seconds=time_to_detect(ratio, SLO.objective, condition))
        if truth > pd.Timestamp(END):
            continue
        assert firing is not None
        evaluated = onset + pd.Timedelta(seconds=60 * ceil((truth - onset).total_seconds() / 60))
        # The step before a burn that starts in it is shared evenly over a window that cuts it.
        slack = pd.Timedelta(seconds=1)
        assert firing.earliest - slack <= truth and evaluated <= firing.latest + slack
        inside = fine and truth <= start + 12 * STEP
        assert firing.step == (SCRAPE if inside else STEP)


def test_a_rule_that_holds_already_tells_at_the_start() -> None:
    onset = at("2026-11-22T10:00")
    series = burn_replay.Series(burning(onset, timedelta(hours=5), 0.5, STEP), STEP)
    firing = series.first(PAGE[0], SLO.objective, onset + timedelta(hours=1), END)
    assert firing is not None and firing.at == onset + timedelta(hours=1)
    assert burn_replay.Series(burning(onset, timedelta(0), 0.5, STEP), STEP).first(PAGE[0], 0.999, onset, END) is None
