"""A product is told only what was measured about it, and in words that fit the count."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from prodmeet_kit.review import Review
from tests.support.reviews import END, RATE, about, review, rules

FINE = {
    "slo/cart/availability/total": 10.0,
    "slo/cart/availability/bad": 0.001,
    "load/cart/requests": 10.0,
    "resource/cart/memory/use": 1e9,
    "resource/cart/memory/limit": 4e9,
}
BARE = [{"name": "cart", "load": [{"name": "requests", "unit": "req/s", "query": RATE}]}]


def raised(found: Review, rule: str) -> list[str]:
    return list(found.lines.loc[found.lines["rule"] == rule, "reason"])


def test_without_an_objective_nothing_is_said_to_be_kept_or_missed() -> None:
    found = review({"alert_runs": None, "incidents": []}, {"load/cart/requests": 10.0}, services=BARE)
    assert raised(found, "all_quiet") == []
    # and no item shares the time
    assert found.overview.headline == "Nothing to decide: no objective is set, no alert source is configured."
    assert " met" not in found.metrics.headline
    assert "burned" not in found.outages.headline and "burn" not in found.non_paging_events.headline


def test_with_a_kept_objective_both_say_so() -> None:
    found = review({"alert_runs": []}, FINE)
    assert len(raised(found, "all_quiet")) == 1
    assert found.overview.headline == "Nothing to decide: the one SLO is met, nobody was paged."
    assert found.lines["minutes"].sum() == 0  # what needs no decision needs no time


def test_an_objective_with_too_few_events_is_not_said_to_be_kept() -> None:
    # 1e-4 requests a second are about 120 events in a fortnight, of which one would be ten budgets of 0.1%
    few = {**FINE, "slo/cart/availability/total": 1e-4, "slo/cart/availability/bad": 0.0}
    found = review({"alert_runs": []}, few)
    assert list(found.analyses.slo.summary["state"]) == ["TOO_FEW"]
    assert raised(found, "all_quiet") == []
    assert found.overview.headline == "Nothing to decide: no SLO can be judged, nobody was paged."


@pytest.mark.parametrize("services", [BARE, None])
def test_a_page_is_not_said_to_be_right_where_no_sli_tells(services: Any) -> None:
    run = {"alertname": "High", "labels": "{}", "state": "firing", "page": True, "interval_s": 60.0}
    at = END - timedelta(days=1)
    runs = [{**run, "start": at, "last": at + timedelta(minutes=10), "source": "alerts", "acknowledges": False}]
    more = {"services": services} if services else {}
    made = review({"alert_runs": runs}, FINE, **more)
    page = about(made, "alert:High/")
    assert (rules(page), page.place, bool(page.question)) == (["page_unclear"], "agenda", True)
    assert "noise" not in made.overview.headline


def test_kept_objectives_beside_an_open_question_say_that_it_is_open() -> None:
    full = review({"alert_runs": []}, {**FINE, "resource/cart/memory/limit": 1e9})
    assert len(full.metrics.questions) == 1
    assert full.metrics.state == "attention"
    assert full.metrics.headline == "SLOs met: 1 of 1."
    assert about(full, "resource:cart/memory").place == "agenda" and "cart/memory" in full.overview.headline


def test_non_paging_events_name_no_class_of_which_there_is_none() -> None:
    full = review({"alert_runs": []}, {**FINE, "resource/cart/memory/limit": 1e9})
    assert full.non_paging_events.headline == "1 subject needs attention."
