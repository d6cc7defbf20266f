"""Cells of a notebook as blocks: what came out, as plain values that the page's template writes.

The code is in the notebook beside the report, where it can be run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Any, Literal

from prodmeet_kit.html_report.plots import Plot, plot
from prodmeet_kit.html_report.sanitize import sanitized
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.render import PLOTLY
from prodmeet_kit.render.html import FIGURE, MORE

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["Block", "CellView", "cell_view"]

_PAPERMILL_ERROR = "papermill-error-cell-tag"
_WIDGET = "application/vnd.jupyter.widget-view+json"
_TAG = re.compile(r"<[^>]*>")
_IMAGES = ("image/png", "image/jpeg")


@dataclass
class Block:
    """One piece of a cell's output.

    ``html`` and ``markdown`` hold markup that :func:`.sanitize.sanitized` has seen, every other kind
    plain text: ``more`` is the title of a fold that holds the blocks after it, ``log`` folded,
    ``error`` with ``detail`` folded, ``image`` a data URL, ``aside`` a remark of the page.
    """

    kind: Literal["html", "more", "markdown", "figure", "text", "log", "error", "image", "aside"]
    text: str = ""
    detail: str = ""
    plot: Plot | None = None


@dataclass
class CellView:
    """One cell. ``not_run`` is empty, or says that the notebook stopped before or inside it."""

    blocks: list[Block] = field(default_factory=list)
    not_run: str = ""


def cell_view(cell: NotebookNode, markdown: Callable[..., str]) -> CellView | None:
    """What a page shows of a cell; ``None`` where that is nothing.

    ``markdown`` turns Markdown, and the pictures attached to its cell if any, into HTML.

    The red cells that papermill puts before a failure are left out: the failed cell itself says it.
    """
    if _PAPERMILL_ERROR in cell.metadata.get("tags", ()):
        return None
    if cell.cell_type == "markdown":
        return CellView([_written(cell, markdown)])
    if cell.cell_type == "code" and cell.source.strip():
        blocks = [block for output in cell.outputs for block in _blocks(output, markdown)]
        not_run = _not_run(cell)
        if blocks or not_run:
            return CellView(_with_figures_placed(blocks), not_run)
    return None


def _written(cell: NotebookNode, markdown: Callable[..., str]) -> Block:
    """A cell of Markdown with its pasted pictures; as it was typed where it cannot be turned into HTML."""
    try:
        return Block("markdown", sanitized(markdown(cell.source, cell.get("attachments"))))
    except Exception as error:  # noqa: BLE001 - one cell's fault must not take the page with it
        return Block("error", f"{type(error).__name__}: {error}", detail=cell.source)


def _not_run(cell: NotebookNode) -> str:
    if cell.get("execution_count") is not None or any(output.output_type == "error" for output in cell.outputs):
        return ""
    if cell.outputs:
        return t("The notebook stopped inside this cell: what it shows may be incomplete.")
    return t("Not run: the notebook stopped before this cell.")


def _blocks(output: NotebookNode, markdown: Callable[[str], str]) -> Iterator[Block]:
    if output.output_type == "stream":
        yield Block("log" if output.name == "stderr" else "text", _plain(output.text))
    elif output.output_type == "error":
        what = f"{output.ename}: {_plain(output.evalue)}"
        yield Block("error", what, detail=_plain("\n".join(output.traceback)))
    elif PLOTLY in output.data:
        yield Block("figure", plot=plot(output.data[PLOTLY]))
    else:
        yield from _data(output.data, markdown)


def _data(data: dict[str, Any], markdown: Callable[[str], str]) -> Iterator[Block]:
    image = next((kind for kind in _IMAGES if kind in data), "")
    if "text/html" in data:
        text = sanitized(_text(data["text/html"]))
        yield Block("more", _words_of(text)) if MORE in text else Block("html", text)
    elif "image/svg+xml" in data:
        from urllib.parse import quote

        yield Block("image", f"data:image/svg+xml;utf8,{quote(_text(data['image/svg+xml']))}")
    elif image:
        yield Block("image", f"data:{image};base64,{''.join(_text(data[image]).split())}")
    elif "text/markdown" in data:
        yield Block("markdown", sanitized(markdown(_text(data["text/markdown"]))))
    elif _WIDGET in data:
        yield Block("aside", t("The notebook has a live control here."))
    elif text := _text(data.get("text/plain", "")):
        yield Block("text", _plain(text))


def _with_figures_placed(blocks: list[Block]) -> list[Block]:
    """Each figure moved to the place that the markup before it keeps for it."""
    placed: list[Block] = []
    for block in blocks:
        before = placed[-1] if placed else None
        if block.kind == "figure" and before and before.kind == "html" and FIGURE in before.text:
            head, _, tail = before.text.rpartition(FIGURE)
            placed[-1:] = [Block("html", head), block, Block("html", tail)]
        else:
            placed.append(block)
    return placed


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "".join(value)


def _words_of(markup: str) -> str:
    """The text of markup that was sanitized: what looks like an element in it is one."""
    return " ".join(unescape(_TAG.sub(" ", markup)).split())


def _plain(text: str) -> str:
    from nbconvert.filters import strip_ansi

    return str(strip_ansi(_text(text)))
