"""Ends a process at a chosen moment: before one of the changes it makes below a folder, or after a time.

``attempt`` runs a function in a forked process, so that hundreds of kills cost seconds; ``ARMED`` is the beginning of
a program that is started anew.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

__all__ = ["ARMED", "Ended", "arm", "attempt", "points", "tell"]

ARMED = """
import sys
sys.path.insert(0, {root!r})
from tests.support import kills
kills.arm({folder!r}, {at!r}, {number!r}, {counted!r})
"""

_CHANGES = {"os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "os.symlink"}
_LONGEST_S = 30
_out = -1


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit status, negative for a signal; what it had told; changes it came to."""

    status: int
    told: tuple[str, ...]
    changes: int


def tell(text: object) -> None:
    """Called in the process: this is said to be done."""
    os.write(_out, f"{text}\n".encode())


def arm(folder: str, at: int | None, number: int = signal.SIGKILL, counted: str = "") -> list[int]:
    """Have this process get the signal before its ``at``-th change below a folder; never with ``None``.

    Returns a list of one number, the changes so far; it is written to the file ``counted`` as well.
    """
    seen = [0]
    fsync = os.fsync

    def change() -> None:
        seen[0] += 1
        if counted:
            Path(counted).write_text(str(seen[0]))
        if seen[0] == at:
            os.kill(os.getpid(), number)

    def heard(name: str, given: tuple[object, ...]) -> None:
        if name == "open":
            if not (isinstance(given[2], int) and given[2] & (os.O_CREAT | os.O_TRUNC)):
                return
        elif name not in _CHANGES:
            return
        if any(folder in os.fsdecode(part) for part in given if isinstance(part, str | bytes | os.PathLike)):
            change()

    def flushed(descriptor: int) -> None:
        change()
        fsync(descriptor)

    sys.addaudithook(heard)
    os.fsync = flushed  # type: ignore[assignment]
    return seen


def attempt(
    child: Callable[[], object], folder: Path, *, at: int | None = None, after_s: float | None = None,
    number: int = signal.SIGKILL,
) -> Ended:  # fmt: skip
    """Run a function in a forked process, and end it before its ``at``-th change or ``after_s`` seconds later."""
    global _out
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        status = 70
        try:
            os.close(reading)
            _out = writing
            signal.alarm(_LONGEST_S)
            signal.signal(signal.SIGTERM, _interrupted)
            seen = arm(str(folder), at, number)
            child()
            tell(f"#{seen[0]}")
            status = 0
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
        except KeyboardInterrupt:
            status = 1
        finally:
            os._exit(status)
    os.close(writing)
    if after_s is not None:
        time.sleep(after_s)
        os.kill(process, number)
    with os.fdopen(reading, encoding="utf-8") as told:
        lines = told.read().splitlines()
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    counts = [int(line[1:]) for line in lines if line.startswith("#")]
    return Ended(status, tuple(line for line in lines if not line.startswith("#")), *counts or [-1])


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def points(changes: int, seconds: float, many: int, seed: int = 12) -> Iterator[dict[str, float | int]]:
    """So many moments for :func:`attempt`, KILL and TERM in turn: at each change, then spread over the time."""
    chance = random.Random(seed)
    order = chance.sample(range(1, changes + 1), changes)
    for each in range(many):
        number = (signal.SIGKILL, signal.SIGTERM)[each % 2]
        if each < 2 * changes:
            yield {"at": order[each // 2], "number": number}
        else:
            yield {"after_s": chance.uniform(0, seconds), "number": number}
