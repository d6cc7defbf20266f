"""The forms of a live meeting without a browser: what reaches the minutes, and what is shown of them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from prodmeet_kit.gathering.with_minutes import with_said
from prodmeet_kit.live import open_meeting
from prodmeet_kit.live.meeting import Meeting
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.review import Review, open_review

PAGE = "alert:WebHighCPU/web"


@pytest.fixture(scope="module")
def review() -> Review:
    return open_review()


@pytest.fixture
def meeting(review: Review, tmp_path: Path) -> Meeting:
    return open_meeting(review, minutes=str(tmp_path))


def say(form: Any, kind: str = "edit", **content: str) -> dict[str, Any]:
    """As the browser does; what is said of the subject afterwards."""
    form._heard(form, {"kind": kind, "token": "1", **content}, [])
    return dict(form.said[content.get("subject", next(reversed(form.said), ""))])


def kept(meeting: Meeting, kind: str) -> list[dict[str, Any]]:
    return [dict(each.content) for each in meeting.minutes.load(kind)[0]]


def test_a_page_has_one_row_whatever_its_verdict_and_the_suggestion_is_told(meeting: Meeting) -> None:
    (row,) = (row for row in meeting.pages.rows if row["subject"] == PAGE)
    assert row["title"].startswith("WebHighCPU paged ")
    assert row["hints"] == {"verdict": "suggested: noise"}
    assert row["why"] == "annex"  # an action item about it is open


def test_every_line_of_the_agenda_and_the_annex_stands_in_one_form(meeting: Meeting, review: Review) -> None:
    own = ("paging_events", "non_paging_events", "action_items")
    others = [meeting.decide(item.key) for item in review.items if item.key not in own]
    shown = [
        row["subject"] for form in (meeting.pages, meeting.non_pages, meeting.actions, *others) for row in form.rows
    ]
    joined = [
        facet.subject
        for each in review.findings
        for section, facet in each.facets
        if section == "paging_events" and facet.subject != each.subject
    ]
    assert joined  # a page that is told with its outage has a verdict all the same
    assert sorted(shown) == sorted([*review.lines["subject"], *joined])


def test_act_is_a_draft_until_owner_and_due_are_there(meeting: Meeting) -> None:
    form = meeting.pages
    assert say(form, subject=PAGE, name="decision", value="act")["status"] == (
        "saved as a draft: add the owner and the due date"
    )
    say(form, subject=PAGE, name="owner", value=" shop ")
    now = say(form, subject=PAGE, name="due", value="2026-12-04")
    assert (now["status"], now["bad"], now["owner"]) == ("saved", False, "shop")
    assert len(kept(meeting, "drafts")) == 2
    (decision,) = kept(meeting, "decisions")
    assert (decision["item"], decision["meeting"], decision["due"]) == ("paging_events", "2026-11-23", "2026-12-04")


def test_a_form_made_again_shows_what_was_said(meeting: Meeting, review: Review, tmp_path: Path) -> None:
    say(meeting.pages, subject=PAGE, name="decision", value="watch")
    say(meeting.pages, subject=PAGE, name="verdict", value="late")
    again = open_meeting(review, minutes=str(tmp_path)).pages.said[PAGE]
    assert (again["decision"], again["verdict"], again["status"]) == ("watch", "late", "saved")


def test_what_two_meeting_pages_fill_in_at_once_is_kept_by_both(
    meeting: Meeting, review: Review, tmp_path: Path
) -> None:
    other = open_meeting(review, minutes=str(tmp_path))
    forms = meeting.decide("metrics"), other.decide("metrics")
    subject = forms[0].rows[0]["subject"]
    say(forms[0], subject=subject, name="decision", value="act")
    say(forms[1], subject=subject, name="owner", value="ann")
    now = say(forms[0], subject=subject, name="due", value="2026-12-01")
    assert (now["decision"], now["owner"], now["due"], now["status"]) == ("act", "ann", "2026-12-01", "saved")


def test_a_decision_and_a_verdict_can_be_taken_back(meeting: Meeting) -> None:
    form = meeting.pages
    say(form, subject=PAGE, name="decision", value="drop")
    say(form, subject=PAGE, name="verdict", value="noise")
    assert say(form, subject=PAGE, name="verdict", value="")["verdict"] == ""
    assert [each.get("withdrawn", False) for each in kept(meeting, "verdicts")] == [False, True]
    assert open_meeting(meeting.review, minutes=str(meeting.minutes.folder.parent)).pages.said[PAGE]["verdict"] == ""
    now = say(form, subject=PAGE, name="decision", value="")
    assert (now["decision"], now["status"]) == ("", "")


def test_a_decision_taken_back_leaves_its_owner_and_says_that_it_does_not_count(meeting: Meeting) -> None:
    form = meeting.pages
    for name, value in (("decision", "act"), ("owner", "shop"), ("due", "2026-12-04")):
        say(form, subject=PAGE, name=name, value=value)
    now = say(form, subject=PAGE, name="decision", value="")
    assert (now["owner"], now["status"], now["bad"]) == ("shop", "withdrawn: it does not count", False)


def test_a_due_day_before_the_meeting_keeps_a_decision_a_draft(meeting: Meeting) -> None:
    form = meeting.pages
    for name, value in (("decision", "act"), ("owner", "shop"), ("due", "2026-11-01")):
        now = say(form, subject=PAGE, name=name, value=value)
    assert now["status"] == "saved as a draft: add a due date after the meeting"
    assert kept(meeting, "decisions") == []


@pytest.mark.parametrize("due", ["9999-12-31", "12026-12-04", "soon"])
def test_a_due_day_that_no_calendar_has_keeps_a_decision_a_draft(meeting: Meeting, due: str) -> None:
    for name, value in (("decision", "act"), ("owner", "shop"), ("due", due)):
        now = say(meeting.pages, subject=PAGE, name=name, value=value)
    assert now["status"] == "saved as a draft: add a due date that exists"
    assert kept(meeting, "decisions") == []


def test_a_verdict_written_by_hand_stands_in_the_form_and_a_note_goes_with_it(meeting: Meeting) -> None:
    meeting.minutes.save("verdicts", "x", {"alert": "WebHighCPU", "meeting": "2026-11-23", "verdict": "late"})
    assert meeting.pages.said[PAGE]["verdict"] == "late"
    say(meeting.pages, subject=PAGE, name="note", value="it comes after the users")
    assert kept(meeting, "verdicts")[-1]["note"] == "it comes after the users"


def test_the_form_says_what_was_decided_last_time(review: Review, tmp_path: Path) -> None:
    Minutes(tmp_path / "minutes", "demo").save(
        "decisions", "x",
        {"subject": PAGE, "item": "paging_events", "meeting": "2026-11-09", "decision": "act", "owner": "shop",
         "due": "2026-11-16", "note": "stop the job"},
    )  # fmt: skip
    again = Review(with_said(review.facts, tmp_path / "minutes"))
    row = next(row for row in open_meeting(again, minutes=str(tmp_path)).pages.rows if row["subject"] == PAGE)
    assert row["last"] == "at the meeting of 2026-11-09: act, owner shop, due 2026-11-16. stop the job"


def test_a_verdict_alone_is_saved_and_asks_for_nothing_more(meeting: Meeting) -> None:
    now = say(meeting.pages, subject=PAGE, name="verdict", value="noise")
    assert (now["status"], now["bad"]) == ("saved", False)
    (verdict,) = kept(meeting, "verdicts")
    assert (verdict["alert"], verdict["service"], verdict["meeting"]) == ("WebHighCPU", "web", "2026-11-23")


def test_an_action_item_counts_once_all_is_there_and_its_query_is_checked(meeting: Meeting) -> None:
    form = meeting.new_action_items
    form._heard(form, {"kind": "add", "text": "  "}, [])
    assert form.rows == []
    form._heard(form, {"kind": "add", "text": "Raise the limit", "token": "7"}, [])
    identity = form.rows[0]["subject"]
    assert form.said[identity]["token"] == "7"
    say(form, subject=identity, name="owner", value="web team")
    assert say(form, subject=identity, name="due", value="2026-12-01")["status"] == "saved"
    assert say(form, subject=identity, name="query", value="up")["status"] == (
        "saved as a draft: add the expected value"
    )
    wrong = say(form, subject=identity, name="expect", value="small")
    assert wrong["bad"] and "write a comparison with a number" in wrong["status"]
    assert say(form, subject=identity, name="expect", value=">= 1")["status"] == "saved"
    assert kept(meeting, "action_items")[-1]["verify"] == {"query": "up", "expect": ">= 1"}


def test_a_due_day_before_the_meeting_is_refused(meeting: Meeting) -> None:
    form = meeting.new_action_items
    form._heard(form, {"kind": "add", "text": "Raise the limit"}, [])
    identity = form.rows[0]["subject"]
    say(form, subject=identity, name="owner", value="web team")
    assert "not before born" in say(form, subject=identity, name="due", value="2026-11-01")["status"]
    assert kept(meeting, "action_items") == []


def test_what_the_disk_does_not_take_is_said(meeting: Meeting, tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("a file where the folder should be", encoding="utf-8")
    now = say(meeting.pages, subject=PAGE, name="decision", value="drop")
    assert now["bad"] and now["status"].startswith("NOT SAVED: ")
    form = meeting.new_action_items
    form._heard(form, {"kind": "add", "text": "Raise the limit"}, [])
    assert form.said[form.rows[0]["subject"]]["status"].startswith("NOT SAVED: ")
    clock = meeting.clock
    clock._heard(clock, {"kind": "start"}, [])
    assert clock.problem.startswith("NOT SAVED: ")


@pytest.mark.parametrize(
    "content", ["x", {"kind": "edit", "subject": "other", "name": "note", "value": "x"},
                {"kind": "edit", "subject": PAGE, "name": "rows", "value": "x"}, {"kind": "add", "text": "x"}],
)  # fmt: skip
def test_what_no_form_sends_changes_nothing(meeting: Meeting, content: Any) -> None:
    form = meeting.pages
    before = form.said
    form._heard(form, content, [])
    assert form.said == before
    assert list(meeting.minutes.kinds()) == []


def test_the_clock_goes_on_after_a_kernel_died_and_notes_what_each_item_took(
    meeting: Meeting, review: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter([1000.0, 1300.0, 1301.0, 1330.0])  # begun, next after 5 min, a click too many, ended after 30 s
    monkeypatch.setattr("prodmeet_kit.live.widgets.time", SimpleNamespace(time=lambda: next(moments)))
    clock = meeting.clock
    first, second = (item["key"] for item in clock.items[:2])
    clock._heard(clock, {"kind": "start"}, [])
    again = open_meeting(review, minutes=str(tmp_path)).clock
    assert again.state == {"begun": 1000.0, "since": 1000.0, "at": 0}
    again._heard(again, {"kind": "next", "at": 0}, [])
    again._heard(again, {"kind": "next", "at": 0}, [])  # a second click, which a slow browser sent for the first item
    again = open_meeting(review, minutes=str(tmp_path)).clock
    again._heard(again, {"kind": "stop"}, [])
    newest, _ = Minutes(tmp_path, "demo").newest("durations")
    assert {item: entry.content["minutes"] for item, entry in newest.items()} == {first: 5.0, second: 0.5}
    assert open_meeting(review, minutes=str(tmp_path)).clock.state["begun"] == 0
