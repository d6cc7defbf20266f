"""Lengths of time and instants as people read them."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from prodmeet_kit.i18n.times import days, duration, moment

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.0004, "under 1 ms"),
        (0.25, "250 ms"),
        (1, "1 s"),
        (59.4, "59 s"),
        (59.7, "1 min"),  # never 60 s
        (133, "2 min 13 s"),
        (599.6, "10 min"),
        (2100, "35 min"),
        (3599.7, "1 h"),  # never 60 min
        (15_000, "4 h 10 min"),
        (86_399, "1 d"),  # never 24 h
        (200_000, "2 d 8 h"),  # 55.6 h
        (863_999, "10 d"),
        (28 * 86_400, "28 d"),
        (-90, f"{MINUS}1 min 30 s"),
        (math.inf, "without end"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 days"),
        (0.4, "under a day"),
        (1, "1 day"),
        (1.4, "1 day"),
        (12.5, "13 days"),
        (729, "729 days"),
        (730, "over 2 years"),
        (40_000, "over 10 years"),
        (-3, f"{MINUS}3 days"),
        (math.inf, "never"),
    ],
)
def test_days(number: float, text: str) -> None:
    assert days(number) == text


def test_an_hour_that_comes_twice_carries_its_offset() -> None:
    # Berlin sets its clocks back on 25 October 2026 at 01:00 UTC: 02:30 comes at 00:30 and at 01:30 UTC.
    first = moment(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/Berlin")
    second = moment(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Berlin")
    assert (first, second) == ("Sun 25 Oct 02:30 +02:00", "Sun 25 Oct 02:30 +01:00")


def test_an_hour_that_comes_once_carries_none() -> None:
    assert moment(datetime(2026, 10, 25, 2, 30, tzinfo=UTC), "Europe/Berlin") == "Sun 25 Oct 03:30"
