"""Text of others in every view beside the report: shown as it is written, and never anything else.

Each view is opened as it is and, where it has a policy, without it: what is inert must not hang on the policy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from playwright.sync_api import Browser

from prodmeet_kit.documents import minutes_md as minutes_document
from prodmeet_kit.documents import preread
from prodmeet_kit.documents.minutes_html import write_page
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.html_report.index import write_index
from prodmeet_kit.render import PLOTLY
from prodmeet_kit.review import Review
from prodmeet_kit.schemas.frames import label_key
from tests.browser.conftest import Opened, Opener
from tests.support.hostile_review import UGLY, hostile_review
from tests.support.shelf import put, slo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.takes(25)]

BROUGHT_IN = (
    "img, iframe, object, embed, form:not(.pm-add), svg[onload], [onerror], [onload], [srcdoc], a[href^='javascript' i]"
)
"""What the payloads would make of themselves if anything read them as markup."""

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


@pytest.fixture(scope="module")
def bad() -> Review:
    return hostile_review()


def words(text: str) -> str:
    return " ".join(text.replace("\x00", "\ufffd").split())


def assert_inert(opened: Opened, told: tuple[str, ...] = UGLY[:6]) -> None:
    """Nothing ran, was asked for or complained, nothing was made of the text, and the text is there to be read."""
    page = opened.page
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert page.evaluate("window.PWNED") is None
    assert (opened.requests, opened.console) == ([], [])
    assert page.locator(BROUGHT_IN).count() == 0
    shown = words(page.locator("body").inner_text())
    for text in told:
        assert words(text) in shown, text
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)")
    assert [each for each in ids if not re.fullmatch(r"[\w.-]+", each)] == []


def without_policy(path: Path) -> Path:
    text = path.read_text(encoding="utf-8")
    assert POLICY.search(text)
    other = path.with_name(f"bare-{path.name}")
    other.write_text(POLICY.sub("", text), encoding="utf-8")
    return other


def bare(path: Path, body: str, head: str = "") -> Path:
    """A page without any policy of its own."""
    icon = '<link rel="icon" href="data:,">'
    path.write_text(f'<!DOCTYPE html><meta charset="utf-8">{icon}{head}<body>{body}</body>', encoding="utf-8")
    return path


def test_the_page_of_the_minutes(bad: Review, tmp_path: Path, open_page: Opener) -> None:
    (tmp_path / "minutes.md").write_text(minutes_document.write(bad), encoding="utf-8")
    page = write_page(tmp_path / "minutes.md")
    for path in (page, without_policy(page)):
        opened = open_page(path)
        assert_inert(opened)
        assert opened.page.title().startswith(words(UGLY[0]))


def of_github(text: str) -> str:
    """CommonMark with tables and markup let through: what GitHub's own reader gives before it cleans it."""
    return str(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


def of_notebooks(text: str) -> str:
    """What nbconvert makes of a Markdown cell, formulas included."""
    return str(MarkdownWithMath(renderer=IPythonRenderer(escape=False, exclude_anchor_links=True)).render(text))


@pytest.mark.parametrize("rendered", [of_github, of_notebooks])
@pytest.mark.parametrize("write", [minutes_document.write, preread.write], ids=["minutes", "agenda"])
def test_markdown_that_somebody_renders_and_does_not_clean(
    bad: Review,
    write: Callable[[Review], str],
    rendered: Callable[[str], str],
    tmp_path: Path,
    open_page: Opener,
) -> None:
    body = re.sub(r' id="[^"]*"', "", rendered(write(bad)))  # ids of headings are the reader's own
    assert_inert(open_page(bare(tmp_path / "page.html", body)))


def test_the_index(tmp_path: Path, open_page: Opener) -> None:
    team = "team <img src=x onerror=window.PWNED=1>"
    for number, text in enumerate(UGLY[:6]):
        folder = text.replace("/", "\u2215").replace("\x00", "")
        put(tmp_path, folder, title=text, slos=[slo("BAD", 0.5, -1.0)])
        put(tmp_path, folder, "2026-11-09", title=text)  # two meetings: a history is drawn
        broken = put(tmp_path, f"{number} {folder}", title=text)
        (broken / "review.json").write_text(json.dumps({"product": f"{number} {text}"}), encoding="utf-8")
    put(tmp_path, team, title=team, language="<b>", slos=[slo("BAD")], glance={"pages": "<b>", "to_decide": team})
    page = write_index(tmp_path)
    for path in (page, without_policy(page)):
        opened = open_page(path)
        assert_inert(opened, (*UGLY[:6], team))
        hrefs = opened.page.evaluate("[...document.querySelectorAll('a')].map(each => each.getAttribute('href'))")
        assert hrefs and all(href.startswith(("./", "#")) for href in hrefs)
        assert opened.page.evaluate(
            "[...document.querySelectorAll(\"a[href^='#']\")].every(each =>"
            " document.getElementById(decodeURIComponent(each.hash.slice(1))))"
        )


class Labelled:
    """A metric source whose labels and warnings are as bad as the rest."""

    name = UGLY[0]

    def answer(self, question: Question) -> Answer:
        import numpy as np
        import pandas as pd

        assert question.step is not None
        index = pd.date_range(question.start, question.end, freq=question.step, name="time")
        columns = [label_key({"pod": text, text: "x"}) for text in UGLY[:6]]
        values = np.arange(len(index) * len(columns), dtype=float).reshape(len(index), -1)
        frame = pd.DataFrame(values, index, columns=columns)
        return Answer(question, frame, warnings=tuple(UGLY[:6]), source=self.name)

    def close(self) -> None:
        """Nothing is open."""


def outputs(bad: Review) -> dict[str, list[dict[str, Any]]]:
    """What the cells of the notebooks put out: of the meeting, and of exploring."""
    from prodmeet_kit.render import bundles

    asking = Review(bad.facts)
    asking.ask_at = Labelled
    things = bad.facts.records["incidents"]
    assert things is not None
    explored = {
        "slo": bad.slo(),
        "compare": bad.compare("load/cart/requests"),
        "query": asking.query("up"),
        **{f"around {number}": bad.around(str(identity)) for number, identity in enumerate(things["id"][:3])},
    }
    shown = {item.key: list(bundles(item)) for item in (bad.overview, *bad.items)}
    return shown | {name: list(each.bundles()) for name, each in explored.items()}


DRAW = """
for (const [at, figure] of FIGURES.entries()) {
  Plotly.newPlot(`figure-${at}`, figure.data, figure.layout, {...figure.config, plotlyServerURL: ""});
}
"""


def notebook_page(path: Path, shown: dict[str, list[dict[str, Any]]]) -> tuple[Path, int]:
    """The outputs one below the other, figures drawn by plotly as JupyterLab does, in a page without a policy."""
    from plotly.offline import get_plotlyjs

    from prodmeet_kit.html_report.payload import json_for_script

    figures: list[Any] = []
    parts: list[str] = []
    for name, found in shown.items():
        parts.append(f"<h1>{escape(name)}</h1>")
        for bundle in found:
            if PLOTLY in bundle:
                parts.append(f'<div class="figure" id="figure-{len(figures)}" style="width:900px"></div>')
                figures.append(json.loads(json.dumps(bundle[PLOTLY], default=list)))
            else:
                parts.append(bundle["text/html"])
    script = f"<script>{get_plotlyjs()}</script>"
    drawn = f"<script>const FIGURES = {json_for_script(figures)};{DRAW}</script>"
    return bare(path, "".join(parts) + drawn, script), len(figures)


@pytest.fixture(scope="module")
def put_out(bad: Review, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Opened, int]]:
    opener = Opener(browser)
    path, figures = notebook_page(tmp_path_factory.mktemp("outputs") / "page.html", outputs(bad))
    yield opener(path), figures
    opener.close()


def test_the_outputs_of_the_notebooks_without_the_policy_of_the_report(put_out: tuple[Opened, int]) -> None:
    opened, figures = put_out
    assert opened.page.locator(".figure .main-svg").count() >= figures > 5
    assert_inert(opened)


def test_the_words_on_charts_and_those_the_pointer_reads(put_out: tuple[Opened, int]) -> None:
    opened, figures = put_out
    page = opened.page
    read = ""
    for at in range(figures):
        place = page.locator(f"#figure-{at}")
        place.scroll_into_view_if_needed()
        box = place.bounding_box()
        assert box is not None
        for share in (0.3, 0.5, 0.7):
            page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] * 0.5)
            page.wait_for_timeout(60)
            read += page.evaluate("[...document.querySelectorAll('.hoverlayer')].map(e => e.textContent).join(' ')")
    assert "<img src=x" in read  # the label of a series, as text
    drawn = page.evaluate("[...document.querySelectorAll('.figure text')].map(each => each.textContent).join(' ')")
    assert "<a href=" in drawn and "<img src" in drawn
    assert page.locator(".figure svg a, .figure svg foreignObject").count() == 0
    pictures = page.evaluate("[...document.querySelectorAll('.figure svg image')].map(each => each.href.baseVal)")
    assert all(each.startswith("data:image/png;base64,") for each in pictures)  # a heat map is one
    # Plotly makes a tspan with a style of each <b>, <i> and <sup> that it reads.
    assert page.locator(".figure svg tspan[style*='font-weight'], .figure svg tspan[style*='italic']").count() == 0
    assert_inert(opened)


MODEL = """
const model = (state) => ({
  get: (name) => state[name], set: () => {}, save_changes: () => {}, send: () => {}, on: () => {}, off: () => {},
});
"""


def test_the_forms_of_the_meeting_and_the_controls_of_exploring(bad: Review, tmp_path: Path, open_page: Opener) -> None:
    from prodmeet_kit.live import open_meeting

    stage = open_meeting(bad, minutes=str(tmp_path / "minutes")).stage
    findings = [page for page in stage.pages if page["kind"] == "finding"]
    for page in findings:
        stage._heard(stage, {"kind": "edit", "subject": page["key"], "name": "note", "value": UGLY[0]}, [])
    stage._heard(stage, {"kind": "add", "text": UGLY[1]}, [])
    stage._heard(stage, {"kind": "go", "from": 0, "to": len(stage.pages) - 1}, [])
    stage.state = {**stage.state, "at": 0}
    box = bad.promql
    box.editor.words = {**box.editor.words, "metrics": list(UGLY), "labels": {text: list(UGLY) for text in UGLY}}
    box.run(UGLY[2])
    bad.closer.choose(str(bad.closer.chooser.groups[0]["choices"][0][0]))
    widgets = [stage, bad.closer.chooser, box.editor]
    script = MODEL
    for number, widget in enumerate(widgets):
        state = {name: value for name, value in widget.get_state().items() if not name.startswith("_")}
        code = str(widget._esm).replace("export { context };", "").replace("export default", f"const widget{number} =")
        script += f"{{ {code}\nwidget{number}.render({{model: model({as_script(state)}), el: document.body}}); }}\n"
    opened = open_page(bare(tmp_path / "page.html", f'<script type="module">{script}</script>'))
    opened.page.wait_for_selector("section.pm-promql")
    field = opened.page.locator("section.pm-promql textarea")
    field.fill("img")
    field.press("Control+Space")
    assert opened.page.locator("section.pm-promql [role=option]").count() > 0
    field.blur()
    read = opened.page.evaluate("[...document.querySelectorAll('option, section')].map(e => e.textContent).join(' ')")
    values: set[str] = set()
    for _ in stage.pages[1:]:
        opened.page.keyboard.press("ArrowRight")
        read += " " + str(opened.page.evaluate("document.querySelector('.pm-page').textContent"))
        values |= set(opened.page.evaluate("[...document.querySelectorAll('.pm-page input')].map(each => each.value)"))
        assert opened.page.locator(f".pm-stage :is({BROUGHT_IN})").count() == 0
    for text in UGLY[:6]:
        assert words(text)[:60] in words(read), text
    assert {UGLY[0], UGLY[1]} <= values
    assert_inert(opened, ())
    # What was said is in files below the folder of the product, by names of letters and digits.
    files = [path.relative_to(tmp_path / "minutes") for path in (tmp_path / "minutes").rglob("*") if path.is_file()]
    assert len(files) > 10
    assert [path for path in files if not re.fullmatch(r"shop/[a-z_]+/[a-z0-9-]+\.yaml", path.as_posix())] == []


def test_jupyterlab_itself_shows_the_meeting_as_it_is_written(bad: Review, tmp_path: Path, browser: Browser) -> None:
    from prodmeet_kit.snapshot import freeze
    from tests.browser.test_live import live, opened

    (tmp_path / "user").mkdir()
    freeze(bad.facts, tmp_path / "r" / "snapshot")
    with live(tmp_path) as (address, _):
        page = opened(browser, address)
        left: list[str] = []
        page.on("request", lambda request: left.append(request.url))
        page.on("pageerror", lambda error: left.append(error.message))
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        shown = words(page.locator(".jp-Notebook").inner_text())
        for _ in range(100):
            page.keyboard.press("ArrowRight")
            shown += " " + words(page.locator(".pm-page").inner_text())
            if page.locator(".pm-end").count():
                break
        page.wait_for_timeout(1000)
        assert page.evaluate("window.PWNED") is None
        assert page.locator(f":is(.pm, .pm-stage) :is({BROUGHT_IN})").count() == 0
        # JupyterLab sets what stands between dollar signs as a formula: not in what is kept from others.
        assert page.locator(".jp-OutputArea mjx-container").count() == 0
        for text in UGLY[:6]:
            assert words(text) in shown, text
        assert [each for each in left if not each.startswith(("http://127.0.0.1:", "data:", "blob:"))] == []


def as_script(state: Any) -> str:
    from prodmeet_kit.html_report.payload import json_for_script

    return json_for_script(state)
