"""Work beside the main thread that nobody waits for when a person interrupts.

A pool is left only when its threads are done. An interrupt that meets the main
thread inside an import leaves a lock of that module taken (Python before 3.12), and a thread
that wants the same module would wait for it for ever: so would whoever waits for the thread.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import ParamSpec, TypeVar

__all__ = ["beside"]

Given = ParamSpec("Given")
Made = TypeVar("Made")


def beside(work: Callable[Given, Made], *args: Given.args, **kwargs: Given.kwargs) -> Future[Made]:
    """Do the work in a thread of its own, which ends with the process; the result, or what was raised, is the future's.

    >>> beside(sum, [1, 2]).result()
    3
    """
    future: Future[Made] = Future()

    def run() -> None:
        try:
            future.set_result(work(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is for whoever asks for the result
            future.set_exception(error)

    Thread(target=run, name=getattr(work, "__name__", "beside"), daemon=True).start()
    return future
