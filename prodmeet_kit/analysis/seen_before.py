"""Whether an incident was seen before: earlier ones like it, with the base rate that gives the number its meaning.

"The third of its kind" says little by itself: of a service with two incidents
a quarter it is much, of one with fifty it is chance. So the number comes with
how far back the records reach and how many incidents the service had in that time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

import pandas as pd

__all__ = ["REACH", "kinds", "similar", "words"]

REACH = timedelta(days=365)
"""How far back one looks."""

QUARTER_DAYS = 365 / 4
_LOOKED_AT = ("id", "title", "services", "impact")
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


def kinds(incident: Mapping[str, Any], incidents: pd.DataFrame) -> dict[str, Any] | None:
    """How many of the kind of this incident there were up to it, as far as the records reach, a year at most.

    ``incidents`` is ``INCIDENTS`` with all that is known. Gives ``count`` (this
    one among them), ``ids`` of the earlier ones, newest first, ``since`` (UTC,
    begin of what was looked through), ``days`` from there to this incident,
    ``per_quarter`` (``None`` under a quarter of records: a rate would be a
    guess), ``of_service``: all incidents of its services in that time, this one
    among them. ``None`` when no record is older: nothing can be said.
    """
    start = incident["start"]
    older = incidents[(incidents["start"] < start) & (incidents["id"] != incident["id"])]
    if older.empty:
        return None
    since = max(older["start"].min(), pd.Timestamp(start) - REACH)
    within = older[older["start"] >= since].sort_values(["start", "id"], ascending=[False, True])
    listed = [
        dict(zip(_LOOKED_AT, values, strict=True))
        for values in zip(*(within[column].tolist() for column in _LOOKED_AT), strict=True)
    ]
    mine = set(incident["services"])
    ids = [each["id"] for each in listed if similar(incident, each)]
    days = (start - since).total_seconds() / 86_400
    return {
        "count": len(ids) + 1,
        "ids": ids,
        "since": since,
        "days": days,
        "per_quarter": (len(ids) + 1) * QUARTER_DAYS / days if days >= QUARTER_DAYS else None,
        "of_service": 1 + sum(not mine or bool(mine & set(each["services"])) for each in listed),
    }


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
