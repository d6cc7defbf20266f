"""A product of many services in which much is wrong at once, in every agenda item."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from prodmeet_kit.core.errors import Failure
from prodmeet_kit.review import Review
from prodmeet_kit.schemas.frames import label_key
from tests.support.reviews import END, RATE, review

__all__ = ["busy"]


def busy(services: int, *, decisions: int = 0, born: int = 0, **more: Any) -> Review:
    """So many services, each with something wrong; ``decisions`` were made and ``born`` action items at this meeting.

    Of every six services three miss their objective by a different share, one spent much of its error budget, one is
    well, and one gave no number. Every other one is above 90% of its memory. Two action items, an incident and a
    change a service, a question and a noisy alert for every other one; each query of a load failed in the same way.
    """
    names = [f"service-{number:02}" for number in range(services)]
    values: dict[str, float] = {}
    for number, name in enumerate(names):
        bad = (1.0, 0.02 + number / 100, 0.5, 0.009, 0.001, None)[number % 6]
        if bad is not None:
            values |= {f"slo/{name}/availability/bad": bad, f"slo/{name}/availability/total": 10.0}
        values |= {f"resource/{name}/memory/use": 95.0 - 10 * (number % 2), f"resource/{name}/memory/limit": 100.0}
    failures = [
        Failure("metrics", f"{name}/requests", f"no answer within 30 s to {name}: connection refused") for name in names
    ]
    return review(_records(names, decisions, born), values, failures, services=list(map(_service, names)), **more)


def _service(name: str) -> dict[str, Any]:
    query = RATE.replace("cart", name)
    return {
        "name": name,
        "owner": f"team {name}",
        "slos": [
            {
                "name": "availability",
                "objective": 99.9,
                "sli": {"events": {"error_query": query, "total_query": query}},
            }
        ],
        "load": [{"name": "requests", "unit": "req/s", "query": query}],
        "resources": [{"name": "memory", "unit": "bytes", "query": f"use_{name}", "limit_query": f"limit_{name}"}],
    }


def _records(names: list[str], decisions: int, born: int) -> dict[str, list[dict[str, Any]]]:
    today = END + timedelta(hours=9)
    text = "Move the sessions of the service out of its memory, and take the cache that nobody reads out of the way"
    items = [
        {"id": f"AI-{at:03}", "text": f"{text} ({at})", "owner": f"owner {at}", "status": "open",
         "due": END - timedelta(days=1 + at % 9), "born": END - timedelta(days=30)}
        for at in range(2 * len(names))
    ]  # fmt: skip
    items += [
        {"id": f"NEW-{at:03}", "text": f"{text} ({at})", "owner": "ada", "status": "open",
         "due": END + timedelta(days=9), "born": END, "verify_query": "up", "verify_expect": ">= 1"}
        for at in range(born)
    ]  # fmt: skip
    said = [
        {"subject": f"slo:{names[at]}/availability" if at < len(names) else f"question:Q-{at:03}", "item": "metrics",
         "meeting": today.date().isoformat(), "decision": ("act", "decide", "watch", "carry")[at % 4],
         "owner": "ada", "due": "2026-12-01", "note": "as we said last time", "said": END, "what": ""}
        for at in range(decisions)
    ]  # fmt: skip
    return {
        "action_items": items,
        "meeting_decisions": said,
        "incidents": [
            {"id": f"INC-{at:03}", "title": f"{name} refused one in ten requests", "services": [name],
             "start": END - timedelta(days=1 + at % 12), "end": END - timedelta(days=1 + at % 12, hours=-1),
             "detected": END - timedelta(days=1 + at % 12, minutes=-9), "detected_by": "person"}
            for at, name in enumerate(names)
        ],
        "changes": [
            {"id": f"CH-{at:03}", "title": f"Upgrade {name}", "owner": "dba", "services": [name],
             "start": END + timedelta(days=1, hours=at), "end": END + timedelta(days=1, hours=at + 2),
             "rollback": "" if at % 3 else "back", "response_needed": "look at it" if at % 2 else ""}
            for at, name in enumerate(names)
        ],
        "consultations": [
            {"id": f"Q-{at:03}", "question": f"May {name} keep its data for ten more days than it does today?",
             "asked_by": "eve", "asked": END - timedelta(days=at % 20)}
            for at, name in enumerate(names[::2])
        ],
        "toil": [
            {"id": f"T-{at}", "text": "Restart it by hand", "minutes": 20.0, "times_per_week": 3.0}
            for at in range(len(names))
        ],
        "topics": [
            {"id": f"A-{at}", "kind": "announcement", "text": f"{name} moves to the second floor", "owner": "bob"}
            for at, name in enumerate(names)
        ],
        "alert_runs": [
            {"alertname": "Slow", "labels": label_key({"service": name, "severity": "ticket"}), "state": "firing",
             "page": False, "start": END - timedelta(days=at + 1), "last": END - timedelta(days=at + 1, minutes=-2),
             "interval_s": 60.0}
            for name in names[::2]
            for at in range(9)
        ],
    }  # fmt: skip
