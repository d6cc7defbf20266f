"""Which kinds there are: the modules of ``built_in``, and those of other packages.

Another package adds one with an entry point; its name is what people write
in ``meeting.agenda``. It gives a :class:`Kind`, or only a function
``(Analyses) -> AgendaItem`` where no records come with it::

    [project.entry-points."prodmeet_kit.agenda"]
    security_patches = "our_package.security_patches:KIND"
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache, partial
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from keyword import iskeyword
from pkgutil import iter_modules
from typing import Any, NoReturn

from prodmeet_kit.core.errors import InputError
from prodmeet_kit.kinds import built_in as _folder
from prodmeet_kit.kinds.kind import Item, Kind, Record
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import Spec

__all__ = [
    "AGENDA",
    "GROUP",
    "built_in",
    "every",
    "item",
    "item_names",
    "items_of",
    "record",
    "records",
    "records_of",
    "refused",
    "sections",
    "spec",
    "used",
]

GROUP = "prodmeet_kit.agenda"
"""The group of entry points."""

_ORDER = (
    "metrics", "alerts", "monitoring", "meetings", "incidents", "changes", "action_items", "consultations", "toil",
    "topics",
)  # fmt: skip
"""The kit's own kinds in the order that snapshots and reports list them in; a module beside these comes after."""


_OF_THE_REVIEW = frozenset(
    ("agenda", "analyses", "answer", "around", "ask_at", "closer", "compare", "counts", "examples", "facts", "failures",
     "finding", "findings", "folding", "home", "item", "items", "lines", "live", "overview", "promql", "query",
     "questions", "service", "slo", "split", "views")
)  # fmt: skip
"""What a notebook finds at ``review.<name>`` beside the agenda items."""


@cache
def built_in() -> tuple[Kind, ...]:
    """The kit's own kinds: ``KIND`` of each module in ``built_in``. They need no line anywhere."""
    names = [module.name for module in iter_modules(_folder.__path__)]
    names.sort(key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))
    return tuple(import_module(f"{_folder.__name__}.{name}").KIND for name in names)


def every() -> tuple[Kind, ...]:
    """The kit's own kinds, then those of other packages by name.

    One that cannot be loaded, or that takes a name of another, is an agenda item that says so when it is shown.
    """
    return _every(tuple(sys.path))[0]


def refused() -> Mapping[str, str]:
    """What of other packages is not used, by the name of the entry point or item, and why, in one line each."""
    return _every(tuple(sys.path))[1]


@lru_cache(maxsize=4)
def _every(_: tuple[str, ...]) -> tuple[tuple[Kind, ...], Mapping[str, str]]:
    found, not_used = list(built_in()), dict[str, str]()
    for point in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        given, why = _of_package(point, found)
        if not why:
            found.append(given)
            continue
        why = f"the agenda item {point.name} ({point.value}) {why}"
        not_used |= dict.fromkeys([point.name, *(made.name for made in given.items)], why)
        own = Kind(point.name, items=(Item(point.name, partial(_refuse, why)),), numbers=None)
        if not _unfit(point.name) and not _names(found) & _names([own]):
            found.append(own)
    return tuple(found), not_used


def _of_package(point: EntryPoint, there: Collection[Kind]) -> tuple[Kind, str]:
    """What an entry point gives, and why it cannot be used; empty when it can."""
    try:
        given = point.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it is another package's: its bug shall not cost the report
        return Kind(point.name), f"cannot be loaded: {type(error).__name__}: {error}"
    if not isinstance(given, Kind):
        given = Kind(point.name, items=(Item(point.name, given),), numbers=None)
    names = [made.name for made in given.items]
    if unfit := next(filter(None, map(_unfit, names)), ""):
        return given, unfit
    if twice := next((name for name in names if names.count(name) > 1), ""):
        return given, f"names {twice} twice: rename one"
    taken = sorted(_names(there) & _names([given]))
    return given, f"takes {', '.join(taken)}, which exists: rename it" if taken else ""


def _unfit(name: str) -> str:
    """Why a name cannot be written as ``review.<name>`` in a notebook; empty when it can."""
    if name in _OF_THE_REVIEW:
        return f"is called {name}, which a review has for something else: rename it"
    if not name.isascii() or not name.isidentifier() or name.startswith("_") or iskeyword(name):
        return f"is called {name!r}: use letters, digits and underscores, and no word of Python"
    return ""


def _refuse(why: str, _: Any) -> NoReturn:
    raise InputError(why)


def _names(kinds: Iterable[Kind]) -> set[str]:
    kinds = list(kinds)
    return {name for each in kinds for made in each.records for name in (f"sources.{made.key}", made.spec.name)} | {
        f"the agenda item {made.name}" for each in kinds for made in each.items
    }


def item(name: str) -> Item | None:
    """The agenda item of this name; ``None`` where there is none."""
    return next((made for kind in every() for made in kind.items if made.name == name), None)


def item_names() -> tuple[str, ...]:
    """Every name that may stand in ``meeting.agenda``: the default agenda, then the others by name."""
    others = sorted(made.name for kind in every() for made in kind.items if made.name not in AGENDA)
    return (*AGENDA, *others)


def records() -> tuple[Record, ...]:
    """The records of every kind."""
    return tuple(made for kind in every() for made in kind.records)


def record(name: str) -> Record | None:
    """The record whose frame has this name; ``None`` where there is none."""
    return next((made for made in records() if made.spec.name == name), None)


def spec(name: str) -> Spec:
    """The columns of the frame of this name. Raises ``KeyError`` where no kind and no analysis has it."""
    found = record(name)
    return found.spec if found else frames.ALL[name]


def used(agenda: Collection[str], keys: Collection[str]) -> tuple[Kind, ...]:
    """The kinds of a meeting: all that are on, and those that ``agenda`` or a key under sources names."""
    return tuple(kind for kind in every() if _on(kind) or _named(kind, agenda, keys))


def _on(kind: Kind) -> bool:
    """Whether a kind belongs to every meeting: it has an item of the default agenda, or serves those of others."""
    return kind in built_in() and (not kind.items or any(made.place is not None for made in kind.items))


def _named(kind: Kind, agenda: Collection[str], keys: Collection[str]) -> bool:
    return any(made.name in agenda for made in kind.items) or any(made.key in keys for made in kind.records)


def records_of(agenda: Collection[str], keys: Collection[str]) -> tuple[Record, ...]:
    """The records that a meeting gathers: those of the kinds it uses."""
    return tuple(made for kind in used(agenda, keys) for made in kind.records)


def sections(of: Record) -> tuple[str, ...]:
    """Where it is reported that a source of this record failed."""
    return of.sections or items_of(of.key)


def items_of(key: str) -> tuple[str, ...]:
    """The agenda items that show what the sources under a key give."""
    kinds = [kind for kind in every() if any(made.key == key for made in kind.records)]
    return tuple(made.name for kind in kinds for made in kind.items)


def _default_agenda() -> tuple[str, ...]:
    placed = [(made.place, made.name) for kind in built_in() for made in kind.items if made.place is not None]
    return tuple(name for _, name in sorted(placed))


AGENDA = _default_agenda()
"""The default agenda: the order of the SRE book's chapter 31, then what teams add."""
