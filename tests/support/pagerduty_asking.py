"""Questions to the source ``pagerduty``, and an incident that paged, for its tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import Spec
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.pagerduty.source import read
from tests.support.answering import shop
from tests.support.pagerduty_server import PagerDuty, entry, incident

SECRET = "u+pagerdutyTestKey20"
END = datetime(2026, 11, 23, tzinfo=UTC)
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="UTC")  # history begins on 26 October
FIRING = """Labels:
 - alertname = CartErrors
 - instance = cart-{0}
 - severity = page
 - service = cart
Annotations:
 - summary = instance = none
Source: http://prometheus.example/graph
"""


def context(spec: Spec = frames.ALERT_RUNS, key: str = "sources.alerts[0]") -> Context:
    return Context(shop(), WINDOW, spec, key, Path("parameters"), None, Broken("metrics", "none"))


def config(world: PagerDuty, **more: Any) -> dict[str, Any]:
    return {"type": "pagerduty", "token": "${PAGERDUTY_TOKEN}", "url": world.url, "services": ["PCART01"], **more}


def runs(world: PagerDuty, **more: Any) -> list[dict[str, Any]]:
    return frames.rows(frames.ALERT_RUNS.check(read(config(world, **more), context())))


def outages(world: PagerDuty, **more: Any) -> list[dict[str, Any]]:
    asked = context(frames.INCIDENTS, "sources.incidents[0]")
    return frames.rows(frames.INCIDENTS.check(read(config(world, **more), asked)))


def answered_page(world: PagerDuty) -> None:
    """An incident that paged at 10:00, was answered at 10:04 and over at 10:30."""
    world.incidents = [
        incident("P1", "2026-11-20T10:00:00Z", status="resolved", priority={"id": "PPRIO01", "summary": "P1"})
    ]
    details = {"firing": FIRING.format(1) + FIRING.format(2), "num_firing": "2", "resolved": ""}
    world.entries = [
        entry("P1", "trigger", "2026-11-20T10:00:00Z", channel={"type": "api", "details": details}),
        entry("P1", "acknowledge", "2026-11-20T10:04:00Z"),
        entry("P1", "acknowledge", "2026-11-20T10:20:00Z"),
        entry("P1", "resolve", "2026-11-20T10:30:00Z"),
    ]
