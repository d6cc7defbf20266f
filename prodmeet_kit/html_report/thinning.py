"""Long lines with fewer points: of each stretch about as narrow as a pixel, its lowest and its highest value.

A minute of trouble in four weeks stays as high as it was, a gap stays a gap, and
each point that is left keeps its own time and its own value, also on hover. The
notebook beside the page has every point.
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["FEW", "STRETCHES", "kept", "thinned"]

FEW = 1400
"""A line of at most so many points stays as it is."""

STRETCHES = 500
"""Into so many stretches a longer one is cut; a plot of a report is about 800 pixels wide."""

_FLOATS = ("f4", "f8")


def thinned(figure: dict[str, Any]) -> dict[str, Any]:
    """The figure with its long lines thinned; everything else of it is as before.

    A line on a grid (``x0``, ``dx``) has ``{"pm_grid": [x0, dx, steps]}`` as ``x`` afterwards: ``steps`` says how many
    steps of the grid each point is after the one before, the first after ``x0``.
    """
    data = figure.get("data")
    return {**figure, "data": [_line(trace) for trace in data]} if isinstance(data, list) else figure


def kept(values: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """The positions that stay of these values: the ends, and of each stretch the lowest, the highest and one gap.

    >>> values = np.sin(np.arange(4000) / 900)
    >>> at = kept(values)
    >>> len(at) <= 2 * STRETCHES + 2, bool(values[at].max() == values.max())
    (True, True)
    """
    size = -(-len(values) // STRETCHES)
    known = np.isfinite(values)
    filled = np.full(size * STRETCHES, np.nan)
    filled[: len(values)] = np.where(known, values, np.nan)
    rows = filled.reshape(STRETCHES, size)
    begin = np.arange(STRETCHES) * size
    some = ~np.isnan(rows).all(axis=1)
    low = np.where(np.isnan(rows), np.inf, rows).argmin(axis=1)
    high = np.where(np.isnan(rows), -np.inf, rows).argmax(axis=1)
    gaps = np.flatnonzero(~known)
    first_gaps = gaps[np.unique(gaps // size, return_index=True)[1]]
    found = np.concatenate([(begin + low)[some], (begin + high)[some], first_gaps, [0, len(values) - 1]])
    return np.unique(found).astype(np.intp)


def _line(trace: Any) -> Any:
    if not isinstance(trace, dict) or trace.get("type") != "scatter" or trace.get("mode") != "lines":
        return trace
    values = _numbers(trace.get("y"))
    if values is None or len(values) <= FEW or "stackgroup" in trace or not _on_grid(trace):
        return trace
    more = _numbers(trace.get("customdata"))
    if "customdata" in trace and (more is None or len(more) != len(values)):
        return trace
    at = kept(values)
    steps = np.diff(at, prepend=0)
    narrow = np.uint8 if steps.max() < 256 else np.uint16 if steps.max() < 65536 else np.uint32
    line = {key: value for key, value in trace.items() if key not in ("x0", "dx")}
    line["x"] = {"pm_grid": [trace["x0"], trace["dx"], _written(steps.astype(narrow))]}
    line["y"] = _written(values[at])
    if more is not None:
        line["customdata"] = _written(more[at])
    return line


def _on_grid(trace: dict[str, Any]) -> bool:
    """Whether its points have a start and a step, and nothing but ``y`` and ``customdata`` is of each."""
    start, step = trace.get("x0"), trace.get("dx")
    texts = any(isinstance(trace.get(key), list | dict) for key in ("x", "text", "hovertext", "ids"))
    return isinstance(start, str | int | float) and isinstance(step, int | float) and not texts


def _numbers(value: Any) -> npt.NDArray[Any] | None:
    """The numbers of an array as plotly writes it; ``None`` where it is none of one dimension."""
    if isinstance(value, dict) and value.keys() == {"dtype", "bdata"} and value["dtype"] in _FLOATS:
        return np.frombuffer(base64.b64decode(value["bdata"]), dtype=np.dtype(value["dtype"]).newbyteorder("<"))
    return None


def _written(values: npt.NDArray[Any]) -> dict[str, str]:
    little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    return {
        "dtype": f"{values.dtype.kind}{values.dtype.itemsize}",
        "bdata": base64.b64encode(little.tobytes()).decode(),
    }
