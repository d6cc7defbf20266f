"""Figures as plotly's JSON, made without plotly's own classes.

``go.Figure`` looks up and copies every property it is given: more than a third of the time that drawing took, for
figures whose properties are all our own. The tests hand each kind of figure to it, so that a wrong one is still found.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

__all__ = ["plotly_json"]

_SHORT = {"float32": "f4", "float64": "f8"}


def plotly_json(data: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> dict[str, Any]:
    """Traces and layout as plotly writes them: arrays of floats in base64, keys in plotly's order.

    Raises ``TypeError`` for an array of anything but ``float32`` or ``float64``, in one dimension.
    """
    traces = []
    for trace in data:
        made = _plain(trace)
        made["type"] = made.pop("type")  # plotly writes it last
        traces.append(made)
    return {"data": traces, "layout": _layout(layout)}


def _layout(layout: Mapping[str, Any]) -> dict[str, Any]:
    """The layout without empty lists; ``meta`` is ours and not plotly's, and stays in its order."""
    made = {key: part for key, part in _plain(layout).items() if part != []}
    if "meta" in layout:
        made["meta"] = layout["meta"]
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_plain(part) if isinstance(part, Mapping | list | tuple | np.ndarray) else part for part in value]
    return _array(value) if isinstance(value, np.ndarray) else value


def _array(values: np.ndarray[Any, Any]) -> Any:
    if not values.size:
        return []
    if values.ndim != 1 or values.dtype.name not in _SHORT:
        raise TypeError(f"plotly gets no array of {values.dtype} in {values.ndim} dimensions from here")
    little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    return {"dtype": _SHORT[values.dtype.name], "bdata": base64.b64encode(little.tobytes()).decode("ascii")}
