"""The earlier meeting among the reports: the right one is found, and what cannot be read is told and passed over."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit.archive.meetings import read
from prodmeet_kit.archive.previous_meeting import Earlier, find_previous
from prodmeet_kit.core.errors import Failure
from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Facts
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.review import open_review
from prodmeet_kit.snapshot import MANIFEST, freeze
from tests.support.answering import shop

END = datetime(2026, 11, 23, 1, tzinfo=UTC)  # 10:00 in Tokyo
FORTNIGHT = timedelta(days=14)
WINDOW = Window.ending(END, cadence=FORTNIGHT, timezone="Asia/Tokyo")


def report(reports: Path, end: datetime, **service: Any) -> Path:
    """A report whose window ended then; returns its snapshot."""
    window = Window.ending(end, cadence=FORTNIGHT, timezone="Asia/Tokyo")
    place = reports / "shop" / window.day.isoformat() / "snapshot"
    return freeze(Facts(shop(timezone="Asia/Tokyo", **service), window, end), place)


def found(reports: Path) -> Earlier:
    return find_previous(reports, "shop", WINDOW)


def test_without_reports_no_meeting_is_known_and_nothing_failed(tmp_path: Path) -> None:
    assert found(tmp_path / "nowhere") == Earlier()
    (tmp_path / "shop" / "2026-11-09").mkdir(parents=True)  # its snapshot was removed to save space
    assert found(tmp_path) == Earlier()


def test_the_newest_earlier_meeting_is_taken_with_its_definitions(tmp_path: Path) -> None:
    report(tmp_path, END - 2 * FORTNIGHT)
    report(tmp_path, END - FORTNIGHT, name="basket")
    report(tmp_path, END + FORTNIGHT, name="later")
    (tmp_path / "shop" / "latest").symlink_to("2026-11-09")
    (tmp_path / "shop" / "2026-13-01").mkdir()
    meeting = found(tmp_path).meeting
    assert meeting is not None
    assert meeting.end == END - FORTNIGHT
    assert meeting.definitions["services"][0]["name"] == "basket"
    assert meeting.definitions["trend_step"] == "5m"
    assert found(tmp_path).states == ()


def test_an_earlier_try_of_the_same_meeting_is_no_earlier_meeting(tmp_path: Path) -> None:
    report(tmp_path, END - timedelta(hours=1))
    assert found(tmp_path).meeting is None


def test_a_look_ahead_does_not_hide_what_changed_since_the_meeting(tmp_path: Path) -> None:
    # the last meeting was held two days late; four days before this one somebody looked ahead
    report(tmp_path, END - timedelta(days=12))
    report(tmp_path, END - timedelta(days=4))
    meeting = found(tmp_path).meeting
    assert meeting is not None
    assert meeting.end == END - timedelta(days=12)


def test_a_look_ahead_serves_when_there_is_nothing_older(tmp_path: Path) -> None:
    report(tmp_path, END - timedelta(days=4))
    meeting = found(tmp_path).meeting
    assert meeting is not None
    assert meeting.end == END - timedelta(days=4)


def damage(snapshot: Path, how: str) -> None:
    path = snapshot / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    if how == "cut":
        path.write_text(path.read_text(encoding="utf-8")[:200], encoding="utf-8")
    elif how == "gone":
        path.unlink()
    elif how == "newer":
        path.write_text(json.dumps({**manifest, "format": 99, "kit": "9.1.0"}), encoding="utf-8")
    elif how == "another product":
        path.write_text(json.dumps({**manifest, "product": {**manifest["product"], "product": "books"}}))
    else:
        path.write_text(json.dumps({**manifest, "product": {"product": "shop", "token": "canary-11c0ff"}}))


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("cut", "is damaged"),
        ("gone", "holds no snapshot"),
        ("newer", "newer prodmeet-kit (9.1.0, format 99)"),
        ("another product", "is of books, not of shop"),
        ("not valid", "is not as the kit wrote it"),
    ],
)
def test_a_snapshot_that_cannot_be_read_is_told_and_the_next_older_one_taken(
    tmp_path: Path, how: str, says: str
) -> None:
    damage(report(tmp_path, END - FORTNIGHT), how)
    report(tmp_path, END - 2 * FORTNIGHT)
    earlier = found(tmp_path)
    assert earlier.meeting is not None
    assert earlier.meeting.end == END - 2 * FORTNIGHT
    (state,) = earlier.states
    assert earlier.failures == (Failure("metrics", "earlier meeting", state.detail),)
    assert (state.name, state.type, state.state) == ("earlier meeting", "snapshot", "failed")
    assert says in state.detail
    assert str(tmp_path / "shop" / "2026-11-09") in state.detail
    assert "\n" not in state.detail


@pytest.mark.parametrize("text", ['{"agenda_lines": [{"subj', "[]", "[" * 100_000])
def test_a_cut_review_json_of_the_earlier_meeting_is_named_once_and_is_a_gap(tmp_path: Path, text: str) -> None:
    (report(tmp_path, END - FORTNIGHT).parent / "review.json").write_text(text)
    earlier = found(tmp_path)
    assert earlier.meeting is not None and earlier.meeting.waited == {}
    (state,) = earlier.states
    assert "2026-11-09/review.json is damaged: " in state.detail
    assert earlier.failures == (Failure("metrics", "earlier meeting", state.detail),)


def test_when_none_can_be_read_the_comparison_failed(tmp_path: Path) -> None:
    damage(report(tmp_path, END - FORTNIGHT), "cut")
    earlier = found(tmp_path)
    assert earlier.meeting is None
    assert earlier.failures == (Failure("metrics", "earlier meeting", earlier.states[0].detail),)


def test_a_row_of_unreadable_snapshots_ends_the_search(tmp_path: Path) -> None:
    for number in range(1, 8):
        damage(report(tmp_path, END - number * FORTNIGHT), "newer")
    report(tmp_path, END - 8 * FORTNIGHT)
    earlier = found(tmp_path)
    assert earlier.meeting is None
    assert len(earlier.states) == 5


def test_a_file_where_the_reports_should_be_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("not a folder")
    assert found(tmp_path) == Earlier()


def test_gathering_keeps_the_earlier_meeting_and_tells_what_could_not_be_read(tmp_path: Path) -> None:
    damage(report(tmp_path, END - FORTNIGHT), "cut")
    report(tmp_path, END - 2 * FORTNIGHT)
    facts = gather(shop(timezone="Asia/Tokyo"), WINDOW, folder=tmp_path, previous=tmp_path)
    assert facts.previous is not None
    assert facts.previous.end == END - 2 * FORTNIGHT
    assert [source.name for source in facts.sources] == ["earlier meeting"]
    assert gather(shop(), WINDOW, folder=tmp_path).previous is None


def test_a_review_in_a_notebook_knows_the_earlier_meeting(tmp_path: Path) -> None:
    report(tmp_path / "reports", END - FORTNIGHT)
    (tmp_path / "parameters").mkdir()
    text = 'product: shop\ntimezone: Asia/Tokyo\nservices:\n  - name: cart\n    load: [{name: requests, query: "x"}]\n'
    (tmp_path / "parameters" / "shop.yaml").write_text(text)
    analyses = open_review("shop", end="2026-11-23T10:00", folder=tmp_path).analyses
    assert analyses.facts.previous is not None
    assert analyses.basis.redefined == {"load/cart/requests"}
    assert set(analyses.basis.definition_changes["subject"]) >= {"cart/availability", "cart/cpu", "cart/requests"}


def test_a_pipe_where_a_review_json_should_be_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(report(tmp_path, END - FORTNIGHT).parent / "review.json")
    earlier = found(tmp_path)
    assert earlier.meeting is not None
    assert "2026-11-09/review.json is damaged: " in earlier.failures[0].message
    shown = read(tmp_path / "shop" / "2026-11-09")
    assert shown.error == "review.json: it is no plain file"
