"""The live meeting as a scribe has it: real Chromium, real JupyterLab, the demo."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from prodmeet_kit.minutes import Minutes
from prodmeet_kit.render.anchors import finding_id
from prodmeet_kit.review import open_review

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.takes(45)]

PAGE = ".pm-stage .pm-page"
ANSWER_MS = 20_000
PROGRAM = [sys.executable, "-m", "prodmeet_kit"]


def environment(home: Path) -> dict[str, str]:
    """Nothing may be written to the user's own home."""
    root = str(Path(__file__).resolve().parents[2])
    return {**os.environ, "HOME": str(home / "user"), "PYTHONPATH": root}


@contextmanager
def live(home: Path) -> Iterator[tuple[str, psutil.Process]]:
    """``prodmeet live`` on a frozen demo: the address to open, and its process."""
    command = [*PROGRAM, "-C", str(home), "live", "--no-browser", "--report", str(home / "r")]
    log = (home / "log").open("a+", encoding="utf-8")
    with (
        log,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment(home), start_new_session=True
        ) as process,
    ):
        children: list[psutil.Process] = []
        try:
            address = first_line(process, 120)
            children = psutil.Process(process.pid).children(recursive=True)
            yield address, psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
            _, left = psutil.wait_procs(children, timeout=10)
            for child in left:  # JupyterLab has a session of its own: no group reaches it
                child.kill()
    assert not left, "processes were left behind"


def first_line(process: subprocess.Popen[str], limit_s: float) -> str:
    assert process.stdout is not None
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        assert ready.select(limit_s), "no address was printed"
    line = process.stdout.readline().strip()
    assert line.startswith("http://127.0.0.1:"), line
    return line


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(address)
    expect(page.locator(".pm-stage .pm-bar")).to_be_visible(timeout=60_000)
    return page


def status(page: Page, text: str) -> None:
    expect(page.locator(f"{PAGE} .pm-decide .pm-status")).to_have_text(text, timeout=ANSWER_MS)


def place(page: Page, text: str) -> None:
    expect(page.locator(".pm-stage .pm-place")).to_have_text(text, timeout=ANSWER_MS)


def fits(page: Page) -> None:
    """Headline, figure and form are on the screen, and nothing has to be scrolled."""
    if page.locator(f"{PAGE} .pm-figure").count():
        page.wait_for_selector(f"{PAGE} .pm-figure[data-drawn=true] .main-svg", timeout=ANSWER_MS)
    for part in ("h1", ".pm-figure", ".pm-decide", ".pm-form", ".pm-links"):
        for element in page.locator(f"{PAGE} {part}").all():
            box = element.bounding_box()
            assert box and box["y"] >= 0 and box["y"] + box["height"] <= 800, (part, box)
    assert page.evaluate(f"(p => p.scrollHeight - p.clientHeight)(document.querySelector('{PAGE}'))") == 0


def typed(page: Page, *keys: str) -> None:
    """Press keys as a person does: names of keys, or ``=text`` to type."""
    for key in keys:
        if key.startswith("="):
            page.keyboard.type(key[1:])
        else:
            page.keyboard.press(key)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("live")
    (folder / "user").mkdir()
    made = subprocess.run(
        [*PROGRAM, "report", "--out", str(folder / "made")], env=environment(folder), capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    Path(made.stdout.strip().splitlines()[-1]).parent.rename(folder / "r")
    return folder


def test_a_meeting_is_run_with_the_keyboard_shared_killed_opened_again_and_ended(home: Path, browser: Browser) -> None:
    findings = list(open_review().views)
    here = sum(view.here for view in findings)
    with live(home) as (address, process):
        scribe, other = opened(browser, address), opened(browser, address)
        # the headline is output of the notebook: it needs no widget
        expect(scribe.locator(".jp-Notebook .pm-headline").first).to_contain_text("web/latency")
        for part in ("::before", "::after"):  # what said it before the notebook did is gone
            assert scribe.evaluate(f"getComputedStyle(document.body, '{part}').content") == "none"
        # a line of the overview leads to its page
        scribe.locator(f".jp-Notebook a[href='#{finding_id(findings[1].subject)}']").first.click()
        place(scribe, f"2 of {here}")
        typed(scribe, "ArrowLeft")
        for page in (scribe, other):
            place(page, f"1 of {here}")
        typed(scribe, "ArrowRight")
        place(other, f"2 of {here}")
        fits(scribe)
        assert findings[1].picture.figure is not None

        # nobody is known to look after it: 'act' asks for the owner, whose field comes after the five decisions
        typed(scribe, "1")
        status(scribe, "saved as a draft: add the owner")
        typed(scribe, *["Tab"] * 5, "=shop", "Tab", "Control+A", "=12/04/2026", "Tab")
        status(scribe, "saved as a draft: add a due date that exists")
        typed(scribe, "Shift+Tab", "Control+A", "=2026-12-04", "Tab", "=stop it <b>now</b>", "Tab")
        status(scribe, "saved")
        assert scribe.locator(f"{PAGE} b").count() == 0

        # the other browser shows it without being loaded again, and is not disturbed where it is typing
        field = {name: f"{PAGE} .pm-decide [data-field={name}]" for name in ("owner", "due", "note")}
        expect(other.locator(field["owner"])).to_have_value("shop", timeout=ANSWER_MS)
        expect(other.locator(field["due"])).to_have_value("2026-12-04")
        other.locator(field["note"]).focus()
        typed(other, "End", "=, soon")
        scribe.locator(field["owner"]).fill("web")
        typed(scribe, "Tab")
        expect(other.locator(field["owner"])).to_have_value("web", timeout=ANSWER_MS)
        expect(other.locator(field["note"])).to_have_value("stop it <b>now</b>, soon")
        # in a field the arrows move the cursor, not the meeting; what is half typed is kept when the page changes
        typed(other, "ArrowLeft")
        place(other, f"2 of {here}")
        typed(scribe, "Escape", "ArrowRight")
        place(other, f"3 of {here}")
        typed(scribe, "ArrowLeft")
        expect(scribe.locator(field["note"])).to_have_value("stop it <b>now</b>, soon", timeout=ANSWER_MS)
        # the agenda by number
        place(other, f"2 of {here}")
        typed(scribe, "g")
        expect(scribe.locator(".pm-menu [aria-current]")).to_be_focused(timeout=ANSWER_MS)
        typed(scribe, "4")
        place(other, f"4 of {here}")

        # a dead kernel is said, not hidden
        for kernel in process.children(recursive=True):
            if "ipykernel" in " ".join(kernel.cmdline()):
                kernel.kill()
        typed(scribe, "3")
        expect(scribe.locator(f"{PAGE} .pm-decide .pm-status")).to_contain_text("NOT SAVED", timeout=ANSWER_MS)

    assert list((home / "user").iterdir()) == []

    with live(home) as (address, _):
        scribe = opened(browser, address)
        place(scribe, f"4 of {here}")
        typed(scribe, "g", "1")
        for number, view in enumerate(findings, start=1):
            place(scribe, f"{number} of {here}" if view.here else f"annex {number - here} of {len(findings) - here}")
            expect(scribe.locator(f"{PAGE} h1")).to_contain_text(view.headline)
            fits(scribe)
            if number == 2:
                values = [scribe.locator(field[name]).input_value() for name in field]
                assert values == ["web", "2026-12-04", "stop it <b>now</b>, soon"]
            else:
                typed(scribe, "3")  # watch
            status(scribe, "saved")
            typed(scribe, "ArrowRight")

        typed(scribe, "Tab", "=Raise the limit of web", "Enter")
        item = scribe.locator(f"{PAGE} .pm-item")
        expect(item.locator("[data-field=owner]")).to_be_focused(timeout=ANSWER_MS)
        typed(scribe, "=web team", "Tab", "=2026-12-01", "Tab")
        expect(item.locator(".pm-status")).to_have_text("saved", timeout=ANSWER_MS)
        typed(scribe, "Escape", "ArrowRight")
        expect(scribe.locator(f"{PAGE} h2").first).to_have_text(f"Decided ({len(findings)})", timeout=ANSWER_MS)
        expect(scribe.locator(f"{PAGE} h2")).to_have_count(2)  # and new action items: nothing is open
        typed(scribe, "Tab", "=Ann, Bob", "Tab", "Enter")
        expect(scribe.locator(f"{PAGE} .pm-done")).to_contain_text("minutes.md", timeout=ANSWER_MS)
        expect(scribe.locator(f"{PAGE} .pm-done")).to_contain_text("2026-12-07")

    minutes = Minutes(home / "minutes", "demo")
    begun, _ = minutes.load("drafts")
    assert {str(draft.content.get("due") or "") for draft in begun} <= {
        "",
        "12/04/2026",
        "2026-12-04",
        "2026-12-07",
        "2026-12-01",
    }
    (kept,) = minutes.load("action_items")[0]
    assert (kept.content["owner"], kept.content["due"]) == ("web team", "2026-12-01")
    assert {entry.content["subject"] for entry in minutes.load("durations")[0]} >= {"metrics", "outages"}
    written = (home / "r" / "minutes.md").read_text(encoding="utf-8")
    for text in ("Raise the limit of web", "2026-12-04", "web/latency"):
        assert text in written
    assert "<b>" not in written
