"""Services at a glance: the worst first, four weeks in small charts, and all that is known of each."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, isnan

import pytest

from prodmeet_kit.agenda.metrics.glance import glance, one, with_findings, worst_first
from prodmeet_kit.agenda.metrics.on_demand import basis
from prodmeet_kit.evidence.glance import Glance, ServiceView, Small
from prodmeet_kit.review import Review
from tests.support.fleet_world import fleet_facts
from tests.support.reviews import RATE, WINDOW, review

EVENTS = {"error_query": RATE, "total_query": RATE}
SERVICES = [
    {
        "name": name,
        "slos": [{"name": "availability", "objective": 99.9, "sli": {"events": EVENTS}}],
        "load": [{"name": "requests", "unit": "req/s", "query": RATE}],
        "resources": [{"name": "memory", "unit": "bytes", "query": "use", "limit_query": "limit"}],
    }
    for name in ("cart", "web")
]  # fmt: skip
VALUES = {
    "slo/cart/availability/total": 10.0, "slo/cart/availability/bad": 0.001, "slo/web/availability/total": 10.0,
    "slo/web/availability/bad": 0.02, "load/": 5.0, "memory/use": 3e9, "memory/limit": 4e9,
}  # fmt: skip


@pytest.fixture(scope="module")
def fleet() -> Review:
    return Review(fleet_facts(12))


def view_of(shown: Glance, name: str) -> ServiceView:
    return next(view for view in shown.services if view.name == name)


def small(view: ServiceView, kind: str) -> Small:
    return view.of(kind)[0]


def test_the_service_with_the_least_budget_comes_first_and_says_how_it_stands() -> None:
    shown = glance(review(values=VALUES, services=SERVICES).analyses)
    assert [(view.name, view.standing, view.tone) for view in shown.services] == [
        ("web", "100% over", "bad"),
        ("cart", "90% left", "good"),
    ]
    assert small(shown.services[0], "slo").note == "0.2% bad, 0.1% allowed"
    assert small(shown.services[0], "slo").tone == "bad" and small(shown.services[1], "slo").tone == "quiet"


def test_a_small_chart_has_the_highest_value_of_each_stretch_up_to_the_meeting(fleet: Review) -> None:
    analyses = fleet.analyses
    shown = glance(analyses)
    assert shown.end == analyses.facts.window.end and shown.last == analyses.facts.window.start
    series = analyses.capacity.load_series["web/requests"]
    assert series is not None
    values = small(view_of(shown, "web"), "load").values
    assert len(values) == 28 * 6
    inside = series[series.index > shown.start]
    assert max(values) == inside.max() and values[-1] == inside.iloc[-48:].max()


def test_an_slo_is_drawn_up_to_ten_times_what_it_allows_and_resources_up_to_their_limit(fleet: Review) -> None:
    web = view_of(glance(fleet.analyses), "cart")
    slo, memory = small(web, "slo"), next(each for each in web.of("resource") if each.name == "memory")
    assert slo.name == "availability" and slo.top == pytest.approx(10 * slo.level) and max(slo.values) > slo.top
    assert memory.top == memory.level == 4 * 2**30


def test_what_fills_first_is_the_first_resource_and_says_when(fleet: Review) -> None:
    first = view_of(glance(fleet.analyses), "search").of("resource")[0]
    assert first.name == "memory" and "full in" in first.note and first.tone == "attention"


def test_what_is_not_known_says_so() -> None:
    shown = glance(review(services=[*SERVICES, {"name": "bare"}]).analyses)
    cart, bare = view_of(shown, "cart"), view_of(shown, "bare")
    assert (cart.standing, cart.tone) == ("1 SLO not known", "unknown")
    assert [(each.kind, each.note, each.tone) for each in cart.charts] == [
        ("slo", "not known", "unknown"),
        ("load", "no data", "unknown"),
        ("resource", "no data", "unknown"),
    ]
    assert (bare.standing, bare.charts, bare.slos) == ("no SLO", (), ())
    assert {each.title: each.otherwise for each in bare.about}["Pages"] == "not known"


def test_a_time_without_samples_is_a_gap() -> None:
    made = review(values=VALUES, services=SERVICES)
    answers = dict(made.facts.answers)
    key = next(each for each in answers if each.startswith("load/cart/requests"))
    frame = answers[key].frame
    assert frame is not None
    gap = frame.index > WINDOW.end - 24 * 12 * WINDOW.step
    answers[key] = replace(answers[key], frame=frame[~gap])
    values = small(view_of(glance(Review(replace(made.facts, answers=answers)).analyses), "cart"), "load").values
    assert all(map(isnan, values[-6:])) and isfinite(values[-7])


def test_what_is_said_of_a_service_leads_to_its_findings(fleet: Review) -> None:
    payments = one(fleet.analyses, "payments", fleet.findings).services[0]
    about = {each.title: each.said for each in payments.about}
    (outage,) = about["Outages"]
    assert "nobody paged" in outage.text and "of an error budget" in outage.text
    assert outage.finding == outage.subject
    assert outage.finding in {said.finding for said in about["Findings"]}
    assert {sign.kind for sign in payments.signs} == {"outage", "change"}


def test_every_finding_of_a_service_is_listed_in_the_report_and_nothing_else_changes(fleet: Review) -> None:
    before = fleet.analyses
    (shown,) = with_findings([glance(before)], fleet.findings)
    assert isinstance(shown, Glance)
    for view in shown.services:
        listed = [said.finding for said in view.about[0].said]
        assert listed == [each.subject for each in fleet.findings if view.name in each.services]
    assert [view.charts for view in shown.services] == [view.charts for view in glance(before).services]


def test_services_in_trouble_stand_before_quiet_ones(fleet: Review) -> None:
    assert worst_first(fleet.analyses)[:3] == ["web", "cart", "mail"]


def test_what_is_excluded_is_said_in_the_open_with_both_numbers() -> None:
    night = {"start": "2026-11-20T22:00", "end": "2026-11-20T23:00", "reason": "load test", "author": "Ada"}
    (note,) = basis(
        review(values=VALUES, services=SERVICES, exclusions=[{**night, "slos": ["cart/availability"]}]).analyses
    )
    assert note.text == "Excluded from SLOs: cart/availability attained 99.99%, 99.99% with everything counted."
    assert basis(review(values=VALUES, services=SERVICES).analyses) == []
