"""A PagerDuty of a test's own on loopback: it filters, sorts, pages and refuses as the published REST API says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.serving import QuietHandler, serving

Query = dict[str, list[str]]
Reply = tuple[int, dict[str, str], Any]
"""Status, headers, and content: an object that becomes JSON, or bytes."""


def incident(id: str, created: str, **more: Any) -> dict[str, Any]:  # noqa: A002 - the schema's word
    """An incident of the schema, resolved by nobody yet, of high urgency and without a priority."""
    return {
        "id": id,
        "type": "incident",
        "summary": f"[#7] Trouble {id}",
        "title": f"Trouble {id}",
        "created_at": created,
        "status": "triggered",
        "urgency": "high",
        "priority": None,
        "resolved_at": None,
        "incident_key": f"key-{id}",
        "html_url": f"https://shop.pagerduty.example/incidents/{id}",
        "service": {"id": "PCART01", "type": "service_reference", "summary": "cart"},
        "teams": [{"id": "PTEAM01", "type": "team_reference", "summary": "Shop"}],
        "assignments": [{"at": created, "assignee": {"id": "PUSER01", "summary": "Ann Example"}}],
        **more,
    }


def entry(of: str, kind: str, created: str, **more: Any) -> dict[str, Any]:
    """A log entry of an incident; ``kind`` is trigger, acknowledge, resolve and the like."""
    return {
        "id": f"R{of}{kind}{created}",
        "type": f"{kind}_log_entry",
        "summary": "Done by Ann Example",
        "created_at": created,
        "agent": {"id": "PUSER01", "type": "service_reference", "summary": "Ann Example"},
        "channel": {"type": "api"},
        "incident": {"id": of, "type": "incident_reference", "summary": "[#7]"},
        **more,
    }


@dataclass
class PagerDuty:
    """What it holds, what it was asked, and what it says instead of an answer while ``instead`` gives something."""

    incidents: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)
    most: int = 10_000
    instead: Callable[[str], Reply | None] = lambda path: None
    asked: list[tuple[str, Query]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def answer(self, path: str, query: Query) -> Reply:
        """The reply to one request."""
        self.asked.append((path, query))
        other = self.instead(path)
        if other is not None:
            return other
        limit, offset = int(query.get("limit", ["25"])[0]), int(query.get("offset", ["0"])[0])
        if limit > 100 or offset + limit > self.most:
            return 400, {}, {"error": {"message": "Invalid Input Provided", "errors": ["Offset is too large."]}}
        key = "incidents" if path == "/incidents" else "log_entries"
        rows = self._rows(path, key, query)
        page = rows[offset : offset + limit]
        total = len(rows) if query.get("total") == ["true"] else None
        more = offset + limit < len(rows)
        return 200, {}, {key: page, "limit": limit, "offset": offset, "more": more, "total": total}

    def _rows(self, path: str, key: str, query: Query) -> list[dict[str, Any]]:
        rows = self.incidents if key == "incidents" else self.entries
        if path.startswith("/incidents/"):
            return [row for row in rows if row["incident"]["id"] == path.split("/")[2]]
        since, until = query["since"][0], query["until"][0]
        rows = [row for row in rows if since <= row["created_at"] <= until]
        for name in ("service", "team"):
            wanted = query.get(f"{name}_ids[]")
            if wanted and key == "incidents":
                rows = [row for row in rows if {one["id"] for one in _of(row, name)} & set(wanted)]
        ascending = query.get("sort_by") == ["created_at:asc"]
        return sorted(rows, key=lambda row: str(row["created_at"]), reverse=not ascending)


def _of(row: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [row["service"]] if name == "service" else row["teams"]


@contextmanager
def running(world: PagerDuty) -> Iterator[PagerDuty]:
    """Run it on a free port; ``world.url`` is its address."""

    class Handler(QuietHandler):
        def do_GET(self) -> None:  # noqa: N802 - the name is http.server's
            parts = urlsplit(self.path)
            world.headers.append({name.lower(): text for name, text in self.headers.items()})
            status, headers, content = world.answer(parts.path, parse_qs(parts.query))
            self.reply_json(status, headers, content)

    with serving(Handler) as url:
        world.url = url
        yield world
