"""Metrics from a CSV file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from prodmeet_kit.errors import QueryRejected, SourceError
from prodmeet_kit.facts import Question
from prodmeet_kit.parameters.models import MetricSource
from prodmeet_kit.sources.recorded import CsvSource

T = datetime(2026, 11, 23, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROWS = """time,cars,trucks
2026-11-22T22:30Z,10,1
2026-11-22T22:50Z,20,
2026-11-23T10:00+09:00,40,5
2026-11-23T02:30,90,9
"""


def source(folder: Path, text: str = ROWS) -> CsvSource:
    (folder / "recorded.csv").write_text(text, encoding="utf-8")
    return CsvSource(MetricSource(type="csv", url="file:recorded.csv"), folder)


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
