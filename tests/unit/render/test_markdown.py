"""Items as Markdown: what a renderer shows is the text itself."""

from __future__ import annotations

import html
import re

import pandas as pd
import pytest
from markdown_it import MarkdownIt

from prodmeet_kit.evidence import AgendaItem, Column, Table
from prodmeet_kit.render.markdown import markdown
from prodmeet_kit.render.markdown_text import escape
from tests.support import sample_items

render = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render


def rendered_text(source: str) -> str:
    """Text as a reader sees it."""
    return html.unescape(re.sub(r"<[^>]+>", "", render(source))).strip()


@pytest.mark.parametrize(
    "text",
    [
        *(text.replace("\u2028", " ") for text in sample_items.HOSTILE),
        "# not a title",
        "- not a list",
        "+ nor this",
        "1. nor this",
        "> no quote",
        "---",
        "*a* **b** _c_ __d__ ~~e~~ `f` ``g``",
        "[text](https://evil.example) ![x](y) <https://a.example>",
        "&lt;b&gt; &amp; &#60;",
        "a \\ b \\* c",
        'cpu_usage_seconds_total{job="a"} > 0.5',
        "+3.2% and 10.5 ms",
        "計算 *強調*",
    ],
)
def test_a_renderer_shows_the_text_as_it_is(text: str) -> None:
    out = render(escape(text))
    assert set(re.findall(r"<(/?\w+)", out)) <= {"p", "/p"}
    assert rendered_text(escape(text)) == text


@pytest.mark.parametrize(
    "text", ["cpu_usage_seconds_total", "10.5 ms (p95)", "+3.2%", "cart/availability", "Tue 10 Nov 12:04"]
)
def test_plain_text_is_not_littered_with_backslashes(text: str) -> None:
    assert escape(text) == text


def test_text_stays_on_one_line() -> None:
    assert escape("a\nb\r\n\u2028c") == "a b c"


def test_every_table_row_has_as_many_cells_as_its_head() -> None:
    source = markdown(sample_items.hostile_item())
    rows = [line for line in source.splitlines() if line.startswith("|")]
    assert len(rows) > 10
    bars = [len(re.findall(r"(?<!\\)\|", row)) for row in rows]
    assert set(bars[:8]) == {6}  # five columns
    assert len(set(bars[8:])) == 1


def test_item_has_state_headline_questions_and_failures() -> None:
    source = markdown(sample_items.items()[0], level=3)
    assert source.startswith("### Metrics (9 min)\n\n**to decide:** 1 of 4 SLOs is missed")
    assert "To decide:\n\n1. checkout/latency has no budget left" in source
    assert "Could not check:\n\n- github acme/checkout: 401" in markdown(sample_items.items()[3])
    assert source.endswith("\n")
    assert not source.endswith("\n\n")


def test_folded_evidence_is_counted() -> None:
    assert "3 more tables and charts are in the report." in markdown(sample_items.items()[0])


def test_links_are_links_only_where_they_are_safe() -> None:
    frame = pd.DataFrame({"u": ["https://a.example/x (1)|y", "javascript:alert(1)"]})
    item = AgendaItem("k", "T", "h", "fine", "UTC", (Table("t", frame, (Column("u", "U", "link"),)),))
    source = markdown(item)
    assert "(https://a.example/x%20%281%29%7Cy)" in source
    assert "](javascript" not in source


def test_code_with_backticks_and_bars_stays_code() -> None:
    frame = pd.DataFrame({"q": ['a{b=~"c|d"}', "x ` y", "`"]})
    item = AgendaItem("k", "T", "h", "fine", "UTC", (Table("t", frame, (Column("q", "Q", "code"),)),))
    out = render(markdown(item))
    assert re.findall(r"<code>(.*?)</code>", out) == ["a{b=~&quot;c|d&quot;}", "x ` y", "`"]
