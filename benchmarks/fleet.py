"""What a fleet costs with all processes it starts, and how that grows: the numbers of docs/scale.md.

Run ``python benchmarks/fleet.py`` from the checkout; it takes about twenty minutes. The demo's product under 20 names
asks the demo's Prometheus, which runs outside of what is measured, and nothing is remembered from the run before. Plain
is ``papermill`` and ``jupyter nbconvert --to html`` of the notebook and the kit of the commit in ``_baseline.py`` on
the demo's frozen facts: it asks no server, which is the stricter measure.

- CPU of a fleet of 20 against 20 times one plain run; its wall time against 20 plain runs by ``xargs -P2``
- CPU of fleets of 20, 40 and 80: what a further product costs from 20 to 40 and from 40 to 80, which has to be the
  same within 15%, and what is left for no product at all
- peak memory (PSS of all processes) of 20, and of 80 to see whether it grows
- requests the server answered, and disk that is used, for each product

The median of the rounds counts, after one that does not. One line for each figure, then the table of docs/scale.md;
exit status 1 when a target is missed. ``--only 20`` leaves out how it grows.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import _processes  # type: ignore[import-not-found] # beside this file
from _baseline import Plain, plain  # type: ignore[import-not-found]
from _fleet import demo_server, disk_mb, product_folder, requests_so_far  # type: ignore[import-not-found]
from _processes import Cost, cost, in_turn
from _targets import told  # type: ignore[import-not-found]

PRODUCTS = 20
CPU_OF_PLAIN = 0.15
WALL_OF_PLAIN = 0.15
SLOPES_APART = 0.15
MOST_MEMORY_MB = 1200.0
MANY = 1000

PRODMEET = str(Path(sys.executable).parent / "prodmeet")


class Fleets:
    """Runs fleets of any size in new folders, against one server."""

    def __init__(self, here: Path, to: str) -> None:
        self.here, self.to = here, to

    def folder(self, products: int) -> Path:
        """Where the fleet of so many products is."""
        return self.here / f"fleet-{products}"

    def run(self, products: int, *, memory: bool = False) -> Cost:
        """Make every report, with nothing remembered. ``RuntimeError`` when one is missing."""
        folder = product_folder(self.folder(products), products)
        found = cost([PRODMEET, "-C", str(folder), "fleet", "--to", self.to], cwd=self.here, memory=memory)
        made = len(list(folder.glob("reports/*/latest/report.html")))
        if made != products:
            raise RuntimeError(f"{made} of {products} reports were made")
        return found


def side_by_side(was: Plain, here: Path) -> Cost:
    """20 plain runs, two at a time."""
    papermill, nbconvert = was.commands(was.notebook, "plain-{}")
    one = f"{' '.join(papermill)} && {' '.join(nbconvert)}"
    return cost(["sh", "-c", f"seq {PRODUCTS} | xargs -P2 -I{{}} sh -c '{one}'"], cwd=here)


def measure_twenty(fleets: Fleets, was: Plain, rounds: int) -> tuple[Cost, list[bool]]:
    here = fleets.here
    ours, one, xargs = in_turn(
        rounds,
        lambda: fleets.run(PRODUCTS),
        lambda: cost(*was.commands(was.notebook), cwd=here),
        lambda: side_by_side(was, here),
    )
    print(f"fleet of {PRODUCTS}: {ours.cpu:.2f} s of CPU, {ours.wall:.2f} s; plain: {one.cpu:.2f} s of CPU;")
    print(f"{PRODUCTS} times plain, two at a time: {xargs.cpu:.2f} s of CPU, {xargs.wall:.2f} s")
    return ours, [
        told(f"fleet of {PRODUCTS}: CPU against plain", ours.cpu / (PRODUCTS * one.cpu), "", CPU_OF_PLAIN),
        told(f"fleet of {PRODUCTS}: wall against xargs -P2", ours.wall / xargs.wall, "", WALL_OF_PLAIN),
    ]


def measure_growth(fleets: Fleets, first: Cost, rounds: int, url: str) -> bool:
    """Fleets of 40 and 80 beside that of 20, and what a thousand come to."""
    two, four = in_turn(rounds, lambda: fleets.run(2 * PRODUCTS), lambda: fleets.run(4 * PRODUCTS))
    before = requests_so_far(url)
    most = fleets.run(4 * PRODUCTS, memory=True).pss_mb
    asked = (requests_so_far(url) - before) / (4 * PRODUCTS)
    disk = disk_mb(fleets.folder(4 * PRODUCTS)) / (4 * PRODUCTS)
    slopes = (two.cpu - first.cpu) / PRODUCTS, (four.cpu - two.cpu) / (2 * PRODUCTS)
    cpu, wall = ((getattr(four, which) - getattr(first, which)) / (3 * PRODUCTS) for which in ("cpu", "wall"))
    rest, waited = first.cpu - PRODUCTS * cpu, first.wall - PRODUCTS * wall
    print(
        f"fleets of {PRODUCTS}, {2 * PRODUCTS}, {4 * PRODUCTS}: {first.cpu:.1f}, {two.cpu:.1f}, {four.cpu:.1f} s of CPU"
    )
    print(f"a further product: {slopes[0]:.2f}, then {slopes[1]:.2f} s of CPU; fixed: {rest:.2f} s")
    print(f"\nMeasured on {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}:\n")
    print(f"| | fixed | a product | {MANY:,} products |\n|---|---|---|---|")
    print(f"| CPU | {rest:.1f} s | {cpu:.2f} s | {(rest + MANY * cpu) / 60:.0f} min |")
    print(f"| wall, {os.cpu_count()} cores | {waited:.1f} s | {wall:.2f} s | {(waited + MANY * wall) / 60:.0f} min |")
    print(f"| peak memory (PSS), {4 * PRODUCTS} products | {most:.0f} MB | | |")
    print(f"| requests to Prometheus | | {asked:.0f} | {asked * MANY:,.0f} |")
    print(f"| disk, one report | | {disk:.1f} MB | {disk * MANY / 1000:.1f} GB |\n")
    return bool(told("slopes of CPU apart", max(slopes) / min(slopes) - 1, "", SLOPES_APART))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="runs of each way (default: 5)")
    parser.add_argument("--only", choices=["20"], help="leave out how the cost grows")
    given = parser.parse_args()
    was = plain()
    with tempfile.TemporaryDirectory(prefix="prodmeet-benchmark-") as name:
        here = Path(name)
        with demo_server(here) as (url, meeting):
            _processes.ENVIRONMENT["PROMETHEUS_URL"] = url
            fleets = Fleets(here, f"{meeting:%Y-%m-%dT%H:%M%z}")
            first, well = measure_twenty(fleets, was, given.rounds)
            memory = fleets.run(PRODUCTS, memory=True).pss_mb
            well.append(told(f"fleet of {PRODUCTS}: peak memory (PSS)", memory, " MB", MOST_MEMORY_MB))
            if not given.only:
                well.append(measure_growth(fleets, first, given.rounds, url))
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
