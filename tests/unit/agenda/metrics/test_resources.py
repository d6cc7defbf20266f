"""Resources, efficiency and before/after as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.agenda.changes import before_after
from prodmeet_kit.agenda.metrics import item as metrics
from prodmeet_kit.agenda.metrics import resource_facets as facets
from prodmeet_kit.agenda.metrics import resources as metrics_resources
from prodmeet_kit.agenda.metrics.over_time import marks
from prodmeet_kit.analyses import Analyses
from prodmeet_kit.evidence import Chart, Note, Table
from prodmeet_kit.facts import Answer, Facts
from prodmeet_kit.queries.questions import plan
from prodmeet_kit.schemas import frames
from tests.support.reviews import END, RATE, WINDOW, product, review

CHANGE = {
    "id": "CH-1",
    "title": "Deploy",
    "start": datetime(2026, 11, 16, 1, tzinfo=UTC),
    "end": datetime(2026, 11, 16, 2, tzinfo=UTC),
    "duration_s": 3600.0,
    "services": ["cart"],
    "expected_effect": {"metric": "cart/cpu", "direction": "up", "size": "20%"},
}


def findings(use: Any = None, changes: list[dict[str, Any]] | None = None, **resource: Any) -> Analyses:
    """One service with requests and cpu on the grid; ``use`` makes CPU of load and days since the begin."""
    described = {"name": "cpu", "unit": "cores", "query": "use", "limit_query": "limit", **resource}
    service = {"name": "cart", "load": [{"name": "requests", "unit": "req/s", "query": RATE}]}
    shop = product(services=[{**service, "resources": [described]}])
    answers = {}
    for question in plan(shop, WINDOW):
        index = pd.date_range(question.start, question.end, freq=WINDOW.step, name="time")
        day = np.asarray((index - index[0]) / timedelta(days=1))
        load = 100 * (1 + 0.5 * np.sin(2 * np.pi * day))
        noise = np.exp(np.random.default_rng(1).normal(0, 0.02, len(index)))
        cpu = (use(load, day) if use else 0.02 * load) * noise
        level = {"limit": 10.0, "request": 4.0}.get(question.key.rpartition("/")[2])
        values = load if question.key.startswith("load") else cpu if level is None else np.full(len(index), level)
        answers[question.key] = Answer(question, pd.DataFrame({"{}": values}, index=index), points=len(index))
    records = {"changes": frames.CHANGES.frame([CHANGE] if changes is None else changes)}
    return Analyses(Facts(shop, WINDOW, END, answers, records))


def dearer(load: np.ndarray, day: np.ndarray) -> np.ndarray:
    """A fifth dearer since day 21, 16 November, the day of the change."""
    result: np.ndarray = 0.02 * load * np.where(day > 21, 1.2, 1.0)
    return result


def tables(found: Analyses) -> dict[str, Table]:
    return {each.title: each for each in metrics_resources.evidence(found) if isinstance(each, Table)}


def test_a_regression_is_a_sentence_and_a_question_with_date_and_change() -> None:
    found = findings(dearer)
    (note,) = (each for each in metrics_resources.evidence(found) if isinstance(each, Note))
    assert note.text.startswith("cart uses 20% more cpu at equal load since Mon 16 Nov ")
    assert note.text.endswith("; on that day: CH-1.")
    assert note.level == "warning"
    (said,) = facets.facets(found)
    assert (said.subject, said.rule, said.joins) == ("resource:cart/cpu", "regression", ("change:CH-1",))
    assert said.score == pytest.approx(55 + 50 * 0.2, abs=0.4)
    assert "CH-1" in said.question


def test_without_a_change_that_day_the_cause_is_asked_for() -> None:
    (said,) = facets.facets(findings(dearer, changes=[]))
    assert (said.rule, said.joins, bool(said.question)) == ("regression", (), True)
    assert "no known change on that day" in said.reason


def test_a_gain_is_told_and_not_asked_about() -> None:
    found = findings(lambda load, day: 0.02 * load * np.where(day > 21, 0.8, 1.0))
    (note,) = (each for each in metrics_resources.evidence(found) if isinstance(each, Note))
    assert "uses 20% less cpu at equal load" in note.text
    assert (note.level, facets.facets(found)) == ("info", ())


def test_steady_cost_reads_as_the_usual_noise() -> None:
    found = findings()
    frame = tables(found)["Efficiency"].frame
    assert frame["each"].tolist() == ["20.0 ms of CPU per req"]
    assert frame["compared"].iloc[0].endswith("within normal variation")
    assert facets.facets(found) == ()


def test_cost_is_shown_by_the_million_where_a_price_is_given() -> None:
    price = {"per": "core-hour", "amount": 0.036, "currency": "EUR"}
    table = tables(findings(price=price))["Efficiency"]
    # 0.02 CPU s at 0.036 / 3600 EUR each: 2e-7 EUR, 0.2 EUR a million.
    assert table.frame["cost_text"].iloc[0] == "0.200 EUR / 1M req"
    assert "cost_text" not in [column.name for column in tables(findings())["Efficiency"].columns]


def test_the_first_table_is_narrow_and_the_rest_is_folded() -> None:
    found = tables(findings(request_query="request"))
    assert len(found["Resources"].columns) <= 10
    assert found["Resources in detail"].folded
    assert "request_p95" in [column.name for column in found["Resources in detail"].columns]


def test_an_overdue_return_is_asked_for() -> None:
    found = findings(borrowed=[{"amount": 2, "until": "2026-11-20", "from_whom": "the search team"}])
    (said,) = facets.facets(found)
    assert (said.subject, said.rule) == ("resource:cart/cpu", "borrowed_overdue")
    assert "Fri 20 Nov 2026" in said.reason and "the search team" in said.question
    assert tables(found)["Borrowed capacity"].frame["state_text"].tolist() == ["overdue"]


def test_a_return_that_leaves_too_little_is_asked_about_with_its_day() -> None:
    # p95 is about 3 cores of 10; 8 go back on 30 November, 8 days from the meeting on 23 November 10:00 in Tokyo.
    found = findings(borrowed=[{"amount": 8, "until": "2026-11-30"}])
    (said,) = facets.facets(found)
    assert (said.subject, said.rule, bool(said.question)) == ("resource:cart/cpu", "limit_near", True)
    assert "reach its limit in about 8 days" in said.reason
    assert tables(found)["Resources"].frame["outlook"].iloc[0] == "no trend; in 8 days, once returned"
    assert said.score == pytest.approx(45 + (60 - 7.6) / 2, abs=0.1)


def test_charts_show_the_limit_after_the_return_and_the_marks() -> None:
    found = findings(dearer, borrowed=[{"amount": 2, "until": "2026-11-30"}], request_query="request")
    (chart,) = (each for each in metrics_resources.evidence(found) if isinstance(each, Chart))
    assert [(line.label, line.value) for line in chart.lines] == [
        ("limit", 10.0),
        ("limit after return", 8.0),
        ("request", 4.0),
    ]
    assert [(mark.kind, mark.label) for mark in chart.marks] == [("change", "CH-1")]


def test_what_names_no_service_and_what_is_still_open_is_marked_too() -> None:
    incident = {"id": "INC-1", "title": "", "start": datetime(2026, 11, 20, tzinfo=UTC), "services": ["cart"]}
    shown = review({"incidents": [incident], "changes": [{**CHANGE, "services": []}]}).analyses
    found = {mark.label: mark for mark in marks(shown, "cart")}
    assert set(found) == {"INC-1", "CH-1"}
    assert found["INC-1"].end == WINDOW.end
    assert [mark.label for mark in marks(shown, "web")] == ["CH-1"]


def test_before_and_after_shows_first_what_moved_and_sets_the_rest_back() -> None:
    table = before_after.table(findings(dearer))
    assert table is not None and table.folded
    assert table.frame["what"].tolist() == ["cart/cpu", "cart/cpu at equal load", "cart/requests"]
    assert table.frame[table.quiet].tolist() == [False, False, True]
    assert table.frame["expected"].tolist() == ["up 20%: as predicted", "up 20%: as predicted", ""]
    assert table.frame["moved"].iloc[2].startswith("within normal variation (")
    assert table.frame["days"].iloc[0] == "3 d each side"
    assert len(table.columns) <= 7


def test_without_changes_there_is_no_such_table() -> None:
    assert before_after.table(findings(changes=[])) is None


def test_a_product_without_resources_shows_nothing() -> None:
    shop = product(services=[{"name": "cart", "load": [{"name": "requests", "query": RATE}]}])
    found = Analyses(Facts(shop, WINDOW, END))
    assert metrics_resources.evidence(found) == []
    assert facets.facets(found) == ()


def test_what_is_at_its_limit_is_told_by_the_time_it_was_and_not_by_days() -> None:
    # 10 cores: all of them for a third of the time since the last meeting, 2 in the rest.
    full = findings(lambda load, day: np.where((day > 14) & (day % 3 < 1), 10.2, 2.0))
    (said,) = [each.reason for each in metrics.item(full).facets if each.rule == "limit_near"]
    assert said.startswith("cart/cpu was above 90% of its limit for 3")
    assert "limit in" not in said
