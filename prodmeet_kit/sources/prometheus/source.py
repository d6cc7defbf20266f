"""The metric source of type ``prometheus``: any server with the Prometheus HTTP API.

A range longer than the server gives at once is asked in parts and joined on
the grid of the question, without a doubled or a lost point.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from prodmeet_kit.core.errors import QueryRejected, TooExpensive
from prodmeet_kit.core.window import format_duration
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.sources.http import TooLarge
from prodmeet_kit.sources.http.bodies import room
from prodmeet_kit.sources.prometheus.connection import connect
from prodmeet_kit.sources.prometheus.decoding import Series, doubled, frame, series_of
from prodmeet_kit.sources.prometheus.lengths import Lengths, RangeTooLong, parts
from prodmeet_kit.sources.prometheus.replies import partial, reply
from prodmeet_kit.sources.prometheus.settings import PrometheusSettings

__all__ = ["PrometheusSource", "parts"]


_MOST_SERIES = 20_000
_MOST_CELLS = 5_000_000
"""Series times points of an answer: 40 MB."""

_SHORTEST = timedelta(hours=1)  # raw samples are asked for no shorter time than this


class _Read(NamedTuple):
    """One answer: its ``resultType``, its series, the server's warnings."""

    kind: str
    series: list[Series]
    warnings: tuple[str, ...]


class PrometheusSource:
    """Answers questions; safe to use from several threads at once."""

    def __init__(self, config: PrometheusSettings, folder: Path = Path()) -> None:
        self._config, self._folder = config, folder
        self.connection = connect(config, folder)
        self.name = f"{config.type} at {self.connection.url}"
        self._lengths = Lengths()
        self._timeout = f"{config.timeout.total_seconds():g}"

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def answer(self, question: Question) -> Answer:
        """The answer of the server. Raises :class:`~prodmeet_kit.core.errors.SourceError` and its kinds."""
        began = time.monotonic()
        read = [self._instant(question.query, question.end)] if question.instant else self._ranges(question)
        if question.instant and read[0].kind == "matrix":
            raise QueryRejected("the query is a range selector: put a function such as increase(...) round it")
        series = [one.series for one in read]
        points = 1 if question.step is None else (question.end - question.start) // question.step + 1
        if points * max((len(part) for part in series), default=0) > _MOST_CELLS:
            raise TooExpensive(
                f"{max(map(len, series)):,} series came back, too many for the memory:"
                " put sum(...) or topk(...) round the query"
            )
        warnings = tuple(dict.fromkeys(warning for one in read for warning in one.warnings))
        return Answer(
            question,
            frame(question, series),
            warnings=(*warnings, *doubled(series)),
            took_s=round(time.monotonic() - began, 3),
            points=sum(len(one.values) for part in series for one in part),
            source=self.name,
            partial=partial(warnings),
        )

    def samples(self, query: str, at: datetime) -> tuple[list[Series], tuple[str, ...]]:
        """Samples as they were stored, for a query that is a range selector such as ``up[7d]``, and warnings.

        Times are those of the samples, on no grid. What of the warnings says that
        samples may be missing, :func:`~prodmeet_kit.sources.prometheus.replies.partial`
        tells. Raises as :meth:`answer` does.
        """
        read = self._instant(query, at)
        return read.series, read.warnings

    def samples_between(
        self, selector: str, start: datetime, end: datetime
    ) -> Iterator[tuple[datetime, list[Series], tuple[str, ...]]]:
        """The same for ``(start, end]`` of a selector such as ``up``: the begin of each part, its samples, warnings.

        One part, or as many as a server needs that limits the time of a query, or whose answer would be too large. A
        sample at the very begin of a part may belong to the part before.
        """
        try:
            read = self._instant(f"{selector}[{format_duration(end - start)}]", end)
        except (RangeTooLong, TooLarge):
            if end - start <= _SHORTEST:
                raise
            middle = start + (end - start) / 2
            yield from self.samples_between(selector, start, middle)
            yield from self.samples_between(selector, middle, end)
        else:
            yield start, read.series, read.warnings

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

    def _instant(self, query: str, at: datetime) -> _Read:
        return self._read("query", {"query": query, "time": _epoch(at)})

    def _ranges(self, question: Question) -> list[_Read]:
        """The parts of a range, as long as the server answers for at once; how long that is, it may say meanwhile."""
        assert question.step is not None
        read: list[_Read] = []
        start = question.start
        while start <= question.end:
            try:
                for first, last in self._lengths.parts(question, start):
                    asked = last - first
                    read.append(self._range(question, first, last))
                    start = last + question.step
            except RangeTooLong as refused:
                self._lengths.learn(question.query, asked, refused)
        return read

    def _range(self, question: Question, start: datetime, end: datetime) -> _Read:
        assert question.step is not None
        form = {"start": _epoch(start), "end": _epoch(end), "step": f"{question.step.total_seconds():g}"}
        return self._read("query_range", {"query": question.query, **form})

    def _read(self, path: str, form: dict[str, str]) -> _Read:
        wire = self.connection.wire(path, {**form, "timeout": self._timeout})
        with room(wire.body):
            told = reply(wire)
            if isinstance(told.result, list) and len(told.result) > _MOST_SERIES:
                raise TooExpensive(f"{len(told.result):,} series came back: put sum(...) or topk(...) round the query")
            return _Read(told.kind, series_of(told.kind, told.result), told.warnings)


def _epoch(moment: datetime) -> str:
    return f"{moment.timestamp():.3f}"
