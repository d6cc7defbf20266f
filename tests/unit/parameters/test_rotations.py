"""Who answers pages, as a team writes it."""

from __future__ import annotations

from datetime import time

import pytest
from ruamel.yaml import YAML

from prodmeet_kit.parameters.models import Product
from prodmeet_kit.parameters.rotations import Business, Rotation


@pytest.mark.parametrize(
    ("days", "numbers"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("sun-thu", {6, 0, 1, 2, 3}),
        ("Sat, sun", {5, 6}),
        ("mon-tue,fri", {0, 1, 4}),
        ("wed", {2}),
    ],
)
def test_days_are_a_range_or_a_list_and_may_go_over_the_end_of_the_week(days: str, numbers: set[int]) -> None:
    assert Business(days=days).weekdays == numbers


def test_what_is_left_out_is_the_usual() -> None:
    rotation = Rotation(name="a", timezone="UTC")
    assert rotation.shifts == (time(9), time(21))
    assert (rotation.business.begin, rotation.business.end) == (time(8), time(18))
    assert (rotation.sleep.begin, rotation.sleep.end) == (time(22), time(8))


def test_times_need_no_quotes_and_shifts_no_order() -> None:
    text = "{name: a, timezone: UTC, shifts: [22:00, 06:00], sleep: {from: 23:30}}"
    rotation = Rotation.model_validate(YAML(typ="safe").load(text))
    assert rotation.shifts == (time(6), time(22))
    assert (rotation.sleep.begin, rotation.sleep.end) == (time(23, 30), time(8))


def test_a_snapshot_keeps_rotations_under_the_keys_people_write() -> None:
    given = {"name": "a", "timezone": "UTC", "sleep": {"from": "23:00"}}
    product = Product.model_validate({"product": "shop", "services": [{"name": "cart"}], "rotations": [given]})
    kept = product.model_dump(mode="json")
    assert kept["rotations"][0]["sleep"] == {"from": "23:00", "to": "08:00"}
    assert Product.model_validate(kept) == product
