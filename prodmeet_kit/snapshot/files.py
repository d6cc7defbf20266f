"""The files of a snapshot as they are read: those the manifest lists, within its folder, through no link.

A snapshot may come from anybody. A name that leads out of its folder, a link, a
pipe or a file larger than any the kit writes is refused before it is read.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

from prodmeet_kit.core.errors import SnapshotError

__all__ = ["AGAIN", "LARGEST_FILE", "LARGEST_MANIFEST", "MANIFEST", "read"]

MANIFEST = "manifest.json"

AGAIN = "gather the facts again, or take the snapshot from where it came"
"""What to do about a snapshot that cannot be used."""

LARGEST_MANIFEST = 16 * 2**20
"""Bytes; that of a large product has one."""

LARGEST_FILE = 256 * 2**20
"""Bytes of one Parquet file."""

_NAME = re.compile(r"(?:series|records)/[^/\0]{1,200}")


def read(folder: Path, name: str, largest: int = LARGEST_FILE) -> bytes:
    """The content of a file of a snapshot: ``manifest.json``, or a name such as ``series/001-x.parquet``.

    ``folder`` itself may be a link. Raises :class:`SnapshotError` that names the file.
    """
    parts = name.split("/")
    if name != MANIFEST and (not _NAME.fullmatch(name) or parts[1] in (".", "..")):
        raise SnapshotError(f"{folder / MANIFEST} names a file outside the snapshot: {name[:200]}: {AGAIN}")
    path = folder / name
    number = -1
    try:
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        for part in parts:
            inner = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=number)
            os.close(number)
            number = inner
        state = os.fstat(number)
        if not stat.S_ISREG(state.st_mode):
            raise SnapshotError(f"{path} is no file: {AGAIN}")
        if state.st_size > largest:
            raise SnapshotError(f"{path} has {state.st_size / 2**20:.0f} MB, more than any that is written: {AGAIN}")
        with open(number, "rb", closefd=False) as file:
            return file.read(state.st_size + 1)  # all of so much is set aside at once
    except FileNotFoundError:
        raise
    except OSError as error:
        why = "is a link" if error.errno in (errno.ELOOP, errno.ENOTDIR) else f"cannot be read: {error.strerror}"
        raise SnapshotError(f"{path} {why}: {AGAIN}") from None
    finally:
        if number >= 0:
            os.close(number)
