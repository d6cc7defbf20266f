"""The page of the embedded demo, without running a notebook: the items themselves, as the report shows them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from prodmeet_kit.html_report.export import export_html
from prodmeet_kit.review import Review, open_review
from tests.support.sample_items import notebook
from tests.support.shared import made_once

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opened

UNFOLD = "document.querySelectorAll('details').forEach(each => { each.open = true; })"

SHEET = 1016
"""Pixels between the margins of an A4 page on its side: 297 mm - 2 x 14 mm, 96 to an inch."""


def demo_page(factory: pytest.TempPathFactory, language: str = "en") -> Path:
    """The page in this language, the same file for every test."""
    return made_once(factory, f"demo-{language}.html", lambda path: make(path, language))


def sample_page(factory: pytest.TempPathFactory) -> Path:
    """A page of items as large and as ugly as they come, the same file for every test."""
    return made_once(
        factory, "sample.html", lambda path: path.write_text(export_html(notebook(), title="Checkout"), "utf-8")
    )


def make(path: Path, language: str = "en", review: Review | None = None) -> Path:
    """Write the page, in this language."""
    review = review or open_review(language=language)
    page = export_html(notebook((review.overview, *review.items)), title="The demo shop", language=language)
    path.write_text(page, encoding="utf-8")
    return path


def on_paper(opened: Opened) -> Page:
    """The page unfolded, as it is printed."""
    opened.page.evaluate(UNFOLD)
    opened.page.emulate_media(media="print")
    return opened.page


def pages(page: Page) -> int:
    """How many sheets of paper the page takes."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
