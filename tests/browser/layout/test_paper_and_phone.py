"""The demo's page on paper and on a phone: nothing is cut, and nothing takes more room than it must."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.demo_report import SHEET, UNFOLD, demo_page, on_paper, pages

if TYPE_CHECKING:
    from tests.browser.conftest import Opener

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In Japanese, which takes more room than English."""
    return demo_page(tmp_path_factory, "ja")


def test_paper_is_short_with_everything_and_shorter_as_shown(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    opened.ready()
    page = opened.page
    page.evaluate("window.print = () => {}; null")
    page.get_by_role("button").first.press("Enter")  # as shown
    short = pages(page)
    assert short <= 16
    assert short < pages(page) <= 30


def test_nothing_is_cut_at_the_right_edge_of_a_sheet(report: Path, open_page: Opener) -> None:
    page = on_paper(open_page(report, width=SHEET))
    cut = page.evaluate(
        """[...document.querySelectorAll('main .pm-scroll, main details, main section')]
           .filter(each => each.clientWidth && each.scrollWidth > each.clientWidth + 1)
           .map(each => each.getAttribute('aria-label') ?? each.textContent.trim().slice(0, 60))"""
    )
    assert page.locator("main .pm-scroll").count() > 20
    assert cut == []


def test_quiet_charts_stand_two_beside_each_other(report: Path, open_page: Opener) -> None:
    boxes = on_paper(open_page(report, width=SHEET)).evaluate(
        """[...document.querySelectorAll('details.pm-chart')].map(each => each.getBoundingClientRect())
           .map(box => [Math.round(box.top), Math.round(box.left), box.width])"""
    )
    assert len(boxes) > 10
    assert all(width < SHEET / 2 for _, _, width in boxes)
    tops = [top for top, _, _ in boxes]
    assert sum(tops.count(top) == 2 for top in tops) >= len(boxes) - 4  # a run of charts may be odd


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_phone_shows_every_caption_whole_and_no_column_of_single_words(
    report: Path, open_page: Opener, dark: bool
) -> None:
    page = open_page(report, width=390, height=844, dark=dark).page
    page.evaluate(UNFOLD)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    right = page.locator("main caption > :not(.pm-hidden), main .pm-detail").evaluate_all(
        "all => all.map(each => Math.round(each.getBoundingClientRect().right))"
    )
    assert len(right) > 30
    assert max(right) <= 390
    tall = page.evaluate(
        """[...document.querySelectorAll('.pm-table:not(.pm-prose, .pm-numbers *) tbody tr:not(.pm-details)')]
           .filter(row => row.getBoundingClientRect().height > 80).map(row => row.textContent)"""
    )
    assert tall == []


def test_wide_tables_scroll_below_their_captions(report: Path, open_page: Opener) -> None:
    page = open_page(report, width=390, height=844).page
    left = page.evaluate(
        """[...document.querySelectorAll('.pm-scroll')]
           .filter(box => box.scrollWidth > box.clientWidth + 50 && box.querySelector('caption'))
           .map(box => {
             box.scrollLeft = 50;
             return Math.round(box.querySelector('caption h3').getBoundingClientRect().left
               - box.getBoundingClientRect().left);
           })"""
    )
    assert left and set(left) == {0}
