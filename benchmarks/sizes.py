"""How long a report is to a reader: screens, visible words, its first chart, the size of its page and its hand-out.

Run ``python benchmarks/sizes.py`` from the checkout. Four products, frozen, so
that no server is needed: the demo, and those of ``tests/support/fleet_world.py``
with twelve services (22 SLOs, 80 series), the same with nothing wrong, and thirty.

- screens of 1280x800 and visible words, as a reader finds the page: what is folded does not count
- first screen: where its picture and its lines to decide end, which have to be in sight without scrolling
- size of report.html
- sheets of A4 of the hand-out, which "as shown" prints

One line for each result; exit status 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from _targets import told  # type: ignore[import-not-found] # beside this file

from prodmeet_kit.pipeline.report import make_report
from tests.support.fleet_world import fleet_snapshot

SCREEN = {"width": 1280, "height": 800}
SHEET = re.compile(rb"/Type\s*/Page\b")

MEASURE = """() => {
  const bottom = (each) => each ? each.getBoundingClientRect().bottom + scrollY : Infinity;
  return {
    screens: document.documentElement.scrollHeight / innerHeight,
    words: document.body.innerText.split(/\\s+/).filter(Boolean).length,
    chart: bottom(document.querySelector('.pm-figure')),
    lines: Math.max(0, ...[...document.querySelectorAll('[id^="overview-decide-"]')].map(bottom)),
  };
}"""


@dataclass(frozen=True)
class Limits:
    """What a product may have at most; ``None`` has no limit."""

    sheets: int
    screens: float | None = None
    words: int | None = None
    megabytes: float | None = None


PRODUCTS = {
    "demo": Limits(sheets=4, screens=7, words=1300),
    "twelve services": Limits(sheets=8, screens=11, words=2000, megabytes=3),
    "twelve quiet services": Limits(sheets=8, screens=11, words=2000, megabytes=3),
    "thirty services": Limits(sheets=8),
}


def report(name: str, folder: Path) -> Path:
    """Make the report of a product in a new folder: where report.html is."""
    folder.mkdir()
    services = {"twelve services": 12, "twelve quiet services": 12, "thirty services": 30}.get(name)
    snapshot = fleet_snapshot(services, folder / "snapshot", quiet="quiet" in name) if services else None
    return make_report(out=folder / "reports", from_snapshot=snapshot).page


def look(browser: Browser, page_file: Path, kept: Path | None) -> dict[str, float]:
    """Open the page as a reader does, and print it as shown."""
    page = browser.new_page(viewport=SCREEN)  # type: ignore[arg-type] # two numbers
    page.goto(page_file.as_uri())
    page.wait_for_selector("html[data-charts=ready]", state="attached")
    found: dict[str, float] = page.evaluate(MEASURE)
    if kept:
        page.screenshot(path=kept.with_suffix(".png"))
    page.evaluate("window.print = () => {}; null")
    page.locator("[data-print=shown]").click()
    sheets = page.pdf(prefer_css_page_size=True)
    if kept:
        kept.with_suffix(".pdf").write_bytes(sheets)
    page.close()
    return found | {"sheets": len(SHEET.findall(sheets)), "megabytes": page_file.stat().st_size / 1e6}


def judge(name: str, found: dict[str, float], limits: Limits) -> bool:
    """Print each figure beside its limit; whether all were kept."""
    parts = {"chart": "the picture ends at", "lines": "the lines to decide end at"}
    well = [told(f"{name}: {what}", found[key], " px", SCREEN["height"]) for key, what in parts.items() if found[key]]
    for key in ("screens", "words", "megabytes", "sheets"):
        limit = getattr(limits, key)
        if limit is None:
            print(f"{name}: {key}: {found[key]:.2f}")
        else:
            well.append(told(f"{name}: {key}", found[key], "", limit))
    return all(well)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=PRODUCTS, help="this product alone")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the first screens and the hand-outs there")
    options = parser.parse_args()
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        sys.exit("no Chromium is installed: apt-get install chromium")
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    chosen = {name: limits for name, limits in PRODUCTS.items() if options.only in (None, name)}
    well = []
    with tempfile.TemporaryDirectory(prefix="prodmeet-benchmark-") as folder:
        places = {name: Path(folder) / name.replace(" ", "-") for name in chosen}
        pages = {name: report(name, place) for name, place in places.items()}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
            for name, limits in chosen.items():
                kept = options.keep / places[name].name if options.keep else None
                well.append(judge(name, look(browser, pages[name], kept), limits))
            browser.close()
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
