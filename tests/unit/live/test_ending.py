"""How a meeting ends: what was decided, what is open and waits at the next one, and the minutes on the disk."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from prodmeet_kit.archive.user_edits import list_written
from prodmeet_kit.core.errors import InputError
from prodmeet_kit.documents import minutes_md
from prodmeet_kit.evidence.facet import Check
from prodmeet_kit.gathering.with_minutes import with_said
from prodmeet_kit.live import ending, open_meeting
from prodmeet_kit.live.meeting import Meeting
from prodmeet_kit.minutes.attendance import confirm
from prodmeet_kit.review import Review, open_review

PAGE = "alert:WebHighCPU/web"


@pytest.fixture(scope="module")
def review() -> Review:
    return open_review()


@pytest.fixture
def meeting(review: Review, tmp_path: Path) -> Meeting:
    return open_meeting(review, minutes=str(tmp_path / "minutes"))


@pytest.fixture
def report(tmp_path: Path) -> Path:
    (folder := tmp_path / "reports" / "demo" / "2026-11-23" / "snapshot").mkdir(parents=True)
    (folder.parent / "minutes.md").write_text("# as the report was made\n")
    list_written(folder.parent)
    return folder.parent


def decide(meeting: Meeting, subject: str, **fields: str) -> None:
    item = next(each.section for each in meeting.review.findings if subject in each.subjects)
    content = {"subject": subject, "item": item, "meeting": meeting.day, "what": subject, **fields}
    meeting.minutes.save("decisions", subject, content)


def edit(meeting: Meeting, subject: str, name: str, value: str) -> None:
    """As a browser does."""
    meeting.stage._heard(meeting.stage, {"kind": "edit", "subject": subject, "name": name, "value": value}, [])


def asking(review: Review) -> list[str]:
    return [each.subject for each in review.findings if each.place == "agenda" and each.question]


def test_decisions_come_in_the_order_of_the_agenda_with_what_proves_them(meeting: Meeting, review: Review) -> None:
    order = [each.key for each in review.items]
    subjects = asking(review)
    for subject in reversed(subjects):
        decide(meeting, subject, decision="act", owner="shop", due="2026-12-04")
    now = ending.standing(meeting)
    assert {each.subject for each in now.decisions} == set(subjects)
    sections = {each.subject: each.section for each in review.findings}
    places = [order.index(sections[each.subject]) for each in now.decisions]
    assert places == sorted(places) and len(set(places)) > 1
    by_subject = {each.subject: each for each in review.findings}
    for each in now.decisions:
        found = by_subject[each.subject]
        assert (each.finding, each.check) == (found.headline, found.check)
        assert (each.decision, each.owner, each.due) == ("act", "shop", "2026-12-04")
    assert any(each.check for each in now.decisions)
    assert now.open == ()
    assert (now.day, now.next_day) == ("2026-11-23", "2026-12-07")


def test_what_is_begun_says_what_it_lacks_and_what_nobody_decided_is_open(meeting: Meeting, review: Review) -> None:
    first, second, *others = asking(review)
    meeting.minutes.save("drafts", first, {"subject": first, "meeting": meeting.day, "decision": "act", "owner": "x"})
    decide(meeting, second, decision="drop")
    meeting.stage._heard(meeting.stage, {"kind": "add", "text": "Raise it"}, [])
    now = ending.standing(meeting)
    assert (now.drafts[0].subject, now.drafts[0].missing) == (first, ("the due date",))
    assert now.drafts[-1].missing == ("the owner", "the due date") and now.drafts[-1].what == "Raise it"
    assert {each.subject for each in now.open} == {first, *others}
    assert all(each.question for each in now.open)
    assert [each.subject for each in now.decisions] == [second]


def test_a_verdict_alone_decides_about_pages(meeting: Meeting) -> None:
    edit(meeting, PAGE, "verdict", "noise")
    (now,) = ending.standing(meeting).decisions
    assert (now.subject, now.decision, now.verdict) == (PAGE, "", "noise")


def next_review(review: Review, minutes: Path) -> Review:
    """The same state at the next meeting, a fortnight on."""
    window = review.facts.window
    later = replace(window, start=window.end, end=window.end + timedelta(days=14))
    return Review(with_said(replace(review.facts, window=later, previous=None), minutes))


@pytest.fixture
def no_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their text takes a second, and is another test's."""
    monkeypatch.setattr(minutes_md, "write", lambda review: "# minutes\n")


@pytest.mark.usefixtures("no_minutes")
def test_what_was_not_reached_waits_at_the_next_meeting_and_undoes_nothing(
    meeting: Meeting, review: Review, report: Path, tmp_path: Path
) -> None:
    decided, *others = asking(review)
    decide(meeting, decided, decision="drop")
    ended = ending.end(meeting, report)
    assert ended.problem == "" and {each.subject for each in ended.open} == set(others)
    again = next_review(review, tmp_path / "minutes").analyses.meeting
    assert set(again.carried_here["subject"]) == set(others)
    assert again.carried_times == dict.fromkeys(others, 1)
    assert decided in again.last_words and not set(others) & set(again.last_words)
    files = [each.path for each in meeting.minutes.load("decisions")[0]]
    assert ending.end(meeting, report) == ended
    assert [each.path for each in meeting.minutes.load("decisions")[0]] == files  # twice is once


@pytest.mark.usefixtures("no_minutes")
def test_what_somebody_decides_after_the_end_is_a_decision(meeting: Meeting, review: Review, report: Path) -> None:
    subject, *others = asking(review)
    ending.end(meeting, report)
    edit(meeting, subject, "decision", "drop")
    now = ending.standing(meeting)
    assert [(each.subject, each.decision) for each in now.decisions] == [(subject, "drop")]
    assert {each.subject for each in now.open} == set(others)


def test_minutes_are_written_and_those_of_a_person_stay(meeting: Meeting, review: Review, report: Path) -> None:
    decide(meeting, asking(review)[0], decision="watch", note="until the sale is over")
    ended = ending.end(meeting, report)
    assert (ended.minutes, ended.edited) == (report / "minutes.md", None)
    assert "until the sale is over" in (report / "minutes.md").read_text(encoding="utf-8")
    (report / "minutes.md").write_text("# ours\n")
    ended = ending.end(meeting, report)
    assert (ended.minutes, ended.edited) == (report / "minutes.new.md", report / "minutes.md")
    assert (report / "minutes.md").read_text() == "# ours\n"
    assert "until the sale is over" in (report / "minutes.new.md").read_text(encoding="utf-8")


def test_what_the_disk_does_not_take_is_said(meeting: Meeting, report: Path) -> None:
    shutil.rmtree(meeting.minutes.folder, ignore_errors=True)
    meeting.minutes.folder.parent.mkdir(parents=True)
    meeting.minutes.folder.write_text("a file where the folder should be")
    ended = ending.end(meeting, report)
    assert ended.problem.startswith("NOT SAVED: ") and ended.minutes is None
    assert ending.present(meeting, "Ann")["status"].startswith("NOT SAVED: ")


def test_a_folder_that_holds_no_report_is_refused(meeting: Meeting, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not the folder of a report"):
        ending.end(meeting, tmp_path)


def test_an_owner_who_was_not_there_is_unconfirmed_until_they_accept(meeting: Meeting, review: Review) -> None:
    subject = asking(review)[0]
    decide(meeting, subject, decision="act", owner="Web team", due="2026-12-04")

    def unconfirmed() -> bool:
        (now,) = ending.standing(meeting).decisions
        return now.unconfirmed

    assert not unconfirmed()  # nobody wrote who was there
    assert ending.present(meeting, "Ann, Bob (shop)") == {"status": "saved", "bad": False}
    assert ending.standing(meeting).present == ("Ann", "Bob (shop)")
    assert unconfirmed()
    confirm(meeting.minutes, meeting.day, subject, "web  TEAM", by="Cy")
    assert not unconfirmed()


def test_the_query_that_was_saved_with_a_decision_counts_before_the_proposed_one(
    meeting: Meeting, review: Review
) -> None:
    proposed = next(each for each in review.findings if each.place == "agenda" and each.question and each.check)
    own = {"verify_query": "sum(up)", "verify_expect": "> 3"}
    decide(meeting, proposed.subject, decision="act", owner="shop", due="2026-12-04", **own)
    (decided,) = ending.standing(meeting).decisions
    assert decided.check == Check("sum(up)", "> 3") != proposed.check


def test_what_the_end_carries_over_keeps_the_query_of_what_was_begun(meeting: Meeting, review: Review) -> None:
    subject = asking(review)[0]
    edit(meeting, subject, "verify_query", "sum(up)")
    ending._carry(meeting)
    (carried,) = (each for each in meeting.minutes.load("decisions")[0] if each.content["subject"] == subject)
    assert (carried.content["decision"], carried.content["verify_query"]) == ("carry", "sum(up)")
