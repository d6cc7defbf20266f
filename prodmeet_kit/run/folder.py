"""The folder of a report appears whole or not at all.

It is written beside its place under a hidden name and renamed into place. A
report of the same date stands until then, and stands again when the rename
fails. What people wrote into it goes along (:mod:`.kept`). What an interrupted
run left is mended or removed by the next one.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from prodmeet_kit.errors import ReportError
from prodmeet_kit.run.kept import carry, list_written

__all__ = ["LATEST", "put_in_place", "staging"]

LATEST = "latest"
"""Name of the link to the newest report of a product."""

_NEW = ".new-"
_OLD = ".old-"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LEFT_AFTER_S = 24 * 3600
_TRIES = 5


@contextmanager
def staging(product_folder: Path) -> Iterator[Path]:
    """A new hidden folder beside the reports of a product; what is left of it at the end is removed.

    Folders that were made on the way to it and are still empty are removed as well.
    """
    made = [folder for folder in (product_folder, *product_folder.parents) if not folder.exists()]
    folder = product_folder / f"{_NEW}{secrets.token_hex(8)}"
    try:  # an interrupt may come as soon as the first folder is there
        try:
            product_folder.mkdir(parents=True, exist_ok=True)
            _mend(product_folder)
            folder.mkdir()
        except OSError as error:
            raise ReportError(f"cannot write to {product_folder}: {error.strerror}") from error
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        for parent in made:
            with suppress(OSError):  # not empty: a report is in it
                parent.rmdir()


def put_in_place(folder: Path, day: str, told: Callable[[str], object]) -> Path:
    """Rename a finished folder to its date and point ``latest`` to the newest date. Returns the new path.

    What people wrote into the report that stood there is carried over; ``told``
    gets a line for each file that had to take another name.
    Raises :class:`ReportError` when that fails; then the report that stood there stands again.
    """
    target = folder.parent / day
    try:
        list_written(folder)
        _swap(folder, target, told)
    except OSError as error:
        raise ReportError(
            f"cannot put the report at {target}: {error.strerror}; what stood there is untouched"
        ) from error
    _point_to_newest(target.parent)
    return target


def _swap(folder: Path, target: Path, told: Callable[[str], object]) -> None:
    aside: list[Path] = []
    try:
        for attempt in range(_TRIES):
            before = len(aside)
            with suppress(FileNotFoundError):
                aside.append(target.rename(target.parent / f"{_OLD}{target.name}-{secrets.token_hex(8)}"))
            for path in aside[before:]:  # once it is aside, nobody writes into it any more
                carry(path, folder, told)
            try:
                folder.rename(target)
                return
            except OSError:
                # A target that is there again: another run of the same date came between, and is replaced in turn.
                if not target.exists() or attempt + 1 == _TRIES:
                    raise
    finally:
        if aside and not target.exists():
            aside.pop().rename(target)
        for path in aside:
            shutil.rmtree(path, ignore_errors=True)


def _point_to_newest(product_folder: Path) -> None:
    newest = max(path.name for path in product_folder.iterdir() if _DAY.fullmatch(path.name))
    fresh = product_folder / f"{_NEW}{secrets.token_hex(8)}"
    try:
        fresh.symlink_to(newest, target_is_directory=True)
    except (OSError, NotImplementedError):  # a file system without links: the name, as text
        fresh.write_text(newest + "\n")
    fresh.replace(product_folder / LATEST)


def _mend(product_folder: Path) -> None:
    """Put back a report that a killed run moved aside, and remove what was left a day ago or earlier."""
    for path in product_folder.iterdir():
        if path.name.startswith(_OLD):
            target = product_folder / path.name.removeprefix(_OLD)[: len("2026-11-24")]
            if not target.exists():
                path.rename(target)
                continue
        elif not path.name.startswith(_NEW):
            continue
        with suppress(FileNotFoundError):  # its own run has just removed it
            if time.time() - path.stat().st_mtime > _LEFT_AFTER_S:
                shutil.rmtree(path, ignore_errors=True)
