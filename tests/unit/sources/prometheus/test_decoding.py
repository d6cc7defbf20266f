"""Answers of the query API become frames on the grid that was asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodmeet_kit.core.errors import QueryRejected, UnexpectedAnswer
from prodmeet_kit.facts import Question
from prodmeet_kit.sources.base import grid
from prodmeet_kit.sources.prometheus.decoding import Series, doubled, frame, series_of
from prodmeet_kit.sources.prometheus.source import parts

START = datetime(2026, 11, 23, tzinfo=UTC)
STEP = timedelta(minutes=5)
ZERO = int(START.timestamp())


def question(points: int = 4, step: timedelta | None = STEP) -> Question:
    end = START + (points - 1) * step if step else START
    return Question("k", "metrics", "q", START, end, step)


def matrix(values: list[list[Any]], **labels: str) -> list[dict[str, Any]]:
    return [{"metric": labels, "values": values}]


def test_a_range_stands_on_its_grid_with_gaps_and_special_values() -> None:
    values = [[ZERO, "1.5"], [ZERO + 600, "NaN"], [ZERO + 900, "+Inf"]]
    made = frame(question(5), [series_of("matrix", matrix(values, service="cart"))])
    assert list(made.columns) == ['{"service":"cart"}']
    assert made.index.name == "time"
    assert str(made.index.dtype) == "datetime64[ns, UTC]"
    assert made.index[0] == START
    assert made.index[-1] == START + 4 * STEP
    # the second point was not sent, the third was sent as NaN, the fifth was not sent
    np.testing.assert_array_equal(made.iloc[:, 0], [1.5, np.nan, np.nan, np.inf, np.nan])


def test_minus_infinity_is_read() -> None:
    made = frame(question(1), [series_of("matrix", matrix([[ZERO, "-Inf"]]))])
    assert made.iloc[0, 0] == -np.inf


def test_no_series_is_a_frame_with_the_grid_and_no_column() -> None:
    made = frame(question(4), [[]])
    assert made.shape == (4, 0)
    assert made.index[-1] == START + 3 * STEP


@pytest.mark.parametrize(
    ("kind", "result"), [("vector", [{"metric": {}, "value": [ZERO, "7"]}]), ("scalar", [ZERO, "7"])]
)
def test_an_instant_is_a_frame_of_one_row(kind: str, result: Any) -> None:
    made = frame(question(1, step=None), [series_of(kind, result)])
    assert made.shape == (1, 1)
    assert made.columns[0] == "{}"
    assert made.iloc[0, 0] == 7


def test_columns_are_in_the_order_of_their_names_whatever_the_servers() -> None:
    result = [{"metric": {"pod": pod}, "values": [[ZERO, "1"]]} for pod in ("b", "a")]
    assert list(frame(question(1), [series_of("matrix", result)]).columns) == ['{"pod":"a"}', '{"pod":"b"}']


def test_a_point_that_two_parts_hold_is_kept_once() -> None:
    first = series_of("matrix", matrix([[ZERO, "1"], [ZERO + 300, "2"]]))
    second = series_of("matrix", matrix([[ZERO + 300, "2"], [ZERO + 600, "3"]]))
    np.testing.assert_array_equal(frame(question(3), [first, second]).iloc[:, 0], [1, 2, 3])


def test_a_series_that_only_one_part_has_is_a_gap_in_the_other() -> None:
    second = series_of("matrix", matrix([[ZERO + 300, "2"]]))
    np.testing.assert_array_equal(frame(question(2), [[], second]).iloc[:, 0], [np.nan, 2])


@pytest.mark.parametrize(
    "time", [ZERO + 100, ZERO - 300, ZERO + 3000, ZERO + 0.5], ids=["between", "before", "after", "half a second off"]
)
def test_a_sample_off_the_grid_is_no_answer_to_the_question(time: float) -> None:
    with pytest.raises(UnexpectedAnswer, match="other instants"):
        frame(question(4), [series_of("matrix", matrix([[time, "1"]]))])


def test_the_same_series_twice_is_no_answer() -> None:
    with pytest.raises(UnexpectedAnswer, match="twice"):
        frame(question(1), [series_of("matrix", matrix([[ZERO, "1"]]) * 2)])


def test_an_instant_that_comes_twice_with_one_value_counts_once_and_is_told() -> None:
    series = series_of("matrix", matrix([[ZERO, "1"], [ZERO, "1"], [ZERO + 300, "NaN"], [ZERO + 300, "NaN"]]))
    assert doubled([series]) == ("2 samples came twice with the same value: counted once",)
    np.testing.assert_array_equal(frame(question(2), [series]).iloc[:, 0], [1, np.nan])
    assert doubled([series_of("matrix", matrix([[ZERO, "1"]]))]) == ()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([[ZERO, "1"], [ZERO, "2"]], "two values for one instant"),
        ([[ZERO, "1"], [ZERO, "NaN"]], "two values for one instant"),
        ([[ZERO + 300, "1"], [ZERO, "2"]], "not in the order of time"),
    ],
)
def test_samples_that_contradict_each_other_or_go_back_are_no_answer(values: list[list[Any]], words: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=words):
        series_of("matrix", matrix(values, service="cart"))


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        ("matrix", [{"metric": {"a": 1}, "values": [[0, "1"]]}]),
        ("matrix", [{"metric": {"a": "\ud83d"}, "values": [[0, "1"]]}]),
        ("matrix", [{"metric": {}, "values": ["12"]}]),
        ("matrix", [{"metric": {}, "values": [[0, "1", 2], [3]]}]),
        ("matrix", [{"metric": {}, "values": [[0, True]]}]),
        ("matrix", [{"metric": {}, "values": [["0", "1"]]}]),
        ("matrix", [{"metric": {}, "values": [[float("nan"), "1"]]}]),
        ("matrix", [{"metric": {}, "values": [[1e30, "1"]]}]),
        ("matrix", [{"metric": {}, "values": [[10**400, "1"]]}]),
        ("matrix", [{"metric": {}, "values": [[0, 10**400]]}]),
        ("matrix", {}),
        ("matrix", [7]),
        ("matrix", [{"values": [[0, "1"]]}]),
        ("matrix", [{"metric": {}}]),
        ("matrix", [{"metric": {}, "values": [[0, "one"]]}]),
        ("matrix", [{"metric": {}, "values": [[0]]}]),
        ("matrix", [{"metric": {}, "values": [0]}]),
        ("matrix", [{"metric": {}, "values": [[0, None]]}]),
        ("vector", [{"metric": {}, "values": [[0, "1"]]}]),
        ("scalar", 7),
        ("streams", []),
    ],
)
def test_a_shape_the_api_does_not_allow_is_said_to_be_unexpected(kind: str, result: Any) -> None:
    with pytest.raises(UnexpectedAnswer):
        series_of(kind, result)


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        ("string", [0, "text"]),
        ("vector", [{"metric": {}, "histogram": [0, {}]}]),
        ("matrix", [{"metric": {}, "histograms": []}]),
    ],
)
def test_what_is_no_number_is_refused_with_a_fix(kind: str, result: Any) -> None:
    with pytest.raises(QueryRejected, match=r"ask for|put"):
        series_of(kind, result)


@given(points=st.integers(1, 300), most=st.integers(1, 60), step=st.sampled_from([1, 15, 60, 300, 86400]))
def test_the_parts_of_a_range_are_exactly_its_grid(points: int, most: int, step: int) -> None:
    asked = question(points, timedelta(seconds=step))
    assert asked.step is not None
    seen: list[datetime] = []
    for first, last in parts(asked, most):
        count = (last - first) // asked.step + 1
        assert 1 <= count <= most
        seen += [first + number * asked.step for number in range(count)]
    assert seen == [moment.to_pydatetime() for moment in grid(asked)]


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False)), min_size=1, max_size=50), st.integers(1, 20))
def test_a_range_asked_in_parts_is_the_range(values: list[float | None], most: int) -> None:
    asked = question(len(values))
    times = np.array([ZERO + 300 * number for number in range(len(values))], dtype=np.int64) * 1000
    present = np.array([value is not None for value in values])
    numbers = np.array([np.nan if value is None else value for value in values])
    pieces = []
    for first, last in parts(asked, most):
        inside = present & (times >= first.timestamp() * 1000) & (times <= last.timestamp() * 1000)
        pieces.append([Series({}, times[inside], numbers[inside])])
    np.testing.assert_array_equal(frame(asked, pieces).iloc[:, 0], numbers)
