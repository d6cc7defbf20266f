"""What people wrote into the folder of a report goes with it when the report is made again.

The kit lists the files it writes with their sha256 in ``.written.sha256``, in
the form that ``sha256sum -c`` reads. A file that is not as listed was written
by a person, and none of those is lost:

=========================================  ==============================================
in the folder that is replaced             in the new one
=========================================  ==============================================
``minutes.md``, changed                    stays; the new text is ``minutes.new.md``
``report.html`` and the others, changed    ``report.edited.html`` beside the new one
any other file or folder                   stays
=========================================  ==============================================

``snapshot/`` is the kit's own and always replaced.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from hashlib import sha256
from itertools import count
from pathlib import Path

__all__ = ["WRITTEN", "carry", "is_as_written", "list_also", "list_written", "rewrite"]

WRITTEN = ".written.sha256"
"""The list of the files of a report as the kit wrote them."""

_MINUTES = "minutes.md"
_OTHERS = ("report.html", "review.ipynb", "review.json")
_NOT_CARRIED = (WRITTEN, "snapshot")


def list_written(folder: Path) -> None:
    """Write the list of the files in ``folder``, before anything is carried into it."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    _write(folder, {path.name: _digest(path) for path in files})


def list_also(file: Path) -> None:
    """Add a file the kit wrote into a finished report to the list of that report."""
    _write(file.parent, {**_read(file.parent), file.name: _digest(file)})


def is_as_written(file: Path) -> bool:
    """Whether a file of a finished report is as the kit wrote it."""
    return _read(file.parent).get(file.name) == _digest(file)


def rewrite(folder: Path, name: str, text: str) -> bool:
    """Write a file of the list anew and its sum with it; nothing when a person changed the file, or it is not listed.

    Raises ``OSError``. Between the two steps the file counts as changed by a person, which loses nothing.
    """
    listed = _read(folder)
    path = folder / name
    if name not in listed or path.is_symlink() or listed[name] != _digest(path):
        return False
    fresh = folder.parent / f".new-{secrets.token_hex(8)}"
    try:
        fresh.write_bytes(text.encode("utf-8"))
        listed[name] = _digest(fresh)
        fresh.replace(path)
        fresh.write_text(_lines(listed), encoding="utf-8")
        fresh.replace(folder / WRITTEN)
    finally:
        fresh.unlink(missing_ok=True)
    return True


def carry(old: Path, new: Path, told: Callable[[str], object]) -> None:
    """Copy what people wrote in ``old`` into ``new``, whose files are listed; tells a line where a name was taken.

    ``old`` stays as it is. Another ``old`` may follow, which adds what it holds.
    """
    known, listed = _read(old), _read(new)
    people = [path for path in old.iterdir() if path.name not in _NOT_CARRIED and not _as_written(path, known)]
    # The minutes last: only then is it known which names people took.
    for path in sorted(people, key=lambda path: (path.name == _MINUTES, path.name)):
        place = new / path.name
        if not os.path.lexists(place):
            _copy(path, place)
        elif path.name == _MINUTES and _MINUTES in listed and not _same(path, place):
            fresh = _free(new, "minutes.new", ".md")
            place.rename(fresh)
            listed[fresh.name] = listed.pop(_MINUTES)
            _copy(path, place)
            told(f"kept your edited {_MINUTES}; the new text is {fresh.name}")
        elif not _same(path, place):
            kept = _free(new, f"{path.stem}.edited", path.suffix)
            _copy(path, kept)
            told(f"kept your edited {path.name} as {kept.name}")
    _write(new, listed)


def _as_written(path: Path, known: dict[str, str]) -> bool:
    """Whether a file is as the kit wrote it. Without a list, from an older kit, minutes count as a person's."""
    if path.is_symlink() or not path.is_file():
        return False
    if not known:
        return path.name in _OTHERS
    # By any sum of the list: who put the new text in the place of the old has written nothing.
    return path.name in {*known, *_OTHERS, _MINUTES} and _digest(path) in known.values()


def _same(one: Path, other: Path) -> bool:
    """Whether two places hold the same file. Folders and links never do."""
    plain = all(path.is_file() and not path.is_symlink() for path in (one, other))
    return plain and _digest(one) == _digest(other)


def _free(folder: Path, stem: str, suffix: str) -> Path:
    """The first name that is not taken: ``stem.suffix``, ``stem-2.suffix`` ..."""
    names = (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}" for number in count(1))
    return next(folder / name for name in names if not os.path.lexists(folder / name))


def _copy(path: Path, to: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.copytree(path, to, symlinks=True)
    else:
        shutil.copy2(path, to, follow_symlinks=False)


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _read(folder: Path) -> dict[str, str]:
    try:
        lines = (folder / WRITTEN).read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return {}
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines) if name}


def _write(folder: Path, listed: dict[str, str]) -> None:
    (folder / WRITTEN).write_text(_lines(listed), encoding="utf-8")


def _lines(listed: dict[str, str]) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(listed.items()))
