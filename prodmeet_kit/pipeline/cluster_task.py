"""The report of one product on a worker of a Dask cluster: files come as bytes, and the report is returned as bytes.

It is made by ``prodmeet report`` in a process of its own, which ends with the
worker, in a folder that is removed. The worker's own environment holds the
credentials. ``python -m prodmeet_kit.pipeline.cluster_task ARGUMENTS`` is that process.
"""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from prodmeet_kit import __version__
from prodmeet_kit.archive.layout import INCOMPLETE, is_day
from prodmeet_kit.archive.user_edits import WRITTEN
from prodmeet_kit.pipeline.environment import end_with_parent, inherited
from prodmeet_kit.pipeline.made import lines
from prodmeet_kit.pipeline.parcel import pack, tree, unpack

__all__ = ["LIMIT_S", "Ended", "main", "report", "version"]

LIMIT_S = 3600.0
"""So long one report may take."""

_PATIENCE_S = 10.0
_OUT = "out"
_MOST_PRINTED = 2**20


@dataclass(frozen=True)
class Ended:
    """How a run went: its exit status, what it printed on both streams, and the report of which day, packed."""

    status: int
    printed: tuple[str, ...]
    said: tuple[str, ...]
    day: str = ""
    report: bytes = b""


def version() -> str:
    """The version of the kit on the worker that is asked."""
    return __version__


def report(product: str, parcels: Iterable[bytes], options: Sequence[str], limit_s: float = LIMIT_S) -> Ended:
    """Make the report of a product from what the parcels hold; ``options`` go to ``prodmeet report``.

    Raises ``ValueError`` for a parcel that cannot be opened and ``OSError`` where the worker cannot write.
    """
    place, wanted = _worker()
    with TemporaryDirectory(prefix="prodmeet-", dir=place) as name, TemporaryFile() as out, TemporaryFile() as err:
        home = Path(name)
        for parcel in parcels:
            unpack(parcel, home)
        # Paths are relative, so that no report names a folder of this machine.
        arguments = ["-C", ".", "report", "--out", _OUT, *options, "--", product]
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "prodmeet_kit.pipeline.cluster_task", *arguments],
            cwd=home, env=inherited(os.environ), stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            start_new_session=True,
        )  # fmt: skip
        late = _wait(process, wanted, limit_s)
        said = tuple(filter(None, lines(err, _MOST_PRINTED)))
        if late:
            return Ended(1, (), (f"prodmeet: {late}", *said))
        day, packed = _made(home / _OUT / product)
        return Ended(process.returncode, tuple(lines(out, _MOST_PRINTED)), said, day, packed)


def _worker() -> tuple[str | None, Callable[[], bool]]:
    """The folder of this worker, which Dask removes also after a kill; whether the task is still wanted."""
    from distributed import get_worker

    try:
        worker = get_worker()
    except ValueError:  # no worker: a process that calls the task itself
        return None, lambda: True
    key = worker.get_current_task()

    def wanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and task.state != "cancelled"

    return worker.local_directory, wanted


def _wait(process: subprocess.Popen[bytes], wanted: Callable[[], bool], limit_s: float) -> str:
    """Wait for the end of the run; why it was ended by us, empty when it was not."""
    deadline = time.monotonic() + limit_s
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.5)
                return ""
            if time.monotonic() > deadline:
                return f"the report took more than {limit_s:.0f} s"
            if not wanted():
                return "nobody waits for the report any more"
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                if process.poll() is None:
                    os.killpg(process.pid, number)
                    process.wait(_PATIENCE_S)


def _made(reports: Path) -> tuple[str, bytes]:
    """The day of the report in the folder of its product, and the report; both empty when there is none."""
    for folder in reports.iterdir() if reports.is_dir() else ():
        day = folder.name.removesuffix(INCOMPLETE)
        if is_day(day) and folder.is_dir() and not folder.is_symlink():
            return day, pack((name, path) for name, path in tree(folder, "") if name != WRITTEN)
    return "", b""


def main() -> None:
    """Be ``prodmeet``, and be asked to end when the worker ends, however that ends."""
    if sys.platform.startswith("linux"):
        end_with_parent(signal.SIGTERM)
    runpy.run_module("prodmeet_kit", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
