"""The metric source of type ``prometheus``: any server with the Prometheus HTTP API.

A range longer than the server gives at once is asked in parts and joined on
the grid of the question, without a doubled or a lost point.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from prodmeet_kit.errors import QueryRejected
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.parameters import MetricSource
from prodmeet_kit.sources.prometheus.connection import connect
from prodmeet_kit.sources.prometheus.decoding import Series, frame, series_of
from prodmeet_kit.sources.prometheus.replies import Reply
from prodmeet_kit.window import MAX_POINTS

__all__ = ["PrometheusSource", "parts"]


class PrometheusSource:
    """Answers questions; safe to use from several threads at once."""

    def __init__(self, config: MetricSource, folder: Path = Path()) -> None:
        self._config, self._folder = config, folder
        self.connection = connect(config, folder)
        self.name = f"{config.type} at {self.connection.url}"
        self._timeout = f"{config.timeout.total_seconds():g}"

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def answer(self, question: Question) -> Answer:
        """The answer of the server. Raises :class:`~prodmeet_kit.errors.SourceError` and its kinds."""
        began = time.monotonic()
        if question.instant:
            replies = [self._instant(question.query, question.end)]
            if replies[0].kind == "matrix":
                raise QueryRejected("the query is a range selector: put a function such as increase(...) round it")
        else:
            replies = [self._range(question, start, end) for start, end in parts(question)]
        series = [series_of(reply.kind, reply.result) for reply in replies]
        return Answer(
            question,
            frame(question, series),
            warnings=tuple(dict.fromkeys(warning for reply in replies for warning in reply.warnings)),
            took_s=round(time.monotonic() - began, 3),
            points=sum(len(one.values) for part in series for one in part),
            source=self.name,
        )

    def samples(self, query: str, at: datetime) -> tuple[list[Series], tuple[str, ...]]:
        """Samples as they were stored, for a query that is a range selector such as ``up[7d]``, and warnings.

        Times are those of the samples, on no grid. Raises as :meth:`answer` does.
        """
        reply = self._instant(query, at)
        return series_of(reply.kind, reply.result), reply.warnings

    def alert_rules(self, kind: str = "alert") -> Any:
        """What the rules API says of rules of a kind, ``alert`` or ``record``, as JSON. Raises as :meth:`answer` does.

        Over a connection of its own: a token that may query and not read rules must not stop the queries.
        """
        connection = connect(self._config, self._folder)
        try:
            return connection.alert_rules(kind)
        finally:
            connection.close()

    def close(self) -> None:
        """Let the connections go."""
        self.connection.close()

    def _instant(self, query: str, at: datetime) -> Reply:
        return self.connection.ask("query", {"query": query, "time": _epoch(at), "timeout": self._timeout})

    def _range(self, question: Question, start: datetime, end: datetime) -> Reply:
        assert question.step is not None
        form = {"start": _epoch(start), "end": _epoch(end), "step": f"{question.step.total_seconds():g}"}
        return self.connection.ask("query_range", {"query": question.query, **form, "timeout": self._timeout})


def parts(question: Question, most: int = MAX_POINTS) -> Iterator[tuple[datetime, datetime]]:
    """First and last instant of each part of a range: together exactly its grid, each at most ``most`` points."""
    assert question.step is not None
    points = (question.end - question.start) // question.step + 1
    for first in range(0, points, most):
        last = min(first + most, points) - 1
        yield question.start + first * question.step, question.start + last * question.step


def _epoch(moment: datetime) -> str:
    return f"{moment.timestamp():.3f}"
