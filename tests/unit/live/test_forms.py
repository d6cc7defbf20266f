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


def say(meeting: Meeting, kind: str = "edit", **content: Any) -> dict[str, Any]:
    """As the browser does; what is said of the subject afterwards."""
    stage = meeting.stage
    stage._heard(stage, {"kind": kind, "token": "1", **content}, [])
    return dict(stage.said.get(content.get("subject", next(reversed(stage.said), "")), {}))


def edit(meeting: Meeting, subject: str, **fields: str) -> dict[str, Any]:
    """Fill in these fields one after the other; what is said of the subject afterwards."""
    for name, value in fields.items():
        now = say(meeting, subject=subject, name=name, value=value)
    return now


def sent(meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Where the stage's messages to the browsers go."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(meeting.stage, "send", found.append)
    return found


def page_of(meeting: Meeting, key: str) -> dict[str, Any]:
    (found,) = (page for page in meeting.stage.pages if page["key"] == key)
    return dict(found)


def kept(meeting: Meeting, kind: str) -> list[dict[str, Any]]:
    return [dict(each.content) for each in meeting.minutes.load(kind)[0]]


SLO = "slo:web/latency"


def test_the_findings_are_pages_in_the_order_of_the_meeting_then_new_items_and_the_end(
    meeting: Meeting, review: Review
) -> None:
    pages = meeting.stage.pages
    assert [page["key"] for page in pages] == [
        "overview", *(view.subject for view in review.views), "new_action_items", "end",
    ]  # fmt: skip
    here = [view for view in review.views if view.here]
    assert [page["place"] for page in pages[1:3]] == [f"1 of {len(here)}", f"2 of {len(here)}"]
    assert pages[len(here) + 1]["place"] == f"annex 1 of {len(review.views) - len(here)}"
    assert sum(page["minutes"] for page in pages) == sum(view.minutes for view in here)


def test_a_page_has_one_row_whatever_its_verdict_and_the_suggestion_is_told(meeting: Meeting) -> None:
    (row,) = page_of(meeting, PAGE)["rows"]
    assert row["title"].startswith("WebHighCPU paged ")
    assert (row["alert"], row["suggested"]) == (True, "suggested: noise")


def test_pages_that_are_told_with_their_outage_are_judged_there(meeting: Meeting, review: Review) -> None:
    own = {page["key"] for page in meeting.stage.pages}
    asked = [row for page in meeting.stage.pages for row in page["rows"] if row["alert"]]
    assert {row["subject"] for row in asked} == set(meeting.alerts)
    assert any(row["subject"] not in own for row in asked)


def test_what_is_also_asked_about_another_subject_has_its_own_row_and_no_two_read_alike(meeting: Meeting) -> None:
    about = [row["subject"] for row in page_of(meeting, "resource:cart/memory")["rows"]]
    assert about == ["resource:cart/memory", "action_item:AI-23"]
    titles = [row["title"] for page in meeting.stage.pages for row in page["rows"]]
    assert len(titles) == len(set(titles))


def test_act_is_a_draft_until_owner_and_due_are_there(meeting: Meeting) -> None:
    now = edit(meeting, SLO, decision="act")
    assert now["status"] == "saved as a draft: add the owner"  # nobody is known to look after it
    assert now["due"] == meeting.next_day
    edit(meeting, SLO, owner=" shop ")
    now = edit(meeting, SLO, due="2026-12-04")
    assert (now["status"], now["bad"], now["owner"]) == ("saved", False, "shop")
    decision = kept(meeting, "decisions")[-1]
    assert (decision["item"], decision["meeting"], decision["due"]) == ("metrics", "2026-11-23", "2026-12-04")


def test_who_acts_and_until_when_is_proposed_where_the_owner_is_known(meeting: Meeting) -> None:
    now = edit(meeting, PAGE, decision="act")
    assert (now["owner"], now["due"], now["status"]) == ("web team", "2026-12-07", "saved")
    assert edit(meeting, PAGE, owner="")["status"] == "saved as a draft: add the owner"


def test_a_decision_is_saved_with_its_check_which_the_team_may_change(meeting: Meeting, review: Review) -> None:
    check = next(view.check for view in review.views if view.subject == SLO)
    assert check is not None
    assert meeting.stage.said[SLO]["verify_expect"] == check.expect
    edit(meeting, SLO, decision="watch")
    decision = kept(meeting, "decisions")[-1]
    assert (decision["verify_query"].split(), decision["verify_expect"]) == (check.query.split(), check.expect)
    now = edit(meeting, SLO, verify_expect="<= 0.02")
    assert (now["verify_expect"], kept(meeting, "decisions")[-1]["verify_query"]) == (
        "<= 0.02", decision["verify_query"],
    )  # fmt: skip


def test_a_form_made_again_shows_what_was_said(meeting: Meeting, review: Review, tmp_path: Path) -> None:
    edit(meeting, PAGE, decision="watch", verdict="late")
    again = open_meeting(review, minutes=str(tmp_path)).stage.said[PAGE]
    assert (again["decision"], again["verdict"], again["status"]) == ("watch", "late", "saved")


def test_what_two_meeting_pages_fill_in_at_once_is_kept_by_both(
    meeting: Meeting, review: Review, tmp_path: Path
) -> None:
    other = open_meeting(review, minutes=str(tmp_path))
    edit(meeting, SLO, decision="act")
    edit(other, SLO, owner="ann")
    now = edit(meeting, SLO, due="2026-12-01")
    assert (now["decision"], now["owner"], now["due"], now["status"]) == ("act", "ann", "2026-12-01", "saved")


def test_a_decision_and_a_verdict_can_be_taken_back(meeting: Meeting) -> None:
    edit(meeting, PAGE, decision="drop", verdict="noise")
    assert edit(meeting, PAGE, verdict="")["verdict"] == ""
    assert [each.get("withdrawn", False) for each in kept(meeting, "verdicts")] == [False, True]
    assert open_meeting(meeting.review, minutes=str(meeting.minutes.folder.parent)).stage.said[PAGE]["verdict"] == ""
    assert edit(meeting, PAGE, decision="")["decision"] == ""


def test_a_decision_taken_back_leaves_its_owner_and_says_that_it_does_not_count(meeting: Meeting) -> None:
    now = edit(meeting, PAGE, decision="act", owner="shop", due="2026-12-04")
    now = edit(meeting, PAGE, decision="")
    assert (now["owner"], now["status"], now["bad"]) == ("shop", "withdrawn: it does not count", False)


def test_a_due_day_before_the_meeting_keeps_a_decision_a_draft(meeting: Meeting) -> None:
    now = edit(meeting, SLO, decision="act", due="2026-11-01", owner="shop")
    assert now["status"] == "saved as a draft: add a due date after the meeting"
    assert kept(meeting, "decisions") == []


@pytest.mark.parametrize("due", ["9999-12-31", "12026-12-04", "soon"])
def test_a_due_day_that_no_calendar_has_keeps_a_decision_a_draft(meeting: Meeting, due: str) -> None:
    now = edit(meeting, SLO, decision="act", due=due, owner="shop")
    assert now["status"] == "saved as a draft: add a due date that exists"
    assert kept(meeting, "decisions") == []


def test_a_verdict_written_by_hand_stands_in_the_form_and_a_note_goes_with_it(meeting: Meeting) -> None:
    meeting.minutes.save("verdicts", "x", {"alert": "WebHighCPU", "meeting": "2026-11-23", "verdict": "late"})
    assert meeting.stage.said[PAGE]["verdict"] == "late"
    edit(meeting, PAGE, note="it comes after the users")
    assert kept(meeting, "verdicts")[-1]["note"] == "it comes after the users"


def test_the_form_says_what_was_decided_last_time(review: Review, tmp_path: Path) -> None:
    Minutes(tmp_path / "minutes", "demo").save(
        "decisions", "x",
        {"subject": PAGE, "item": "paging_events", "meeting": "2026-11-09", "decision": "act", "owner": "shop",
         "due": "2026-11-16", "note": "stop the job"},
    )  # fmt: skip
    again = open_meeting(Review(with_said(review.facts, tmp_path / "minutes")), minutes=str(tmp_path))
    row = next(row for page in again.stage.pages for row in page["rows"] if row["subject"] == PAGE)
    assert row["last"] == "at the meeting of 2026-11-09: act, owner shop, due 2026-11-16. stop the job"


def test_a_verdict_alone_is_saved_and_asks_for_nothing_more(meeting: Meeting) -> None:
    now = edit(meeting, PAGE, verdict="noise")
    assert (now["status"], now["bad"]) == ("saved", False)
    (verdict,) = kept(meeting, "verdicts")
    assert (verdict["alert"], verdict["service"], verdict["meeting"]) == ("WebHighCPU", "web", "2026-11-23")


def test_an_action_item_counts_once_all_is_there_and_its_query_is_checked(meeting: Meeting) -> None:
    stage = meeting.stage
    say(meeting, "add", text="  ")
    assert stage.items == []
    say(meeting, "add", text="Raise the limit", token="7")
    (identity,) = stage.items
    assert stage.said[identity]["token"] == "7"
    assert edit(meeting, identity, owner="web team", due="2026-12-01")["status"] == "saved"
    assert edit(meeting, identity, query="up")["status"] == "saved as a draft: add the expected value"
    wrong = edit(meeting, identity, expect="small")
    assert wrong["bad"] and "write a comparison with a number" in wrong["status"]
    assert edit(meeting, identity, expect=">= 1")["status"] == "saved"
    assert kept(meeting, "action_items")[-1]["verify"] == {"query": "up", "expect": ">= 1"}


def test_a_due_day_before_the_meeting_is_refused(meeting: Meeting) -> None:
    say(meeting, "add", text="Raise the limit")
    (identity,) = meeting.stage.items
    assert "not before born" in edit(meeting, identity, owner="web team", due="2026-11-01")["status"]
    assert kept(meeting, "action_items") == []


def test_what_the_disk_does_not_take_is_said(meeting: Meeting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = sent(meeting, monkeypatch)
    (tmp_path / "demo").write_text("a file where the folder should be", encoding="utf-8")
    now = edit(meeting, PAGE, decision="drop")
    assert now["bad"] and now["status"].startswith("NOT SAVED: ")
    assert say(meeting, "add", text="Raise the limit")["status"].startswith("NOT SAVED: ")
    say(meeting, "go", **{"from": 0, "to": 1})
    assert meeting.stage.problem.startswith("NOT SAVED: ")
    say(meeting, "dig", key=PAGE, note="why at night?")
    assert answers[-1]["bad"] and answers[-1]["status"].startswith("NOT SAVED: ")


@pytest.mark.parametrize(
    "content", ["x", {"kind": "edit", "subject": "other", "name": "note", "value": "x"},
                {"kind": "edit", "subject": PAGE, "name": "rows", "value": "x"}, {"kind": "go", "from": 0, "to": 99},
                {"kind": "go", "from": "0", "to": None}, {"kind": "draw", "key": "x"}, {"kind": "dig", "key": PAGE},
                {"kind": "add"}, {"kind": ["end"]}],
)  # fmt: skip
def test_what_no_form_sends_changes_nothing(meeting: Meeting, content: Any) -> None:
    stage = meeting.stage
    before = stage.said, stage.state["at"], stage.items
    stage._heard(stage, content, [])
    assert (stage.said, stage.state["at"], stage.items) == before
    assert list(meeting.minutes.kinds()) == []


def test_what_to_dig_into_later_is_filed_with_its_finding(meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = sent(meeting, monkeypatch)
    say(meeting, "dig", key=PAGE, note="why at night?")
    assert not answers[-1]["bad"]
    (filed,) = kept(meeting, "explorations")
    assert (filed["subject"], filed["note"], filed["link"]) == (
        PAGE, "why at night?", "report.html#finding-alert-WebHighCPU-web",
    )  # fmt: skip


def test_a_figure_is_made_when_a_browser_asks_for_it(meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = sent(meeting, monkeypatch)
    say(meeting, "draw", key=SLO)
    assert answers[-1]["key"] == SLO and answers[-1]["figure"]["data"]
    assert page_of(meeting, SLO)["figure"]


def test_the_end_says_what_is_decided_and_open_and_writes_the_minutes(
    review: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "r" / "snapshot").mkdir(parents=True)
    meeting = open_meeting(review, minutes=str(tmp_path / "minutes"), report=str(tmp_path / "r"))
    last = len(meeting.stage.pages) - 1
    edit(meeting, PAGE, decision="drop")
    edit(meeting, SLO, decision="act")
    say(meeting, "go", **{"from": 0, "to": last})
    listed = {each["title"]: [line["subject"] for line in each["lines"]] for each in meeting.stage.ended["lists"]}
    assert listed["Decided"] == [PAGE]
    assert listed["Not complete, does not count yet"] == [SLO]
    assert "resource:cart/memory" in listed["Open: goes to the next meeting"]
    say(meeting, "end")
    assert meeting.stage.ended["minutes"] == "minutes.md"
    assert "2026-12-07" in meeting.stage.ended["next"]
    assert "WebHighCPU" in (tmp_path / "r" / "minutes.md").read_text(encoding="utf-8")
    assert meeting.stage.state["begun"] == 0 and meeting.stage.state["at"] == last


def test_the_clock_goes_on_after_a_kernel_died_and_notes_what_each_item_took(
    meeting: Meeting, review: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # begun, next after 5 min, a click too many, on after 30 s to one of the same item, back after 30 s, ended
    moments = iter([1000.0, 1300.0, 1330.0, 1360.0, 1420.0])
    monkeypatch.setattr("prodmeet_kit.live.timing.time", SimpleNamespace(time=lambda: next(moments)))
    keys = [page["key"] for page in meeting.stage.pages]
    first, second, third = (page["item"] for page in meeting.stage.pages[1:4])
    assert second == third != first
    say(meeting, "go", **{"from": 0, "to": 1})
    again = open_meeting(review, minutes=str(tmp_path))
    assert again.stage.state == {"begun": 1000.0, "since": 1000.0, "at": 1, "spent": {}}
    say(again, "go", **{"from": 1, "to": 2})
    say(again, "go", **{"from": 1, "to": 2})  # a second click, which a slow browser sent for the first page
    say(again, "go", **{"from": 2, "to": 3})
    say(again, "go", **{"from": 3, "to": 2})
    assert again.stage.state["spent"] == {keys[1]: 300.0, keys[2]: 30.0, keys[3]: 30.0}
    again = open_meeting(review, minutes=str(tmp_path))
    assert again.stage.state["at"] == 2
    say(again, "end")
    newest, _ = Minutes(tmp_path, "demo").newest("durations")
    assert {item: entry.content["minutes"] for item, entry in newest.items()} == {first: 5.0, second: 2.0}
    assert open_meeting(review, minutes=str(tmp_path)).stage.state["begun"] == 0


def test_a_page_is_found_again_by_what_it_is_about(meeting: Meeting, review: Review, tmp_path: Path) -> None:
    say(meeting, "go", **{"from": 0, "to": 3})
    (entry,) = meeting.minutes.load("clock")[0]
    meeting.minutes.save("clock", "clock", {**entry.content, "item": 1, "at": None})
    again = open_meeting(review, minutes=str(tmp_path)).stage
    assert again.state["at"] == 3


def test_every_question_of_a_finding_is_on_its_page(meeting: Meeting) -> None:
    shown = {page["key"]: page for page in meeting.stage.pages}
    asked = 0
    for view in meeting.review.views:
        page = shown[view.subject]
        said = " ".join([*page["sentences"], *(row["title"] for row in page["rows"][1:])])
        assert [question for question in view.also if question not in said] == []
        asked += len(view.also)
    assert asked > 3
