"""The quick ways to make a frame and to read its rows give what pandas gives when it guesses column by column."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.spec import Spec

_AT = pd.Timestamp("2026-01-01T01:02:03.123456789Z")
_USUAL: dict[str, list[Any]] = {
    "time": [None, pd.NaT, _AT, pd.Timestamp("2026-03-01", tz="Asia/Tokyo"), pd.Timestamp("2026-03-01")],
    "float": [None, 1.5, 2, math.nan, math.inf, True, -0.0],
    "text": [None, "", "日本", "x"],
    "flag": [None, True, False, 0],
    "object": [None, [], [1, 2], [3, 4], {"a": 1}, True, 1.5, "s", _AT],
}
_ODD: dict[str, list[Any]] = {
    "time": [datetime(2026, 1, 2, 3, 4, 5, 67, tzinfo=UTC), "2026-11-10T12:00+09:00", np.datetime64("2026-01-01"), _AT],
    "float": [np.float64(2.5), np.int64(3), np.float32(0.1), 2**70, None],
    "text": [3, 1.5, np.str_("x"), pd.NaT, "x"],
    "flag": [np.bool_(True), "", [1], math.nan],
    "object": [np.float64(1.5), np.bool_(True), np.int32(3), np.datetime64("2026-01-01"), pd.NA, pd.NaT, None],
}


def _guessed(spec: Spec, rows: list[dict[str, Any]]) -> pd.DataFrame:
    made: dict[str, Any] = {}
    for column, (kind, _) in spec.columns.items():
        values = [row.get(column) for row in rows]
        if kind == "time":
            found = pd.to_datetime(pd.Index(values, dtype="object"), utc=True)
            made[column] = pd.Series(pd.DatetimeIndex(found).as_unit("ns"))
        elif kind == "text":
            made[column] = pd.Series(["" if value is None else str(value) for value in values], dtype="object")
        elif kind == "flag":
            made[column] = pd.Series([bool(value) for value in values], dtype="bool")
        else:
            made[column] = pd.Series(values, dtype="float64" if kind == "float" else "object")
    return pd.DataFrame(made, columns=list(spec.columns))


def _written(value: Any) -> tuple[type, str]:
    """Type and text: alike for NaN and NaN, not for 0.0 and -0.0, nor for a number of numpy and of Python."""
    return type(value), repr(value)


@pytest.mark.parametrize("name", frames.ALL)
def test_a_frame_is_what_pandas_would_guess(name: str) -> None:
    spec, chance = frames.ALL[name], random.Random(name)
    for values, count in ((_USUAL, 0), (_USUAL, 1), (_USUAL, 4), (_ODD, 1), (_ODD, 3)):
        rows = [
            {column: chance.choice(values[kind]) for column, (kind, _) in spec.columns.items() if chance.random() < 0.9}
            for _ in range(count)
        ]
        made, guessed = spec.frame(rows), _guessed(spec, rows)
        pd.testing.assert_frame_equal(made, guessed, check_index_type=True, check_column_type=True)
        for column in spec.columns:
            assert list(map(_written, made[column].array)) == list(map(_written, guessed[column].array))
        taken = [[(key, _written(value)) for key, value in row.items()] for row in frames.rows(made)]
        assert taken == [[(key, _written(value)) for key, value in row.items()] for row in guessed.to_dict("records")]


def test_rows_of_a_frame_without_a_spec_hold_no_values_of_numpy() -> None:
    frame = pd.DataFrame({"n": [1, 2], 3: pd.array([1, None], dtype="Int64"), "text": ["x", None]})
    taken = frames.rows(frame)
    assert [list(map(type, row.values())) for row in taken] == [[int, int, str], [int, type(None), float]]
    assert list(taken[0]) == ["n", "3", "text"]


def test_what_is_done_to_an_empty_frame_stays_with_it() -> None:
    first = frames.TOIL.frame()
    first["more"] = []
    first.columns.name = "named"
    first.attrs["about"] = "it"
    filled = frames.TOIL.frame([{}])
    filled.columns.name = "named"
    second = frames.TOIL.frame()
    assert list(second.columns) == list(frames.TOIL.columns)
    assert (second.columns.name, second.attrs) == (None, {})


def test_a_frame_of_columns_is_the_frame_of_its_rows_in_the_order_asked_for() -> None:
    spec = Spec(
        "few", {"at": ("time", ""), "n": ("float", ""), "name": ("text", ""), "ok": ("flag", ""), "of": ("object", "")}
    )
    instants = np.array([_AT.value, pd.NaT.value, 0])
    columns = {
        "at": instants,
        "n": [1, math.nan, 3],
        "name": ["a", "b", ""],
        "ok": [True, False, True],
        "of": [[1], [2], None],
    }
    rows: list[dict[str, Any]] = [
        {"at": pd.Timestamp(0, tz="UTC"), "n": 3, "name": "", "ok": True, "of": None},
        {"at": _AT, "n": 1, "name": "a", "ok": True, "of": [1]},
        {"at": None, "n": None, "name": "b", "ok": False, "of": [2]},
    ]
    pd.testing.assert_frame_equal(
        spec.check(spec.of_columns(columns, [2, 0, 1])), spec.frame(rows), check_column_type=False
    )
