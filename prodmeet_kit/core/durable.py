"""Files that a power cut does not take back: what is said to be written is on the disk.

A file system promises only what was asked for with ``fsync``: the content of a
file when the file was, its name when the folder was. So a file is written
beside its place, flushed, given its name, and its folder flushed; and a folder
that replaces another is flushed whole before any name changes. Everything the
kit keeps for people goes through here.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import IO

from prodmeet_kit.core.locks import held, is_held

__all__ = [
    "DRAFT",
    "exchange",
    "fill",
    "flush",
    "make_folder",
    "private_folder",
    "remove",
    "remove_left",
    "rename",
    "replace_folder",
    "sync_folder",
    "write",
    "write_new",
]

DRAFT = ".draft-"
"""How the name begins under which :func:`write` writes; what a kill leaves is removed by the next write of the file."""

_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_NO_FOLDER_SYNC = {errno.EINVAL, errno.EOPNOTSUPP, errno.EBADF}
_TRIES = 3
_AT_ONCE = 8
"""Files flushed side by side: a journal writes them together."""

_EXCHANGE = 2  # RENAME_EXCHANGE of Linux and RENAME_SWAP of macOS
_AT_FDCWD = -100


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing; each is on the disk under its name when this returns."""
    missing = []
    above = folder
    while not above.is_dir():
        missing.append(above)
        above = above.parent
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        sync_folder(path.parent)


def write(path: Path, data: str | bytes, *, drafts: Path | None = None) -> None:
    """Put a file there, in the place of one that is there; whole, or as it was. Text is written as UTF-8.

    The draft stands in ``drafts``, a folder of the same file system, or beside the file. What is no
    plain file, such as ``/dev/stdout``, is written into. Raises ``OSError``.
    """
    path = path.resolve() if path.is_symlink() else path
    content = data.encode("utf-8") if isinstance(data, str) else data
    if path.exists() and not path.is_file() and not path.is_dir():
        path.write_bytes(content)
        return
    folder = drafts or path.parent
    begin = (
        f"{DRAFT}{sha256(os.fsencode(path.name)).hexdigest()[:8]}-"  # of one length: names may be as long as they may
    )
    remove_left(folder.glob(f"{begin}*"))
    for attempt in range(_TRIES):
        draft = folder / f"{begin}{secrets.token_hex(8)}"
        try:
            with draft.open("xb") as file, held(file.fileno()):
                _fill(file, content)
                draft.replace(path)
            break
        except OSError as error:
            # Who looks for drafts that nobody holds may have removed it before it was held.
            if not isinstance(error, FileNotFoundError) or not path.parent.is_dir() or attempt + 1 == _TRIES:
                raise _about(error, path) from None  # the draft's name says nothing to anybody
        finally:
            with suppress(OSError):
                draft.unlink()
    sync_folder(path.parent)


def fill(path: Path, data: str | bytes) -> None:
    """Write a file of a folder that is not in its place yet: :func:`flush` comes later.

    Raises ``OSError`` that names the file.
    """
    try:
        path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    except OSError as error:
        raise _about(error, path) from None


def write_new(path: Path, text: str, draft: Path) -> bool:
    """Put a file there whole; ``False`` when another name has to be tried. On the disk when this returns.

    ``draft`` is the name in the same folder under which it is written first. The folder has to be there.
    Raises ``OSError``.
    """
    try:
        with draft.open("xb") as file, held(file.fileno()):
            _fill(file, text.encode("utf-8"))
            try:
                _name(draft, path)
            except FileExistsError:
                # Somebody may have found the draft, and given it its name before us.
                if not (draft.exists() and path.exists() and draft.samefile(path)):
                    return False
            except FileNotFoundError:  # taken for left before it was held, and removed
                return False
    except OSError as error:
        raise _about(error, path) from None
    finally:
        with suppress(OSError):
            draft.unlink()
    sync_folder(path.parent)
    return True


def _fill(file: IO[bytes], content: bytes) -> None:
    file.write(content)
    file.flush()
    os.fsync(file.fileno())


def _name(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)  # unlike a rename, it never replaces what is there
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        draft.rename(path)


def _about(error: OSError, path: Path) -> OSError:
    return OSError(error.errno, error.strerror or str(error), str(path))


def rename(old: Path, new: Path) -> None:
    """Rename within a folder; the new name is on the disk when this returns."""
    old.rename(new)
    sync_folder(new.parent)


def exchange(one: Path, other: Path) -> bool:
    """Let two places change their contents in one step, so that neither is ever empty. ``False`` where that cannot be.

    On the disk when this returns. Raises ``OSError``, such as ``FileNotFoundError`` when one is gone.
    """
    if not _exchanged(os.fsencode(one), os.fsencode(other)):
        return False
    sync_folder(other.parent)
    return True


def replace_folder(new: Path, place: Path, aside: Path) -> None:
    """Put a folder, flushed before, in the place of another.

    The other is ``new`` then or, where two cannot be exchanged, ``aside``; when that fails it is where it was.
    On the disk when this returns. Raises ``OSError``.
    """
    if not place.exists():
        rename(new, place)
    elif not exchange(new, place):
        rename(place, aside)
        try:
            rename(new, place)
        except BaseException:
            if not place.exists():
                rename(aside, place)
            raise


def _exchanged(one: bytes, other: bytes) -> bool:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "renameat2"):
        status = libc.renameat2(_AT_FDCWD, one, _AT_FDCWD, other, _EXCHANGE)
    elif hasattr(libc, "renamex_np"):
        status = libc.renamex_np(one, other, _EXCHANGE)
    else:
        return False
    if status == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):  # a file system that cannot
        return False
    raise OSError(number, os.strerror(number), os.fsdecode(one), None, os.fsdecode(other))


def flush(folder: Path) -> None:
    """Have everything below a folder on the disk: each plain file's content, then the names in each folder."""
    files: list[Path] = []
    folders: list[Path] = []
    for place, _, names in os.walk(folder):
        folders.append(Path(place))
        files += [Path(place, name) for name in names if stat.S_ISREG(Path(place, name).lstat().st_mode)]
    with ThreadPoolExecutor(_AT_ONCE, "flush") as pool:
        list(pool.map(_sync_file, files))
    for place_ in reversed(folders):
        sync_folder(place_)


def _sync_file(path: Path) -> None:
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        os.fsync(number)
    except OSError as error:
        raise _about(error, path) from None
    finally:
        os.close(number)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk. Nothing where the file system cannot be asked for it."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise _about(error, folder) from None
    finally:
        os.close(number)


def remove(path: Path) -> None:
    """Remove a file, a link or a folder with all it holds, as far as that can be done."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def private_folder(begin: str, parent: str | None = None) -> Path:
    """A new temporary folder only we may enter. What killed processes of ours left under such a name is removed.

    Whoever makes it holds it (:func:`prodmeet_kit.core.locks.hold_new`), or it is taken for left.
    """
    place = Path(parent or tempfile.gettempdir())
    with suppress(OSError):  # one is gone at this moment
        remove_left(path for path in place.glob(f"{begin}*") if path.lstat().st_uid == os.geteuid())
    return Path(tempfile.mkdtemp(prefix=begin, dir=place))


def remove_left(paths: Iterable[Path]) -> None:
    """Remove those of the files and folders that no running process holds: what kills left."""
    for path in list(paths):
        if not is_held(path):
            remove(path)
