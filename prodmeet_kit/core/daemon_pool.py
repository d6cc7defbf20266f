"""A pool of threads that end with the process: nobody waits for one that sleeps when a person interrupts.

The threads of :class:`concurrent.futures.ThreadPoolExecutor` are waited for when the interpreter ends, however long a
source of another package takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, ParamSpec, TypeVar

__all__ = ["DaemonPool"]

Given = ParamSpec("Given")
Made = TypeVar("Made")

_Work = tuple["Future[Any]", Callable[[], Any]]


class DaemonPool(Executor):
    """Does what is submitted in up to ``most`` threads, which are started as they are needed."""

    def __init__(self, most: int) -> None:
        self._most, self._threads = most, list[Thread]()
        self._queue: SimpleQueue[_Work | None] = SimpleQueue()
        self._lock, self._closed = Lock(), False

    def submit(self, fn: Callable[Given, Made], /, *args: Given.args, **kwargs: Given.kwargs) -> Future[Made]:
        """Have the work done; the result, or what was raised, is the future's. ``RuntimeError`` after a shutdown."""
        future: Future[Made] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is shut down")
            self._queue.put((future, lambda: fn(*args, **kwargs)))
            if len(self._threads) < self._most:
                self._threads.append(Thread(target=self._run, name=f"pool-{len(self._threads)}", daemon=True))
                self._threads[-1].start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more work; ``wait`` until what is submitted is done, ``cancel_futures`` that nobody has begun."""
        with self._lock:
            closed, self._closed = self._closed, True
            if cancel_futures:
                self._cancel()
            if not closed:
                for _ in self._threads:
                    self._queue.put(None)
        if wait:
            self.join(None)

    def join(self, seconds: float | None) -> None:
        """Wait for the threads, no longer than ``seconds`` in all."""
        until = None if seconds is None else time.monotonic() + seconds
        for thread in self._threads:
            thread.join(None if until is None else max(0.0, until - time.monotonic()))

    def _cancel(self) -> None:
        ends = 0
        while True:
            try:
                work = self._queue.get_nowait()
            except Empty:
                break
            if work is None:
                ends += 1
            else:
                work[0].cancel()
        for _ in range(ends):
            self._queue.put(None)

    def _run(self) -> None:
        while work := self._queue.get():
            future, make = work
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(make())
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is for whoever asks for the result
                future.set_exception(error)
            del future, make, work
