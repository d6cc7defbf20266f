"""How large the page of a large product is, and how soon a reader sees it.

Run ``python benchmarks/page.py`` from the checkout. The product is that of
``benchmarks/metrics.py`` (12 services, 40 SLOs, 24 loads, 36 resources): its
data go through a real Prometheus into a snapshot, and ``prodmeet report`` writes
the page.

- size of report.html
- first screen: from the navigation to the first paint that shows the text and tables in sight, and every chart in sight
- scrolling: as a reader finds the page, quiet charts folded, from the top, one screen after the other at the pace of
  the browser, until every chart that was passed has its marks; told beside it: the same with everything unfolded
- size against stock: the same data in a notebook as plotly.py draws a frame, a time for each value, by plotly's own
  ``notebook`` renderer, made HTML by nbconvert; told beside it: our own figures, whose lines name their first time and
  their step, in such a page

Chromium runs headless at 1280x800, a fresh profile each time. Of several rounds
the fastest counts: whatever else the machine does only adds. One line for each
result; exit status 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import base64
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import metrics  # type: ignore[import-not-found] # beside this file
import nbformat
import numpy as np
from _targets import told  # type: ignore[import-not-found] # beside this file
from nbconvert import HTMLExporter
from playwright.sync_api import Browser, sync_playwright

from prodmeet_kit.demo.server import backfill, running_prometheus
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.pipeline.report import make_report
from prodmeet_kit.render import PLOTLY
from prodmeet_kit.snapshot import freeze

MOST_PAGE_MB = 8.0
MOST_FIRST_SECONDS = 1.0
MOST_SCROLL_SECONDS = 4.0
MOST_OF_STOCK = 0.2
FEWEST_CHARTS = 100

FIRST = """async () => {
  const soon = () => new Promise((done) => setTimeout(done, 5));
  const paints = () => performance.getEntriesByName('first-contentful-paint');
  while (document.readyState !== 'complete' || !paints().length) await soon();
  const seen = [...document.querySelectorAll('.pm-figure')].filter((figure) => {
    const box = figure.getBoundingClientRect();
    return !figure.closest('details:not([open])') && box.top < innerHeight && box.bottom > 0;
  });
  const painted = paints()[0].startTime;
  while (!seen.every((figure) => figure.querySelector('.main-svg'))) await soon();
  return [(seen.length ? performance.now() : painted) / 1000, seen.length];
}"""

SCROLL = """async (unfold) => {
  if (unfold) document.querySelectorAll('main details').forEach((each) => { each.open = true; });
  const began = performance.now();
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  for (let top = 0; top < document.documentElement.scrollHeight; top += innerHeight) {
    scrollTo(0, top);
    await frame();
  }
  const seen = (figure) => !figure.closest('details:not([open])');
  const figures = [...document.querySelectorAll('.pm-figure')].filter(seen);
  const drawn = (figure) => figure.querySelector('.main-svg');
  while (!figures.every(drawn) && performance.now() - began < 60000) await new Promise((done) => setTimeout(done, 20));
  await frame();
  return [(performance.now() - began) / 1000, figures.filter(drawn).length, figures.length];
}"""


def large_report(folder: Path) -> Path:
    """The report of the large product: where report.html is."""
    backfill(metrics.openmetrics_days(), folder / "tsdb")
    with running_prometheus(folder / "tsdb") as url:
        shop = metrics.product(url)
        facts = gather(shop, metrics.window(shop), folder=folder)
    assert not facts.failures, facts.failures
    freeze(facts, folder / "snapshot")
    return make_report(out=folder / "reports", from_snapshot=folder / "snapshot").page


def plain(figure: dict[str, Any]) -> dict[str, Any]:
    """The figure as ``go.Scatter(x=frame.index, y=frame[name])`` makes it: times written out, numbers as doubles."""
    data = []
    for trace in figure["data"]:
        values = trace.get("y")
        if isinstance(values, dict) and isinstance(trace.get("x0"), str):
            numbers = np.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"]).astype(float)
            steps = np.arange(len(numbers)) * np.timedelta64(int(trace["dx"]), "ms")
            times = [f"{moment}+00:00" for moment in np.datetime64(trace["x0"].removesuffix("+00:00"), "ms") + steps]
            encoded = {"dtype": "f8", "bdata": base64.b64encode(numbers.tobytes()).decode()}
            rest = {key: value for key, value in trace.items() if key not in ("x0", "dx")}
            data.append({**rest, "x": times, "y": encoded})
        else:
            data.append(trace)
    return {**figure, "data": data}


def stock_page(notebook: Path, shape: Callable[[dict[str, Any]], dict[str, Any]]) -> str:
    """The figures of a notebook, each through ``shape``, as plotly's ``notebook`` renderer and nbconvert write them."""
    import plotly.io as pio

    renderer: Any = pio.renderers["notebook"]
    cells = [{"text/html": _global_init()}]
    for cell in nbformat.read(notebook, as_version=4).cells:
        for output in cell.get("outputs", []):
            if PLOTLY in output.get("data", {}):
                figure = {key: output["data"][PLOTLY][key] for key in ("data", "layout")}
                cells.append(renderer.to_mimebundle(shape(figure)))
    outputs = [nbformat.v4.new_output("display_data", data) for data in cells]
    stock = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("figure.show()", outputs=[each]) for each in outputs]
    )
    html, _ = HTMLExporter().from_notebook_node(stock)
    return str(html)


def _global_init() -> str:
    """What the renderer writes once into the first cell: plotly.js."""
    from plotly.offline import get_plotlyjs

    return f"<script type='text/javascript'>{get_plotlyjs()}</script>"


def look(browser: Browser, page_file: Path, *, unfold: bool) -> tuple[float, float, int, int]:
    """One reader: seconds to the first screen, seconds of scrolling, charts drawn, charts in sight."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(page_file.as_uri(), wait_until="commit")
    first, _ = page.evaluate(FIRST)
    took, drawn, in_all = page.evaluate(SCROLL, unfold)
    context.close()
    return first, took, drawn, in_all


def chromium() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    return found or sys.exit("no Chromium is installed: apt-get install chromium")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="times the page is opened (default: 5)")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep the report and its snapshot there, and use them again"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="prodmeet-benchmark-") as name:
        folder = options.keep or Path(name)
        snapshot = folder / "snapshot"
        again = snapshot.is_dir()
        page = make_report(out=folder / "reports", from_snapshot=snapshot).page if again else large_report(folder)
        size = page.stat().st_size
        notebook = page.with_name("review.ipynb")
        stock, own = (len(stock_page(notebook, shape).encode()) for shape in (plain, lambda figure: figure))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
            looks = [look(browser, page, unfold=False) for _ in range(options.rounds)]
            unfolded = look(browser, page, unfold=True)
            browser.close()
    first, scroll = min(each[0] for each in looks), min(each[1] for each in looks)
    charts = unfolded[3]
    print(
        f"{charts} charts, {looks[-1][3]} of them in the open; all unfolded: {unfolded[2]} drawn in {unfolded[1]:.1f} s"
    )
    print(
        f"stock page of the data: {stock / 1e6:.1f} MB; of our own figures: {own / 1e6:.1f} MB, share {size / own:.2f}"
    )
    well = [
        unfolded[2] == charts >= FEWEST_CHARTS and all(each[2] == each[3] for each in looks),
        told("size of report.html", size / 1e6, " MB", MOST_PAGE_MB),
        told("share of the stock page", size / stock, "", MOST_OF_STOCK),
        told("first screen drawn", first, " s", MOST_FIRST_SECONDS),
        told("scrolled to the end, all drawn", scroll, " s", MOST_SCROLL_SECONDS),
    ]
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
