"""Reports made by real kernels on the demo facts: whole, and honest when a cell goes wrong."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from click.testing import CliRunner, Result

from prodmeet_kit.core import shipped_files as resources
from prodmeet_kit.core.errors import InputError, SnapshotError
from prodmeet_kit.demo import SNAPSHOT
from prodmeet_kit.parameters.models import AGENDA
from prodmeet_kit.pipeline.report import make_report
from tests.support.shared import demo_report

pytestmark = [pytest.mark.integration, pytest.mark.takes(40)]

FILES = [".written.sha256", "minutes.md", "report.html", "review.ipynb", "review.json", "snapshot"]


def insert(source: str, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Put a cell of this source between the cell that opens the review and the first item."""
    notebook = nbformat.read(resources.notebook(), as_version=4)
    place = [cell.id for cell in notebook.cells].index("open") + 1
    notebook.cells.insert(place, nbformat.v4.new_code_cell(source, id="breaks"))
    path = folder / "breaks.ipynb"
    nbformat.write(notebook, path)
    patch.setattr(resources, "notebook", lambda: path)


@pytest.fixture
def with_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda source: insert(source, tmp_path, monkeypatch)


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def cells(folder: Path) -> dict[str, Any]:
    notebook = nbformat.read(folder / "review.ipynb", as_version=4)
    return {cell.id: cell for cell in notebook.cells}


def errors(cell: Any) -> list[str]:
    return [output.ename for output in cell.get("outputs", []) if output.output_type == "error"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demo's report: nothing may be changed in it."""
    (made,) = (path for path in (demo_report(tmp_path_factory) / "reports" / "demo").iterdir() if not path.is_symlink())
    return made


def test_the_demo_report_is_whole_and_everything_in_it_was_checked(demo: Path) -> None:
    record = json.loads((demo / "review.json").read_text())
    assert record["failures"] == []
    assert sorted(path.name for path in demo.iterdir()) == FILES
    assert sorted(path.name for path in demo.parent.iterdir()) == [demo.name, "latest"]
    assert (demo.parent / "latest").resolve() == demo.resolve()
    assert record["window"]["end"].startswith(demo.name)
    assert (demo / "minutes.md").read_text().strip()
    page = (demo / "report.html").read_text()
    assert page.lstrip().lower().startswith("<!doctype html>")
    links = set(re.findall(r"\(report\.html#(.+?)\)", (demo / "minutes.md").read_text()))
    assert links and all(f'id="{link}"' in page for link in links)


def test_the_notebook_of_a_report_is_executed_valid_and_silent_about_the_machine(demo: Path) -> None:
    text = (demo / "review.ipynb").read_text()
    nbformat.validate(nbformat.reads(text, as_version=4))
    found = cells(demo)
    assert list(found) == ["parameters", "injected-parameters", "open", "overview", *AGENDA]
    for name in ("overview", *AGENDA):
        assert found[name].outputs, name
        assert errors(found[name]) == []
    assert str(demo.parents[3]) not in text  # where all shared things are made
    assert str(Path.home()) + "/" not in text
    assert set(json.loads(text)["metadata"]["papermill"]) <= {"parameters", "version"}
    assert json.loads(text)["metadata"]["language_info"]["name"] == "python"


def test_facts_are_copied_bit_by_bit_and_give_the_same_numbers_again(demo: Path, tmp_path: Path) -> None:
    assert contents(demo / "snapshot") == contents(SNAPSHOT)
    again = make_report("demo", folder=tmp_path, from_snapshot=demo / "snapshot")
    numbers = [json.loads((path / "review.json").read_text()) for path in (demo, again.path)]
    for record in numbers:
        del record["generated_at"]
    assert numbers[0] == numbers[1]
    assert contents(again.path / "snapshot") == contents(SNAPSHOT)


def test_a_damaged_snapshot_is_bad_input_and_nothing_is_written(tmp_path: Path) -> None:
    frozen = tmp_path / "frozen"
    shutil.copytree(SNAPSHOT, frozen)
    damaged = next((frozen / "series").iterdir())
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    with pytest.raises(SnapshotError, match=damaged.name):
        make_report(folder=tmp_path / "home", from_snapshot=frozen)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("product", "folder", "said"),
    [("shop", SNAPSHOT, "are of demo, not of shop"), ("", Path(__file__).parent, "manifest")],
)
def test_facts_that_are_not_those_asked_for_are_bad_input(
    product: str, folder: Path, said: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=said):
        make_report(product, folder=tmp_path / "home", from_snapshot=folder)
    assert not (tmp_path / "home").exists()


def test_the_notebook_of_a_report_runs_again_beside_its_facts(demo: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "papermill", "review.ipynb", str(tmp_path / "again.ipynb"), "--no-progress-bar"],
        cwd=demo, check=True, capture_output=True, timeout=100,
    )  # fmt: skip


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """What ``prodmeet report`` says when a cell prints the environment and raises, and the folder of the report."""
    from prodmeet_kit.cli import cli

    home = tmp_path_factory.mktemp("broken")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOP_API_TOKEN", "canary-0451")
        insert(
            "import os; print('seen', *os.environ.values()); raise ValueError('<script>alert(1)</script> broken')",
            home, patch,
        )  # fmt: skip
        said = CliRunner().invoke(cli, ["-C", str(home), "report"])
    return said, Path(said.stdout.splitlines()[-1]).parent


def test_a_cell_that_raises_is_shown_and_the_next_cells_run(broken: tuple[Result, Path]) -> None:
    _, folder = broken
    found = cells(folder)
    assert errors(found["breaks"]) == ["ValueError"]
    assert errors(found["toil"]) == []
    assert "broken" in found["failures"].source
    page = (folder / "report.html").read_text()
    assert "broken" in page
    assert "<script>alert(1)" not in page
    (failure,) = json.loads((folder / "review.json").read_text())["failures"]
    assert (failure["section"], failure["source"]) == ("breaks", "the notebook")


def test_a_kernel_that_dies_leaves_a_report_that_says_so(with_cell: Callable[[str], None], tmp_path: Path) -> None:
    with_cell("import os; os._exit(7)")
    result = make_report(folder=tmp_path)
    found = cells(result.path)
    assert [failure.section for failure in result.failures] == ["breaks", "overview", *AGENDA]
    assert "exit status 7" in result.failures[0].message
    assert errors(found["breaks"]) == ["KernelDied"]
    assert errors(found["metrics"]) == ["NotRun"]
    assert "NotRun: the kernel died in breaks" in result.page.read_text()
    assert json.loads((result.path / "review.json").read_text())["slos"]


def test_a_cell_over_the_limit_is_stopped_and_the_next_cells_run(
    with_cell: Callable[[str], None], tmp_path: Path
) -> None:
    with_cell("import time; time.sleep(200)")
    began = time.monotonic()
    result = make_report(folder=tmp_path, cell_limit_s=15)
    assert time.monotonic() - began < 100
    found = cells(result.path)
    assert [failure.message for failure in result.failures] == ["ran longer than 15 s and was stopped"]
    assert errors(found["breaks"]) == ["CellOverran"]
    assert errors(found["toil"]) == []
    assert "ran longer than 15 s and was stopped" in result.page.read_text()


def test_a_failing_report_ends_with_status_3_and_says_what_on_the_error_stream(broken: tuple[Result, Path]) -> None:
    said, folder = broken
    assert said.exit_code == 3
    assert said.stderr == "breaks: could not check the notebook: ValueError: <script>alert(1)</script> broken\n"
    assert Path(said.stdout.splitlines()[-1]) == folder / "report.html"


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupt_leaves_no_kernel_no_folder_and_no_report(name: str, tmp_path: Path) -> None:
    # Its own place for temporary folders, with a short path for sockets: other tests have kernels at the same time.
    own = Path(tempfile.mkdtemp(prefix="prodmeet-interrupted-"))
    with subprocess.Popen(
        [sys.executable, "-m", "prodmeet_kit", "-C", str(tmp_path), "report"],
        env={**os.environ, "TMPDIR": str(own)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        kernels: list[psutil.Process] = []
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not list(tmp_path.glob("reports/demo/.new-*")):
            with contextlib.suppress(psutil.NoSuchProcess):
                kernels = psutil.Process(process.pid).children()
            time.sleep(0.01)
        os.kill(process.pid, getattr(signal, name))
        said = process.communicate(timeout=30)[1]
    assert kernels
    assert process.returncode == 1
    assert said == "prodmeet: interrupted, nothing was written\n"
    assert not psutil.wait_procs(kernels, timeout=5)[1]
    assert list(tmp_path.iterdir()) == []
    assert list(own.iterdir()) == []
    own.rmdir()


def test_no_credential_of_the_environment_reaches_the_kernel(broken: tuple[Result, Path]) -> None:
    _, folder = broken
    assert any("seen" in output.get("text", "") for output in cells(folder)["breaks"].outputs)
    for path in folder.rglob("*"):
        if path.is_file():
            assert b"canary-0451" not in path.read_bytes(), path
