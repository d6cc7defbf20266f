"""JupyterLab with the executed review in it: started, filled, and opened, with no trace in the user's own settings.

The notebook is run in the kernel of the server's own session, so that whoever
opens it finds every variable and every form alive.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from prodmeet_kit.errors import ReportError
from prodmeet_kit.live.look import write_look

__all__ = ["Server", "running_lab"]

START_S = 60


@dataclass(frozen=True)
class Server:
    """A JupyterLab that runs on loopback. ``url`` has no token; ``runtime`` holds the connection files of kernels."""

    url: str
    token: str
    runtime: Path
    process: subprocess.Popen[bytes]

    def page(self, notebook: str) -> str:
        """The address at which a browser opens the notebook, with the token that lets it in."""
        return f"{self.url}/doc/workspaces/meeting/tree/{notebook}?token={self.token}"

    def ask(self, method: str, path: str, /, **content: Any) -> Any:
        """One request to the server's API. Raises :class:`ReportError` when it refuses."""
        headers = {"Authorization": f"token {self.token}"}
        reply = requests.request(method, f"{self.url}/api/{path}", headers=headers, json=content or None, timeout=30)
        if not reply.ok:
            raise ReportError(f"JupyterLab refused {path}: status {reply.status_code}")
        return reply.json() if reply.content else None

    def session(self, notebook: str) -> Path:
        """Start a kernel for the notebook; its connection file."""
        name = Path(notebook).name
        session = self.ask("POST", "sessions", path=notebook, name=name, type="notebook", kernel={"name": "python3"})
        file = self.runtime / f"kernel-{session['kernel']['id']}.json"
        deadline = time.monotonic() + START_S
        while not file.exists():
            if time.monotonic() > deadline:
                raise ReportError("the kernel of the meeting did not start")
            time.sleep(0.02)
        return file


@contextmanager
def running_lab(folder: Path, notebook: str, *, port: int = 0) -> Iterator[Server]:
    """Run JupyterLab on ``folder`` with ``notebook`` as its only document; it is stopped on the way out.

    Raises :class:`ReportError` when it does not start.
    """
    chosen, folder = port or _free_port(), folder.resolve()  # the server is started in it
    token = secrets.token_hex(24)
    with tempfile.TemporaryDirectory(prefix="prodmeet-lab-") as name:
        private = Path(name)
        write_look(private, notebook)
        (private / "server.json").write_text(json.dumps(_settings(folder, chosen)), encoding="utf-8")
        with (private / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", f"--config={private / 'server.json'}"],
                cwd=folder, env=_environment(private, token), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        server = Server(f"http://127.0.0.1:{chosen}", token, private / "runtime", process)
        try:
            _wait(server, private / "log")
            yield server
        finally:
            _stop(process)


def _settings(folder: Path, port: int) -> dict[str, Any]:
    return {
        "ServerApp": {
            "ip": "127.0.0.1",
            "port": port,
            "port_retries": 0,
            "open_browser": False,
            "root_dir": str(folder),
            "allow_root": True,
        },
        "LanguageServerManager": {"autodetect": False},  # it would run npm, which writes to the user's home
        "LabApp": {"custom_css": True, "news_url": None, "extension_manager": "readonly"},
    }


def _environment(private: Path, token: str) -> dict[str, str]:
    """Everything JupyterLab writes goes to the private folder."""
    return {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(private / "config"),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "JUPYTER_DATA_DIR": str(private / "data"),
        "JUPYTERLAB_SETTINGS_DIR": str(private / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces"),
        "IPYTHONDIR": str(private / "ipython"),
        "JUPYTER_TOKEN": token,  # not on the command line, which every user of the machine can read
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
        except (requests.RequestException, ReportError):
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
