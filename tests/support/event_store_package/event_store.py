"""Metrics of an event store that counts events by a query such as ``count orders where status >= 500``."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pydantic import Field

from prodmeet_kit.parameters import MetricSettings, expand
from prodmeet_kit.parameters.fields import REFERENCE_ONLY
from prodmeet_kit.parameters.metrics.backends import MetricBackend, Role

_QUERY = re.compile(r"(?P<what>count|rate) (?P<events>\w+)(?: where (?P<field>\w+) (?P<op><|>=|=) (?P<value>\d+))?")


class EventStoreSettings(MetricSettings):
    """The keys under ``sources.metrics``."""

    url: str = Field(description="Address of the store", examples=["https://events.example"])
    api_key: str = Field(description="${NAME_OF_VARIABLE}", json_schema_extra=REFERENCE_ONLY)


class EventStore(MetricBackend):
    """The query language: ``count`` gives events in the window, ``rate`` the same a second."""

    settings = EventStoreSettings
    called = "the event store"
    language = "a query of the event store"
    sli_kinds = ("events",)
    probe = "count events"
    when_empty = "check the name of the events"

    def open(self, settings: EventStoreSettings, folder: Path) -> EventStoreSource:
        """Expand what the file refers to; nothing is sent yet."""
        return EventStoreSource(expand(settings.url), expand(settings.api_key, secret=True))

    def check(self, query: str, role: Role) -> None:
        """Raise ``ValueError`` that says what to write."""
        found = _QUERY.fullmatch(query.strip())
        if found is None:
            raise ValueError("write count EVENTS or rate EVENTS, and perhaps: where FIELD >= NUMBER (or <, =)")
        if role == "ratio":
            raise ValueError("the event store has no ready ratios: use sli.events")
        if role == "events" and found["what"] != "count":
            raise ValueError(f"count events: write {query.replace('rate', 'count', 1)}")

    def counts_events(self, query: str) -> bool:
        """Whether it is a ``count``."""
        return query.strip().startswith("count")


class EventStoreSource:
    """Asks the store. Safe in several threads: each question is a request of its own."""

    def __init__(self, url: str, api_key: str) -> None:
        self.name = f"event store at {url}"
        self._url, self._headers = url, {"X-Api-Key": api_key, "Content-Type": "application/json"}

    def answer(self, question: Any) -> Any:
        """One number for each instant ``t`` of the question: of what happened in ``(t - question.window, t]``."""
        import numpy as np
        import requests

        from prodmeet_kit.core.errors import SourceError
        from prodmeet_kit.facts import Answer
        from prodmeet_kit.sources.base import grid, wide

        found = _QUERY.fullmatch(question.query.strip())
        if found is None:
            raise SourceError(f"the event store cannot read {question.query}")
        times, length = grid(question), question.window.total_seconds()
        ends = (times.as_unit("ms").asi8 / 1000).tolist()
        asked = {**found.groupdict(), "ends": ends, "length": length}
        try:
            reply = requests.post(f"{self._url}/count", data=json.dumps(asked), headers=self._headers, timeout=30)
        except requests.RequestException as error:
            raise SourceError(f"cannot reach the event store at {self._url}: {error}") from None
        if reply.status_code != 200:
            raise SourceError(f"the event store refused: {reply.text}")
        counts = np.array(reply.json()["counts"], dtype=float).reshape(-1, 1)
        values = counts / length if found["what"] == "rate" else counts
        return Answer(question, wide(times, ["{}"], values), points=len(times), source=self.name)

    def close(self) -> None:
        """Nothing is open."""


BACKEND = EventStore()
