"""What a browser says of a meeting before JupyterLab has started."""

from __future__ import annotations

import re
from html import escape

import pytest

from prodmeet_kit.live.look import GONE_S, LONGEST, style, told

SAFE = re.compile(r'"(?:[^\W_]|\\[0-9a-f]+ )*"')


def screen(title: str, headline: str) -> list[dict[str, dict[str, str]]]:
    head = f"<h2 id='overview'>{escape(title)}</h2><p class=\"pm-headline\">{escape(headline)}</p>"
    return [{"data": {"text/html": f"<style>h2 {{ }}</style><header>{head}</header><h2>other</h2>"}}]


@pytest.mark.parametrize(
    "text", ['"; } body { display: none } /*', "</style><script>alert(1)</script>", "\\\n\\", "UNTIL"]
)
def test_no_text_can_end_its_string(text: str) -> None:
    plain = style(screen("Title", "Headline"))
    hostile = style(screen(text, text))
    assert told(screen(text, text)) == (" ".join(text.split()),) * 2
    strings = re.findall(r"content: ([^;]*);", hostile)
    assert len(strings) == 2 and all(SAFE.fullmatch(each) for each in strings)
    assert re.sub(SAFE, "", hostile) == re.sub(SAFE, "", plain)


def test_the_text_goes_with_the_first_output_and_by_itself() -> None:
    css = style(screen("Title", "Headline"))
    assert "body:not(:has(.jp-Notebook .jp-OutputArea-output" in css
    assert f"animation: pm-first-gone 0s {GONE_S}s forwards" in css


def test_a_long_headline_is_cut_and_nothing_is_said_where_none_is_known() -> None:
    assert "x" * LONGEST in style(screen("", "x" * 1000)) and "x" * (LONGEST + 1) not in style(screen("", "x" * 1000))
    assert style([]) == style([{"data": {"image/png": "x"}}]) == style(screen("Title", "")) == ""
