"""Which questions a review asks, and how answers become counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Answer, Facts
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.queries.questions import event_count, event_trend, plan, verification

RATE = 'sum(rate(http_requests_total{service="cart"}[{{.window}}]))'
COUNT = 'sum(increase(http_requests_total{service="cart"}[{{.window}}]))'
END = datetime(2026, 11, 23, 1, tzinfo=UTC)
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="UTC")


def product(query: str = RATE) -> Product:
    return Product.model_validate(
        {
            "product": "shop",
            "sources": {"metrics": {"url": "http://localhost:9090"}},
            "services": [
                {
                    "name": "cart",
                    "slos": [
                        {
                            "name": "availability",
                            "objective": 99.9,
                            "sli": {"events": {"error_query": query, "total_query": query}},
                        }
                    ],
                    "load": [{"name": "requests", "query": RATE}],
                    "resources": [{"name": "cpu", "query": "cpu", "limit_query": "limit"}],
                }
            ],
        }
    )


def facts_with(key: str, values: list[float], query: str = RATE) -> Facts:
    question = {q.key: q for q in plan(product(query), WINDOW)}[key]
    index = pd.date_range(question.start, periods=len(values), freq="5min", name="time")
    frame = pd.DataFrame({"{}": values}, index=index)
    return Facts(product(query), WINDOW, END, {key: Answer(question, frame)})


def test_an_slo_is_counted_over_three_spans_by_one_instant_each_and_a_trend() -> None:
    asked = {q.key: q for q in plan(product(), WINDOW)}
    total = "slo/cart/availability/total"
    assert asked[f"{total}/window"].query.count("[28d]") == 1
    assert asked[f"{total}/since"].query.count("[14d]") == 1
    assert asked[f"{total}/previous"].end == WINDOW.start
    assert all(asked[f"{total}/{span}"].instant for span in ("window", "since", "previous"))
    assert len(asked) == 8 + 1 + 2


def test_a_calendar_slo_is_counted_from_the_begin_of_its_period_in_the_products_zone() -> None:
    monthly = product().model_dump(mode="json")
    monthly["timezone"] = "Asia/Tokyo"
    monthly["services"][0]["slos"][0]["window"] = "month"
    loaded = Product.model_validate(monthly)
    window = Window.ending(END, cadence=timedelta(days=28), timezone=loaded.timezone, longest=loaded.longest_window)
    asked = {q.key: q for q in plan(loaded, window)}
    # November begins in Tokyo on 31 October, 15:00 UTC; the last meeting was on 26 October, in a month begun on
    # 30 September, 15:00 UTC: 22 d 10 h and 25 d 10 h before the meetings at 01:00 UTC.
    total = "slo/cart/availability/total"
    assert asked[f"{total}/window"].window == timedelta(days=22, hours=10)
    assert asked[f"{total}/previous"].window == timedelta(days=25, hours=10)
    assert asked[f"{total}/previous"].end == window.start
    assert asked[f"{total}/since"].window == timedelta(days=28)
    assert window.history_start <= END - timedelta(days=31)
    assert Product.model_validate(loaded.model_dump(mode="json")) == loaded


def test_a_trend_looks_back_one_scrape_longer_than_its_step() -> None:
    trend = {q.key: q for q in plan(product(), WINDOW)}["slo/cart/availability/total/trend"]
    assert "[6m]" in trend.query  # 5 min step + 1 min scrape interval
    assert trend.start == WINDOW.history_start + WINDOW.step
    assert trend.end == WINDOW.end


def test_a_rate_over_a_window_counts_its_seconds() -> None:
    key = "slo/cart/availability/total/window"
    # 2 requests a second for 28 days = 2 * 28 * 86,400
    assert event_count(facts_with(key, [2.0]), key, RATE) == pytest.approx(4_838_400)


def test_an_increase_is_already_a_count() -> None:
    key = "slo/cart/availability/total/window"
    assert event_count(facts_with(key, [1234.5], COUNT), key, COUNT) == 1234.5


def test_an_absent_answer_counts_as_not_known() -> None:
    empty = Facts(product(), WINDOW, END)
    assert np.isnan(event_count(empty, "slo/cart/availability/total/window", RATE))
    assert event_trend(empty, "slo/cart/availability/total/trend", RATE) is None


def test_a_trend_gives_events_a_bucket_whichever_way_it_is_asked() -> None:
    key = "slo/cart/availability/total/trend"
    rates = event_trend(facts_with(key, [2.0, np.nan]), key, RATE)
    counts = event_trend(facts_with(key, [720.0, np.nan], COUNT), key, COUNT)
    assert rates is not None and counts is not None
    assert rates.iloc[0] == 600  # 2/s for 300 s
    assert counts.iloc[0] == 600  # 720 in 6 min is 600 in 5 min
    assert np.isnan(rates.iloc[1]) and np.isnan(counts.iloc[1])


def test_two_series_where_one_is_needed_are_refused_with_the_fix() -> None:
    key = "load/cart/requests"
    facts = facts_with(key, [1.0])
    answer = facts.answers[key]
    assert answer.frame is not None
    doubled = Answer(answer.question, pd.concat([answer.frame, answer.frame], axis=1))
    with pytest.raises(ValueError, match=r"put sum\(\.\.\.\) round the query"):
        Facts(product(), WINDOW, END, {key: doubled}).series(key)


def test_an_acceptance_query_is_asked_at_the_meeting() -> None:
    question = verification("AI-3", "count_over_time(ALERTS[14d])", WINDOW)
    assert question.instant and question.end == WINDOW.end and question.section == "action_items"
