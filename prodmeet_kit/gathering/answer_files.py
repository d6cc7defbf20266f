"""Answers of the last hour, each a small file in a folder of their own, so that the next command need not ask again.

Nothing here is needed: what cannot be read, written or trusted is as if it were not there. A file appears whole
(written beside its place and renamed), its sum tells damage, and no two processes disturb one another. Only its owner
can read the folder, and it ignores itself in git.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from prodmeet_kit.core import durable
from prodmeet_kit.core.plain_files import read_plain

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["LARGEST", "LIFETIME_S", "LIMIT", "AnswerFiles", "Head"]

LIFETIME_S = 3600.0
"""How long an answer is used again."""

LIMIT = 64 * 2**20
"""Bytes of a folder; beyond them the oldest answers go."""

LARGEST = 8 * 2**20
"""Bytes of the values of one answer; what is larger is asked again."""

_MAGIC = b"prodmeet-kit answer 1\n"
_SUM = sha256().digest_size
_HEAD_AT = len(_MAGIC) + _SUM + 4
_ENDING = ".answer"
_IGNORES = ".gitignore"
_LARGEST_HEAD = 2**20
_AHEAD_S = 60.0  # a clock may be set back by so much without making answers look as if they came from the future


@dataclass(frozen=True)
class Head:
    """What is saved beside the values: when the answer came (seconds since 1970), its series, and how it was had."""

    at: float
    columns: list[str]
    rows: int
    took_s: float
    points: int
    source: str


class AnswerFiles:
    """The answers in a folder, by a key of hexadecimal digits; safe to use from several threads and processes at once.

    The folder is made when the first answer is written.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder, self.now = folder, clock
        self._lock = threading.Lock()
        self._size: int | None = None  # bytes in the folder; not looked at yet
        self._usable = True

    def read(self, key: str) -> tuple[Head, npt.NDArray[np.float64]] | None:
        """The answer of the last hour, a row a time and a column a series; a damaged or older one is removed."""
        path = self._folder / f"{key}{_ENDING}"
        try:
            if not _is_private(self._folder):
                return None
            content = read_plain(path, LARGEST + _LARGEST_HEAD)
        except FileNotFoundError:
            return None
        except OSError:
            content = b""
        found = _decoded(content, key)
        if found is None or not -_AHEAD_S <= self.now() - found[0].at < LIFETIME_S:
            durable.remove(path)
            return None
        return found

    def write(self, key: str, head: Head, values: npt.NDArray[np.float64]) -> None:
        """Keep an answer, as far as that can be done: a full disk costs nothing but the next command's time."""
        content = _encoded(key, head, values)
        if not self._usable or content is None:
            return
        draft = self._folder / f".{key[:8]}-{secrets.token_hex(8)}.tmp"
        try:
            if self._size is None:
                _make(self._folder)
                self.tidy()
            number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(number, "wb") as file:
                file.write(content)
            draft.replace(self._folder / f"{key}{_ENDING}")
        except OSError:
            self._usable = False
            with suppress(OSError):
                draft.unlink()
            return
        with self._lock:
            self._size = (self._size or 0) + len(content)
            full = self._size > LIMIT
        if full:
            self.tidy()

    def tidy(self) -> None:
        """Remove what is older than an hour, and the oldest of what is beyond the limit, drafts of killed runs too."""
        with self._lock:
            now, kept = self.now(), []
            for path, state in self._files():
                if abs(now - state.st_mtime) >= LIFETIME_S:
                    durable.remove(path)
                else:
                    kept.append((state.st_mtime_ns, state.st_size, path))
            self._size = sum(size for _, size, _ in kept)
            for _, size, path in sorted(kept):
                if self._size <= LIMIT:
                    break
                durable.remove(path)
                self._size -= size

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        with suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.endswith((_ENDING, ".tmp")):
                    with suppress(OSError):  # another process has removed it
                        yield Path(entry.path), entry.stat(follow_symlinks=False)


def _make(folder: Path) -> None:
    """Make the folder, for its owner alone. Raises ``OSError``."""
    durable.make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if not _is_private(folder):
        raise PermissionError(str(folder))
    if not (folder / _IGNORES).exists():
        (folder / _IGNORES).write_text("*\n", encoding="ascii")


def _is_private(folder: Path) -> bool:
    """Whether a folder is one of ours that nobody else can enter: others could put answers there."""
    state = folder.lstat()
    ours = stat.S_ISDIR(state.st_mode) and state.st_uid == os.geteuid()
    return ours and not state.st_mode & 0o077


def _encoded(key: str, head: Head, values: npt.NDArray[np.float64]) -> bytes | None:
    """The content of a file; ``None`` when it is too large to be worth it."""
    told = json.dumps({"key": key, **asdict(head)}, separators=(",", ":")).encode("ascii")
    if values.nbytes > LARGEST or len(told) > _LARGEST_HEAD - _HEAD_AT:
        return None
    body = len(told).to_bytes(4, "big") + told + values.astype("<f8").tobytes()
    return _MAGIC + sha256(body).digest() + body


def _decoded(content: bytes, key: str) -> tuple[Head, npt.NDArray[np.float64]] | None:
    """What a file holds; ``None`` when it is not, to the last bit, what was written under this key."""
    import numpy as np

    body = content[len(_MAGIC) + _SUM :]
    if content[: len(_MAGIC)] != _MAGIC or sha256(body).digest() != content[len(_MAGIC) : len(_MAGIC) + _SUM]:
        return None
    length = int.from_bytes(body[:4], "big")
    try:
        told = json.loads(body[4 : 4 + length])
        if told.pop("key") != key:
            return None
        head = Head(**told)
        values = np.frombuffer(body, dtype="<f8", offset=4 + length).astype(np.float64)
        return head, values.reshape(head.rows, len(head.columns))
    except (AttributeError, KeyError, TypeError, ValueError):  # the sum is right: not written by this version
        return None
