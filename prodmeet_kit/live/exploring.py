"""``prodmeet explore``: a copy of the exploration notebook, its parameters put in, open in JupyterLab."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbformat import NotebookNode

import prodmeet_kit._fast_imports  # noqa: F401 before any import of Jupyter's
from prodmeet_kit.core import durable, shipped_files
from prodmeet_kit.core.errors import InputError, ReportError
from prodmeet_kit.core.locks import hold
from prodmeet_kit.live.lab import Server, running_lab
from prodmeet_kit.pipeline.environment import TO_REACH_SERVERS

if TYPE_CHECKING:
    from prodmeet_kit.parameters import Product

__all__ = ["explore_notebook", "open_exploring", "write_copy"]

_CSS = """
.jp-RenderedHTMLCommon { font-size: 15px; }
"""


_OF_SLOS = ("slo-text", "slo")
"""Cells that have nothing to show for a product without SLOs."""


def explore_notebook(parameters: Mapping[str, str], product: Product | None = None) -> NotebookNode:
    """The exploration notebook with these values in its cell of parameters; cells that show an SLO only if it has one.

    ``product`` is the one explored, the demo where there is none.
    """
    notebook: NotebookNode = nbformat.read(shipped_files.notebook("explore"), as_version=4)
    if product is not None and not any(service.slos for service in product.services):
        notebook.cells = [cell for cell in notebook.cells if cell.id not in _OF_SLOS]
    (cell,) = (cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    for name, value in parameters.items():
        begin = re.search(rf'^{name} = (?="")', cell.source, flags=re.MULTILINE)
        assert begin is not None, name
        cell.source = cell.source[: begin.end()] + repr(value) + cell.source[begin.end() + 2 :]
    return notebook


def write_copy(folder: Path, notebook: NotebookNode) -> Path:
    """Write the notebook into the folder as ``explore.ipynb``, or under the next free name; what is there stays."""
    text = nbformat.writes(notebook) + "\n"
    begin = f"{durable.DRAFT}explore-"
    for number in count(1):
        path = folder / ("explore.ipynb" if number == 1 else f"explore-{number}.ipynb")
        try:
            durable.make_folder(folder)
            durable.remove_left(folder.glob(f"{begin}*"))
            if durable.write_new(path, text, folder / f"{begin}{secrets.token_hex(8)}"):
                return path
            if path.is_file() and path.read_text(encoding="utf-8", errors="replace") == text:
                return path  # nobody touched it
        except OSError as error:
            raise ReportError(f"cannot write {path}: {error.strerror}") from error
    raise AssertionError("count never ends")


@contextmanager
def open_exploring(
    product: str = "", *, folder: Path = Path(), report: Path | None = None, end: str = "", port: int = 0
) -> Iterator[tuple[Server, str]]:
    """JupyterLab on the copy: in the report's folder on its frozen facts, else in ``reports/<product>``.

    Gives the server and the address a browser opens; leaving the block ends it. Raises :class:`InputError` for a
    product, report or time that cannot be explored.
    """
    explored: Product | None
    needs: tuple[str, ...] = ()
    if report is not None:
        place, parameters, explored = _of_report(report.resolve(), product, end)
    else:
        place, parameters, explored, needs = _of_product(product, folder, end)
    path = write_copy(place, explore_notebook(parameters, explored))
    with hold(place), running_lab(place, path.name, port=port, needs=needs) as server:
        _for_work(server.private)
        server.session(path.name)  # or the page asks which kernel to start
        yield server, server.page(path.name)


def _of_report(report: Path, product: str, end: str) -> tuple[Path, dict[str, str], Product]:
    from prodmeet_kit.archive.layout import snapshot_of
    from prodmeet_kit.snapshot import outline

    snapshot = snapshot_of(report)
    explored = outline(snapshot).product
    found = explored.product
    if product not in ("", found):
        raise InputError(f"--report {report} is of {found}, not of {product}: leave one of them out")
    if end:
        raise InputError("--to: a report has its own window: leave --to or --report out")
    return snapshot.parent, {"product": found, "snapshot": snapshot.name}, explored


def _of_product(product: str, folder: Path, end: str) -> tuple[Path, dict[str, str], Product | None, tuple[str, ...]]:
    if not product:
        if end:
            raise InputError("--to: the demo has a fixed window: give a product to choose another")
        return folder.resolve() / "reports" / "demo", {}, None, ()
    from prodmeet_kit.parameters import load
    from prodmeet_kit.parameters.expansion import references
    from prodmeet_kit.review import window_of

    loaded = load(product, folder / "parameters")
    window_of(loaded, end=end, names=("--from", "--to"))  # told now, not in a cell
    needs = (*references(loaded.model_dump_json()), *TO_REACH_SERVERS)
    return folder.resolve() / "reports" / product, {"product": product, "end": end}, loaded, needs


def _for_work(private: Path) -> None:
    """The look of the meeting folds code away, saves nothing by itself and loads little; who explores needs all."""
    (private / "config" / "labconfig" / "page_config.json").unlink()
    plugin = private / "settings" / "@jupyterlab" / "docmanager-extension" / "plugin.jupyterlab-settings"
    plugin.write_text(json.dumps({"autosave": True}), encoding="utf-8")
    (private / "config" / "custom" / "custom.css").write_text(_CSS, encoding="utf-8")
