"""A server found down is left alone for a while: nobody waits for the same silence forty times."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prodmeet_kit.core.errors import NotAllowed, SourceError, TimedOut, Unreachable

__all__ = ["REMEMBER_S", "Health"]

REMEMBER_S = 15.0
"""How long a server that is down is left alone."""

_SLOW_IN_A_ROW = 3  # answers that came too late, one after another, before the server counts as down


class Health:
    """How one server does."""

    def __init__(self) -> None:
        self._down: SourceError | None = None
        self._until = 0.0
        self._slow = 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Ask within the block. Raises at once, in the words of before, while the server counts as down."""
        down = self._down
        if down is not None and time.monotonic() < self._until:
            raise type(down)(str(down))
        try:
            yield
        except (Unreachable, NotAllowed) as error:
            self._slow = self._slow + 1 if isinstance(error, TimedOut) else _SLOW_IN_A_ROW
            if self._slow >= _SLOW_IN_A_ROW:
                self._down, self._until = error, time.monotonic() + REMEMBER_S
            raise
        except SourceError:
            self._slow = 0
            raise
        self._slow = 0
