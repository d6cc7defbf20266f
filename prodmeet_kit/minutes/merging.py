"""What several entries about one thing come to: each change counts, and none undoes another's.

An entry tells in ``after`` on which file it was built. What differs from that
file was changed by whoever wrote it; the rest they had only read. So two people
who fill in two fields at once keep both, whichever file is the newer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from prodmeet_kit.minutes.store import Saved

__all__ = ["AFTER", "Merged", "in_order", "merged"]

AFTER = "after"
"""The key that names the file an entry was built on."""


@dataclass(frozen=True)
class Merged:
    """The fields as they stand, and the newest entry about it."""

    fields: Mapping[str, str]
    newest: Saved


def in_order(saved: Iterable[Saved]) -> list[Saved]:
    """Oldest first, an entry without a time before all; but never before the entry it was built on.

    Clocks of two machines differ: who read an entry wrote after it, whatever the times say.
    """
    entries = sorted(saved, key=lambda each: (each.at or datetime.min.replace(tzinfo=UTC), each.path.name))
    known = {each.path.name: each for each in entries}
    placed: dict[str, Saved] = {}
    for each in entries:
        chain: dict[str, Saved] = {}
        now: Saved | None = each
        while now is not None and now.path.name not in placed and now.path.name not in chain:
            chain[now.path.name] = now
            now = known.get(str(now.content.get(AFTER)))
        placed.update(reversed(chain.items()))
    return list(placed.values())


def merged(saved: Iterable[Saved], keys: Sequence[str], fields: Sequence[str]) -> dict[tuple[str, ...], Merged]:
    """What the entries come to, for each combination of their ``keys``; fields are texts, empty where nobody wrote.

    Entries without one of the keys are left out. An entry that names no file, or one
    that is gone, changed the fields it fills in.
    """
    entries = in_order(saved)
    known = {each.path.name: each for each in entries}
    found: dict[tuple[str, ...], Merged] = {}
    for each in entries:
        if not all(each.content.get(key) for key in keys):
            continue
        key = tuple(str(each.content[key]) for key in keys)
        base = known.get(str(each.content.get(AFTER)))
        before = _texts(base, fields) if base else dict.fromkeys(fields, "")
        changed = {name: text for name, text in _texts(each, fields).items() if text != before[name]}
        standing = found[key].fields if key in found else dict.fromkeys(fields, "")
        found[key] = Merged({**standing, **changed}, each)
    return found


def _texts(saved: Saved, fields: Sequence[str]) -> dict[str, str]:
    found = {name: saved.content.get(name) for name in fields}
    return {name: "" if value is None else str(value) for name, value in found.items()}
