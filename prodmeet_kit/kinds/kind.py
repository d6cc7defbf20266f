"""The descriptor of a record kind with its agenda items.

It lies on the ground, below all that reads it, so that nothing is imported
upwards: what lives in a higher room is named as ``module:name``, as entry
points are, and loaded when it is used. Another package may give the thing
itself instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal

from prodmeet_kit.schemas.frames import Spec

__all__ = ["Item", "Kind", "Record", "Reference", "loaded"]

Reference = str | Callable[..., Any]
"""``"package.module:name"``, or the function or class itself."""


def loaded(reference: Reference) -> Any:
    """What a reference names. Raises ``ImportError`` or ``AttributeError`` when it is not there."""
    if not isinstance(reference, str):
        return reference
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)


@dataclass(frozen=True)
class Record:
    """One frame that sources give, one file of the snapshot.

    ``key`` is where its sources are configured, ``sources.<key>``, described for people by ``about``. ``entry`` is
    the model of one entry of a list that people write (a ``prodmeet_kit.entries.hand_written.Entry``); without it
    there is no such list. ``sections`` are where a source that fails is reported; the kind's own items when empty.

    ``said`` is the type of source that reads what people gave to the kit itself, beside the sources that are
    configured: ``inbox`` what ``prodmeet add`` wrote, ``minutes`` what the forms of a meeting wrote. ``inbox`` are the
    kinds of entry there, each with a function ``(InboxEntry, Window) -> row``. ``unwritten`` is what is asked where
    the parameters do not configure a source: the minutes, or the metric source for its rules; ``beside`` are folders
    of the minutes that are read too.
    ``completed`` is a function ``(frame, product, folder, minutes, read) -> (frame, gaps)`` that adds what other
    products know, see :mod:`prodmeet_kit.sources.toil_elsewhere`.
    """

    spec: Spec
    key: str
    about: str = ""
    entry: Reference = ""
    sections: tuple[str, ...] = ()
    said: Literal["", "inbox", "minutes"] = ""
    inbox: Mapping[str, Reference] = field(default_factory=dict)
    unwritten: Literal["", "minutes", "metrics"] = ""
    beside: tuple[str, ...] = ()
    completed: Reference = ""


@dataclass(frozen=True)
class Item:
    """One agenda item.

    ``name`` is what ``meeting.agenda`` calls it, ``make`` a function ``(Analyses) -> AgendaItem``, ``about`` what
    completion says of ``review.<name>``. ``place`` orders the default agenda; ``None``: the item is off until
    ``meeting.agenda`` names it. ``plans``: it is about plans and questions, which make no service loud. ``forms`` is
    read no more, and kept for packages that give it: the live meeting asks about each finding, whosever it is.
    """

    name: str
    make: Reference
    about: str = ""
    place: int | None = None
    plans: bool = False
    forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """Records and the agenda items that show them; either may be absent.

    ``numbers`` is a function ``(Analyses) -> {key: value}`` with its keys of ``review.json``; when empty, the rows of
    its records under their keys; ``None``: it has no key there.
    """

    name: str
    records: tuple[Record, ...] = ()
    items: tuple[Item, ...] = ()
    numbers: Reference | None = ""
