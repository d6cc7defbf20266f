"""What touches a span of time, where instants are not known as well."""

from __future__ import annotations

import pandas as pd
import pytest

from prodmeet_kit.analysis.series.matching import during, started
from tests.support.grids import at

ROWS = pd.DataFrame(
    {
        "start": [at("2026-11-01"), at("2026-11-03"), at("2026-11-05"), pd.NaT],
        "end": [at("2026-11-02"), pd.NaT, at("2026-11-06"), at("2026-11-04")],
    }
)


@pytest.mark.parametrize(
    ("start", "end", "touched"),
    [
        ("2026-11-02", "2026-11-02", [0]),
        ("2026-11-04", "2026-11-04T12:00", [1]),  # an end that is not known lies ahead
        ("2026-11-05", "2026-11-09", [1, 2]),
        ("2026-10-01", "2026-10-31", []),
    ],
)
def test_a_row_touches_a_span(start: str, end: str, touched: list[int]) -> None:
    assert list(ROWS.index[during(ROWS, at(start), at(end))]) == touched


def test_what_begins_at_a_meeting_belongs_to_the_next() -> None:
    found = started(ROWS, at("2026-11-01"), at("2026-11-05"))
    assert found["start"].tolist() == [at("2026-11-01"), at("2026-11-03")]
    assert found.index.tolist() == [0, 1]
