"""What sources said of themselves, in the reader's language.

A snapshot holds the English of the day it was frozen, and is never written
again. So the texts the kit itself wrote are known here by their form; whatever
else a source said, and what went wrong there, stays as it is.
"""

from __future__ import annotations

import re

from prodmeet_kit.i18n.languages import clauses, later, t, tn

__all__ = ["detail", "source_name"]

_NAME = re.compile(r"(\S+) at (\S+)")
_QUERIES = re.compile(r"(.+): (\d+) of (\d+) queries\ answered(?:; (.+))?")
_ROWS = re.compile(r"(\d+) rows(?:; (.+))?", re.DOTALL)
_EARLIER = re.compile(r"(\d+) of (\d+) questions\ answered\ earlier, (?:at|between) (\d\d:\d\d)(?: and (\d\d:\d\d))?")
_NOTHING = later("nothing written")
_ZONELESS = later("times without an offset are read as UTC")


def detail(said: str) -> str:
    """How a source went, such as ``152 rows``.

    >>> detail("prometheus at http://prom:9090: 75 of 75 queries answered"), detail("1 rows"), detail("no answer")
    ('prometheus at http://prom:9090: 75 of 75 queries answered', '1 row', 'no answer')
    """
    if found := _QUERIES.fullmatch(said):
        name = source_name(found[1])
        told = t("{name}: {n} of {all} queries answered", name=name, n=found[2], all=found[3])
        return clauses([told, *map(_note, found[4].split("; "))]) if found[4] else told
    if found := _ROWS.fullmatch(said):
        number = tn("{n} row", "{n} rows", int(found[1]))
        return clauses([number, found[2]]) if found[2] else number
    return t(_NOTHING) if said == _NOTHING else said


def _note(said: str) -> str:
    """What is said beside the number of queries: how many answers an earlier command had, or how times are read."""
    if found := _EARLIER.fullmatch(said):
        n, many, at, until = found.groups()
        if until:
            return t(
                "{n} of {all} questions answered earlier, between {at} and {until}", n=n, all=many, at=at, until=until
            )
        return t("{n} of {all} questions answered earlier, at {at}", n=n, all=many, at=at)
    return t(_ZONELESS) if said == _ZONELESS else said


def source_name(said: str) -> str:
    """A source of numbers and its address.

    >>> source_name("prometheus at http://prom:9090")
    'prometheus at http://prom:9090'
    """
    found = _NAME.fullmatch(said)
    return t("{kind} at {address}", kind=found[1], address=found[2]) if found else said
