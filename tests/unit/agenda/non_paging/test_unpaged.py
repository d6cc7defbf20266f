"""The table of what should have paged, and the rules below it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.agenda.non_paging import unpaged as non_paging_missed
from prodmeet_kit.analyses.detection import ReadyRule
from prodmeet_kit.evidence import AgendaItem, Table
from prodmeet_kit.render.html import chunks
from prodmeet_kit.render.markdown import markdown
from prodmeet_kit.schemas.frames import MISSED
from tests.support.reviews import review

TEXT = 'groups:\n  - name: "<b>"\n    rules: []\n'
REF = "cart/availability"
READY = ReadyRule(TEXT)


def missed(**more: Any) -> dict[str, Any]:
    return {
        "id": "cart/availability@x",
        "kind": "slo_event",
        "service": "cart",
        "title": REF,
        "start": pd.Timestamp("2026-11-12T09:30Z"),
        "end": pd.Timestamp("2026-11-12T13:30Z"),
        "budget_spent": 0.3,
        "would_have_fired": "14.4x/1h",
        "rule_severity": "page",
        "rule_slo": REF,
        "fires_at": pd.Timestamp("2026-11-12T10:15Z"),
        "detection_s": 2700.0,
        "would_fire": 3.0,
        "would_tell": 1.0,
        **more,
    }


NO_RULE = missed(
    id="INC-1", would_have_fired="", rule_severity="", rule_slo="", fires_at=None, detection_s=None,
    would_fire=None, would_tell=None,
)  # fmt: skip


def shown(*rows: dict[str, Any], ready: ReadyRule = READY) -> tuple[Table, ...]:
    detection = SimpleNamespace(missed=MISSED.frame(rows), ready_rules={REF: ready})
    analyses: Any = SimpleNamespace(detection=detection)
    found = non_paging_missed.evidence(analyses)
    assert all(isinstance(each, Table) for each in found)
    return found  # type: ignore[return-value]


def item(*tables: Table) -> AgendaItem:
    return AgendaItem("non_paging_events", "Non-paging events", "1.", "attention", "Asia/Tokyo", tables)


def test_nothing_missed_shows_nothing() -> None:
    assert shown() == ()


def test_the_table_says_which_rule_when_and_at_what_price() -> None:
    table, rules = shown(missed())
    assert table.folded and rules.folded
    text = markdown(item(replace(table, folded=False)))
    assert "14.4x/1h cart/availability" in text
    assert "45 min" in text and "would have fired 3 times, 1 of them during a fast burn" in text and "30%" in text


def test_a_ticket_is_said_to_be_one_and_no_rule_is_said_too() -> None:
    table = shown(missed(rule_severity="ticket", would_have_fired="3x/24h"), NO_RULE)[0]
    assert table.frame["rule_words"].tolist() == ["3x/24h cart/availability, a ticket only", "no standard rule"]
    assert table.frame["price"].tolist() == ["would have fired 3 times, 1 of them during a fast burn", ""]


@pytest.mark.parametrize(("caught", "says"), [(1, "once, during a fast burn"), (0, "once, but in no fast burn")])
def test_a_rule_that_would_have_fired_once_says_whether_it_was_in_time(caught: int, says: str) -> None:
    table = shown(missed(would_fire=1, would_tell=caught))[0]
    assert table.frame["price"].tolist() == [f"would have fired {says}"]


def test_the_rule_file_keeps_its_lines_and_is_text() -> None:
    html = "".join(map(str, chunks(item(*shown(missed(), missed(id="2"))))))
    assert (
        html.count('<code class="pm-lines">groups:\n  - name: &#34;&lt;b&gt;&#34;\n    rules: []') == 1
    )  # once for both


def test_a_rule_that_cannot_be_written_says_why() -> None:
    rules = shown(missed(), ready=ReadyRule("", "slice_too_long"))[1]
    assert rules.frame["note"].tolist() == [
        "not generated: a time slice is longer than the shortest window of the rule"
    ]
    assert len(shown(NO_RULE)) == 1


def test_each_slo_of_a_review_has_its_rules() -> None:
    ready = review().analyses.detection.ready_rules
    assert list(ready) == [REF] and ready[REF].reason == ""
    assert ready[REF].text.count("- alert:") == 4
