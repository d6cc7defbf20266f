"""Every error the kit raises on purpose, and the two records errors travel as.

::

    ProdmeetError                 anything below; the command line ends with its exit_status
    ├── InputError                what a person wrote is wrong: exit status 2, nothing written
    │   └── ParametersError       one or many problems in parameter and hand-written files
    ├── SourceError               a system could not answer: its section says so, the rest goes on
    │   ├── Unreachable           no connection, or no answer within the time allowed
    │   │   └── TimedOut          connected, and the answer came too late
    │   ├── NotAllowed            credentials missing, wrong or expired (401, 403)
    │   ├── QueryRejected         the server does not accept the question; asking again is useless
    │   ├── TooExpensive          the server gave up on the question (limits, query timeout)
    │   └── UnexpectedAnswer      an answer in a shape its published schema does not allow
    │       └── NotOffered        the server does not have what was asked for
    ├── SnapshotError             a snapshot is missing, damaged or of an unknown version
    └── ReportError               the report could not be made whole; nothing was replaced

A message never carries a credential: sources redact before they raise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "Failure",
    "InputError",
    "NotAllowed",
    "NotOffered",
    "ParametersError",
    "Problem",
    "ProdmeetError",
    "QueryRejected",
    "ReportError",
    "SnapshotError",
    "SourceError",
    "TimedOut",
    "TooExpensive",
    "UnexpectedAnswer",
    "Unreachable",
    "printable",
]

_SPACE = re.compile(r"[\x0b-\x0d]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""The text with a replacement character for each control character but tabs and line ends, which are ``\n``.

    A terminal obeys them: text of others could move its cursor, change its title or fill its clipboard. A carriage
    return alone, which would write over what stands in the line, and other ends of lines become a space. A page obeys
    those that change the direction of writing: a title could turn round the words that follow it.
    Half a character (a lone surrogate, as JSON may hold it) can be written to no file.

    >>> printable("a\x1b[31mb")
    'a\ufffd[31mb'
    """
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", _SPACE.sub(" ", text.replace("\r\n", "\n")))


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file a person wrote.

    ``file`` is the path as the person gave it, ``key`` the dotted way to the
    value (``services[0].slos[1].objective``), ``value`` what stands there, and
    ``fix`` what to write instead.
    """

    file: str
    key: str
    value: str
    fix: str

    def __str__(self) -> str:
        value = f" is {self.value}" if self.value else ""
        return printable(f"{self.file}: {self.key}{value}: {self.fix}")


@dataclass(frozen=True)
class Failure:
    """One thing that could not be checked: which agenda section, which source, and why."""

    section: str
    source: str
    message: str

    def __str__(self) -> str:
        return printable(f"{self.section}: could not check {self.source}: {self.message}")


class ProdmeetError(Exception):
    """Base of the family. ``exit_status`` is what the command line returns."""

    exit_status = 1


class InputError(ProdmeetError):
    """What a person gave (a name, a date, an option) cannot be used. Nothing was written."""

    exit_status = 2


class ParametersError(InputError):
    """Problems in files a person wrote; all of them, not the first."""

    def __init__(self, problems: Sequence[Problem]):
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SourceError(ProdmeetError):
    """A system could not answer. Becomes a :class:`Failure` in the section that asked.

    ``http_status`` is what the server refused with, 0 when no server did.
    """

    exit_status = 3
    http_status = 0


class Unreachable(SourceError):
    """No connection, or no answer within the time allowed."""


class TimedOut(Unreachable):
    """The server was there and did not answer within the time allowed: perhaps only this question is slow."""


class NotAllowed(SourceError):
    """The server answered 401 or 403."""


class QueryRejected(SourceError):
    """The server does not accept the question (parse error, bad matching)."""


class TooExpensive(SourceError):
    """The server gave up: too many samples, or its own query timeout."""


class UnexpectedAnswer(SourceError):
    """The answer has a shape the published schema does not allow."""


class SnapshotError(InputError):
    """A snapshot is missing, damaged (sha256 differs) or written by a newer kit."""


class NotOffered(UnexpectedAnswer):
    """The server does not have what was asked for, such as an API of its own for rules; it is not that it failed."""


class ReportError(ProdmeetError):
    """The report could not be made whole; what stood there before is untouched."""
