"""The load of pages on each rotation: hours of its own clock, shifts across a change of the clock, events, nights."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analysis.paging.load import by_rotation, hours, shift_starts
from prodmeet_kit.core.window import Window, parse_time
from prodmeet_kit.parameters.rotations import Rotation
from prodmeet_kit.schemas.frames import EPISODES, PAGE_LOAD
from tests.support.grids import END, at, window

WINDOW = window()
TOKYO = Rotation(name="tokyo", timezone="Asia/Tokyo")
BERLIN = Rotation(name="berlin", timezone="Europe/Berlin")


def page(start: str, minutes: float = 10, service: str = "cart", **more: Any) -> dict[str, Any]:
    first = at(f"2026-{start}")
    return {
        "alert": "Errors",
        "service": service,
        "severity": "page",
        "page": True,
        "start": first,
        "end": first + timedelta(minutes=minutes),
        "labels": "{}",
        **more,
    }


def load(pages: list[dict[str, Any]], *rotations: Rotation, window: Window = WINDOW) -> pd.DataFrame:
    return PAGE_LOAD.check(by_rotation(EPISODES.frame(pages), rotations, window))


@pytest.mark.parametrize(
    ("local", "kind"),
    [
        ("2026-11-16T07:59", "sleep"),  # Monday
        ("2026-11-16T08:00", "business"),
        ("2026-11-16T17:59", "business"),
        ("2026-11-16T18:00", "off"),
        ("2026-11-16T21:59", "off"),
        ("2026-11-16T22:00", "sleep"),
        ("2026-11-20T17:00", "business"),  # Friday
        ("2026-11-21T12:00", "off"),  # Saturday
        ("2026-11-22T03:00", "sleep"),  # Sunday
    ],
)
@pytest.mark.parametrize("rotation", [TOKYO, BERLIN], ids=["tokyo", "berlin"])
def test_hours_are_of_work_of_leisure_and_of_sleep_on_the_rotations_own_clock(
    rotation: Rotation, local: str, kind: str
) -> None:
    assert hours(parse_time(local, rotation.timezone), rotation) == kind


def test_hours_may_be_other_than_the_usual_ones() -> None:
    given = {"name": "a", "timezone": "UTC", "business": {"days": "sun-thu", "from": "07:00"}, "sleep": {"to": "05:00"}}
    rotation = Rotation.model_validate(given)

    def kind(text: str) -> str:
        return hours(parse_time(text, "UTC"), rotation)

    assert kind("2026-11-22T07:00") == "business"  # Sunday
    assert kind("2026-11-20T07:00") == "off"  # Friday
    assert kind("2026-11-23T05:00") == "off" and kind("2026-11-23T04:59") == "sleep"


def test_one_instant_is_night_in_tokyo_and_work_in_berlin() -> None:
    # 14:00Z on a Monday: 23:00 at +09:00, 15:00 at +01:00.
    pages = [page("11-16T14:00"), page("11-16T14:00", service="web")]
    found = load(
        pages,
        TOKYO.model_copy(update={"services": ("cart",)}),
        BERLIN.model_copy(update={"services": ("web",)}),
    )
    assert found[["rotation", "business", "off", "sleep", "interrupted_nights"]].to_numpy().tolist() == [
        ["tokyo", 0, 0, 1, 1],
        ["berlin", 1, 0, 0, 0],
    ]


@pytest.mark.parametrize(
    ("day", "lengths"),
    [
        ("2026-10-24", [12, 13, 12, 12]),  # back at 03:00 on Sunday 25 October: the night is longer
        ("2026-03-28", [12, 11, 12, 12]),  # forward at 02:00 on Sunday 29 March
        ("2026-11-16", [12, 12, 12, 12]),
    ],
)
def test_a_shift_is_as_long_as_the_clock_makes_it(day: str, lengths: list[float]) -> None:
    begin = parse_time(f"{day}T09:00", "Europe/Berlin")
    starts = shift_starts(BERLIN, begin, parse_time(f"{day}T09:00", "Europe/Berlin") + timedelta(hours=47))
    assert starts[0] == begin
    assert [(b - a) / timedelta(hours=1) for a, b in pairwise(starts)][:4] == lengths


@pytest.mark.parametrize(
    ("change", "first", "last"),
    [
        # 21:00 at +02:00 is 19:00Z, 09:00 at +01:00 is 08:00Z.
        ("2026-10-25", "2026-10-24T19:00", "2026-10-25T08:00"),
        # 21:00 at +01:00 is 20:00Z, 09:00 at +02:00 is 07:00Z.
        ("2026-03-29", "2026-03-28T20:00", "2026-03-29T07:00"),
    ],
)
def test_pages_in_the_night_of_the_change_are_of_one_shift(change: str, first: str, last: str) -> None:
    begin, end = at(first), at(last)
    meeting = datetime.fromisoformat(change).replace(tzinfo=UTC) + timedelta(days=3)
    around = Window.ending(meeting, cadence=timedelta(days=14), timezone="Europe/Berlin", step=timedelta(minutes=5))
    moments = [begin - timedelta(minutes=20), begin, begin + timedelta(hours=6), end - timedelta(minutes=70), end]
    pages = [{**page("01-01T00:00"), "start": each, "end": each + timedelta(seconds=30)} for each in moments]
    (row,) = load(pages, BERLIN, window=around).to_dict("records")
    # 09:00 of a Sunday is off, as is the evening before 22:00; 03:00 or 04:00 and 07:50 are sleep.
    assert (row["events"], row["business"], row["off"], row["sleep"]) == (5, 0, 3, 2)
    assert (row["busiest_shift_start"], row["busiest_shift_events"]) == (begin, 3)
    assert (row["shifts_over_guide"], row["interrupted_nights"]) == (1, 1)


def test_shifts_are_those_that_overlap_the_time_between_the_meetings() -> None:
    # 10 November 10:00Z is 19:00 in Tokyo, in the shift from 09:00; the last began on the 24th at 09:00.
    starts = shift_starts(TOKYO, WINDOW.start, WINDOW.end)
    assert (starts[0], starts[-2], starts[-1]) == (at("2026-11-10T00:00"), at("2026-11-24T00:00"), at("2026-11-24T12"))
    assert load([], TOKYO)["shifts"].tolist() == [29]
    exactly = Window.ending(
        datetime(2026, 11, 24, tzinfo=UTC), cadence=timedelta(days=14), timezone="Asia/Tokyo", step=timedelta(minutes=5)
    )
    assert load([], TOKYO, window=exactly)["shifts"].tolist() == [28]


def test_two_events_in_a_shift_are_the_guide_and_three_are_over_it() -> None:
    night = [page("11-16T12:00"), page("11-16T14:00"), page("11-16T16:00")]  # 21:00, 23:00 and 01:00 in Tokyo
    day = [page("11-17T01:00"), page("11-17T04:00")]
    (row,) = load([*day, *night], TOKYO).to_dict("records")
    assert (row["shifts_over_guide"], row["busiest_shift_start"]) == (1, at("2026-11-16T12:00"))
    assert row["busiest_shift_events"] == 3
    assert load([*day, *night[1:]], TOKYO)["shifts_over_guide"].tolist() == [0]
    # The first of two shifts that are as busy.
    assert load([*day, *night[1:]], TOKYO)["busiest_shift_start"].tolist() == [at("2026-11-16T12:00")]


def test_pages_of_a_service_that_overlap_or_follow_within_five_minutes_are_one_event() -> None:
    pages = [
        page("11-16T12:00", 10),
        page("11-16T12:15", 1),  # five minutes after the first ended
        page("11-16T12:15", 60, service="web"),
        page("11-16T12:22", 1),  # six minutes after the second
        page("11-16T13:00", 1, service="web"),  # while the other goes on
    ]
    (row,) = load(pages, TOKYO).to_dict("records")
    assert (row["pages"], row["events"]) == (5, 3)


def test_a_page_that_goes_on_is_one_event_with_what_comes_meanwhile_and_each_night_still_counts() -> None:
    pages = [page("11-16T03:00", 60 * 30, end=pd.NaT), page("11-16T03:04"), page("11-16T14:00"), page("11-17T14:00")]
    assert load(pages, TOKYO)["events"].tolist() == [3]  # an end that is not known joins nothing late
    pages[0]["end"] = at("2026-11-18T00:00")
    (row,) = load(pages, TOKYO).to_dict("records")
    assert (row["events"], row["business"], row["sleep"], row["interrupted_nights"]) == (1, 1, 0, 2)


def test_a_night_goes_over_midnight_and_is_one() -> None:
    pages = [page("11-16T13:30"), page("11-16T20:00"), page("11-17T13:30")]  # 22:30, 05:00, and 22:30 the day after
    assert load(pages, TOKYO)["interrupted_nights"].tolist() == [2]


def test_pages_without_a_service_go_with_those_of_their_alert() -> None:
    pages = [page("11-16T12:00", service="", alert=alert) for alert in ("A", "A", "B")]
    assert load(pages, TOKYO)["events"].tolist() == [2]


def test_a_page_belongs_to_the_first_rotation_that_answers_it_and_none_is_lost() -> None:
    rotations = (
        Rotation(name="db", timezone="UTC", matchers='team="db"'),
        Rotation(name="shop", timezone="UTC", services=("cart",), matchers='severity="page"'),
    )
    pages = [
        page("11-16T12:00", labels='{"team":"db","service":"cart"}'),
        page("11-17T12:00"),
        page("11-18T12:00", severity="critical"),
        page("11-19T12:00", service="web"),
    ]
    found = load(pages, *rotations)
    assert found[["rotation", "pages"]].to_numpy().tolist() == [["db", 1], ["shop", 1], ["", 2]]
    assert found["timezone"].tolist() == ["UTC", "UTC", WINDOW.timezone]
    assert load(pages[:2], *rotations)["rotation"].tolist() == ["db", "shop"]


def test_the_window_before_is_counted_apart() -> None:
    pages = [
        page("10-26T12:00"),  # before the window before
        page("10-28T15:00"),
        page("10-28T15:02"),
        page("11-10T09:59", 30),  # began before the last meeting and goes on after it
        page("11-10T10:00"),  # began at the last meeting
        page("11-24T10:00"),  # belongs to the next meeting
    ]
    (row,) = load(pages, TOKYO).to_dict("records")
    assert (row["pages"], row["events"]) == (1, 1)
    assert (row["pages_previous"], row["events_previous"], row["interrupted_nights_previous"]) == (3, 2, 1)


def test_the_length_of_the_longest_shift_is_told() -> None:
    def longest(*shifts: time) -> float:
        return float(load([], TOKYO.model_copy(update={"shifts": shifts}))["shift_h"].iloc[0])

    assert longest(time(9), time(21)) == 12
    assert longest(time(9)) == 24
    assert longest(time(6), time(14), time(22, 30)) == 8.5


def test_business_off_and_sleep_add_up_to_the_events() -> None:
    pages = [{**page("11-11T00:00"), "start": END - timedelta(minutes=37 * n)} for n in range(1, 500)]
    pages = [{**each, "end": each["start"]} for each in pages]
    (row,) = load(pages, BERLIN).to_dict("records")
    assert row["events"] == row["pages"] == 499
    assert row["business"] + row["off"] + row["sleep"] == 499
    assert row["shifts_over_guide"] > 20 and row["busiest_shift_events"] == 20  # 12 h / 37 min is 19.5
