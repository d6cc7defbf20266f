"""A run that goes wrong leaves the good report of the day where it is, and says what was in its way."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner, Result

from prodmeet_kit.cli import cli
from prodmeet_kit.core import shipped_files as resources
from prodmeet_kit.demo import SNAPSHOT
from prodmeet_kit.pipeline.kernel import Kernel
from tests.support.shared import demo_report_in

pytestmark = pytest.mark.takes(25)

DAY = "2026-11-23"


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def report(home: Path, *more: str) -> Result:
    return CliRunner().invoke(cli, ["-C", str(home), "report", *more])


@pytest.fixture
def demo_home(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the good report of the day."""
    demo_report_in(tmp_path / "home", tmp_path_factory)
    return tmp_path / "home"


@pytest.fixture
def dies(demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The kernel dies in a cell after the review is open, until the patch is undone."""
    notebook = nbformat.read(resources.notebook(), as_version=4)
    place = [cell.id for cell in notebook.cells].index("open") + 1
    notebook.cells.insert(place, nbformat.v4.new_code_cell("import os; os._exit(7)", id="breaks"))
    nbformat.write(notebook, tmp_path / "breaks.ipynb")
    monkeypatch.setattr(resources, "notebook", lambda: tmp_path / "breaks.ipynb")
    return monkeypatch


def test_a_kernel_that_dies_leaves_the_good_report_and_the_next_good_run_clears_up(
    demo_home: Path, dies: pytest.MonkeyPatch
) -> None:
    home, product = demo_home, demo_home / "reports" / "demo"
    before = contents(product / DAY)
    died = report(home)
    assert died.exit_code == 3
    assert died.stdout.splitlines()[-1] == str(product / f"{DAY}.incomplete" / "report.html")
    assert f"the report of {DAY} stays as it is" in died.stderr and "exit status 7" in died.stderr
    assert contents(product / DAY) == before
    assert json.loads((product / f"{DAY}.incomplete" / "review.json").read_text())["not_run"][:2] == [
        "breaks", "overview",
    ]  # fmt: skip
    assert (product / "latest").readlink() == Path(DAY)
    assert f"{DAY}.incomplete" not in (home / "reports" / "index.html").read_text()
    dies.undo()
    assert report(home).exit_code == 0
    assert sorted(path.name for path in product.iterdir()) == [DAY, "latest"]


def test_a_temporary_folder_removed_under_the_run_is_named_and_the_report_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "reports" / "demo" / DAY
    old.mkdir(parents=True)
    (old / "minutes.md").write_text("decided")
    gone: list[Path] = []
    started = Kernel.__init__

    def removed(self: Kernel) -> None:
        started(self)
        shutil.rmtree(self.folder)
        gone.append(self.folder)

    monkeypatch.setattr(Kernel, "__init__", removed)
    said = report(tmp_path)
    assert said.exit_code == 1
    assert said.stderr == (
        f"prodmeet: the temporary folder {gone[0]} was removed under the run: set TMPDIR to a place that stays\n"
    )
    assert contents(tmp_path / "reports") == {f"demo/{DAY}/minutes.md": sha256(b"decided").hexdigest()}


def limited() -> None:
    """No file of this process may be larger: as if the disk was full there."""
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))


def test_a_disk_that_takes_no_more_is_said_with_the_file_and_nothing_is_replaced(tmp_path: Path) -> None:
    old = tmp_path / "reports" / "demo" / DAY
    old.mkdir(parents=True)
    (old / "minutes.md").write_text("decided")
    done = subprocess.run(
        [sys.executable, "-m", "prodmeet_kit", "-C", str(tmp_path), "report"],
        preexec_fn=limited, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("prodmeet: the report cannot be written: ")
    assert done.stderr.endswith("/review.ipynb: File too large\n")
    assert contents(tmp_path / "reports") == {f"demo/{DAY}/minutes.md": sha256(b"decided").hexdigest()}


@pytest.mark.parametrize("kind", ["link", "sum", "way", "parquet"])
def test_a_snapshot_of_anybody_ends_with_status_2_and_writes_nothing(kind: str, tmp_path: Path) -> None:
    crafted = tmp_path / "crafted"
    shutil.copytree(SNAPSHOT, crafted)
    content = json.loads((crafted / "manifest.json").read_text(encoding="utf-8"))
    entry = next(entry for entry in content["queries"] if entry["file"])
    file = crafted / entry["file"]
    if kind == "link":
        file.rename(tmp_path / "elsewhere")
        file.symlink_to(tmp_path / "elsewhere")
    elif kind == "sum":
        entry["sha256"] = "0" * 64
    elif kind == "way":
        entry["file"] = "../../etc/passwd"
    else:
        file.write_bytes(b"PAR1 and nothing else")
        entry["sha256"] = sha256(file.read_bytes()).hexdigest()
    (crafted / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    home = tmp_path / "home"
    home.mkdir()
    said = report(home, "--from-snapshot", str(crafted))
    assert said.exit_code == 2, said.stderr
    assert str(crafted / "manifest.json" if kind == "way" else file) in said.stderr
    assert list(home.iterdir()) == []
