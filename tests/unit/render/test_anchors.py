"""Every link inside a page leads somewhere, and to the same thing in every language and at every meeting."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from html import unescape
from urllib.parse import unquote

import pytest

from prodmeet_kit.core.window import Window
from prodmeet_kit.evidence import AgendaItem, Table
from prodmeet_kit.facts import in_language
from prodmeet_kit.html_report.export import export_html
from prodmeet_kit.render.anchors import finding_id, slug
from prodmeet_kit.review import Review, open_review
from tests.support.sample_items import notebook

pytestmark = pytest.mark.takes(10)


@lru_cache
def demo(language: str = "en", days: int = 14) -> Review:
    facts = open_review().facts
    window = facts.window
    other = Window.ending(
        window.end, cadence=timedelta(days=days), timezone=window.timezone,
        step=window.step, longest=facts.product.longest_window,
    )  # fmt: skip
    return Review(in_language(replace(facts, window=other), language))


@lru_cache
def page(language: str = "en", days: int = 14) -> str:
    review = demo(language, days)
    return export_html(notebook((review.overview, *review.items)), title="Demo", language=language)


def ids(html: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'<[a-z][^<>]*\sid="([^"]*)"', html)]


def rows(item: AgendaItem) -> list[tuple[str, str]]:
    """The address of each row of an item as nothing but the row decides it, and the table it stands in."""
    return [
        (slug(item.key, *filter(None, [table.place]), *(row[name] for name in table.anchor)), table.title)
        for table in item.evidence
        if isinstance(table, Table) and table.anchor
        for row in table.frame.to_dict("records")
    ]


def test_ids_are_unique_and_every_link_inside_the_page_leads_to_one() -> None:
    known = ids(page())
    links = [unquote(unescape(href)) for href in re.findall(r'href="#([^"]*)"', page())]
    assert len(known) == len(set(known))
    assert len(links) > 200  # each row has one, and each line of the contents
    assert set(links) <= set(known)


def test_addresses_are_the_same_in_both_languages() -> None:
    # But for the nonce of the page's scripts, and the heading of the test's own notebook.
    assert [name for name in ids(page()) if not name.startswith("pm-")] == [
        name for name in ids(page("ja")) if not name.startswith("pm-")
    ]


@pytest.mark.parametrize("key", ["metrics", "paging_events", "non_paging_events", "outages", "planned_changes"])
def test_what_address_a_row_has_does_not_depend_on_the_other_rows(key: str) -> None:
    found = [address for address, _ in rows(demo().item(key))]
    assert len(found) == len(set(found))


def test_what_is_in_two_reports_of_different_windows_has_the_same_address_in_both() -> None:
    # The shorter window holds INC-52 (20 November) and not INC-51 (12 November).
    long, short = set(ids(page())), set(ids(page(days=7)))
    assert "outages-INC-51" in long - short
    for address in ("outages-INC-52", "metrics-web-availability", "slo-web-latency", "planned_changes-CH-41"):
        assert address in long & short
    for key in ("metrics", "paging_events", "outages"):
        one, other = (dict(rows(demo(days=days).item(key))) for days in (14, 7))
        shared = one.keys() & other.keys()
        assert shared
        assert {address: one[address] for address in shared} == {address: other[address] for address in shared}


def test_no_two_findings_share_an_address() -> None:
    names = ("a", "a-b", "b", "b-c", "c", "a b", "a.b", "é", "日本")
    subjects = [f"{kind}:{one}/{other}" for kind in ("slo", "alert") for one in names for other in ("", *names)]
    subjects += [f"outage:{name}" for name in names]
    assert len({finding_id(subject) for subject in subjects}) == len(subjects)
