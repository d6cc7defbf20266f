"""What lies in a product's minutes beside the folders that are read, and looks as if it were meant for one of them."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from pathlib import Path
from unicodedata import normalize

from prodmeet_kit.core.errors import Problem
from prodmeet_kit.parameters.documents import WHOLE

__all__ = ["KINDS", "strays"]

KINDS = (
    "decisions", "drafts", "verdicts", "durations", "clock", "action_items", "inbox", "explorations", "present",
    "confirmed",
)  # fmt: skip
"""The folders that are read."""

_ALIKE = 0.77
"""How alike a name must be to count as misspelt: ``descision`` is, ``notes`` and ``archive`` are not."""


def strays(folder: Path) -> list[Problem]:
    """A problem for each file of YAML in no folder, and for each folder with files whose name is nearly a kind's.

    What else people keep there costs nothing. A folder that cannot be read has none: who reads its entries says so.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
        return [problem for path in paths if (problem := _stray(path))]
    except OSError:
        return []


def _stray(path: Path) -> Problem | None:
    if path.is_dir():
        kind = _meant(path)
        return Problem(str(path), WHOLE, "not read", f"name it {kind}") if kind and _has_entries(path) else None
    if path.suffix.lower() in (".yaml", ".yml") and path.stat().st_size:
        return Problem(str(path), WHOLE, "not read", f"move it to the folder of its kind: {', '.join(KINDS)}")
    return None


def _meant(path: Path) -> str:
    """The kind a folder's name nearly is; empty for none, and for the folder of a kind itself."""
    name = _plain(path.name)
    ratio, kind = max((SequenceMatcher(None, name, _plain(kind)).ratio(), kind) for kind in KINDS)
    own = path.with_name(kind)
    # Where disks know no case, Decisions is decisions.
    itself = path.name in KINDS or (own.exists() and own.samefile(path))
    longer = _plain(kind) in name and name not in (_plain(kind), f"{_plain(kind)}s")  # such as decisions-2025
    return kind if ratio >= _ALIKE and not itself and not longer else ""


def _has_entries(folder: Path) -> bool:
    try:
        paths = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError:  # nobody may look: it may have some
        return True
    return any(path.suffix.lower() in (".yaml", ".yml", ".json", ".txt") for path in paths)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", normalize("NFKC", name).casefold())
