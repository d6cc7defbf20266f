"""The index in a real browser: offline, quiet, inert, and no wider than a phone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from prodmeet_kit.archive.fleet_run import write_failures
from prodmeet_kit.html_report.index import write_index
from prodmeet_kit.html_report.neighbours import link
from tests.browser.test_accessible import violations
from tests.support.shelf import put, slo

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.takes(10)]

UGLY = "<script>alert(1)</script><img src=http://e.invalid/x.png onerror=alert(2)> " + "W" * 120


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    reports = tmp_path_factory.mktemp("reports")
    for year in range(30):
        day = f"20{year:02}-01-01"
        put(reports, day=day, slos=[slo("BAD", 3.0, -1.003)])
        link(reports / "shop", day)
    asks = {"subject": "slo:web/latency", "headline": UGLY, "question": "Roll it back?"}
    put(reports, "mail", title=UGLY, findings=[asks], slos=[slo() | {"service": UGLY, "name": "latency"}])
    (put(reports, "mail", "2026-11-09") / "review.json").write_text("{")
    write_failures(reports, {"mail": UGLY, "new": UGLY}, datetime(2026, 11, 30, tzinfo=UTC))
    write_index(reports)
    return reports


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_index_asks_for_nothing_says_nothing_and_fits(
    reports: Path, open_page: Opener, width: int, dark: bool
) -> None:
    opened = open_page(reports / "index.html", width=width, dark=dark)
    opened.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.page.locator("img, script").count() == 0
    assert opened.page.locator("#mail th > a").inner_text() == UGLY
    assert opened.requests == []
    assert opened.console == []
    assert violations(opened.page) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_forty_products_are_one_table_in_which_each_is_a_few_lines(
    tmp_path: Path, open_page: Opener, width: int
) -> None:
    asks = {
        "subject": "slo:web/latency",
        "headline": "web/latency misses its objective.",
        "question": "Roll CH-31 back?",
    }
    for number in range(40):
        for day in ("2026-11-09", "2026-11-23"):
            put(tmp_path, f"product-{number}", day, title=f"Product {number}", findings=[asks])
    opened = open_page(write_index(tmp_path), width=width)
    heights = opened.page.evaluate("[...document.querySelectorAll('tbody tr')].map(row => row.clientHeight)")
    assert len(heights) == 40 and max(heights) <= (60 if width == 1280 else 180)
    assert opened.page.evaluate("document.querySelector('#product-7').scrollWidth") <= width
    opened.page.emulate_media(media="print")  # paper has room for the table, whatever the screen
    assert opened.page.evaluate("getComputedStyle(document.querySelector('#product-7')).display") == "table-row"


def test_people_walk_from_meeting_to_meeting_and_back_to_the_index(reports: Path, browser: Browser) -> None:
    page = browser.new_page()  # one that may leave the page it was opened with
    page.goto((reports / "index.html").as_uri())
    page.locator("#shop th > a").click()
    assert page.url.endswith("/shop/2029-01-01/report.html")
    page.get_by_title("Previous meeting").click()
    assert page.url.endswith("/shop/2028-01-01/report.html")
    page.get_by_title("Next meeting").click()
    assert page.url.endswith("/shop/2029-01-01/report.html")
    page.get_by_text("All meetings").click()
    assert page.url.endswith("/index.html#shop")
    page.close()
