"""One run at a time: two that write at once would each open an issue for the same item."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prodmeet_kit.core.errors import InputError

if sys.platform != "win32":
    import fcntl

__all__ = ["alone"]


@contextmanager
def alone(folder: Path, what: str) -> Iterator[None]:
    """Hold the folder for ``what`` while the block runs. Raises :class:`InputError` when another process does.

    The lock is the system's: it goes with the process, however that ends.
    """
    if sys.platform == "win32" or not folder.is_dir():
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(f"{what} runs already: wait until it is done") from None
        except OSError:  # a file system without locks
            pass
        yield
    finally:
        os.close(handle)
