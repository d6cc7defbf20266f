"""Frozen facts with what people said since."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from prodmeet_kit.demo import SNAPSHOT
from prodmeet_kit.facts import Facts, SourceState
from prodmeet_kit.gathering.with_minutes import said_anything, with_said
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.pipeline.report import make_report
from prodmeet_kit.review import Review, open_review
from prodmeet_kit.snapshot import freeze, reopen

DECIDED = {
    "subject": "page/WebHighCPU/web", "item": "paging_events", "meeting": "2026-11-23", "decision": "act",
    "owner": "shop", "due": "2026-12-04",
}  # fmt: skip
ITEM = {"text": "Raise the limit", "owner": "web", "due": "2026-12-01", "status": "open"}


def ids(facts: Facts) -> list[str]:
    items = facts.records["action_items"]
    assert items is not None
    return list(items["id"])


def test_decisions_verdicts_and_items_come_to_the_frozen_facts_and_freeze_with_them(tmp_path: Path) -> None:
    minutes = Minutes(tmp_path / "minutes", "demo")
    assert not said_anything("demo", tmp_path / "minutes")
    minutes.save("decisions", "x", DECIDED)
    minutes.save("verdicts", "x", {"alert": "WebHighCPU", "meeting": "2026-11-23", "verdict": "late"})
    minutes.save("action_items", "AI-90", {"id": "AI-90", "born": "2026-11-23", **ITEM})
    minutes.save("action_items", "AI-91", {"id": "AI-91", "born": "2026-12-07", **ITEM})  # of the next meeting
    assert said_anything("demo", tmp_path / "minutes")

    facts = reopen(SNAPSHOT)
    review = Review(with_said(facts, tmp_path / "minutes"))
    assert list(review.analyses.meeting.decided_now["owner"]) == ["shop"]
    assert "late" in set(review.analyses.paging.pages["verdict"])
    assert ids(review.facts) == ["AI-18", "AI-21", "AI-22", "AI-23", "AI-90"]
    assert review.facts.answers is facts.answers

    freeze(review.facts, tmp_path / "again")
    twice = with_said(reopen(tmp_path / "again"), tmp_path / "minutes")
    assert ids(twice) == ["AI-18", "AI-21", "AI-22", "AI-23", "AI-90"]
    assert [state.name for state in twice.sources].count("decisions") == 1


def test_an_item_closed_by_hand_since_replaces_the_frozen_one_of_the_minutes(tmp_path: Path) -> None:
    minutes = Minutes(tmp_path / "minutes", "demo")
    minutes.save("action_items", "AI-90", {"id": "AI-90", "born": "2026-11-23", **ITEM})
    once = with_said(reopen(SNAPSHOT), tmp_path / "minutes")
    minutes.save("action_items", "AI-90", {"id": "AI-90", "born": "2026-11-23", **ITEM, "status": "closed"})
    items = with_said(once, tmp_path / "minutes").records["action_items"]
    assert items is not None
    assert list(items[items["id"] == "AI-90"]["status"]) == ["closed"]


def test_of_several_sources_of_items_the_minutes_stand_once_in_the_list(tmp_path: Path) -> None:
    Minutes(tmp_path / "minutes", "demo").save("action_items", "AI-90", {"id": "AI-90", "born": "2026-11-23", **ITEM})
    both = tuple(SourceState(f"action_items ({kind})", kind, "ok", "1 rows") for kind in ("file", "minutes"))
    again = with_said(replace(reopen(SNAPSHOT), sources=both), tmp_path / "minutes")
    assert [(state.name, state.type) for state in again.sources] == [
        ("action_items (file)", "file"),
        ("action_items", "minutes"),
    ]


def test_a_damaged_file_is_named_and_the_rest_counts(tmp_path: Path) -> None:
    minutes = Minutes(tmp_path / "minutes", "demo")
    path = minutes.save("decisions", "x", DECIDED)
    path.with_name("bad.yaml").write_text("subject: x\n  decision: [", encoding="utf-8")
    review = Review(with_said(reopen(SNAPSHOT), tmp_path / "minutes"))
    assert len(review.analyses.meeting.decided_now) == 1
    assert any("bad.yaml:2" in failure.message for failure in review.failures)


def test_the_report_of_the_demo_shows_what_a_live_meeting_decided(tmp_path: Path) -> None:
    Minutes(tmp_path / "minutes", "demo").save("decisions", "x", DECIDED)
    made = make_report("", folder=tmp_path)
    assert list(open_review(snapshot=made.path).analyses.meeting.decided_now["subject"]) == ["alert:WebHighCPU/web"]
    assert "| act | shop | 2026-12-04 |" in (made.path / "minutes.md").read_text(encoding="utf-8")
