"""Two products that look at the harsh world from different zones."""

from __future__ import annotations

from typing import Any

from prodmeet_kit.parameters.models import Product

__all__ = ["STEP_S", "berlin", "tokyo"]

STEP_S = 300.0


def _slo(name: str, objective: float, service: str, bad: str, **more: Any) -> dict[str, Any]:
    rate = 'sum(rate(events_total{service="%s"%s}[{{.window}}]))'
    events = {"error_query": rate % (service, f',code=~"{bad}"'), "total_query": rate % (service, "")}
    return {"name": name, "objective": objective, "sli": {"events": events}, **more}


def _requests(service: str) -> dict[str, Any]:
    query = f'sum(rate(events_total{{service="{service}"}}[{{{{.window}}}}]))'
    return {"name": "requests", "unit": "req/s", "query": query}


SERVICES: dict[str, dict[str, Any]] = {
    "restless": {
        "slos": [
            _slo("availability", 99.5, "restless", "5.."),
            _slo("week", 99, "restless", "5..", window="7d"),
        ],
        "load": [_requests("restless"), {"name": "queue", "query": "sum(queue_depth)"}],
        "resources": [
            {"name": "freezer", "query": "sum(freezer_celsius)"},
            {"name": "disk", "query": "sum(disk_used)", "limit_query": "sum(disk_size)"},
        ],
    },
    "churning": {"slos": [_slo("availability", 99.5, "churning", "5..")], "load": [_requests("churning")]},
    "rare": {"slos": [_slo("availability", 99, "rare", "5..")], "load": [_requests("rare")]},
    "strict": {"slos": [_slo("always", 100, "strict", "5.."), _slo("spotless", 100, "strict", "503")]},
    "hopeless": {"slos": [_slo("whatever", 0, "hopeless", "5..")]},
    "gone": {"slos": [_slo("availability", 99, "gone", "5..")], "load": [_requests("gone")]},
    "young": {"slos": [_slo("availability", 99, "young", "5..")], "load": [_requests("young")]},
}


def _product(name: str, timezone: str, url: str, services: list[str]) -> Product:
    return Product.model_validate(
        {
            "product": name,
            "timezone": timezone,
            "sources": {"metrics": {"url": url}},
            "services": [{"name": service, **SERVICES[service]} for service in services],
        }
    )


def berlin(url: str) -> Product:
    """All services, on a clock that leaves summer time within the window."""
    return _product("berlin", "Europe/Berlin", url, list(SERVICES))


def tokyo(url: str) -> Product:
    """Three of the services, nine hours ahead of UTC."""
    return _product("tokyo", "Asia/Tokyo", url, ["restless", "churning", "rare"])
