"""Reports made by real kernels on the demo facts: whole, and honest when a cell goes wrong."""

from __future__ import annotations

import contextlib
import json
import os
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

from prodmeet_kit.core import shipped_files as resources
from prodmeet_kit.core.errors import InputError, SnapshotError
from prodmeet_kit.demo import SNAPSHOT
from prodmeet_kit.parameters.models import AGENDA
from prodmeet_kit.pipeline import report
from prodmeet_kit.pipeline.report import make_report

pytestmark = pytest.mark.integration

FILES = [".written.sha256", "minutes.md", "report.html", "review.ipynb", "review.json", "snapshot"]


@pytest.fixture
def with_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a cell of this source between the cell that opens the review and the first item."""

    def use(source: str) -> None:
        notebook = nbformat.read(resources.notebook(), as_version=4)
        place = [cell.id for cell in notebook.cells].index("open") + 1
        notebook.cells.insert(place, nbformat.v4.new_code_cell(source, id="breaks"))
        path = tmp_path / "breaks.ipynb"
        nbformat.write(notebook, path)
        monkeypatch.setattr(resources, "notebook", lambda: path)

    return use


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


def runtime_folders() -> set[Path]:
    return {path for path in Path(tempfile.gettempdir()).glob("prodmeet-*") if (path / "connection.json").exists()}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, report.ReportResult]:
    home = tmp_path_factory.mktemp("demo")
    return home, make_report(folder=home)


def test_the_demo_report_is_whole_and_everything_in_it_was_checked(demo: tuple[Path, report.ReportResult]) -> None:
    home, result = demo
    record = json.loads((result.path / "review.json").read_text())
    assert result.failures == ()
    assert record["failures"] == []
    assert result.path.parent == home / "reports" / "demo"
    assert sorted(path.name for path in result.path.iterdir()) == FILES
    assert sorted(path.name for path in result.path.parent.iterdir()) == [result.path.name, "latest"]
    assert (result.path.parent / "latest").resolve() == result.path.resolve()
    assert record["window"]["end"].startswith(result.path.name)
    assert (result.path / "minutes.md").read_text().strip()
    assert result.page.read_text().lstrip().lower().startswith("<!doctype html>")


def test_the_notebook_of_a_report_is_executed_valid_and_silent_about_the_machine(
    demo: tuple[Path, report.ReportResult],
) -> None:
    home, result = demo
    text = (result.path / "review.ipynb").read_text()
    nbformat.validate(nbformat.reads(text, as_version=4))
    found = cells(result.path)
    assert list(found) == ["parameters", "injected-parameters", "open", "overview", *AGENDA]
    for name in ("overview", *AGENDA):
        assert found[name].outputs, name
        assert errors(found[name]) == []
    assert str(home) not in text
    assert str(Path.home()) + "/" not in text
    assert set(json.loads(text)["metadata"]["papermill"]) <= {"parameters", "version"}
    assert json.loads(text)["metadata"]["language_info"]["name"] == "python"


def test_facts_are_copied_bit_by_bit_and_give_the_same_numbers_again(
    demo: tuple[Path, report.ReportResult], tmp_path: Path
) -> None:
    _, first = demo
    assert contents(first.path / "snapshot") == contents(SNAPSHOT)
    again = make_report("demo", folder=tmp_path, from_snapshot=first.path / "snapshot")
    numbers = [json.loads((path / "review.json").read_text()) for path in (first.path, again.path)]
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


def test_the_notebook_of_a_report_runs_again_beside_its_facts(
    demo: tuple[Path, report.ReportResult], tmp_path: Path
) -> None:
    _, result = demo
    subprocess.run(
        [sys.executable, "-m", "papermill", "review.ipynb", str(tmp_path / "again.ipynb"), "--no-progress-bar"],
        cwd=result.path, check=True, capture_output=True, timeout=100,
    )  # fmt: skip


def test_a_cell_that_raises_is_shown_and_the_next_cells_run(with_cell: Callable[[str], None], tmp_path: Path) -> None:
    with_cell("raise ValueError('<script>alert(1)</script> broken')")
    result = make_report(folder=tmp_path)
    found = cells(result.path)
    assert [(failure.section, failure.source) for failure in result.failures] == [("breaks", "the notebook")]
    assert errors(found["breaks"]) == ["ValueError"]
    assert errors(found["toil"]) == []
    assert "broken" in found["failures"].source
    page = result.page.read_text()
    assert "broken" in page
    assert "<script>alert(1)" not in page
    assert json.loads((result.path / "review.json").read_text())["failures"][0]["section"] == "breaks"


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


def test_a_failing_report_ends_with_status_3_and_says_what_on_the_error_stream(
    with_cell: Callable[[str], None], tmp_path: Path
) -> None:
    from click.testing import CliRunner

    from prodmeet_kit.cli import cli

    with_cell("1 / 0")
    said = CliRunner().invoke(cli, ["-C", str(tmp_path), "report"])
    assert said.exit_code == 3
    assert said.stderr == "breaks: could not check the notebook: ZeroDivisionError: division by zero\n"
    assert Path(said.stdout.splitlines()[-1]).is_file()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupt_leaves_no_kernel_no_folder_and_no_report(name: str, tmp_path: Path) -> None:
    before = runtime_folders()
    with subprocess.Popen(
        [sys.executable, "-m", "prodmeet_kit", "-C", str(tmp_path), "report"],
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
    assert runtime_folders() <= before


def test_no_credential_of_the_environment_reaches_the_kernel(
    with_cell: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_API_TOKEN", "canary-0451")
    with_cell("import os; print(*os.environ.values())")
    result = make_report(folder=tmp_path)
    for path in result.path.rglob("*"):
        if path.is_file():
            assert b"canary-0451" not in path.read_bytes(), path
