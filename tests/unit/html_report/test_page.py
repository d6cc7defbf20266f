"""The report as text: self-contained, guarded, redacted, repeatable; honest about what did not run."""

from __future__ import annotations

import base64
import gzip
import json
import re
import subprocess
import sys
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.core import redaction
from prodmeet_kit.html_report.contents import with_ids
from prodmeet_kit.html_report.export import Page, export_html
from prodmeet_kit.html_report.payload import json_for_script, pack_figure
from prodmeet_kit.html_report.sanitize import sanitized
from prodmeet_kit.render.anchors import Anchors
from prodmeet_kit.render.figures import figure
from prodmeet_kit.render.theme import style
from tests.support import sample_items
from tests.support.sample_items import code_cell, notebook, notebook_of

PLOTLY = "application/vnd.plotly.v1+json"


def output(**data: Any) -> dict[str, Any]:
    return {
        "output_type": "display_data",
        "data": {key.replace("__", "/"): value for key, value in data.items()},
        "metadata": {},
    }


def error(name: str, value: str, *trace: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": list(trace)}


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def page(*cells: dict[str, Any], title: str = "t", language: str = "en") -> str:
    return export_html(notebook_of(list(cells)), title=title, language=language)


@lru_cache
def report() -> str:
    return export_html(notebook(), title="Checkout")


def without_scripts(html: str) -> str:
    return re.sub(r"<script.*?</script>|<style>.*?</style>", "", html, flags=re.DOTALL)


def test_policy_allows_the_page_s_own_script_and_nothing_else() -> None:
    nonce = re.findall(r"script-src 'nonce-(\w{32})'", report())
    assert len(nonce) == 1
    assert (
        f"default-src 'none'; script-src 'nonce-{nonce[0]}'; style-src 'unsafe-inline'; img-src data: blob:; "
        "font-src data:; base-uri 'none'; form-action 'none'"
    ) in report()
    assert report().count(f'<script nonce="{nonce[0]}">') == 1
    others = re.findall(r"<script(?! nonce)([^>]*)>", report())
    assert {re.findall(r'type="([^"]+)"', attributes)[0] for attributes in others} == {"application/json", "text/plain"}


def test_nothing_is_referred_to_outside_the_page() -> None:
    assert re.findall(r'\b(?:src|srcset|action|poster)="(?!data:)[^"]*"', without_scripts(report())) == []
    links = re.findall(r'<a[^>]*href="([^"]*)"', without_scripts(report()))
    assert {link.partition("/")[0] for link in links if not link.startswith("#")} == {"https:"}
    assert re.findall(r'<link[^>]*href="([^"]*)"', report()) == ["data:,"]


def test_the_same_notebook_gives_the_same_page_and_another_a_different_nonce() -> None:
    assert export_html(notebook(), title="Checkout") == report()
    first, second = (re.findall(r"'nonce-(\w+)'", page(code_cell(code, 1)))[0] for code in ("a", "b"))
    assert first != second


def test_plotly_is_carried_once_and_only_with_figures() -> None:
    assert len(re.findall(r'id="pm-\w+-plotly"', report())) == 1
    assert "plotly" not in without_scripts(page(code_cell("x", 1)))
    assert len(page(code_cell("x", 1))) < 60_000


def test_packed_figure_comes_back_as_it_was() -> None:
    shown = figure(sample_items.three_lines(100))
    raw = gzip.decompress(base64.b64decode(pack_figure({**shown, "frames": ["left out"]})))
    length = int.from_bytes(raw[:4], "little")
    content = json.loads(raw[4 : 4 + length])
    assert set(content) == {"data", "layout"}
    for packed, trace in zip(content["data"], shown["data"], strict=True):
        kind, offset, count = packed["y"]["pm"]
        assert kind == "f4"
        start = 4 + length + offset
        planes = np.frombuffer(raw[start : start + 4 * count], "u1").reshape(4, count)
        assert planes.T.tobytes() == base64.b64decode(trace["y"]["bdata"])
    assert content["layout"] == json.loads(json.dumps(shown["layout"]))


def test_json_in_a_script_cannot_end_it() -> None:
    hostile = {"a": "</script><!-- & \u2028\u2029"}
    text = json_for_script(hostile)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == hostile


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<p onclick=x>a</p>", "<p>a</p>"),
        ("a<script>x</script>b<SCRIPT src=x></SCRIPT >c", "abc"),
        ("a<script>never ended", "a"),
        ("<scr<script>x</script>ipt>y</script>", "xipt&gt;y"),
        ('<META http-equiv="refresh">a', "a"),
        ("<link rel=preconnect href=//x>a", "a"),
        ("<iframe></iframe><base href=x><form>a<button>b</button></form>", "ab"),
        ("<svg><style><img src=x onerror=b()></style></svg>", "<svg><style></style></svg><img>"),
        ("<a href=javascript:b()>a</a>", '<a rel="noopener noreferrer">a</a>'),
        ("<a href=' DATA:text/html,b'>a</a>", '<a rel="noopener noreferrer">a</a>'),
        ("<a href='da&#10;ta:text/html,b'>a</a>", '<a rel="noopener noreferrer">a</a>'),
        ("<a href='&#1; data:text/html,b'>a</a>", '<a rel="noopener noreferrer">a</a>'),
        ("<a href='/&#9;/x.example'>a</a><a href='\\\\x.example'>a</a>", '<a rel="noopener noreferrer">a</a>' * 2),
        ("<a href=#row target=_blank>a</a>", '<a href="#row" target="_blank" rel="noopener noreferrer">a</a>'),
        ("<img src=//x/a.png><img src=data:text/html,b><img src=data:image/png;base64,aa>",
         '<img><img><img src="data:image/png;base64,aa">'),
        ("<input type=checkbox checked>a<input type=password>", '<input type="checkbox" checked="">a<input>'),
        (f"{style()}<style>.own{{}}</style>", "<style>.own{}</style>"),
        ("<linker>a<metal>", "a"),
    ],
)  # fmt: skip
def test_markup_of_others_is_cut_down_to_a_list(html: str, left: str) -> None:
    assert sanitized(html) == left


class Seen(HTMLParser):
    """What a browser would make of markup: its elements with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[object] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append((tag, sorted((name, value or "") for name, value in attrs if name != "rel")))

    def handle_data(self, data: str) -> None:
        if self.parts and isinstance(self.parts[-1], str):
            data = str(self.parts.pop()) + data
        self.parts.append(data)

    def handle_comment(self, data: str) -> None:
        self.parts.append(("comment", data))


def test_what_items_and_pandas_show_stays_as_it_is() -> None:
    data = [out["data"] for cell in notebook().cells for out in cell.get("outputs", ())]
    shown = [each["text/html"] for each in data if "text/html" in each]
    shown += [pd.DataFrame({"a": [1, 2]}).style.highlight_max(color="#fee").to_html()]
    assert len(shown) > 3
    for html in shown:
        assert Seen(sanitized(html)).parts == Seen(html.replace(style(), "")).parts


def test_titles_get_addresses_and_taken_ones_are_renamed() -> None:
    anchors = Anchors(["top"])
    html, entries = with_ids(
        '<h1>Intro <em>x</em></h1><h2 id="top">A</h2><p id="a">1</p><p id="a">2</p><h2>A &amp; B</h2>', anchors
    )
    assert html == (
        '<h1 id="Intro-x">Intro <em>x</em></h1><h2 id="top-2">A</h2><p id="a">1</p><p id="a-2">2</p>'
        '<h2 id="A-B">A &amp; B</h2>'
    )
    assert [(entry.anchor, entry.title) for entry in entries] == [("top-2", "A"), ("A-B", "A & B")]


@pytest.mark.parametrize(
    "html",
    [
        '<style><a id="</style><p title=" onclick=alert(1) x">A</p>',
        "<style><a id='</style><p title=' onclick=alert(1) x'>A</p>",
        '<style>/*<h2>*/</style><p title="</h2> onclick=alert(1) <h2 id=&quot;a">A</p>',
        "<svg><style><a title=\"</style><p id=' onclick=alert(1) x'>\">t</a></style></svg>",
        '<!-- <p id="a"> --><p id="b">A</p><br id="c"><svg viewBox="0 0 1 1"><path d="M0 0" id="d"/></svg>',
    ],
)
def test_ids_are_given_to_elements_and_change_nothing_else(html: str) -> None:
    clean = sanitized(html)
    anchors = Anchors(["top"])
    assert with_ids(clean, anchors)[0] == clean
    twice = Seen(with_ids(clean, anchors)[0]).parts
    assert not [name for part in twice if isinstance(part, tuple) and part[0] != "comment" for name, _ in part[1]
                if name.startswith("on")]  # fmt: skip


def test_a_title_may_hold_markup_and_references() -> None:
    _, entries = with_ids('<h2 class="a">A &amp; <em>B&#x26;</em></h2><h2>A<br>b</h2>', Anchors())
    assert [(entry.anchor, entry.title) for entry in entries] == [("A-B", "A & B&"), ("Ab", "Ab")]


def test_contents_tell_the_state_and_the_minutes_of_each_item() -> None:
    nav = re.findall(r"<nav.*?</nav>", report(), re.DOTALL)[0]
    minutes = '<span aria-hidden="true">▲</span> <span title="to decide">9 min</span>'
    assert f'<span class="page-state tone-attention">{minutes}</span>' in nav
    assert '<span class="page-state tone-unknown"><span aria-hidden="true">?</span> could not check</span>' in nav


def test_every_chart_has_its_numbers_as_a_table() -> None:
    figures, tables = report().count('class="pm-figure"'), report().count('class="pm-numbers"')
    assert figures == tables == 10
    assert '<td class="pm-right">2,102 req/s</td>' in report()


def test_a_picture_pasted_into_a_cell_is_shown_and_a_cell_that_fails_costs_itself() -> None:
    cell = {"cell_type": "markdown", "metadata": {}, "source": "![x](attachment:image.png)"}
    html = page({**cell, "attachments": {"image.png": {"image/png": "aGk="}}}, cell, code_cell("y", 1))
    assert '<img src="data:image/png;base64,aGk="' in html
    assert "This part could not be made" in html
    assert html.count('<section class="page-cell">') == 2


def test_the_page_shows_what_came_out_and_no_code() -> None:
    html = page(code_cell("import something", 1), code_cell("review.metrics", 1, [stream("<b>")]))
    assert "&lt;b&gt;" in html and "review.metrics" not in html and "import something" not in html
    assert html.count('<section class="page-cell">') == 1


def test_an_error_is_a_readable_box_without_colours_of_a_terminal() -> None:
    html = page(code_cell("x", 1, [error("KeyError", "'<cart>'", "\x1b[31mTraceback\x1b[0m", "line 1")]))
    assert "This part could not be made" in html
    assert "KeyError: &#39;&lt;cart&gt;&#39;" in html
    assert "Traceback\nline 1" in html
    assert "\x1b" not in html


def test_cells_that_did_not_run_say_so_and_the_page_says_how_many() -> None:
    html = page(
        code_cell("a", 1),
        code_cell("b", None, [stream("begun")]),
        code_cell("c", None),
        code_cell("", None),
    )
    assert "2 cells did not run to their end." in html
    assert html.count("Not run: the notebook stopped before this cell.") == 1
    assert html.count("The notebook stopped inside this cell") == 1


def test_a_notebook_that_ran_says_nothing_of_the_kind() -> None:
    assert "did not run" not in report()
    assert "Not run" not in report()


def test_red_cells_of_papermill_are_left_out() -> None:
    tagged = {"tags": ["papermill-error-cell-tag"]}
    red = {
        "cell_type": "markdown",
        "metadata": tagged,
        "source": '<span style="color:red">An Exception was encountered</span>',
    }
    html = page(red, code_cell("x", 1, [error("ValueError", "no")]))
    assert "An Exception was encountered" not in html
    assert "ValueError: no" in html


def test_streams_are_text_and_messages_are_folded() -> None:
    html = page(code_cell("x", 1, [stream("<b>out</b>"), stream("warning", "stderr")]))
    assert '<pre class="pm-out">&lt;b&gt;out&lt;/b&gt;</pre>' in html
    assert '<details class="pm-log"><summary>Messages of this cell</summary><pre class="pm-out">warning</pre>' in html


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ({"image__png": "aGk=\n"}, 'src="data:image/png;base64,aGk="'),
        ({"image__svg+xml": "<svg onload='x'/>"}, 'src="data:image/svg+xml;utf8,%3Csvg%20onload%3D%27x%27/%3E"'),
        ({"text__markdown": "**b**"}, "<strong>b</strong>"),
        ({"text__plain": "<Review>"}, '<pre class="pm-out">&lt;Review&gt;</pre>'),
        ({"text__html": ["<i>a", "</i>"], "text__plain": "x"}, "<i>a</i>"),
        (
            {"application__vnd.jupyter.widget-view+json": {}, "text__plain": "VBox()"},
            "The notebook has a live control here.",
        ),
    ],
)
def test_outputs_of_other_kinds(data: dict[str, Any], shown: str) -> None:
    assert shown in page(code_cell("x", 1, [output(**data)]))


def test_saved_state_of_widgets_is_dropped() -> None:
    made = notebook_of([code_cell("x", 1)])
    made.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"secret-model": {}}}}
    assert "secret-model" not in export_html(made, title="t")


def test_credentials_are_masked_wherever_text_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_forms", ())
    monkeypatch.setattr(redaction, "_fragments", ())
    redaction.remember("S3CRET-canary")
    shown = {
        "data": [{"type": "scatter", "y": [1, 2], "name": "S3CRET-canary"}],
        "layout": {"title": {"text": "S3CRET-canary"}},
    }
    made = notebook_of(
        [
            {"cell_type": "markdown", "metadata": {}, "source": "S3CRET-canary"},
            code_cell(
                "x = 'S3CRET-canary'", 1, [stream("S3CRET-canary"), error("E", "S3CRET-canary", "S3CRET-canary")]
            ),
            code_cell(
                "y",
                2,
                [
                    output(text__html="<b>https://ann:hunter2@prometheus.example/</b>"),
                    output(**{"application__vnd.plotly.v1+json": shown}),
                ],
            ),
        ]
    )
    before = json.dumps(made)
    html = export_html(made, title="S3CRET-canary")
    packed = re.findall(r'<script type="text/plain" id="pm-\w+-0">([^<]+)</script>', html)[0]
    for text in (html, gzip.decompress(base64.b64decode(packed)).decode("latin-1")):
        assert "S3CRET-canary" not in text
        assert "hunter2" not in text
    assert json.dumps(made) == before


def test_a_figure_of_a_person_has_its_numbers_too() -> None:
    values = {"dtype": "f8", "bdata": base64.b64encode(np.array([1.0, np.nan, 3.0]).tobytes()).decode()}
    shown = {
        "data": [{"y": values}, {"y": ["text"]}, {"y": [None, 2]}, {"type": "pie", "values": [1]}],
        "layout": {"title": "mine"},
    }
    html = page(code_cell("x", 1, [output(**{"application__vnd.plotly.v1+json": shown})]))
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", html)
    assert [(name, re.findall(r">([^<]+)</td>", cells)) for name, cells in rows] == [
        ("line 1", ["1", "2", "3", "3"]),
        ("line 3", ["2", "2", "2", "2"]),
    ]
    assert 'aria-label="mine"' in html


def test_page_carries_the_language_it_is_written_in() -> None:
    assert '<html lang="ja">' in page(code_cell("x", 1), language="ja")


def test_a_title_is_the_first_heading_when_the_notebook_has_none() -> None:
    assert '<h1 class="page-title"><a href="#top">a &lt;b&gt;</a></h1>' in page(code_cell("x", 1), title="a <b>")
    headed = {"cell_type": "markdown", "metadata": {}, "source": "# Own title"}
    assert page(headed).count("<h1") == 1


def test_nbformat_validates_a_notebook_without_the_slow_grammar() -> None:
    code = (
        "import prodmeet_kit._fast_imports, sys, nbformat\n"
        "assert sys.modules['rfc3987_syntax'] is None\n"
        "good = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell('1')])\n"
        "nbformat.validate(good)\n"
        "del good.cells[0]['source']\n"
        "try:\n    nbformat.validate(good)\n"
        "except nbformat.ValidationError:\n    print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "refused"


def test_a_page_made_cell_by_cell_is_that_of_the_whole_notebook() -> None:
    figure_of = output(**{PLOTLY.replace("/", "__"): {"data": [], "layout": {}}})
    whole = notebook_of([code_cell("token=abc", 1, [stream("token=abc")]), code_cell("x", 1, [figure_of])])
    made = Page()
    made.add(whole.cells[1])
    made.add(whole.cells[0], first=True)
    text = made.text("A title")
    assert text == export_html(whole, title="A title") == made.text("A title")
    assert "token=***" in text and "abc" not in without_scripts(text)
