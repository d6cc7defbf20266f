"""The fork server: a process that imports what reports need, once, and forks a fresh process for each asked for.

It is started with the variables Python needs and no others, opens nothing, and
has one thread at every fork: what it forks is as good as a new interpreter. What a
process is to do, its variables and with them its credentials, comes in a file
in memory that the server hands on unread; so a kernel, forked from here as
well, has never been near them.

Messages on the control socket, each with file descriptors: ``W`` for a process that cleans up when it is asked to end,
``K`` for one that holds nothing to save; the descriptors are the owner's end, the request, its output and its errors,
and for ``W`` one more, on which it asks in turn. On the owner's end come the process number
and at the end the exit status (negative: the signal). An owner that closes its end wants the process gone.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import random
import selectors
import signal
import socket
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from prodmeet_kit.pipeline.environment import end_with_parent
from prodmeet_kit.pipeline.workers import warm

__all__ = ["main", "serve"]

PATIENCE_S = 15.0
"""So long a process may take to clean up after its owner has gone."""

_MOST_DESCRIPTORS = 5


@dataclass
class _Child:
    """A process of ours: the socket its owner hears of it on, and when it is killed, once the owner has gone."""

    owner: socket.socket
    saves: bool
    deadline: float | None = None


def main() -> None:
    """Import everything, say so on the control socket (its number is the argument), and serve until all have gone."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    gc.disable()
    warm.load()
    if _threads() > 1:
        raise SystemExit("an import has started a thread: processes cannot be forked")
    gc.collect()
    gc.freeze()  # a collection would write to every page that is shared
    control.send(b"ready")
    serve(control)


def serve(control: socket.socket) -> None:
    """Fork what is asked for until nobody can ask any more, then end what is left."""
    woken, wake = socket.socketpair()
    for end in (woken, wake):
        end.setblocking(False)
    signal.set_wakeup_fd(wake.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: dict[int, _Child] = {}
    with selectors.PollSelector() as watched:
        watched.register(control, selectors.EVENT_READ)
        watched.register(woken, selectors.EVENT_READ)
        while True:
            waits = [child.deadline - time.monotonic() for child in children.values() if child.deadline is not None]
            for key, _ in watched.select(max(0.0, min(waits)) if waits else None):
                if key.fileobj is control:
                    if not _fork(control, (woken, wake), children, watched):
                        for pid in children:
                            _signal(pid, signal.SIGKILL)
                        return
                elif key.fileobj is woken:
                    woken.recv(4096)
                else:  # an owner never writes: it has gone
                    watched.unregister(key.fileobj)
                    child = children[key.data]
                    child.deadline = time.monotonic() + (PATIENCE_S if child.saves else 0.0)
                    _signal(key.data, signal.SIGTERM if child.saves else signal.SIGKILL)
            _reap(children, watched)
            for pid, child in children.items():
                if child.deadline is not None and child.deadline <= time.monotonic():
                    _signal(pid, signal.SIGKILL)
                    child.deadline = None


def _fork(
    control: socket.socket,
    ours: tuple[socket.socket, ...],
    children: dict[int, _Child],
    watched: selectors.PollSelector,
) -> bool:
    """Fork the process of the next message; ``False`` when none can come any more."""
    kind, descriptors, _, _ = socket.recv_fds(control, 16, _MOST_DESCRIPTORS)
    if not kind:
        return False
    for number in descriptors:
        os.set_inheritable(number, False)
    owner, rest = socket.socket(fileno=descriptors[0]), descriptors[1:]
    pid = None
    with suppress(OSError):  # no memory, or too many processes
        pid = os.fork() if _threads() == 1 else None
    if pid == 0:
        for end in (control, *ours, owner, *(child.owner for child in children.values())):
            end.close()
        _become(rest)
    for number in rest:
        os.close(number)
    if pid is None:
        owner.close()  # its owner hears of an end before a start
        return True
    children[pid] = _Child(owner, kind == b"W")
    watched.register(owner, selectors.EVENT_READ, pid)
    with suppress(OSError):
        owner.send(str(pid).encode())
    return True


def _reap(children: dict[int, _Child], watched: selectors.PollSelector) -> None:
    """Tell owners which of their processes ended, and how."""
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        child = children.pop(pid)
        with suppress(KeyError):  # its owner has gone
            watched.unregister(child.owner)
        with suppress(OSError):
            child.owner.send(str(os.waitstatus_to_exitcode(status)).encode())
        child.owner.close()


def _signal(pid: int, number: int) -> None:
    """Send to the process and all it started: each leads a group of its own."""
    with suppress(ProcessLookupError):
        if number == signal.SIGKILL:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)


def _become(descriptors: list[int]) -> None:
    """Be the process that is asked for, in the child; never returns."""
    status = 1
    try:
        _settle()
        request, out, err, *asks = descriptors
        with Path(os.devnull).open() as nothing:
            for number, to in ((nothing.fileno(), 0), (out, 1), (err, 2)):
                os.dup2(number, to)
        os.close(out)
        os.close(err)
        with os.fdopen(request) as file:
            file.seek(0)
            asked = json.load(file)
        os.environ.clear()
        os.environ.update(asked["environment"])
        time.tzset()
        os.chdir(asked["folder"])
        sys.argv[1:] = asked["arguments"]
        if asks:
            from prodmeet_kit.pipeline import kernel
            from prodmeet_kit.pipeline.workers.forking import ForkServer

            kernel.start_process = ForkServer(socket.socket(fileno=asks[0])).kernel
        status = _status_of(asked["module"])
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except BaseException:  # noqa: BLE001 - nothing may get back into the server's loop
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _status_of(module: str) -> int:
    """Run the module's ``main``; the exit status it ends with."""
    try:
        importlib.import_module(module).main()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return 1
    return 0


def _settle() -> None:
    """Be nobody's copy: own signals, own session, own random numbers; and end with the server, however it ends."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    end_with_parent(signal.SIGKILL)
    if os.getppid() != _SERVER:  # it ended before the line above
        os._exit(1)
    os.setsid()
    random.seed()
    import numpy as np

    np.random.seed()  # the old generator is the one that is shared
    gc.enable()


def _threads() -> int:
    """How many threads this process has, also those Python does not know of."""
    return sum(1 for _ in Path("/proc/self/task").iterdir())


_SERVER = os.getpid()

if __name__ == "__main__":
    main()
