"""Every number a review shows stands in ``review.json``: in tables, in levels of charts, in what is read first."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import prodmeet_kit
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.evidence import AgendaItem, Chart, Multiples, Note, Table
from prodmeet_kit.facts import Facts, Previous
from prodmeet_kit.i18n import numbers
from prodmeet_kit.i18n.times import days, duration
from prodmeet_kit.parameters import Product
from prodmeet_kit.review import Review
from prodmeet_kit.schemas import frames
from prodmeet_kit.snapshot import reopen
from tests.support.frozen_review import check

SNAPSHOT = Path(prodmeet_kit.__file__).parent / "demo" / "snapshot"

NUMBERS = ("number", "amount", "count", "percent", "change", "budget", "duration", "days", "trend")
"""Kinds of columns whose values are numbers."""

_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T")


def rich() -> Facts:
    """The demo with all a team can write down: exclusions, borrowed parts, prices, silences, decisions, promises."""
    facts = reopen(SNAPSHOT)
    written = facts.product.model_dump(mode="json")
    written["exclusions"] = [
        {"start": "2026-11-12T18:00", "end": "2026-11-12T19:00", "reason": "a provider's maintenance", "author": "sre"}
    ]
    for service in written["services"]:
        for used in service["resources"]:
            if used["name"] == "cpu":
                used["price"] = {"per": "core-hour", "amount": 0.031, "currency": "EUR"}
            else:
                used["borrowed"] = [{"amount": 2**31, "until": "2026-12-04", "from_whom": "batch", "note": "a sale"}]
    written["rotations"] = [{"name": "shop", "timezone": "Asia/Tokyo"}]
    end = facts.window.end
    silence = {
        "id": "s1", "matchers": 'alertname="WebHighCPU"', "comment": "", "state": "active",
        "start": end - timedelta(days=9), "end": end + timedelta(days=40),
    }  # fmt: skip
    said = [
        {
            "subject": subject, "meeting": "2026-11-09", "decision": decision, "owner": "bo", "due": due,
            "said": end - timedelta(days=14), "item": "metrics", "what": "said then",
        }
        for subject, decision, due in (
            ("limit_near/cart/memory", "act", "2026-11-19"), ("slow_burn/web/latency", "act", "2026-12-19"),
            ("slo/web/latency", "carry", ""),
        )
    ]  # fmt: skip
    took = [
        {
            "subject": "metrics",
            "meeting": "2026-11-09",
            "planned": 12.0,
            "minutes": 17.5,
            "said": end - timedelta(days=14),
        }
    ]
    more = {"silences": [silence], "meeting_decisions": said, "meeting_durations": took}
    records = {**facts.records, **{name: frames.ALL[name].frame(found) for name, found in more.items()}}
    earlier = replace(facts, product=Product.model_validate({**written, "exclusions": []})).definitions
    rules = facts.records["alert_rules"]
    assert rules is not None
    before = Previous(
        facts.window.start, earlier, rules.assign(for_s=rules["for_s"] + 60), {"slow_burn/web/latency": 2}
    )
    return replace(facts, product=Product.model_validate(written), records=records, previous=before)


@pytest.fixture(scope="module", params=["demo", "rich"])
def told(request: pytest.FixtureRequest) -> tuple[Review, Any]:
    review = Review(reopen(SNAPSHOT) if request.param == "demo" else rich())
    return review, record(review)


def test_review_json_is_as_frozen_but_for_texts(told: tuple[Review, Any], request: pytest.FixtureRequest) -> None:
    check(request.node.callspec.params["told"], told[1])


def key(value: float) -> float:
    """Nine digits: what a double still holds after a sum in another order."""
    return float(f"{float(value):.9g}")


def leaves(content: Any) -> Iterator[Any]:
    if isinstance(content, dict):
        for name, inner in content.items():
            yield str(name)
            yield from leaves(inner)
    elif isinstance(content, list):
        yield len(content)
        for inner in content:
            yield from leaves(inner)
    elif content is not None and not isinstance(content, bool):
        yield content


def items(review: Review) -> list[AgendaItem]:
    return [review.overview, *review.items]


def shown(review: Review) -> Iterator[tuple[str, Any]]:
    """Where a number stands, and the number."""
    for item in items(review):
        for each in item.evidence:
            if isinstance(each, Table):
                for column in (*each.columns, *each.details):
                    if column.kind in NUMBERS:
                        for cell in each.frame[column.name]:
                            for value in cell if isinstance(cell, list) else [cell]:
                                yield f"{item.key}: {each.title}: {column.name}", value
            for chart in [each] if isinstance(each, Chart) else each.panels if isinstance(each, Multiples) else []:
                yield from ((f"{item.key}: {chart.title}", line.value) for line in chart.lines)


def test_every_number_of_a_table_and_every_level_of_a_chart_is_in_the_record(told: tuple[Review, Any]) -> None:
    review, content = told
    known = {key(value) for value in leaves(content) if isinstance(value, int | float)}
    numbers_shown = [
        (where, value) for where, value in shown(review) if isinstance(value, int | float) and math.isfinite(value)
    ]
    assert len(numbers_shown) > 500
    missing = sorted({where for where, value in numbers_shown if key(value) not in known})
    assert missing == []


def texts(review: Review) -> Iterator[tuple[str, str]]:
    """Where a text stands that may hold numbers, and the text."""
    for item in items(review):
        yield item.key, item.headline
        yield from ((f"{item.key}: {asked}", answer) for asked, answer in item.brief)
        yield from ((item.key, question) for question in item.questions)
        for each in item.evidence:
            if isinstance(each, Note):
                yield item.key, each.text
                continue
            yield item.key, f"{each.title}; {each.caption}"
            if isinstance(each, Table):
                for column in (*each.columns, *each.details):
                    if column.kind in ("text", "written", "sentence"):
                        yield from ((f"{item.key}: {column.name}", str(cell)) for cell in each.frame[column.name])


WRITERS: tuple[Callable[[float], str], ...] = (
    numbers.percent, numbers.budget, numbers.change, numbers.points, numbers.count, numbers.number, duration, days,
    lambda value: numbers.number(value, "s"), lambda value: numbers.amount(value, "bytes"),
    lambda value: f"{value:g}", lambda value: duration(60 * value),
)  # fmt: skip


def written(value: Any) -> Iterator[str]:
    """How a value of the record may be read by people: with any unit, and as what is left of the whole."""
    if isinstance(value, str):
        yield value
        if _MOMENT.match(value):
            moment = datetime.fromisoformat(value)  # the last second of a due day is due
            yield from (each.strftime("%H:%M %d %Y") for each in (moment, moment - timedelta(seconds=1)))
        return
    for each in (value, -value, 1 - value):
        yield from (write(float(each)) for write in WRITERS)
    yield from (numbers.number(value * 10.0**power) for power in (3, 6, 9))  # a price of many requests


def test_every_number_in_a_text_is_a_rounding_of_one_in_the_record(told: tuple[Review, Any]) -> None:
    review, content = told
    known = {token for value in leaves(content) for text in written(value) for token in _NUMBER.findall(text)}
    known |= {str(int(token)) for token in known if token.isdigit()}
    looked, missing = 0, []
    for where, text in texts(review):
        told_of = [token for token in _NUMBER.findall(text) if len(token) > 1]
        looked += len(told_of)
        missing += [(where, token, text[:90]) for token in told_of if token not in known]
    assert looked > 300
    assert missing == []


def test_what_the_walk_would_find(told: tuple[Review, Any]) -> None:
    """The walk is no walk past everything: without these keys it finds numbers that stand nowhere."""
    review, content = told
    without = {name: value for name, value in content.items() if name not in ("alert_conditions", "queries")}
    known = {key(value) for value in leaves(without) if isinstance(value, int | float)}
    assert any(isinstance(v, float) and math.isfinite(v) and key(v) not in known for _, v in shown(review))


SHARES = ("percent", "budget", "change")


def digits(text: str) -> str:
    return text.lstrip("+\N{MINUS SIGN}")


def as_tables_say(review: Review) -> dict[float, dict[str, str]]:
    """Each share that stands in a table: how it is written there, without its sign, and where."""
    found: dict[float, dict[str, str]] = {}
    tables = ((item.key, each) for item in items(review) for each in item.evidence if isinstance(each, Table))
    for name, table in tables:
        for column in (*table.columns, *table.details):
            for value in table.frame[column.name] if column.kind in SHARES else ():
                if isinstance(value, float) and math.isfinite(value):
                    text = digits(numbers.write(value, column.kind))
                    found.setdefault(key(abs(value)), {})[text] = f"{name}: {table.title}: {column.name}"
    return found


def test_a_share_is_rounded_the_same_in_every_table(told: tuple[Review, Any]) -> None:
    said = as_tables_say(told[0])
    assert len(said) > 80
    assert {value: texts for value, texts in said.items() if len(texts) > 1} == {}


def test_a_share_in_a_text_is_rounded_as_in_the_tables(told: tuple[Review, Any]) -> None:
    review, content = told
    tables = as_tables_say(review)
    values = {key(abs(value)) for value in leaves(content) if isinstance(value, float)}
    reading: dict[str, set[float]] = {}
    for value in values:
        for kind in SHARES:
            reading.setdefault(digits(numbers.write(value, kind)), set()).add(value)
    looked, wrong = 0, []
    for where, text in texts(review):
        for token in re.findall(r"\d[\d,.]*%", text):
            candidates = reading.get(token, set())
            looked += bool(candidates & tables.keys())
            if candidates and candidates <= tables.keys() and not any(token in tables[value] for value in candidates):
                wrong.append((where, token, text[:90]))
    assert looked > 10
    assert wrong == []
