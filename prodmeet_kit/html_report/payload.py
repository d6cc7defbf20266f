"""What a page carries for its script: gzip and base64, so that 20 charts and plotly fit into a few megabytes.

A figure is packed as ``length of the JSON (4 bytes) | JSON | numbers``.
Arrays that plotly wrote as base64 are taken out of the JSON and stand behind it,
``{"pm": [dtype, offset, length]}`` in their place: first the first byte of every
number, then the second and so on. Neighbours in a series share their high bytes,
so that gzip finds something; in base64 it finds next to nothing.
"""

from __future__ import annotations

import base64
import gzip
import json
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from prodmeet_kit.core.user_cache import kept
from prodmeet_kit.html_report.plotly_parts import library
from prodmeet_kit.html_report.thinning import thinned

__all__ = ["json_for_script", "pack_figure", "plotly_js"]

_BYTES = {"f4": 4, "f8": 8, "i1": 1, "u1": 1, "i2": 2, "u2": 2, "i4": 4, "u4": 4}


def json_for_script(value: Any) -> str:
    """Write JSON that cannot end the script element around it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def pack_figure(figure: dict[str, Any]) -> str:
    """Data, layout and configuration of a plotly figure for the page's script, thinned, as base64 of gzip."""
    blobs: list[bytes] = []
    figure = thinned(figure)
    content = _extract({key: figure[key] for key in ("data", "layout", "config") if key in figure}, blobs)
    head = json.dumps(content, separators=(",", ":")).encode()
    return _pack(len(head).to_bytes(4, "little") + head + b"".join(blobs))


def _extract(value: Any, blobs: list[bytes]) -> Any:
    if isinstance(value, list):
        return [_extract(part, blobs) for part in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"dtype", "bdata"} and value["dtype"] in _BYTES:
        raw, size = base64.b64decode(value["bdata"]), _BYTES[value["dtype"]]
        offset = sum(map(len, blobs))
        blobs.extend(raw[place::size] for place in range(size))
        return {"pm": [value["dtype"], offset, len(raw) // size]}
    return {key: _extract(part, blobs) for key, part in value.items()}


@lru_cache(maxsize=2)
def plotly_js(*, whole: bool) -> str:
    """The plotly.js that the installed plotly package brings, as base64 of gzip; ``whole`` with every part of it.

    Packed once a version of both packages: it takes as long as all figures of a report together.
    """
    part = "whole" if whole else "parts"
    return kept(f"plotlyjs{part}-{version('plotly')}", lambda: _pack(library(whole=whole).encode()).encode()).decode()


def _pack(raw: bytes) -> str:
    # No time stamp in the gzip head: the same notebook gives the same file.
    return base64.b64encode(gzip.compress(raw, compresslevel=6, mtime=0)).decode("ascii")
