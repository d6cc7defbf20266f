"""The review: how it is opened, and what a notebook finds on it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import prodmeet_kit
from prodmeet_kit.errors import InputError, SnapshotError
from prodmeet_kit.parameters.models import AGENDA
from prodmeet_kit.review import window_of
from tests.support.reviews import product, review

NOW = datetime(2026, 11, 23, 1, 3, tzinfo=UTC)


def test_without_arguments_the_embedded_demo_opens() -> None:
    demo = prodmeet_kit.open_review()
    assert repr(demo) == "<Review of demo, 2026-11-09 to 2026-11-23 UTC>"
    assert demo.failures == ()
    assert len(demo.findings.slos) == 6


def test_every_agenda_item_is_an_attribute_that_completion_finds() -> None:
    shop = review()
    assert set(AGENDA) <= set(dir(shop))
    assert [getattr(shop, name).key for name in AGENDA] == list(AGENDA)


def test_an_attribute_that_does_not_exist_is_no_agenda_item() -> None:
    with pytest.raises(AttributeError, match="a review has no 'retrospective'"):
        review().retrospective  # noqa: B018


def test_a_product_without_a_file_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "parameters").mkdir()
    with pytest.raises(InputError, match="no product checkout"):
        prodmeet_kit.open_review("checkout", folder=tmp_path)


def test_a_folder_that_is_no_snapshot_is_named(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=str(tmp_path)):
        prodmeet_kit.open_review(snapshot=tmp_path)


def test_the_window_ends_now_and_goes_back_one_cadence() -> None:
    window = window_of(product(), now=NOW)
    assert window.end == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # floored to the step of 5 minutes
    assert window.start == datetime(2026, 11, 9, 1, 0, tzinfo=UTC)


def test_from_and_to_are_read_in_the_products_zone() -> None:
    window = window_of(product(), start="2026-11-16", end="2026-11-23T10:00")
    assert window.start == datetime(2026, 11, 15, 15, tzinfo=UTC)
    assert window.end == datetime(2026, 11, 23, 1, tzinfo=UTC)


def test_a_time_nobody_can_read_is_bad_input() -> None:
    with pytest.raises(InputError, match="from/to: write a time as"):
        window_of(product(), end="yesterday")


def test_the_next_meeting_is_at_the_same_local_hour() -> None:
    berlin = review(timezone="Europe/Berlin").findings
    assert berlin.next_meeting == datetime(2026, 12, 7, 1, tzinfo=UTC)
