"""The exported report in a real browser: offline, quiet, complete, safe, printable."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import numpy as np
import pytest

from prodmeet_kit.evidence import Chart
from prodmeet_kit.html_report.export import export_html
from prodmeet_kit.render import PLOTLY
from tests.browser.demo_report import sample_page
from tests.support import sample_items
from tests.support.sample_items import code_cell, notebook_of

if TYPE_CHECKING:
    from tests.browser.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.takes(15)]

DRAWN = ".pm-figure .main-svg"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_page(tmp_path_factory)


def charts(item: int = 0) -> int:
    return sum(isinstance(evidence, Chart) for evidence in sample_items.items()[item].evidence)


def drawn(opened: object) -> int:
    page = opened.page  # type: ignore[attr-defined]
    return int(
        page.evaluate("[...document.querySelectorAll('.pm-figure')].filter(f => f.querySelector('.main-svg')).length")
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_page_asks_for_nothing_and_says_nothing_on_the_console(report: Path, open_page: Opener, dark: bool) -> None:
    opened = open_page(report, dark=dark)
    opened.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    opened.scroll_through()
    opened.page.wait_for_timeout(300)
    assert opened.requests == []
    assert opened.console == []


def test_charts_are_drawn_as_the_reader_comes_to_them_and_all_by_the_end(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    opened.page.wait_for_selector(DRAWN)
    in_all = opened.page.locator(".pm-figure").count()
    assert in_all == charts(0) + charts(4)
    assert drawn(opened) < in_all  # not all at once
    opened.page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
    opened.scroll_through()
    opened.page.wait_for_timeout(500)
    assert drawn(opened) == in_all


def test_a_gap_is_a_break_in_the_line_not_a_bridge(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    opened.page.wait_for_selector(DRAWN)
    # the sample has one line with one gap of 60 steps
    assert opened.page.locator(".pm-figure").first.locator(".scatterlayer path.js-line").count() == 2


def test_a_thinned_line_has_its_highest_value_at_its_own_time(tmp_path: Path, open_page: Opener) -> None:
    values = np.zeros(8064, np.float32)
    values[5001] = 1.0
    y = {"dtype": "f4", "bdata": base64.b64encode(values.tobytes()).decode()}
    trace = {"type": "scatter", "mode": "lines", "x0": "2026-10-26T10:05:00", "dx": 300_000, "y": y}
    figure = {"data": [trace], "layout": {"xaxis": {"type": "date"}}}
    output = {"output_type": "display_data", "data": {PLOTLY: figure}, "metadata": {}}
    path = tmp_path / "report.html"
    path.write_text(export_html(notebook_of([code_cell("figure", 1, [output])]), title="One line"), encoding="utf-8")
    opened = open_page(path)
    opened.page.wait_for_selector(DRAWN)
    x, y = opened.page.evaluate("(({ x, y }) => [x, [...y]])(document.querySelector('.pm-figure').data[0])")
    assert len(x) == len(y) < 1100
    high = datetime(2026, 10, 26, 10, 5) + 5001 * timedelta(minutes=5)  # noqa: DTZ001 - the clock on the wall
    assert datetime.fromisoformat(x[y.index(1.0)]) == high
    assert opened.console == []


def test_hostile_text_is_shown_and_never_runs(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    opened.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    opened.scroll_through()
    opened.page.wait_for_timeout(300)
    assert opened.page.evaluate("window.PWNED") is None
    assert opened.page.locator("main img, main iframe, main a[href^='javascript']").count() == 0
    shown = opened.page.locator("main").inner_text()
    for text in sample_items.HOSTILE[:5]:
        assert text in shown
    labels = opened.page.locator(".pm-figure").last.locator(".annotation-text").all_text_contents()
    assert any("<a h" in label for label in labels)
    assert (
        opened.page.locator(".pm-figure").last.locator(".annotation-text a, .annotation-text [style*='bold']").count()
        == 0
    )


def test_every_line_of_the_contents_leads_to_a_title(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    links = opened.page.locator("nav a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert len(links) == len(sample_items.items())
    for link in links:
        assert opened.page.evaluate("id => document.getElementById(id)?.tagName", unquote(link[1:])) == "H2"


def test_ids_are_unique(report: Path, open_page: Opener) -> None:
    ids = open_page(report).page.evaluate("[...document.querySelectorAll('main [id]')].map(e => e.id)")
    assert len(ids) == len(set(ids)) > 50


def test_printing_draws_every_chart_and_gives_a_pdf(report: Path, open_page: Opener) -> None:
    opened = open_page(report, dark=True)
    opened.ready()
    assert drawn(opened) < opened.page.locator(".pm-figure").count()
    pdf = opened.page.pdf(prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")
    assert drawn(opened) == opened.page.locator(".pm-figure").count()
    assert opened.console == []


def test_page_is_dark_for_a_reader_who_wants_it_dark_and_follows_a_change(report: Path, open_page: Opener) -> None:
    opened = open_page(report, dark=True)
    opened.page.wait_for_selector(DRAWN)
    tick = opened.page.locator(".pm-figure .xtick text").first
    ground = "getComputedStyle(document.body).backgroundColor"
    assert opened.page.evaluate(ground) == "rgb(21, 24, 29)"
    before = tick.evaluate("e => getComputedStyle(e).fill")
    opened.page.emulate_media(color_scheme="light")
    opened.page.wait_for_timeout(400)
    assert opened.page.evaluate(ground) == "rgb(255, 255, 255)"
    assert opened.page.locator(".pm-figure .xtick text").first.evaluate("e => getComputedStyle(e).fill") != before


def test_script_and_refresh_in_output_that_a_person_made_do_nothing(tmp_path: Path, open_page: Opener) -> None:
    html = (
        "<script>window.PWNED=1</script><img src=x onerror='window.PWNED=1'>"
        "<meta http-equiv='refresh' content='0;url=https://evil.example/'>"
        "<link rel=preconnect href='https://evil.example'><form action='https://evil.example'><button>go</button></form>"
    )
    output = {"output_type": "display_data", "data": {"text/html": html}, "metadata": {}}
    path = tmp_path / "own.html"
    path.write_text(export_html(notebook_of([code_cell("x", 1, [output])]), title="t"), encoding="utf-8")
    opened = open_page(path)
    opened.page.wait_for_timeout(500)
    assert opened.page.evaluate("window.PWNED") is None
    assert opened.page.url == path.as_uri()
    assert opened.requests == []


def test_a_figure_made_without_the_kit_is_drawn_too(tmp_path: Path, open_page: Opener) -> None:
    figure = {
        "data": [{"type": "bar", "x": ["a", "b"], "y": [1, 3], "name": "n"}],
        "layout": {"title": {"text": "mine"}},
    }
    output = {"output_type": "display_data", "data": {"application/vnd.plotly.v1+json": figure}, "metadata": {}}
    path = tmp_path / "own.html"
    path.write_text(export_html(notebook_of([code_cell("x", 1, [output])]), title="t"), encoding="utf-8")
    opened = open_page(path)
    opened.page.wait_for_selector(".bars .point")
    assert opened.page.locator(".pm-numbers tbody td").all_text_contents() == ["1", "2", "3", "3"]
    assert opened.console == []


def test_a_reader_who_goes_up_and_down_at_once_sees_every_chart(report: Path, open_page: Opener) -> None:
    opened = open_page(report)
    opened.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    opened.page.evaluate(
        """async () => {
             for (let turn = 0; turn < 12; turn += 1) {
               scrollTo(0, turn % 2 ? 0 : document.documentElement.scrollHeight);
               await new Promise(done => setTimeout(done, 30));
             }
           }"""
    )
    opened.scroll_through()
    assert drawn(opened) == opened.page.locator(".pm-figure").count()
    assert opened.console == []
