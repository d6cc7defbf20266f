"""Whatever stands in labels, titles and notes: text in the report, in Markdown and in JSON, and never anything else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Browser

from prodmeet_kit.archive.layout import record_text
from prodmeet_kit.core.errors import printable
from prodmeet_kit.documents import minutes_md as minutes_document
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.html_report.export import export_html
from prodmeet_kit.review import Review
from tests.browser.conftest import Opened, Opener
from tests.support.hostile_review import UGLY, hostile_review
from tests.support.sample_items import notebook

pytestmark = [pytest.mark.browser, pytest.mark.takes(15)]


@pytest.fixture(scope="module")
def bad() -> Review:
    return hostile_review()


@pytest.fixture(scope="module")
def report(bad: Review, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "report.html"
    path.write_text(export_html(notebook((bad.overview, *bad.items)), title=UGLY[0]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def opened(report: Path, browser: Browser) -> Iterator[Opened]:
    opener = Opener(browser)  # once for all: the page is very long
    shown = opener(report)
    shown.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    shown.scroll_through()
    shown.page.wait_for_timeout(300)
    yield shown
    opener.close()


def test_nothing_in_the_report_runs_loads_or_complains(opened: Opened) -> None:
    assert opened.page.evaluate("window.PWNED") is None
    assert opened.requests == []
    assert opened.console == []
    page = opened.page
    assert page.locator("main img, main iframe, main a[href^='javascript' i], main b, main script[src]").count() == 0


def test_every_ugly_title_is_there_to_be_read(opened: Opened) -> None:
    shown = " ".join(opened.page.locator("main").inner_text().split())
    for text in UGLY[:8]:
        assert " ".join(printable(text).split()) in shown, text[:60]


def test_ten_thousand_letters_do_not_widen_the_page(opened: Opened) -> None:
    wide, seen = opened.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen


def test_markdown_holds_no_markup_of_others(bad: Review) -> None:
    blocks = MarkdownIt("commonmark", {"html": True}).enable("table").parse(minutes_document.write(bad))
    tokens = [*blocks, *(inner for block in blocks for inner in block.children or ())]
    kinds = {token.type for token in tokens}
    assert "table_open" in kinds and "text" in kinds
    assert not kinds & {"html_block", "html_inline", "image"}
    links = [str(token.attrGet("href")) for token in tokens if token.type == "link_open"]
    assert all(link == "report.html" or link.startswith("report.html#finding") for link in links)
    assert [token.content for token in tokens if token.content == "heading"] == []


def test_json_gives_every_text_back_as_it_was(bad: Review) -> None:
    read = json.loads(record_text(record(bad)))
    assert {row["alert"] for row in read["pages"]} >= {text for text in UGLY[::2] if "\x00" not in text}
