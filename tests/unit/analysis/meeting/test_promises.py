"""What earlier decisions come to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analysis.meeting import promises
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import ACTION_ITEMS, CONSULTATIONS, MEETING_DECISIONS, rows

# The meeting is on Monday 23 November, 10:00 in Tokyo.
WINDOW = Window.ending(datetime(2026, 11, 23, 1, tzinfo=UTC), cadence=timedelta(days=14), timezone="Asia/Tokyo")


def said(*entries: tuple[str, str, str], **more: Any) -> pd.DataFrame:
    """Decisions as (meeting, subject, decision); an act is bob's, until 20 November."""
    return MEETING_DECISIONS.frame(
        {"meeting": meeting, "subject": subject, "decision": decision, "what": f"about {subject}",
         **({"owner": "bob", "due": "2026-11-20"} if decision == "act" else {}), **more}
        for meeting, subject, decision in entries
    )  # fmt: skip


def items(**more: Any) -> pd.DataFrame:
    return ACTION_ITEMS.frame(
        [{"id": "AI-1", "text": "Raise it", "owner": "ann", "status": "open", "verify_query": "up",
          "verify_expect": "> 0", "due": datetime(2026, 11, 13, 15, tzinfo=UTC), **more}]
    )  # fmt: skip


def test_what_was_promised_and_never_spoken_of_again_stays_and_grows_late() -> None:
    (row,) = promises.promises(said(("2026-11-09", "resource:cart/memory", "act")), WINDOW).to_dict("records")
    assert (row["subject"], row["about"]) == ("promise:resource:cart/memory", "resource:cart/memory")
    # from Friday 20 November, the due day, to Monday 23 November
    assert (row["owner"], row["overdue_days"], row["what"]) == ("bob", 3, "about resource:cart/memory")


@pytest.mark.parametrize(
    ("later", "left"),
    [
        (("2026-11-16", "slo:a/b", "drop"), 0),
        (("2026-11-16", "slo:a/b", "watch"), 0),  # another decision about the finding
        (("2026-11-16", "promise:slo:a/b", "decide"), 0),  # done, people say
        (("2026-11-16", "promise:slo:a/b", "carry"), 1),
        (("2026-11-16", "promise:slo:a/b", "act"), 1),
        (("2026-11-16", "other", "drop"), 1),
    ],
)
def test_a_promise_lasts_until_something_else_is_decided(later: tuple[str, str, str], left: int) -> None:
    found = promises.promises(said(("2026-11-09", "slo:a/b", "act"), later), WINDOW)
    assert len(found[found["about"] == "slo:a/b"]) == left


def test_a_promise_is_checked_with_its_query_which_a_new_day_keeps() -> None:
    check = {"verify_query": "errors", "verify_expect": "<= 0.01"}
    told = pd.concat([said(("2026-11-02", "slo:a/b", "act"), **check), said(("2026-11-09", "slo:a/b", "act"))])
    for observed, outcome in ((0.005, "met"), (0.02, "not_met"), (float("nan"), "cannot_tell")):
        (row,) = promises.promises(told, WINDOW, {"promise:slo:a/b": observed}).to_dict("records")
        assert (row["verify_query"], row["outcome"]) == ("errors", outcome)
    (row,) = promises.promises(said(("2026-11-09", "slo:a/b", "act")), WINDOW).to_dict("records")
    assert row["outcome"] == "none"


def test_a_promise_is_renewed_with_a_new_owner_and_day() -> None:
    renewed = said(("2026-11-16", "promise:slo:a/b", "act"), owner="eve", due="2026-12-01")
    (row,) = promises.promises(pd.concat([said(("2026-11-09", "slo:a/b", "act")), renewed]), WINDOW).to_dict("records")
    assert (row["owner"], row["due"], row["overdue_days"]) == ("eve", "2026-12-01", 0)


def test_decisions_close_drop_and_renew_action_items() -> None:
    def after(decision: str) -> dict[str, Any]:
        changed = promises.on_items(items(), said(("2026-11-09", "action_item:AI-1", decision)), "Asia/Tokyo")
        return next(iter(rows(ACTION_ITEMS.check(changed))))

    assert (after("decide")["status"], after("decide")["verify_query"]) == ("closed", "up")  # proof is still asked
    assert (after("drop")["status"], after("drop")["verify_query"]) == ("closed", "")
    renewed = after("act")
    # until the midnight after 20 November in Tokyo, which is 15:00 UTC of that day
    assert (renewed["owner"], renewed["due"]) == ("bob", pd.Timestamp("2026-11-20T15:00Z"))
    assert after("watch") == after("carry") == next(iter(rows(items())))


def test_act_opens_a_closed_item_again() -> None:
    changed = promises.on_items(items(status="closed"), said(("2026-11-09", "action_item:AI-1", "act")), "Asia/Tokyo")
    assert changed["status"].tolist() == ["open"]


def test_nothing_said_changes_nothing() -> None:
    pd.testing.assert_frame_equal(promises.on_items(items(), said(), "Asia/Tokyo"), items())


def test_a_decision_answers_or_drops_a_question_and_peoples_own_answer_stays() -> None:
    asked = CONSULTATIONS.frame(
        [{"id": "Q-1", "question": "Ours?"}, {"id": "Q-2", "question": "Why?", "answer": "So."}]
    )
    told = said(("2026-11-09", "question:Q-1", "decide"), ("2026-11-09", "question:Q-2", "drop"), note="Yes, ours")
    first, second = CONSULTATIONS.check(promises.on_questions(asked, told, "Asia/Tokyo")).to_dict("records")
    assert (first["answer"], first["closed"], first["answered"]) == (
        "Yes, ours",
        True,
        pd.Timestamp("2026-11-08T15:00Z"),
    )
    assert (second["answer"], second["became"]) == ("So.", "")
    dropped = promises.on_questions(asked, said(("2026-11-09", "question:Q-1", "drop")), "Asia/Tokyo")
    assert dropped["became"].tolist() == ["dropped", ""]


def test_what_is_carried_meeting_after_meeting_is_counted() -> None:
    told = said(
        ("2026-10-12", "a", "carry"), ("2026-10-12", "b", "carry"), ("2026-10-26", "a", "carry"),
        ("2026-10-26", "b", "drop"), ("2026-11-09", "a", "carry"), ("2026-11-09", "b", "carry"),
    )  # fmt: skip
    assert promises.carried(told) == {"a": 3, "b": 1}
    assert promises.carried(said(("2026-10-12", "a", "carry"), ("2026-11-09", "b", "act"))) == {}
    assert promises.carried(said()) == {}
