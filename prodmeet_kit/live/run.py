"""``prodmeet live``: the review of a product, executed in JupyterLab and ready to be shared on a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

import prodmeet_kit._fast_imports  # noqa: F401 before any import of Jupyter's
from prodmeet_kit.archive.layout import FROZEN
from prodmeet_kit.core import shipped_files
from prodmeet_kit.core.errors import Failure
from prodmeet_kit.core.locks import hold
from prodmeet_kit.i18n.languages import t, use
from prodmeet_kit.live.lab import Server, running_lab
from prodmeet_kit.pipeline import template
from prodmeet_kit.pipeline.execution import run_cells

__all__ = ["FILE", "Live", "live_notebook", "open_live"]

FILE = "live.ipynb"


@dataclass(frozen=True)
class Live:
    """A meeting that is open: where the browser finds it, and what went wrong when it was run."""

    server: Server
    page: str
    failures: tuple[Failure, ...]


class _SessionKernel:
    """The kernel of a session of the server, as :func:`run_cells` wants it: it is neither started nor stopped here."""

    def __init__(self, connection: Path, server: Server) -> None:
        self._connection = connection
        self._server = server
        self.process = server.process

    def manager(self) -> Any:
        from jupyter_client.manager import AsyncKernelManager

        manager = AsyncKernelManager(connection_file=str(self._connection), owns_kernel=False)
        manager.load_connection_file()
        return manager

    def interrupt(self) -> None:
        kernel = self._connection.stem.removeprefix("kernel-")
        self._server.ask("POST", f"kernels/{kernel}/interrupt")

    def end(self) -> str:
        return "see JupyterLab"


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


def _save(server: Server, notebook: NotebookNode) -> None:
    """Save through the server with every cell trusted, so that it signs the file and shows forms and styles."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.metadata["trusted"] = True
    server.ask("PUT", f"contents/{FILE}", type="notebook", format="json", content=notebook)


@contextmanager
def open_live(
    report: Path, minutes: Path, *, port: int = 0, language: str = "", told: Callable[[str], None] = lambda _: None
) -> Iterator[Live]:
    """Run the review frozen in ``report`` in a JupyterLab and keep it open; leaving the block ends it.

    ``live.ipynb`` is written beside the report. Decisions go below ``minutes``.
    ``language`` is what it is written in, that of the report when empty.
    """
    from prodmeet_kit.snapshot import outline

    report = report.resolve()
    facts = outline(report / FROZEN)
    product = facts.product
    notebook = live_notebook(
        product.product, product.meeting.agenda, minutes.resolve(), language, spoken=product.language, report=report
    )
    with hold(report), running_lab(report, FILE, port=port) as server:
        nbformat.write(notebook, report / FILE)
        kernel: Any = _SessionKernel(server.session(FILE), server)
        failures = run_cells(notebook, kernel, limit_s=300, told=told)
        notebook.metadata.pop("papermill", None)
        _save(server, notebook)
        yield Live(server, server.page(FILE), failures)
