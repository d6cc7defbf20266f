"""The notebook of a meeting before its kernel is there: what a browser sees at once, and what the kernel is sent."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from prodmeet_kit.archive.user_edits import list_written
from prodmeet_kit.live import open_meeting
from prodmeet_kit.live.opening import WIDGETS, drawn, first_screen, live_notebook, source_of
from prodmeet_kit.review import open_review

SHOWN = {"text/html": "<h1>web/latency misses its objective</h1>"}


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A report whose notebook was run, as the kit wrote it."""
    outputs = [nbformat.v4.new_output("execute_result", SHOWN)]
    cells = [
        nbformat.v4.new_markdown_cell("# title", id="title"),
        nbformat.v4.new_code_cell("review.overview", id="overview", outputs=outputs),
    ]
    made = nbformat.v4.new_notebook(cells=cells, metadata={"papermill": {"parameters": {"language": "en"}}})
    nbformat.write(made, tmp_path / "review.ipynb")
    list_written(tmp_path)
    return tmp_path


def test_the_first_screen_is_the_one_of_the_report(report: Path) -> None:
    (output,) = first_screen(report, "en") or []
    assert output.data == SHOWN


def test_no_first_screen_is_taken_from_another_language_or_from_a_file_somebody_changed(report: Path) -> None:
    assert first_screen(report, "ja") is None
    text = (report / "review.ipynb").read_text()
    (report / "review.ipynb").write_text(text.replace("<h1>", "<h1><script>alert(1)</script>"))
    assert first_screen(report, "en") is None
    (report / "review.ipynb").unlink()
    assert first_screen(report, "en") is None


def test_views_in_the_file_name_the_models_that_the_kernel_makes(report: Path, tmp_path: Path) -> None:
    review = open_review()
    agenda = tuple(review.facts.product.meeting.agenda)
    notebook = live_notebook("demo", agenda, tmp_path / "minutes", report=report)
    models = drawn(notebook, first_screen(report, "en") or [])
    nbformat.validate(notebook)
    shown = {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code" and cell.outputs}
    assert shown.keys() == {"overview", *WIDGETS}
    meeting = open_meeting(review, minutes=str(tmp_path / "minutes"))
    namespace = {"meeting": meeting}
    exec(source_of([], models), namespace)
    views = {cell: shown[cell][0].data["application/vnd.jupyter.widget-view+json"]["model_id"] for cell in WIDGETS}
    assert meeting.stage.model_id == views["meeting-stage"]
    assert views == {cell: models[name] for cell, name in WIDGETS.items()}


def test_the_kernel_is_sent_the_cells_people_would_run_and_no_other(report: Path, tmp_path: Path) -> None:
    notebook = live_notebook("demo", ("metrics",), tmp_path / "minutes", report=report)
    source = source_of(notebook.cells, {"stage": "x"})
    compile(source, "cell", "exec")
    assert "open_meeting(review" in source and source.endswith("meeting.show({'stage': 'x'})")
    assert "review.overview" not in source and "review.metrics" not in source
