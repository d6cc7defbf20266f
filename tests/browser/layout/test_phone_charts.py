"""Charts on a phone in a real browser: every mark is named, no name covers another or lies on a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from prodmeet_kit.evidence import Mark
from prodmeet_kit.html_report.export import export_html
from tests.browser.conftest import Opener
from tests.support import sample_items
from tests.support.sample_items import MARKS, notebook

pytestmark = [pytest.mark.browser, pytest.mark.takes(10)]

CROWD = tuple(replace(MARKS[1], start=MARKS[1].start + timedelta(hours=16 * n), label=f"Queue<b>{n}") for n in range(6))
BURST = (*CROWD, Mark(MARKS[0].start, MARKS[0].end, "INC-41 checkout <b>slow</b> & late", "incident"), CROWD[5])


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shown = sample_items.items()[0]
    charts = (sample_items.error_ratio(), replace(sample_items.load(), title="burst", anchor="burst", marks=BURST))
    path = tmp_path_factory.mktemp("phone") / "report.html"
    path.write_text(export_html(notebook((replace(shown, evidence=charts),)), title="Checkout"), encoding="utf-8")
    return path


def boxes(page: Page, figure: int) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right and bottom of each name in a chart, by its text."""
    found: dict[str, tuple[float, float, float, float]] = (
        page.locator(".pm-figure")
        .nth(figure)
        .evaluate("""figure => Object.fromEntries([...figure.querySelectorAll('.annotation-text')].map(each => {
            const box = each.getBoundingClientRect();
            return [each.textContent, [box.left, box.top, box.right, box.bottom]];
        }))""")
    )
    return found


@pytest.fixture(scope="module")
def phone(report: Path, browser: Browser) -> Iterator[Page]:
    opener = Opener(browser)
    opened = opener(report, width=390, height=844)
    opened.scroll_through()
    yield opened.page
    opener.close()


def test_every_mark_is_named_above_the_plot_or_below_it(phone: Page) -> None:
    marks = [text for text in boxes(phone, 0) if text[0] in "■▾◆"]
    assert len(marks) == 5
    assert phone.locator(".pm-marks").count() == 1  # below the other chart alone
    above = [text for text in boxes(phone, 1) if text[0] in "■▾◆"]
    below = phone.locator(".pm-marks").inner_text()
    assert below.startswith("Also marked: ")
    for name in ("INC-41", *(f"Queue<b>{n}" for n in range(6))):
        assert any(name in text for text in above) or name in below
    assert phone.locator(".pm-marks b").count() == 0


def test_no_name_covers_another_or_is_cut(phone: Page) -> None:
    for figure in (0, 1):
        found = boxes(phone, figure)
        for one, other in combinations(found.values(), 2):
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] - 3 <= other[1] or other[3] - 3 <= one[1]
            assert apart, found
        assert all(left >= 0 and right <= 390 for left, _, right, _ in found.values())


def test_the_name_of_a_level_lies_on_no_line(phone: Page) -> None:
    left, top, right, bottom = boxes(phone, 0)["allowed by 99.9%: 0.1%"]
    crossing = phone.locator(".pm-figure").first.evaluate(
        """(figure, [left, top, right, bottom]) => [...figure.querySelectorAll('.js-line')].filter(line => {
            const size = line.getTotalLength(), place = line.getScreenCTM();
            for (let at = 0; at <= size; at += 1) {
                const { x, y } = line.getPointAtLength(at).matrixTransform(place);
                if (x > left && x < right && y > top + 2 && y < bottom - 2) return true;
            }
            return false;
        }).length""",
        [left, top, right, bottom],
    )
    assert crossing == 0


def test_a_wide_screen_names_below_only_what_found_no_room(report: Path, open_page: Opener) -> None:
    opened = open_page(report, width=1280)
    opened.scroll_through()
    opened.page.set_viewport_size({"width": 390, "height": 844})
    opened.page.wait_for_timeout(600)
    narrow = opened.page.locator(".pm-marks").inner_text()
    opened.page.set_viewport_size({"width": 1280, "height": 800})
    opened.page.wait_for_timeout(600)
    wide = " ".join(opened.page.locator(".pm-marks").all_inner_texts())
    assert len(wide) < len(narrow)
