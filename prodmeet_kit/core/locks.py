"""Who works on a file or folder holds it; what nobody holds was left by a run that is dead.

A lock of the operating system: it ends with its process, however that ends, and
is not written to the disk. Where a file system has no locks, age decides.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["held", "hold", "hold_new", "is_held"]

_LEFT_AFTER_S = 24 * 3600.0
_TRIES = 5
_BUSY = {errno.EWOULDBLOCK, errno.EACCES, errno.EAGAIN}


@contextmanager
def held(number: int, *, shared: bool = False) -> Iterator[None]:
    """Hold an open file while the block runs, alone or with others who share it."""
    with suppress(OSError):  # no locks here
        fcntl.flock(number, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
    try:
        yield
    finally:
        with suppress(OSError):
            fcntl.flock(number, fcntl.LOCK_UN)


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold a folder, as others may at the same time, while the block runs: also when it gets another name meanwhile.

    Raises ``OSError`` when it is not there.
    """
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with held(number, shared=True):
            yield
    finally:
        os.close(number)


@contextmanager
def hold_new(make: Callable[[], Path]) -> Iterator[Path]:
    """Make a folder and hold it while the block runs; another one when it is taken for left before it is held."""
    for _ in range(_TRIES):
        folder = make()
        try:
            number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        try:
            with held(number):
                if not folder.exists():
                    continue
                yield folder
                return
        finally:
            os.close(number)
    raise FileNotFoundError(errno.ENOENT, "a folder is removed as soon as it is made", str(folder))


def is_held(path: Path) -> bool:
    """Whether a running process may be at work on a file or folder; links and what is gone are held by nobody."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return os.path.lexists(path) and not path.is_symlink() and _is_young(path)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in _BUSY or _is_young(path)
    finally:
        os.close(number)
    return False


def _is_young(path: Path) -> bool:
    try:
        return time.time() - path.lstat().st_mtime < _LEFT_AFTER_S
    except OSError:
        return False
