"""Durations, steps and the window of a review, also across DST."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from prodmeet_kit.core.errors import InputError
from prodmeet_kit.core.window import (
    MAX_POINTS,
    PERIODS,
    Period,
    Window,
    choose_step,
    floor_to_step,
    format_duration,
    parse_duration,
    parse_time,
    period_bounds,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30m", 1800), ("14d", 1_209_600), ("1h30m", 5400), ("2w", 1_209_600), ("500ms", 0.5), ("1y", 31_536_000)],
)
def test_durations_are_read_in_prometheus_notation(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "14", "d", "14 d", "-1d", "0s", "1.5h", "14d!"])
def test_other_text_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["6m", "28d", "1h30m", "1d12h", "250ms", "1m30s"])
def test_a_written_duration_reads_back(text: str) -> None:
    assert format_duration(parse_duration(text)) == text


def test_a_time_without_offset_is_in_the_products_zone() -> None:
    assert parse_time("2026-11-10T12:00", "Asia/Tokyo") == datetime(2026, 11, 10, 3, tzinfo=UTC)
    assert parse_time("2026-11-10T12:00+01:00", "Asia/Tokyo") == datetime(2026, 11, 10, 11, tzinfo=UTC)
    assert parse_time("2026-11-10", "Asia/Tokyo") == datetime(2026, 11, 9, 15, tzinfo=UTC)


def test_text_that_is_no_time_is_refused_with_an_example() -> None:
    with pytest.raises(ValueError, match="2026-11-24T10:00"):
        parse_time("next week", "UTC")


@pytest.mark.parametrize("days", [1, 7, 14, 28, 42, 90, 365])
def test_the_chosen_step_keeps_a_range_within_one_request(days: int) -> None:
    assert timedelta(days=days) / choose_step(timedelta(days=days)) <= MAX_POINTS


def test_four_weeks_are_drawn_every_five_minutes() -> None:
    assert choose_step(timedelta(days=28)) == timedelta(minutes=5)


def test_times_are_floored_to_multiples_of_the_step_since_the_epoch() -> None:
    moment = datetime(2026, 11, 23, 10, 7, 42, tzinfo=UTC)
    assert floor_to_step(moment, timedelta(minutes=5)) == datetime(2026, 11, 23, 10, 5, tzinfo=UTC)


def test_a_window_goes_back_to_the_last_meeting_and_the_one_before() -> None:
    end = datetime(2026, 11, 23, 1, tzinfo=UTC)
    window = Window.ending(end, cadence=timedelta(days=14), timezone="Asia/Tokyo")
    assert window.start == datetime(2026, 11, 9, 1, tzinfo=UTC)
    assert window.compare_start == datetime(2026, 10, 26, 1, tzinfo=UTC)
    assert window.history_start == datetime(2026, 10, 26, 1, tzinfo=UTC)  # 28 days before the end
    assert window.day.isoformat() == "2026-11-23"


def test_a_meeting_keeps_its_local_hour_when_the_clock_changes() -> None:
    # Berlin leaves summer time on 2026-10-25: 10:00 is 09:00 UTC after it and 08:00 UTC before it.
    window = Window.ending(datetime(2026, 11, 2, 9, tzinfo=UTC), cadence=timedelta(days=14), timezone="Europe/Berlin")
    assert window.start == datetime(2026, 10, 19, 8, tzinfo=UTC)
    assert window.length == timedelta(days=14, hours=1)


@pytest.mark.parametrize(
    ("moment", "period", "zone", "begin", "end"),
    [
        ("2026-11-23T01:00", "month", "UTC", "2026-11-01T00:00", "2026-12-01T00:00"),
        ("2026-11-23T01:00", "quarter", "UTC", "2026-10-01T00:00", "2027-01-01T00:00"),
        ("2026-10-31T16:00", "month", "Asia/Tokyo", "2026-10-31T15:00", "2026-11-30T15:00"),  # 1 November there
        ("2026-11-01T00:00", "month", "UTC", "2026-10-01T00:00", "2026-11-01T00:00"),  # closes October
        ("2026-11-01T00:00", "quarter", "UTC", "2026-10-01T00:00", "2027-01-01T00:00"),
        ("2027-01-01T00:00", "quarter", "UTC", "2026-10-01T00:00", "2027-01-01T00:00"),
        # Berlin: 1 October is +02:00, 1 January +01:00
        ("2026-11-23T01:00", "quarter", "Europe/Berlin", "2026-09-30T22:00", "2026-12-31T23:00"),
    ],
)
def test_a_calendar_period_is_that_of_the_products_zone(
    moment: str, period: Period, zone: str, begin: str, end: str
) -> None:
    def utc(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert period_bounds(utc(moment), period, zone) == (utc(begin), utc(end))


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/New_York"])
@pytest.mark.parametrize("month", range(1, 13))
def test_no_period_is_longer_than_the_history_kept_for_it(zone: str, month: int) -> None:
    for period, longest in PERIODS.items():
        begin, end = period_bounds(datetime(2026, month, 15, tzinfo=UTC), period, zone)
        assert end - begin <= longest


def test_a_given_start_is_compared_with_the_equal_time_before_it() -> None:
    window = Window.ending(
        datetime(2026, 11, 23, tzinfo=UTC),
        start=datetime(2026, 11, 16, tzinfo=UTC),
        cadence=timedelta(days=14),
        timezone="UTC",
    )
    assert window.compare_start == datetime(2026, 11, 9, tzinfo=UTC)


def test_a_window_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(InputError, match="give a start before the end"):
        Window.ending(
            datetime(2026, 11, 1, tzinfo=UTC),
            start=datetime(2026, 11, 2, tzinfo=UTC),
            cadence=timedelta(days=14),
            timezone="UTC",
        )
