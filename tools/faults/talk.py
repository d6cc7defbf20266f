"""What a fault has to play with: a connection whose request is read, and the answer that would be good."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Fault", "Talk", "reset", "then"]

_MOST_S = 60.0  # nobody is waited for longer


@dataclass
class Talk:
    """One request of the source with the fault. ``count`` is how many came before; ``elsewhere`` is another server."""

    connection: socket.socket
    path: str
    form: dict[str, str]
    kind: str
    body: bytes
    count: int
    elsewhere: str
    began: float = field(default_factory=time.monotonic)

    def say(self, *pieces: bytes) -> None:
        """Send these bytes."""
        for piece in pieces:
            self.connection.sendall(piece)

    def answer(self, status: int = 200, body: bytes | None = None, kind: str = "", **headers: str) -> None:
        """Send a whole answer; by default the good one."""
        body = self.body if body is None else body
        named = {"Content-Type": kind or self.kind, "Content-Length": str(len(body))}
        named |= {name.replace("_", "-"): text for name, text in headers.items()}
        lines = "".join(f"{name}: {text}\r\n" for name, text in named.items() if text)
        self.say(f"HTTP/1.1 {status} Said\r\n{lines}\r\n".encode(), body)

    def head(self, *more: str) -> None:
        """Send the status line and headers of a good answer, without the blank line that ends them."""
        self.say(b"HTTP/1.1 200 OK\r\n", *(f"{line}\r\n".encode() for line in (f"Content-Type: {self.kind}", *more)))

    def trickle(self, piece: bytes, every_s: float = 0.2) -> None:
        """Send a piece now and then until the client leaves."""
        while time.monotonic() - self.began < _MOST_S:
            self.say(piece)
            time.sleep(every_s)

    def silence(self) -> None:
        """Say nothing until the client leaves."""
        self.connection.settimeout(_MOST_S)
        while self.connection.recv(65536):
            pass

    def close(self) -> None:
        """End the connection."""
        self.connection.close()

    def json(self, change: Callable[[Any], Any]) -> None:
        """Answer with the good answer's JSON after a change."""
        self.answer(body=json.dumps(change(json.loads(self.body))).encode())


@dataclass(frozen=True)
class Fault:
    """A fault by its name.

    ``whole``: the numbers must be those of a good day (True), there must be a gap (False), or either may be.
    ``port`` names a listener of its own for what happens before a request could be read.
    """

    name: str
    talk: Callable[[Talk], object] | None = None
    whole: bool | None = False
    only: tuple[str, ...] = ()
    port: str = ""


def then(*steps: Callable[[Talk], object]) -> Callable[[Talk], None]:
    """One step after another."""

    def talk(one: Talk) -> None:
        for step in steps:
            step(one)

    return talk


def reset(connection: socket.socket) -> None:
    """Close so that the other side sees a reset, not an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
