"""The exploration notebook, its copies, and the command that opens them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner

from prodmeet_kit.cli import cli
from prodmeet_kit.core import shipped_files as resources
from prodmeet_kit.core.errors import InputError
from prodmeet_kit.demo import SNAPSHOT
from prodmeet_kit.live import exploring
from prodmeet_kit.live.exploring import explore_notebook, open_exploring, write_copy
from prodmeet_kit.live.look import write_look


def parameters(path: Path) -> dict[str, str]:
    """What the cell of parameters of a notebook says."""
    (cell,) = (
        cell for cell in nbformat.read(path, as_version=4).cells if "parameters" in cell.metadata.get("tags", [])
    )
    said: dict[str, str] = {}
    exec(cell.source, said)
    return {name: value for name, value in said.items() if name != "__builtins__"}


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, str]]:
    """JupyterLab does not start; which folder and notebook it was to open."""
    opened: list[tuple[Path, str]] = []

    @contextmanager
    def running(folder: Path, notebook: str, **_: Any) -> Iterator[Any]:
        opened.append((folder, notebook))
        private = tmp_path_factory.mktemp("lab")
        write_look(private)
        yield SimpleNamespace(
            private=private,
            session=lambda name: None,
            page=lambda name: f"http://lab/{name}",
            process=SimpleNamespace(wait=lambda: 0),
        )

    monkeypatch.setattr(exploring, "running_lab", running)
    return opened


def test_the_values_are_put_into_the_cell_of_parameters_whatever_they_hold(tmp_path: Path) -> None:
    path = write_copy(tmp_path, explore_notebook({"product": "checkout", "end": 'it\'s "late" \\1'}))
    assert parameters(path) == {
        "product": "checkout",
        "start": "",
        "end": 'it\'s "late" \\1',
        "snapshot": "",
        "folder": ".",
    }


def test_a_copy_somebody_edited_is_never_overwritten(tmp_path: Path) -> None:
    notebook = explore_notebook({})
    first = write_copy(tmp_path / "new", notebook)
    assert (first.name, write_copy(first.parent, notebook)) == ("explore.ipynb", first)
    first.write_text("mine", encoding="utf-8")
    second = write_copy(first.parent, notebook)
    assert (second.name, first.read_text(encoding="utf-8")) == ("explore-2.ipynb", "mine")


def test_without_a_report_the_copy_is_in_the_reports_of_the_product(
    lab: list[tuple[Path, str]], tmp_path: Path
) -> None:
    shutil.copytree(resources.PACKAGE.parent / "parameters", tmp_path / "parameters")
    with open_exploring("demo", folder=tmp_path, end="2026-11-23") as (_, page):
        assert page == "http://lab/explore.ipynb"
    assert lab == [(tmp_path / "reports" / "demo", "explore.ipynb")]
    assert parameters(tmp_path / "reports" / "demo" / "explore.ipynb")["end"] == "2026-11-23"


def test_a_report_is_explored_in_its_folder_on_its_frozen_facts(lab: list[tuple[Path, str]], tmp_path: Path) -> None:
    shutil.copytree(SNAPSHOT, tmp_path / "r" / "snapshot")
    done = CliRunner().invoke(cli, ["explore", "--no-browser", "--report", str(tmp_path / "r")])
    assert (done.exit_code, done.output) == (0, "http://lab/explore.ipynb\n")
    assert lab == [(tmp_path / "r", "explore.ipynb")]
    said = parameters(tmp_path / "r" / "explore.ipynb")
    assert (said["product"], said["snapshot"]) == ("demo", "snapshot")
    with open_exploring(report=tmp_path / "r" / "snapshot"):  # the snapshot itself stays as it was frozen
        pass
    assert lab[1:] == lab[:1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"end": "2026-11-23"}, "--to: the demo has a fixed window"),
        ({"product": "checkout"}, "no product checkout"),
        ({"product": "checkout", "report": "r"}, "is of demo, not of checkout"),
        ({"end": "2026-11-23", "report": "r"}, "--to: a report has its own window"),
    ],
)
def test_what_cannot_be_explored_is_said_and_nothing_is_written(
    lab: list[tuple[Path, str]], tmp_path: Path, arguments: dict[str, Any], said: str
) -> None:
    (tmp_path / "parameters").mkdir()
    if "report" in arguments:
        shutil.copytree(SNAPSHOT, tmp_path / "r" / "snapshot")
        arguments = {**arguments, "report": tmp_path / "r"}
    with pytest.raises(InputError, match=said), open_exploring(**{"folder": tmp_path, **arguments}):
        pass
    assert lab == []
    assert list(tmp_path.rglob("*.ipynb")) == []


def test_who_explores_sees_code_and_has_it_saved(lab: list[tuple[Path, str]], tmp_path: Path) -> None:
    with open_exploring(folder=tmp_path) as (server, _):
        private = server.private
        style = (private / "config" / "custom" / "custom.css").read_text(encoding="utf-8")
        saving = (private / "settings/@jupyterlab/docmanager-extension/plugin.jupyterlab-settings").read_text()
    assert "display: none" not in style
    assert saving == '{"autosave": true}'
