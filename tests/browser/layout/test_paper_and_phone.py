"""The demo's page on paper and on a phone: nothing is cut, and nothing takes more room than it must."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Opener
from tests.browser.demo_report import SHEET, UNFOLD, demo_page, on_paper, pages

pytestmark = [pytest.mark.browser, pytest.mark.takes(30)]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In Japanese, which takes more room than English."""
    return demo_page(tmp_path_factory, "ja")


@pytest.fixture(scope="module")
def sheet(report: Path, browser: Browser) -> Iterator[Page]:
    """The page on paper, looked at by several tests that change nothing."""
    opener = Opener(browser)
    yield on_paper(opener(report, width=SHEET))
    opener.close()


@pytest.fixture(scope="module")
def phone(report: Path, browser: Browser) -> Iterator[Page]:
    """The page unfolded on a phone; a test leaves its colours and what it scrolled as they were."""
    opener = Opener(browser)
    page = opener(report, width=390, height=844).page
    page.evaluate(UNFOLD)
    yield page
    opener.close()


def test_paper_is_short_with_everything_and_shorter_as_shown(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    opened.ready()
    page = opened.page
    page.evaluate("window.print = () => {}; null")
    page.get_by_role("button").first.press("Enter")  # as shown
    short = pages(page)
    assert short <= 16
    assert short < pages(page) <= 30


def test_nothing_is_cut_at_the_right_edge_of_a_sheet(sheet: Page) -> None:
    cut = sheet.evaluate(
        """[...document.querySelectorAll('main .pm-scroll, main details, main section')]
           .filter(each => each.clientWidth && each.scrollWidth > each.clientWidth + 1)
           .map(each => each.getAttribute('aria-label') ?? each.textContent.trim().slice(0, 60))"""
    )
    assert sheet.locator("main .pm-scroll").count() > 20
    assert cut == []


def test_quiet_charts_stand_two_beside_each_other(sheet: Page) -> None:
    boxes = sheet.evaluate(
        """[...document.querySelectorAll('details.pm-chart')].map(each => each.getBoundingClientRect())
           .map(box => [Math.round(box.top), Math.round(box.left), box.width])"""
    )
    assert len(boxes) > 10
    assert all(width < SHEET / 2 for _, _, width in boxes)
    tops = [top for top, _, _ in boxes]
    assert sum(tops.count(top) == 2 for top in tops) >= len(boxes) - 4  # a run of charts may be odd


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_every_caption_whole_and_no_column_of_single_words(phone: Page, scheme: Any) -> None:
    phone.emulate_media(color_scheme=scheme)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    right = phone.locator("main caption > :not(.pm-hidden), main .pm-detail").evaluate_all(
        "all => all.map(each => Math.round(each.getBoundingClientRect().right))"
    )
    assert len(right) > 30
    assert max(right) <= 390
    tall = phone.evaluate(
        """[...document.querySelectorAll('.pm-table:not(.pm-prose, .pm-numbers *) tbody tr:not(.pm-details)')]
           .filter(row => row.getBoundingClientRect().height > 80).map(row => row.textContent)"""
    )
    phone.emulate_media(color_scheme="light")
    assert tall == []


def test_wide_tables_scroll_below_their_captions(phone: Page) -> None:
    left = phone.evaluate(
        """[...document.querySelectorAll('.pm-scroll')]
           .map(box => [box, box.querySelector('caption:not(.pm-hidden) > :not(.pm-hidden)')])
           .filter(([box, caption]) => caption && box.scrollWidth > box.clientWidth + 50)
           .map(([box, caption]) => {
             box.scrollLeft = 50;
             const apart = Math.round(caption.getBoundingClientRect().left
               - box.getBoundingClientRect().left);
             box.scrollLeft = 0;
             return apart;
           })"""
    )
    assert left and set(left) == {0}
