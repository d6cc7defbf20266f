"""The notebooks of the repository: no outputs, one call a cell, every parameter explained."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from prodmeet_kit.core import shipped_files as resources
from prodmeet_kit.core.errors import ReportError
from prodmeet_kit.parameters.models import AGENDA

NOTEBOOKS = sorted((Path(__file__).parents[3] / "notebooks").glob("*.ipynb"))
MEETING = resources.notebook()


def code(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_as_jupyter_writes_it_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert [cell.id for cell in code(path) if cell.outputs or cell.execution_count] == []
    assert nbformat.writes(notebook) + "\n" == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_code_cell_is_one_call(path: Path) -> None:
    for cell in code(path):
        if "parameters" in cell.metadata.get("tags", []):
            continue
        statements = [node for node in ast.parse(cell.source).body if not isinstance(node, ast.Import | ast.ImportFrom)]
        assert len(statements) <= 1, cell.source
        if statements:
            assert isinstance(statements[0], ast.Expr | ast.Assign), cell.source


def test_the_meeting_shows_the_overview_and_every_item_of_the_default_agenda_in_order() -> None:
    shown = [cell.source for cell in code(MEETING)[2:]]
    assert shown == [f"review.{name}" for name in ("overview", *AGENDA)]


def test_parameters_all_have_a_default_a_type_and_a_word_of_help() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "papermill", "--help-notebook", str(MEETING)], capture_output=True, text=True, check=True
    ).stdout
    lines = {line.split(":")[0].strip(): line for line in said.splitlines() if '(default "' in line}
    assert list(lines) == ["product", "start", "end", "snapshot", "folder", "language"]
    for line in lines.values():
        assert ": str (default" in line
        assert len(line.split(")", 1)[1].strip()) > 10


def test_a_missing_notebook_is_named() -> None:
    with pytest.raises(ReportError, match=r"nothing\.ipynb is missing"):
        resources.notebook("nothing")
