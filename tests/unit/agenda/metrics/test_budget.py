"""What the metrics item says of budgets, windows, exclusions and decisions."""

from __future__ import annotations

from typing import Any

import pytest

from prodmeet_kit.agenda.metrics import slos as metrics_slos
from prodmeet_kit.archive.layout import record_text
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.evidence import Chart, Evidence, Note, Table
from tests.support.reviews import RATE, review

FINE = {"slo/cart/availability/total": 10.0, "slo/cart/availability/bad": 0.001}
NIGHT = {"start": "2026-11-20T22:00", "end": "2026-11-20T23:00", "reason": "load test", "author": "Ada"}


def slos(*args: Any, **more: Any) -> list[Evidence]:
    return metrics_slos.evidence(review(*args, **more).analyses)


def table(evidence: list[Evidence], title: str) -> Table:
    return next(shown for shown in evidence if isinstance(shown, Table) and shown.title == title)


def notes(evidence: list[Evidence]) -> list[str]:
    return [shown.text for shown in evidence if isinstance(shown, Note)]


def gone(evidence: list[Evidence]) -> list[str]:
    return [text for text in notes(evidence) if "will be exhausted" in text]


def titles(evidence: list[Evidence]) -> list[str]:
    return [shown.title for shown in evidence if isinstance(shown, Table)]


def services(**slo: Any) -> list[dict[str, Any]]:
    events = {"error_query": RATE, "total_query": RATE}
    return [{"name": "cart", "slos": [{"name": "availability", "objective": 99.9, "sli": {"events": events}, **slo}]}]


def test_a_budget_that_rose_although_some_was_spent_is_explained_in_one_sentence() -> None:
    # 0.07% bad before the last meeting: 30% of the budget of 0.1% left. 0.05% in the window: 50% left; 0.04% since
    # over 14 of 28 d: 20% spent. What left is 0.07 * 28 + 0.04 * 14 - 0.05 * 28 = 1.12, of 2.8 the share 40%.
    outage = {"id": "INC-9", "services": ["cart"], "start": "2026-10-20T00:00Z", "end": "2026-10-20T02:00Z"}
    values = {
        **FINE,
        "slo/cart/availability/bad/previous": 0.007,
        "slo/cart/availability/bad/window": 0.005,
        "slo/cart/availability/bad/since": 0.004,
    }
    evidence = slos({"incidents": [outage]}, values)
    story = (
        "budget left rose from 30% to 50% although 20% was spent: "
        "bad events from 12 Oct to 26 Oct left the window, including INC-9"
    )
    assert f"cart/availability: {story}." in notes(evidence)
    moved = table(evidence, "Error budgets since the last meeting")
    assert moved.folded and moved.frame["story"].item() == story
    assert moved.frame["rolled_off_share"].item() == pytest.approx(0.4)


def test_a_budget_about_to_be_gone_is_dated() -> None:
    # 0.08% for ever is within 0.1%.
    assert not gone(slos(values={**FINE, "slo/cart/availability/bad": 0.008}))
    # 0.15% since the last meeting, 0.075% in the window, while the trend says that 0.01% leaves:
    values = {**FINE, "slo/cart/availability/bad/since": 0.015, "slo/cart/availability/bad/window": 0.0075}
    (said,) = gone(slos(values=values))
    # 25% of 28 d * 0.1% = 0.7 are left; 0.15 a day come, 0.01 a day leave: 5 days
    dated = "error budgets will be exhausted: cart/availability on Sat 28 Nov 2026."
    assert said == f"At the rate since the last meeting, {dated}"


def test_a_burn_rate_is_drawn_with_the_lines_at_which_pages_are_due() -> None:
    chart = next(shown for shown in slos(values=FINE) if isinstance(shown, Chart))
    assert [line.value for line in chart.lines] == [14.4, 6.0, 1.0]
    assert list(chart.frame.columns) == ["over 1 h", "over 6 h"]
    assert chart.frame.to_numpy().max() == pytest.approx(0.1)  # 0.01% of 0.1%


def test_an_objective_of_one_has_an_error_ratio_instead_of_a_burn_rate() -> None:
    evidence = slos(values=FINE, services=services(objective=100))
    chart = next(shown for shown in evidence if isinstance(shown, Chart))
    assert chart.title == "cart/availability: share of bad events"


def test_the_interval_is_shown_where_events_are_few_and_only_there() -> None:
    def interval(total: float) -> str:
        values = {"slo/cart/availability/total": total, "slo/cart/availability/bad": total * 0.0005}
        shown = table(slos(values=values), "Service level objectives")
        assert "interval" in [detail.name for detail in shown.details]
        return str(shown.frame["interval"].item())

    # 4,838 events in 28 days, 2.4 of them bad: by Wilson 0.998360 to 0.999848
    assert interval(0.002) == "99.83% to 99.984%"
    assert interval(10.0) == ""


def test_the_table_of_slos_gains_one_column_at_most() -> None:
    few = {"slo/cart/availability/total": 0.002, "slo/cart/availability/bad": 0.0}
    plain = table(slos(values=FINE), "Service level objectives")
    full = table(slos(values=few, services=services(window="month")), "Service level objectives")
    assert len(full.columns) <= len(plain.columns) + 1
    assert full.frame["window_text"].item() == "this month"


def test_nothing_is_excluded_silently() -> None:
    # One hour of 28 d is left out: 12 of 8,064 steps. All numbers are constant, so that the attainment stays.
    evidence = slos(values=FINE, exclusions=[NIGHT])
    taken = table(evidence, "Excluded from SLOs")
    assert not taken.folded
    row = taken.frame.iloc[0]
    assert (row["reason"], row["author"], row["steps"]) == ("load test", "Ada", 12)
    assert (row["total"], row["bad"]) == (pytest.approx(36_000), pytest.approx(3.6))
    assert row["start"].isoformat() == "2026-11-20T13:00:00+00:00"  # 22:00 in Tokyo
    both = table(evidence, "SLOs with and without exclusions")
    assert not both.folded
    assert both.frame["attainment_all"].item() == pytest.approx(0.9999)
    assert "of events excluded" in table(evidence, "Service level objectives").frame["note_text"].item()
    assert "Excluded from SLOs" not in titles(slos(values=FINE))


def test_an_exclusion_of_another_slo_concerns_nothing_else() -> None:
    evidence = slos(values=FINE, exclusions=[{**NIGHT, "slos": ["cart/latency"]}])
    assert "Excluded from SLOs" not in titles(evidence)


def test_an_unknown_satisfaction_is_asked_for_and_a_known_one_is_used() -> None:
    row = table(slos({"toil": []}, FINE), "What to do about the objectives").frame.iloc[0]
    assert row["ask_text"] == ["Are the users of cart satisfied?"]
    assert row["advice_text"].startswith("if users are satisfied: release faster")
    known = table(slos({"toil": []}, FINE, satisfaction="low"), "What to do about the objectives")
    assert (known.frame["advice_text"].item(), known.frame["ask_text"].item()) == ("tighten the objective", [])


def test_the_record_tells_budgets_exclusions_and_decisions() -> None:
    content = record(review({"toil": []}, FINE, exclusions=[NIGHT]))
    assert record_text(content)
    assert content["error_budget"][0]["outlook"] == "not_in_window"
    assert content["exclusions"][0]["author"] == "Ada"
    assert content["decisions"][0]["ask"] == ["satisfaction"]
    slo = content["slos"][0]
    assert sum(part["share"] for part in content["budget_parts"]) == pytest.approx(slo["budget_spent_since_last"])
    assert slo["attainment_low"] <= slo["attainment"] <= slo["attainment_high"]
