"""What commands cost as whole processes: CPU of all they start, wall time, and memory at its highest.

Each command runs below a meter, a small process of its own that counts nothing of itself. Linux gives the meter
whatever loses its parent (``PR_SET_CHILD_SUBREAPER``), so a child that was forked twice, outlived its parent or was
killed still ends there, and the kernel adds its user and system time to what the meter's children used. One way out is
left: a process that ignores ``SIGCHLD`` has its children's time thrown away. The run that looks at memory sees every
process and refuses when those it saw used more than was counted.

Memory is PSS (``smaps_rollup``), where what processes share counts once. To look at it takes CPU and holds the
processes up, so it has a run of its own, whose times are no result.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

__all__ = ["ENVIRONMENT", "Cost", "cost", "in_turn", "peak_pss_mb"]

ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("CI", "PYTHONDONTWRITEBYTECODE")}

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of linux/prctl.h
_EVERY_S = 0.02
_LINGER_S = 20.0
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """What commands, one after the other, took: CPU and wall in seconds, the highest PSS in MB (0 if not looked at)."""

    cpu: float
    wall: float
    pss_mb: float = 0.0


def cost(*commands: Sequence[str], cwd: Path, memory: bool = False) -> Cost:
    """Run the commands one after the other, each with all its descendants; wait until the last of these has ended.

    Wall time ends when the command ends. Raises ``RuntimeError`` for a command that fails (with the end of what it
    printed), that leaves processes behind, or, with ``memory``, whose processes used CPU that was not counted.
    """
    costs = [_metered(command, cwd, memory) for command in commands]
    return Cost(sum(each.cpu for each in costs), sum(each.wall for each in costs), max(each.pss_mb for each in costs))


def peak_pss_mb(*commands: Sequence[str], cwd: Path) -> float:
    """The highest PSS of all processes of the commands, in MB."""
    return cost(*commands, cwd=cwd, memory=True).pss_mb


def in_turn(rounds: int, *ways: Callable[[], Cost]) -> list[Cost]:
    """The medians of each way; they take turns, so that what else the machine does meets all alike.

    The first run of each is not counted: it writes bytecode, which an installed package has, and fills caches.
    """
    seen: list[list[Cost]] = [[] for _ in ways]
    for turn in range(rounds + 1):
        for way, runs in zip(ways, seen, strict=True):
            found = way()
            if turn:
                runs.append(found)
    return [Cost(median(each.cpu for each in runs), median(each.wall for each in runs)) for runs in seen]


def _metered(command: Sequence[str], cwd: Path, memory: bool) -> Cost:
    with tempfile.TemporaryDirectory(prefix="prodmeet-meter-") as name:
        found, said = Path(name) / "found.json", Path(name) / "said"
        meter = [sys.executable, "-S", "-E", __file__, *(["--memory"] if memory else []), str(found), "--", *command]
        with said.open("wb") as out:
            subprocess.run(
                meter, cwd=cwd, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=True
            )
        told = json.loads(found.read_text(encoding="utf-8"))
        if told["status"] or told["left"]:
            trouble = f"left processes behind: {told['left']}" if told["left"] else f"ended with {told['status']}"
            last = said.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise RuntimeError(f"{' '.join(command)} {trouble}\n{last}")
    if told["seen_cpu"] > 1.05 * told["cpu"] + 0.1:
        raise RuntimeError(
            f"{' '.join(command)}: its processes used {told['seen_cpu']:.2f} s of CPU, but {told['cpu']:.2f} s were "
            "counted: one of them ignores SIGCHLD"
        )
    return Cost(told["cpu"], told["wall"], told["pss"] / 1e6)


class _Look:
    """Looks at all processes below the meter again and again: their PSS together, and the CPU of each."""

    def __init__(self) -> None:
        self.peak = 0
        self.cpu: dict[tuple[int, str], float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_EVERY_S):
            together = 0
            for pid, stat in _below(os.getpid()).items():
                self.cpu[pid, stat[19]] = (int(stat[11]) + int(stat[12])) * _TICK_S
                together += _pss(pid)
            self.peak = max(self.peak, together)


def _below(root: int) -> dict[int, list[str]]:
    """All descendants of a process, each with the fields of its ``stat`` from the state on."""
    stats: dict[int, list[str]] = {}
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:  # it has just ended
                continue
            fields = text.rpartition(")")[2].split()
            stats[int(entry.name)] = fields
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = {}, children.get(root, [])
    while waiting:
        pid = waiting.pop()
        found[pid] = stats[pid]
        waiting += children.get(pid, [])
    return found


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:  # it has just ended
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def _meter(command: Sequence[str], found: Path, memory: bool) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    look = _Look() if memory else None
    began = time.perf_counter()
    first = os.posix_spawnp(command[0], list(command), os.environ)
    status, left = 0, []
    try:
        wall = 0.0
        while True:
            pid, ended, _ = os.wait4(-1, 0)
            if pid == first:
                wall, status = time.perf_counter() - began, os.waitstatus_to_exitcode(ended)
                signal.signal(signal.SIGALRM, _give_up)
                signal.setitimer(signal.ITIMER_REAL, _LINGER_S)
    except ChildProcessError:  # the last has ended
        signal.setitimer(signal.ITIMER_REAL, 0)
    except TimeoutError:
        left = [Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip() for pid in _below(os.getpid())]
        _kill()
    if look:
        look.end()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {"cpu": used.ru_utime + used.ru_stime, "wall": wall, "status": status, "left": left}
    told |= {"pss": look.peak if look else 0, "seen_cpu": sum(look.cpu.values()) if look else 0.0}
    found.write_text(json.dumps(told), encoding="utf-8")


def _give_up(*_: object) -> None:
    raise TimeoutError


def _kill() -> None:
    """End all that is left; what they used counts too."""
    while below := _below(os.getpid()):
        for pid in below:
            os.kill(pid, signal.SIGKILL)
        os.wait4(-1, 0)


def main() -> None:
    """Be the meter."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("found", type=Path)
    parser.add_argument("command", nargs="+")
    given = parser.parse_args()
    _meter(given.command, given.found, given.memory)


if __name__ == "__main__":
    main()
