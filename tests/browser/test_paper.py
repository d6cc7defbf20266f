"""The demo's page on paper and on a phone, in a real Chromium: what stays together, and what a reader asks for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from prodmeet_kit.html_report.export import export_html
from tests.browser.demo_report import SHEET, demo_page, on_paper, pages
from tests.support.sample_items import notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.takes(20)]

COUNT_FOLDS = """addEventListener('beforeprint', () => {
  window.opened = document.querySelectorAll('details.pm-fold[open]').length; })"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In Japanese, which takes more room than English."""
    return demo_page(tmp_path_factory, "ja")


def test_paper_shows_what_the_reader_asks_for_and_everything_is_longer(report: Path, open_page: Opener) -> None:
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

    assert short < pages(page)  # once more, now as Ctrl-P does: everything
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


def test_as_shown_is_a_hand_out_of_what_the_reader_opened_and_nothing_that_is_folded(
    report: Path, open_page: Opener
) -> None:
    opened = open_page(report)
    opened.ready()
    page = opened.page
    page.evaluate("window.print = () => {}; null")
    page.evaluate(COUNT_FOLDS)
    page.evaluate("document.querySelector('details.pm-fold:not(details details)').open = true")
    page.get_by_role("button").first.click()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    shown = page.locator("main details").evaluate_all("all => all.filter(each => each.checkVisibility()).length")
    assert shown == 1 == page.evaluate("window.opened")
    assert not page.locator("nav").first.is_visible()
    # the first screen is as wide as the sheet, what follows half as wide
    first = page.locator(".page-cell:has(#overview)")
    sheet = page.evaluate("document.querySelector('main').clientWidth")
    assert first.evaluate("each => each.clientWidth") == sheet
    assert page.locator(".page-cell:has(#metrics)").evaluate("each => each.clientWidth") < sheet / 2
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("nav").first.is_visible() and page.evaluate("document.documentElement.dataset.print") is None


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_hand_out_of_the_demo_is_four_sheets(
    tmp_path_factory: pytest.TempPathFactory, open_page: Opener, language: str
) -> None:
    opened = open_page(demo_page(tmp_path_factory, language))
    opened.ready()
    opened.page.evaluate("window.print = () => {}; null")
    opened.page.get_by_role("button").first.click()
    assert pages(opened.page) <= 4


def test_no_chart_is_wider_than_its_place_on_a_hand_out(report: Path, open_page: Opener) -> None:
    opened = open_page(report, width=SHEET)
    opened.ready()
    page = opened.page
    page.evaluate("window.print = () => {}; null")
    page.get_by_role("button").first.click()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    beyond = page.evaluate(
        """[...document.querySelectorAll('.pm-figure:has(.main-svg)')].filter(each => each.checkVisibility()).map(
             each => [each.querySelector('.main-svg'), each.closest('.pm-plot, .pm-chart, .page-cell')]).map(
             ([inner, outer]) => inner.getBoundingClientRect().right - outer.getBoundingClientRect().right)"""
    )
    assert len(beyond) > 1 and max(beyond) <= 1


def test_a_row_and_its_details_are_one_group_that_no_sheet_ends_within(report: Path, open_page: Opener) -> None:
    found = on_paper(open_page(report, width=SHEET)).evaluate(
        """[...document.querySelectorAll('tr.pm-details')].filter(row => !row.querySelector('.pm-lines')).map(row => [
             row.parentElement.rows.length, row.parentElement.rows[1] === row,
             getComputedStyle(row.parentElement).breakInside])"""
    )
    assert len(found) > 50
    assert {tuple(each) for each in found} == {(2, True, "avoid")}


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
