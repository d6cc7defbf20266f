"""The notebook of a meeting before its kernel is there: what was drawn for the report, and where widgets will be.

The browser opens while the kernel starts. The first screen is output of the report's own notebook. A widget's view
needs only the name of its model: the file names it, and the kernel makes the model under that name. Browsers ask a
kernel for its models, and it answers when it has run what came before: so all is sent as one cell, at once.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import nbformat
from nbformat import NotebookNode

from prodmeet_kit.archive import user_edits
from prodmeet_kit.archive.layout import FROZEN, NOTEBOOK
from prodmeet_kit.core import shipped_files
from prodmeet_kit.core.errors import Failure
from prodmeet_kit.i18n.languages import t, use
from prodmeet_kit.pipeline import template

if TYPE_CHECKING:
    from jupyter_client.blocking.client import BlockingKernelClient

    from prodmeet_kit.live.lab import Server

__all__ = ["WIDGETS", "drawn", "first_screen", "live_notebook", "run_ahead", "source_of"]

WIDGETS = {"meeting-stage": "stage", "meeting-closer": "closer", "meeting-promql": "promql"}
"""The cells of the notebook that show a widget, and what ``Meeting.show`` calls it."""

LIMIT_S = 300
_START_S = 60
_VIEW = "application/vnd.jupyter.widget-view+json"


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


def first_screen(report: Path, language: str) -> list[NotebookNode] | None:
    """The outputs of the first screen from the report's notebook; ``None`` where it is not as the kit wrote it.

    So it is with a report in another ``language``, one whose first screen failed, and one without a notebook.
    """
    try:
        if not user_edits.is_as_written(report / NOTEBOOK):
            return None
        made: NotebookNode = nbformat.read(report / NOTEBOOK, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError):
        return None
    given = made.metadata.get("papermill", {}).get("parameters", {})
    found = [cell for cell in made.cells if template.section_of(cell) == template.FIRST and cell.cell_type == "code"]
    if given.get("language") != language or not found:
        return None
    outputs: list[NotebookNode] = found[0].outputs
    return outputs if outputs and all("data" in output for output in outputs) else None


def drawn(notebook: NotebookNode, outputs: list[NotebookNode]) -> dict[str, str]:
    """Put the first screen into the notebook, and views of the widgets; the name of each widget's model."""
    models = {name: uuid4().hex for name in WIDGETS.values()}
    for cell in notebook.cells:
        if cell.cell_type == "code" and template.section_of(cell) == template.FIRST:
            cell.outputs = outputs
        elif cell.id in WIDGETS:
            view = {"model_id": models[WIDGETS[cell.id]], "version_major": 2, "version_minor": 0}
            data: dict[str, Any] = {_VIEW: view, "text/plain": WIDGETS[cell.id]}
            cell.outputs = [nbformat.v4.new_output("display_data", data)]
    return models


def source_of(cells: Iterable[NotebookNode], models: dict[str, str]) -> str:
    """What the kernel runs: the cells up to the meeting, as people would, and the widgets under their names."""
    needed = [cell.source for cell in cells if cell.cell_type == "code" and template.is_needed(cell)]
    return "\n".join([*needed, f"meeting.show({models!r})"])


def run_ahead(server: Server, connection: Path, source: str) -> tuple[Failure, ...]:
    """Run the source in the kernel of a session, and wait until it is done; what went wrong."""
    from jupyter_client.blocking.client import BlockingKernelClient

    client = BlockingKernelClient(connection_file=str(connection))
    client.load_connection_file()
    shell = Path(f"{client.ip}-{client.shell_port}")
    deadline = time.monotonic() + _START_S
    while not shell.exists():  # a socket that is connected before waits a tenth of a second, and others are first
        if time.monotonic() > deadline or server.process.poll() is not None:
            return _failed("the kernel of the meeting did not start")
        time.sleep(0.005)
    client.start_channels(iopub=False, stdin=False, hb=False, control=False)
    try:
        reply = _reply(client, client.execute(source, store_history=False), server)
    except Exception as error:  # noqa: BLE001 - whatever the library raises: the meeting has no forms, and that is said
        return _failed(template.clean(f"no answer of the kernel: {error!r}"))
    finally:
        client.stop_channels()
    if reply is None:
        return _failed(f"the forms were not there within {LIMIT_S} s")
    content = reply["content"]
    if content["status"] == "ok":
        return ()
    return _failed(template.clean(f"{content.get('ename')}: {content.get('evalue')}"))


def _reply(client: BlockingKernelClient, asked: str, server: Server) -> dict[str, Any] | None:
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline and server.process.poll() is None:
        with suppress(Empty):
            reply: dict[str, Any] = client.get_shell_msg(timeout=1)
            if reply["parent_header"].get("msg_id") == asked:
                return reply
    return None


def _failed(message: str) -> tuple[Failure, ...]:
    return (Failure("meeting", "the notebook", message),)
