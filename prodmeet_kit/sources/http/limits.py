"""Waiting for servers that limit requests: as long as they say, and within the time-out of the source in all.

For servers whose limits the adapter cannot see by itself: GitHub's come as 403 as well, PagerDuty's hold for all
questions together. Every other 429 is waited for where it is met (:mod:`prodmeet_kit.sources.http.adapter`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from prodmeet_kit.core.errors import SourceError, Unreachable
from prodmeet_kit.sources.http.guard import pause

__all__ = ["Limits"]

_LEAST_S, _MOST_S = 1.0, 31_536_000.0  # one second at least, so that the number of tries is bounded


class Limits:
    """The waits for one server. ``who`` names it, ``unsaid_s`` is the wait where it does not say how long."""

    def __init__(self, who: str, timeout_s: float, unsaid_s: float) -> None:
        self._who, self._timeout_s, self._unsaid_s = who, timeout_s, unsaid_s
        self._waited_s = 0.0

    def wait(self, seconds: float | None, status: int) -> None:
        """Wait until the server may be asked again; ``seconds`` is what it said, ``None`` or NaN when it did not.

        Raises :class:`SourceError` at once when that is more than is left of the time-out, :class:`Unreachable` when
        a person interrupts.
        """
        said = seconds is not None and seconds == seconds
        wait = min(max(seconds, _LEAST_S), _MOST_S) if said and seconds is not None else self._unsaid_s
        if self._waited_s + wait > self._timeout_s:
            again = datetime.now(UTC) + timedelta(seconds=wait)
            raise SourceError(
                f"{self._who} limits requests ({status}): try again in {wait:.0f} s, at {again:%Y-%m-%d %H:%M:%S} UTC,"
                " or give the source a longer timeout"
            )
        if not pause(wait):
            raise Unreachable(f"{self._who} was not waited for: interrupted")
        self._waited_s += wait
