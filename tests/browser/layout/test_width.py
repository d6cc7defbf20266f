"""No page is wider than its window, and nothing in a chart is cut or covered, whatever font the reader has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page

from prodmeet_kit.html_report.export import export_html
from prodmeet_kit.html_report.index import write_index
from tests.browser.conftest import Opener
from tests.browser.demo_report import UNFOLD, demo_page, sample_page
from tests.support.hostile_review import hostile_review
from tests.support.sample_items import code_cell, notebook, notebook_of
from tests.support.shared import made_once
from tests.support.shelf import put, slo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.takes(60)]

WIDTHS = (320, 390, 768, 1280, 1920)
WIDE = 1280

CUT = """[...document.querySelectorAll('.pm-figure')].flatMap(figure => {
  const edge = figure.getBoundingClientRect();
  return [...figure.querySelectorAll('text')].filter(text => {
    const box = text.getBoundingClientRect();
    return box.width && (box.left < edge.left - 1 || box.right > edge.right + 1
      || box.top < edge.top - 4 || box.bottom > edge.bottom + 4);
  }).map(text => `${figure.ariaLabel}: ${text.textContent}`);
})"""
"""Words of charts beyond the edge of their chart. The box of a line of text is higher than its letters."""

COVERED = """[...document.querySelectorAll('.pm-figure')].flatMap(figure => {
  const texts = [...figure.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()])
    .filter(([text, box]) => text && box.width);
  return texts.flatMap(([one, a], at) => texts.slice(at + 1).filter(([, b]) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5)
    .map(([other]) => `${figure.ariaLabel}: ${one} and ${other}`));
})"""
"""Words of charts that lie on each other."""


def own(path: Path) -> None:
    """What people write into their notebooks: words and tables as wide as they like."""
    cells = "".join(f"<td>column {number} of many</td>" for number in range(40))
    table = {"text/html": f"<div><table class='dataframe'><tr>{cells}</tr></table></div>"}
    output = {"output_type": "display_data", "data": table, "metadata": {}}
    long = "W" * 200
    text = f"# {long}\n\n| a | b |\n|--|--|\n| word | {long} |\n\n    {long}\n\n`{long}`\n\n- {long}"
    made = notebook_of([code_cell("x", 1, [output]), nbformat.v4.new_markdown_cell(text)])
    path.write_text(export_html(made, title="W" * 80), encoding="utf-8")


def hostile(path: Path) -> None:
    bad = hostile_review()
    path.write_text(export_html(notebook((bad.overview, *bad.items)), title="x" * 10_000), encoding="utf-8")


def index(path: Path) -> None:
    path.mkdir()
    for year in range(30):
        put(path, day=f"20{year:02}-01-01", slos=[slo("BAD", 3.0, -1.003)])
    put(path, "mail", title="W" * 120)
    (put(path, "mail", "2026-11-09") / "review.json").write_text("{")
    write_index(path)


PAGES: dict[str, Callable[[pytest.TempPathFactory], Path]] = {
    "demo": demo_page,
    "demo in Japanese": lambda factory: demo_page(factory, "ja"),
    "sample": sample_page,
    "own": lambda factory: made_once(factory, "own.html", own),
    "hostile": lambda factory: made_once(factory, "hostile.html", hostile),
    "index": lambda factory: made_once(factory, "reports", index) / "index.html",
}
CHARTED = ("demo", "sample")
"""Pages whose charts are looked at."""


def too_wide(page: Page) -> dict[tuple[str, int], int]:
    """In which state and window the page is wider than the window; it is unfolded afterwards."""
    wide = {}
    for state in ("folded", "unfolded"):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if (found := page.evaluate("document.documentElement.scrollWidth")) > width:
                wide[state, width] = found
        page.evaluate(UNFOLD)
    return wide


@pytest.mark.parametrize("name", [name for name in PAGES if name not in CHARTED])
def test_no_page_is_wider_than_its_window(
    name: str, tmp_path_factory: pytest.TempPathFactory, open_page: Opener
) -> None:
    assert too_wide(open_page(PAGES[name](tmp_path_factory)).page) == {}


@dataclass(frozen=True)
class Drawn:
    """What is seen of a page that was unfolded and read to its end."""

    wide: dict[tuple[str, int], int]
    """In which windows it was wider than the window; looked at for ``WIDE`` alone."""
    charts: int
    cut: list[str]
    covered: list[str]
    width: int
    names: list[list[float]]
    """Top and bottom of each name at a line's end, in the sample alone."""


@pytest.fixture(scope="module")
def drawn(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, int], Drawn]:
    """Reads a page in a window of a width, once for all tests: drawing every chart is what takes the time."""

    @cache
    def read(name: str, width: int) -> Drawn:
        opener = Opener(browser)
        opened = opener(PAGES[name](tmp_path_factory), width=width)
        page = opened.page
        wide = too_wide(page) if width == WIDE else {}
        page.evaluate(UNFOLD)
        if width == WIDE:
            page.set_viewport_size({"width": width, "height": 800})
            page.wait_for_timeout(600)  # what was drawn already is drawn again for this width
        opened.scroll_through()
        seen = Drawn(
            wide,
            page.locator(".pm-figure:has(.main-svg)").count(),
            page.evaluate(CUT),
            page.evaluate(COVERED),
            page.evaluate("document.documentElement.scrollWidth"),
            page.locator("#queue-length-by-pod .annotation-text").evaluate_all(
                "texts => texts.map(t => t.getBoundingClientRect()).map(r => [r.top, r.bottom])"
            ),
        )
        opener.close()
        return seen

    return read


@pytest.mark.parametrize("name", CHARTED)
def test_no_page_with_charts_is_wider_than_its_window(name: str, drawn: Callable[[str, int], Drawn]) -> None:
    assert drawn(name, WIDE).wide == {}


@pytest.mark.parametrize("width", [390, WIDE])
@pytest.mark.parametrize("name", CHARTED)
def test_no_word_of_a_chart_is_cut_or_lies_on_another(
    name: str, width: int, drawn: Callable[[str, int], Drawn]
) -> None:
    seen = drawn(name, width)
    assert seen.charts > 4
    assert (seen.cut, seen.covered) == ([], [])
    assert seen.width <= width


def test_names_at_line_ends_do_not_cover_each_other(drawn: Callable[[str, int], Drawn]) -> None:
    boxes = drawn("sample", WIDE).names
    assert len(boxes) == 11  # of twelve lines one is silent
    boxes.sort()
    overlaps = [above[1] - below[0] for above, below in pairwise(boxes)]
    assert max(overlaps) <= 3  # the boxes have some room above and below the letters
