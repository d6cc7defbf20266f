"""A product whose every source is one small server, and what that server says while it is well."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

__all__ = ["CANARY", "END", "SOURCES", "VARIABLE", "healthy", "parameters", "source_of"]

END = datetime(2026, 11, 23, tzinfo=UTC)
CANARY = "canary-7f3a9c51"
VARIABLE = "FAULTS_TOKEN"
"""The variable that holds the credential of every source."""

SOURCES = ("metrics", "alerts", "rules", "alertmanager", "icalendar", "github", "github_changes", "pagerduty")

_FIRED = datetime(2026, 11, 20, 10, 0, 13, tzinfo=UTC).timestamp()
_MINUTE = 60.0

_PARAMETERS = """
product: shop
timezone: UTC
sources:
  metrics: {{url: "{metrics}", timeout: {timeout}, auth: {auth}}}
  alerts: [{{type: prometheus_alerts}}]
  silences: [{{type: alertmanager, url: "{alertmanager}", timeout: {timeout}, auth: {auth}}}]
  incidents:
    - {{type: github, repo: acme/outages, label: incident, url: "{github}", token: "{token}", timeout: {timeout}}}
    - {{type: pagerduty, url: "{pagerduty}", token: "{token}", timeout: {timeout}, services: [PCART]}}
  changes:
    - {{type: icalendar, url: "{icalendar}/changes.ics", timeout: {timeout}, auth: {auth}}}
    - {{type: github_changes, repo: acme/changes, url: "{github_changes}", token: "{token}", timeout: {timeout}}}
services:
  - name: cart
    slos:
      - name: availability
        objective: 99.9
        sli:
          events:
            error_query: sum(rate(http_requests_total{{service="cart",code=~"5.."}}[{{{{.window}}}}]))
            total_query: sum(rate(http_requests_total{{service="cart"}}[{{{{.window}}}}]))
    load: [{{name: requests, query: 'sum(rate(http_requests_total{{service="cart"}}[{{{{.window}}}}]))'}}]
    resources: [{{name: cpu, query: sum(cpu), limit_query: sum(cpu_limit)}}]
"""


def parameters(urls: dict[str, str], timeout: str) -> str:
    """The parameter file; ``urls`` are the bases of the sources (that of ``metrics`` has alerts and rules too)."""
    token = f"${{{VARIABLE}}}"
    return _PARAMETERS.format(**urls, timeout=timeout, auth=f'{{type: bearer, token: "{token}"}}', token=token)


def source_of(path: str, form: dict[str, str]) -> str:
    """Which source asks for this path, relative to its base."""
    if "/api/v1/rules" in path:
        return "rules"
    if "/api/v1/" in path:
        return "alerts" if "ALERTS" in form.get("query", "") else "metrics"
    for word, source in (("/api/v2/", "alertmanager"), (".ics", "icalendar"), ("/acme/changes", "github_changes")):
        if word in path:
            return source
    return "github" if "/acme/" in path else "pagerduty"


def healthy(path: str, form: dict[str, str]) -> tuple[str, bytes]:
    """Content type and body of a good answer."""
    query = {name: texts[-1] for name, texts in parse_qs(urlsplit(path).query).items()}
    source = source_of(path, {**query, **form})
    if source == "icalendar":
        return "text/calendar", _CALENDAR.replace("\n", "\r\n").encode()
    made = {
        "metrics": _prometheus,
        "alerts": _prometheus,
        "rules": lambda *_: {"status": "success", "data": {"groups": [_GROUP]}},
        "alertmanager": lambda *_: [_SILENCE],
        "github": lambda *_: [_OUTAGE] if query.get("state") != "open" else [],
        "github_changes": lambda *_: [_CHANGE] if "issues" in path and query.get("state") == "open" else [],
        "pagerduty": _pagerduty,
    }[source](path, {**query, **form})
    return "application/json", json.dumps(made).encode()


def _prometheus(path: str, form: dict[str, str]) -> Any:
    text = form.get("query", "")
    value = "5" if '"5.."' in text else "4" if "limit" in text else "10000" if "http" in text else "1"
    if "query_range" in path:
        start, end, step = (float(form[name]) for name in ("start", "end", "step"))
        count = int((end - start) // step) + 1
        found = [{"metric": {}, "values": [[start + step * number, value] for number in range(count)]}]
        return _success("matrix", found)
    at = float(form.get("time", END.timestamp()))
    selected = re.search(r"\[([0-9a-z]+)\]$", text.strip())
    if not selected:
        return _success("vector", [{"metric": {}, "value": [at, value]}])
    first, last = (_FIRED, _FIRED + 3600) if "ALERTS" in text else (0.0, 1e12)
    since = max(at - _seconds(selected[1]), first)
    count = int(max(min(at, last) - since, -1) // _MINUTE) + 1
    labels = {"__name__": text.partition("{")[0]}
    if "ALERTS" in text:
        labels |= {"alertname": "CartDown", "alertstate": "firing", "service": "cart", "severity": "page"}
    values = [[since + _MINUTE * number, "1"] for number in range(count)]
    return _success("matrix", [{"metric": labels, "values": values}] if values else [])


def _seconds(text: str) -> float:
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
    return sum(float(number) * units[unit] for number, unit in re.findall(r"(\d+)(ms|[smhdw])", text))


def _success(kind: str, result: list[Any]) -> dict[str, Any]:
    return {"status": "success", "data": {"resultType": kind, "result": result}}


def _pagerduty(path: str, form: dict[str, str]) -> Any:
    key = "log_entries" if "log_entries" in path else "incidents"
    inside = form.get("since", "") <= _PAGED["created_at"] < form.get("until", "9")
    rows = ([_ENTRY] if key == "log_entries" else [_PAGED]) if inside else []
    return {key: rows, "limit": 100, "offset": 0, "more": False, "total": None}


def _iso(**before: float) -> str:
    return (END - timedelta(**before)).strftime("%Y-%m-%dT%H:%M:%SZ")


_GROUP = {
    "name": "cart", "file": "cart.yml", "interval": 60,
    "rules": [{
        "name": "CartDown", "query": 'up{service="cart"} == 0', "duration": 60, "type": "alerting", "health": "ok",
        "labels": {"service": "cart", "severity": "page"}, "annotations": {},
    }],
}  # fmt: skip
_SILENCE = {
    "id": "S-1", "createdBy": "mika", "comment": "moving", "status": {"state": "active"},
    "matchers": [{"name": "alertname", "value": "CartSlow", "isRegex": False, "isEqual": True}],
    "startsAt": _iso(days=2), "endsAt": "2026-11-22T12:00:00Z", "updatedAt": _iso(days=2),
}  # fmt: skip
_CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//shop//changes//EN
BEGIN:VEVENT
UID:move
DTSTAMP:20261101T000000Z
SUMMARY:Move the cart
DTSTART:20261125T100000Z
DURATION:PT1H
DESCRIPTION:services: cart
END:VEVENT
END:VCALENDAR
"""
_OUTAGE = {
    "number": 7, "title": "Cart refuses orders", "html_url": "https://github.example/acme/outages/issues/7",
    "created_at": _iso(days=3), "closed_at": _iso(days=2.9), "state": "closed", "body": None,
    "labels": [{"name": "incident"}, {"name": "service:cart"}],
}  # fmt: skip
_CHANGE = {
    "number": 9, "title": "New cart database", "html_url": "https://github.example/acme/changes/issues/9",
    "created_at": _iso(days=3), "closed_at": None, "state": "open", "body": "start: 2026-11-26T10:00\nservices: cart",
    "labels": [{"name": "planned-change"}],
}  # fmt: skip
_PAGED: dict[str, Any] = {
    "id": "PINC1", "type": "incident", "summary": "Cart is slow", "title": "Cart is slow", "created_at": _iso(days=4),
    "status": "resolved", "urgency": "high", "priority": None, "resolved_at": _iso(days=3.95), "incident_key": "k",
    "html_url": "https://shop.pagerduty.example/incidents/PINC1", "service": {"id": "PCART", "summary": "cart"},
    "teams": [],
}  # fmt: skip
_ENTRY = {
    "id": "R1", "type": "trigger_log_entry", "created_at": _PAGED["created_at"], "incident": {"id": "PINC1"},
    "agent": {"id": "PCART", "type": "service_reference"}, "channel": {"type": "api"},
}  # fmt: skip
