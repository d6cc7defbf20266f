"""Threads that end with the process: all work is done, errors come back, and nobody waits for a sleeper."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import as_completed

import pytest

from prodmeet_kit.core.daemon_pool import DaemonPool


def test_all_that_is_submitted_is_done_by_few_threads() -> None:
    pool, seen = DaemonPool(3), set()

    def work(number: int) -> int:
        seen.add(threading.current_thread().name)
        return number * number

    futures = [pool.submit(work, number) for number in range(50)]
    pool.shutdown()
    assert sorted(future.result(0) for future in as_completed(futures)) == [number**2 for number in range(50)]
    assert 1 <= len(seen) <= 3
    with pytest.raises(RuntimeError, match="shut down"):
        pool.submit(work, 1)


def test_what_was_raised_comes_with_the_result_and_the_thread_goes_on() -> None:
    with DaemonPool(1) as pool:
        failed, well = pool.submit(lambda: 1 / 0), pool.submit(lambda: 7)
        with pytest.raises(ZeroDivisionError):
            failed.result(5)
        assert well.result(5) == 7


def test_what_nobody_has_begun_is_cancelled_and_a_sleeper_is_left() -> None:
    pool, begun, go = DaemonPool(1), threading.Event(), threading.Event()

    def wait() -> bool:
        begun.set()
        return go.wait(30)

    first = pool.submit(wait)
    second = pool.submit(lambda: 1)
    assert begun.wait(5)
    began = time.monotonic()
    pool.shutdown(wait=False, cancel_futures=True)
    pool.join(0.05)
    assert time.monotonic() - began < 5 and second.cancelled() and not first.done()
    go.set()
    pool.join(5)
    assert first.result(0) is True


def test_a_process_ends_while_one_sleeps() -> None:
    code = "import time; from prodmeet_kit.core.daemon_pool import DaemonPool\nDaemonPool(2).submit(time.sleep, 60)"
    subprocess.run([sys.executable, "-c", code], timeout=20, check=True)
