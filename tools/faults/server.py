"""The server of every case: ``/<case>/<source>/...``, well but for the source and the fault of its case.

In a process of its own, so that cases can be forked beside it. The first line
it prints is JSON: the URL of each of its listeners.
"""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qsl

from tools.faults import catalogue
from tools.faults.talk import Talk, reset
from tools.faults.world import CANARY, healthy, source_of

__all__ = ["running"]

_seen: Counter[str] = Counter()
_leaks: list[str] = []
_began: dict[str, float] = {}
_longest: dict[str, float] = {}
_lock = threading.Lock()


@contextmanager
def running() -> Iterator[dict[str, str]]:
    """The URLs of the listeners, by name; ``main`` is the server of all sources, ``elsewhere`` another host."""
    with tempfile.TemporaryDirectory() as folder:
        certificate = _certificate(Path(folder))
        talks: dict[str, Callable[[socket.socket], object]] = {
            "main": lambda connection: _serve(connection, urls),
            "elsewhere": _elsewhere,
            "reset": reset,
            "closed": socket.socket.close,
            "silent": _silence,
            "greeting": _greet,
            "tls-plain": lambda connection: _serve(connection, urls),
            "tls": lambda connection: _serve(_tls(connection, certificate), urls),
            "tls-silent": _silence,
            "tls-reset": _reset_later,
            "tls-trickle": lambda connection: _trickle(connection, b"\x16\x03\x03\x40\x00"),
        }
        urls: dict[str, str] = {"refused": "http://127.0.0.1:9", "name": "http://nobody.invalid"}
        with _listening(talks) as found:
            urls |= found
            yield urls


@contextmanager
def _listening(talks: dict[str, Callable[[socket.socket], object]]) -> Iterator[dict[str, str]]:
    sockets = {}
    try:
        for name, talk in talks.items():
            sockets[name] = socket.create_server(("127.0.0.1", 0), backlog=128)
            threading.Thread(target=_accept, args=(sockets[name], talk), daemon=True).start()
        yield {
            name: f"{'https' if name.startswith('tls') else 'http'}://127.0.0.1:{one.getsockname()[1]}"
            for name, one in sockets.items()
        }
    finally:
        for one in sockets.values():
            one.close()


def _accept(listener: socket.socket, talk: Callable[[socket.socket], object]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_guarded, args=(connection, talk), daemon=True).start()


def _guarded(connection: socket.socket, talk: Callable[[socket.socket], object]) -> None:
    with connection, suppress(OSError, ValueError):  # a client that has had enough leaves
        connection.settimeout(60)
        talk(connection)


def _serve(connection: socket.socket, urls: dict[str, str]) -> None:
    """Answer one request after another."""
    with connection:
        while True:
            heard = _request(connection)
            if heard is None:
                return
            path, form, _ = heard
            number, _, rest = path.lstrip("/").partition("/")
            case = catalogue.CASES[int(number)]
            rest = f"/{rest}"
            query, kind_body = dict(parse_qsl(rest.partition("?")[2])), healthy(rest, form)
            if case.fault.talk is None or source_of(rest, {**query, **form}) != case.source:
                Talk(connection, path, form, *kind_body, 0, urls["elsewhere"]).answer()
                continue
            key = f"{number} {rest.partition('?')[0]} {form or sorted(query.items())}"
            with _lock:  # each question of its own counts its own tries
                count = _seen[key]
                _seen[key] += 1
                _began.setdefault(key, time.monotonic())
            try:
                case.fault.talk(Talk(connection, path, {**query, **form}, *kind_body, count, urls["elsewhere"]))
            finally:
                with _lock:
                    _longest[number] = max(_longest.get(number, 0.0), time.monotonic() - _began[key])


def _request(connection: socket.socket) -> tuple[str, dict[str, str], bytes] | None:
    """Path, form and head of the next request; ``None`` when the client has left."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return None
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): text.strip() for name, _, text in (line.partition(":") for line in lines[1:])}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return lines[0].split(" ")[1], dict(parse_qsl(body.decode())), head


def _elsewhere(connection: socket.socket) -> None:
    """Another host: it answers well, and notes whoever brings it a credential."""
    heard = _request(connection)
    if heard is None:
        return
    path, form, head = heard
    if path in ("/leaks", "/seconds"):
        body, kind = json.dumps(_leaks if path == "/leaks" else _longest).encode(), "application/json"
    else:
        if CANARY.encode() in head or b"authorization" in head.lower():
            _leaks.append(path)
        kind, body = ("text/html", b"<form>") if "/login" in path else healthy("/" + path.split("/", 2)[-1], form)
    Talk(connection, path, form, kind, body, 0, "").answer(Connection="close")


def _greet(connection: socket.socket) -> None:
    connection.sendall(b"220 mail ready\r\n")
    _silence(connection)


def _reset_later(connection: socket.socket) -> None:
    connection.recv(65536)
    reset(connection)


def _silence(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def _trickle(connection: socket.socket, first: bytes) -> None:
    connection.recv(65536)
    connection.sendall(first)
    for _ in range(100):
        connection.sendall(b"\x00")
        time.sleep(0.2)


def _tls(connection: socket.socket, certificate: Path) -> socket.socket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context.wrap_socket(connection, server_side=True)


def _certificate(folder: Path) -> Path:
    """A certificate that signs itself, with its key in the same file."""
    made = folder / "self.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    with suppress(OSError):  # without openssl the listener resets, which is a fault as well
        subprocess.run([*command, "-keyout", made, "-out", folder / "c.pem"], check=False, capture_output=True)
        made.write_bytes(made.read_bytes() + (folder / "c.pem").read_bytes())
    return made


if __name__ == "__main__":
    with running() as found:
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
