"""Who was at a meeting, and which owner may not know what was given to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodmeet_kit.minutes import Minutes
from prodmeet_kit.minutes.attendance import PRESENT, Attendance, confirm, names_in, read_attendance, say_present

DAY = "2026-11-23"


@pytest.mark.parametrize(
    ("present", "owner", "unconfirmed"),
    [
        ((), "web team", False),  # nobody wrote who was there
        (("Ann",), "", False),
        (("Ann",), "web team", True),
        (("ANN ",), "ann", False),
        (("Ann",), "Ann, Bob", False),
        (("Ann",), "Bob and ann", False),
        (("Ann",), "Anna", True),
        (("Ann (Web Team)",), "web team", False),
        (("\uff21\uff4e\uff4e",), "ann", False),  # written wide
        (("田中、佐藤",), "佐藤", False),
        (("ann",), "@Ann", False),
    ],
)
def test_an_owner_is_confirmed_by_being_there(present: tuple[str, ...], owner: str, unconfirmed: bool) -> None:
    there = Attendance({DAY: names_in(present)} if present else {})
    assert there.unconfirmed(DAY, "slo:a/b", owner) is unconfirmed
    assert not there.unconfirmed("2026-11-09", "slo:a/b", owner)


def test_who_accepted_is_confirmed_for_that_alone(tmp_path: Path) -> None:
    minutes = Minutes(tmp_path, "shop")
    say_present(minutes, DAY, "Ann")
    confirm(minutes, DAY, "slo:a/b", "Web team")
    found, problems = read_attendance(minutes)
    assert problems == []
    assert not found.unconfirmed(DAY, "slo:a/b", "web team")
    assert found.unconfirmed(DAY, "slo:a/c", "web team") and found.unconfirmed(DAY, "slo:a/b", "shop")


def test_two_who_write_names_at_once_keep_both_and_a_name_can_be_taken_back(tmp_path: Path) -> None:
    minutes = Minutes(tmp_path, "shop")
    say_present(minutes, DAY, "Ann, Bob")
    minutes.save(PRESENT, DAY, {"meeting": DAY, "present": "Ann, Bob, Cy"})
    minutes.save(PRESENT, DAY, {"meeting": DAY, "present": "Bob, Di", "gone": "Ann"})  # both had read Ann, Bob
    assert read_attendance(minutes)[0].present == {DAY: ("Bob", "Cy", "Di")}
    say_present(minutes, DAY, "Cy, ann")
    assert read_attendance(minutes)[0].present == {DAY: ("Cy", "ann")}
    say_present(minutes, DAY, [])
    assert read_attendance(minutes)[0].present == {DAY: ()}


def test_a_damaged_file_costs_itself_and_is_named(tmp_path: Path) -> None:
    minutes = Minutes(tmp_path, "shop")
    say_present(minutes, DAY, "Ann")
    path = minutes.save(PRESENT, "x", {"meeting": "Monday", "present": "Bob"})
    found, (problem,) = read_attendance(minutes)
    assert found.present == {DAY: ("Ann",)}
    assert str(path) in str(problem) and "meeting" in str(problem)
