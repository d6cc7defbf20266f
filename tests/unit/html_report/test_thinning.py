"""Fewer points, the same picture: lowest and highest values, gaps, ends, and each point at its own time."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from prodmeet_kit.html_report.thinning import FEW, STRETCHES, kept, thinned

MONTH = 8064  # four weeks of five minutes


def array(values: npt.NDArray[Any]) -> dict[str, str]:
    return {"dtype": values.dtype.str[1:], "bdata": base64.b64encode(values.tobytes()).decode()}


def read(value: dict[str, str]) -> npt.NDArray[Any]:
    return np.frombuffer(base64.b64decode(value["bdata"]), value["dtype"])


def line(values: npt.NDArray[Any], **more: Any) -> dict[str, Any]:
    place = {"x0": "2026-10-26T10:05:00", "dx": 300_000.0}
    return {"type": "scatter", "mode": "lines", "y": array(values.astype(np.float32)), **place, **more}


def one(trace: dict[str, Any]) -> dict[str, Any]:
    (found,) = thinned({"data": [trace], "layout": {}})["data"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("length", [FEW + 1, 4032, MONTH, 100_003])
def test_every_stretch_keeps_its_lowest_and_its_highest_value(length: int) -> None:
    values = np.random.default_rng(length).normal(size=length)
    at = kept(values)
    assert len(at) <= 2 * STRETCHES + 2 and at[0] == 0 and at[-1] == length - 1
    size = -(-length // STRETCHES)
    for begin in range(0, length, size):
        inside = at[(at >= begin) & (at < begin + size)]
        stretch = values[begin : begin + size]
        assert (values[inside].min(), values[inside].max()) == (stretch.min(), stretch.max())


def test_a_gap_of_one_step_stays_a_gap_and_a_value_alone_in_a_gap_stays() -> None:
    values = np.ones(MONTH)
    values[1000] = values[4000:6000] = np.nan
    values[5000] = 7.0
    left = values[kept(values)]
    assert np.isnan(left).sum() >= 2 and np.nanmax(left) == 7.0
    at = kept(values)
    assert {1000, 5000} <= set(at.tolist())
    assert np.isnan(values[at[(at > 4000) & (at < 5000)]]).all()


def test_a_point_keeps_its_value_what_hover_says_of_it_and_its_time() -> None:
    values = np.sin(np.arange(MONTH) / 90) + np.random.default_rng(1).normal(0, 0.1, MONTH)
    found = one(line(values, customdata=array((values * 2).astype(np.float32)), name="web"))
    start, step, steps = found["x"]["pm_grid"]
    at = np.cumsum(read(steps), dtype=int)
    assert (start, step, found["name"]) == ("2026-10-26T10:05:00", 300_000.0, "web")
    assert not {"x0", "dx"} & set(found)
    assert read(found["y"]).tolist() == values.astype(np.float32)[at].tolist()
    assert read(found["customdata"]).tolist() == (values * 2).astype(np.float32)[at].tolist()


@pytest.mark.parametrize(
    "more",
    [
        {"mode": "markers"},
        {"type": "bar"},
        {"stackgroup": "all"},
        {"x": ["2026"]},
        {"text": ["a"]},
        {"customdata": ["a"]},
        {"customdata": array(np.zeros(3, np.float32))},
        {"x0": None},
        {"y": {"dtype": "f4", "bdata": "AAAA", "shape": "1, 1"}},
        {"y": [1.0] * 2000},
    ],
)
def test_what_is_no_plain_line_on_a_grid_stays_as_it_is(more: dict[str, Any]) -> None:
    trace = line(np.arange(MONTH)) | more
    assert one(trace) == trace


def test_a_short_line_stays_as_it_is() -> None:
    trace = line(np.arange(FEW))
    assert one(trace) == trace
    assert thinned({"data": "none"}) == {"data": "none"}


def test_the_same_stretch_of_nothing_is_short() -> None:
    assert len(read(one(line(np.full(MONTH, np.nan)))["y"])) <= STRETCHES + 1
