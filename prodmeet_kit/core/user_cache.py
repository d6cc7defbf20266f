"""What takes long to make and is the same for every report of a version: made once, then read from the user's cache.

A cache may be missing, full, damaged or anybody's: it is used only when its folder and the file belong to the user
alone and the content has the sum it was written with. In every other case the thing is made again.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from prodmeet_kit.core.version import VERSION

__all__ = ["cache_folder", "kept"]

_SUM = 64  # letters of a sum before the content


def cache_folder() -> Path | None:
    """The private folder of this version of the kit, made when missing; ``None`` where there can be none."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - no error without a home
    if not os.path.isabs(base):  # noqa: PTH117 - as the XDG specification asks
        return None
    folder = Path(base) / "prodmeet-kit" / VERSION
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        return (
            folder if _is_mine(folder.lstat(), stat.S_ISDIR) and _is_mine(folder.parent.lstat(), stat.S_ISDIR) else None
        )
    except OSError:
        return None


def kept(name: str, make: Callable[[], bytes]) -> bytes:
    """What ``make`` gives, from the cache when it is there under this name.

    The name says what the content was made of, before a ``-`` what it is: others of its kind are removed.
    """
    folder = cache_folder()
    if folder is None:
        return make()
    found = _read(folder / name)
    if found is None:
        found = make()
        with suppress(OSError):
            _write(folder, name, found)
    return found


def _read(path: Path) -> bytes | None:
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(number, "rb") as file:
        if not _is_mine(os.fstat(number), stat.S_ISREG):
            return None
        told, content = file.read(_SUM), file.read()
    return content if sha256(content).hexdigest().encode() == told else None


def _write(folder: Path, name: str, content: bytes) -> None:
    draft = folder / f".{secrets.token_hex(8)}"
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(sha256(content).hexdigest().encode() + content)
        draft.replace(folder / name)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    kind = name.partition("-")[0]
    for other in folder.glob(f"{kind}-*"):
        if other.name != name:
            other.unlink(missing_ok=True)


def _is_mine(state: os.stat_result, kind: Callable[[int], bool]) -> bool:
    return kind(state.st_mode) and state.st_uid == os.geteuid() and not state.st_mode & 0o022
