"""An executed notebook as one HTML file: no request, no script but its own, readable without running anything.

The page is nbconvert's, with a template of our own: the stock ones draw no
figure offline, fetch require.js and MathJax, and run whatever script stands in
an output. Here a content security policy with a nonce lets the page's own
script run and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import FileSystemBytecodeCache
from nbconvert.exporters.templateexporter import TemplateExporter
from traitlets import default

from prodmeet_kit.core.css import css_string
from prodmeet_kit.core.errors import printable
from prodmeet_kit.core.redaction import NUMBERS, redact, redacted
from prodmeet_kit.core.user_cache import cache_folder
from prodmeet_kit.html_report.cells import CellView, cell_view
from prodmeet_kit.html_report.contents import Entry, with_ids
from prodmeet_kit.html_report.payload import json_for_script, plotly_js
from prodmeet_kit.i18n.languages import t, tn, use
from prodmeet_kit.i18n.times import axis_day
from prodmeet_kit.render import marks, theme
from prodmeet_kit.render.anchors import Anchors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment
    from nbformat import NotebookNode

__all__ = ["Page", "ReportExporter", "export_html"]

_HERE = Path(__file__).resolve().parent


def export_html(notebook: NotebookNode, *, title: str, language: str = "en") -> str:
    """The notebook as a page titled ``title``, its own words in ``language``.

    The same notebook gives the same text. Credentials are masked
    (:func:`prodmeet_kit.core.redaction.redact`) in every string but the numbers of
    figures; the notebook itself is left as it is.
    """
    page = Page(language)
    for cell in notebook.cells:
        page.add(cell)
    return page.text(title)


class Page:
    """A page that is made cell by cell, while the notebook still runs: what costs is done when a cell is added."""

    def __init__(self, language: str = "en") -> None:
        self._language = language
        self._cells: list[tuple[bytes, CellView | None]] = []

    def add(self, cell: NotebookNode, *, first: bool = False, masked: bool = False) -> None:
        """Take up a cell with its outputs after the others or before them; the cell itself stays as it is.

        It is masked here unless it is ``masked`` already. Outputs that come later are not seen: add a cell when it has
        run.
        """
        from nbformat import from_dict

        shown = cell if masked else redacted(from_dict(cell), but=NUMBERS)
        digest = hashlib.sha256(json.dumps(shown, sort_keys=True, default=str).encode()).digest()
        with use(self._language):
            made = (digest, cell_view(shown, _markdown))
        self._cells.insert(0 if first else len(self._cells), made)

    def text(self, title: str) -> str:
        """The page with the cells that were added, titled ``title``."""
        from nbformat.v4 import new_notebook

        title = redact(title)
        with use(self._language):
            page = _page(self._cells, title, self._language)
            html, _ = _exporter().from_notebook_node(new_notebook(), {"page": page})
        return printable(html)


@lru_cache(maxsize=1)
def _exporter() -> ReportExporter:
    return ReportExporter()  # type: ignore[no-untyped-call] # kept: it has compiled its templates


class ReportExporter(TemplateExporter):
    """nbconvert's template exporter with the report's template; it escapes all that is not markup already.

    What it writes is in ``resources["page"]``: the cells of the notebook were made before.
    """

    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "report"

    @default("extra_template_basedirs")
    def _default_extra_template_basedirs(self) -> list[str]:
        return [str(_HERE / "templates")]

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()  # type: ignore[no-untyped-call]
        environment.autoescape = True
        environment.trim_blocks = environment.lstrip_blocks = True
        if folder := cache_folder():  # compiled once a version of the kit and of Jinja
            environment.bytecode_cache = FileSystemBytecodeCache(str(folder))
        return environment

    def from_notebook_node(  # type: ignore[override] # as TemplateExporter itself
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **_: Any
    ) -> tuple[str, dict[str, Any]]:
        """Write ``resources["page"]``."""
        # Not through Exporter: it would copy and validate the notebook for each of its preprocessors; we need none.
        resources = self._init_resources(dict(resources or {}))  # type: ignore[no-untyped-call]
        return self.template.render(nb=nb, resources=resources).lstrip("\r\n"), resources


def _page(made: Sequence[tuple[bytes, CellView | None]], title: str, language: str) -> dict[str, Any]:
    """Everything the template writes, of cells in order, each with the digest of what it was made of."""
    # Who writes a part of the notebook cannot know the digest of the whole: a nonce, and yet repeatable.
    whole = hashlib.sha256(json.dumps([title, *(digest.hex() for digest, _ in made)]).encode())
    nonce = whole.hexdigest()[:32]
    # Copies: ids are given to them, and the text of a page may be asked for twice.
    cells = [replace(view, blocks=[replace(block) for block in view.blocks]) for _, view in made if view]
    plots = [block.plot for cell in cells for block in cell.blocks if block.plot]
    for number, plot in enumerate(plots):
        plot.anchor = f"pm-{nonce[:12]}-{number}"
    anchors = Anchors(["top"])
    contents: list[Entry] = []
    for block in (block for cell in cells for block in cell.blocks if block.kind in ("html", "markdown")):
        block.text, found = with_ids(block.text, anchors)
        contents += found
    stopped = sum(bool(cell.not_run) for cell in cells)
    return {
        "title": title,
        "language": language,
        "nonce": nonce,
        "css": theme.css() + _style(title),
        "script": _asset("fit.js") + _asset("page.js"),
        "settings": json_for_script(_settings()),
        "cells": cells,
        "contents": contents,
        "headed": any("<h1" in block.text for cell in cells for block in cell.blocks if block.kind == "markdown"),
        "stopped": tn("{n} cell did not run to its end.", "{n} cells did not run to their end.", stopped)
        if stopped
        else "",
        "plots": plots,
        "plotly": plotly_js(whole=any(plot.needs_all for plot in plots)) if plots else "",
        "words": _words(),
    }


def _style(title: str) -> str:
    """The page's own style sheet; it writes the title at the foot of each sheet of paper."""
    return _asset("page.css").replace("/*FONT*/", theme.FONT).replace("/*TITLE*/", css_string(title))


def _words() -> dict[str, str]:
    return {
        "contents": t("Contents"),
        "noscript": t("Charts need JavaScript; the tables of their numbers work without it."),
        "numbers": t("Numbers"),
        "messages": t("Messages of this cell"),
        "broken": t("This part could not be made"),
        "where": t("Where it happened"),
        "picture": t("A picture made in this notebook"),
        "print": t("Print"),
        "print_shown": t("as shown"),
        "print_all": t("everything"),
    }


def _settings() -> dict[str, Any]:
    """What the page's script must know.

    Colours of words on light and dark, by the name of their annotation; the room that names of marks have; days.
    """
    inks = {f"line-{at}": (hue.on_light, hue.on_dark) for at, hue in enumerate(theme.PALETTE)}
    inks |= {f"mark-{kind}": (hue.on_light, hue.on_dark) for kind, hue in theme.MARKS.items()}
    inks |= {name: (hue.on_light, hue.on_dark) for name, hue in theme.INKS.items()}
    inks |= dict.fromkeys(("level", "unit"), (theme.GREY.on_light, theme.GREY.on_dark))
    return {
        "inks": inks,
        "room": marks.room(),
        "failed": t("This browser could not draw the chart. Its numbers are below."),
        "marks": t("Also marked: {names}", names="{names}"),
        "day": axis_day(),
        "shortDay": axis_day(weekday=False),  # on a phone
    }


def _markdown(source: str, attachments: dict[str, dict[str, str]] | None = None) -> str:
    """Markdown as HTML; ``attachments`` are the pictures that were pasted into its cell."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True, attachments=attachments)
    return str(MarkdownWithMath(renderer=renderer).render(source))


@lru_cache
def _asset(name: str) -> str:
    return (_HERE / "assets" / name).read_text(encoding="utf-8")
