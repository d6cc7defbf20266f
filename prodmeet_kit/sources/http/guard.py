"""Time limits that nothing a server does can stretch, and interrupts that no silent server can delay.

The time-outs of sockets count from byte to byte: a server that sends one now
and then is waited for, for ever. So a thread watches the clock, and shuts the
sockets of a :class:`Call` down when its time is over, whatever it waits for.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

__all__ = ["Call", "current", "hanging_up", "pause", "watched"]

_stopping = threading.Event()
_local = threading.local()


class Call:
    """One answer that is waited for, until ``deadline`` on the monotonic clock."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.stopped = False
        """Whether its sockets were shut down: the time is over, or a person interrupted."""
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []

    @property
    def left(self) -> float:
        """Seconds left, never quite none, since none means no limit to a socket."""
        return max(self.deadline - time.monotonic(), 0.001)

    def attach(self, used: socket.socket) -> None:
        """Have the socket shut down with the call. A copy is held, since TLS takes the socket over."""
        copy = socket.socket(fileno=socket.dup(used.fileno()))
        with self._lock:
            self._sockets.append(copy)
            if self.stopped:
                _shut(copy)

    def stop(self) -> None:
        """Shut its sockets down: whoever waits for them goes on at once."""
        with self._lock:
            self.stopped = True
            for each in self._sockets:
                _shut(each)

    def close(self) -> None:
        """Let the copies go."""
        with self._lock:
            while self._sockets:
                self._sockets.pop().close()


class _Watch:
    """The thread that looks at the clock."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._calls: set[Call] = set()
        self._thread: threading.Thread | None = None

    def add(self, call: Call) -> None:
        with self._changed:
            self._calls.add(call)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._look, name="time limits", daemon=True)
                self._thread.start()
            self._changed.notify()
        if _stopping.is_set():
            call.stop()

    def remove(self, call: Call) -> None:
        with self._changed:
            self._calls.discard(call)

    def stop_all(self) -> None:
        with self._changed:
            for call in self._calls:
                call.stop()

    def _look(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for call in [call for call in self._calls if call.deadline <= now]:
                    self._calls.discard(call)
                    call.stop()
                soonest = min((call.deadline for call in self._calls), default=None)
                self._changed.wait(None if soonest is None else max(soonest - now, 0.001))


_watch = _Watch()


@contextmanager
def watched(deadline: float) -> Iterator[Call]:
    """A call of this thread, watched until the block ends."""
    call = Call(deadline)
    _local.call = call
    _watch.add(call)
    try:
        yield call
    finally:
        _watch.remove(call)
        _local.call = None
        call.close()


def current() -> Call | None:
    """The call this thread waits for."""
    call: Call | None = getattr(_local, "call", None)
    return call


def pause(seconds: float) -> bool:
    """Wait between two tries; whether they may go on (nobody interrupted)."""
    return not _stopping.wait(seconds)


@contextmanager
def hanging_up() -> Iterator[None]:
    """While the block lasts no server is waited for: what is under way ends, what would begin fails at once.

    For who has been interrupted and waits for threads that ask.
    """
    _stopping.set()
    try:
        _watch.stop_all()
        yield
    finally:
        _stopping.clear()


def _shut(used: socket.socket) -> None:
    with suppress(OSError):  # not connected yet, or closed by the other side
        used.shutdown(socket.SHUT_RDWR)
