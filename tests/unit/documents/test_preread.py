"""The pre-read says what is discussed, for how long and why, and loses nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

import prodmeet_kit
from prodmeet_kit.core.errors import Failure
from prodmeet_kit.documents import preread
from prodmeet_kit.gathering.with_minutes import with_said
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.review import Review, open_review
from tests.support.reviews import END, review

LATE = {"text": "t", "owner": "shop", "status": "open", "verify_query": "", "verify_expect": ""}


@pytest.fixture(scope="module")
def demo() -> Review:
    return prodmeet_kit.open_review()


def test_every_line_and_the_whole_annex_are_there(demo: Review) -> None:
    text = preread.write(demo).replace("\\", "")
    for reason in demo.lines["reason"]:
        assert reason in text
    annex = demo.lines[demo.lines["place"] == "annex"]
    known = text.split("nothing to decide\n")[1]
    for reason in annex.loc[annex["wanted"] == 0, "reason"]:
        assert reason in known
    for reason in annex.loc[annex["wanted"] > 0, "reason"]:
        assert reason in text.split("## Annex")[1]


def test_the_minutes_written_are_those_of_the_meeting(demo: Review) -> None:
    text = preread.write(demo)
    headings = [line for line in text.splitlines() if line.startswith("## ") and line.endswith(" min)")]
    minutes = [float(line.rsplit("(", 1)[1].split()[0]) for line in headings]
    assert sum(minutes) == demo.lines["minutes"].sum() <= 30
    assert minutes == [item.minutes for item in demo.items if item.minutes]


def test_it_is_read_in_five_minutes(demo: Review) -> None:
    assert len(preread.write(demo).split()) < 5 * 220  # words a minute of an unhurried reader


def test_what_is_quiet_folds_to_one_line_with_its_grounds() -> None:
    text = preread.write(review({"toil": [], "consultations": []}))
    before, quiet = text.split("## Nothing to discuss")
    assert "- Toil: None, because the list of toil is empty." in quiet
    assert "- Metrics: " in before and "- Metrics: " not in quiet  # not known is not quiet


def test_announcements_and_quiet_changes_are_read_though_they_get_no_minute() -> None:
    change = {"services": ["cart"], "owner": "ada", "end": END + timedelta(days=2, hours=1), "duration_s": 3600.0}
    changes = [
        {**change, "id": "CH-1", "title": "Move *cart*", "start": END + timedelta(days=2), "rollback": "back"},
        {**change, "id": "CH-2", "title": "Loud", "start": END + timedelta(days=4), "response_needed": "watch"},
    ]
    topics = [{"id": "A-1", "kind": "announcement", "text": "New office", "owner": "bob"}]
    text = preread.write(review({"changes": changes, "topics": topics}))
    # 01:00 UTC on the 25th is 10:00 in Tokyo; the loud one has minutes of its own
    assert text.split("## For information\n\n")[1].splitlines() == [
        "- Announcement: New office, bob",
        r"- Planned change: Move \*cart\*, Wed 25 Nov 10:00, ada",
    ]
    assert "## For information" not in preread.write(review({"changes": changes[1:], "topics": []}))


def test_what_could_not_be_checked_stands_at_the_top() -> None:
    text = preread.write(review(failures=[Failure("metrics", "cart/availability", "no answer")]))
    assert "- Metrics, cart/availability: no answer" in text.split("## ")[0]


def test_what_does_not_fit_the_meeting_waits_in_the_annex() -> None:
    # 40 overdue items at a minute each, capped at 40% of 30 minutes only while others want time; one is quiet.
    items = [{**LATE, "id": f"AI-{n}", "due": END - timedelta(days=n + 1), "born": END} for n in range(40)]
    found = review({"action_items": items})
    assert found.lines["minutes"].sum() == 30
    assert found.lines["subject"].is_unique and len(found.lines[found.lines["item"] == "action_items"]) == 40
    assert "## Annex" in preread.write(found)


def test_weights_in_the_parameters_decide_what_comes_first() -> None:
    items = [{**LATE, "id": "AI-1", "due": END - timedelta(days=3), "born": END}]
    toil = [{"id": "T-1", "text": "by hand", "minutes": 60.0, "times_per_week": 5.0}]
    plain = review({"action_items": items, "toil": toil})
    turned = review({"action_items": items, "toil": toil}, agenda_rules={"weights": {"toil": {"score": 120}}})
    assert plain.lines["rule"].iloc[0] == "action_overdue"
    assert turned.lines["rule"].iloc[0] == "toil"
    assert turned.lines["wanted"].iloc[0] == 2  # the minutes keep their default


def test_a_line_tells_what_the_last_meeting_decided_about_it(tmp_path: Path) -> None:
    said = {"subject": "limit_near/cart/memory", "item": "metrics", "meeting": "2026-11-09", "decision": "act"}
    Minutes(tmp_path / "minutes", "demo").save(
        "decisions", "x", {**said, "owner": "cart team", "due": "2026-11-20", "note": "raise it"}
    )
    text = preread.write(Review(with_said(open_review().facts, tmp_path / "minutes"))).replace("\\", "")
    assert "(at the meeting of 2026-11-09: act, owner cart team, due 2026-11-20. raise it)" in text
    (line,) = [line for line in text.splitlines() if "cart team is 3 days overdue, due 2026-11-20" in line]
    assert "cart/memory will reach its limit in" in line  # told once, with what it was promised for
