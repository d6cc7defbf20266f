"""Work beside the main thread that nobody waits for when a person interrupts.

A pool is left only when its threads are done. An interrupt that meets the main
thread inside an import leaves a lock of that module taken (Python before 3.12), and a thread
that wants the same module would wait for it for ever: so would whoever waits for the thread.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import ParamSpec, TypeVar

from prodmeet_kit.core.daemon_pool import DaemonPool

__all__ = ["beside"]

Given = ParamSpec("Given")
Made = TypeVar("Made")


def beside(work: Callable[Given, Made], *args: Given.args, **kwargs: Given.kwargs) -> Future[Made]:
    """Do the work in a thread of its own, which ends with the process; the result, or what was raised, is the future's.

    >>> beside(sum, [1, 2]).result()
    3
    """
    pool = DaemonPool(1)
    future = pool.submit(work, *args, **kwargs)
    pool.shutdown(wait=False)
    return future
