"""The live meeting as a scribe has it: real Chromium, real JupyterLab, the demo."""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from prodmeet_kit.demo import SNAPSHOT
from prodmeet_kit.minutes import Minutes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.takes(45)]

PAGES = "section.pm-form[aria-label^=Pages]"
NEW = "section.pm-form[aria-label='New action items']"
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
    expect(page.locator(".pm-clock")).to_be_visible(timeout=60_000)
    expect(page.locator(f"{PAGES} li").first).to_be_attached(timeout=60_000)
    return page


def status(row: Locator, text: str) -> None:
    expect(row.locator(".pm-status")).to_have_text(text, timeout=ANSWER_MS)


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
    shutil.copytree(SNAPSHOT, folder / "r" / "snapshot")
    return folder


def test_a_meeting_is_decided_with_the_keyboard_shared_killed_and_opened_again(home: Path, browser: Browser) -> None:
    with live(home) as (address, process):
        scribe, other = opened(browser, address), opened(browser, address)
        row = scribe.locator(f"{PAGES} li").first  # WebHighCPU paged 25 times, noise
        row.locator("select").first.focus()
        # the verdict 'noise' and the decision 'act' by their first letters, owner, due day, note: no mouse
        typed(scribe, "=noi", "Tab", "=act", "Tab", "=shop", "Tab")
        status(row, "saved as a draft: add the due date")
        typed(scribe, "=12042026", "Tab")
        if row.locator("[data-field=due]").evaluate("element => element === document.activeElement"):
            typed(scribe, "Tab", "Tab")  # the button of the calendar
        row.locator("[data-field=note]").focus()
        typed(scribe, "=stop the job at night", "Tab")
        status(row, "saved")

        scribe.locator(f"{NEW} .pm-add input").focus()
        typed(scribe, "=Raise the limit of web <b>now</b>", "Enter")
        item = scribe.locator(f"{NEW} li").first
        expect(item.locator("[data-field=owner]")).to_be_focused(timeout=ANSWER_MS)
        typed(scribe, "=web team", "Tab", "=12012026", "Tab")
        status(item, "saved")
        assert item.locator("b").count() == 0

        # the other browser shows both without being loaded again, and is not disturbed where it is typing
        theirs = other.locator(f"{PAGES} li").first
        expect(theirs.locator("[data-field=owner]")).to_have_value("shop", timeout=ANSWER_MS)
        expect(other.locator(f"{NEW} li [data-field=text]")).to_have_value("Raise the limit of web <b>now</b>")
        theirs.locator("[data-field=note]").focus()
        typed(other, "End", "=, soon")
        row.locator("[data-field=owner]").fill("web")
        row.locator("[data-field=owner]").press("Tab")
        expect(theirs.locator("[data-field=owner]")).to_have_value("web", timeout=ANSWER_MS)
        expect(theirs.locator("[data-field=note]")).to_have_value("stop the job at night, soon")
        typed(other, "Tab")
        expect(row.locator("[data-field=note]")).to_have_value("stop the job at night, soon", timeout=ANSWER_MS)

        # a dead kernel is said, not hidden
        for kernel in process.children(recursive=True):
            if "ipykernel" in " ".join(kernel.cmdline()):
                kernel.kill()
        row.locator("[data-field=note]").fill("lost?")
        typed(scribe, "Tab")
        expect(row.locator(".pm-status")).to_contain_text("NOT SAVED", timeout=ANSWER_MS)

    assert list((home / "user").iterdir()) == []

    with live(home) as (address, _):
        again = opened(browser, address).locator(f"{PAGES} li").first
        values = [
            again.locator(f"[data-field={name}]").input_value() for name in ("verdict", "decision", "owner", "due")
        ]
        assert values == ["noise", "act", "web", "2026-12-04"]
        expect(again.page.locator(f"{NEW} li")).to_have_count(1)

    minutes = Minutes(home / "minutes", "demo")
    begun, _ = minutes.load("drafts")
    assert {str(draft.content.get("due") or "") for draft in begun} <= {
        "",
        "2026-12-04",
        "2026-12-01",
    }  # no year half typed
    (kept,) = minutes.load("action_items")[0]
    assert (kept.content["owner"], kept.content["due"]) == ("web team", "2026-12-01")

    # and the report made afterwards shows what was decided
    made = subprocess.run(
        [*PROGRAM, "-C", str(home), "report", "demo", "--from-snapshot", str(home / "r")],
        env=environment(home), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    page = browser.new_page()
    page.goto(f"file://{home / made.stdout.strip().splitlines()[-1]}")
    decided = page.locator("table", has_text="stop the job at night, soon").first
    expect(decided).to_contain_text("WebHighCPU paged 25 times")
    expect(decided).to_contain_text("2026-12-04")
    expect(page.locator("body")).to_contain_text("Raise the limit of web <b>now</b>")
