"""``review.json`` as it was frozen: keys, order, states, names, numbers and times, all but the texts that people read.

A refactoring must not change these files. After a change that is meant to change
them, ``make freeze`` writes them anew, and the difference is read before it is committed.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["EXACT", "FOLDER", "check", "differences", "without_texts", "written"]

FOLDER = Path(__file__).parents[1] / "data" / "reviews"
EXACT = 1e-9
"""Relative: only the order of sums differs."""

TEXT = "…"
"""In place of a text: that there is one is held, not how it is worded."""

TEXTS = {
    "answer", "comment", "detail", "generated_at", "headline", "impact", "message", "question", "response_needed",
    "rollback", "sentences", "text", "title", "what", "why",
}  # fmt: skip
"""Keys whose values are texts, wherever they are."""

TEXTS_OF = {("agenda", "reason"), ("agenda_lines", "reason")}
"""Keys whose values are texts in one table only; elsewhere they hold codes."""

_PORT = re.compile(r"(?<=http://127\.0\.0\.1):\d+")


def without_texts(content: Mapping[str, Any]) -> dict[str, Any]:
    """The values of ``review.json`` with each text replaced by ``…``; without ports, which differ from run to run."""
    return {key: _without(value, key, key) for key, value in content.items()}


def _without(value: Any, table: str, key: str) -> Any:
    if isinstance(value, dict):
        return {inner: _without(each, table, inner) for inner, each in value.items()}
    if key in TEXTS or (table, key) in TEXTS_OF:
        if isinstance(value, list):
            return [TEXT] if value else []
        if isinstance(value, str):
            return TEXT if value else ""
    if isinstance(value, list):
        return [_without(each, table, key) for each in value]
    return _PORT.sub("", value) if isinstance(value, str) else value


def written(content: Mapping[str, Any]) -> str:
    """JSON with a row a line, so that a changed row is a changed line."""
    return "{\n" + ",\n".join(f"{_compact(key)}: {_lines(value)}" for key, value in content.items()) + "\n}\n"


def _lines(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(map(_compact, value)) + "\n]"
    return _compact(value)


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def check(name: str, content: Mapping[str, Any], *, values: bool = True) -> None:
    """Compare ``review.json`` with the frozen one of this name; with ``PRODMEET_FREEZE`` set, freeze it first.

    Without ``values`` only the keys of the file and of its tables' first rows are compared.
    Raises AssertionError that names each path that changed, the first twenty.
    """
    found, path = without_texts(content), FOLDER / f"{name}.json"
    if os.environ.get("PRODMEET_FREEZE"):
        FOLDER.mkdir(exist_ok=True)
        path.write_text(written(found), encoding="utf-8")
    frozen = json.loads(path.read_text(encoding="utf-8"))
    changed = list(differences(frozen, found) if values else differences(_keys_only(frozen), _keys_only(found)))
    more = f"\nand {len(changed) - 20} more" if len(changed) > 20 else ""
    assert not changed, f"{path.name} (make freeze, when this is meant):\n" + "\n".join(changed[:20]) + more


def _keys_only(content: Mapping[str, Any]) -> dict[str, list[str]]:
    tables = ((key, value[0] if isinstance(value, list) and value else value) for key, value in content.items())
    return {key: list(row) if isinstance(row, dict) else [] for key, row in tables}


def differences(frozen: Any, found: Any, path: str = "") -> Iterator[str]:
    """A line for each path whose value, keys or length differ; numbers to a relative 1e-9."""
    if isinstance(frozen, dict) and isinstance(found, dict):
        if list(frozen) != list(found):
            yield f"{path or 'the file'}: keys {_keys(list(frozen), list(found))}"
        for key in frozen:
            if key in found:
                yield from differences(frozen[key], found[key], f"{path}.{key}".lstrip("."))
    elif isinstance(frozen, list) and isinstance(found, list):
        if len(frozen) != len(found):
            yield f"{path}: {len(frozen)} were frozen, now {len(found)}"
        for place, (one, other) in enumerate(zip(frozen, found, strict=False)):
            yield from differences(one, other, f"{path}[{place}{_name(one)}]")
    elif not _same(frozen, found):
        yield f"{path}: {_compact(frozen)} was frozen, now {_compact(found)}"


def _keys(frozen: Sequence[str], found: Sequence[str]) -> str:
    gone, new = [k for k in frozen if k not in found], [k for k in found if k not in frozen]
    if not gone and not new:
        return f"in another order: {', '.join(found)}"
    return "; ".join(f"{what} {', '.join(keys)}" for what, keys in (("gone:", gone), ("new:", new)) if keys)


def _name(row: Any) -> str:
    """What a row is of, for the path."""
    if not isinstance(row, dict):
        return ""
    parts = [str(row[key]) for key in ("id", "key", "subject", "service", "name", "item", "alert") if row.get(key)]
    return f" {'/'.join(parts)}" if parts else ""


def _same(frozen: Any, found: Any) -> bool:
    if type(frozen) is not type(found):
        return False
    if isinstance(frozen, float | int) and not isinstance(frozen, bool):
        return math.isclose(frozen, found, rel_tol=EXACT, abs_tol=1e-12)
    return bool(frozen == found)
