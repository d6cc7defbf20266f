"""The demo's page on paper and on a phone, in a real Chromium: what stays together, and what a reader asks for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from prodmeet_kit.page.export import export_html
from tests.browser.demo_report import UNFOLD, make
from tests.support.sample_items import notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Opened, Opener

pytestmark = pytest.mark.browser

SHEET = 1016
"""Pixels between the margins of an A4 page on its side: 297 mm - 2 x 14 mm, 96 to an inch."""

COUNT_FOLDS = """addEventListener('beforeprint', () => {
  window.opened = document.querySelectorAll('details.pm-fold[open]').length; })"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In Japanese, which takes more room than English."""
    return make(tmp_path_factory.mktemp("paper") / "report.html", "ja")


def pages(page: Page) -> int:
    """How many sheets of paper the page takes."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def on_paper(opened: Opened) -> Page:
    opened.page.evaluate(UNFOLD)
    opened.page.emulate_media(media="print")
    return opened.page


def test_paper_is_short_with_everything_and_shorter_as_shown(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    opened.ready()
    page = opened.page
    page.evaluate("window.asked = 0; window.print = () => { window.asked += 1; }; null")
    page.evaluate(COUNT_FOLDS)
    folds = page.locator("details.pm-fold").count()

    page.get_by_role("button").first.press("Enter")  # as shown
    assert page.evaluate("window.asked") == 1
    short = pages(page)
    assert page.evaluate("window.opened") == 0
    assert short <= 16

    assert pages(page) <= 30  # once more, now as Ctrl-P does: everything
    assert page.evaluate("window.opened") == folds

    page.get_by_role("button").nth(1).press("Enter")  # everything
    assert page.evaluate("window.asked") == 2
    assert short < pages(page)
    assert page.evaluate("window.opened") == folds
    assert page.locator("details.pm-fold[open]").count() == 0
    assert opened.console == []


def test_evidence_is_unfolded_on_paper_where_no_script_runs(report: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    on_screen = page.locator("details.pm-fold table").first.bounding_box()
    page.emulate_media(media="print")
    on_paper = page.locator("details.pm-fold table").first.bounding_box()
    context.close()
    assert not on_screen or on_screen["height"] == 0
    assert on_paper and on_paper["height"] > 100


def test_as_shown_prints_what_the_reader_opened_and_the_titles_of_the_rest(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    opened.ready()
    page = opened.page
    page.evaluate("window.print = () => {}; null")
    page.evaluate(COUNT_FOLDS)
    page.evaluate("document.querySelector('details.pm-chart').open = true")
    page.get_by_role("button").first.click()
    pages(page)
    assert page.evaluate("window.opened") == 1
    assert page.locator("details.pm-chart[open] .main-svg").count() > 0
    page.emulate_media(media="print")
    closed = page.locator("details.pm-fold:not([open]) > summary")
    assert closed.count() > 10
    assert all(summary.is_visible() for summary in closed.all())


def test_a_row_and_its_details_are_one_group_that_no_sheet_ends_within(report: Path, open_page: Opener) -> None:
    found = on_paper(open_page(report, width=SHEET)).evaluate(
        """[...document.querySelectorAll('tr.pm-details')].filter(row => !row.querySelector('.pm-lines')).map(row => [
             row.parentElement.rows.length, row.parentElement.rows[1] === row,
             getComputedStyle(row.parentElement).breakInside])"""
    )
    assert len(found) > 50
    assert {tuple(each) for each in found} == {(2, True, "avoid")}


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


def test_no_title_ends_the_style_it_is_printed_by(tmp_path: Path, open_page: Opener) -> None:
    title = '"; } } * { color: red } </style><script>window.PWNED = 1</script>\\'
    path = tmp_path / "report.html"
    path.write_text(export_html(notebook(), title=title), encoding="utf-8")
    opened = open_page(path)
    opened.page.emulate_media(media="print")
    assert opened.page.evaluate("window.PWNED") is None
    assert opened.page.evaluate("[...document.scripts].filter(each => each.text.includes('PWNED')).length") == 0
    main = opened.page.locator("main")
    assert main.evaluate("each => getComputedStyle(each).paddingTop") == "0px"  # a rule that follows the title
    assert main.evaluate("each => getComputedStyle(each).color") != "rgb(255, 0, 0)"
    assert opened.page.locator(".page-title").inner_text() == title


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
