"""Native histograms for a Prometheus on loopback: the only way in is remote write, a protobuf packed by snappy.

Both are written by hand here, from their published formats: a message has a
dozen fields, and snappy allows text that is not compressed at all.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from urllib.request import Request, urlopen

__all__ = ["Histogram", "write"]

Histogram = tuple[float, Sequence[float]]
"""Seconds since the epoch, and the cumulative counts of buckets 0, 1, 2 ... of schema 0: bucket k is (2^(k-1), 2^k]."""

_BLOCK = 60  # bytes of a snappy literal whose length fits into its tag


def write(url: str, labels: Mapping[str, str], histograms: Iterable[Histogram]) -> None:
    """Write one series of native histograms (float buckets)."""
    pairs = [_text(1, name) + _text(2, value) for name, value in sorted(labels.items())]
    series = b"".join(_field(1, pair) for pair in pairs)
    series += b"".join(_field(4, _histogram(at, counts)) for at, counts in histograms)
    body = _snappy(_field(1, series))
    headers = {
        "Content-Encoding": "snappy",
        "Content-Type": "application/x-protobuf",
        "X-Prometheus-Remote-Write-Version": "0.1.0",
    }
    with urlopen(Request(f"{url}/api/v1/write", body, headers), timeout=30) as answer:
        assert answer.status in (200, 204)


def _histogram(at: float, counts: Sequence[float]) -> bytes:
    middles = [1.5 * 2.0 ** (bucket - 1) for bucket in range(len(counts))]
    total = float(sum(counts))
    span = _tag(1, 0) + _varint(0) + _tag(2, 0) + _varint(len(counts))
    return b"".join(
        [
            _double(2, total),  # count_float
            _double(3, sum(count * middle for count, middle in zip(counts, middles, strict=True))),
            _tag(4, 0) + _varint(0),  # schema 0, zigzag
            _double(5, 1e-9),  # zero_threshold
            _double(7, 0.0),  # zero_count_float
            _field(11, span),
            _field(13, b"".join(struct.pack("<d", float(count)) for count in counts)),  # positive_counts
            _tag(15, 0) + _varint(round(at * 1000)),
        ]
    )


def _tag(number: int, kind: int) -> bytes:
    return _varint(number << 3 | kind)


def _field(number: int, content: bytes) -> bytes:
    return _tag(number, 2) + _varint(len(content)) + content


def _text(number: int, text: str) -> bytes:
    return _field(number, text.encode())


def _double(number: int, value: float) -> bytes:
    return _tag(number, 1) + struct.pack("<d", value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _snappy(data: bytes) -> bytes:
    """The data as literals of a snappy block."""
    parts = [data[at : at + _BLOCK] for at in range(0, len(data), _BLOCK)]
    return _varint(len(data)) + b"".join(bytes([len(part) - 1 << 2]) + part for part in parts)
