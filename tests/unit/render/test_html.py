"""Items as HTML: stable addresses, words beside colours, and no text from outside that becomes markup."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise

import pandas as pd
import pytest

from prodmeet_kit.core.errors import Failure
from prodmeet_kit.evidence import AgendaItem, Chart, Column, Note, Table
from prodmeet_kit.i18n import languages
from prodmeet_kit.i18n.languages import use
from prodmeet_kit.render import PLOTLY, bundles, chart_bundle
from prodmeet_kit.render.anchors import Anchors, slug
from prodmeet_kit.render.html import FIGURE, chunks
from prodmeet_kit.render.states import TONES, word
from prodmeet_kit.render.tables import safe_url, view
from prodmeet_kit.render.theme import css
from tests.support import sample_items


class Elements(HTMLParser):
    """Every element of a piece of HTML with its attributes, and its text; complains of tags left open."""

    VOID = ("br", "img", "meta", "link", "input", "hr")

    def __init__(self, html: str):
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def item(*evidence: Table | Chart | Note, **more: object) -> AgendaItem:
    values = {"key": "metrics", "title": "Metrics", "headline": "All well.", "state": "fine", "timezone": "UTC", **more}
    return AgendaItem(evidence=evidence, **values)  # type: ignore[arg-type]


def html(shown: AgendaItem) -> str:
    return "".join(chunk for chunk in chunks(shown) if isinstance(chunk, str))


@pytest.mark.parametrize("at", range(len(sample_items.items())))
def test_every_chunk_is_well_formed_and_stands_alone(at: int) -> None:
    for chunk in chunks(sample_items.items()[at]):
        if isinstance(chunk, str):
            Elements(chunk)


def test_hostile_text_makes_no_element_and_is_all_shown() -> None:
    page = Elements(html(sample_items.hostile_item()))
    tags = {tag for tag, _ in page.found}
    blocks = {"div", "header", "h2", "h3", "p", "ul", "ol", "li"}
    assert tags <= blocks | {"span", "strong", "code", "a", "table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert all(link["href"] is not None and link["href"].startswith("#") for link in page.all("a"))
    assert not [name for _, attributes in page.found for name in attributes if name.startswith("on")]
    for text in sample_items.HOSTILE:
        assert text in page.text


def test_title_has_the_key_as_its_address_and_the_state_in_words() -> None:
    page = Elements(html(item(state="attention", key="paging_events", minutes=4.5)))
    head = {"id": "paging_events", "data-tone": "attention", "data-state": "to decide", "data-minutes": "4.5 min"}
    assert page.all("h2") == [head]
    assert "▲ to decide" in page.text
    assert "4.5 min" in page.text


def test_failures_are_a_box_that_says_what_could_not_be_checked() -> None:
    failure = Failure("metrics", "prometheus", "401: set PROMETHEUS_TOKEN")
    text = Elements(html(item(state="could_not_check", failures=(failure,)))).text
    assert "Could not check" in text
    assert "prometheus: 401: set PROMETHEUS_TOKEN" in text


def test_questions_are_a_numbered_list() -> None:
    page = Elements(html(item(questions=("Raise it?", "Drop it?"), state="attention")))
    assert len(page.all("ol")) == 1
    assert "To decide" in page.text


def table(rows: list[str], **more: object) -> Table:
    return Table("Things", pd.DataFrame({"name": rows}), (Column("name", "Name"),), anchor=("name",), **more)  # type: ignore[arg-type]


def test_rows_have_stable_addresses() -> None:
    page = Elements(html(item(table(["cart/a", "mail b", "cart a"]))))
    assert [row.get("id") for row in page.all("tr")] == [None, "metrics-cart-a", "metrics-mail-b", "metrics-cart-a-2"]


def test_two_tables_of_an_item_do_not_share_an_address() -> None:
    ids = [
        attributes["id"]
        for _, attributes in Elements(html(item(table(["a"]), table(["a"])))).found
        if "id" in attributes
    ]
    assert ids == ["metrics", "metrics-a", "metrics-a-2"]


def test_table_says_what_each_cell_is_for_who_cannot_see_it() -> None:
    page = Elements(html(item(table(["a", "b"]))))
    assert [cell["scope"] for cell in page.all("th")] == ["col", "row", "row"]
    assert len(page.all("caption")) == 1


def test_an_empty_table_says_none() -> None:
    page = Elements(html(item(table([]))))
    assert page.all("table") == []
    assert "None." in page.text


def test_folded_evidence_is_in_details_with_what_it_holds() -> None:
    page = Elements(html(item(table(["a", "b"], folded=True), sample_items.load(folded=True))))
    assert len(page.all("details")) == 2
    assert "2 rows" in page.text
    assert "highest 2,102 req/s, last 1,235 req/s" in page.text


def test_numbers_stand_right_and_unknown_is_said_aloud() -> None:
    frame = pd.DataFrame({"n": ["a", "b"], "v": [1.0, None]})
    page = Elements(html(item(Table("T", frame, (Column("n", "N"), Column("v", "V", "number", unit="req/s"))))))
    assert [cell["class"] for cell in page.all("td")] == ["pm-kind-number pm-right"] * 2
    assert {"class": "pm-unknown-value", "role": "img", "aria-label": "not known", "title": "not known"} in page.all(
        "span"
    )


def test_times_carry_their_machine_form() -> None:
    frame = pd.DataFrame({"n": ["a"], "at": pd.to_datetime(["2026-11-10T03:04Z"])})
    shown = item(Table("T", frame, (Column("n", "N"), Column("at", "At", "time"))), timezone="Asia/Tokyo")
    page = Elements(html(shown))
    assert page.all("time") == [{"datetime": "2026-11-10T12:04+09:00", "title": "2026-11-10T12:04+09:00"}]
    assert "Asia/Tokyo time" in page.text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("https://pager.example/4711", True),
        ("http://a.example", True),
        (" https://a.example ", True),
        ("javascript:alert(1)", False),
        ("JAVASCRIPT:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,x", False),
        ("//a.example", False),
        ("https:///path", False),
        ("https://[", False),
        ("ftp://a.example", False),
        ("", False),
    ],
)
def test_only_http_and_https_become_links(text: str, safe: bool) -> None:
    assert bool(safe_url(text)) is safe
    frame = pd.DataFrame({"u": [text]})
    page = Elements(html(item(Table("T", frame, (Column("u", "U", "link"),)))))
    assert len(page.all("a")) == int(safe)


def test_amount_takes_its_unit_from_the_row() -> None:
    frame = pd.DataFrame({"v": [2048.0, 2.0], "unit": ["bytes", "cores"]})
    shown = view(Table("T", frame, (Column("v", "V", "amount"),)), "k", "UTC", Anchors())
    assert [row.cells[0].text for row in shown.rows] == ["2 KiB", "2 cores"]


def test_a_column_that_the_frame_lacks_is_an_error_and_not_a_dash() -> None:
    with pytest.raises(KeyError):
        view(Table("T", pd.DataFrame({"a": [1]}), (Column("b", "B"),)), "k", "UTC", Anchors())


def test_every_figure_has_its_place_at_the_end_of_the_chunk_before_it() -> None:
    shown = chunks(sample_items.items()[0])
    for before, after in pairwise(shown):
        if isinstance(after, Chart):
            assert isinstance(before, str)
            assert before.count(FIGURE) == 1
    assert not isinstance(shown[-1], str) or FIGURE not in shown[-1]


def test_an_item_is_shown_in_its_own_language_wherever_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def translated(message: str, /, **_: object) -> str:
        seen.append(languages.current())
        return message

    monkeypatch.setattr("prodmeet_kit.render.html.t", translated)
    with use("ja"):
        shown = item()
    assert shown.language == "ja"
    html(shown)
    assert set(seen) == {"ja"}


@pytest.mark.parametrize(
    ("value", "text", "tone"),
    [
        ("OK", "met", "good"),
        ("BAD", "not met", "bad"),
        ("NO_DATA", "no data", "unknown"),
        ("noise", "noise", "attention"),
        ("not met", "not met", "bad"),  # a word in the reader's language keeps its tone
        ("something new", "something new", "quiet"),
    ],
)
def test_states_are_words_with_a_tone(value: str, text: str, tone: str) -> None:
    found = word(value)
    assert (found.text, found.tone) == (text, tone)
    assert tone in TONES


@pytest.mark.parametrize(
    ("parts", "anchor"),
    [
        (("metrics", "cart/availability"), "metrics-cart-availability"),
        (("a b", "<script>"), "a-b-script"),
        (("可用性",), "可用性"),
        (("", "--"), "item"),
    ],
)
def test_slug(parts: tuple[str, ...], anchor: str) -> None:
    assert slug(*parts) == anchor


def test_long_addresses_stay_apart() -> None:
    first, second = slug("x" * 200 + "a"), slug("x" * 200 + "b")
    assert first != second
    assert len(first) == len(second) == 80


def test_bundles_are_html_and_figures_by_their_mime_type_alone() -> None:
    kinds = [tuple(bundle) for bundle in bundles(sample_items.items()[0])]
    assert set(kinds) == {("text/html", "text/plain"), (PLOTLY, "text/plain")}
    first = next(iter(bundles(sample_items.items()[0])))
    assert first["text/html"].startswith("<style data-pm>")
    assert first["text/plain"].startswith("## Metrics")


def test_a_chart_alone_carries_its_title() -> None:
    assert "title" in chart_bundle(sample_items.load())[PLOTLY]["layout"]


def test_style_touches_nothing_outside_an_item() -> None:
    rules = [line.strip() for line in css().splitlines() if line.strip().endswith("{") or "{ " in line]
    selectors = [rule.partition("{")[0].strip() for rule in rules if not rule.startswith(("@", "--", "/*"))]
    assert len(selectors) > 40
    assert all(".pm" in part for selector in selectors for part in selector.split(", "))


def test_long_texts_stand_on_a_line_below_their_row_and_only_where_there_are_some() -> None:
    frame = pd.DataFrame({"id": ["A", "B"], "impact": ["<b>long</b> story", ""], "url": ["", ""]})
    table = Table(
        "Incidents",
        frame,
        (Column("id", "Incident"), Column("url", "Link", "link")),
        (Column("impact", "Impact"),),
        anchor=("id",),
    )
    text = html(item(table))
    assert text.count('<tr class="pm-details">') == 1
    assert "&lt;b&gt;long&lt;/b&gt; story" in text
    assert ">Link<" not in text  # a column without a single link


def grouped(*rows: str, **more: object) -> str:
    frame = pd.DataFrame({"id": [f"A{at}" for at in range(len(rows))], "why": list(rows)})
    return html(item(Table("T", frame, (Column("id", "Id"),), (Column("why", "Why"),), anchor=("id",), **more)))  # type: ignore[arg-type]


def test_a_row_and_its_details_are_a_group_of_their_own_and_rows_alone_are_one_group() -> None:
    with_details = grouped("because", "")
    assert Elements(with_details).all("tbody") == [{"class": "pm-record"}] * 2
    assert 'id="metrics-A0"' in with_details.partition("</tbody>")[0].partition("pm-details")[0]
    assert 'id="metrics-A1"' in with_details.partition("</tbody>")[2]
    assert Elements(grouped("", "")).all("tbody") == [{}]


def test_folded_records_are_a_list_each_value_with_its_title_and_their_caption_is_shown() -> None:
    frame = pd.DataFrame({"id": ["A"], "n": [3], "why": ["because"]})
    columns = (Column("id", "Id"), Column("n", "Times", "count"))
    shown = Table("T", frame, columns, (Column("why", "Why"),), folded=True, caption="Of all.")
    page = Elements(html(item(shown)))
    assert [each["class"] for each in page.all("table")] == ["pm-table pm-prose pm-listed"]
    assert [each.get("data-title") for each in page.all("td")] == ["Times", None]
    assert page.all("caption") == [{}]
    assert page.all("h3") == [{"class": "pm-hidden"}]  # the summary says it
    assert [each["class"] for each in page.all("p")][-1] == "pm-small"


def test_an_item_with_nothing_to_decide_is_one_line_and_what_could_not_be_checked_is_not() -> None:
    quiet = html(item(state="none", headline="None, because the list is empty."))
    assert "pm-line" in quiet and "pm-state" not in quiet  # the headline says it
    assert all(each in html(item(state="fine")) for each in ("pm-line", "pm-state"))
    gone = Failure("toil", "the list", "refused")
    for more in ({"state": "attention"}, {"state": "could_not_check"}, {"state": "fine", "failures": (gone,)}):
        assert "pm-line" not in html(item(**more))
