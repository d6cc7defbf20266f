"""The near side of the fork server: start it, ask it for processes, and hold them as one holds a ``Popen``."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from types import TracebackType

from prodmeet_kit.pipeline.environment import inherited

__all__ = ["ForkServer", "Forked"]

START_S = 60.0
"""So long all imports may take."""

_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
"""What keeps libraries from starting threads when they are imported."""


class Forked:
    """A process of the fork server's, with what ``Popen`` has of it: number, exit status, signals."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, told: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._told = told
        self._lock = Lock()

    def poll(self) -> int | None:
        """The exit status, negative for a signal; ``None`` while the process runs."""
        with self._lock:
            if self.returncode is None:
                try:
                    said = self._told.recv(64, socket.MSG_DONTWAIT)
                except BlockingIOError:
                    return None
                except OSError:
                    said = b""
                self.returncode = int(said) if said else -signal.SIGKILL  # the server has gone, and it with the server
                self._told.close()
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, once there is one. Raises ``TimeoutExpired`` after ``timeout`` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            with suppress(OSError, ValueError):  # another thread has seen the end and closed the socket
                waiting = select.poll()
                waiting.register(self._told, select.POLLIN)
                waiting.poll(None if left is None else left * 1000)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process."""
        self.send_signal(signal.SIGKILL)


class ForkServer:
    """The server, as those who ask it know it: a socket. Leaving the ``with`` block ends it and all it forked."""

    def __init__(self, control: socket.socket, process: subprocess.Popen[bytes] | None = None) -> None:
        self._control = control
        self.process = process

    @classmethod
    def start(cls) -> ForkServer | None:
        """A server that has imported everything; ``None`` where there can be none, or it does not start."""
        if not sys.platform.startswith("linux"):
            return None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "prodmeet_kit.pipeline.workers.server", str(theirs.fileno())],
                env={**inherited(), **_ONE_THREAD},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for us; what it forked is asked to end
            )
        server = cls(ours, process)
        ready = False
        try:
            ours.settimeout(START_S)
            ready = ours.recv(16) == b"ready"
            ours.settimeout(None)
        except OSError:
            pass
        finally:
            if not ready:
                process.kill()
                server.close()
        return server if ready else None

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the server, if it is ours."""
        self._control.close()
        if self.process is not None:
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def worker(self, module: str, arguments: Iterable[str], out: int, err: int) -> Forked:
        """Run ``main`` of a module in our folder, with all our variables; it may ask the server for kernels.

        ``out`` and ``err`` are file descriptors. Raises ``OSError`` when nothing could be forked.
        """
        return self._ask(b"W", module, arguments, os.environ, Path.cwd(), (out, err, self._control.fileno()))

    def kernel(self, arguments: Iterable[str], folder: Path, environment: Mapping[str, str], log: int) -> Forked:
        """Run a kernel in its folder, with these variables alone. Raises ``OSError`` when nothing could be forked."""
        # It ends when our end of its socket is closed: it need not look once a second who its parent is.
        given = [*arguments, "--IPKernelApp.parent_handle=1"]
        return self._ask(b"K", "prodmeet_kit.pipeline.inside", given, environment, folder, (log, log))

    def _ask(
        self,
        kind: bytes,
        module: str,
        arguments: Iterable[str],
        environment: Mapping[str, str],
        folder: Path,
        descriptors: tuple[int, ...],
    ) -> Forked:
        asked = {
            "module": module, "arguments": list(arguments), "environment": dict(environment), "folder": str(folder),
        }  # fmt: skip
        told, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, os.fdopen(os.memfd_create("request"), "w") as request:
            json.dump(asked, request)
            request.flush()
            try:
                socket.send_fds(self._control, [kind], [theirs.fileno(), request.fileno(), *descriptors])
            except BaseException:
                told.close()
                raise
        said = told.recv(64)  # by now the server alone has the other end: silence has an end
        if not said:
            told.close()
            raise OSError("the process could not be forked")
        return Forked(int(said), told)
