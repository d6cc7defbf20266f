"""Behind every number of the metrics stands what was asked, of whom, and how to recount it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from prodmeet_kit.agenda.provenance.asked import behind, missing, recount
from prodmeet_kit.analyses import Analyses
from prodmeet_kit.core.window import Window
from prodmeet_kit.evidence import AgendaItem, Table
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.render.html import chunks
from prodmeet_kit.review import open_review
from tests.support.reviews import END, WINDOW, review


def answer(values: Mapping[str, list[float | None]] | None, periods: int = 4) -> Answer:
    question = Question("load/cart/requests", "metrics", "up", END - timedelta(minutes=15), END, WINDOW.step)
    index = pd.date_range(question.start, periods=periods, freq=WINDOW.step)
    frame = None if values is None else pd.DataFrame(values, index=index, dtype="float64")
    return Answer(question, frame, error="" if values is not None else "refused")


@pytest.mark.parametrize(
    ("values", "share"),
    [
        ({"{}": [1, None, 3, 4]}, 0.25),  # 1 of 4 instants
        ({"a": [1, None, None, 4], "b": [None, 2, None, 4]}, 0.25),  # at the third instant alone nothing is known
        ({"{}": [None] * 4}, 1.0),
        ({}, 1.0),  # no series at all
    ],
)
def test_share_missing_is_that_of_instants_without_any_value(
    values: Mapping[str, list[float | None]], share: float
) -> None:
    assert missing(answer(values)) == share


def test_share_missing_of_no_answer_is_not_known() -> None:
    assert math.isnan(missing(answer(None)))


def test_a_question_is_told_with_its_range_step_source_and_the_line_that_recounts_it() -> None:
    facts = review().facts
    asked = replace(answer({"{}": [1, None, 3, 4]}), source="prometheus at http://localhost:9090")
    question = replace(asked.question, query='up{job="x"}', window=timedelta(minutes=6))
    analyses = Analyses(replace(facts, answers={question.key: replace(asked, question=question)}))
    table, last = behind(analyses, "Load", ["load/"])
    item = AgendaItem("metrics", "Metrics", "", "fine", "Asia/Tokyo", (table,))
    html = "".join(str(chunk) for chunk in chunks(item))
    assert table.folded and last.place == "recount"  # how the numbers are made of it stands next
    for told in (
        "Behind the numbers: Load",
        "Mon 23 Nov 09:45 to Mon 23 Nov 10:00",  # 00:45 to 01:00 UTC
        ">6 min<",
        ">5 min<",
        ">25%<",
        "prometheus at http://localhost:9090",
        "up{job=&#34;x&#34;}",
        "review.answer(&#34;load/cart/requests&#34;)",
    ):
        assert told in html
    assert behind(analyses, "SLOs", ["slo/"]) == []


def test_a_question_without_an_answer_says_why() -> None:
    found = answer(None)
    (table,) = behind(Analyses(replace(review().facts, answers={found.question.key: found})), "Load", ["load/"])
    (row,) = table.frame.to_dict("records")
    assert row["error"] == "refused"
    assert math.isnan(row["missing"])


def test_a_source_that_answered_all_is_said_once_and_several_in_each_row() -> None:
    facts = review().facts
    one = replace(answer({"{}": [1]}, 1), source="here")
    keys = ("load/a", "load/b")

    def told(*sources: str) -> Table:
        answers = {key: replace(one, source=source) for key, source in zip(keys, sources, strict=True)}
        return behind(Analyses(replace(facts, answers=answers)), "Load", ["load/"])[0]

    assert "here" in told("here", "here").caption
    assert "Source" not in [column.title for column in told("here", "here").columns]
    assert "Source" in [column.title for column in told("here", "there").columns]
    assert told("here", "there").caption == ""


def test_the_line_is_python_whatever_the_key() -> None:
    key = 'replay/a "b" \\c'
    asked: list[str] = []

    class Asked:
        answer = staticmethod(asked.append)

    exec(recount(key), {"review": Asked})  # what a person does with it
    assert asked == [key]


def test_every_number_table_of_the_demo_s_metrics_has_its_questions_behind_it() -> None:
    demo = open_review()
    evidence = demo.metrics.evidence
    tables = [table for table in evidence if isinstance(table, Table)]
    told = [table for table in tables if table.place == "behind"]
    keys = [key for table in told for key in table.frame["key"]]
    assert keys == [
        key for kind in (("slo/", "fine/"), "load/", "resource/") for key in demo.facts.answers if key.startswith(kind)
    ]
    asked = {key for key, found in demo.facts.answers.items() if found.question.section == "metrics"}
    assert set(keys) == asked
    # Each row of a table about SLOs, loads, resources or efficiency names what one of the questions is about.
    names = {"name": ("slo", "load", "resource"), "resource": ("resource",), "load": ("load",)}
    rows = 0
    for table in (each for each in tables if each.place != "behind"):
        for row in table.frame.to_dict("records"):
            for column in [name for name in names if name in row]:
                if isinstance(row[column], str) and row[column]:
                    prefixes = tuple(f"{kind}/{row['service']}/{row[column]}" for kind in names[column])
                    assert any(key.startswith(prefixes) for key in keys), row
                    rows += 1
    assert rows > 50
    for table in told:
        for row in table.frame.to_dict("records"):
            assert row["query"] and row["source"].startswith("prometheus at ") and row["recount"]


def test_the_acceptance_queries_of_action_items_and_the_replays_stand_behind_theirs() -> None:
    demo = open_review()
    for item, prefix, count in ((demo.action_items, "verify/", 3), (demo.non_paging_events, "replay/", 4)):
        (table,) = (each for each in item.evidence if isinstance(each, Table) and each.place == "behind")
        assert len(table.frame) == count
        assert table.frame["key"].str.startswith(prefix).all()


def test_a_window_that_is_not_the_review_s_is_told_as_it_was_asked() -> None:
    demo = open_review().facts
    window: Window = demo.window
    (table,) = behind(Analyses(demo), "", ["slo/web/availability/bad/previous"])
    # Asked at the last meeting, over the SLO's own 28 days.
    assert table.frame.loc[0, "span"] == "Mon 9 Nov 10:00"
    assert table.frame.loc[0, "window"] == timedelta(days=28).total_seconds()
    assert window.start.isoformat() == "2026-11-09T01:00:00+00:00"
