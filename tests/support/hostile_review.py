"""A review in which every text people or systems can write is as bad as it can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from prodmeet_kit.core.errors import Failure
from prodmeet_kit.facts import SourceState
from prodmeet_kit.minutes.entries import FIELDS
from prodmeet_kit.review import Review
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import Spec, label_key
from tests.support.reviews import END, product, review
from tests.support.sample_items import HOSTILE

UGLY = (
    *HOSTILE,
    "\u202eright to left \u05e9\u05dc\u05d5\u05dd \u202c and back",
    "\U0001f525\U0001f468\u200d\U0001f469\u200d\U0001f467 burning",
    "first line\nsecond line\r\nthird\ttab",
    "# heading\n- item\n| a | b |\n[link](javascript:alert(1)) ![x](http://e.invalid/x.png) `code` ***",
    "\x00\x07\x1b[31mred",
    "x" * 10_000,
)
"""HTML, script, Markdown, right to left, emoji, line breaks, control characters, ten thousand letters."""

RECORDS = (
    frames.ALERT_RUNS,
    frames.INCIDENTS,
    frames.CHANGES,
    frames.ACTION_ITEMS,
    frames.CONSULTATIONS,
    frames.TOIL,
    frames.ALERT_RULES,
    frames.SILENCES,
    frames.VERDICTS,
    frames.TOPICS,
    frames.MEETING_DECISIONS,
    frames.EXPLORATIONS,
)

_KEPT = {"state": "firing", "status": "open", "health": "ok", "detected_by": "person", "verdict": "noise"}
_OF = {
    "topics": {"kind": "topic"},
    "explorations": {"meeting": "2026-11-09"},
    "meeting_decisions": {
        "meeting": END.date().isoformat(), "decision": "act", "due": "2026-12-01", "item": "toil",
    },
}  # fmt: skip
_AFTER = {"last": 10.0, "end": 60.0, "due": 90.0, "detected": 5.0, "mitigated": 30.0, "acknowledged": 6.0}
_AHEAD = timedelta(days=2)


def hostile_review() -> Review:
    """Cart's SLO burned for an hour; every other text is ugly, and each row has another one."""
    records = {spec.name: list(_rows(spec)) for spec in RECORDS}
    services = [service.model_dump(mode="json") for service in product().services]
    services[0] |= {"owner": UGLY[1]}
    services[0]["slos"][0] |= {"description": UGLY[2]}
    services[0]["load"][0] |= {"unit": UGLY[0]}
    services[0]["resources"].append({"name": "seats", "unit": UGLY[5], "query": "seats"})
    values = {
        "slo/cart/availability/total": 1e6,
        "slo/cart/availability/bad": 5e4,
        "load/": 100.0,
        "resource/cart/memory/use": 9e9,
        "resource/cart/memory/limit": 1e10,
        "resource/cart/seats/": 7.0,
    }
    failures = [Failure("metrics", UGLY[0], UGLY[1]), Failure("toil", UGLY[2], UGLY[5])]
    made = review(records, values, failures, title=UGLY[0], services=services)
    states = tuple(SourceState(text, text, "failed", text) for text in UGLY[:6])
    return Review(replace(made.facts, sources=states))


def _rows(spec: Spec) -> Iterator[Mapping[str, Any]]:
    for number, text in enumerate(UGLY):
        start = END - timedelta(days=1, hours=number)
        if spec is frames.CHANGES and number % 2:
            start += _AHEAD
        yield {column: _cell(spec, column, kind, text, number, start) for column, (kind, _) in spec.columns.items()}


def _cell(spec: Spec, column: str, kind: str, text: str, number: int, start: Any) -> Any:
    if column == "id":
        return f"{number}-{text}"
    kept = {**_KEPT, **_OF.get(spec.name, {})}
    if column in kept:
        return kept[column]
    if column in ("labels", "annotations"):
        return label_key({"service": text, "severity": text, "pod": text, "summary": text})
    if kind == "object":
        objects = {
            "reads": [{"service": text}],
            "services": ["cart"],
            "expected_effect": {"metric": text, "direction": text, "size": text},
            "corrections": [
                {"day": text, "by": text, "before": dict.fromkeys(FIELDS, text), "after": dict.fromkeys(FIELDS, "")}
            ],
            "elsewhere": [{"product": text, "id": text, "text": text, "minutes": 5.0, "times_per_week": 1.0}],
        }
        return objects.get(column, number % 2 == 0)
    if column == "verify_query" or (spec is frames.ALERT_RULES and column == "query"):
        return ""
    if kind == "text":
        return text
    if kind == "time":
        return start + timedelta(minutes=_AFTER.get(column, 0.0))
    if kind == "float":
        return 60.0
    return number % 2 == 0
