"""How long a report takes, how large its page is and how much memory it needs, against plain command lines.

Run ``python benchmarks/report.py`` from the checkout. Both ways run the same
notebook on the embedded demo facts, as whole processes, in turn:

- ``prodmeet report``
- ``papermill notebooks/production_meeting.ipynb out.ipynb`` and
  ``jupyter nbconvert --to html out.ipynb``

The first run of each way is not counted: it writes bytecode, which an
installed package has, and fills the disk cache. One line for each result; exit
status 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import psutil
from _targets import told  # type: ignore[import-not-found] # beside this file

from prodmeet_kit.core import shipped_files as resources

MOST_OF_PLAIN = 0.40
MOST_PAGE_MB = 5.0
MOST_MEMORY_MB = 600.0

BIN = Path(sys.executable).parent
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("CI", "PYTHONDONTWRITEBYTECODE")}


def ours(out: Path) -> list[str]:
    return [str(BIN / "prodmeet"), "report", "--out", str(out)]


def seconds(*commands: list[str], cwd: Path) -> float:
    """Wall time of the commands, one after the other."""
    began = time.perf_counter()
    for command in commands:
        subprocess.run(command, cwd=cwd, env=ENVIRONMENT, check=True, capture_output=True)
    return time.perf_counter() - began


def peak_memory_mb(command: list[str], cwd: Path) -> float:
    """The largest sum of resident memory over the process and all it started, seen every 10 ms."""
    peak = 0
    with subprocess.Popen(
        command, cwd=cwd, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        root = psutil.Process(process.pid)
        while process.poll() is None:
            peak = max(peak, resident(root))
            time.sleep(0.01)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return peak / 1e6


def resident(root: psutil.Process) -> int:
    total = 0
    try:
        for process in [root, *root.children(recursive=True)]:
            total += process.memory_info().rss
    except psutil.NoSuchProcess:  # it has just ended: the next look counts
        pass
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="runs of each way (default: 5)")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        notebook = str(resources.notebook())
        papermill = [str(BIN / "papermill"), notebook, "out.ipynb"]
        nbconvert = [str(BIN / "jupyter"), "nbconvert", "--to", "html", "out.ipynb"]
        kit, plain = [], []
        for _ in range(rounds + 1):  # in turn, so that whatever else the machine does hits both alike
            kit.append(seconds(ours(here / "reports"), cwd=here))
            plain.append(seconds(papermill, nbconvert, cwd=here))
        del kit[0], plain[0]
        print(f"prodmeet report: {median(kit):.2f} s (median of {rounds}: {', '.join(f'{s:.2f}' for s in kit)})")
        print(
            f"papermill, nbconvert: {median(plain):.2f} s (median of {rounds}: {', '.join(f'{s:.2f}' for s in plain)})"
        )
        page = next((here / "reports").glob("*/latest/report.html"))
        well = [
            told("share of the plain time", median(kit) / median(plain), "", MOST_OF_PLAIN),
            told("size of report.html", page.stat().st_size / 1e6, " MB", MOST_PAGE_MB),
            told("peak memory of all processes", peak_memory_mb(ours(here / "again"), here), " MB", MOST_MEMORY_MB),
        ]
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
