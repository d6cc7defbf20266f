"""Whether an incident was seen before: earlier ones like it, with the base rate that gives the number its meaning.

"The third of its kind" says little by itself: of a service with two incidents
a quarter it is much, of one with fifty it is chance. So the number comes with
how far back the records reach and how many incidents the service had in that time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

import pandas as pd

__all__ = ["REACH", "kinds", "same", "similar", "words"]

REACH = timedelta(days=365)
"""How far back one looks."""

QUARTER_DAYS = 365 / 4
AT_ONCE = timedelta(minutes=30)
"""Two of one service that begin within this time are one outage written down twice. Own choice."""

_LOOKED_AT = ("id", "title", "services", "impact", "start", "end")
ALIKE = 0.5
"""Share of the words of the shorter title that the other must have too."""

_TAG = re.compile(r"\bcause:\s*([\w./-]*\w)")
_WORD = re.compile(r"[^\W_]{3,}")
# Scripts without blanks between words: kana, ideographs; pairs of letters stand for words.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+")
_COMMON_WORDS = """
after all and are but down error every failed failing failure for from had has have incident into issue its lost not
outage over problem some the their they this users was were when while with
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def words(title: str, but: Collection[str] = ()) -> frozenset[str]:
    """The words of a title that tell it from others, in lower case, without the s of a plural.

    ``but`` are left out, such as service names.

    >>> sorted(words("Cart lost two databases again", ["cart"]))
    ['again', 'database', 'two']
    """
    named = {_singular(part) for name in but for part in _WORD.findall(name.casefold())}
    return _told_by(title) - named


def similar(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two incidents (rows of ``INCIDENTS``) are of one kind.

    They share a service (or neither names one), and they have the same
    ``cause:`` tag in title or impact, or else the same title, or at least half of the words of the
    shorter title are in the other: two of them at least, where it has two.
    Two tags that differ say that they are not.
    """
    mine, theirs = set(one["services"]), set(other["services"])
    if (mine or theirs) and not mine & theirs:
        return False
    causes, others = _causes(one), _causes(other)
    if causes and others:
        return bool(causes & others)
    if one["title"].casefold() == other["title"].casefold():
        return True
    names = mine | theirs
    first, second = words(one["title"], names), words(other["title"], names)
    shorter = min(len(first), len(second))
    shared = len(first & second)
    return shorter > 0 and shared >= min(2, shorter) and shared >= ALIKE * shorter


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two incidents (rows of ``INCIDENTS``) are one outage, recorded twice or by two sources.

    They share a service, or one names none, and went on at the same time or began within :data:`AT_ONCE`. One
    whose end is not known counts with its start alone: many are never closed.
    """
    mine, theirs = set(one["services"]), set(other["services"])
    if mine and theirs and not mine & theirs:
        return False
    first, second = sorted((one, other), key=lambda each: each["start"])
    apart = second["start"] - first["start"]
    return bool(apart <= AT_ONCE or (not pd.isna(first["end"]) and second["start"] < first["end"]))


def kinds(incident: Mapping[str, Any], incidents: pd.DataFrame) -> dict[str, Any] | None:
    """How many of the kind of this incident there were up to it, as far as the records reach, a year at most.

    ``incidents`` is ``INCIDENTS`` with all that is known. Gives ``count`` (this
    one among them), ``ids`` of the earlier ones, newest first, ``since`` (UTC,
    begin of what was looked through), ``days`` from there to this incident,
    ``per_quarter`` (``None`` under a quarter of records: a rate would be a
    guess), ``of_service``: all incidents of its services in that time, this one
    among them. ``None`` when no record is older: nothing can be said.

    An outage that stands in the list more than once (:func:`same`) counts once, and this one is not seen before
    because somebody else wrote it down as well. Of several records of one outage the first that is alike is named.
    """
    start = incident["start"]
    older = incidents[(incidents["start"] < start) & (incidents["id"] != incident["id"])].sort_values(["start", "id"])
    listed = [
        dict(zip(_LOOKED_AT, values, strict=True))
        for values in zip(*(older[column].tolist() for column in _LOOKED_AT), strict=True)
    ]
    before = [each for each in listed if not same(incident, each)]
    if not before:
        return None
    since = max(before[0]["start"], pd.Timestamp(start) - REACH)
    outages = _once(each for each in before if each["start"] >= since)
    mine = set(incident["services"])
    alike = [next((each["id"] for each in outage if similar(incident, each)), None) for outage in outages]
    ids = [identity for identity in reversed(alike) if identity is not None]
    days = (start - since).total_seconds() / 86_400
    return {
        "count": len(ids) + 1,
        "ids": ids,
        "since": since,
        "days": days,
        "per_quarter": (len(ids) + 1) * QUARTER_DAYS / days if days >= QUARTER_DAYS else None,
        "of_service": 1 + sum(not mine or any(mine & set(each["services"]) for each in outage) for outage in outages),
    }


def _once(ordered: Iterable[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Incidents in order of start, those of one outage together; all are one with its first, so that no chain grows."""
    outages: list[list[Mapping[str, Any]]] = []
    for each in ordered:
        known = next((outage for outage in reversed(outages) if same(outage[0], each)), None)
        if known is None:
            outages.append([each])
        else:
            known.append(each)
    return outages


@lru_cache(maxsize=16_384)  # every title is compared with every other
def _told_by(title: str) -> frozenset[str]:
    text = title.casefold()
    pairs = {run[at : at + 2] for run in _UNSPACED.findall(text) for at in range(len(run) - 1)}
    spaced = _WORD.findall(_UNSPACED.sub(" ", text))
    return frozenset(pairs | {_singular(word) for word in spaced if word not in _COMMON} - _COMMON)


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 and not word.endswith("ss") else word


def _causes(incident: Mapping[str, Any]) -> set[str]:
    return set(_TAG.findall(f"{incident['title']}\n{incident['impact']}".casefold()))
