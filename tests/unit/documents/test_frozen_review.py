"""What the comparison with a frozen ``review.json`` sees, and what it lets pass."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.frozen_review import differences, without_texts

CONTENT: dict[str, Any] = {
    "generated_at": "2026-11-23T10:00:00+09:00",
    "slos": [{"service": "web", "name": "latency", "state": "OK", "attainment": 0.99, "note": "bad_absent"}],
    "agenda": [{"item": "metrics", "reason": "web is slow"}],
    "findings": [{"subject": "slo:web/latency", "headline": "web is slow", "question": None, "sentences": ["A", "B"]}],
    "pages": [{"id": "p", "reason": "slis_fine", "start": "2026-11-23T10:00:00+09:00"}],
    "failures": [],
}


def _changed(table: str, **values: Any) -> list[str]:
    other = {**CONTENT, table: [{**CONTENT[table][0], **values}]}
    return list(differences(without_texts(CONTENT), without_texts(other)))


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("agenda", {"reason": "web misses its objective"}),
        ("findings", {"headline": "web misses its objective", "sentences": ["C"]}),
        ("slos", {"attainment": 0.99 * (1 + 1e-12)}),
    ],
)
def test_other_words_and_the_rounding_of_a_sum_are_no_difference(table: str, values: dict[str, Any]) -> None:
    assert _changed(table, **values) == []


@pytest.mark.parametrize(
    ("table", "values", "path"),
    [
        ("slos", {"attainment": 0.99 * (1 + 1e-8)}, "slos[0 web/latency].attainment"),
        ("slos", {"attainment": None}, "slos[0 web/latency].attainment"),
        ("slos", {"state": "BAD"}, "slos[0 web/latency].state"),
        ("slos", {"note": "bad_missing"}, "slos[0 web/latency].note"),
        ("slos", {"extra": 1}, "slos[0 web/latency]"),
        ("findings", {"question": "Roll it back?"}, "findings[0 slo:web/latency].question"),
        ("findings", {"headline": ""}, "findings[0 slo:web/latency].headline"),
        ("pages", {"reason": "caught"}, "pages[0 p].reason"),
        ("pages", {"start": "2026-11-23T10:00:01+09:00"}, "pages[0 p].start"),
    ],
)
def test_a_difference_names_its_path(table: str, values: dict[str, Any], path: str) -> None:
    (line,) = _changed(table, **values)
    assert line.startswith(f"{path}: ")


def test_keys_that_go_come_or_change_places_and_rows_that_do_are_differences() -> None:
    frozen = without_texts(CONTENT)
    assert list(differences(frozen, {k: v for k, v in frozen.items() if k != "pages"})) == [
        "the file: keys gone: pages"
    ]
    assert list(differences(frozen, {**frozen, "more": []})) == ["the file: keys new: more"]
    assert list(differences(frozen, dict(sorted(frozen.items())))) == [
        "the file: keys in another order: agenda, failures, findings, generated_at, pages, slos"
    ]
    assert list(differences(frozen, {**frozen, "pages": []})) == ["pages: 1 were frozen, now 0"]
