"""`prodmeet minutes` and minutes.html: structure a document keeps, text that is inert, edits nobody loses."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from prodmeet_kit.archive.folder import put_in_place, staging
from prodmeet_kit.cli import cli
from prodmeet_kit.core.errors import InputError
from prodmeet_kit.documents.minutes_html import page, write_page

DAY = "2026-11-23"
TEXT = "# Shop & co\n\nPresent: ada\n\n- one\n\n| What | Hours |\n| --- | ---: |\n| `a|b` | 3 |\n".replace(
    "a|b", "a\\|b"
)


class Seen(HTMLParser):
    """Which elements a page has, with their attributes, and its text."""

    def __init__(self, made: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(made)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def report(folder: Path, text: str = TEXT) -> list[str]:
    """Make the report of the day, whose minutes are the text, and return what was said."""
    notes: list[str] = []
    with staging(folder / "reports" / "shop") as new:
        (new / "minutes.md").write_text(text)
        put_in_place(new, DAY, notes.append)
    return notes


def prodmeet(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["-C", str(folder), "minutes", *arguments])


def test_headings_lists_and_tables_keep_their_structure_with_styles_of_their_own() -> None:
    seen = Seen(page(TEXT))
    tags = [tag for tag, _ in seen.tags]
    assert [tags.count(tag) for tag in ("h1", "ul", "li", "table", "th", "td")] == [1, 1, 1, 1, 2, 2]
    styles = {tag: str(attributes.get("style")) for tag, attributes in seen.tags}
    assert "border-collapse:collapse" in styles["table"]
    assert "border:1px solid" in styles["th"] and "border:1px solid" in styles["td"]
    assert styles["td"].endswith("text-align:right")  # the last column, as the Markdown says
    assert "nowrap" in styles["code"]
    assert "a|b" in seen.text
    assert page(TEXT).count("<title>Shop &amp; co</title>") == 1


HOSTILE = """# <script>alert(1)</script>

<img src=x onerror=alert(2)>

<style>body{display:none}</style> **bold** <b onclick=alert(3)>x</b>

[a](javascript:alert(4)) [b](data:text/html,x) [c](https://example.com/?q="><script>) ![i](https://example.com/i.png)

| a<br> | b |
| --- | --- |
| <iframe src=//example.com> | [d](vbscript:x) |

&lt;script&gt;
"""


def test_hostile_text_stays_text() -> None:
    seen = Seen(page(HOSTILE))
    kinds = {tag for tag, _ in seen.tags}
    assert kinds <= {
        "html", "head", "meta", "title", "style",
        "body", "h1", "p", "strong", "a", "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert page(HOSTILE).count("<style") == 1  # its own
    allowed = {"name", "style", "href", "rel", "charset", "http-equiv", "content"}
    assert {name for _, attributes in seen.tags for name in attributes} <= allowed
    links = [attributes["href"] for tag, attributes in seen.tags if tag == "a"]
    assert all(str(link).startswith("https://example.com/") for link in links)
    assert "<script>alert(1)</script>" in seen.text  # as text, for people to read


def test_japanese_breaks_between_phrases_and_english_says_no_language() -> None:
    assert '<html lang="ja">' in page("# ショップ\n") and "word-break: auto-phrase" in page("# ショップ\n")
    assert "<html>" in page(TEXT)


def test_a_page_needs_nothing_from_anywhere() -> None:
    made = page(HOSTILE)
    assert "default-src 'none'" in made
    assert " src=" not in "".join(str(tag) for tag in Seen(made).tags)


def test_the_newest_minutes_are_printed_as_people_left_them(tmp_path: Path) -> None:
    report(tmp_path)
    (tmp_path / "reports" / "shop" / DAY / "minutes.md").write_text("edited: more cache\n")
    assert report(tmp_path, "# New\n") == ["kept your edited minutes.md; the new text is minutes.new.md"]
    result = prodmeet(tmp_path, "shop")
    assert (result.exit_code, result.stdout) == (0, "edited: more cache\n")
    assert "The new text of the report is in minutes.new.md: merge it by hand" in result.stderr


def test_the_page_of_edited_minutes_tells_at_its_top_of_the_newer_text_until_that_is_gone(tmp_path: Path) -> None:
    report(tmp_path)
    place = tmp_path / "reports" / "shop" / DAY
    (place / "minutes.md").write_text("edited: more cache\n")
    report(tmp_path, "# New\n")
    told = prodmeet(tmp_path, "shop", "--html")
    first, second = [line for line in Seen((place / "minutes.html").read_text()).text.splitlines() if line][-2:]
    assert (first, second) == (
        "The new text of the report is in minutes.new.md: merge it by hand",
        "edited: more cache",
    )
    assert "minutes.new.md: merge it by hand" in told.stderr
    (place / "minutes.new.md").unlink()
    assert prodmeet(tmp_path, "shop", "--html").stderr == ""
    assert "merge it by hand" not in (place / "minutes.html").read_text()


def test_minutes_nobody_edited_are_printed_without_a_word(tmp_path: Path) -> None:
    report(tmp_path)
    result = prodmeet(tmp_path, "shop")
    assert (result.stdout, result.stderr) == (TEXT, "")


def test_the_page_is_written_beside_them_and_again_when_they_change(tmp_path: Path) -> None:
    report(tmp_path)
    place = tmp_path / "reports" / "shop" / DAY
    result = prodmeet(tmp_path, "--report", str(place), "--html")
    assert (result.exit_code, result.stdout) == (0, f"{place / 'minutes.html'}\n")
    (place / "minutes.md").write_text("# Edited\n")
    write_page(place / "minutes.md")
    assert "<h1>Edited</h1>" in (place / "minutes.html").read_text()


def test_a_page_somebody_edited_is_not_overwritten(tmp_path: Path) -> None:
    report(tmp_path)
    place = tmp_path / "reports" / "shop" / DAY
    write_page(place / "minutes.md").write_text("my own words")
    with pytest.raises(InputError, match=r"minutes\.html was edited by hand: move it away"):
        write_page(place / "minutes.md")
    assert prodmeet(tmp_path, "shop", "--html").exit_code == 2
    report(tmp_path, "# New\n")  # nor lost when the report is made again
    assert (place / "minutes.html").read_text() == "my own words"


def test_a_page_of_the_kit_goes_with_its_report(tmp_path: Path) -> None:
    report(tmp_path)
    place = tmp_path / "reports" / "shop" / DAY
    write_page(place / "minutes.md")
    report(tmp_path, "# New\n")
    assert not (place / "minutes.html").exists()  # it would tell of the old minutes


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("shop",), "make its report first: prodmeet report shop"),
        ((), "give a product, or a report with --report"),
        (("--report", "."), "give the folder of a report"),
    ],
)
def test_what_is_missing_is_said_with_the_way_to_make_it(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    result = prodmeet(tmp_path, *arguments)
    assert result.exit_code == 2 and says in result.stderr
