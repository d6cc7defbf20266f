"""How long a range a server answers for at once, learned from its refusals.

Thanos, Cortex, Mimir and many services in front of them limit the length of a
query: 32 days, 768 hours, 24 hours. They say so in their own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from prodmeet_kit.core.errors import QueryRejected
from prodmeet_kit.core.window import MAX_POINTS, format_duration
from prodmeet_kit.facts import Question

__all__ = ["Lengths", "RangeTooLong", "parts", "too_long"]

_MOST_PARTS = 500  # of one question: a server that gives an hour of a quarter at a time is asked no more

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}
_WORDS = {"mi": "m", "se": "s", "ho": "h", "hr": "h", "da": "d", "we": "w", "ye": "y"}
_PART = r"(\d+(?:\.\d+)?)[\s-]?(ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|years?|y)(?![a-z])"
_DURATION = re.compile(rf"(?:{_PART}[\s,]*)+", re.IGNORECASE)
_PARTS = re.compile(_PART, re.IGNORECASE)

_OF_TIME = (
    r"(?:(?:time|query|date|data|lookback|selector|interval)[\s-]*(?:ranges?|length|span|window|duration|interval|period)"
    r"|\b(?:length|lookback|look-back|timespan|range|max-query-length|duration)\b)"
)
_LIMIT = (
    r"(?:exceed|limit|too (?:long|large|big|wide)|max|(?:greater|longer|more|larger|bigger|less|shorter|smaller) than"
    r"|at most|up to|cannot be|must (?:not )?be|not allowed)"
)
_TOO_LONG = re.compile(rf"{_OF_TIME}.*{_LIMIT}|{_LIMIT}.*{_OF_TIME}", re.IGNORECASE | re.DOTALL)
_SOMETHING_ELSE = re.compile(
    r"parse error|\bpoints\b|resolution|(?:number of|many|of|max\w*) (?:samples|series|chunks|bytes)|series limit"
    r"|only allowed|expected type",
    re.IGNORECASE,
)
_NAMED = (
    re.compile(rf"(?:limit|max(?:imum)?)(?:ed)?(?: is| of| to|:|=)*\s*({_DURATION.pattern})", re.IGNORECASE),
    re.compile(
        r"(?:limit|max(?:imum)?|exceed(?:s|ed)?|(?:greater|longer|more|larger|bigger|less|shorter|smaller) than|at most"
        rf"|up to)[^\d(,;]{{0,60}}({_DURATION.pattern})",
        re.IGNORECASE,
    ),
)
_SELECTED = re.compile(r"\[\s*((?:\d+(?:ms|[smhdwy]))+)")


class RangeTooLong(QueryRejected):
    """The server answers for shorter ranges only. ``limit`` is how long, ``counted`` what it takes the question for."""

    limit: timedelta | None = None
    counted: timedelta | None = None


def too_long(words: str) -> RangeTooLong | None:
    """The refusal of a range for its length, by the server's words; ``None`` when they speak of something else.

    >>> too_long("the query time range exceeds the limit (query length: 744h0m0s, limit: 32h0m0s)").limit
    datetime.timedelta(days=1, seconds=28800)
    >>> too_long("exceeded maximum resolution of 11,000 points per timeseries") is None
    True
    """
    if not _TOO_LONG.search(words) or _SOMETHING_ELSE.search(words):
        return None
    found = [length for text in _DURATION.finditer(words) if (length := _length(text[0]))]
    named = next((match for pattern in _NAMED if (match := pattern.search(words))), None)
    limit = _length(named[1]) if named else min(found, default=None)
    most = f" to {format_duration(limit)}" if limit else ""
    error = RangeTooLong(
        f"the server limits the time that one query may span{most}: {words}: use a recording rule or a shorter window"
    )
    error.limit = limit
    error.counted = max(found) if len(found) > 1 else None
    return error


class Lengths:
    """What is known of one server. Without a refusal only the number of points is limited."""

    def __init__(self) -> None:
        self._limit: timedelta | None = None
        self._counts_selectors = False
        self._shorter: dict[str, timedelta] = {}

    def longest(self, query: str) -> timedelta | None:
        """How long a range of this query may be; ``None`` when no limit is known."""
        if query in self._shorter:
            return self._shorter[query]
        if self._limit is None:
            return None
        return max(self._limit - (_selected(query) if self._counts_selectors else timedelta()), timedelta())

    def learn(self, query: str, asked: timedelta, refused: RangeTooLong) -> None:
        """Take note of a refusal of a range ``asked`` long. Raises it where nothing shorter could be asked."""
        if not asked:
            raise refused
        if refused.limit is None:
            self._limit = asked / 2
        else:
            self._counts_selectors |= refused.limit >= asked or (refused.counted or asked) > asked * 1.01
            self._limit = refused.limit
        longest = self.longest(query)
        if not longest:  # its range selector alone is too long
            raise refused
        if longest >= asked:  # it counts something that we do not know of
            self._shorter[query] = asked / 2

    def parts(self, question: Question, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """First and last instant of each part from ``start`` on, as :func:`parts`."""
        assert question.step is not None
        longest = self.longest(question.query)
        most = MAX_POINTS if longest is None else min(MAX_POINTS, longest // question.step + 1)
        return parts(question, most, start)


def parts(
    question: Question, most: int = MAX_POINTS, start: datetime | None = None
) -> Iterator[tuple[datetime, datetime]]:
    """First and last instant of each part of a range: together exactly its grid, each at most ``most`` points.

    Raises :class:`QueryRejected` where that would be hundreds of parts.
    """
    assert question.step is not None
    begin = start or question.start
    points = (question.end - begin) // question.step + 1
    if points > most * _MOST_PARTS:
        raise QueryRejected(
            f"the server answers for at most {format_duration((most - 1) * question.step)} at once, and this would take"
            f" {-(-points // most):,} queries: use a recording rule or a longer sources.metrics.step"
        )
    for first in range(0, points, most):
        last = min(first + most, points) - 1
        yield begin + first * question.step, begin + last * question.step


def _length(text: str) -> timedelta:
    seconds = 0.0
    for number, unit in _PARTS.findall(text.lower()):
        seconds += float(number) * _UNITS[unit if unit in _UNITS else _WORDS[unit[:2]]]
    return timedelta(seconds=min(seconds, 1e10))


def _selected(query: str) -> timedelta:
    """The longest range selector of a query."""
    return max((_length(text) for text in _SELECTED.findall(query)), default=timedelta())
