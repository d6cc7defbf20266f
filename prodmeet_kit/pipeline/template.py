"""The notebook before and after its run: which cells a meeting needs, what they are called, what is taken off.

A cell of the agenda is one line, ``review.<item>``; the order of
``meeting.agenda`` decides the order of these cells in a report, and an item of
another package gets a cell of its own.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from prodmeet_kit.core import shipped_files
from prodmeet_kit.core.errors import Failure
from prodmeet_kit.core.redaction import NUMBERS, redact, redacted
from prodmeet_kit.i18n.languages import t, use
from prodmeet_kit.pipeline.papermill_parts import iorw, parameterize
from prodmeet_kit.render.markdown_text import entities

__all__ = [
    "DIED",
    "SKIPPED",
    "clean",
    "in_order",
    "is_item",
    "is_needed",
    "mask",
    "not_run",
    "prepare",
    "say_failures",
    "section_of",
    "text_of",
    "tidy",
]

FIRST = "overview"
"""The item that opens every report."""

NEEDED = "needed"
"""Tag of a cell without which no later cell can run."""

INSTRUCTIONS = "instructions"
"""Tag of a cell for people who run the notebook by hand."""

DIED, SKIPPED = "KernelDied", "NotRun"
"""The names of the errors that stand where a cell's result would."""

INJECTED = "injected-parameters"

_PLACES = tuple(
    sorted(
        {f"{place}/" for place in (sys.prefix, sys.base_prefix, str(shipped_files.PACKAGE.parent))},
        key=len,
        reverse=True,
    )
)

_ITEM = re.compile(r"review\.(\w+)")


def prepare(template: Path, parameters: dict[str, str], agenda: Sequence[str]) -> NotebookNode:
    """The notebook of one review: parameters put in, agenda cells in the order of the meeting."""
    notebook: NotebookNode = iorw.load_notebook_node(str(template))
    cells = [cell for cell in notebook.cells if INSTRUCTIONS not in cell.metadata.tags]
    notebook.cells = in_order(cells, agenda)
    notebook = parameterize.parameterize_notebook(notebook, parameters)
    for cell in notebook.cells:
        if INJECTED in cell.metadata.get("tags", []):
            cell.id = INJECTED
            cell.metadata.tags = [INJECTED, NEEDED]
    return notebook


def in_order(cells: Sequence[NotebookNode], agenda: Sequence[str]) -> list[NotebookNode]:
    """What is before the first item, then each item with the cells that follow it."""
    opening: list[NotebookNode] = []
    groups: dict[str, list[NotebookNode]] = {}
    group = opening
    for cell in cells:
        found = _item(cell)
        if found:
            group = groups.setdefault(found[1], [])
        group.append(cell)
    return opening + [cell for name in (FIRST, *agenda) for cell in groups.get(name) or [_new_item(name)]]


def _item(cell: NotebookNode) -> re.Match[str] | None:
    return _ITEM.fullmatch(cell.source.strip()) if cell.cell_type == "code" else None


def _new_item(name: str) -> NotebookNode:
    cell: NotebookNode = nbformat.v4.new_code_cell(f"review.{name}", id=name[:64], metadata={"tags": []})
    return cell


def section_of(cell: NotebookNode) -> str:
    """What a cell is called in messages: its agenda item, or its id."""
    found = _item(cell)
    return found[1] if found else str(cell.id)


def is_item(cell: NotebookNode) -> bool:
    """Whether the cell shows an agenda item."""
    return _item(cell) is not None


def is_needed(cell: NotebookNode) -> bool:
    """Whether nothing after this cell can run without it."""
    tags = cell.metadata.get("tags", [])
    return NEEDED in tags or "parameters" in tags


def not_run(notebook: NotebookNode) -> list[str]:
    """The sections whose cells were not run to their end, because the kernel was gone or could not be stopped."""
    return [section_of(cell) for cell in notebook.cells if _ends(cell) & {DIED, SKIPPED}]


def _ends(cell: NotebookNode) -> set[str]:
    return {output.ename for output in cell.get("outputs", []) if output.output_type == "error"}


def clean(text: str) -> str:
    """Text that was printed or raised: no credential, and paths from the environment's folder on.

    What comes before may name a person or a machine.
    """
    for place in _PLACES:
        text = text.replace(place, "")
    return redact(text)


def say_failures(notebook: NotebookNode, failures: Sequence[Failure], language: str = "en") -> list[NotebookNode]:
    """Put what went wrong in the run at the top of the notebook; the cell that says it, if any."""
    if not failures:
        return []
    lines = [f"- **{entities(failure.section)}**: {entities(failure.message)}" for failure in failures]
    with use(language):
        heading = t("Not everything in this report could be run.")
    banner = nbformat.v4.new_markdown_cell("\n".join([f"**{heading}**", "", *lines]), id="failures")
    banner.metadata.tags = ["failures"]
    notebook.cells.insert(0, banner)
    return [banner]


def text_of(notebook: NotebookNode) -> str:
    """The notebook as a file holds it."""
    return str(nbformat.writes(notebook)) + "\n"


def tidy(notebook: NotebookNode) -> None:
    """Take off what is about the run and not the review; :func:`mask` has seen the outputs."""
    told = notebook.metadata.papermill
    notebook.metadata.papermill = {key: told[key] for key in ("parameters", "version") if key in told}
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if not cell.metadata.get("tags"):
            cell.metadata.pop("tags", None)


def mask(cell: NotebookNode) -> None:
    """Take every credential off the outputs of a cell that was run."""
    if "outputs" in cell:
        cell.outputs = [redacted(output, None if "data" in output else clean, but=NUMBERS) for output in cell.outputs]
