"""Small reviews built from plain values, without any source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from prodmeet_kit import kinds
from prodmeet_kit.core.errors import Failure
from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Answer, Facts
from prodmeet_kit.findings.finding import Finding
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.queries.questions import plan
from prodmeet_kit.review import Review

END = datetime(2026, 11, 23, 1, tzinfo=UTC)
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="Asia/Tokyo")

RATE = 'sum(rate(http_requests_total{service="cart"}[{{.window}}]))'


def product(**more: Any) -> Product:
    """One service, cart, with one SLO, one load and one resource."""
    return Product.model_validate(
        {
            "product": "shop",
            "timezone": "Asia/Tokyo",
            "sources": {"metrics": {"url": "http://localhost:9090"}, "alerts": [{"type": "prometheus_alerts"}]},
            "services": [
                {
                    "name": "cart",
                    "slos": [
                        {
                            "name": "availability",
                            "objective": 99.9,
                            "sli": {"events": {"error_query": RATE, "total_query": RATE}},
                        }
                    ],
                    "load": [{"name": "requests", "unit": "req/s", "query": RATE}],
                    "resources": [{"name": "memory", "unit": "bytes", "query": "use", "limit_query": "limit"}],
                }
            ],
            **more,
        }
    )


def review(
    records: Mapping[str, Iterable[Mapping[str, Any]] | None] | None = None,
    values: Mapping[str, float] | None = None,
    failures: Iterable[Failure] = (),
    **more: Any,
) -> Review:
    """A review with these records (rows by frame name) and a constant value for each question whose key begins so.

    The longest key that a question's key begins with decides its value; a question without one has no series.
    """
    shop = product(**more)
    answers = {}
    for question in plan(shop, WINDOW):
        prefixes = [prefix for prefix in values or {} if question.key.startswith(prefix)]
        periods = 1 if question.step is None else round((question.end - question.start) / question.step) + 1
        index = pd.date_range(question.start, periods=periods, freq=WINDOW.step, name="time")
        data = {"{}": float((values or {})[max(prefixes, key=len)])} if prefixes else {}
        frame = pd.DataFrame(data, index=index, dtype="float64")
        answers[question.key] = Answer(question, frame, points=periods if prefixes else 0)
    known = {name: None if rows is None else kinds.spec(name).frame(rows) for name, rows in (records or {}).items()}
    return Review(Facts(shop, WINDOW, END, answers, known, (), tuple(failures)))


def about(made: Review, subject: str) -> Finding:
    """The one finding of a review about this subject, alone or joined with others."""
    (found,) = [each for each in made.findings if subject in each.subjects]
    return found


def rules(found: Finding) -> list[str]:
    """The rules that raised what is joined in a finding, the one that presses most first."""
    return [facet.rule for _, facet in found.facets]


def subjects(made: Review) -> list[str]:
    """Everything the findings of a review are about, in order of rank."""
    return [subject for found in made.findings for subject in found.subjects]
