"""The review: how it is opened, and what a notebook finds on it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import prodmeet_kit
from prodmeet_kit.core.errors import InputError, SnapshotError
from prodmeet_kit.demo import SNAPSHOT
from prodmeet_kit.parameters.models import AGENDA
from prodmeet_kit.review import window_of
from tests.support.reviews import product, review

NOW = datetime(2026, 11, 23, 1, 3, tzinfo=UTC)


def test_without_arguments_the_embedded_demo_opens() -> None:
    demo = prodmeet_kit.open_review()
    assert repr(demo) == "<Review of demo, 2026-11-09 to 2026-11-23 UTC>"
    assert demo.failures == ()
    assert len(demo.analyses.slo.summary) == 6


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
    window = window_of(product(), start="2026-11-16", end="2026-11-23T10:00", now=NOW)
    assert window.start == datetime(2026, 11, 15, 15, tzinfo=UTC)
    assert window.end == datetime(2026, 11, 23, 1, tzinfo=UTC)


def test_a_time_nobody_can_read_is_bad_input() -> None:
    with pytest.raises(InputError, match="end yesterday: write a time as"):
        window_of(product(), end="yesterday")
    with pytest.raises(InputError, match="--from last week: write a time as"):
        window_of(product(), start="last week", names=("--from", "--to"))


@pytest.mark.parametrize(("end", "passed"), [("2026-11-23T10:08", True), ("2026-11-23T10:09", False)])
def test_a_window_ends_at_most_one_step_after_now(end: str, passed: bool) -> None:
    # Now is 10:03 in Tokyo, the step is 5 minutes.
    if passed:
        assert window_of(product(), end=end, now=NOW).end == datetime(2026, 11, 23, 1, 5, tzinfo=UTC)
    else:
        with pytest.raises(InputError, match=r"--to 2026-11-23T10:09: .* it is 2026-11-23 10:03 in Asia/Tokyo"):
            window_of(product(), end=end, now=NOW, names=("--from", "--to"))


def test_a_window_the_wrong_way_round_is_told_in_the_products_zone() -> None:
    said = r"starts at 2026-11-22 00:00 and ends at 2026-11-20 00:00 \(Asia/Tokyo\)"
    with pytest.raises(InputError, match=said):
        window_of(product(), start="2026-11-22", end="2026-11-20", now=NOW)


def test_parameters_are_looked_for_from_the_folder_upwards(tmp_path: Path) -> None:
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "shop.yaml").write_text("product: shop\nservices: [{name: cart}]\n")
    notebooks = tmp_path / "notebooks"
    (notebooks / "parameters").mkdir(parents=True)  # somebody else's, without this product
    assert prodmeet_kit.open_review("shop", folder=notebooks).facts.product.product == "shop"


def test_a_folder_without_parameters_above_it_is_named_whole_with_the_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=f"no folder {tmp_path}/parameters, nor above it: run from .* or set folder="):
        prodmeet_kit.open_review("shop")


def test_the_folder_of_a_report_opens_as_the_snapshot_in_it(tmp_path: Path) -> None:
    (tmp_path / "snapshot").symlink_to(SNAPSHOT, target_is_directory=True)
    assert prodmeet_kit.open_review(snapshot=tmp_path).facts.product.product == "demo"


def test_the_next_meeting_is_at_the_same_local_hour() -> None:
    berlin = review(timezone="Europe/Berlin").analyses
    assert berlin.facts.next_meeting == datetime(2026, 12, 7, 1, tzinfo=UTC)
