"""Pictures of the demo's report and meeting, for people to look at: three sizes, light and dark, paper, each language.

Run ``make screenshots``, or ``python -m tools.screenshots`` from the checkout.
``reports/screenshots`` gets, for every language, the first screen, the whole
page and the page with everything unfolded, a PDF as the browser prints it, and the live meeting: overview, a
finding and the end.
What to look for is in docs/look.md.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from prodmeet_kit.i18n.languages import LANGUAGES
from prodmeet_kit.live.run import open_live
from prodmeet_kit.pipeline.report import make_report

__all__ = ["main"]

SCREENS = ((1280, 800), (1920, 1080), (390, 844))
SCHEMES = ("light", "dark")
TALLEST = 6_000
"""Pixels of one picture; a longer page becomes several."""

UNFOLD = "document.querySelectorAll('main details').forEach(each => each.open = true)"


def chromium() -> str:
    """The system's Chromium; exits when there is none."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        sys.exit("no Chromium is installed: apt-get install chromium")
    return found


def drawn(page: Page) -> None:
    """Scroll through the page as a reader does, so that every chart is drawn; back to the top."""
    if page.locator(".pm-figure").count():
        page.wait_for_selector("html[data-charts=ready]", state="attached")
    for top in range(0, page.evaluate("document.documentElement.scrollHeight"), 700):
        page.evaluate(f"scrollTo(0, {top})")
        page.wait_for_timeout(60)
    page.wait_for_timeout(500)
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(200)


def in_parts(page: Page, name: Path, width: int) -> None:
    """The whole page as pictures of at most ``TALLEST`` pixels each."""
    height = page.evaluate("document.documentElement.scrollHeight")
    for number, top in enumerate(range(0, height, TALLEST), start=1):
        clip = {"x": 0, "y": top, "width": width, "height": min(TALLEST, height - top)}
        page.screenshot(path=name.with_name(f"{name.name}-{number}.png"), full_page=True, clip=clip)  # type: ignore[arg-type]


def pictures(browser: Browser, report: Path, folder: Path) -> None:
    """Every picture of one report, into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for width, height in SCREENS:
        for scheme in SCHEMES:
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
            page = context.new_page()
            page.goto(report.as_uri())
            name = folder / f"{width}x{height}-{scheme}"
            page.wait_for_selector("html[data-charts=ready]", state="attached")
            page.wait_for_timeout(300)
            page.screenshot(path=name.with_name(f"{name.name}-first.png"))
            drawn(page)
            in_parts(page, name.with_name(f"{name.name}-page"), width)
            page.evaluate(UNFOLD)
            drawn(page)
            in_parts(page, name.with_name(f"{name.name}-unfolded"), width)
            context.close()
    page = browser.new_page()
    page.goto(report.as_uri())
    page.wait_for_selector("html[data-charts=ready]", state="attached")
    page.pdf(path=folder / "paper.pdf", prefer_css_page_size=True, print_background=True)
    page.close()


def meeting(browser: Browser, address: str, folder: Path) -> None:
    """Pictures of the live meeting: the overview, the finding of an SLO, the end."""
    page = browser.new_page()
    page.goto(address)
    page.wait_for_selector(".pm-stage .pm-bar")
    page.wait_for_timeout(3000)
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        for scheme, light in (("light", "true"), ("dark", "false")):
            page.evaluate(f"document.body.dataset.jpThemeLight = '{light}'")
            # To the overview, by the agenda, to a finding with a figure, and to the end.
            for name, key in (("overview", "Home"), ("finding", "2"), ("end", "End")):
                page.keyboard.press("g")
                page.keyboard.press(key)
                if not key.isdigit():
                    page.keyboard.press("Enter")
                page.wait_for_timeout(2000)
                page.screenshot(path=folder / f"live-{width}x{height}-{scheme}-{name}.png")
    page.close()


def main() -> int:
    """Write the pictures and say where they are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--out", type=Path, default=Path("reports/screenshots"), help="where to write (default: %(default)s)"
    )
    parser.add_argument(
        "--language", action="append", choices=list(LANGUAGES), help="only this language; may be given again"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="prodmeet-look-") as made:
        # Before Playwright: its event loop would run under the notebook's.
        languages = options.language or LANGUAGES
        reports = {language: make_report(out=Path(made) / language, language=language).page for language in languages}
        with ExitStack() as stack:
            meetings = {
                language: stack.enter_context(open_live(report.parent, Path(made) / "minutes", language=language)).page
                for language, report in reports.items()
            }
            playwright = stack.enter_context(sync_playwright())
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
            for language, report in reports.items():
                pictures(browser, report, options.out / language)
                meeting(browser, meetings[language], options.out / language)
            browser.close()
    sys.stdout.write(f"{options.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
