"""Find words that the project no longer uses in its texts: a test that ``make lint`` runs.

Looked through are every text of the code with several words (messages, errors,
descriptions), the first lines of docstrings, the help of commands, the notebooks
and the documentation. Each word has beside it what to write instead;
``docs/glossary.md`` has the terms.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.catalogues import PACKAGE

__all__ = ["RETIRED", "found", "main", "texts"]

RETIRED = {
    "told": "reported, shown, sent",
    "tells of": "is for, reports",
    "mend": "fix",
    "mends": "fixes",
    "mended": "fixed",
    "stands": "is, has its place",
    "way back": "rollback plan",
    "go back": "roll back, be returned",
    "goes back": "is returned",
    "well again": "user impact ended, recovered",
    "presses": "needs a decision, scores",
    "drains": "has a slow burn, spends",
    "drained": "had a slow burn, spent",
    "spoken of": "discussed",
    "postmortem is owed": "postmortem is missing",
    "SLO is kept": "SLO is met",
    "SLOs are kept": "SLOs are met",
    "is kept": "is met, is saved, is retained",
    "are kept": "are met, are saved, are retained",
    "kept as": "saved as",
    "kept in": "saved in",
    "nobody knows": "it is not known",
    "nobody wrote down": "without an incident record",
    "pace that lasts": "sustainable rate",
    "played again": "backtested",
    "for ever": "without end",
    "in vain": "without need",
    "dearest": "most expensive",
}
"""Each word, whole and in any case, and what to write in its place."""

SEVERAL = 2
"""A text with so many blanks is a sentence for people, not a name."""

_LOWER = {word.lower(): instead for word, instead in RETIRED.items()}

# What a letter or a placeholder stands for is plain.
_PATTERN = re.compile(rf"\b({'|'.join(map(re.escape, RETIRED))})\b(?! for\b)", re.IGNORECASE)


def texts(root: Path) -> Iterator[tuple[str, str]]:
    """Yield every text with the place it is at, below the root of the repository."""
    for path in sorted((root / PACKAGE.name).rglob("*.py")):
        yield from _of_module(path, path.relative_to(root).as_posix())
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        yield from _of_notebook(path, path.relative_to(root).as_posix())
    for path in (root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").rglob("*.md"))):
        if path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            yield from ((f"{path.relative_to(root)}:{number}", line) for number, line in enumerate(lines, 1))


def _of_module(path: Path, place: str) -> Iterator[tuple[str, str]]:
    """Yield the first line of each docstring, the whole help of each command, and every text of several words."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    remarks = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        at = f"{place}:{getattr(node, 'lineno', 1)}"
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            said = ast.get_docstring(node) or ""
            yield at, said if "/cli/" in place else said.partition("\n")[0]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in remarks:
            yield at, node.value if node.value.count(" ") >= SEVERAL else ""


def _of_notebook(path: Path, place: str) -> Iterator[tuple[str, str]]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    yield from ((place, "".join(cell["source"])) for cell in cells if cell["cell_type"] == "markdown")


def found(each: Iterable[tuple[str, str]]) -> list[str]:
    """List the retired words of these texts, a line each: where, the word, and what to write instead."""
    return [
        f"{place}: {match[0]}: write {_LOWER[match[0].lower()]}"
        for place, text in each
        for match in _PATTERN.finditer(text)
    ]


def main() -> int:
    """Print the retired words that the repository uses; the status says whether there are any."""
    lines = found(texts(PACKAGE.parent))
    sys.stderr.writelines(f"{line}\n" for line in lines)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
