"""JupyterLab with the executed review in it: started, filled, and opened, with no trace in the user's own settings.

The notebook is run in the kernel of the server's own session, so that whoever
opens it finds every variable and every form alive. Kernels talk over sockets in
a private folder. The token that lets a browser in stands in a private file, and
in no argument or variable of a process.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prodmeet_kit.core.errors import ReportError, SourceError
from prodmeet_kit.core.locks import hold_new
from prodmeet_kit.live.look import write_look, write_workspace
from prodmeet_kit.pipeline.environment import inherited
from prodmeet_kit.pipeline.kernel import socket_folder
from prodmeet_kit.sources.http import Client, Policy

__all__ = ["Server", "running_lab"]

START_S = 60

_BEGIN = "prodmeet-l-"
_SOCKET = f"/runtime/kernel-{'0' * 36}-ipc-99"


@dataclass(frozen=True)
class Server:
    """A JupyterLab that runs on loopback. ``url`` has no token; only we may enter ``private``, where its files are."""

    url: str
    token: str
    private: Path
    process: subprocess.Popen[bytes]

    def page(self, notebook: str) -> str:
        """The address at which a browser opens the notebook, with the token that lets it in."""
        return f"{self.url}/doc/workspaces/meeting/tree/{notebook}?token={self.token}"

    def ask(self, method: str, path: str, /, **content: Any) -> Any:
        """Ask the server's API. Raises :class:`ReportError` when it refuses, :class:`SourceError` when it is silent."""
        headers = {"Authorization": f"token {self.token}"}
        with Client(Policy("JupyterLab")) as client:
            reply = client.ask(method, f"{self.url}/api/{path}", headers=headers, json=content or None)
        if reply.status >= 400:
            raise ReportError(f"JupyterLab refused {path}: status {reply.status}")
        return reply.json if reply.body else None

    def session(self, notebook: str) -> Path:
        """Start a kernel for the notebook; its connection file."""
        name = Path(notebook).name
        session = self.ask("POST", "sessions", path=notebook, name=name, type="notebook", kernel={"name": "python3"})
        file = self.private / "runtime" / f"kernel-{session['kernel']['id']}.json"
        deadline = time.monotonic() + START_S
        while not file.exists():
            if time.monotonic() > deadline:
                raise ReportError("the kernel of the meeting did not start")
            time.sleep(0.02)
        return file


@contextmanager
def running_lab(
    folder: Path,
    notebook: str,
    *,
    port: int = 0,
    needs: Iterable[str] = (),
    meanwhile: Callable[[], object] = lambda: None,
) -> Iterator[Server]:
    """Run JupyterLab on ``folder`` with ``notebook`` as its only document; it is stopped on the way out.

    Its kernels inherit the variables in ``needs`` beside those of every Python process. ``meanwhile`` is called while
    it starts.
    Raises :class:`ReportError` when it does not start.
    """
    chosen, folder = port or _free_port(), folder.resolve()  # the server is started in it
    token = secrets.token_hex(24)
    with hold_new(lambda: socket_folder(_BEGIN, _SOCKET)) as private:
        try:
            with _started(folder, notebook, private, chosen, token, needs, meanwhile) as server:
                yield server
        finally:
            shutil.rmtree(private, ignore_errors=True)


@contextmanager
def _started(
    folder: Path,
    notebook: str,
    private: Path,
    port: int,
    token: str,
    needs: Iterable[str],
    meanwhile: Callable[[], object],
) -> Iterator[Server]:
    write_look(private)
    settings = private / "server.json"
    settings.touch(0o600)
    settings.write_text(json.dumps(_settings(folder, port, token)), encoding="utf-8")
    command = [sys.executable, "-P", "-m", "prodmeet_kit.live.inside", str(os.getpid()), f"--config={settings}"]
    with (private / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=_environment(private, needs), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    server = Server(f"http://127.0.0.1:{port}", token, private, process)
    try:
        write_workspace(private, notebook)
        meanwhile()
        _wait(server, private / "log")
        yield server
    finally:
        _stop(process)


def _settings(folder: Path, port: int, token: str) -> dict[str, Any]:
    return {
        "ServerApp": {
            "ip": "127.0.0.1",
            "port": port,
            "port_retries": 0,
            "open_browser": False,
            "root_dir": str(folder),
            "allow_root": True,
        },
        "IdentityProvider": {"token": token},
        "KernelManager": {"transport": "ipc"},  # over loopback TCP every user of the machine could listen
        "LanguageServerManager": {"autodetect": False},  # it would run npm, which writes to the user's home
        "LabApp": {"custom_css": True, "news_url": None, "extension_manager": "readonly"},
    }


def _environment(private: Path, needs: Iterable[str]) -> dict[str, str]:
    """What kernels inherit, too. Everything JupyterLab writes goes to the private folder."""
    return {
        **inherited(needs),
        "JUPYTER_CONFIG_DIR": str(private / "config"),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "JUPYTER_DATA_DIR": str(private / "data"),
        "JUPYTERLAB_SETTINGS_DIR": str(private / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces"),
        "IPYTHONDIR": str(private / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "JUPYTER_NO_CONFIG": "",
    }


def _wait(server: Server, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise ReportError(f"JupyterLab did not start: {_tail(log)}")
        try:
            server.ask("GET", "status")
        except (SourceError, ReportError):
            time.sleep(0.05)
        else:
            if server.process.poll() is None:  # else another server answers on this port
                return
    raise ReportError(f"JupyterLab did not answer within {START_S} s: {_tail(log)}")


def _tail(log: Path) -> str:
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and its kernels."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
