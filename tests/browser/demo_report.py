"""The page of the embedded demo, without running a notebook: the items themselves, as the report shows them."""

from __future__ import annotations

from pathlib import Path

from prodmeet_kit.page.export import export_html
from prodmeet_kit.review import Review, open_review
from tests.support.sample_items import notebook

UNFOLD = "document.querySelectorAll('details').forEach(each => { each.open = true; })"


def make(path: Path, language: str = "en", review: Review | None = None) -> Path:
    """Write the page, in this language."""
    review = review or open_review(language=language)
    page = export_html(notebook((review.overview, *review.items)), title="The demo shop", language=language)
    path.write_text(page, encoding="utf-8")
    return path
