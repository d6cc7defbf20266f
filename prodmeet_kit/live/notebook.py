"""The notebook of a meeting: the report's first screen, the stage over it, and what to explore with."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from prodmeet_kit.archive.layout import FROZEN
from prodmeet_kit.core import shipped_files
from prodmeet_kit.i18n.languages import t, use
from prodmeet_kit.pipeline import template

__all__ = ["live_notebook"]


def live_notebook(
    product: str,
    agenda: tuple[str, ...],
    minutes: Path,
    language: str = "",
    *,
    spoken: str = "en",
    report: Path | None = None,
) -> NotebookNode:
    """The meeting's notebook: the report's first screen, the stage over it, what to explore with; code is folded away.

    ``spoken`` is the product's language, which counts where no other ``language`` is chosen.
    """
    given = {"product": product, "snapshot": FROZEN}
    notebook = template.prepare(
        shipped_files.notebook(), {**given, "language": language} if language else given, agenda
    )
    given_to = f"minutes={str(minutes)!r}" + (f", report={str(report)!r}" if report else "")
    opening = f"import prodmeet_kit.live\n\nmeeting = prodmeet_kit.live.open_meeting(review, {given_to})"
    cells: list[NotebookNode] = []
    for cell in notebook.cells:
        if template.section_of(cell) == "overview":
            # The stage takes no room and comes first: its browser side loads while the overview is read.
            cells += [_cell(opening, "meeting", [template.NEEDED]), _cell("meeting.stage", "stage"), cell]
        elif not template.is_item(cell):
            cells.append(cell)
    with use(language or spoken):
        cells.append(nbformat.v4.new_markdown_cell(f"## {t('Look closer')}", id="meeting-closer-title"))
    cells += [_cell("review.closer", "closer"), _cell("meeting.promql", "promql")]
    notebook.cells = cells
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.metadata["jupyter"] = {"source_hidden": True}
    return notebook


def _cell(source: str, name: str, tags: list[str] | None = None) -> NotebookNode:
    made: NotebookNode = nbformat.v4.new_code_cell(source, id=f"meeting-{name}", metadata={"tags": tags or []})
    return made
