"""A report of every product: one that fails costs itself only."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from prodmeet_kit.core.errors import InputError
from prodmeet_kit.pipeline.fleet import make_fleet, worst
from prodmeet_kit.pipeline.workers import ForkServer

STAND_IN = f"""#!{sys.executable}
import sys, time, pathlib
product = sys.argv[-1]
folder = pathlib.Path(sys.argv[sys.argv.index("-C") + 1])
with open(folder / "log", "a") as log:
    log.write(" ".join(sys.argv[sys.argv.index("report"):]) + "\\n")
    log.flush()
    time.sleep(0.3)
    log.write(f"end {{product}}\\n")
if product == "bad":
    print("prodmeet: bad.yaml:3: objective: give a number", file=sys.stderr)
    sys.exit(2)
if product == "half":
    print("metrics: prometheus: refused", file=sys.stderr)
    print("reports/half/2026-11-23/report.html")
    sys.exit(3)
print(f"reports/{{product}}/2026-11-23/report.html")
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with products, and a stand-in for the command that makes one report."""
    stand_in = tmp_path / "stand-in"
    stand_in.write_text(STAND_IN)
    stand_in.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stand_in))
    monkeypatch.setattr(ForkServer, "start", lambda: None)  # as where processes cannot be forked
    (tmp_path / "parameters").mkdir()
    return tmp_path


def add(home: Path, *names: str) -> None:
    for name in names:
        (home / "parameters" / f"{name}.yaml").write_text(f"product: {name}\n")


def test_one_that_fails_costs_itself_only_and_the_worst_status_stands_for_all(home: Path) -> None:
    add(home, "bad", "half", "well")
    told: list[str] = []
    assert make_fleet(home, told.append, jobs=3) == 2
    assert sorted(told) == [
        "failed  bad: bad.yaml:3: objective: give a number",
        "ok      well: reports/well/2026-11-23/report.html",
        "partly  half: 1 line of what could not be checked: reports/half/2026-11-23/report.html",
    ]


def test_the_index_says_which_report_could_not_be_made(home: Path) -> None:
    add(home, "bad", "half", "well")
    make_fleet(home, lambda line: None, jobs=3)
    page = (home / "reports" / "index.html").read_text()
    assert "bad.yaml:3: objective: give a number" in page
    assert re.findall(r'<tr id="([^"]*)"', page) == ["bad"]  # the stand-in writes no report for the others
    (home / "parameters" / "bad.yaml").unlink()
    make_fleet(home, lambda line: None, jobs=3)
    assert "bad.yaml" not in (home / "reports" / "index.html").read_text()


def test_the_demo_is_left_out_where_there_is_another_product(home: Path) -> None:
    (home / "parameters" / "demo.yaml").write_text("product: demo\ntitle: The demo shop\n")
    told: list[str] = []
    make_fleet(home, told.append, jobs=1)
    assert told == ["ok      demo: reports/demo/2026-11-23/report.html"]
    add(home, "well")
    told.clear()
    make_fleet(home, told.append, jobs=1)
    assert told == [
        "left out demo: the demo is no product of a fleet; prodmeet report makes its report",
        "ok      well: reports/well/2026-11-23/report.html",
    ]


def test_a_page_of_somebody_else_in_place_of_the_index_costs_a_line(home: Path) -> None:
    add(home, "well")
    (home / "reports").mkdir()
    (home / "reports" / "index.html").write_text("<h1>Our site</h1>")
    told: list[str] = []
    assert make_fleet(home, told.append, jobs=1) == 0
    assert told[1].startswith(f"could not write {home / 'reports' / 'index.html'}: a page of this name is there")


def test_options_reach_each_report_and_one_job_is_one_after_another(home: Path) -> None:
    add(home, "a", "b")
    assert make_fleet(home, lambda line: None, jobs=1, options=["--language", "ja"]) == 0
    assert (home / "log").read_text().splitlines() == [
        "report --language ja -- a", "end a", "report --language ja -- b", "end b",
    ]  # fmt: skip


def test_jobs_run_side_by_side_and_no_more_than_asked_for(home: Path) -> None:
    add(home, "a", "b", "c")
    make_fleet(home, lambda line: None, jobs=2)
    lines = (home / "log").read_text().splitlines()
    running = most = 0
    for line in lines:
        running += -1 if line.startswith("end") else 1
        most = max(most, running)
    assert most == 2


def test_without_a_product_it_says_what_to_write(home: Path) -> None:
    with pytest.raises(InputError, match="holds no parameter file"):
        make_fleet(home, print, jobs=1)


@pytest.mark.parametrize(("statuses", "status"), [([0, 0], 0), ([0, 3], 3), ([3, 2, 0], 2), ([2, 1], 1), ([-9, 0], 1)])
def test_the_worst_of(statuses: list[int], status: int) -> None:
    assert worst(statuses) == status


@pytest.mark.parametrize("deaf", ["", "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"])
def test_an_interrupt_ends_every_report_that_runs(tmp_path: Path, deaf: str) -> None:
    stand_in = tmp_path / "stand-in"
    stand_in.write_text(f"#!{sys.executable}\n{deaf}import time\ntime.sleep(60)\n")
    stand_in.chmod(0o755)
    (tmp_path / "parameters").mkdir()
    add(tmp_path, "a", "b", "c")
    code = (
        "import sys; from prodmeet_kit.pipeline import fleet; from prodmeet_kit.cli import main\n"
        "fleet.PATIENCE_S = 2\nfleet.ForkServer.start = lambda: None\n"
        f"sys.executable = {str(stand_in)!r}\n"
        f"sys.argv = ['prodmeet', '-C', {str(tmp_path)!r}, 'fleet', '--jobs', '2']\nmain()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, start_new_session=True) as process:
        children: list[psutil.Process] = []
        deadline = time.monotonic() + 30
        while len(children) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
            children = psutil.Process(process.pid).children()
        os.kill(process.pid, signal.SIGINT)
        said = process.communicate(timeout=20)[1]
    assert len(children) == 2
    assert process.returncode == 1
    assert said == b"prodmeet: interrupted, 0 of 3 reports had ended\n"
    assert not psutil.wait_procs(children, timeout=5)[1]
