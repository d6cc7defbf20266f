"""No page is wider than its window, and nothing in a chart is cut or covered, whatever font the reader has."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest

from prodmeet_kit.html_report.export import export_html
from prodmeet_kit.html_report.index import write_index
from tests.browser.demo_report import UNFOLD, demo_page, sample_page
from tests.support.hostile_review import hostile_review
from tests.support.sample_items import code_cell, notebook, notebook_of
from tests.support.shared import made_once
from tests.support.shelf import put, slo

if TYPE_CHECKING:
    from tests.browser.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

WIDTHS = (320, 390, 768, 1280, 1920)

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


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_its_window(
    name: str, tmp_path_factory: pytest.TempPathFactory, open_page: Opener
) -> None:
    page = open_page(PAGES[name](tmp_path_factory)).page
    wide = {}
    for state in ("folded", "unfolded"):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if (found := page.evaluate("document.documentElement.scrollWidth")) > width:
                wide[state, width] = found
        page.evaluate(UNFOLD)
    assert wide == {}


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["demo", "sample"])
def test_no_word_of_a_chart_is_cut_or_lies_on_another(
    name: str, width: int, tmp_path_factory: pytest.TempPathFactory, open_page: Opener
) -> None:
    opened = open_page(PAGES[name](tmp_path_factory), width=width)
    opened.page.evaluate(UNFOLD)
    opened.scroll_through()
    assert opened.page.locator(".pm-figure:has(.main-svg)").count() > 4
    assert opened.page.evaluate(CUT) == []
    assert opened.page.evaluate(COVERED) == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_names_at_line_ends_do_not_cover_each_other(
    tmp_path_factory: pytest.TempPathFactory, open_page: Opener
) -> None:
    opened = open_page(sample_page(tmp_path_factory))
    opened.page.locator("#queue-length-by-pod").scroll_into_view_if_needed()
    opened.page.wait_for_selector("#queue-length-by-pod .main-svg")
    boxes = opened.page.locator("#queue-length-by-pod .annotation-text").evaluate_all(
        "texts => texts.map(t => t.getBoundingClientRect()).map(r => [r.top, r.bottom])"
    )
    assert len(boxes) == 11  # of twelve lines one is silent
    boxes.sort()
    overlaps = [above[1] - below[0] for above, below in pairwise(boxes)]
    assert max(overlaps) <= 3  # the boxes have some room above and below the letters
