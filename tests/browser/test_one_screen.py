"""How much a reader has to look at: the first screen is one screen, the report a few, of few words."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodmeet_kit.html_report.export import export_html
from prodmeet_kit.i18n.languages import LANGUAGES
from prodmeet_kit.render import bundles
from prodmeet_kit.review import Review, open_review
from tests.browser.conftest import Opened, Opener
from tests.support.fleet_world import fleet_facts
from tests.support.sample_items import code_cell, notebook_of
from tests.support.shared import made_once

pytestmark = [pytest.mark.browser, pytest.mark.takes(25)]

SCREEN = (1280, 800)

FIRST = """() => {
    const cell = document.querySelector('.page-cell');
    const shown = [...cell.querySelectorAll('.pm-head, .pm-figure, .pm-table tr, .pm-note')]
        .filter(each => each.offsetParent && !each.closest('details'));
    return { end: Math.max(...shown.map(each => each.getBoundingClientRect().bottom)) + scrollY,
             lines: cell.querySelectorAll('.pm-to').length,
             figure: cell.querySelector('.pm-figure').getBoundingClientRect().top + scrollY };
}"""
"""Where what is open of the first item ends, and where its figure begins, in pixels from the top."""

LENGTH = """() => ({ screens: document.documentElement.scrollHeight / innerHeight,
                    words: document.body.innerText.split(/\\s+/).filter(Boolean).length })"""


def reviewed(of: str, language: str) -> Review:
    if of == "demo":
        return open_review(language=language)
    return Review(fleet_facts(int(of.removesuffix(" quiet")), quiet=of.endswith("quiet")))


def page(path: Path, of: str, language: str, *, whole: bool) -> None:
    """The report as ``prodmeet report`` makes it, or its first item alone."""
    review = reviewed(of, language)
    items = (review.overview, *review.items) if whole else (review.overview,)
    cells = [
        code_cell(
            "review", at, [{"output_type": "display_data", "data": data, "metadata": {}} for data in bundles(item)]
        )
        for at, item in enumerate(items)
    ]
    path.write_text(export_html(notebook_of(cells), title="Report", language=language), encoding="utf-8")


def opened(opener: Opener, path: Path) -> Opened:
    made = opener(path)
    made.page.set_viewport_size({"width": SCREEN[0], "height": SCREEN[1]})
    made.page.wait_for_selector(".pm-figure .main-svg")
    return made


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_demo_is_seven_screens_and_its_first_screen_is_one(
    language: str, open_page: Opener, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = made_once(tmp_path_factory, f"one-{language}.html", lambda at: page(at, "demo", language, whole=True))
    shown = opened(open_page, path).page
    first, length = shown.evaluate(FIRST), shown.evaluate(LENGTH)
    assert first["end"] <= SCREEN[1] and first["lines"] == 7
    assert first["figure"] < SCREEN[1] / 3
    assert length["screens"] <= 7
    assert language == "ja" or length["words"] <= 1300


def test_twelve_services_are_eleven_screens_in_three_megabytes(
    open_page: Opener, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = made_once(tmp_path_factory, "one-twelve.html", lambda at: page(at, "12", "en", whole=True))
    shown = opened(open_page, path).page
    first, length = shown.evaluate(FIRST), shown.evaluate(LENGTH)
    assert first["end"] <= SCREEN[1]
    assert length["screens"] <= 11 and length["words"] <= 2000
    assert path.stat().st_size <= 3_000_000


@pytest.mark.parametrize("of", ["30", "12 quiet"])
def test_the_first_screen_of_many_services_is_one_screen(
    of: str, open_page: Opener, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = made_once(tmp_path_factory, f"one-{of}.html", lambda at: page(at, of, "en", whole=False))
    first = opened(open_page, path).page.evaluate(FIRST)
    assert first["end"] <= SCREEN[1]
    assert first["lines"] == (0 if of.endswith("quiet") else 7)
