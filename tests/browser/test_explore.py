"""The PromQL box and the chooser as people use them: real Chromium, real JupyterLab, the demo's frozen data."""

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

import pytest
from playwright.sync_api import Browser, Page

from prodmeet_kit.demo import SNAPSHOT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.takes(10)]

BOX = "section.pm-promql"


@contextmanager
def exploring(home: Path) -> Iterator[str]:
    """``prodmeet explore`` on a frozen report: the address to open."""
    words = ["-C", str(home), "explore", "--no-browser", "--report", str(home / "r")]
    with subprocess.Popen(
        [sys.executable, "-m", "prodmeet_kit", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "HOME": str(home / "user")},
        start_new_session=True,
    ) as process:
        try:
            yield first_line(process, 90)
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
    return process.stdout.readline().strip()


def run_all(page: Page, address: str) -> None:
    """Run every cell, as a person does from the menu."""
    base, token = address.partition("/doc/")[0], address.partition("token=")[2]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:  # a cell run before the page has its kernel brings a dialog
        sessions = page.request.get(f"{base}/api/sessions?token={token}").json()
        if any(session["kernel"]["connections"] for session in sessions):
            break
        page.wait_for_timeout(200)
    page.wait_for_timeout(1000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_selector(f"{BOX} textarea", timeout=90_000)


def test_a_query_is_completed_asked_and_corrected_with_the_keyboard(tmp_path: Path, browser: Browser) -> None:
    (tmp_path / "user").mkdir()
    shutil.copytree(SNAPSHOT, tmp_path / "r" / "snapshot")
    with exploring(tmp_path) as address:
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.goto(address)
        page.wait_for_selector(".jp-CodeCell", timeout=60_000)
        run_all(page, address)

        field, options = page.locator(f"{BOX} textarea"), page.locator(f"{BOX} [role=option]")
        field.focus()
        page.keyboard.type("sum(rate(http_requests_t")
        assert options.first.inner_text().startswith("http_requests_total")
        assert field.get_attribute("aria-expanded") == "true"
        page.keyboard.press("Escape")
        assert options.first.is_hidden()
        page.keyboard.type("o")
        page.keyboard.press("Tab")
        page.keyboard.type("{ser")
        page.keyboard.press("Enter")  # the label, and its values at once
        assert [text.strip() for text in options.all_inner_texts()] == ["cart", "invoices", "payments", "web"]
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        page.keyboard.type('"}[{{.window}}]))')
        assert field.input_value() == 'sum(rate(http_requests_total{service="cart"}[{{.window}}]))'

        page.keyboard.press("Control+Enter")
        status, error = page.locator(f"{BOX} [role=status]"), page.locator(f"{BOX} [role=alert]")
        status.get_by_text("1 series").wait_for(timeout=20_000)
        drawn = page.locator(".jp-Cell:has(section.pm-promql) .js-plotly-plot")
        drawn.wait_for(timeout=20_000)

        # what is wrong is said in words, and text stays text
        page.keyboard.press("Control+a")
        page.keyboard.type("<b>up</b>")
        page.keyboard.press("Shift+Enter")
        error.get_by_text("not PromQL").wait_for(timeout=20_000)
        assert error.locator("b").count() == 0
        drawn.wait_for(state="detached", timeout=20_000)

        # the chooser draws a close look below itself
        page.locator("section.pm-closer select").select_option("INC-52")
        cell = page.locator(".jp-Cell:has(section.pm-closer)")
        cell.get_by_text("Everything that happened").wait_for(timeout=20_000)
        assert cell.locator(".js-plotly-plot").count() == 1
        assert cell.locator("section.pm-closer").evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    assert list((tmp_path / "user").iterdir()) == []
