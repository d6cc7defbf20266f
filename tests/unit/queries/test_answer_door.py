"""What a source gives is an answer, or an error of its own question."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.queries.answer_door import let_in
from prodmeet_kit.queries.asking import answered
from prodmeet_kit.sources.base import grid, wide

AT = datetime(2026, 11, 23, tzinfo=UTC)
RANGE = Question("load/cart/requests/trend", "metrics", "up", AT, AT + timedelta(hours=3), timedelta(hours=1))
MOMENT = Question("load/cart/requests/now", "metrics", "up", AT, AT)
TIMES = grid(RANGE)


def frame(index: Any = TIMES, column: Any = "{}", value: Any = 1.0) -> pd.DataFrame:
    return pd.DataFrame({column: [value] * len(index)}, index=index)


WRONG = {
    "None instead of an Answer": None,
    "a value of type list instead of an Answer": [1.0],
    "neither a frame nor an error": Answer(RANGE, None),
    "a value of type Series instead of a frame": Answer(RANGE, frame()["{}"]),  # type: ignore[arg-type]
    "times without a time zone instead of UTC": frame(TIMES.tz_localize(None)),
    "times in Asia/Tokyo instead of UTC": frame(TIMES.tz_convert("Asia/Tokyo")[:2]),
    "an index of type int64 instead of times": frame(range(4)),
    "values of type bool instead of numbers": frame(value=True),
    "values of type str instead of numbers": frame(value="much"),
    "a column named 7, which is no text": frame(column=7),
    "a row for 2026-11-23 00:00:37+00:00, which is none": frame(TIMES + timedelta(seconds=37)),
    "times that are not in order": frame(TIMES[::-1]),
    "two rows for 2026-11-23 01:00:00": frame(TIMES[[0, 1, 1]]),
    "the series {} twice": pd.concat([frame(), frame()], axis=1),
}


@pytest.mark.parametrize(("says", "given"), WRONG.items())
def test_what_is_no_answer_is_refused_with_what_it_is(says: str, given: Any) -> None:
    with pytest.raises(SourceError) as error:
        let_in(Answer(RANGE, given) if isinstance(given, pd.DataFrame) else given, RANGE)
    assert str(error.value).startswith(f"the source answered {says}")


def test_two_rows_for_one_moment_are_refused_and_one_beside_it_too() -> None:
    for index, says in ((TIMES[:2], "2 rows to a question about one moment"), (TIMES[1:2], "a row for 2026-11-23 01:")):
        with pytest.raises(SourceError, match=says):
            let_in(Answer(MOMENT, frame(index)), MOMENT)


def test_an_answer_as_it_should_be_passes_untouched() -> None:
    for made in (wide(TIMES, ["{}"], np.ones((4, 1))), wide(TIMES, [], np.ones((4, 0)))):
        given = Answer(RANGE, made)
        assert let_in(given, RANGE) is given


def test_no_rows_are_no_series_and_missing_rows_are_gaps() -> None:
    for empty in (frame(TIMES[:0]), pd.DataFrame()):
        made = let_in(Answer(RANGE, empty), RANGE).frame
        assert made is not None and made.shape == (4, 0) and made.index.equals(TIMES)
    sparse = let_in(Answer(RANGE, frame(TIMES[[0, 3]], value=2)), RANGE).frame
    assert sparse is not None and sparse["{}"].dtype == np.float64
    np.testing.assert_array_equal(sparse["{}"].to_numpy(), [2, np.nan, np.nan, 2])


def test_a_source_that_wants_to_end_the_process_ends_its_question() -> None:
    class Leaving:
        name = "a source"

        def answer(self, question: Question) -> Answer:
            raise SystemExit("no licence")

        def close(self) -> None:
            """Nothing is open."""

    assert answered(Leaving(), RANGE).error == "the source failed: SystemExit: no licence"
