"""``prodmeet fleet``: a report of every product, several at a time, each in a process of its own.

The processes are forked from one that has imported everything, on Linux; elsewhere each starts afresh.

A product that fails, runs out of memory or hangs on its server costs its own
report; the others are made. Every run writes the index, so it is whole when the
last one ends; then it is written once more, with what could not be made.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock

from prodmeet_kit.archive.fleet_run import write_failures
from prodmeet_kit.archive.layout import INDEX
from prodmeet_kit.core.errors import InputError, ProdmeetError, ReportError
from prodmeet_kit.demo import is_demo
from prodmeet_kit.parameters import products, read_document
from prodmeet_kit.pipeline.kernel import Process
from prodmeet_kit.pipeline.made import WRITTEN, Made, lines
from prodmeet_kit.pipeline.workers import ForkServer

__all__ = ["Made", "make_fleet", "side_by_side", "worst"]

_SEVERITY = (0, 3, 2, 1)
"""Exit statuses from well to worst: not all was checked, something given is wrong, anything else."""

PATIENCE_S = 10.0
"""So long a report may take to clean up after itself before it is asked again to end."""


def side_by_side() -> int:
    """How many reports at a time, unless given.

    Each has two processes. Forked ones compute one after the other for the most part; those that
    start afresh do so at the same time.
    """
    processors = os.cpu_count() or 1
    return processors if sys.platform.startswith("linux") else max(1, processors // 2)


def make_fleet(
    folder: Path, told: Callable[[str], object], *, jobs: int = 1, options: Sequence[str] = (), scheduler: str = ""
) -> int:
    """Make the report of every product in ``<folder>/parameters``, ``jobs`` at a time; tells a line for each.

    ``options`` go to each ``prodmeet report``. With ``scheduler``, the address of one of Dask's, its workers make them,
    as many at a time as they have threads. Returns the worst exit status. The demo is left out where there is
    another product. Raises :class:`InputError` when there is no product, or the scheduler cannot be used, and
    :class:`ProdmeetError` when it is interrupted.
    """
    names = products(folder / "parameters")
    if not names:
        raise InputError(f"{folder / 'parameters'} holds no parameter file: write one for each product")
    demos = [name for name in names if _is_demo(name, folder)]
    if len(names) > len(demos):
        names = [name for name in names if name not in demos]
        for name in demos:
            told(f"left out {name}: the demo is no product of a fleet; prodmeet report makes its report")
    ended: list[Made] = []
    runs = _on_cluster(names, folder, scheduler, options) if scheduler else _run(names, folder, jobs, options)
    try:
        for made in runs:
            told(str(made))
            ended.append(made)
    except KeyboardInterrupt:
        raise ProdmeetError(f"interrupted, {len(ended)} of {len(names)} reports had ended") from None
    _tell_index(folder / "reports", [made for made in ended if made.status not in WRITTEN], told)
    return worst([made.status for made in ended])


def _on_cluster(names: Sequence[str], folder: Path, scheduler: str, options: Sequence[str]) -> Iterator[Made]:
    from prodmeet_kit.pipeline import cluster

    return cluster.run(names, folder, scheduler, options)


def _is_demo(name: str, folder: Path) -> bool:
    data = read_document(folder / "parameters" / f"{name}.yaml").data
    return isinstance(data, dict) and is_demo(name, str(data.get("title")))


def _tell_index(reports: Path, failed: Sequence[Made], told: Callable[[str], object]) -> None:
    """Write into the index of which products there is no report, and why; a fault costs a line, no report."""
    from prodmeet_kit.html_report.index import write_index

    try:
        write_failures(reports, {made.product: made.why for made in failed}, datetime.now(UTC))
        write_index(reports)
    except (OSError, ReportError) as error:
        told(f"could not write {reports / INDEX}: {getattr(error, 'strerror', None) or error}")


def worst(statuses: Sequence[int]) -> int:
    """The exit status that stands for all.

    >>> worst([0, 3, 0]), worst([3, 2]), worst([2, -9, 0])
    (3, 2, 1)
    """
    return max((status if status in _SEVERITY else 1 for status in statuses), key=_SEVERITY.index, default=0)


def _run(names: Sequence[str], folder: Path, jobs: int, options: Sequence[str]) -> Iterator[Made]:
    """The reports as they end."""
    running: set[Process] = set()
    lock, ended = Lock(), False
    server = ForkServer.start()

    def one(name: str) -> Made:
        arguments = ["-C", str(folder), "report", *options, "--", name]
        with TemporaryFile() as out, TemporaryFile() as err:
            with lock:
                if ended:
                    return Made(name, 1)
                process = _start(server, arguments, out.fileno(), err.fileno())
                running.add(process)
            status = process.wait()
            with lock:
                running.discard(process)
            printed, said = lines(out), lines(err)
        return Made(name, status, printed[-1] if printed else "", tuple(filter(None, said)))

    with ThreadPoolExecutor(jobs, "fleet") as pool:
        try:
            pending = {pool.submit(one, name) for name in names}
            while pending:
                # An interrupt that comes just before an endless wait would be heard only when a report ends.
                done, pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        finally:
            with lock:
                ended = True
                left = list(running)
            _end(left)
            if server is not None:
                server.close()


def _start(server: ForkServer | None, arguments: Sequence[str], out: int, err: int) -> Process:
    """One ``prodmeet`` process: forked from the server, or a new interpreter where that cannot be."""
    if server is not None:
        with suppress(OSError):
            return server.worker("prodmeet_kit.cli", arguments, out, err)
    command = [sys.executable, "-m", "prodmeet_kit", *arguments]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)


def _end(processes: Sequence[Process]) -> None:
    """Ask each to end, so that it cleans up after itself; who did not hear it is asked again, and then not asked."""
    for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
        for process in processes:
            process.send_signal(number)  # who has ended is left alone
        deadline = time.monotonic() + PATIENCE_S
        while any(process.poll() is None for process in processes):
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        else:
            return
