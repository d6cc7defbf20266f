"""``prodmeet fleet --scheduler``: the reports of a fleet, made by the workers of a Dask cluster and put in place here.

Dask gives the products out, and runs those of a lost worker again; one that loses its workers again and again is given
up (``distributed.scheduler.allowed-failures``). What a product reads goes along (:mod:`.parcel`).
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from prodmeet_kit import __version__
from prodmeet_kit.archive.folder import put_in_place, staging
from prodmeet_kit.archive.layout import NOT_RUN, PAGE, is_day, read_record
from prodmeet_kit.core.errors import InputError, ProdmeetError
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.pipeline import cluster_task, parcel
from prodmeet_kit.pipeline.made import WRITTEN, Made

__all__ = ["run"]

CONNECT_S = 10.0
"""So long the scheduler may take to answer."""

WORKERS_S = 60.0
"""So long there may be no worker."""

_LOOK_S = 2.0
_FETCH_S = 600.0


def run(names: Sequence[str], folder: Path, scheduler: str, options: Sequence[str]) -> Iterator[Made]:
    """Make the report of each product on the cluster and put it in place; how each went, as they end.

    Raises :class:`InputError` when the scheduler cannot be used.
    """
    shared = parcel.pack(parcel.shared_files(folder))
    with _client(scheduler) as client:
        _look_at_workers(client, scheduler)
        ended: SimpleQueue[Any] = SimpleQueue()
        waiting = deque(names)
        running: dict[str, tuple[str, Any]] = {}
        seen = looked = time.monotonic()
        threads = _threads(client)
        while waiting or running:
            # One a thread: what waits here is in nobody's memory, and is not taken for what ended a worker.
            while waiting and len(running) < max(1, threads):
                name = waiting.popleft()
                try:
                    given = (shared, parcel.pack(parcel.own_files(folder, name)))
                except (InputError, OSError) as error:
                    yield _failed(name, str(error))
                    continue
                future = client.submit(cluster_task.report, name, given, tuple(options), pure=False)
                running[future.key] = name, future
                future.add_done_callback(ended.put)
            try:
                done = ended.get(timeout=0.5)
            except Empty:
                if time.monotonic() - looked > _LOOK_S:
                    threads, looked = _threads(client), time.monotonic()
                    seen = looked if threads else seen
                    if looked - seen > WORKERS_S:
                        left = [*(name for name, _ in running.values()), *waiting]
                        yield from (_failed(name, f"no worker for {WORKERS_S:.0f} s") for name in left)
                        return
                continue
            name, future = running.pop(done.key)
            if future.status == "cancelled":  # all of them are, and what is given out now would be as well
                left = [name, *(name for name, _ in running.values()), *waiting]
                yield from (_failed(name, "the scheduler was lost") for name in left)
                return
            yield _made(name, future, folder)
            future.release()


@contextmanager
def _client(scheduler: str) -> Iterator[Any]:
    """The connection to the scheduler; what is not done is given up when it closes."""
    try:
        from distributed import Client
    except ImportError:
        raise InputError("--scheduler needs Dask: pip install 'prodmeet-kit[dask]', here and on the workers") from None
    for name in list(logging.root.manager.loggerDict):  # what matters of it is said in our lines
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(scheduler, timeout=CONNECT_S, set_as_default=False, name="prodmeet")
    except (OSError, ValueError, TypeError, RuntimeError):
        told = f"no Dask scheduler answers at {redact(scheduler)}"
        raise InputError(f"--scheduler: {told}: give its address, such as tcp://10.0.0.5:8786") from None
    try:
        yield client
    finally:
        client.close(timeout=CONNECT_S)


def _look_at_workers(client: Any, scheduler: str) -> None:
    """Raise :class:`InputError` when there is no worker in time, or one that has not our version of the kit."""
    try:
        client.wait_for_workers(1, timeout=WORKERS_S)
    except TimeoutError:
        told = f"the scheduler at {redact(scheduler)} has no workers, {WORKERS_S:.0f} s after it was asked"
        raise InputError(f"--scheduler: {told}: start some with dask worker {redact(scheduler)}") from None
    for worker, found in sorted(client.run(cluster_task.version, on_error="return").items()):
        if isinstance(found, OSError):
            continue  # it has just been lost
        if found != __version__:
            has = "cannot load prodmeet-kit" if isinstance(found, Exception) else f"has prodmeet-kit {found}"
            raise InputError(f"--scheduler: the worker at {worker} {has}: install {__version__} there, as here")


def _threads(client: Any) -> int:
    """How many reports the workers make at a time; 0 when the scheduler does not answer."""
    try:
        return sum(client.nthreads().values())
    except (OSError, TimeoutError):
        return 0


def _made(name: str, future: Any, folder: Path) -> Made:
    """How a report went, put in place when it is there."""
    from distributed.scheduler import KilledWorker

    try:
        ended = future.result(timeout=_FETCH_S)
    except KilledWorker:
        return _failed(name, "its worker ended each time it was made: look at the workers' logs, and at their memory")
    except Exception as error:  # noqa: BLE001 - whatever a worker raised, or the cluster: it costs this report
        return _failed(name, f"{type(error).__name__}: {error}")
    if ended.status not in WRITTEN:
        return Made(name, ended.status, said=ended.said)
    try:
        path, notes = _put(name, ended, folder / "reports")
    except (ProdmeetError, OSError, ValueError) as error:
        return _failed(name, str(error))
    return Made(name, ended.status, str(path / PAGE), (*ended.said, *notes))


def _put(name: str, ended: cluster_task.Ended, reports: Path) -> tuple[Path, list[str]]:
    """Put a report in its place, with what people wrote there; the lines for whoever ran it."""
    from prodmeet_kit.html_report import neighbours

    if not is_day(ended.day):
        raise ValueError("the worker sent no report")
    notes: list[str] = []
    with staging(reports / name) as new:
        parcel.unpack(ended.report, new)
        path = put_in_place(new, ended.day, notes.append, whole=not read_record(new).get(NOT_RUN))
    try:
        neighbours.link(reports / name, ended.day)
    except Exception as error:  # noqa: BLE001 - the report stands, and must be told of
        notes.append(f"could not write the links between the meetings of {name}: {error}")
    return path, notes


def _failed(name: str, why: str) -> Made:
    return Made(name, 1, said=(" ".join(redact(why).split()),))
