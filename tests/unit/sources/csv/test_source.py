"""Metrics from a CSV file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from prodmeet_kit.core.errors import QueryRejected, SourceError
from prodmeet_kit.facts import Question
from prodmeet_kit.sources.base import WrongSetting
from prodmeet_kit.sources.csv.backend import CsvSettings
from prodmeet_kit.sources.csv.source import CsvSource

T = datetime(2026, 11, 23, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROWS = """time,cars,trucks
2026-11-22T22:30Z,10,1
2026-11-22T22:50Z,20,
2026-11-23T10:00+09:00,40,5
2026-11-23T02:30,90,9
"""


def source(folder: Path, text: str = ROWS, step: timedelta | None = None) -> CsvSource:
    (folder / "recorded.csv").write_text(text, encoding="utf-8")
    return CsvSource(CsvSettings(type="csv", url="file:recorded.csv", step=step), folder)


def every(*minutes: float) -> str:
    """A file with a row at each of these minutes after midnight."""
    times = (datetime(2026, 11, 22, tzinfo=UTC) + timedelta(minutes=minute) for minute in minutes)
    return "\n".join(["time,cars", *(f"{time:%Y-%m-%dT%H:%M:%SZ},1" for time in times)])


def asked(query: str, start: datetime, end: datetime, step: timedelta | None = HOUR) -> Question:
    return Question("load/road/x", "metrics", query, start, end, step)


def test_a_step_has_the_mean_of_what_was_recorded_in_it_and_a_gap_stays_a_gap(tmp_path: Path) -> None:
    frame = source(tmp_path).answer(asked("cars", T - 2 * HOUR, T + HOUR)).frame
    assert frame is not None
    # (22, 23]: 10 and 20; (23, 0]: nothing; (0, 1]: 40 at 10:00+09:00 = 01:00; (1, 2]: nothing
    np.testing.assert_array_equal(frame["{}"], [15, np.nan, 40, np.nan])


def test_what_was_recorded_before_the_first_step_is_not_in_it(tmp_path: Path) -> None:
    frame = source(tmp_path).answer(asked("cars", T, T)).frame
    assert frame is not None
    assert list(frame["{}"]) == [40]


def test_an_instant_has_the_last_value_there_was(tmp_path: Path) -> None:
    frame = source(tmp_path).answer(asked("trucks", T - HOUR, T - HOUR, None)).frame
    assert frame is not None
    assert list(frame["{}"]) == [1]


def test_a_query_that_is_no_column_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(QueryRejected, match="there is no column bikes: choose from cars, trucks"):
        source(tmp_path).answer(asked("bikes", T, T))


@pytest.mark.parametrize(
    ("text", "says"), [("", "cannot read"), ("a,b\n1,2\n", "name the first column time"), ("time,a\nsoon,1\n", "soon")]
)
def test_a_file_that_cannot_be_used_is_told_with_its_path(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SourceError, match=f"recorded.csv.*{says}|{says}.*recorded.csv"):
        source(tmp_path, text).answer(asked("a", T, T))


def test_rows_in_any_order_give_the_same_answers(tmp_path: Path) -> None:
    head, *rows = ROWS.splitlines()
    for given in ([rows[2], rows[0], rows[3], rows[1]], list(reversed(rows))):
        mixed = source(tmp_path, "\n".join([head, *given]))
        for query, step, start, expected in (
            ("cars", HOUR, T - 2 * HOUR, [15, np.nan, 40, np.nan]),  # as in the first test of this file
            ("cars", None, T + HOUR, [40]),  # the newest row at 02:00 is the third of the file
            ("sum_over_time(cars[2h])", None, T + HOUR, [40]),  # (0, 2]: the row of 01:00 alone
            ("avg_over_time(cars[4h])", None, T + HOUR, [70 / 3]),  # (22, 2]: 10, 20 and 40
        ):
            frame = mixed.answer(asked(query, start, T + HOUR, step)).frame
            assert frame is not None
            np.testing.assert_allclose(frame["{}"], expected)


def test_two_rows_of_one_time_are_refused_with_the_line_of_the_second(tmp_path: Path) -> None:
    text = "time,cars\n2026-11-23T02:00Z,1\n2026-11-23T01:00Z,2\n2026-11-23T10:00+09:00,3\n"  # 10:00+09:00 is 01:00Z
    with pytest.raises(
        SourceError, match=r'recorded.csv:4: time is "2026-11-23T10:00\+09:00": a row above has the same'
    ):
        source(tmp_path, text)


HOURLY = every(*range(0, 6 * 60, 60))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        (HOURLY, 60),
        (HOURLY, 180),
        (every(0, 60, 120, 600, 660, 720), 60),  # a gap at night: four of five distances are an hour
        (every(0, 60.1, 119.95, 180.05, 240), 60),  # some seconds late or early
        (every(0, 7, 60, 65, 200), 45),  # uneven, 30 minutes in the middle: there is nothing to be a multiple of
        (every(0), 7),  # one row has no distance
        ("time,cars\n", 7),
    ],
)
def test_a_step_that_is_the_distance_of_rows_or_a_multiple_is_taken(tmp_path: Path, text: str, minutes: int) -> None:
    assert source(tmp_path, text, timedelta(minutes=minutes)).name == "csv at recorded.csv"


@pytest.mark.parametrize(
    ("text", "minutes", "step"),
    [
        (HOURLY, 7, "7m"),  # of 60 steps 53 would be without a row
        (HOURLY, 59, "59m"),
        (HOURLY, 90, "1h30m"),  # now one row, now two
        ("\n".join(["time,cars", *reversed(HOURLY.splitlines()[1:])]), 7, "7m"),
        (every(0, 7, 67, 130, 200), 45, "45m"),  # distances 7, 60, 63, 70: the middle is 61.5 minutes
    ],
)
def test_a_step_that_would_be_without_rows_is_refused_with_one_that_is_not(
    tmp_path: Path, text: str, minutes: int, step: str
) -> None:
    apart, twice = ("1h1m30s", "2h3m") if minutes == 45 else ("1h", "2h")
    with pytest.raises(WrongSetting) as raised:
        source(tmp_path, text, timedelta(minutes=minutes))
    assert raised.value.key == "step"
    assert str(raised.value) == (
        f"sources.metrics.step is {step}: the rows of {tmp_path / 'recorded.csv'} are {apart} apart:"
        f" write {apart}, or a multiple of it such as {twice}"
    )
