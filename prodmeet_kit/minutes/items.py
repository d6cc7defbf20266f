"""Action items in the minutes: a file written later about the same item replaces the earlier."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from prodmeet_kit.core.errors import Problem
from prodmeet_kit.minutes.store import AT, Minutes, Saved
from prodmeet_kit.parameters import Document, read_document

__all__ = ["ITEMS", "newest", "versions"]

ITEMS = "action_items"
"""The kind of minutes they are."""

_OF_THE_KIT = (AT, "url")
"""Keys the kit adds; the fields of an item are in ``sources.hand_written``."""


def newest(minutes: Minutes) -> dict[str, Saved]:
    """The newest file of each item, by id. Files that cannot be read are left to :func:`versions`."""
    return _newest(minutes.load(ITEMS)[0])


def versions(minutes: Minutes) -> tuple[list[list[Document]], list[Problem]]:
    """The files about each item, the newest first, without the keys the kit adds; and what is wrong with others.

    Files without a time were written by hand: none of them replaces another, so that an id used twice is told.
    """
    saved, problems = minutes.load(ITEMS)
    timed = {id_ for id_, each in _newest(saved).items() if each.at}
    groups: dict[str, list[Path]] = {}
    for each in reversed(saved):
        id_ = str(each.content.get("id"))
        groups.setdefault(id_ if id_ in timed else str(each.path), []).append(each.path)
    ordered = sorted(groups.values(), key=lambda paths: paths[0])
    return [[_bare(read_document(path)) for path in paths] for paths in ordered], problems


def _newest(saved: Iterable[Saved]) -> dict[str, Saved]:
    return {str(each.content["id"]): each for each in saved if "id" in each.content}


def _bare(document: Document) -> Document:
    if not isinstance(document.data, dict):
        return document
    return replace(document, data={key: value for key, value in document.data.items() if key not in _OF_THE_KIT})
