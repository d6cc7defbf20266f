"""How soon a meeting is there: ``prodmeet live`` on a report, beside a bare JupyterLab of the same machine.

Run ``python benchmarks/live.py`` from the checkout. The bare JupyterLab has the
settings of the kit and a notebook with one line in it; its shell is shown when
its main area is seen and no splash covers it. Both are timed from the start of
their process, in turn, so that whatever the machine does else meets both.

- headline: from the shell of the bare one until the headline of the report can be read. The style sheet of the page
  says it before any script has run ("first text": its rule holds and the page was painted); the notebook has it later,
  with the picture of the fortnight ("notebook"). The target is for what is first; the notebook's is told beside it.
- form: from the same moment to a form that has been filled in and is saved

For the demo, and for a product of twelve services. Chromium runs headless at 1280x800, a fresh profile each time. Of
several rounds the median counts. One line for each result; exit status 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from _targets import told  # type: ignore[import-not-found] # beside this file
from playwright.sync_api import Browser, Page, sync_playwright

from prodmeet_kit.demo import SNAPSHOT
from prodmeet_kit.live.lab import running_lab
from prodmeet_kit.pipeline.report import make_report

ROOT = Path(__file__).resolve().parents[1]
MOST_HEADLINE_S = {"demo": 1.5, "twelve services": 3.0}
MOST_FORM_S = 3.0
SHELL = "#jp-main-dock-panel"
HEADLINE = ".jp-Notebook .pm-headline"
FIRST_TEXT = """() => {
  const said = getComputedStyle(document.body, "::after");
  return said.content.length > 20 && said.visibility === "visible"
    && performance.getEntriesByName("first-contentful-paint").length > 0;
}"""
"""Whether the page says the headline by itself and has been painted: nothing is painted before its styles."""
DECISION = ".pm-stage .pm-page .pm-decide .pm-decision button"


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(address, wait_until="commit")
    return page


def bare(browser: Browser, folder: Path) -> float:
    """Seconds from the start of a bare JupyterLab to its shell."""
    folder.mkdir(exist_ok=True)
    cell = nbformat.v4.new_code_cell("1 + 1")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "bare.ipynb")
    began = time.monotonic()
    with running_lab(folder, "bare.ipynb") as server:
        page = opened(browser, server.page("bare.ipynb"))
        page.locator(SHELL).wait_for(timeout=60_000)
        page.locator("#jupyterlab-splash").wait_for(state="detached", timeout=60_000)
        took = time.monotonic() - began
        page.context.close()
    return took


def meeting(browser: Browser, report: Path, home: Path) -> dict[str, float]:
    """Seconds from the start of ``prodmeet live`` to the address, the headline, and a saved decision."""
    command = [sys.executable, "-m", "prodmeet_kit", "-C", str(home), "live", "--no-browser", "--report", str(report)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), address
            found = {"address": time.monotonic() - began}
            page = opened(browser, address)
            page.wait_for_function(f"({FIRST_TEXT})() || document.querySelector('{HEADLINE}')", timeout=60_000)
            found["first text"] = time.monotonic() - began
            page.locator(HEADLINE).first.wait_for(timeout=60_000)
            found["notebook"] = time.monotonic() - began
            page.locator(".pm-stage .pm-bar").wait_for(timeout=60_000)
            page.keyboard.press("Enter")
            page.locator(DECISION).nth(4).wait_for(timeout=60_000)
            found["form"] = time.monotonic() - began
            page.locator(DECISION).nth(2).click()
            page.locator(".pm-decide .pm-status", has_text="saved").first.wait_for(timeout=60_000)
            found["saved"] = time.monotonic() - began
            page.context.close()
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
    return found


def reports(folder: Path) -> dict[str, Path]:
    """The folder of each report that is opened."""
    sys.path.insert(0, str(ROOT))
    from tests.support.fleet_world import fleet_snapshot

    twelve = fleet_snapshot(12, folder / "twelve")
    snapshots = {"demo": SNAPSHOT, "twelve services": twelve}
    return {name: make_report(out=folder / "reports", from_snapshot=path).path for name, path in snapshots.items()}


def measured(folder: Path, made: dict[str, Path], times: int) -> dict[str, list[dict[str, float]]]:
    """What each round of each product took, with the bare shell just before it."""
    rounds: dict[str, list[dict[str, float]]] = {product: [] for product in made}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        bare(browser, folder / "bare")  # the first reads everything from the disk
        for number in range(times):
            for product, report in made.items():
                shell = bare(browser, folder / "bare")
                (home := folder / f"home-{number}-{len(product)}").mkdir()
                rounds[product].append({"shell": shell, **meeting(browser, report, home)})
        browser.close()
    return rounds


def chromium() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    return found or sys.exit("no Chromium is installed: apt-get install chromium")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="times each is opened (default: 3)")
    options = parser.parse_args()
    well = []
    with tempfile.TemporaryDirectory(prefix="prodmeet-benchmark-") as name:
        folder = Path(name)
        made = reports(folder)
        rounds = measured(folder, made, options.rounds)
    for product, each in rounds.items():
        median = {key: statistics.median(one[key] for one in each) for key in each[0]}
        print(f"{product}: " + ", ".join(f"{key} {seconds:.2f} s" for key, seconds in median.items()))
        after = {
            key: statistics.median(one[key] - one["shell"] for one in each)
            for key in ("first text", "notebook", "saved")
        }
        well.append(
            told(f"{product}: headline after the bare shell", after["first text"], " s", MOST_HEADLINE_S[product])
        )
        print(f"{product}: headline in the notebook after the bare shell: {after['notebook']:.2f} s")
        well.append(told(f"{product}: form after the bare shell", after["saved"], " s", MOST_FORM_S))
    return 0 if all(well) else 1


if __name__ == "__main__":
    raise SystemExit(main())
