"""Health of the meeting, with numbers worked out by hand."""

from __future__ import annotations

from math import isnan
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.agenda.overview.meeting_health import evidence
from prodmeet_kit.analysis.meeting.health import Split, folding, health, split
from prodmeet_kit.evidence import Note, Table
from prodmeet_kit.schemas.frames import ACTION_ITEM_FINDINGS, HEALTH, rows

NONE = ACTION_ITEM_FINDINGS.frame()


def took(meeting: str, item: str, planned: object, minutes: object, at: str = "1") -> dict[str, Any]:
    return {"subject": item, "meeting": meeting, "planned": planned, "minutes": minutes, "at": at}


def said(meeting: str, subject: str, decision: str, item: str = "metrics", at: str = "1") -> dict[str, Any]:
    return {"subject": subject, "item": item, "meeting": meeting, "decision": decision, "at": at}


def test_a_meeting_sums_its_items_and_counts_each_subject_once() -> None:
    durations = [
        took("2026-11-09", "metrics", 10, 14.5),
        took("2026-11-09", "outages", 5, 3.0),
        took("2026-11-09", "outages", 5, 4.0, at="2"),  # the clock was ended again: the newest counts
    ]
    decisions = [
        said("2026-11-09", "slo/a", "carry"),
        said("2026-11-09", "slo/a", "act", at="2"),  # changed their mind: a decision, no longer carried
        said("2026-11-09", "slo/b", "watch"),
        said("2026-11-09", "slo/c", "carry"),
    ]
    (row,) = rows(health(durations, decisions, NONE, "Asia/Tokyo"))
    # planned 10 + 5; actual 14.5 + 4; decided a and b; carried c
    assert list(row.values()) == ["2026-11-09", 15.0, 18.5, 2.0, 1.0, 0.0]


def test_an_item_is_proof_for_the_meeting_of_its_day_in_the_products_zone() -> None:
    items = ACTION_ITEM_FINDINGS.frame(
        [
            {"id": "A", "born": pd.Timestamp("2026-11-08T20:00Z"), "outcome": "met"},  # 05:00 on the 9th in Tokyo
            {"id": "B", "born": pd.Timestamp("2026-11-09T01:00Z"), "outcome": "met"},
            {"id": "C", "born": pd.Timestamp("2026-11-09T01:00Z"), "outcome": "not_met"},
            {"id": "D", "outcome": "met"},
        ]
    )
    made = health([], [said("2026-11-09", "slo/a", "decide")], items, "Asia/Tokyo")
    assert made["closed_with_proof"].tolist() == [2.0]


def test_a_meeting_without_a_clock_has_no_minutes_rather_than_none() -> None:
    (row,) = rows(health([], [said("2026-11-09", "slo/a", "decide")], NONE, "UTC"))
    assert isnan(row["planned"]) and isnan(row["actual"])


def test_what_somebody_wrote_into_a_file_by_hand_costs_only_itself() -> None:
    durations = [took("2026-11-09", "metrics", "ten", 5), took("2026-11-09", "toil", 2, None), {"subject": "x"}]
    row = health(durations, [], NONE, "UTC").loc[0]
    assert (row["planned"], row["actual"]) == (2.0, 5.0)


# Splitting


def meetings(*actual: float) -> pd.DataFrame:
    return HEALTH.frame({"meeting": f"2026-11-0{n}", "actual": taken} for n, taken in enumerate(actual, 1))


SERVICES = ("ads", "cart", "mail", "pay", "search")
LINES = {"ads": 1.0, "cart": 2.0, "mail": 1.0, "pay": 2.0}
MINUTES = {"ads": 7.0, "cart": 6.0, "mail": 5.0, "pay": 4.0}


def test_two_overruns_with_many_services_are_split_into_halves_of_like_weight() -> None:
    # ads 7 first; cart 6 second; mail 5 second (6 < 7), now 11; pay 4 first, now 11; search 0 first, of equals
    assert split(meetings(31, 32), 30, SERVICES, LINES, MINUTES, many=4) == Split(
        ("ads", "pay", "search"), ("cart", "mail"), (3.0, 3.0), (11.0, 11.0), ("2026-11-01", "2026-11-02")
    )


def test_services_without_a_line_are_shared_as_well() -> None:
    made = split(meetings(31, 32), 30, SERVICES, {}, {}, many=4)
    assert made and (len(made.first), len(made.second)) == (3, 2)


@pytest.mark.parametrize(
    ("actual", "many"),
    [
        ((31.0, 30.0), 4),  # on time the last time
        ((45.0,), 4),  # overran once
        ((31.0, 32.0), 5),  # five services are not more than five
    ],
)
def test_nothing_is_split_before_there_is_cause(actual: tuple[float, ...], many: int) -> None:
    assert split(meetings(*actual), 30, SERVICES, LINES, MINUTES, many=many) is None


def test_a_meeting_without_a_clock_does_not_count_as_on_time() -> None:
    made = split(meetings(31, float("nan"), 32), 30, SERVICES, LINES, MINUTES, many=4)
    assert made and made.overruns == ("2026-11-01", "2026-11-03")


# Folding

DAYS = ["2026-10-12", "2026-10-26", "2026-11-09", "2026-11-23"]


def test_an_item_nobody_decided_about_and_never_red_is_proposed() -> None:
    red: list[tuple[str, list[str]]] = [(day, ["outages"] if day == DAYS[1] else []) for day in DAYS]
    decisions = [said(DAYS[0], "slo/a", "decide", item="metrics"), said("2026-09-28", "toil/x", "drop", item="toil")]
    # metrics was decided about, outages was red once; what was said of toil was five meetings ago
    assert folding(["metrics", "outages", "toil"], red, decisions, 4) == ("toil",)


def test_nothing_is_folded_before_there_were_enough_meetings() -> None:
    assert folding(["toil"], [(day, []) for day in DAYS[:3]], [], 4) == ()


# Evidence


def test_the_table_is_folded_newest_first_and_the_proposals_are_notes() -> None:
    proposal = Split(("ads", "pay"), ("cart",), (4.0, 1.0), (11.0, 6.5), ("2026-11-01", "2026-11-02"))
    table, first, second = evidence(meetings(31, 32), proposal, ["Toil"], 4)
    assert isinstance(table, Table) and table.folded
    assert table.frame["meeting"].tolist() == ["2026-11-02", "2026-11-01"]
    assert isinstance(first, Note) and first.text == (
        "The meetings of 2026-11-01 and 2026-11-02 overran: split them."
        " First: ads, pay (4 findings, 11 min). Second: cart (1 finding, 6.5 min)."
    )
    assert isinstance(second, Note) and second.text == (
        'In the last 4 meetings Toil needed no decision and never had the state "to decide": fold it, or leave it out.'
    )


def test_before_the_first_meeting_there_is_nothing_to_show() -> None:
    assert evidence(HEALTH.frame()) == []
