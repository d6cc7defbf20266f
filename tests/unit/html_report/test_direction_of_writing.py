"""Characters that turn the direction of writing: a title of others does not turn round the kit's own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodmeet_kit.html_report import export_html
from prodmeet_kit.html_report.index import write_index
from prodmeet_kit.render.html import chunks
from prodmeet_kit.render.markdown import markdown
from tests.support.sample_items import notebook
from tests.support.shelf import put
from tests.unit.render.test_html import item

TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def turned(text: str) -> set[str]:
    return set(TURNING) & set(text)


@pytest.mark.parametrize("letter", TURNING)
def test_an_item_shows_a_replacement(letter: str) -> None:
    shown = item(title=f"shop{letter}evil", headline=f"a{letter}b")
    page = "".join(chunk for chunk in chunks(shown) if isinstance(chunk, str))
    for text in (page, markdown(shown)):
        assert not turned(text)
        assert "shop\N{REPLACEMENT CHARACTER}evil" in text


def test_the_titles_of_the_page_and_of_the_index_do_too(tmp_path: Path) -> None:
    assert not turned(export_html(notebook(), title=f"shop{TURNING}"))
    put(tmp_path, title=f"shop{TURNING}")
    text = write_index(tmp_path).read_text(encoding="utf-8")
    assert "shop" in text and not turned(text)


def test_hebrew_and_arabic_stay_as_they_are() -> None:
    page = "".join(chunk for chunk in chunks(item(title="\u05e9\u05dc\u05d5\u05dd \u200f")) if isinstance(chunk, str))
    assert "\u05e9\u05dc\u05d5\u05dd \u200f" in page
