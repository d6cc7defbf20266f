"""The demo's page in a real Chromium: what it draws, where its links lead, and that its numbers are the JSON's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from prodmeet_kit.archive.layout import record_text
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.i18n.languages import LANGUAGES
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.review import open_review
from tests.browser.conftest import Opened, Opener
from tests.browser.demo_report import UNFOLD, demo_page

pytestmark = [pytest.mark.browser, pytest.mark.takes(15)]

MARKS = ".scatterlayer path.js-line, .scatterlayer path.point, .barlayer path, .heatmaplayer image"

SHOWN = (
    ("slos", "attainment", "percent"),
    ("slos", "objective", "percent"),
    ("slos", "budget_remaining", "budget"),
    ("slos", "budget_remaining_before", "budget"),
    ("slos", "budget_spent_since_last", "budget"),
    ("slos", "burn_rate", "number"),
    ("slos", "bad", "count"),
    ("slos", "total", "count"),
    ("load", "mean", "amount"),
    ("load", "peak", "amount"),
    ("load", "growth_per_week", "change"),
    ("load_patterns", "expected_peak", "amount"),
    ("resources", "p95", "amount"),
    ("resources", "limit", "amount"),
    ("resources", "utilisation_p95", "percent"),
    ("resources", "headroom", "amount"),
    ("resources", "mean", "amount"),
    ("resources", "peak", "amount"),
)
"""Numbers of ``review.json`` that the page shows in the row of their service and name: list, key, kind."""

ROWS = "[...document.querySelectorAll('main tr')].map(row => [...row.cells].map(cell => cell.textContent.trim()))"


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def shown(language: str, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    opener = Opener(browser)
    opened = opener(demo_page(tmp_path_factory, language))
    opened.page.evaluate(UNFOLD)
    opened.scroll_through()
    opened.page.wait_for_timeout(300)
    yield opened
    opener.close()


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(record_text(record(open_review())))
    return read


@pytest.fixture(scope="module")
def rows(shown: Opened) -> list[list[str]]:
    found: list[list[str]] = shown.page.evaluate(ROWS)
    return found


def test_nothing_is_asked_for_and_the_console_stays_empty(shown: Opened) -> None:
    assert shown.requests == []
    assert shown.console == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_chart_has_marks_that_can_be_seen(shown: Opened, scheme: Any) -> None:
    shown.page.emulate_media(color_scheme=scheme)
    shown.page.wait_for_timeout(1500)
    without = shown.page.evaluate(
        """marks => [...document.querySelectorAll('.pm-figure')].filter(figure =>
             ![...figure.querySelectorAll(marks)].some(mark => {
               const box = mark.getBoundingClientRect();
               return box.width + box.height > 2;
             })).map(figure => figure.getAttribute('aria-label'))""",
        MARKS,
    )
    assert shown.page.locator(".pm-figure").count() > 20
    assert without == []


def test_every_link_within_the_page_leads_somewhere(shown: Opened) -> None:
    lost = shown.page.evaluate(
        """[...document.querySelectorAll("a[href^='#']")].map(link => decodeURIComponent(link.hash.slice(1)))
           .filter(id => !document.getElementById(id))"""
    )
    assert shown.page.locator("a[href^='#']").count() > 30
    assert lost == []


@pytest.mark.parametrize(("part", "key", "kind"), SHOWN)
def test_page_shows_the_number_of_the_json_in_its_row(
    rows: list[list[str]], said: dict[str, Any], part: str, key: str, kind: str
) -> None:
    wanted = {
        (row["service"], row["name"]): write(row[key], kind, unit=row.get("unit", ""))
        for row in said[part]
        if row[key] is not None
    }
    assert len(wanted) >= 3
    missing = {
        name: text
        for name, text in wanted.items()
        if not any(tuple(row[:2]) == name and text in row[2:] for row in rows)
    }
    assert missing == {}


def test_page_says_how_many_pages_there_were_and_the_minutes_of_each_item(
    shown: Opened, language: str, said: dict[str, Any]
) -> None:
    text = shown.page.locator("main").inner_text()
    headline = shown.page.locator("section:has(#paging_events) .pm-headline").inner_text()
    assert str(len(said["pages"])) in headline
    for line in said["agenda"]:
        if line["minutes"]:
            item = shown.page.locator(f"section:has(> .pm #{line['item']}) .pm-minutes").inner_text()
            assert item.startswith(write(line["minutes"], "number")), (language, line)
    assert text


def test_paper_shows_folded_evidence_and_the_screen_afterwards_what_it_showed(
    browser: Browser, language: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    opener = Opener(browser)
    opened = opener(demo_page(tmp_path_factory, language))
    opened.ready()
    folds = opened.page.locator("details.pm-fold").count()
    opened.page.evaluate(
        "addEventListener('beforeprint', () => {"
        " window.open_on_paper = document.querySelectorAll('details.pm-fold[open]').length; })"
    )
    opened.page.pdf(prefer_css_page_size=True)
    assert opened.page.evaluate("window.open_on_paper") == folds > 10
    assert opened.page.locator("details.pm-fold[open]").count() == 0
    opener.close()
