"""What a report costs with all processes it starts, against plain Jupyter on the notebook and kit as they were.

Run ``python benchmarks/report.py`` from the checkout; it takes about four minutes. In turn, as whole processes:

- ``prodmeet report``: of the embedded demo, from its frozen facts; and from a snapshot of twelve services
  (``tests/support/fleet_world.py``: 22 SLOs, 80 series)
- plain: ``papermill`` of the notebook and ``jupyter nbconvert --to html``, in an environment that has the kit of the
  commit in ``_baseline.py``: on the demo, and on an empty notebook, which is what Jupyter needs to do nothing

CPU is user and system time of every process. The median of the rounds counts; the first run of each way does not.
One line for each figure; exit status 1 when a target is missed. ``--only demo`` leaves out the twelve services.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _baseline import plain  # type: ignore[import-not-found] # beside this file
from _processes import Cost, cost, in_turn, peak_pss_mb  # type: ignore[import-not-found]
from _targets import told  # type: ignore[import-not-found]

from tests.support.fleet_world import fleet_snapshot

DEMO_CPU_OF_PLAIN = 0.35
DEMO_WALL_OF_PLAIN = 0.22
DEMO_CPU_OF_EMPTY = 1.0
TWELVE_WALL_OF_EMPTY = 1.5
MOST_PAGE_MB = 5.0
MOST_MEMORY_MB = 400.0

PRODMEET = str(Path(sys.executable).parent / "prodmeet")


def report(out: Path, snapshot: Path | None = None) -> list[str]:
    return [PRODMEET, "report", "--out", str(out), *(["--from-snapshot", str(snapshot)] if snapshot else [])]


def show(what: str, found: Cost) -> None:
    print(f"{what}: {found.cpu:.2f} s of CPU, {found.wall:.2f} s")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="runs of each way (default: 5)")
    parser.add_argument("--only", choices=["demo"], help="leave out the twelve services")
    given = parser.parse_args()
    was = plain()
    with tempfile.TemporaryDirectory(prefix="prodmeet-benchmark-") as name:
        here = Path(name)
        commands = {
            "demo": [report(here / "reports")],
            "plain, the demo": was.commands(was.notebook),
            "plain, an empty notebook": was.commands(was.empty_notebook, "empty"),
        }
        if not given.only:
            commands["twelve services"] = [report(here / "twelve", fleet_snapshot(12, here / "snapshot"))]
        ways: list[Callable[[], Cost]] = [partial(cost, *each, cwd=here) for each in commands.values()]
        found = dict(zip(commands, in_turn(given.rounds, *ways), strict=True))
        for what, each in found.items():
            show(what, each)
        demo, same, empty = (found[each] for each in ("demo", "plain, the demo", "plain, an empty notebook"))
        page = next((here / "reports").glob("*/latest/report.html"))
        well = [
            told("demo: CPU against plain", demo.cpu / same.cpu, "", DEMO_CPU_OF_PLAIN),
            told("demo: wall against plain", demo.wall / same.wall, "", DEMO_WALL_OF_PLAIN),
            told("demo: CPU against plain on nothing", demo.cpu / empty.cpu, "", DEMO_CPU_OF_EMPTY),
            told("demo: size of report.html", page.stat().st_size / 1e6, " MB", MOST_PAGE_MB),
            told("demo: peak memory (PSS)", peak_pss_mb(report(here / "again"), cwd=here), " MB", MOST_MEMORY_MB),
        ]
        if not given.only:
            ratio = found["twelve services"].wall / empty.wall
            well.append(told("twelve services: wall against plain on nothing", ratio, "", TWELVE_WALL_OF_EMPTY))
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
