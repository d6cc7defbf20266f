"""The demo report as axe-core judges it: WCAG 2.1 AA and its best practices, on light and dark, in each language."""

from __future__ import annotations

import json
from itertools import cycle, pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from prodmeet_kit.i18n.languages import LANGUAGES
from tests.browser.demo_report import UNFOLD, demo_page
from tests.support.counts import LONG

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opener

# axe looks at each letter of every chart: half a minute
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.takes(35)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@pytest.fixture(scope="module", params=LANGUAGES)
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_page(tmp_path_factory, request.param)


def violations(page: Page) -> list[str]:
    """What axe finds, one line for each element. Evaluated over DevTools: the page's policy lets no script in."""
    page.evaluate(AXE_SCRIPT)
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate(f"axe.run(document, {json.dumps(options)})")
    assert found["passes"], "axe judged nothing"
    return [
        f"{rule['id']}: {node['target']} {node['html'][:120]}" for rule in found["violations"] for node in rule["nodes"]
    ]


GROUNDS = ("light", "dark")
SEEN = [*product(LANGUAGES, GROUNDS)] if LONG else [*zip(LANGUAGES, cycle(GROUNDS), strict=False)]
"""Each language once and each ground once; every pair in ``make test-long``, as nearly all the time goes on colours."""


@pytest.mark.parametrize(("language", "ground"), SEEN)
def test_axe_finds_nothing_with_everything_unfolded_and_drawn(
    language: str, ground: str, tmp_path_factory: pytest.TempPathFactory, open_page: Opener
) -> None:
    opened = open_page(demo_page(tmp_path_factory, language), dark=ground == "dark")
    opened.page.evaluate(UNFOLD)
    opened.scroll_through()
    opened.page.wait_for_timeout(300)
    figures = opened.page.locator(".pm-figure").count()
    assert opened.page.locator(".pm-figure:has(.main-svg)").count() == figures > 20
    assert violations(opened.page) == []


def test_axe_would_find_pale_text_and_a_skipped_heading(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    opened.page.evaluate(
        "document.querySelector('main').innerHTML ="
        " '<h2>a</h2><h5>b</h5><p style=\"color:#ccc;background:#fff\">pale</p>'"
    )
    assert {found.partition(":")[0] for found in violations(opened.page)} >= {"color-contrast", "heading-order"}


def test_headings_step_down_one_at_a_time(report: Path, open_page: Opener) -> None:
    levels = open_page(report).page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(heading => Number(heading.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_every_chart_has_its_numbers_as_text_and_a_name(report: Path, open_page: Opener) -> None:
    found = open_page(report).page.evaluate(
        """[...document.querySelectorAll('.pm-figure')].map(figure => [
             figure.getAttribute('aria-label'),
             (figure.closest('.pm-wide') || figure).nextElementSibling
               .querySelectorAll('.pm-numbers tbody td').length])"""
    )
    assert len(found) > 20
    assert [name for name, numbers in found if not name or not numbers] == []


def test_every_fold_and_every_wide_table_is_reached_by_the_tab_key(report: Path, open_page: Opener) -> None:
    page = open_page(report, width=390).page
    page.evaluate(UNFOLD)
    kinds = "document.activeElement.matches('summary') ? 'fold' : document.activeElement.className"
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(kinds))
    assert "fold" in reached and "pm-scroll" in reached
    unreached = """[...document.querySelectorAll('main *')].filter(each =>
        each.scrollWidth > each.clientWidth + 1 && each.clientWidth
        && ['auto', 'scroll'].includes(getComputedStyle(each).overflowX) && each.tabIndex < 0)
        .map(each => each.className)"""
    assert page.evaluate(unreached) == []
