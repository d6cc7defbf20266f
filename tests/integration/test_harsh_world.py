"""Every number of a review of the harsh world, against a slow recount of its events and samples.

Two distances are held apart. The kit equals what Prometheus' rules make of the
samples to 1e-9 (EXACT). What the samples can know differs from what truly
happened by events no scrape saw; how many those are is counted one by one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from prodmeet_kit.demo.server import backfill, running_prometheus
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.review import Review, window_of
from tests.support import harsh_products, recount
from tests.support.frozen_review import check
from tests.support.harsh_products import STEP_S
from tests.support.harsh_world import Counter, HarshWorld, build

pytestmark = pytest.mark.integration

EXACT = 1e-9
"""Relative: only the order of sums differs."""

REACH_S = STEP_S + 60
WEEKS_S = 28 * 86_400.0


@dataclass(frozen=True)
class Span:
    """A window worked out by hand, in seconds since the epoch."""

    before: float
    start: float
    end: float


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


SPANS = {
    # 10:00 in Berlin is 08:00 UTC in summer and 09:00 UTC since 25 October.
    "berlin": Span(utc("2026-09-30T08:00"), utc("2026-10-14T08:00"), utc("2026-10-28T09:00")),
    "tokyo": Span(utc("2026-09-30T01:00"), utc("2026-10-14T01:00"), utc("2026-10-28T01:00")),
}
BAD = {"strict/spotless": ["503"]}
BORN = {"young/availability"}
"""SLOs with few bad events and series that are born with an event."""
SLO_WINDOWS = {"restless/week": 7 * 86_400.0}


@dataclass(frozen=True)
class Reviewed:
    """A product's review and, beside it, the recount's view of the same world."""

    review: Review
    world: HarshWorld
    span: Span
    old_server: bool
    made: dict[tuple[str, ...], recount.Series] = field(default_factory=dict)

    def row(self, kind: str, service: str, name: str) -> dict[str, Any]:
        """One row of ``review.json``."""
        (row,) = (row for row in _json(self.review)[kind] if (row["service"], row["name"]) == (service, name))
        return dict(row)

    @property
    def grid(self) -> list[float]:
        return [self.span.before + STEP_S * k for k in range(1, round((self.span.end - self.span.before) / STEP_S) + 1)]

    def counted(self, service: str, codes: list[str], start: float, end: float) -> float:
        """``sum(increase)`` over the counters; NaN when none of them has two samples there."""
        parts = [
            recount.increase(recount.between(counter.samples, start, end), start, end, old=self.old_server)
            for counter in self.world.counted(service, codes)
        ]
        known = [part for part in parts if part is not None]
        return math.fsum(known) if known else math.nan

    def events(self, service: str, slo: str, start: float, end: float) -> tuple[float, float]:
        """Bad and total events as the samples tell; no bad series means that nothing failed."""
        bad = self.counted(service, BAD.get(f"{service}/{slo}", ["500", "503"]), start, end)
        total = self.counted(service, [], start, end)
        return (0.0 if math.isnan(bad) and not math.isnan(total) else bad), total

    def per_bucket(self, service: str, codes: tuple[str, ...] = ()) -> recount.Series:
        """Events of each bucket on the review's grid."""
        if (service, *codes) not in self.made:
            self.made[service, *codes] = recount.summed(
                recount.in_buckets(counter.samples, self.grid, STEP_S, REACH_S, old=self.old_server)
                for counter in self.world.counted(service, codes)
            )
        return self.made[service, *codes]


@cache
def _json(review: Review) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(json.dumps(record(review)))
    return content


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Reviewed]]:
    """Both products gathered from a real Prometheus that holds the harsh world. About twenty seconds."""
    world = build()
    data = tmp_path_factory.mktemp("harsh") / "tsdb"
    backfill(world.openmetrics_days(), data)
    with running_prometheus(data) as url:
        made = {}
        for product in (harsh_products.berlin(url), harsh_products.tokyo(url)):
            window = window_of(product, end="2026-10-28T10:00")
            review = Review(gather(product, window, folder=data))
            made[product.product] = Reviewed(
                review, world, SPANS[product.product], _looks_for_zero_first(review, world)
            )
        yield made


def _looks_for_zero_first(review: Review, world: HarshWorld) -> bool:
    """Which of the two rules for the zero point this server follows, told by a counter that was born in the window."""
    span = SPANS[review.facts.product.product]
    value = review.facts.value("slo/churning/availability/total/window") * WEEKS_S
    sums = []
    for old in (True, False):
        parts = (
            recount.increase(
                recount.between(c.samples, span.end - WEEKS_S, span.end), span.end - WEEKS_S, span.end, old=old
            )
            for c in world.counted("churning")
        )
        sums.append(math.fsum(part for part in parts if part is not None))
    return abs(value - sums[0]) <= abs(value - sums[1])


@pytest.mark.parametrize("product", SPANS)
def test_review_json_is_as_frozen_but_for_texts(reviews: Mapping[str, Reviewed], product: str) -> None:
    seen = reviews[product]  # frozen by the older rule for the zero point; numbers of the newer are recounted below
    check(f"harsh_{product}", _json(seen.review), values=seen.old_server)


BERLIN_SLOS = [
    f"{service}/{slo['name']}" for service, parts in harsh_products.SERVICES.items() for slo in parts["slos"]
]
SLOS = [
    *(("berlin", name) for name in BERLIN_SLOS),
    *(("tokyo", name) for name in BERLIN_SLOS if name.split("/")[0] in ("restless", "churning", "rare")),
]


def close(value: float) -> Any:
    """Near the value; ``review.json`` writes one that is not finite as ``None``."""
    return pytest.approx(value, rel=EXACT, abs=1e-12) if math.isfinite(value) else None


def same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=EXACT, abs_tol=1e-12) or (math.isnan(one) and math.isnan(other))


def share(part: float, whole: float) -> float:
    return part / whole if whole else math.inf if part else math.nan


def test_the_windows_are_whole_days_on_each_products_own_clock(reviews: Mapping[str, Reviewed]) -> None:
    for name, span in SPANS.items():
        window = reviews[name].review.facts.window
        assert [m.timestamp() for m in (window.compare_start, window.start, window.end)] == [
            span.before,
            span.start,
            span.end,
        ]
        local = [m.astimezone(ZoneInfo(window.timezone)) for m in (window.compare_start, window.start, window.end)]
        assert [f"{m:%d %H:%M}" for m in local] == ["30 10:00", "14 10:00", "28 10:00"]
    berlin, tokyo = SPANS["berlin"], SPANS["tokyo"]
    assert berlin.end - berlin.start == tokyo.end - tokyo.start + 3600  # the night of 25 October has an hour more
    assert berlin.end - tokyo.end == 8 * 3600


@pytest.mark.parametrize(("product", "name"), SLOS)
def test_an_slo_equals_the_recount_of_the_samples(reviews: Mapping[str, Reviewed], product: str, name: str) -> None:
    seen, (service, slo) = reviews[product], name.split("/")
    row, span = seen.row("slos", service, slo), seen.span
    length = SLO_WINDOWS.get(name, WEEKS_S)
    bad, total = seen.events(service, slo, span.end - length, span.end)
    recent_bad, recent_total = seen.events(service, slo, span.start, span.end)
    before_bad, before_total = seen.events(service, slo, span.start - length, span.start)
    budget = 1 - round(row["objective"], 6)

    assert row["total_plain"] == close(total)
    assert row["bad_plain"] == close(bad)
    if name in BORN:  # counted sample by sample, without extrapolation and with what was born
        assert row["bad"] == pytest.approx(bad, abs=3) and row["total"] == pytest.approx(total, abs=3)
        truth = [recount.events_in(c.events, span.end - length, span.end) for c in seen.world.counted(service, ["500"])]
        assert abs(row["bad"] - sum(truth)) <= 1
        return
    assert row["total"] == close(total)
    assert row["bad"] == close(bad)
    assert row["good"] == close(total - bad)
    assert row["attainment"] == close(1 - bad / total)
    assert row["budget_remaining"] == close(1 - share(bad, budget * total))
    assert row["budget_remaining_before"] == close(1 - share(before_bad, budget * before_total))
    assert row["budget_spent_since_last"] == close(share(recent_bad, budget * total))
    assert row["burn_rate"] == close(share(share(recent_bad, recent_total), budget))


@pytest.mark.parametrize(("product", "name"), SLOS)
def test_the_missing_share_and_each_bucket_of_a_trend_equal_the_recount(
    reviews: Mapping[str, Reviewed], product: str, name: str
) -> None:
    seen, (service, slo) = reviews[product], name.split("/")
    total = seen.per_bucket(service)
    bad = seen.per_bucket(service, tuple(BAD.get(name, ["500", "503"])))
    length = SLO_WINDOWS.get(name, WEEKS_S)
    steps = [at for at in seen.grid if at > seen.span.end - length]
    trend = seen.review.analyses.slo.trends.get(name)
    if not total:
        assert trend is None
        assert seen.row("slos", service, slo)["missing_fraction"] is None
        return
    missing = sum(at not in total for at in steps) / len(steps)
    assert seen.row("slos", service, slo)["missing_fraction"] == pytest.approx(missing, abs=1e-12)
    assert trend is not None
    for moment, found, failed in zip(trend.index, trend["total"].tolist(), trend["bad"].tolist(), strict=True):
        at = moment.timestamp()
        if name in BORN and at in total and not same(found, total[at]):
            assert 0 < found - total[at] <= 2, moment
            continue
        if name in BORN and not same(failed, bad.get(at, math.nan)):
            assert 0 < failed - bad.get(at, 0.0) <= 2, moment
            continue
        assert same(found, total.get(at, math.nan)), moment
        assert same(failed, bad.get(at, math.nan)), moment


STATES = {
    "restless/availability": "OK",
    "restless/week": "OK",
    "churning/availability": "BAD",
    "rare/availability": "TOO_FEW",
    "strict/always": "BAD",
    "strict/spotless": "OK",
    "hopeless/whatever": "OK",
    "gone/availability": "NO_DATA",
    "young/availability": "BAD",
}


def test_states_at_the_edges(reviews: Mapping[str, Reviewed]) -> None:
    rows = _json(reviews["berlin"].review)["slos"]
    assert {f"{row['service']}/{row['name']}": row["state"] for row in rows} == STATES
    found = {f"{row['service']}/{row['name']}": row for row in rows}
    assert found["hopeless/whatever"]["attainment"] == 0
    assert found["hopeless/whatever"]["budget_remaining"] == pytest.approx(0, abs=1e-12)
    assert found["strict/spotless"]["attainment"] == 1
    assert found["strict/spotless"]["note"] == "bad_absent"
    summary = reviews["berlin"].review.analyses.slo.summary.set_index(["service", "name"])
    assert summary.loc[("strict", "always"), "budget_remaining"] == -math.inf
    assert summary.loc[("strict", "always"), "burn_rate"] == math.inf


def visible(counter: Counter, start: float, end: float) -> int:
    """Events of the window that its scrapes can tell, counted from the events and restarts, not from the values.

    Lost are those before the first scrape, after the last, and between the last scrape before a restart and the
    restart. After a restart all since count, unless the counter has passed its old value again: then that much is lost.
    """
    scrapes = [time for time, _ in recount.between(counter.samples, start, end)]
    count = place = shown = 0
    restarts = [moment for moment in counter.restarts if not scrapes or moment <= scrapes[-1]]
    events = counter.events
    for number, scrape in enumerate(scrapes):
        fresh = 0
        restarted = False
        while place < len(events) and events[place] <= scrape:
            while restarts and restarts[0] <= events[place]:
                restarts, restarted, fresh = restarts[1:], True, 0
            fresh, place = fresh + 1, place + 1
        while restarts and restarts[0] <= scrape:
            restarts, restarted, fresh = restarts[1:], True, 0
        before, shown = shown, fresh if restarted else shown + fresh
        if number:
            count += shown if shown < before else shown - before
    return count


@pytest.mark.parametrize("product", SPANS)
@pytest.mark.parametrize(
    ("service", "most_total", "most_attainment"),
    [
        ("restless", 0.026, 1e-4),  # of forty minutes the last half is lost, 1.25%, and nine hours of 28 days, 1.34%
        ("churning", 0.002, 3e-4),  # the first error of a pod whose series is born with it
        ("rare", 0.012, 0.001),  # one event of 84
    ],
)
def test_the_distance_to_what_truly_happened_is_what_no_scrape_saw(
    reviews: Mapping[str, Reviewed], product: str, service: str, most_total: float, most_attainment: float
) -> None:
    seen = reviews[product]
    start, end = seen.span.end - WEEKS_S, seen.span.end
    row = seen.row("slos", service, "availability")
    true = {"total": 0, "bad": 0}
    for side, codes in (("total", []), ("bad", ["500", "503"])):
        low = high = 0.0
        for counter in seen.world.counted(service, codes):
            true[side] += recount.events_in(counter.events, start, end)
            samples = recount.between(counter.samples, start, end)
            told = visible(counter, start, end)
            assert told == recount.observed(samples)
            if len(samples) > 1:  # extrapolation adds at most 1.1 intervals at either end of a series
                low, high = low + told, high + told * (1 + 2.2 / (len(samples) - 1))
        assert low * (1 - EXACT) <= row[side] <= high * (1 + EXACT)
    assert row["total"] == pytest.approx(true["total"], rel=most_total)
    assert row["attainment"] == pytest.approx(1 - true["bad"] / true["total"], abs=most_attainment)


GAUGES = {"queue": "queue_depth", "freezer": "freezer_celsius", "disk": "disk_used"}


def values_of(seen: Reviewed, service: str, name: str) -> recount.Series:
    """A load or resource on the grid; what is not finite is not known."""
    if name in GAUGES:
        series = recount.summed(recount.latest(g.samples, seen.grid) for g in seen.world.gauge(GAUGES[name]))
    else:
        series = {at: count / STEP_S for at, count in seen.per_bucket(service).items()}
    return recount.kept(series, lambda at: True)


def change(now: list[float], before: list[float], steps: tuple[float, float]) -> float | None:
    """Mean against mean: not known with half the steps, and against nothing or less no fraction."""
    if len(now) < steps[0] / 2 or len(before) < steps[1] / 2 or not recount.mean(before) > 0:
        return None
    return recount.mean(now) / recount.mean(before) - 1


MEASURED = [
    (product, kind, row["service"], row["name"])
    for product, services in (("berlin", list(harsh_products.SERVICES)), ("tokyo", ["restless", "churning", "rare"]))
    for kind in ("load", "resources")
    for row in (
        {"service": s, "name": part["name"]} for s in services for part in harsh_products.SERVICES[s].get(kind, [])
    )
]


@pytest.mark.parametrize(("product", "kind", "service", "name"), MEASURED)
def test_a_load_or_resource_equals_the_recount(
    reviews: Mapping[str, Reviewed], product: str, kind: str, service: str, name: str
) -> None:
    seen = reviews[product]
    row, span = seen.row(kind, service, name), seen.span
    values = values_of(seen, service, name)
    now = {at: value for at, value in values.items() if at > span.start}
    before = [value for at, value in values.items() if at <= span.start]
    steps = (span.end - span.start) / STEP_S, (span.start - span.before) / STEP_S
    assert row["missing_fraction"] == pytest.approx(1 - len(now) / steps[0], abs=1e-12)
    if not now:
        assert row["mean"] is None
        return
    expected_change = change(list(now.values()), before, steps)
    assert row["mean"] == close(recount.mean(list(now.values())))
    assert row["peak"] == close(max(now.values()))
    assert row["change_vs_previous"] == (None if expected_change is None else pytest.approx(expected_change, abs=1e-9))
    if kind == "load":
        peak_at = datetime.fromisoformat(row["peak_at"])
        assert now[peak_at.timestamp()] == close(max(now.values()))
        assert peak_at.utcoffset() == peak_at.astimezone(ZoneInfo(seen.review.facts.window.timezone)).utcoffset()
    else:
        p95 = recount.quantile(list(now.values()), 0.95)
        assert row["p95"] == close(p95)
        # The disk is bounded by 200 but for the hours that tell no bound; the meeting is in one of the others.
        assert row["limit"] == (200.0 if name == "disk" else None)
        assert row["utilisation_p95"] == (close(p95 / 200) if name == "disk" else None)


def test_the_world_is_as_hard_as_it_says(reviews: Mapping[str, Reviewed]) -> None:
    world, span = reviews["berlin"].world, SPANS["berlin"]
    (restless,) = world.counted("restless", ["200"])
    falls = sum(b[1] < a[1] for a, b in zip(restless.samples, restless.samples[1:], strict=False))
    assert falls > 1000
    longest = max(b[0] - a[0] for a, b in zip(restless.samples, restless.samples[1:], strict=False))
    assert 9 * 3600 <= longest <= 9 * 3600 + 180
    pods = {counter.labels["pod"] for counter in world.counted("churning")}
    born_with_an_error = [c for c in world.counted("churning") if c.samples and c.samples[0][1] > 0]
    assert len(pods) > 60 and len(born_with_an_error) > 30
    rare = sum(recount.events_in(c.events, span.end - WEEKS_S, span.end) for c in world.counted("rare"))
    assert 80 <= rare <= 88
    for gauge in ("queue_depth", "freezer_celsius"):
        depths = [value for each in world.gauge(gauge) for _, value in each.samples]
        assert min(v for v in depths if math.isfinite(v)) < 0
        assert math.inf in depths and -math.inf in depths and any(math.isnan(v) for v in depths)
