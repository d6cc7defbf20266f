"""Questions to the SREs and what they became: from written lists and from the inbox, as the agenda shows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analysis.meeting import consultations
from prodmeet_kit.core.errors import ParametersError
from prodmeet_kit.core.window import Window
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.evidence import Table
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.schemas import frames
from prodmeet_kit.sources import files
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.minutes import inbox as from_inbox
from tests.support.reviews import about, product, review, subjects

END = datetime(2026, 11, 23, 1, tzinfo=UTC)
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="Asia/Tokyo")  # since 9 Nov 01:00 UTC
BEFORE = datetime(2026, 11, 1, tzinfo=UTC)


def context(folder: Path) -> Context:
    return Context(product(), WINDOW, frames.CONSULTATIONS, "sources.x[0]", folder, folder, Broken("metrics", "none"))


def by_hand(folder: Path, text: str) -> pd.DataFrame:
    (folder / "q.yaml").write_text(text)
    return files.read({"type": "file", "path": "q.yaml"}, context(folder))


def brought(folder: Path, at: datetime = BEFORE, **content: Any) -> pd.DataFrame:
    entry = {"id": "Q-1", "kind": "question", "text": "Who owns cart?", **content}
    Minutes(folder, "shop").save("inbox", "x", entry, at)
    return from_inbox.read({"type": "inbox"}, context(folder))


def question(**more: Any) -> dict[str, Any]:
    return {"id": "Q-1", "question": "Who owns cart?", "asked": "2026-11-10", **more}


def test_a_list_written_by_hand_tells_what_a_question_became(tmp_path: Path) -> None:
    row = by_hand(tmp_path, "- {id: Q-1, question: x, became: AI-7, answered: 2026-11-12}\n").loc[0]
    assert (row["answer"], row["became"], bool(row["closed"])) == ("", "AI-7", False)
    row = by_hand(tmp_path, "- {id: Q-1, question: x, closed: true}\n").loc[0]
    assert (row["became"], bool(row["closed"])) == ("", True)


def test_a_day_of_answering_needs_an_answer_or_what_it_became(tmp_path: Path) -> None:
    with pytest.raises(ParametersError, match="write the answer too, or what it became"):
        by_hand(tmp_path, "- {id: Q-1, question: x, answered: 2026-11-12}\n")


def test_the_inbox_tells_it_too(tmp_path: Path) -> None:
    found = brought(tmp_path, datetime(2026, 11, 20, tzinfo=UTC), closed=True, became="https://tickets.example.com/1")
    assert found["became"].tolist() == ["https://tickets.example.com/1"]
    assert found["closed"].tolist() == [True]


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ({"closed": True}, True),  # nobody wrote what came of it: told until somebody does
        ({"closed": True, "became": "AI-7"}, False),
        ({"closed": True, "answer": "We do"}, False),
        ({"closed": False}, True),
    ],
)
def test_a_question_closed_before_the_last_meeting_is_told_only_without_an_outcome(
    tmp_path: Path, content: dict[str, Any], shown: bool
) -> None:
    assert len(brought(tmp_path, **content)) == int(shown)


def test_waiting_come_first_then_those_dropped_then_those_settled() -> None:
    asked = frames.CONSULTATIONS.frame(
        [
            {"id": "became", "became": "AI-7", "answered": "2026-11-12", "closed": True},
            {"id": "long ago", "became": "AI-1", "answered": "2026-11-02"},
            {"id": "blank", "answer": " ", "became": " "},
            {"id": "dropped", "closed": True},
            {"id": "waits"},
        ]
    )
    assert list(consultations.current(asked, WINDOW)["id"]) == ["blank", "waits", "dropped", "became"]


def test_a_question_closed_without_an_outcome_is_pointed_out() -> None:
    made = review({"consultations": [question(closed=True)]})
    assert made.consultations.state == "attention"
    assert made.consultations.headline == (
        "0 questions wait for an answer, 1 was closed without an answer, 0 answered since the last meeting."
    )
    found = about(made, "question:Q-1")
    assert (found.section, found.place, found.minutes, bool(found.question)) == ("consultations", "agenda", 1.0, True)


def test_what_a_question_became_stands_in_the_table_and_in_the_record() -> None:
    made = review({"consultations": [question(became="AI-7", closed=True)]})
    assert (made.consultations.state, made.consultations.questions) == ("fine", ())
    assert "question:Q-1" not in subjects(made)
    (table,) = made.consultations.evidence
    assert isinstance(table, Table)
    assert [column.title for column in table.columns if column.name == "became"] == ["What came of it"]
    assert record(made)["consultations"][0]["became"] == "AI-7"


def test_while_no_question_became_anything_no_column_tells_of_it() -> None:
    (table,) = review({"consultations": [question()]}).consultations.evidence
    assert isinstance(table, Table)
    assert "became" not in [column.name for column in table.columns]
