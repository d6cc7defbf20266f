"""What the meeting reads of the load on people, and of the queue of what needs somebody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.agenda.metrics import resource_facets as resources
from prodmeet_kit.agenda.non_paging import attention as non_paging_attention
from prodmeet_kit.agenda.non_paging import item as non_paging_events
from prodmeet_kit.agenda.paging import facets as alerts
from prodmeet_kit.agenda.paging import people as paging_people
from prodmeet_kit.analyses import Analyses
from prodmeet_kit.analysis.meeting.about import Thing
from prodmeet_kit.archive.layout import record_text
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.evidence import Evidence, Note, Table
from prodmeet_kit.render.markdown import markdown
from prodmeet_kit.schemas.frames import ATTENTION, EPISODES, NOISE, PROPOSALS
from tests.support.grids import at
from tests.support.reviews import review

TOKYO = {"name": "tokyo", "timezone": "Asia/Tokyo"}
BERLIN = {"name": "berlin", "timezone": "Europe/Berlin", "services": ["cart"]}


def findings(*starts: str, **more: Any) -> Analyses:
    """The findings of a review (9 to 23 November 10:00 in Tokyo) with pages of cart of ten minutes."""
    found = review({"action_items": [], "alert_runs": []}, **more).analyses
    pages = [
        {"id": start, "alert": "Errors", "service": "cart", "page": True, "start": begin, "end": begin + TEN}
        for start in starts
        for begin in [at(f"2026-11-{start}")]
    ]
    vars(found.alerting)["episodes"] = EPISODES.frame(pages)
    return found


TEN = timedelta(minutes=10)


def notes(evidence: tuple[Evidence, ...]) -> list[tuple[str, str]]:
    return [(shown.level, shown.text) for shown in evidence if isinstance(shown, Note)]


def tables(evidence: tuple[Evidence, ...]) -> list[Table]:
    return [shown for shown in evidence if isinstance(shown, Table)]


def test_without_pages_nothing_is_said_of_people() -> None:
    assert paging_people.evidence(findings()) == ()
    assert paging_people.evidence(findings("01T12:00")) == ()  # in the window before


def test_a_shift_over_the_guide_is_a_warning_with_its_numbers() -> None:
    # 21:30, 23:30, 01:30 in Tokyo are one shift; 22:30 the day after is in another.
    found = findings("16T12:30", "16T14:30", "16T16:30", "17T13:30", "01T12:00")
    evidence = paging_people.evidence(found)
    assert notes(evidence) == [
        (
            "warning",
            (
                "On-call (shop): 1 of 29 shifts had more than two events, the most a shift should have; "
                "the busiest had 3. "
                "2 nights were interrupted."
            ),
        )
    ]
    (table,) = tables(evidence)
    (row,) = table.frame.to_dict("records")
    assert (row["pages_change"], row["events_change"]) == ("+3", "+3")
    assert row["busiest"].startswith("3 events from Mon 16 Nov") and "21:00" in row["busiest"]


def test_each_rotation_that_was_paged_is_judged_on_its_own_clock() -> None:
    evidence = paging_people.evidence(findings("16T14:00", "16T14:30", rotations=[BERLIN, TOKYO]))
    assert notes(evidence) == [
        ("info", "On-call (berlin): none of 29 shifts had more than two events, the most a shift should have.")
    ]
    (table,) = tables(evidence)
    assert table.frame["name"].tolist() == ["berlin", "tokyo"]
    assert "15:" not in table.frame["busiest"].iloc[1] and "09:00" in table.frame["busiest"].iloc[0]


def test_pages_of_no_rotation_are_shown() -> None:
    evidence = paging_people.evidence(findings("16T14:00", rotations=[{**TOKYO, "matchers": 'team="x"'}]))
    assert tables(evidence)[0].frame["name"].tolist() == ["tokyo", "no rotation"]


def test_shifts_longer_than_the_guide_knows_say_so() -> None:
    (note, _) = paging_people.evidence(findings("16T03:00", rotations=[{**TOKYO, "shifts": ["09:00"]}]))
    assert isinstance(note, Note)
    assert note.text.endswith("Its shifts last 24 hours, but the guide is for 8 to 12: this comparison is too strict.")


def queue(count: int, **more: Any) -> Analyses:
    found = review().analyses
    row = {"kind": "alert", "service": "cart", "reason": "ticket_alert", "value": 2.0, "age_days": 9.5, **more}
    vars(found.detection)["attention"] = ATTENTION.frame([{**row, "what": f"A{n}"} for n in range(count)])
    return found


@pytest.mark.parametrize(("count", "lengths"), [(0, []), (16, [16])])
def test_the_queue_is_one_folded_table(count: int, lengths: list[int]) -> None:
    shown = tables(non_paging_attention.evidence(queue(count)))
    assert [len(table.frame) for table in shown] == lengths
    assert all(table.folded for table in shown)


@pytest.mark.parametrize(
    ("owner", "item", "text"),
    [("", "", "nobody"), ("shop", "", "shop"), ("ann", "AI-1", "ann (AI-1)"), ("", "AI-1", "AI-1")],
)
def test_an_item_shows_whose_it_is(owner: str, item: str, text: str) -> None:
    (table,) = tables(non_paging_attention.evidence(queue(1, owner=owner, action_item=item)))
    assert table.frame["owner_text"].tolist() == [text]


@pytest.mark.parametrize(
    ("more", "loss", "because"),
    [
        ({}, "", "a non-paging alert fired 2 times"),
        (
            {"kind": "slo", "reason": "slow_burn", "loss_per_fortnight": 0.6},
            "60%",
            "slow burn",
        ),
        ({"kind": "resource", "reason": "limit_near", "value": 50.0}, "", "at its limit in 50 days"),
        ({"kind": "resource", "reason": "limit_near", "value": 0.0}, "", "it is at its limit"),
        (
            {"kind": "rule", "reason": "rule_broken", "value": 1.0},
            "",
            "the rule cannot be evaluated, so the alert never fires",
        ),
    ],
)
def test_an_item_says_why_and_what_it_costs(more: dict[str, Any], loss: str, because: str) -> None:
    (table,) = tables(non_paging_attention.evidence(queue(1, **more)))
    assert table.frame[["loss_text", "because"]].to_numpy().tolist() == [[loss, because]]


def test_the_queue_of_a_review_knows_rules_owners_and_action_items() -> None:
    # 1e9 of a limit of 1e9: the resource is full, and was on each day with 14 days before it.
    values = {"resource/cart/memory": 1e9}
    services = [
        {"name": "cart", "owner": "shop", "resources": [{"name": "memory", "query": "use", "limit_query": "limit"}]}
    ]
    rules = [{"alert": "Full", "health": "err"}]
    items = [{"id": "AI-1", "text": "Full: fix the rule", "owner": "ann", "status": "open"}]
    found = review({"alert_rules": rules, "action_items": items}, values, services=services)
    queue = found.analyses.detection.attention
    assert queue[["what", "owner", "action_item"]].to_numpy().tolist() == [
        ["memory", "shop", ""],
        ["Full", "ann", "AI-1"],
    ]
    assert queue["age_days"].iloc[0] == pytest.approx(27) and pd.isna(queue["age_days"].iloc[1])
    kept = record(found)
    assert [row["owner"] for row in kept["attention"]] == ["shop", "ann"]
    assert kept["page_load"][0]["rotation"] == "shop" and kept["page_load"][0]["busiest_shift_start"] is None
    assert "NaN" not in record_text(kept)


def test_the_tables_can_be_written() -> None:
    shown = (*paging_people.evidence(findings("16T12:30", "16T14:30")), *non_paging_attention.evidence(queue(1)))
    opened = tuple(replace(each, folded=False) if isinstance(each, Table) else each for each in shown)
    text = markdown(replace(review().item("toil"), evidence=opened))
    assert "| shop | Asia/Tokyo | 2 | +2 | 2 | +2 |" in text
    assert "| `A0` | cart | \N{EN DASH} | 10 days |  | nobody | a non-paging alert fired 2 times |" in text


def test_an_alert_about_what_is_in_the_queue_itself_is_counted_with_it() -> None:
    found = review({"alert_runs": []}).analyses
    queue: list[dict[str, Any]] = [
        {"kind": "slo", "service": "cart", "what": "availability", "reason": "slow_burn"},
        {"kind": "alert", "service": "cart", "what": "CartErrors", "reason": "ticket_alert", "value": 7.0},
        {"kind": "resource", "service": "cart", "what": "memory", "reason": "limit_near", "value": 9.0},
        {"kind": "rule", "service": "cart", "what": "MemoryFull", "reason": "rule_broken", "value": 1.0},
        {"kind": "alert", "service": "cart", "what": "Other", "reason": "ticket_alert", "value": 1.0},
    ]
    reads = {"CartErrors": Thing("slo", "cart", "availability"), "MemoryFull": Thing("resource", "cart", "memory")}
    vars(found.detection)["attention"] = ATTENTION.frame(
        [{"age_days": 1.0, "first": at("2026-11-20T00:00"), **r} for r in queue]
    )
    vars(found.meeting)["alerts_about"] = lambda alert, service: [reads[alert]] if alert in reads else []
    item = non_paging_events.item(found)
    assert item.headline.startswith("3 subjects need attention")
    said = {facet.subject: facet for facet in item.facets}
    assert [subject for subject, facet in said.items() if facet.said] == ["resource:cart/memory"]
    assert "fired 7 times as a ticket" in said["alert:CartErrors/cart"].reason


def test_a_finding_about_a_limit_is_headed_by_when_it_is_reached() -> None:
    found = review({"alert_runs": []}, {"resource/cart/memory": 1e9}).analyses
    near: dict[str, Any] = {
        "trend": "growing",
        "days_to_full": 59.0,
        "days_to_full_low": 50.0,
        "days_to_full_high": 70.0,
    }
    vars(found.capacity)["resources"] = found.capacity.resources.assign(**near)
    vars(found.detection)["attention"] = found.detection.attention.assign(value=59.0, age_days=80.0)
    (limit,) = (each for each in resources.facets(found) if each.rule == "limit_near")
    (since,) = alerts.attention(found)
    assert (limit.subject, since.subject, since.said) == ("resource:cart/memory", "resource:cart/memory", True)
    assert limit.score > since.score


@pytest.mark.parametrize(
    ("paged", "headline"),
    [
        ([False], "1 alert is noise."),
        ([True, False], "1 more alert is noise."),
        ([True], "1 alert that paged is noise."),
    ],
)
def test_noise_that_paged_is_not_counted_twice(paged: list[bool], headline: str) -> None:
    found = review({"alert_runs": []}).analyses
    noise = [{"alert": f"A{n}", "service": "cart", "page": page, "count": 3.0} for n, page in enumerate(paged)]
    vars(found.paging)["noise"] = NOISE.frame([{**row, "severity": "x", "reason": "flapping"} for row in noise])
    vars(found.paging)["proposals"] = PROPOSALS.frame()
    assert non_paging_events.item(found).headline == headline
