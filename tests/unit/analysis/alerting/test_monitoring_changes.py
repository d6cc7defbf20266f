"""Changed rules and silences: which rule is which, what changed, what a silence covered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.agenda.paging.monitoring_changes import evidence
from prodmeet_kit.analyses import Analyses
from prodmeet_kit.analysis.alerting.monitoring_changes import rule_changes, silences
from prodmeet_kit.archive.previous_meeting import find_previous
from prodmeet_kit.core.errors import Failure
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.evidence import Note, Table
from prodmeet_kit.facts import Facts, Previous, SourceState
from prodmeet_kit.review import Review
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import rows
from prodmeet_kit.snapshot import freeze, reopen
from tests.support.reviews import END, WINDOW, product

DAY = timedelta(days=1)
NEXT = END + 14 * DAY
FAILED = SourceState("rules", "prometheus_rules", "failed", "no rules API")


def rule(alert: str = "CartDown", **more: Any) -> dict[str, Any]:
    return {
        "alert": alert, "group": "shop.yml/cart", "query": "up == 0", "for_s": 300.0, "keep_firing_for_s": 0.0,
        "interval_s": 60.0, "labels": '{"severity":"page"}', "annotations": "{}", "page": True, "health": "ok", **more,
    }  # fmt: skip


def changed(before: list[dict[str, Any]], now: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    made = frames.RULE_CHANGES.check(rule_changes(frames.ALERT_RULES.frame(before), frames.ALERT_RULES.frame(now)))
    return [(row["alert"], row["what"], row["before"], row["after"]) for row in rows(made)]


def test_a_rule_that_came_and_one_that_went() -> None:
    assert changed([rule("A", query="a")], [rule("B", query="b")]) == [
        ("A", "removed", "a", ""),
        ("B", "added", "", "b"),
    ]


@pytest.mark.parametrize(
    ("now", "difference"),
    [
        ({"query": "up < 1"}, ("query", "up == 0", "up < 1")),
        ({"for_s": 90.0}, ("for_s", "5m", "1m30s")),
        ({"keep_firing_for_s": 600.0}, ("keep_firing_for_s", "0s", "10m")),
        ({"labels": "{}"}, ("labels", '{"severity":"page"}', "{}")),
        ({"annotations": '{"a":"b"}'}, ("annotations", "{}", '{"a":"b"}')),
        ({"page": False}, ("page", "true", "false")),
        ({"page": None}, ("page", "true", "")),
        ({"group": "shop.yml/other"}, ("group", "shop.yml/cart", "shop.yml/other")),
    ],
)
def test_each_column_that_changed_is_a_row(now: dict[str, Any], difference: tuple[str, str, str]) -> None:
    assert changed([rule()], [rule(**now)]) == [("CartDown", *difference)]


def test_what_is_written_otherwise_and_what_only_the_server_knows_is_no_change() -> None:
    assert changed([rule(query="sum by(job)(up)==0")], [rule(query="sum(up) by (job) == 0")]) == []
    assert changed([rule()], [rule(health="err", last_error="x", interval_s=30.0)]) == []
    assert changed([rule(query="new_function(up")], [rule(query="new_function(up")]) == []


def test_rules_of_one_name_are_told_apart_by_their_labels() -> None:
    page, ticket = rule(query="a"), rule(query="b", labels='{"severity":"ticket"}', page=False)
    # Their order changed and the ticket's expression: one row, of the ticket.
    assert changed([page, ticket], [{**ticket, "query": "c"}, page]) == [("CartDown", "query", "b", "c")]
    assert changed([page, ticket], [page]) == [("CartDown", "removed", "b", "")]


def silence(**more: Any) -> dict[str, Any]:
    return {
        "id": "S-1", "matchers": 'alertname="CartDown",service=~"cart|web"', "created_by": "mika", "comment": "move",
        "start": END - 3 * DAY, "end": END + DAY, "state": "active", **more,
    }  # fmt: skip


def episode(
    start: datetime, hours: float, alert: str = "CartDown", labels: str = '{"service":"cart"}'
) -> dict[str, Any]:
    return {"alert": alert, "labels": labels, "start": start, "end": start + timedelta(hours=hours)}


def judged(one: dict[str, Any], episodes: list[dict[str, Any]] | None) -> dict[str, Any]:
    known = None if episodes is None else frames.EPISODES.frame(episodes)
    made = silences(frames.SILENCES.frame([one]), known, WINDOW, NEXT)
    (row,) = rows(frames.SILENCE_FINDINGS.check(made))
    return row


def test_the_episodes_a_silence_covered_are_counted() -> None:
    found = judged(
        silence(),
        [
            episode(END - 2 * DAY, 1),  # covered
            episode(END - 3 * DAY - timedelta(hours=1), 2),  # began before it, went on inside: covered
            episode(END - 3 * DAY - timedelta(hours=2), 2),  # ended as it began
            episode(END - 2 * DAY, 1, labels='{"service":"pay"}'),  # another service
            episode(END - 2 * DAY, 1, alert="CartSlow"),  # another alert
        ],
    )
    assert (found["covered"], found["reasons"], found["stale"]) == (2.0, [], False)


@pytest.mark.parametrize(
    ("more", "reasons", "stale"),
    [
        ({}, ["never_matched"], True),
        ({"state": "pending", "start": END + DAY / 2}, [], False),
        ({"end": NEXT + DAY}, ["never_matched", "ends_after_next_meeting"], True),
        ({"end": END - DAY, "state": "expired"}, ["never_matched", "expired_in_window"], False),
        ({"state": "pending", "start": END + DAY / 2, "comment": " "}, ["no_comment"], False),
    ],
)  # fmt: skip
def test_why_a_silence_is_worth_a_look(more: dict[str, Any], reasons: list[str], stale: bool) -> None:
    found = judged(silence(**more), [])
    assert (found["reasons"], found["stale"]) == (reasons, stale)


def test_nothing_is_said_of_matching_where_alerts_are_not_known_or_the_pattern_is_not_readable() -> None:
    assert judged(silence(), None)["reasons"] == []
    found = judged(silence(matchers='alertname=~"(?P<x>a)(?P=y)"'), [episode(END - DAY, 1)])
    assert (found["covered"] != found["covered"], found["reasons"]) == (True, [])


def test_what_ended_before_the_window_is_left_out() -> None:
    old = silence(state="expired", start=WINDOW.start - DAY, end=WINDOW.start)
    assert silences(frames.SILENCES.frame([old]), None, WINDOW, NEXT).empty


# Through findings, agenda and record


def facts(previous: Previous | None = None, *states: SourceState, people: bool = False, **records: Any) -> Facts:
    return Facts(
        product(show_people=people), WINDOW, END, records=records, sources=states, previous=previous,
    )  # fmt: skip


def shown(known: Facts) -> tuple[list[str], list[Table]]:
    found = evidence(Analyses(known))
    return [each.text for each in found if isinstance(each, Note)], [each for each in found if isinstance(each, Table)]


def earlier(*found: dict[str, Any]) -> Previous:
    return Previous(END - 14 * DAY, {}, frames.ALERT_RULES.frame(found))


def test_changed_rules_are_a_folded_table_with_before_and_now() -> None:
    notes, (table,) = shown(facts(earlier(rule()), alert_rules=frames.ALERT_RULES.frame([rule(for_s=60.0)])))
    assert table.folded
    assert table.title == "1 change of alert rules since the meeting of Mon 9 Nov 2026"
    assert list(table.frame["what_text"]) == ["for"]
    assert [column.name for column in table.details] == ["before", "after"]
    assert notes == ["Silences are not checked: no source is configured (sources.silences)."]


@pytest.mark.parametrize(
    ("previous", "now", "states", "says"),
    [
        (earlier(rule()), [rule()], (), "No alert rule changed since the meeting of Mon 9 Nov 2026: 1 rule compared."),
        (None, [rule()], (), "there is no earlier one"),
        (earlier(), [], (), "No alert rule changed"),
        (Previous(END, {}), [rule()], (), "has no rules"),
        (None, None, (), "no source of rules is configured"),
        (None, None, (FAILED,), "Could not check which alert rules changed: no rules API"),
    ],
)  # fmt: skip
def test_the_grounds_are_told_when_there_is_no_change(
    previous: Previous | None, now: list[Any] | None, states: tuple[SourceState, ...], says: str
) -> None:
    notes, tables = shown(facts(previous, *states, alert_rules=None if now is None else frames.ALERT_RULES.frame(now)))
    assert says in notes[0]
    assert tables == []


def test_who_wrote_a_silence_is_told_only_where_the_parameters_say_so() -> None:
    for people in (False, True):
        known = facts(people=people, silences=frames.SILENCES.frame([silence()]))
        _, (table,) = shown(known)
        assert ("created_by" in [column.name for column in table.details]) is people
        (row,) = record(Review(known))["silences"]
        assert row["created_by"] == ("mika" if people else None)


def test_no_silence_and_silences_that_could_not_be_read_differ() -> None:
    assert "No silence was in force" in shown(facts(silences=frames.SILENCES.frame()))[0][-1]
    failed = SourceState("silences", "alertmanager", "failed", "connection refused")
    assert shown(facts(None, failed, silences=None))[0][-1] == "Could not check silences: connection refused"


def test_the_rules_of_the_earlier_meeting_come_from_its_snapshot_and_are_frozen_again(tmp_path: Path) -> None:
    before = frames.ALERT_RULES.frame([rule(for_s=60.0)])
    then = WINDOW.ending(END - 14 * DAY, cadence=14 * DAY, timezone="Asia/Tokyo")
    freeze(Facts(product(), then, then.end, records={"alert_rules": before}), tmp_path / "shop/2026-11-09/snapshot")
    found = find_previous(tmp_path, "shop", WINDOW).meeting
    assert found is not None
    assert found.rules is not None
    pd.testing.assert_frame_equal(found.rules, before)
    now = facts(found, alert_rules=frames.ALERT_RULES.frame([rule()]))
    again = reopen(freeze(now, tmp_path / "now"))
    assert rows(Analyses(again).alerting.rule_changes) == rows(Analyses(now).alerting.rule_changes)
    assert list(Analyses(again).alerting.rule_changes["what"]) == ["for_s"]


def test_earlier_rules_that_cannot_be_read_cost_only_their_comparison(tmp_path: Path) -> None:
    then = WINDOW.ending(END - 14 * DAY, cadence=14 * DAY, timezone="Asia/Tokyo")
    records = {"alert_rules": frames.ALERT_RULES.frame([rule()])}
    snapshot = freeze(Facts(product(), then, then.end, records=records), tmp_path / "shop/2026-11-09/snapshot")
    (snapshot / "records/alert_rules.parquet").write_bytes(b"x")
    found = find_previous(tmp_path, "shop", WINDOW)
    assert found.meeting is not None
    assert found.meeting.rules is None
    assert "is not the file that was frozen" in found.states[0].detail
    assert [failure.source for failure in found.failures] == ["earlier meeting"]


def test_a_silence_for_ever_is_told_to_be_one() -> None:
    for_ever, until = silence(id="a", end=None), silence(id="b")
    found = silences(frames.SILENCES.frame([for_ever, until]), None, WINDOW, NEXT)
    assert found.set_index("id")["reasons"].to_dict()["a"] == ["ends_after_next_meeting"]
    assert judged(silence(end=None, start=None), [episode(END - DAY, 1)])["covered"] == 1
    known = facts(silences=frames.SILENCES.frame([for_ever, until]))
    stale, others = [each for each in evidence(Analyses(known)) if isinstance(each, Table)]
    assert (stale.folded, others.folded) == (False, True)
    assert stale.frame["end"].tolist() == ["no end"]
    assert "no end" not in others.frame["end"].tolist()
    assert next(row["end"] for row in record(Review(known))["silences"]) is None


def test_a_silence_that_could_not_be_read_is_said_beside_the_others() -> None:
    gap = Failure("monitoring_changes", "silences", "1 of 2 silences left out")
    known = replace(facts(silences=frames.SILENCES.frame([silence()])), failures=(gap,))
    notes = [each.text for each in evidence(Analyses(known)) if isinstance(each, Note)]
    assert "Not all silences could be read: 1 of 2 silences left out" in notes


@pytest.mark.parametrize("runs", [None, frames.ALERT_RUNS.frame()])
def test_silences_are_shown_also_where_nothing_paged(runs: pd.DataFrame | None) -> None:
    known = facts(silences=frames.SILENCES.frame([silence()]))
    item = Review(replace(known, records={**known.records, "alert_runs": runs})).paging_events
    (table,) = [each for each in item.evidence if isinstance(each, Table)]
    assert table.frame["id"].tolist() == ["S-1"]
