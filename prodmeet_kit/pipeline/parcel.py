"""Files as bytes, to be sent to another machine and back: a compressed tar of plain files, opened with suspicion.

What a report of a product reads is packed here as well. No credential goes along: hidden files and private keys are
left out, and parameter files name variables of the environment, which are the worker's own.
"""

from __future__ import annotations

import io
import re
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from prodmeet_kit.archive.layout import FROZEN, RECORD, days
from prodmeet_kit.archive.previous_meeting import MOST_REPORTS
from prodmeet_kit.core.errors import InputError
from prodmeet_kit.core.plain_files import read_plain
from prodmeet_kit.schemas import frames

__all__ = ["MOST_BYTES", "own_files", "pack", "shared_files", "tree", "unpack"]

MOST_BYTES = 512 * 2**20
"""So much may be in one parcel, unpacked."""

_PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")
_EARLIER = (RECORD, f"{FROZEN}/manifest.json", f"{FROZEN}/records/{frames.ALERT_RULES.name}.parquet")
"""What is read of an earlier report: its items and SLOs, its window, its alert rules."""

Files = Iterable[tuple[str, Path]]
"""The name of each file in a parcel, with ``/``, and where it is."""


def shared_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """What every product may read: all of ``parameters/``, and what was brought to the inboxes of ``minutes/``.

    Products look into each other's files for services and toil they have in common.
    """
    yield from tree(folder / "parameters", "parameters")
    for inbox in sorted((folder / "minutes").glob("*/inbox")):
        yield from tree(inbox, f"minutes/{inbox.parent.name}/inbox")


def own_files(folder: Path, product: str) -> Iterator[tuple[str, Path]]:
    """What a product alone reads: its minutes, and of its newest earlier reports what the next one looks at."""
    minutes = f"minutes/{product}"
    inbox = f"{minutes}/inbox/"  # everybody's
    yield from (file for file in tree(folder / "minutes" / product, minutes) if not file[0].startswith(inbox))
    reports = folder / "reports" / product
    for day in days(reports)[-MOST_REPORTS:] if reports.is_dir() else ():
        for name in _EARLIER:
            if (file := reports / day / name).is_file():
                yield f"reports/{product}/{day}/{name}", file


def tree(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    """Every file in a folder but hidden ones, by its name below ``name``; nothing when there is no such folder."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from tree(path, f"{name}/{path.name}" if name else path.name)
        elif path.is_file():
            yield f"{name}/{path.name}" if name else path.name, path


def pack(files: Files, most: int = MOST_BYTES) -> bytes:
    """The files as one parcel; private keys are left out. Raises :class:`InputError` beyond ``most`` bytes."""
    packed, left = io.BytesIO(), most
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as parcel:
        for name, path in files:
            content = read_plain(path, most)
            if _PRIVATE_KEY.search(content):
                continue
            left -= len(content)
            if left < 0:
                raise InputError(f"{path}: with it, more than {most / 2**20:.0f} MB would go to a worker: move it away")
            member = tarfile.TarInfo(name)
            member.size = len(content)
            parcel.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def unpack(parcel: bytes, folder: Path, most: int = MOST_BYTES) -> None:
    """Write what is in a parcel into a folder. Raises ``ValueError`` where it is no parcel of :func:`pack`.

    Nothing but plain files of names within the folder is written, none twice, ``most`` bytes at most.
    """
    left = most
    try:
        with tarfile.open(fileobj=io.BytesIO(parcel), mode="r:gz") as opened:
            for member in opened:
                left -= member.size
                content = opened.extractfile(member) if member.isreg() and left >= 0 else None
                if content is None or not _is_inside(member.name):
                    raise ValueError(f"a parcel holds {member.name[:200]!r}, which is nothing that is sent")
                path = folder / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("xb") as file:
                    file.write(content.read())
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise ValueError(f"a parcel cannot be opened: {error}") from error


def _is_inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts and "\0" not in name and "\\" not in name
