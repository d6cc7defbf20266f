"""The notebook before and after its run."""

from __future__ import annotations

import json
import sys

import nbformat

from prodmeet_kit.core import shipped_files as resources
from prodmeet_kit.core.errors import Failure
from prodmeet_kit.parameters.models import AGENDA
from prodmeet_kit.pipeline import template

PARAMETERS = {"product": "shop", "snapshot": "snapshot"}


def prepared(agenda: tuple[str, ...] = AGENDA) -> nbformat.NotebookNode:
    return template.prepare(resources.notebook(), PARAMETERS, agenda)


def sections(notebook: nbformat.NotebookNode) -> list[str]:
    return [template.section_of(cell) for cell in notebook.cells]


def test_parameters_are_put_in_after_the_cell_that_documents_them() -> None:
    notebook = prepared()
    assert sections(notebook)[:4] == ["parameters", "injected-parameters", "open", "overview"]
    values: dict[str, str] = {}
    exec(notebook.cells[0].source + "\n" + notebook.cells[1].source, values)
    assert {name: values[name] for name in ("product", "start", "snapshot", "folder")} == {
        "product": "shop",
        "start": "",
        "snapshot": "snapshot",
        "folder": ".",
    }


def test_items_stand_in_the_order_of_the_meeting_and_only_those_it_has() -> None:
    assert sections(prepared(("action_items", "metrics")))[3:] == ["overview", "action_items", "metrics"]


def test_what_people_who_run_it_by_hand_read_is_left_out() -> None:
    assert "title" in [cell.id for cell in nbformat.read(resources.notebook(), as_version=4).cells]
    assert "title" not in sections(prepared())


def test_a_cell_after_an_item_stays_with_it() -> None:
    cells = [nbformat.v4.new_code_cell(source) for source in ("x", "review.metrics", "y", "review.toil", "z")]
    ordered = template.in_order(cells, ("toil", "metrics"))
    assert [cell.source for cell in ordered] == ["x", "review.overview", "review.toil", "z", "review.metrics", "y"]


def test_an_item_of_another_package_gets_a_cell_of_its_own() -> None:
    notebook = prepared(("metrics", "cost_of_cloud"))
    assert notebook.cells[-1].source == "review.cost_of_cloud"
    assert template.is_item(notebook.cells[-1])
    nbformat.validate(notebook)


def test_only_cells_without_which_nothing_runs_are_needed() -> None:
    notebook = prepared()
    needed = [template.section_of(cell) for cell in notebook.cells if template.is_needed(cell)]
    assert needed == ["parameters", "injected-parameters", "open"]


def test_what_went_wrong_stands_at_the_top_as_plain_text() -> None:
    notebook = prepared()
    template.say_failures(notebook, [Failure("metrics", "the notebook", "ValueError: <img src=x> **bold** _it_")])
    assert sections(notebook)[:2] == ["failures", "parameters"]
    banner = notebook.cells[0].source
    assert "<img" not in banner
    assert "**bold**" not in banner
    assert "&#60;img src&#61;x&#62; &#42;&#42;bold&#42;&#42; &#95;it&#95;" in banner


def test_a_run_without_failures_has_no_banner() -> None:
    notebook = prepared()
    template.say_failures(notebook, [])
    assert "failures" not in sections(notebook)


def test_tidying_leaves_no_trace_of_the_machine_or_the_run() -> None:
    notebook = prepared()
    notebook.metadata.papermill.input_path = "/home/ann/notebooks/production_meeting.ipynb"
    notebook.metadata.papermill.output_path = "/home/ann/out.ipynb"
    notebook.metadata.widgets = {"state": {}}
    cell = notebook.cells[-1]
    cell.metadata.papermill = {"start_time": "2026-11-24T10:00:00"}
    cell.metadata.execution = {"iopub.status.idle": "2026-11-24T10:00:00"}
    cell.outputs = [
        nbformat.v4.new_output(
            "error",
            ename="ValueError",
            evalue="https://ann:hunter2@prometheus.example/ refused",
            traceback=[f"File {resources.PACKAGE}/review.py:1", f"File {sys.prefix}/lib/x.py"],
        )
    ]
    template.mask(cell)
    template.tidy(notebook)
    text = template.text_of(notebook)
    assert "/home/ann" not in text
    assert "hunter2" not in text
    assert str(resources.PACKAGE) not in text
    assert sys.prefix not in text
    assert "2026-11-24T10" not in text
    assert "widgets" not in json.loads(text)["metadata"]
    assert json.loads(text)["metadata"]["papermill"]["parameters"] == PARAMETERS
    assert "File prodmeet_kit/review.py:1" in text
    nbformat.validate(nbformat.reads(text, as_version=4))
