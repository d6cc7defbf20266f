"""The cells are run, and whatever happens to one of them is written where its result would stand.

A cell that raises is shown with its error and the next cells run. A cell over
the time limit is interrupted, and the next cells run. When the kernel dies, or
a cell cannot even be interrupted, the rest is marked as not run. So there is
always a notebook, and it says what is missing and why.

The run is papermill's: its manager and client, told to save nothing on the way
(saving at every cell writes the whole notebook twice for each).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from prodmeet_kit.core.errors import Failure
from prodmeet_kit.pipeline.kernel import Kernel
from prodmeet_kit.pipeline.papermill_parts import Engine, NotebookExecutionManager, PapermillNotebookClient
from prodmeet_kit.pipeline.template import DIED, SKIPPED, clean, is_item, is_needed, section_of

__all__ = ["SOURCE", "run_cells"]

SOURCE = "the notebook"
"""The source that failures of cells are reported under."""

GRACE_S = 10
"""How long an interrupted cell may take to stop, and outputs to arrive after a cell ends."""

START_S = 60
"""How long the kernel may take to answer for the first time."""

_OVERRAN = "CellOverran"


def run_cells(
    notebook: NotebookNode,
    kernel: Kernel,
    *,
    limit_s: int,
    told: Callable[[str], None],
    made: Callable[[NotebookNode], None] | None = None,
    afterwards: str = "",
) -> tuple[Failure, ...]:
    """Run every code cell of the notebook in the kernel and return what went wrong, in the order of the cells.

    The notebook is changed in place. ``limit_s`` is the time one cell may take;
    ``told`` is called with the section's name before each cell, ``made`` with each cell,
    those without code as well, once it is as it stays. ``afterwards`` is code the kernel runs after
    the last cell, unless it is gone or cannot be stopped by then; what it shows or raises is not kept.
    """
    failures: list[Failure] = []
    _ReportEngine.execute_notebook(
        notebook, "python3", progress_bar=False, autosave_cell_every=0,
        kernel=kernel, limit_s=limit_s, told=told, made=made, afterwards=afterwards, failures=failures,
    )  # fmt: skip
    return tuple(failures)


class _ReportEngine(Engine):  # type: ignore[misc]
    """papermill's engine for a kernel that already runs and a notebook in memory."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, *, kernel: Kernel, limit_s: int, **settings: Any
    ) -> None:
        del kernel_name, settings["log_output"]
        quiet = logging.getLogger("prodmeet_kit.pipeline")
        quiet.addHandler(logging.NullHandler())
        quiet.propagate = False  # what nbclient logs is said in the report
        asyncio.run(_ReportClient(nb_man, kernel, limit_s, quiet, **settings).run())


class _ReportClient(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, but for what happens when a cell goes wrong."""

    def __init__(
        self,
        nb_man: NotebookExecutionManager,
        kernel: Kernel,
        limit_s: int,
        log: logging.Logger,
        *,
        told: Callable[[str], None],
        made: Callable[[NotebookNode], None] | None,
        afterwards: str,
        failures: list[Failure],
    ):
        super().__init__(
            nb_man, km=kernel.manager(), timeout=limit_s, iopub_timeout=GRACE_S, allow_errors=True,
            record_timing=False, log=log, on_cell_error=self._note_overrun,
        )  # fmt: skip
        self._kernel = kernel
        self._told = told
        self._made = made
        self._afterwards = afterwards
        self._failures = failures
        self._overran = False

    async def run(self) -> None:
        """Run all cells; errors become outputs and failures."""
        try:
            stopped = await self._connect()
            for index, cell in enumerate(self.nb.cells):
                if cell.cell_type == "code":
                    self._told(section_of(cell))
                    if stopped:
                        self._mark(cell, SKIPPED, stopped, told=is_item(cell))
                    else:
                        stopped = await self._run_cell(cell, index)
                if self._made:
                    self._made(cell)
            if self._afterwards and not stopped:
                await self._run_quietly(self._afterwards)
        finally:
            if self.kc is not None:
                self.kc.stop_channels()
            self.km.context.destroy(linger=0)

    async def _connect(self) -> str:
        """Wait until the kernel answers on the channel of replies and on that of outputs; why it did not, or nothing.

        The library's own wait ends with 0.2 s of listening to silence; one
        message on each channel says as much.
        """
        self.kc = self.km.client()
        self.kc.start_channels(stdin=False, hb=False)
        self.kc.allow_stdin = False
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if await self._answers():
                return ""
            if self._kernel.process.poll() is not None:
                return f"the kernel did not start ({self._kernel.end()})"
        return f"the kernel did not answer within {START_S} s"

    async def _answers(self) -> bool:
        asked = self.kc.kernel_info()
        try:
            reply = await self.kc.get_shell_msg(timeout=1)
            while reply["parent_header"].get("msg_id") != asked:
                reply = await self.kc.get_shell_msg(timeout=1)
            await self.kc.get_iopub_msg(timeout=0.2)
        except Empty:
            return False
        self.nb.metadata["language_info"] = reply["content"]["language_info"]
        return True

    async def _run_quietly(self, code: str) -> None:
        """Run code that belongs to no cell, within the time of one; how it went is seen by what it did."""
        asked = self.kc.execute(code, silent=True, store_history=False, allow_stdin=False)
        deadline = time.monotonic() + self.timeout
        while time.monotonic() < deadline and self._kernel.process.poll() is None:
            with suppress(Empty):
                reply = await self.kc.get_shell_msg(timeout=0.5)
                if reply["parent_header"].get("msg_id") == asked:
                    return

    async def _run_cell(self, cell: NotebookNode, index: int) -> str:
        """Run one cell. Returns why no further cell can run, or nothing."""
        self._overran = False
        section = section_of(cell)
        try:
            await self.async_execute_cell(cell, index)
        except DeadKernelError:
            _give_way_to_interrupt()
            self._mark(cell, DIED, f"the kernel died while this cell ran ({self._kernel.end()})")
            return f"the kernel died in {section}"
        except CellTimeoutError:
            self._mark(cell, _OVERRAN, f"ran longer than {self.timeout} s and could not be stopped")
            return f"{section} ran longer than {self.timeout} s and could not be stopped"
        self._look_for_errors(cell)
        failed = any(output.output_type == "error" for output in cell.outputs)
        return f"{section} failed" if failed and is_needed(cell) else ""

    def _look_for_errors(self, cell: NotebookNode) -> None:
        # An error while a result displays itself is an output too, though the reply says ok.
        errors = [output for output in cell.outputs if output.output_type == "error"]
        if self._overran:
            cell.outputs = [output for output in cell.outputs if output not in errors]
            self._mark(cell, _OVERRAN, f"ran longer than {self.timeout} s and was stopped")
        elif errors:
            self._note(cell, f"{errors[0].ename}: {errors[0].evalue}")

    def _mark(self, cell: NotebookNode, name: str, message: str, *, told: bool = True) -> None:
        message = clean(message)
        cell.outputs.append(new_output("error", ename=name, evalue=message, traceback=[f"{name}: {message}"]))
        if told:
            self._note(cell, message)

    def _note(self, cell: NotebookNode, message: str) -> None:
        self._failures.append(Failure(section_of(cell), SOURCE, clean(message)))

    def _note_overrun(self, *, execute_reply: dict[str, Any], **_: Any) -> None:
        self._overran = execute_reply["content"].get("ename") == _OVERRAN

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> dict[str, Any]:
        """Interrupt the cell; its outputs may take :data:`GRACE_S` to end, then nbclient raises CellTimeoutError."""
        del timeout, cell
        self._kernel.interrupt()
        return {"content": {"status": "error", "ename": _OVERRAN, "evalue": "", "traceback": []}}


def _give_way_to_interrupt() -> None:
    """Go on with an interrupt: nbclient takes a cancelled task for a dead kernel."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
