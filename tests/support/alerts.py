"""Rows of SLO events and of alert episodes that do not page, in November 2026."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.support.grids import at


def event(onset: str, end: str, service: str = "cart", **more: Any) -> dict[str, Any]:
    return {
        "id": f"{service}/availability@{onset}",
        "service": service,
        "slo": "availability",
        "onset": at(f"2026-11-{onset}"),
        "end": at(f"2026-11-{end}"),
        "budget_spent": 0.3,
        "trigger": "6x/6h",
        **more,
    }


def episode(start: str, minutes: float, alert: str = "Full", service: str = "cart", **more: Any) -> dict[str, Any]:
    first = at(f"2026-11-{start}")
    return {
        "id": f"{alert}@{start}",
        "alert": alert,
        "service": service,
        "severity": "ticket",
        "page": False,
        "start": first,
        "end": first + timedelta(minutes=minutes),
        "duration_s": 60 * minutes,
        "labels": f'{{"service":"{service}"}}',
        **more,
    }
