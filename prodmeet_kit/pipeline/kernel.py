"""A kernel of this very Python, started before it is needed.

The process is started first and the libraries that talk to it are imported
after, so that both sides get ready at the same time. It talks over sockets in
a private folder, so that the data of a report cannot be read by other users of
the machine. It inherits the variables it needs and no others (:mod:`.environment`):
a notebook reads frozen facts only.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from prodmeet_kit.archive.layout import FROZEN
from prodmeet_kit.core.durable import private_folder
from prodmeet_kit.core.errors import ReportError
from prodmeet_kit.core.locks import hold_new
from prodmeet_kit.pipeline.environment import inherited

if TYPE_CHECKING:
    from types import TracebackType

    from jupyter_client.manager import AsyncKernelManager

__all__ = ["Kernel", "socket_folder"]

LONGEST_SOCKET_PATH = 100
"""Bytes of a Unix socket's path: 104 on macOS, 108 on Linux, both with the closing zero."""

_BEGIN = "prodmeet-k-"
_CHANNELS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")


class Process(Protocol):
    """What a kernel needs of its process, whoever started it."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self) -> int: ...
    def kill(self) -> None: ...
    def send_signal(self, number: int, /) -> None: ...


def fresh(arguments: Sequence[str], folder: Path, environment: Mapping[str, str], log: int) -> Process:
    """Start a kernel as a new interpreter, in its folder, with these variables alone; it writes to the log."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "prodmeet_kit.pipeline.inside", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,  # Ctrl-C is for us; we stop the kernel ourselves
    )


start_process: Callable[[Sequence[str], Path, Mapping[str, str], int], Process] = fresh
"""How kernels of this process are started: a worker of a fleet has them forked."""


class Kernel:
    """The kernel process, its private folder and its sockets; leaving the ``with`` block removes all three."""

    def __init__(self) -> None:
        self._holding = hold_new(lambda: socket_folder(_BEGIN, "/s-1"))
        self.folder = self._holding.__enter__()
        try:
            self._connection = self._write_connection()
            with (self.folder / "log").open("wb") as log:
                given = ["-f", str(self._connection)]
                self.process = start_process(given, self.folder, _environment(self.folder), log.fileno())
        except BaseException:
            self._leave()
            raise

    def __enter__(self) -> Kernel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def manager(self) -> AsyncKernelManager:
        """The process as ``nbclient`` wants it: a manager that already has its kernel."""
        from jupyter_client.manager import AsyncKernelManager
        from jupyter_client.provisioning.local_provisioner import LocalProvisioner

        if not self._connection.is_file():
            raise ReportError(_gone(self.folder))
        manager = AsyncKernelManager(connection_file=str(self._connection))
        manager.load_connection_file()
        # LocalProvisioner annotates its process as None; jupyter_client sets it the same way.
        provisioner: Any = LocalProvisioner(parent=manager)
        provisioner.process = self.process
        provisioner.pid = provisioner.pgid = self.process.pid
        manager.provisioner = provisioner
        return manager

    def offer(self, snapshot: Path) -> None:
        """Let the notebook open these facts as :data:`FROZEN`, as it will when it lies beside them."""
        try:
            (self.folder / FROZEN).symlink_to(snapshot.resolve(), target_is_directory=True)
        except FileNotFoundError:
            raise ReportError(_gone(self.folder)) from None

    def interrupt(self) -> None:
        """Have the running cell raise ``KeyboardInterrupt``."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)

    def end(self) -> str:
        """How the process ended and the last line it wrote outside any cell, such as a fatal error."""
        if not self.folder.is_dir():
            return _gone(self.folder)
        status = self.process.poll()
        if status is None:
            return "it still runs"
        how = f"ended by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        lines = (self.folder / "log").read_text(errors="replace").split("\n")
        return ": ".join([how, *[line.strip() for line in lines if line.strip()][-1:]])

    def stop(self) -> None:
        """End the process and all it started at once (it holds nothing to save), and remove its folder."""
        if self.process.poll() is None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                self.process.kill()
        self.process.wait()
        self._leave()

    def _leave(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self._holding.__exit__(None, None, None)

    def _write_connection(self) -> Path:
        connection = {
            "transport": "ipc",
            "ip": str(self.folder / "s"),  # absolute: a relative path is read from each side's own folder
            **{channel: number for number, channel in enumerate(_CHANNELS, 1)},
            "key": secrets.token_hex(32),
            "signature_scheme": "hmac-sha256",
            "kernel_name": "python3",
        }
        path = self.folder / "connection.json"
        path.touch(0o600)
        path.write_text(json.dumps(connection))
        return path


def _gone(folder: Path) -> str:
    return f"the temporary folder {folder} was removed under the run: set TMPDIR to a place that stays"


def socket_folder(begin: str, socket: str) -> Path:
    """A new folder only we may enter, its name begun so, short enough for sockets with paths like this one in it.

    Raises :class:`ReportError` when there is no place for one.
    """
    for parent in dict.fromkeys([tempfile.gettempdir(), "/tmp"]):  # noqa: S108 mkdtemp makes a private folder in it
        try:
            folder = private_folder(begin, parent).resolve()
        except OSError:
            continue
        if len(os.fsencode(f"{folder}{socket}")) <= LONGEST_SOCKET_PATH:
            return folder
        folder.rmdir()
    raise ReportError("no folder for the kernel's sockets: set TMPDIR to a short path that can be written")


def _environment(folder: Path) -> dict[str, str]:
    own = {"IPYTHONDIR": str(folder)}  # no profile of the user changes a report, none is written
    return inherited() | own | {"JPY_PARENT_PID": str(os.getpid())}  # the kernel ends when we do
