"""A real Chromium, driven by Playwright; every request it makes and every word on its console is recorded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Route, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


MOST_CHARTS = 200

NEXT_UNDRAWN = """[...document.querySelectorAll('.pm-figure')].find(figure =>
    !figure.closest('details:not([open])') && !figure.matches('.pm-failed, :has(.main-svg)'))"""


@dataclass
class Opened:
    """A page that was opened from a file, and what it did."""

    page: Page
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def scroll_through(self) -> None:
        """As a reader does: one screen after the other to the end, until every chart that is not folded is drawn."""
        self.page.evaluate(
            """async () => {
                 const frame = () => new Promise(done => { requestAnimationFrame(done); setTimeout(done, 50); });
                 for (let top = 0; top < document.documentElement.scrollHeight; top += 600) {
                   scrollTo(0, top);
                   await frame();
                   await frame();
                 }
               }"""
        )
        # Charts that are drawn push others down: on a slow machine one may pass between two screens. A reader who
        # comes to it waits for it there.
        for _ in range(MOST_CHARTS):
            if self.page.evaluate(f"{NEXT_UNDRAWN}?.scrollIntoView({{ block: 'center' }}) ?? !{NEXT_UNDRAWN}"):
                return
            self.page.wait_for_function(f"seen => seen !== {NEXT_UNDRAWN}", arg=self.page.evaluate_handle(NEXT_UNDRAWN))
        pytest.fail(f"more than {MOST_CHARTS} charts are not drawn after a look at each")

    def ready(self) -> None:
        """Wait until the data of every chart are unpacked."""
        self.page.wait_for_selector("html[data-charts=ready]", state="attached")


def chromium() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        message = "no Chromium is installed: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(
    scope="module"
)  # not the session: Playwright's event loop would run on under tests that start their own
def browser() -> Iterator[Browser]:
    """The system's Chromium, with a profile of its own."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield running
        running.close()


class Opener:
    """Opens files; anything else the page asks for is refused and recorded."""

    def __init__(self, browser: Browser):
        self._browser = browser
        self._contexts: list[object] = []

    def __call__(self, path: Path, *, width: int = 1280, height: int = 800, dark: bool = False) -> Opened:
        """Open the file in a window of this size."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        self._contexts.append(context)
        opened = Opened(context.new_page())

        def judge(route: Route) -> None:
            if route.request.url == path.as_uri():
                route.continue_()
            else:
                opened.requests.append(route.request.url)
                route.abort()

        def heard(message: ConsoleMessage) -> None:
            opened.console.append(f"{message.type}: {message.text}")

        def failed(error: Error) -> None:
            opened.console.append(f"error: {error.message}")

        opened.page.route("**/*", judge)
        opened.page.on("console", heard)
        opened.page.on("pageerror", failed)
        opened.page.goto(path.as_uri())
        return opened

    def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()  # type: ignore[attr-defined]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Opens an HTML file in a fresh window: ``open_page(path, width=1280, height=800, dark=False)``."""
    opener = Opener(browser)
    yield opener
    opener.close()
