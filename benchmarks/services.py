"""How the analysis grows with services: 6, 12, 24 and 48 of them, each from a snapshot.

Run ``python benchmarks/services.py`` from the checkout; it takes about a minute. For products of
``tests/support/fleet_world.py`` it measures the CPU of opening the frozen facts and of building every item of the
agenda (``Review.items``), each time in a process of its own that has imported everything before. The products take
turns; of several rounds the median counts. A service has to cost the same in a large product as in a small one: what a
further service costs from 24 to 48 is at most a quarter more than what it costs from 6 to 24. One line for each figure;
exit status 1 when the target is missed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from _targets import told  # type: ignore[import-not-found] # beside this file

from tests.support.fleet_world import fleet_snapshot

SERVICES = (6, 12, 24, 48)
MOST_GROWTH = 1.25

BUILD = """
import sys, time
from pathlib import Path
import prodmeet_kit.agenda.views
from prodmeet_kit.review import Review
from prodmeet_kit.snapshot import reopen
began = time.process_time()
review = Review(reopen(Path(sys.argv[1])))
opened = time.process_time()
review.items
print(opened - began, time.process_time() - opened)
"""


def built(snapshot: Path) -> tuple[float, float]:
    """CPU seconds of opening the facts and of building every item."""
    command = [sys.executable, "-c", BUILD, str(snapshot)]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], check=True, stdout=subprocess.PIPE, text=True)
    opened, items = map(float, done.stdout.split())
    return opened, items


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="times each product is measured (default: 5)")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="prodmeet-benchmark-") as name:
        snapshots = {services: fleet_snapshot(services, Path(name) / str(services)) for services in SERVICES}
        runs: dict[int, list[tuple[float, float]]] = {services: [] for services in SERVICES}
        for _ in range(rounds):
            for services, snapshot in snapshots.items():
                runs[services].append(built(snapshot))
    items = {}
    for services, seen in runs.items():
        opened, items[services] = (median(each) for each in zip(*seen, strict=True))
        each = items[services] / services * 1000
        print(
            f"{services} services: opened in {opened:.2f} s, items in {items[services]:.2f} s, {each:.0f} ms a service"
        )
    early, late = (items[24] - items[6]) / 18, (items[48] - items[24]) / 24
    print(f"a further service: {early * 1000:.0f} ms, then {late * 1000:.0f} ms")
    return 0 if told("a further service in a large product against a small one", late / early, "", MOST_GROWTH) else 1


if __name__ == "__main__":
    sys.exit(main())
