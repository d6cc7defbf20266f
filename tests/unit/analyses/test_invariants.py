"""What holds for every product and every history: shares are shares, parts add up, a frozen review is the live one."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from prodmeet_kit.analyses import Analyses
from prodmeet_kit.analysis.slo import burn_rates
from prodmeet_kit.archive.layout import record_text
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.facts import Answer, Facts
from prodmeet_kit.review import Review
from prodmeet_kit.schemas.frames import rows
from prodmeet_kit.snapshot import freeze, reopen
from tests.support.counts import count
from tests.support.exact_server import STEP, Events, facts, product, window

pytestmark = pytest.mark.takes(40)

REPEATABLE = settings(
    derandomize=True,
    deadline=None,
    max_examples=count(15, 40),
    database=None,
    phases=[Phase.explicit, Phase.generate],  # a world comes from a seed: there is nothing to shrink
    suppress_health_check=[HealthCheck.too_slow],
)
ROUNDING = 1e-9

ZONES = ("UTC", "Europe/Berlin", "Asia/Tokyo", "America/New_York")
ENDS = st.integers(0, 400 * 24).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours))
OBJECTIVES = st.sampled_from([0.0, 50.0, 90.0, 99.0, 99.9, 99.99, 100.0])
TRAFFIC = st.sampled_from([0.0, 0.02, 3.0, 1000.0])
FAILING = st.sampled_from([0.0, 0.0005, 0.02, 0.7, 1.0])


class World:
    """What a server says, and what it says it from. No dataclass: hypothesis would print all of it."""

    def __init__(self, facts: Facts, events: Mapping[str, Events]):
        self.facts = facts
        self.events = events

    def __repr__(self) -> str:
        return f"<World of {', '.join(self.events)} to {self.facts.window.end}>"


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to three services and ``whole``, the sum of them all, with gaps in scraping and bursts of errors."""
    timezone, end = draw(st.sampled_from(ZONES)), draw(ENDS)
    span = window(end, timezone)
    begin = span.history_start - timedelta(days=15)  # the SLO window of the last meeting begins before the history
    ends = pd.date_range(begin + STEP, span.end, freq=STEP, name="time").as_unit("ns")
    names = ["cart", "web", "mail"][: draw(st.integers(1, 3))]
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    known = np.ones(len(ends), dtype=bool)
    for _ in range(draw(st.integers(0, 3))):
        first = int(random.integers(0, len(ends)))
        known[first : first + int(random.integers(1, 60))] = False
    events = {}
    for name in names:
        total = random.poisson(draw(TRAFFIC), len(ends)).astype(np.float64)
        share = np.full(len(ends), draw(FAILING) / 10)
        first = int(random.integers(0, len(ends)))
        share[first : first + int(random.integers(1, 24))] = draw(FAILING)
        events[name] = Events(ends, random.binomial(total.astype(np.int64), share).astype(np.float64), total, known)
    bad = np.sum([each.bad for each in events.values()], axis=0)
    events["whole"] = Events(ends, bad, np.sum([each.total for each in events.values()], axis=0), known)
    shop = product({name: draw(OBJECTIVES) for name in events}, timezone)
    return World(facts(shop, span, events), events)


ANY_COUNT = st.one_of(st.floats(-10, 1e9), st.sampled_from([math.nan, 0.0, -0.0, 1e-12, 1e300]))


@REPEATABLE
@given(worlds(), st.data())
def test_a_share_is_never_outside_zero_and_one_whatever_the_server_says(world: World, data: st.DataObject) -> None:
    known = world.facts
    random = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    answers = {}
    for key, answer in known.answers.items():
        assert answer.frame is not None
        frame = answer.frame.copy()
        if answer.question.instant:
            frame.iloc[:, 0] = data.draw(ANY_COUNT)
        else:
            frame.iloc[:, 0] = random.choice([math.nan, -3.0, 0.0, 1e-12, 2.0, 5e8], len(frame))
        answers[key] = replace(answer, frame=frame)
    analyses = Analyses(replace(known, answers=answers))
    for row in rows(analyses.slo.summary):
        if row["state"] == "NO_DATA":
            assert math.isnan(row["attainment"])
            continue
        assert 0 <= row["attainment"] <= 1
        assert 0 <= row["bad"] <= row["total"]
        assert row["good"] >= 0
        assert 0 <= row["missing_fraction"] <= 1
        assert not row["budget_spent_since_last"] < 0
    for ref in analyses.slo.trends:
        for hours in (1, 6, 72):
            ratio = analyses.slo.error_ratio(ref, timedelta(hours=hours))
            assert ratio is not None
            assert ratio.dropna().between(0, 1).all()


def between(events: Events, start: datetime, end: datetime) -> tuple[float, float]:
    inside = (events.ends > pd.Timestamp(start)) & (events.ends <= pd.Timestamp(end))
    return float(events.bad[inside].sum()), float(events.total[inside].sum())


@REPEATABLE
@given(worlds())
def test_counts_are_those_of_the_events_and_a_part_of_the_window_has_no_more_bad_ones(
    world: World,
) -> None:
    known, events = world.facts, world.events
    span = known.window
    counts = {(row["service"], row["span"]): row for row in rows(Analyses(known).slo.counts)}
    for name, seen in events.items():
        for part, start, end in (
            ("window", span.end - timedelta(days=28), span.end),
            ("since", span.start, span.end),
            ("previous", span.start - timedelta(days=28), span.start),
        ):
            found = counts[name, part]
            assert (found["bad"], found["total"]) == pytest.approx(between(seen, start, end), rel=ROUNDING)
        assert counts[name, "since"]["bad"] <= counts[name, "window"]["bad"] * (1 + ROUNDING)


@REPEATABLE
@given(worlds(), st.lists(st.integers(0, 28 * 24), min_size=2, max_size=2, unique=True))
def test_a_stretch_of_a_trend_has_no_more_bad_events_than_a_longer_one(world: World, hours: list[int]) -> None:
    known = world.facts
    end = pd.Timestamp(known.window.end)
    short, long = (pd.DatetimeIndex([end - pd.Timedelta(hours=hour)]) for hour in sorted(hours))
    for trend in Analyses(known).slo.trends.values():
        inner, outer = (
            burn_rates.events_between(trend, STEP, start, pd.DatetimeIndex([end])).iloc[0] for start in (short, long)
        )
        assert inner["bad"] <= outer["bad"] * (1 + ROUNDING)
        assert inner["total"] <= outer["total"] * (1 + ROUNDING)


@REPEATABLE
@given(worlds(), st.lists(st.integers(1, 28 * 24 - 1), max_size=6, unique=True))
def test_splitting_the_window_changes_nothing(world: World, cuts: list[int]) -> None:
    known, events = world.facts, world.events
    span = known.window
    begin = span.end - timedelta(days=28)
    edges = pd.DatetimeIndex([begin, *(begin + timedelta(hours=cut) for cut in sorted(cuts)), span.end])
    for ref, trend in Analyses(known).slo.trends.items():
        parts = burn_rates.events_between(trend, STEP, edges[:-1], edges[1:])
        seen = events[ref.split("/")[0]]
        scraped = Events(seen.ends, np.where(seen.known, seen.bad, 0), np.where(seen.known, seen.total, 0), seen.known)
        whole = between(scraped, begin, span.end)
        assert (parts["bad"].sum(), parts["total"].sum()) == pytest.approx(whole, rel=ROUNDING)
        # What the trend cannot place is what fell into gaps, and nothing else.
        bad, total = between(seen, begin, span.end)
        assert whole[0] <= bad and whole[1] <= total
        if seen.known.all():
            assert whole == (bad, total)


@REPEATABLE
@given(worlds())
def test_services_add_up_to_the_product(world: World) -> None:
    known = world.facts
    analyses = Analyses(known)
    slos = analyses.slo.summary.set_index("service")
    parts, whole = slos.drop("whole"), slos.loc["whole"]
    for column in ("total", "bad", "good"):
        assert parts[column].sum() == pytest.approx(whole[column] if whole["total"] > 0 else 0, rel=ROUNDING, abs=1e-6)
    attained = parts["attainment"].dropna()
    if whole["state"] != "NO_DATA":
        assert attained.min() - ROUNDING <= whole["attainment"] <= attained.max() + ROUNDING
    trends = analyses.slo.trends
    summed = sum(trend["bad"].fillna(0) for ref, trend in trends.items() if ref != "whole/availability")
    np.testing.assert_allclose(summed, trends["whole/availability"]["bad"].fillna(0), rtol=ROUNDING, atol=1e-9)


@REPEATABLE
@given(worlds())
def test_what_each_part_and_each_service_spent_adds_up_to_what_was_spent(
    world: World,
) -> None:
    analyses = Analyses(world.facts)
    parts, slos = analyses.budget.parts, analyses.slo.summary
    recent = analyses.slo.counts.query("span == 'since'").set_index("service")["bad"]
    for row in rows(slos[slos["total"] > 0]):
        its = parts[parts["service"] == row["service"]]
        assert its["bad"].sum() == pytest.approx(recent[row["service"]], rel=ROUNDING, abs=1e-6)
        if row["objective"] < 1:
            assert its["share"].sum() == pytest.approx(row["budget_spent_since_last"], rel=ROUNDING, abs=ROUNDING)
    spent = slos.loc[(slos["total"] > 0) & (slos["objective"] < 1), "budget_spent_since_last"]
    by_service = analyses.budget.by_service
    assert by_service["share"].sum() == pytest.approx(spent.sum(), rel=ROUNDING, abs=ROUNDING)
    assert by_service["share_of_product"].sum() == pytest.approx(
        spent.mean() if len(spent) else 0.0, abs=1e-6, rel=1e-6
    )


ODD = st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -1.5, 1e-300, 3.0])


@st.composite
def odd_worlds(draw: st.DrawFn) -> World:
    """Facts in which some questions failed, some came back empty, and some values are odd."""
    world = draw(worlds())
    known = world.facts
    answers: dict[str, Answer] = {}
    for key, answer in known.answers.items():
        assert answer.frame is not None
        how = draw(st.sampled_from(["well", "well", "well", "odd", "empty", "failed"]))
        changes: dict[str, Any] = {}
        if how == "failed":
            changes = {"frame": None, "error": draw(st.text(max_size=20)) or "no answer", "points": 0}
        elif how == "empty":
            changes = {"frame": answer.frame.iloc[:, :0], "points": 0}
        elif how == "odd" and key.startswith(("load/", "resource/")):
            frame = answer.frame.copy()
            frame.iloc[draw(st.integers(0, len(frame) - 1)) :: 7, 0] = draw(ODD)
            changes = {"frame": frame}
        answers[key] = replace(answer, **changes)
    return World(replace(known, answers=answers), world.events)


@settings(parent=REPEATABLE, max_examples=count(6, 15))
@given(odd_worlds())
def test_a_snapshot_gives_the_numbers_of_the_live_review(world: World) -> None:
    live = world.facts
    now = datetime(2026, 11, 24, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        frozen = reopen(freeze(live, Path(folder) / "snapshot"))
    assert record_text(record(Review(frozen), generated_at=now)) == record_text(record(Review(live), generated_at=now))
