"""Files of folders that may hold anything: plain ones of a size that makes sense are read, no pipe is waited for."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

__all__ = ["LARGEST", "read_plain"]

LARGEST = 64 * 2**20
"""Bytes of a ``review.json``, twenty times that of a large product."""


def read_plain(path: Path, largest: int = LARGEST) -> bytes:
    """The content of a file. Raises ``OSError`` that names it: also for a pipe, and for one larger than ``largest``."""
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        state = os.fstat(number)
        if not stat.S_ISREG(state.st_mode):
            raise OSError(errno.EINVAL, "it is no plain file", str(path))
        if state.st_size > largest:
            size = f"it has {state.st_size / 2**20:.0f} MB, more than any that is written"
            raise OSError(errno.EFBIG, size, str(path))
        with os.fdopen(number, "rb", closefd=False) as file:
            return file.read(largest + 1)
    finally:
        os.close(number)
