"""What is to be dug into later at the meetings after: told with its finding, or alone, until somebody closes it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit.documents import minutes_md
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.evidence import AgendaItem, Table
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.gathering.with_minutes import with_said
from prodmeet_kit.html_report.sanitize import sanitized
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.minutes.explorations import close_exploration, file_exploration
from prodmeet_kit.render.html import chunks
from prodmeet_kit.render.markdown import markdown
from prodmeet_kit.review import Review
from tests.support.answering import shop
from tests.support.gathered import WINDOW
from tests.support.reviews import about, review

SLO = "slo:cart/availability"
DUG: dict[str, Any] = {
    "id": "dig-1", "subject": SLO, "note": "why only on Sundays?", "who": "mika", "meeting": "2026-11-09",
    "link": "report.html#finding-slo-cart-availability", "closed": False,
}  # fmt: skip
MISSED = {"slo/cart/availability/bad": 0.1, "slo/cart/availability/total": 10.0}
SAID = "cart/availability: dig later, mika since 2026-11-09: why only on Sundays?"
PLACE = "../2026-11-09/report.html#finding-slo-cart-availability"


def made(*rows: dict[str, Any], values: dict[str, float] | None = None, **records: Any) -> Review:
    return review({"explorations": rows, **records}, values=values)


def page(item: AgendaItem) -> str:
    return sanitized("".join(chunk for chunk in chunks(item) if isinstance(chunk, str)))


def test_it_is_told_with_the_finding_it_is_about_and_takes_no_minutes() -> None:
    found, alone = about(made(DUG, values=MISSED), SLO), about(review(values=MISSED), SLO)
    assert SAID in [facet.reason for _, facet in found.facets]
    assert (found.headline, found.question, found.minutes) == (alone.headline, alone.question, alone.minutes)


def test_it_is_told_alone_where_nothing_else_is_found_about_it() -> None:
    found = about(made(DUG), "exploration:dig-1")
    assert (found.section, found.headline, found.question) == ("action_items", SAID, "")
    assert (found.owner, found.why) == ("mika", "Nothing to decide: mika looks into it")
    nobody = about(made({**DUG, "who": ""}), "exploration:dig-1")
    assert nobody.headline == "cart/availability: dig later, since 2026-11-09: why only on Sundays?"


def test_its_row_leads_to_the_report_of_its_meeting_and_to_the_notebook() -> None:
    item = made(DUG).action_items
    assert (item.state, item.headline.endswith("1 thing to dig into later.")) == ("noted", True)
    (table,) = (each for each in item.evidence if isinstance(each, Table))
    assert table.frame["line"].tolist() == [f'review.finding("{SLO}")']
    shown = page(item)
    assert f'href="{PLACE}"' in shown and ">2026-11-09</a>" in shown
    assert f"[2026-11-09]({PLACE})" in markdown(item)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "../../etc/passwd", "report.html#a b", "//evil.example/x", "report.html#<b>"]
)
def test_what_is_no_place_of_a_report_becomes_no_link(link: str) -> None:
    made_of = made({**DUG, "link": link})
    assert re.findall('href="(.*?)"', page(made_of.action_items)) == ["#action_items-dig-1"]
    assert link not in minutes_md.write(made_of)


def test_the_minutes_have_it_with_its_link_and_its_line() -> None:
    text = minutes_md.write(made(DUG, values=MISSED))
    listed = "cart/availability (mika since 2026-11-09): why only on Sundays?"
    assert f'- To dig into later: {listed} `review.finding("{SLO}")` [report]({PLACE})\n' in text
    assert "cart/availability (since 2026-11-09): why" in minutes_md.write(made({**DUG, "who": ""}))
    assert "dig" not in minutes_md.write(review(values=MISSED))


@pytest.mark.parametrize(
    ("decision", "decided_at", "filed_at", "is_open"),
    [
        ("drop", "2026-11-16", "2026-11-09", False),
        ("decide", "2026-11-16", "2026-11-09", False),
        ("carry", "2026-11-16", "2026-11-09", True),
        ("drop", "2026-11-09", "2026-11-16", True),  # filed again later
    ],
)
def test_a_decision_closes_it(decision: str, decided_at: str, filed_at: str, is_open: bool) -> None:
    said = {"subject": "exploration:dig-1", "meeting": decided_at, "decision": decision}
    found = made({**DUG, "meeting": filed_at}, meeting_decisions=[said])
    assert len(record(found)["explorations"]) == int(is_open)


def test_it_is_open_from_its_meeting_until_it_is_closed(tmp_path: Path) -> None:
    day, minutes = WINDOW.day.isoformat(), tmp_path / "minutes"
    facts = gather(shop(), WINDOW, folder=tmp_path, minutes=minutes)
    assert record(Review(facts))["explorations"] == []
    file_exploration(minutes, "shop", day, SLO, "why?", "mika", "report.html#x")
    (later,) = record(Review(gather(shop(), WINDOW, folder=tmp_path, minutes=minutes)))["explorations"]
    (held,) = record(Review(with_said(facts, minutes)))["explorations"]  # the report of its own meeting, made again
    assert later == held and (held["subject"], held["who"], held["meeting"]) == (SLO, "mika", day)
    earlier = replace(facts, window=WINDOW.ending(WINDOW.start, cadence=WINDOW.length, timezone=WINDOW.timezone))
    assert record(Review(with_said(earlier, minutes)))["explorations"] == []  # a meeting before it
    close_exploration(minutes, "shop", held["id"])
    assert record(Review(gather(shop(), WINDOW, folder=tmp_path, minutes=minutes)))["explorations"] == []


def test_what_a_meeting_dropped_is_open_again_when_it_is_filed_again(tmp_path: Path) -> None:
    first = file_exploration(tmp_path, "shop", "2026-11-09", SLO, "why?")
    (saved,), _ = Minutes(tmp_path, "shop").load("explorations")
    said = {"subject": f"exploration:{saved.content['id']}", "meeting": "2026-11-23", "decision": "drop"}
    Minutes(tmp_path, "shop").save("decisions", "x", said)
    again = file_exploration(tmp_path, "shop", "2026-12-07", SLO, "why?")
    assert again != first and "2026-12-07" in again.read_text()


@pytest.mark.parametrize(
    ("found", "closed_at", "shown"),
    [
        ("The backup.", "2026-11-20T03:00Z", True),
        ("The backup.", "2026-11-23T02:00Z", True),  # at the meeting itself
        ("The backup.", "2026-11-09T00:59Z", False),  # the last meeting was at 01:00
        ("The backup.", None, False),  # a person closed it by hand, and nobody knows when
        (" ", "2026-11-20T03:00Z", False),
    ],
)
def test_what_came_of_it_is_shown_at_the_meeting_after(found: str, closed_at: str | None, shown: bool) -> None:
    seen = made({**DUG, "closed": True, "found": found, "closed_at": closed_at}, values=MISSED)
    told = "cart/availability: why only on Sundays? → The backup."
    assert (told in [facet.reason for _, facet in about(seen, SLO).facets]) == shown
    assert (f"{told} `" in minutes_md.write(seen)) == shown
    headline = seen.action_items.headline
    assert headline.endswith("1 exploration was answered.") == shown and "to dig into later" not in headline
