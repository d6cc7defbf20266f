"""review.json: stable keys, strict JSON, the same text for the same facts."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from prodmeet_kit.archive.layout import record_text
from prodmeet_kit.documents.review_json import record
from tests.support.reviews import review

KEYS = {
    "product", "window", "sources", "slos", "load", "resources", "efficiency", "incidents", "pages", "paging_quality",
    "missed_events", "attention", "noise", "planned_changes", "action_items", "agenda", "failures",
}  # fmt: skip
VALUES = {"slo/cart/availability/total": 10.0, "resource/cart/memory": 1.0}
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


def test_every_promised_key_is_there() -> None:
    content = record(review(values=VALUES), generated_at=NOW)
    assert set(content) >= KEYS
    assert {"service", "name", "state", "attainment", "budget_remaining", "burn_rate", "query"} <= set(
        content["slos"][0]
    )
    assert content["window"] == {
        "start": "2026-11-09T10:00:00+09:00",
        "end": "2026-11-23T10:00:00+09:00",
        "step_s": 300.0,
        "timezone": "Asia/Tokyo",
        "compare_start": "2026-10-26T10:00:00+09:00",
    }


def test_what_is_not_known_is_null_and_the_text_is_strict_json() -> None:
    content = json.loads(record_text(record(review(), generated_at=NOW)), parse_constant=pytest.fail)
    assert content["slos"][0]["state"] == "NO_DATA"
    assert content["slos"][0]["attainment"] is None
    assert content["load"][0]["peak_at"] is None


def test_equal_facts_give_equal_text() -> None:
    first, second = (record_text(record(review(values=VALUES), generated_at=NOW)) for _ in range(2))
    assert first == second
