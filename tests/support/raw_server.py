"""A TCP server that talks as a test says, byte for byte, to whoever connects."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def raw_server(talk: Callable[[socket.socket], None], *, hear: bool = True) -> Iterator[str]:
    """The server's address; ``talk`` gets each connection in a thread of its own, its request read if ``hear``."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        stop = threading.Event()
        threads: list[threading.Thread] = []

        def one(connection: socket.socket) -> None:
            with connection, suppress(OSError):  # the client may have left, as it should
                connection.settimeout(5)
                if hear:
                    connection.recv(65536)
                talk(connection)

        def serve() -> None:
            listener.settimeout(0.05)
            while not stop.is_set():
                with suppress(TimeoutError):
                    threads.append(threading.Thread(target=one, args=(listener.accept()[0],), daemon=True))
                    threads[-1].start()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stop.set()
            thread.join()
            for each in threads:
                each.join(6)


def trickle(connection: socket.socket, first: bytes, piece: bytes, *, every_s: float = 0.05, most: int = 100) -> None:
    """Send the beginning, then one piece after another (none: silence), until the client leaves."""
    connection.sendall(first)
    if not piece:
        while connection.recv(65536):
            pass
        return
    gone = threading.Event()
    for _ in range(most):
        connection.sendall(piece)
        gone.wait(every_s)
