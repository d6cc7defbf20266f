"""Tables as cells: points below points, rows set back, days as lines."""

from __future__ import annotations

from math import nan
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.evidence import Column, Table
from prodmeet_kit.i18n.numbers import UNKNOWN
from prodmeet_kit.render.anchors import Anchors
from prodmeet_kit.render.tables import View, view

DIGIT, POINT, MINUS = "\u2007", "\u2008", "\u2212"


def shown(values: list[Any], kind: Any, unit: str = "", **more: Any) -> View:
    frame = pd.DataFrame({"x": values, "back": [False] * len(values)}).assign(**more)
    return view(Table("T", frame, (Column("x", "X", kind, unit),), quiet="back"), "k", "UTC", Anchors())


@pytest.mark.parametrize(
    ("values", "kind", "written"),
    [
        # 99.956% has three places: 98.7% lacks two digits, 99% (an objective) three and the point
        ([0.99956, 0.987, 0.99], "percent", ["99.956%", "98.7%" + DIGIT * 2, "99%" + DIGIT * 3 + POINT]),
        ([0.56, -0.29, 1.003], "budget", ["56%" + DIGIT + POINT, MINUS + "29%" + DIGIT + POINT, "100.3%"]),
        ([0.0873, 0.32], "change", ["+8.7%", "+32%" + DIGIT + POINT]),
        ([0.5, nan, 0.25], "number", ["0.5" + DIGIT, UNKNOWN, "0.25"]),
        ([1, 1234], "count", ["1", "1,234"]),
        (["2.5%", "0.56%"], "written", ["2.5%", "0.56%"]),
    ],
)
def test_points_stand_below_each_other(values: list[Any], kind: str, written: list[str]) -> None:
    assert [cell.text + cell.pad for row in shown(values, kind).rows for cell in row.cells] == written


def test_numbers_of_different_units_are_left_as_they_are() -> None:
    frame = pd.DataFrame({"x": [41.04, 3.234], "unit": ["req/s", "req/h"]})
    table = Table("T", frame, (Column("x", "X", "amount"),))
    assert [row.cells[0].pad for row in view(table, "k", "UTC", Anchors()).rows] == ["", ""]
    same = Table("T", frame.assign(unit="req/s"), (Column("x", "X", "amount"),))
    assert [row.cells[0].pad for row in view(same, "k", "UTC", Anchors()).rows] == [DIGIT, ""]


def test_a_row_without_minutes_is_set_back() -> None:
    assert [row.quiet for row in shown([3.0, 0.0], "number", back=[False, True]).rows] == [False, True]


def test_days_are_a_line_with_its_text_and_an_empty_list_is_nothing() -> None:
    line, nothing = (row.cells[0] for row in shown([[0.0, 4.0, nan, 2.0], []], "trend").rows)
    assert (line.line, line.text, line.width) == ("M3 20L10 0M24 10h0.1", "▁█·▅", 28)
    assert (nothing.line, nothing.text) == ("", "")
