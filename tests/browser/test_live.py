"""The live meeting as a scribe has it: real Chromium, real JupyterLab, the demo."""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page

from prodmeet_kit.demo import SNAPSHOT
from prodmeet_kit.minutes import Minutes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

FORM = "section.pm-form"


@contextmanager
def live(home: Path) -> Iterator[tuple[str, psutil.Process]]:
    """``prodmeet live`` on a frozen demo: the address to open, and its process. Nothing goes to the user's own home."""
    command = [
        sys.executable,
        "-m",
        "prodmeet_kit",
        "-C",
        str(home),
        "live",
        "--no-browser",
        "--report",
        str(home / "r"),
    ]
    environment = {**os.environ, "HOME": str(home / "user")}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    ) as process:
        try:
            yield first_line(process, 90), psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def first_line(process: subprocess.Popen[str], limit_s: float) -> str:
    assert process.stdout is not None
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        assert ready.select(limit_s), "no address was printed"
    line = process.stdout.readline().strip()
    assert line.startswith("http://127.0.0.1:"), process.stderr.read() if process.stderr else line
    return line


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(address)
    page.wait_for_selector(".pm-clock", timeout=60_000)
    page.wait_for_selector(f"{FORM} li", timeout=60_000)
    return page


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("live")
    (folder / "user").mkdir()
    shutil.copytree(SNAPSHOT, folder / "r" / "snapshot")
    return folder


def test_a_meeting_is_decided_with_the_keyboard_shared_killed_and_opened_again(home: Path, browser: Browser) -> None:
    minutes = Minutes(home / "minutes", "demo")
    with live(home) as (address, process):
        scribe, other = opened(browser, address), opened(browser, address)
        pages = f"{FORM}[aria-label^=Pages] li"

        decision = scribe.locator(f"{pages} select").first
        decision.focus()
        scribe.keyboard.press("ArrowDown")
        scribe.keyboard.press("ArrowDown")  # the second: somebody acts
        for typed in ("shop", "", "stop the job at night"):
            scribe.keyboard.press("Tab")
            if typed:
                scribe.keyboard.type(typed)
        scribe.keyboard.press("Tab")
        status = scribe.locator(f"{pages} .pm-status").first
        status.get_by_text("kept as a draft: the due day is missing").wait_for(timeout=15_000)
        scribe.locator(f"{pages} input[type=date]").first.fill("2026-12-04")
        scribe.keyboard.press("Tab")
        status.get_by_text("saved", exact=True).wait_for(timeout=15_000)

        new = f"{FORM}[aria-label='New action items']"
        scribe.locator(f"{new} .pm-add input").fill("Raise the limit of web <b>now</b>")
        scribe.keyboard.press("Enter")
        item = scribe.locator(f"{new} li").first
        item.locator("[data-field=owner]").fill("web team")
        item.locator("[data-field=due]").fill("2026-12-01")
        scribe.keyboard.press("Tab")
        item.get_by_text("saved", exact=True).wait_for(timeout=15_000)
        assert item.locator("b").count() == 0

        # the other browser shows both without being loaded again
        seen = other.locator(f"{pages} input[type=text]").first
        deadline = time.monotonic() + 15
        while seen.input_value() != "shop" and time.monotonic() < deadline:
            other.wait_for_timeout(100)
        assert seen.input_value() == "shop"
        assert other.locator(f"{new} li").first.inner_text().startswith("Raise the limit of web <b>now</b>")

        # a dead kernel is said, not hidden
        for kernel in process.children(recursive=True):
            if "ipykernel" in " ".join(kernel.cmdline()):
                kernel.kill()
        scribe.locator(f"{pages} input[type=text]").last.fill("lost?")
        scribe.keyboard.press("Tab")
        scribe.get_by_text("NOT SAVED: the kernel does not answer").first.wait_for(timeout=15_000)

    said = minutes.newest("decisions")[0]
    assert [(entry.content["decision"], entry.content["owner"], entry.content["due"]) for entry in said.values()] == [
        ("act", "shop", "2026-12-04")
    ]
    (kept,) = minutes.load("action_items")[0]
    assert (kept.content["text"], kept.content["owner"]) == ("Raise the limit of web <b>now</b>", "web team")
    assert list((home / "user").iterdir()) == []

    with live(home) as (address, _):
        again = opened(browser, address)
        assert again.locator(f"{FORM}[aria-label^=Pages] li select").first.input_value() == "act"
        assert again.locator(f"{FORM}[aria-label='New action items'] li").count() == 1
