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
import shutil
import stat
from collections.abc import Callable, Mapping
from hashlib import sha256
from itertools import count
from pathlib import Path

from prodmeet_kit.archive.layout import FROZEN, MINUTES, NOTEBOOK, PAGE, RECORD
from prodmeet_kit.core import durable

__all__ = ["WRITTEN", "carry", "is_as_written", "list_written", "renew", "rewrite", "stamps", "write_also"]

WRITTEN = ".written.sha256"
"""The list of the files of a report as the kit wrote them."""

_OTHERS = (PAGE, NOTEBOOK, RECORD)
_NOT_CARRIED = (WRITTEN, FROZEN)

Listed = dict[str, tuple[str, ...]]
"""The sums of each file, by its name: one, or two while it is written anew."""


def list_written(folder: Path) -> None:
    """Write the list of the files in ``folder``, before anything is carried into it."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    _write(folder, {path.name: (_digest(path),) for path in files})


def write_also(file: Path, text: str) -> None:
    """Write a file of the kit into a finished report, and into its list. Raises ``OSError``.

    Between the steps the list holds both sums, so that the file counts as the kit's throughout.
    """
    folder, listed = file.parent, _read(file.parent)
    new = sha256(text.encode("utf-8")).hexdigest()
    _rewrite_list(folder, {**listed, file.name: (*listed.get(file.name, ()), new)})
    durable.write(file, text, drafts=folder.parent)
    _rewrite_list(folder, {**listed, file.name: (new,)})


def is_as_written(file: Path) -> bool:
    """Whether a file of a finished report is as the kit wrote it."""
    return _digest(file) in _read(file.parent).get(file.name, ())


def rewrite(folder: Path, name: str, text: str) -> bool:
    """Write a file of the list anew and its sum with it; nothing when a person changed the file, or it is not listed.

    Raises ``OSError``.
    """
    listed = _read(folder)
    path = folder / name
    if name not in listed or path.is_symlink() or _digest(path) not in listed[name]:
        return False
    write_also(path, text)
    return True


def renew(folder: Path, name: str, text: str) -> tuple[Path, Path | None]:
    """Write a text file of a finished report anew; where a person edited it, ``<stem>.new`` beside it. Raises OSError.

    Gives the file that was written, and the one of a person that stays. Of several new texts the newest is written
    over, as long as nobody edited it.
    """
    path = folder / name
    if not os.path.lexists(path) or (path.is_file() and not path.is_symlink() and is_as_written(path)):
        write_also(path, text)
        return path, None
    begun = f"{path.stem}.new"
    mine = [each for each in folder.glob(f"{begun}*{path.suffix}") if each.is_file() and is_as_written(each)]
    fresh = max(mine, key=lambda each: (len(each.name), each.name), default=_free(folder, begun, path.suffix))
    write_also(fresh, text)
    return fresh, path


def stamps(folder: Path) -> dict[str, object]:
    """What tells for each entry of a folder whether somebody has written there since."""
    return {path.name: _stamp(path) for path in folder.iterdir() if path.name not in _NOT_CARRIED}


def _stamp(path: Path) -> object:
    state = path.lstat()
    inside = sorted((child.name, _stamp(child)) for child in path.iterdir()) if stat.S_ISDIR(state.st_mode) else ()
    return state.st_ino, state.st_mtime_ns, state.st_size, tuple(inside)


def carry(old: Path, new: Path, told: Callable[[str], object], carried: Mapping[str, object] | None = None) -> None:
    """Copy what people wrote in ``old`` into ``new``, whose files are listed; tells a line where a name was taken.

    ``old`` stays as it is. Another ``old`` may follow, which adds what it holds. What is as in ``carried``, the
    :func:`stamps` of an earlier carrying, is left out.
    """
    known, listed = _read(old), _read(new)
    people = [path for path in old.iterdir() if path.name not in _NOT_CARRIED and not _as_written(path, known)]
    people = [path for path in people if not path.name.startswith(durable.DRAFT)]
    people = [path for path in people if carried is None or carried.get(path.name) != _stamp(path)]
    # The minutes last: only then is it known which names people took.
    for path in sorted(people, key=lambda path: (path.name == MINUTES, path.name)):
        place = new / path.name
        if not os.path.lexists(place):
            _copy(path, place)
        elif path.name == MINUTES and MINUTES in listed and not _same(path, place):
            fresh = _free(new, "minutes.new", ".md")
            place.rename(fresh)
            listed[fresh.name] = listed.pop(MINUTES)
            _copy(path, place)
            told(f"kept your edited {MINUTES}; the new text is {fresh.name}")
        elif not _same(path, place):
            kept = _free(new, f"{path.stem}.edited", path.suffix)
            _copy(path, kept)
            told(f"kept your edited {path.name} as {kept.name}")
    _write(new, listed)


def _as_written(path: Path, known: Listed) -> bool:
    """Whether a file is as the kit wrote it. Without a list, from an older kit, minutes count as a person's."""
    if path.is_symlink() or not path.is_file():
        return False
    if not known:
        return path.name in _OTHERS
    # By any sum of the list: who put the new text in the place of the old has written nothing.
    return path.name in {*known, *_OTHERS, MINUTES} and any(_digest(path) in sums for sums in known.values())


def _same(one: Path, other: Path) -> bool:
    """Whether two places hold the same: a file, a link, or a folder of such."""
    if one.is_symlink() or other.is_symlink():
        return one.is_symlink() and other.is_symlink() and one.readlink() == other.readlink()
    if one.is_dir() and other.is_dir():
        names = {path.name for path in one.iterdir()}
        return names == {path.name for path in other.iterdir()} and all(_same(one / n, other / n) for n in names)
    return one.is_file() and other.is_file() and _digest(one) == _digest(other)


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


def _read(folder: Path) -> Listed:
    try:
        lines = (folder / WRITTEN).read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return {}
    listed: Listed = {}
    for digest, _, name in (line.partition("  ") for line in lines):
        if name:
            listed[name] = (*listed.get(name, ()), digest)
    return listed


def _write(folder: Path, listed: Listed) -> None:
    durable.fill(folder / WRITTEN, _lines(listed))


def _rewrite_list(folder: Path, listed: Listed) -> None:
    """The list of a finished report; the draft is outside of it, where nobody takes it for a person's file."""
    durable.write(folder / WRITTEN, _lines(listed), drafts=folder.parent)


def _lines(listed: Listed) -> str:
    return "".join(f"{digest}  {name}\n" for name, sums in sorted(listed.items()) for digest in sums)
