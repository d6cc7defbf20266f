"""How much one server is asked at once and in a second, by all processes of this machine and user together.

A turn is a locked file in the user's cache, one for each question that may be under way: the kernel lets go of it when
its process ends, however that is. Each process keeps to its own limits, whatever those of the others are. Where there
is no such folder, or no locks, a process keeps to them by itself.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.core.user_cache import cache_folder
from prodmeet_kit.sources.http.guard import pause

__all__ = ["MOST_WAIT_S", "Turns"]

MOST_WAIT_S = 600.0
"""How long a question waits for its turn, which is not part of the time-out: the server is not asked yet."""

_LOOK_S = 0.01  # how often a process looks for a turn while all are taken
_LEFT_AFTER_S = 24 * 3600.0
_BUSY = {errno.EWOULDBLOCK, errno.EACCES, errno.EAGAIN}
_TIME = struct.Struct("d")


class Turns:
    """The turns of one host and port, whatever the path and the credentials: ``at_once`` of them.

    ``per_second`` bounds requests, further tries included, evenly spaced; ``None`` does not. ``who`` names the server
    in messages. Safe to use from several threads.
    """

    def __init__(self, who: str, url: str, at_once: int, per_second: float | None = None) -> None:
        self._who, self._at_once = who, at_once
        self._apart = 1 / per_second if per_second else 0.0
        place = urlsplit(url)
        port = place.port or {"http": 80, "https": 443}.get(place.scheme)
        self._name = f"turn-{sha256(f'{place.hostname}:{port}'.encode()).hexdigest()[:32]}"
        self._folder: Path | None = None
        self._first, self._looking, self._pacing = True, threading.Lock(), threading.Lock()
        self._last = -self._apart

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a turn while a question is under way. Raises :class:`SourceError` where none is free for too long."""
        until = time.monotonic() + MOST_WAIT_S
        number = self._take(until)
        try:
            if not self.paced(until):
                raise self._too_long("as many requests a second as sources.metrics.per_second allows")
            yield
        finally:
            if number is not None:
                os.close(number)

    def paced(self, until: float) -> bool:
        """Wait until one request more is within ``per_second``; whether it was before ``until`` (monotonic clock)."""
        if not self._apart:
            return True
        with _alone(self._pacing, until) as mine:
            while mine:
                left = self._left()
                if left <= 0:
                    return True
                if time.monotonic() + left >= until or not pause(left):
                    break
        return False

    def _take(self, until: float) -> int | None:
        with _alone(self._looking, until) as mine:  # one thread looks, so that many do not for the same turn
            if self._first:
                self._folder, self._first = cache_folder(), False
                if self._folder:
                    _tidy(self._folder)
            while mine and self._folder:
                # From the last: a process with fewer turns finds its own free for longer.
                for place in reversed(range(self._at_once)):
                    try:
                        number = _locked(self._folder / f"{self._name}-{place}")
                    except OSError:  # no locks here, or no room for a file
                        return None
                    if number is not None:
                        return number
                if time.monotonic() >= until or not pause(_LOOK_S):
                    break
            else:
                if mine:
                    return None  # nowhere to keep turns
        raise self._too_long(f"{self._at_once} questions under way")

    def _left(self) -> float:
        """Seconds until the next request; none when that is now, which is noted."""
        wait = self._last + self._apart - time.monotonic()
        if wait > 0:
            return wait
        try:
            number = _locked(self._folder / f"{self._name}-time") if self._folder else -1
        except OSError:
            number = -1
        if number is None:  # another process notes its request
            return _LOOK_S
        if number >= 0:
            try:
                told = os.pread(number, _TIME.size, 0)
                now = time.time()
                wait = _TIME.unpack(told)[0] + self._apart - now if len(told) == _TIME.size else 0.0
                if 0 < wait <= self._apart:  # else the clock was set back
                    return wait
                with suppress(OSError):  # the disk is full
                    os.pwrite(number, _TIME.pack(now), 0)
            finally:
                os.close(number)
        self._last = time.monotonic()
        return 0.0

    def _too_long(self, what: str) -> SourceError:
        if not pause(0):
            return SourceError(f"{self._who} was not asked: interrupted")
        return SourceError(
            f"{self._who} was not asked: this machine had {what} for {MOST_WAIT_S / 60:.0f} minutes:"
            " make fewer reports at a time, or raise sources.metrics.jobs and per_second"
        )


@contextmanager
def _alone(lock: threading.Lock, until: float) -> Iterator[bool]:
    """Hold the lock; whether it could be had in time and nobody interrupted."""
    mine = lock.acquire(blocking=False)
    while not mine and time.monotonic() < until and pause(0):
        mine = lock.acquire(timeout=0.2)
    try:
        yield mine
    finally:
        if mine:
            lock.release()


def _locked(path: Path) -> int | None:
    """The file, made where missing, open and locked; ``None`` while another holds it. Raises ``OSError``."""
    while True:
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(number).st_nlink:
                return number
        except OSError as error:
            os.close(number)
            if error.errno in _BUSY:
                return None
            raise
        os.close(number)  # removed between opening and locking


@cache  # once a process: it is as well for every server
def _tidy(folder: Path) -> None:
    """Remove turns nobody holds that were made long ago; who opens one meanwhile makes it anew."""
    for path in folder.glob("turn-*"):
        with suppress(OSError):
            if time.time() - path.lstat().st_mtime > _LEFT_AFTER_S and (number := _locked(path)) is not None:
                try:
                    path.unlink()
                finally:
                    os.close(number)
