"""Action items in the minutes: a file written later about the same item replaces the earlier."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from prodmeet_kit.minutes.store import AT, Minutes, Saved
from prodmeet_kit.parameters import Document, read_document

__all__ = ["ITEMS", "current", "newest"]

ITEMS = "action_items"
"""The kind of minutes they are."""

_OF_THE_KIT = (AT, "url")
"""Keys the kit adds; the fields of an item are in ``sources.hand_written``."""


def newest(minutes: Minutes) -> dict[str, Saved]:
    """The newest file of each item, by id. Files that cannot be read are left to :func:`current`."""
    return {str(saved.content["id"]): saved for saved in minutes.load(ITEMS)[0] if "id" in saved.content}


def current(minutes: Minutes) -> list[Document]:
    """The files that count, in the order of their names, without the keys the kit adds.

    Files without a time were written by hand: none of them replaces another, so that an id used twice is told.
    """
    replaced = _replaced(minutes.load(ITEMS)[0], newest(minutes))
    paths = sorted((minutes.folder / ITEMS).glob("*.yaml"))
    return [_bare(read_document(path)) for path in paths if path not in replaced]


def _replaced(saved: Iterable[Saved], last: dict[str, Saved]) -> set[Path]:
    kept = {id_: each for id_, each in last.items() if each.at}
    return {each.path for each in saved if (new := kept.get(str(each.content.get("id")))) and new.path != each.path}


def _bare(document: Document) -> Document:
    if not isinstance(document.data, dict):
        return document
    return replace(document, data={key: value for key, value in document.data.items() if key not in _OF_THE_KIT})
