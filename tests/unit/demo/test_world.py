"""The demo world: the same for the same seed, believable, and every story visible in its numbers."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from itertools import islice, pairwise

import numpy as np
import pytest

from prodmeet_kit.demo.alerts import Episode
from prodmeet_kit.demo.counters import counter_at
from prodmeet_kit.demo.openmetrics import Family, Series, days
from prodmeet_kit.demo.shape import Grid, Ints, local
from prodmeet_kit.demo.stories import SLOWER_SINCE
from prodmeet_kit.demo.world import World
from tests.support.demo_world import true_counts

FORTNIGHT = timedelta(days=14)


@pytest.fixture(scope="module")
def world() -> World:
    return World.build()


def requests(world: World, service: str) -> Ints:
    """Requests of a service in each minute."""
    per_pod = [pod.events.total.sum(axis=1) for pod in world.pods.values() if pod.service.name == service]
    result: Ints = np.sum(per_pod, axis=0)
    return result


def bad_share(world: World, slo: str, start: datetime, end: datetime) -> float:
    service, name = slo.split("/")
    bad, total = true_counts(world, service, name, start, end)
    return bad / total


def fired(world: World, alert: str, since: datetime, until: datetime) -> list[Episode]:
    return [e for e in world.episodes if e.alert == alert and since <= e.start < until]


# ---- the same world again


def text_hash(world: World, count: int) -> str:
    return hashlib.sha256("".join(islice(world.openmetrics_days(), count)).encode()).hexdigest()


def test_one_seed_makes_one_world(world: World) -> None:
    assert text_hash(World.build(seed=31), 2) == text_hash(world, 2)
    assert World.build(seed=31).episodes == world.episodes


def test_another_seed_makes_another_world(world: World) -> None:
    assert text_hash(World.build(seed=32), 1) != text_hash(world, 1)


# ---- what a scrape sees


def test_counter_loses_what_happened_between_the_last_scrape_and_a_restart() -> None:
    # Minutes 0..3, each cut at its scrape. Scrapes see 1, then 1+2+3, then (restart at minute 2: the 4 is lost) 5,
    # then 5+6+7.
    events = np.array([[1, 2], [3, 4], [5, 6], [7, 8]])
    assert counter_at(events, np.array([0, 2])).tolist() == [1, 6, 5, 18]


def test_a_restart_in_the_first_scraped_minute_counts_from_it() -> None:
    assert counter_at(np.array([[1, 2], [3, 4]]), np.array([0, 1])).tolist() == [1, 3]


def test_text_is_one_complete_piece_a_utc_day() -> None:
    grid = Grid(local("2026-10-12T08:58"), 4)  # 23:58 UTC to 00:02 UTC
    series = Series('x_total{a="b"}', 17.3, np.arange(4), np.array([1, 2, 3, 4]))
    first, second = days(grid, [Family("x", "counter", [series])])
    midnight = int(local("2026-10-12T09:00").timestamp())
    assert first == (
        f'# TYPE x counter\nx_total{{a="b"}} 1 {midnight - 120 + 17.3:.3f}\n'
        f'x_total{{a="b"}} 2 {midnight - 60 + 17.3:.3f}\n# EOF\n'
    )
    assert second.splitlines()[1] == f'x_total{{a="b"}} 3 {midnight + 17.3:.3f}'


def test_no_target_is_scraped_on_the_full_minute_and_no_two_together(world: World) -> None:
    text = next(world.openmetrics_days())
    seconds: dict[str, set[float]] = {}
    for pod, time in re.findall(r'^http_requests_total\{.*pod="([^"]+)".*\} \S+ (\S+)$', text, re.MULTILINE):
        seconds.setdefault(pod, set()).add(round(float(time) % 60, 3))
    assert set(seconds) == set(world.pods)
    assert all(len(found) == 1 for found in seconds.values())
    offsets = [found.pop() for found in seconds.values()]
    assert len(set(offsets)) == len(offsets)
    assert all(1 < offset < 59 for offset in offsets)


def test_error_series_exist_from_the_first_scrape(world: World) -> None:
    text = next(world.openmetrics_days())
    for pod in world.pods:
        assert len(re.findall(rf'^http_requests_total\{{.*pod="{pod}",code="500"\}}', text, re.MULTILINE)) == 24 * 60


# ---- the truth


@pytest.mark.parametrize("slo", ["web/availability", "web/latency", "cart/latency", "invoices/availability"])
def test_truth_of_parts_adds_up_to_the_whole(world: World, slo: str) -> None:
    service, name = slo.split("/")
    start, end = world.meeting - FORTNIGHT, world.meeting
    cuts = [start, start + timedelta(minutes=1), start + timedelta(days=3, minutes=17), end]
    parts = [true_counts(world, service, name, *pair) for pair in pairwise(cuts)]
    assert tuple(map(sum, zip(*parts, strict=True))) == true_counts(world, service, name, start, end)


def test_truth_is_what_counters_show_and_what_restarts_lost(world: World) -> None:
    events = world.pods["web-0"].events
    shown = counter_at(events.total, events.restarts)
    seen = int(shown[0]) + sum(
        after if after < before else after - before for before, after in pairwise(shown.tolist())
    )
    lost = sum(int(events.total[minute - 1, 1]) for minute in events.restarts[1:])
    after_last_scrape = int(events.total[-1, 1])
    assert lost > 0
    assert seen + lost + after_last_scrape == events.total.sum()


def test_truth_refuses_what_it_cannot_know(world: World) -> None:
    with pytest.raises(ValueError, match="no whole minute"):
        true_counts(world, "web", "availability", world.meeting - timedelta(seconds=30), world.meeting)
    with pytest.raises(ValueError, match="no whole minute"):
        true_counts(world, "web", "availability", world.meeting, world.meeting + FORTNIGHT)
    with pytest.raises(KeyError, match="payments/latency"):
        true_counts(world, "payments", "latency", world.meeting - FORTNIGHT, world.meeting)


def test_data_covers_the_slo_window_of_the_last_meeting(world: World) -> None:
    assert world.grid.start <= world.meeting - FORTNIGHT - timedelta(days=28)
    assert world.grid.end > world.meeting


# ---- rhythm


def test_shoppers_sleep_at_four_and_come_in_the_evening(world: World) -> None:
    web, hour = requests(world, "web"), world.grid.hour
    assert web[(hour >= 20) & (hour < 22)].mean() > 4 * web[(hour >= 3) & (hour < 5)].mean()


def test_shoppers_come_on_weekends_and_clerks_do_not(world: World) -> None:
    weekend = world.grid.weekend
    for service, factor in (("web", 1.1), ("cart", 1.1), ("payments", 1.1)):
        assert requests(world, service)[weekend].mean() > factor * requests(world, service)[~weekend].mean()
    assert requests(world, "invoices")[weekend].mean() < 0.3 * requests(world, "invoices")[~weekend].mean()


def test_web_grows_by_three_per_cent_a_week(world: World) -> None:
    weeks = requests(world, "web")[: 6 * 7 * 1440].reshape(6, -1).sum(axis=1)
    growth = np.polyfit(np.arange(6), np.log(weeks), 1)[0]
    assert growth == pytest.approx(0.03, abs=0.01)


def test_invoices_gets_a_handful_of_requests_an_hour(world: World) -> None:
    assert 2 < requests(world, "invoices").mean() * 60 < 10


# ---- stories


def test_cart_outage_is_heavy_and_paged_within_minutes(world: World) -> None:
    (outage,) = [o for o in world.outages if o.service == "cart"]
    assert bad_share(world, "cart/availability", outage.start, outage.end) > 0.3
    (page,) = fired(world, "CartErrorBudgetBurn", world.meeting - FORTNIGHT, world.meeting)
    assert page.severity == "page"
    assert timedelta() < page.start - outage.start < timedelta(minutes=7)
    assert outage.end < page.end < outage.end + timedelta(minutes=10)


def test_payments_outage_spends_budget_and_pages_nobody(world: World) -> None:
    (outage,) = [o for o in world.outages if o.service == "payments"]
    bad, _ = true_counts(world, "payments", "availability", outage.start, outage.end)
    _, total = true_counts(world, "payments", "availability", world.meeting - timedelta(days=28), world.meeting)
    assert bad / (0.001 * total) > 0.2
    assert not [e for e in world.episodes if e.service == "payments" and e.severity == "page"]


def test_an_outage_of_the_fortnight_before_was_paged(world: World) -> None:
    (outage,) = [o for o in world.outages if o.service == "web"]
    before = world.meeting - FORTNIGHT
    assert before - FORTNIGHT < outage.start < before
    (page,) = fired(world, "WebErrorBudgetBurn", world.grid.start, world.grid.end)
    assert outage.start < page.start < outage.end


def test_noise_pages_are_short_at_night_and_hurt_nobody(world: World) -> None:
    noise = fired(world, "WebHighCPU", world.meeting - FORTNIGHT, world.meeting)
    assert len(noise) > 15
    for page in noise:
        assert page.severity == "page"
        assert timedelta(minutes=3) <= page.end - page.start <= timedelta(minutes=8)
        assert (page.start + timedelta(hours=9)).hour < 6
        minute = page.start.replace(second=0)
        assert (
            bad_share(world, "web/availability", minute - timedelta(minutes=5), minute + timedelta(minutes=10)) < 0.002
        )


def test_latency_gets_worse_at_the_deploy_and_raises_a_ticket_that_stays(world: World) -> None:
    before = bad_share(world, "web/latency", SLOWER_SINCE - timedelta(days=7), SLOWER_SINCE)
    after = bad_share(world, "web/latency", SLOWER_SINCE, SLOWER_SINCE + timedelta(days=7))
    assert before < 0.01 < 0.015 < after
    assert bad_share(world, "web/latency", world.meeting - timedelta(days=28), world.meeting) > 0.01
    (ticket,) = fired(world, "WebLatencyBudgetBurn", world.grid.start, world.grid.end)
    assert ticket.severity == "ticket"
    assert SLOWER_SINCE < ticket.start < SLOWER_SINCE + timedelta(days=2)
    assert ticket.end > world.meeting


def test_cart_memory_is_full_in_two_to_four_weeks(world: World) -> None:
    pods = [pod for pod in world.pods.values() if pod.service.name == "cart"]
    use = np.sum([pod.memory for pod in pods], axis=0)
    limit = sum(pod.service.memory_limit for pod in pods)
    days_back = 28 * 24 * 60
    slope, now = np.polyfit(np.arange(-days_back, 0) / (24 * 60), use[-days_back:], 1)
    assert 14 < (limit - now) / slope < 28


def test_no_other_memory_grows(world: World) -> None:
    for name, pod in world.pods.items():
        if pod.service.name != "cart":
            halves = pod.memory[-FORTNIGHT // timedelta(minutes=1) :].mean(), pod.memory.mean()
            assert halves[0] == pytest.approx(halves[1], rel=0.05), name


def test_alerts_fire_apart_so_that_they_can_be_told_apart(world: World) -> None:
    last: dict[str, datetime] = {}
    for episode in world.episodes:
        key = f"{episode.alert}{sorted(episode.labels.items())}"
        if key in last:
            assert episode.start - last[key] >= timedelta(minutes=1)
        last[key] = episode.end
