"""First events of new series, in worlds where every event is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from prodmeet_kit.core import promql
from prodmeet_kit.core.promql import Term
from prodmeet_kit.sli.born import Evidence, Increments, evidence, increments, target_of
from tests.support.births_world import CODES, KINDS, Scraped, World, world
from tests.support.counts import count
from tests.support.recount import events_in

END = datetime(2026, 11, 24, 10, tzinfo=UTC)
START = END - timedelta(days=28)
BEFORE = START - timedelta(days=2)
WORLDS = count(12, 200)


def told(found: Increments, *columns: str) -> float:
    inside = (found.times > START.timestamp() * 1000) & (found.times <= END.timestamp() * 1000)
    return sum(float(found.amounts[name][inside].sum()) for name in columns)


def known(of: World) -> Evidence:
    """As the kit knows it: samples of the counters, and of targets of which nothing else is known their processes."""
    found = evidence(of.of("http_requests_total"))
    processes: dict[object, list[float]] = {}
    for each in of.of("process_start_time_seconds"):
        processes[target_of(each.labels)] = np.unique(each.values).tolist()
    series = {target_of(each.labels) for each in of.of("http_requests_total")}
    mine = {
        target: processes[target_of(dict(target[:2]))] for target in series if target_of(dict(target[:2])) in processes
    }
    return Evidence(found.begin, found.scraped, mine)


def failed(of: World) -> int:
    return events_in(of.failed, START.timestamp(), END.timestamp())


def measured(kind: str) -> np.ndarray:
    """For each world: true bad events, those that ``increase`` sees, those that are counted, those not known."""
    rows = []
    for seed in range(WORLDS):
        of = world(kind, BEFORE, END, seed)
        found = increments(of.of("http_requests_total", codes=CODES), known(of))
        rows.append((failed(of), told(found, "counted"), told(found, "counted", "born"), told(found, "unsure")))
    return np.array(rows, dtype=float)


@pytest.mark.parametrize("kind", KINDS)
def test_what_failed_is_counted_to_one_event(kind: str) -> None:
    true, plain, whole, _ = measured(kind).T
    assert (true < 100).mean() > 0.95
    # What fails between the last scrape of a process and its end no scrape can see: of a life of an hour and a half
    # half a minute is half a per cent.
    least = 0.85 if kind == "deployed every hour" else 0.97
    assert (np.abs(whole - true) <= 1).mean() >= least, np.abs(whole - true)
    assert np.abs(whole - true).mean() <= 0.5
    assert (whole <= true).all()
    assert plain.sum() < 0.9 * true.sum()  # the worlds are such that it matters


MINUTES = 1_700_000_017_250 + 60_000 * np.arange(600)


def series(values: list[float], first: int, **labels: str) -> Scraped:
    at = MINUTES[first : first + len(values)]
    return Scraped({"__name__": "x", "instance": "a:1", "code": "500", **labels}, at, np.array(values))


def other(**labels: str) -> Scraped:
    return Scraped({"__name__": "x", "instance": "a:1", "code": "200", **labels}, MINUTES, np.arange(600.0))


def amounts(of: list[Scraped], beside: list[Scraped]) -> tuple[float, float, float]:
    found = increments(of, evidence([*of, *beside]))
    counted, born, unsure = (float(found.amounts[name].sum()) for name in ("counted", "born", "unsure"))
    return counted, born, unsure


def test_a_target_that_was_scraped_without_the_series_tells_that_it_was_born() -> None:
    assert amounts([series([2, 2, 3], 100)], [other()]) == (1, 2, 0)


def test_another_target_tells_nothing() -> None:
    assert amounts([series([2, 2, 3], 100)], [other(instance="b:1")]) == (1, 0, 2)


def test_what_is_there_when_the_data_begins_is_old() -> None:
    assert amounts([series([7, 7, 8], 0)], [other()]) == (1, 0, 0)


def test_a_series_that_comes_back_counts_from_zero_again_and_never_twice() -> None:
    ones = series([1] * 5, 100)
    again = Scraped(ones.labels, np.concatenate([ones.times, MINUTES[300:303]]), np.array([1, 1, 1, 1, 1, 1, 1, 2.0]))
    assert amounts([again], [other()]) == (1, 2, 0)  # born with 1, born again with 1, and one more
    fell = Scraped(ones.labels, again.times, np.array([3, 3, 3, 3, 3, 1, 1, 1.0]))
    assert amounts([fell], [other()]) == (1, 3, 0)  # increase counts the 1 after the fall itself


def test_a_gap_of_the_target_is_no_end_of_the_series() -> None:
    at = np.concatenate([MINUTES[:100], MINUTES[300:]])
    errors = Scraped({"__name__": "x", "instance": "a:1", "code": "500"}, at, np.ones(400))
    whole = Scraped({"__name__": "x", "instance": "a:1", "code": "200"}, at, np.ones(400))
    assert amounts([errors], [whole]) == (0, 0, 0)


def test_rules_that_are_evaluated_one_after_another_are_no_new_series() -> None:
    old = np.full(600, 500.0)
    codes = ("500", "501", "502", "503", "200")
    shifted = [Scraped({"__name__": "x", "code": code}, MINUTES + 7000 * at, old) for at, code in enumerate(codes)]
    assert amounts(shifted[:4], shifted) == (0, 0, 0)


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ('sum(rate(x{code=~"5.."}[{{.window}}]))', (Term('x{code=~"5.."}', 1.0),)),
        ("sum by (a) (increase(x[{{.window}}])) or vector(0)", (Term("x", 1.0),)),
        ("sum(rate(x[{{.window}}])) - sum(rate(y[{{.window}}]))", (Term("x", 1.0), Term("y", -1.0))),
        ("0.5 * sum(rate(x[{{.window}}]))", (Term("x", 0.5),)),
        ("sum(sum_over_time(x[{{.window}}]))", ()),
        ("sum(rate(x[{{.window}}] offset 1h))", None),
        ("sum(rate(x[{{.window}}]) > 0)", None),
        ("max(rate(x[{{.window}}]))", None),
        ("sum(rate(x[5m]))", None),
        ("sum(rate(x[{{.window}}])) *", None),
    ],
)
def test_what_a_query_adds_up(query: str, terms: tuple[Term, ...] | None) -> None:
    assert promql.counters(query) == terms
