"""``prodmeet live``: the review of a product, executed in JupyterLab and ready to be shared on a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prodmeet_kit.archive.layout import FROZEN
from prodmeet_kit.core.errors import Failure
from prodmeet_kit.core.locks import hold
from prodmeet_kit.live.lab import Server, running_lab
from prodmeet_kit.live.look import add_style, style
from prodmeet_kit.pipeline.beside import beside

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["FILE", "Live", "open_live"]

FILE = "live.ipynb"


@dataclass(frozen=True)
class Live:
    """A meeting that is open: where the browser finds it, and, once its forms are there, what went wrong."""

    server: Server
    page: str
    ready: Future[tuple[Failure, ...]]


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
    """Open the review frozen in ``report`` in a JupyterLab and keep it open; leaving the block ends it.

    The first screen is the one of the report, so the browser need not wait for the kernel. Where the report has none
    that can be shown, every cell is run before.

    ``live.ipynb`` is written beside the report. Decisions go below ``minutes``.
    ``language`` is what it is written in, that of the report when empty.
    """
    report = report.resolve()
    made: list[_Prepared] = []
    with (
        hold(report),
        running_lab(
            report, FILE, port=port, meanwhile=lambda: made.append(_prepared(report, minutes.resolve(), language))
        ) as server,
    ):
        (ready,) = made
        if ready.source:
            add_style(server.private, ready.style)
            _save(server, ready.notebook)
            from prodmeet_kit.live.opening import run_ahead

            yield Live(server, server.page(FILE), beside(run_ahead, server, server.session(FILE), ready.source))
        else:
            yield Live(server, server.page(FILE), _run(server, report, ready.notebook, told))


@dataclass(frozen=True)
class _Prepared:
    """The notebook, what the kernel runs while the browser opens (empty where all cells are run before), and a style.

    ``style`` says in the browser what the meeting is about until the notebook does.
    """

    notebook: NotebookNode
    source: str
    style: str = ""


def _prepared(report: Path, minutes: Path, language: str) -> _Prepared:
    """Make the notebook while the server starts: so the libraries for it are loaded here."""
    from prodmeet_kit.live.opening import drawn, first_screen, live_notebook, source_of
    from prodmeet_kit.snapshot import outline

    product = outline(report / FROZEN).product
    notebook = live_notebook(
        product.product, product.meeting.agenda, minutes, language, spoken=product.language, report=report
    )
    shown = first_screen(report, language or product.language)
    if shown is None:
        return _Prepared(notebook, "")
    notebook.metadata.pop("papermill", None)
    return _Prepared(notebook, source_of(notebook.cells, drawn(notebook, shown)), style(shown))


def _run(
    server: Server, report: Path, notebook: NotebookNode, told: Callable[[str], None]
) -> Future[tuple[Failure, ...]]:
    """Run every cell before the browser opens: there is no first screen of the report that could be shown."""
    import nbformat

    from prodmeet_kit.live.opening import LIMIT_S
    from prodmeet_kit.pipeline.execution import run_cells

    nbformat.write(notebook, report / FILE)
    kernel: Any = _SessionKernel(server.session(FILE), server)
    ready: Future[tuple[Failure, ...]] = Future()
    ready.set_result(run_cells(notebook, kernel, limit_s=LIMIT_S, told=told))
    notebook.metadata.pop("papermill", None)
    _save(server, notebook)
    return ready
