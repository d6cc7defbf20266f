"""Bodies of answers, bounded: bytes on the wire, bytes unpacked, and what JSON becomes in memory.

5 MB of gzip may be 5 GB of text, and 200 MB of JSON were 3.4 GB of values.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from prodmeet_kit.core.errors import TooExpensive

if TYPE_CHECKING:
    import requests

__all__ = ["MOST", "TooLarge", "read", "room", "values"]

MOST = 32 << 20
"""Bytes of one answer, unpacked: half a million samples of a range take 12 MiB."""

_MOST_MEMORY = 320 << 20  # of the values of one answer
_VALUE = 64  # bytes of memory a value takes, about: an empty list, a short text, a number with its place
_CHUNK = 1 << 16
_LARGE = 1 << 20
_one_at_a_time = threading.Lock()


class TooLarge(TooExpensive):
    """An answer larger than is read: ask for less of it at once."""


def read(response: requests.Response, most: int) -> io.BytesIO:
    """The whole body, unpacked. Raises :class:`TooLarge` beyond ``most`` bytes, on the wire or unpacked."""
    body = io.BytesIO()
    while part := response.raw.read1(_CHUNK, decode_content=True):
        body.write(part)
        if max(body.tell(), response.raw.tell()) > most:
            response.close()  # the rest is not waited for
            raise TooLarge(f"over {most >> 20} MiB")
    return body


@contextmanager
def room(body: bytes) -> Iterator[None]:
    """A turn to read the values of a body, to be kept until they are let go: only one large body has it at a time."""
    if len(body) < _LARGE:
        yield
        return
    with _one_at_a_time:
        yield


def values(body: bytes) -> Any:
    """The JSON of a body. Raises ``ValueError`` when it is none, :class:`TooLarge` when it would fill the memory."""
    wide = 2 if body.isascii() else 6  # as text it takes up to four bytes a letter
    made = sum(body.count(mark) for mark in (b",", b"[", b"{", b":"))
    if wide * len(body) + _VALUE * made > _MOST_MEMORY:
        raise TooLarge(f"{made:,} values")
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None
