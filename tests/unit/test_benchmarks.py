"""Nothing that a command starts escapes the meter of the benchmarks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks._processes import Cost, cost, in_turn

BURN = """
import os, signal, sys, time
def burn():
    while sum(os.times()[:2]) < 0.3:
        sum(range(10000))
    with open("used", "a") as out:
        print(sum(os.times()[:2]), file=out)
"""
TWICE_FORKED = """
if not os.fork():
    if not os.fork():
        os.setsid()
        burn()
    os._exit(0)
os.wait()
"""
KILLED_BY_A_PARENT_THAT_DOES_NOT_WAIT = """
child = os.fork()
if not child:
    burn()
    time.sleep(60)
while not os.path.exists("used") or not os.path.getsize("used"):
    time.sleep(0.01)
os.kill(child, signal.SIGKILL)
"""
BELOW_ONE_THAT_IGNORES_ITS_CHILDREN = """
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
if not os.fork():
    burn()
    time.sleep(0.2)
    os._exit(0)
try:
    os.wait()
except ChildProcessError:
    pass
"""
SHARED = """
import os, time
held = bytearray(64_000_000)
if not os.fork():
    time.sleep(0.4)
    os._exit(0)
os.wait()
"""


def python(code: str, folder: Path, *, memory: bool = False) -> Cost:
    return cost([sys.executable, "-S", "-c", code], cwd=folder, memory=memory)


@pytest.mark.parametrize("code", [TWICE_FORKED, KILLED_BY_A_PARENT_THAT_DOES_NOT_WAIT], ids=["orphan", "killed"])
def test_cpu_of_processes_that_nobody_waits_for_counts(code: str, tmp_path: Path) -> None:
    found = python(BURN + code, tmp_path)
    used = [float(line) for line in (tmp_path / "used").read_text().split()]
    assert len(used) == 1
    assert found.cpu >= used[0] - 0.02  # os.times() tells ticks


def test_cpu_that_the_kernel_throws_away_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="ignores SIGCHLD"):
        python(BURN + BELOW_ONE_THAT_IGNORES_ITS_CHILDREN, tmp_path, memory=True)


def test_memory_that_processes_share_counts_once(tmp_path: Path) -> None:
    assert 64 < python(SHARED, tmp_path, memory=True).pss_mb < 110


def test_a_command_that_fails_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="ended with 3\nno luck"):
        python("import sys; print('no luck', flush=True); sys.exit(3)", tmp_path)


def test_ways_take_turns_and_their_first_runs_do_not_count() -> None:
    runs = iter([(9.0, 9.0), (1.0, 4.0), (8.0, 8.0), (2.0, 5.0), (3.0, 6.0), (7.0, 1.0), (5.0, 2.0), (6.0, 3.0)])
    one, other = in_turn(3, *[lambda: Cost(*next(runs))] * 2)
    assert (one, other) == (Cost(5.0, 6.0), Cost(6.0, 3.0))
