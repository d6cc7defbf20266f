"""How JupyterLab looks in a meeting: settings, style sheet and workspace, written into a private folder.

The style sheet also says what the meeting is about before JupyterLab has started: the page loads it before any script,
so nothing has to run for the title and the headline of the report.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from prodmeet_kit.core.css import css_string
from prodmeet_kit.render import theme

__all__ = ["GONE_S", "LONGEST", "add_style", "style", "told", "write_look", "write_workspace"]

_SETTINGS: dict[str, dict[str, Any]] = {
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
    "@jupyterlab/statusbar-extension/plugin": {"visible": False},
    "@jupyterlab/application-extension/shell": {"startMode": "single"},
    "@jupyterlab/notebook-extension/tracker": {
        "windowingMode": "defer",
        "recordTiming": False,
        "maxNumberOutputs": 10_000,  # a section has one chart after the other: none is hidden behind a button
    },
    "@jupyterlab/toc-extension/registry": {"numberHeaders": False, "includeOutput": True, "baseNumbering": 1},
}

_PAGE = {
    "buildCheck": False,
    "buildAvailable": False,
    "disabledExtensions": {
        f"@jupyterlab/{name}": True
        for name in (
            "console-extension",
            "csvviewer-extension",
            "debugger-extension",
            "extensionmanager-extension",
            "fileeditor-extension",
            "htmlviewer-extension",
            "hub-extension",
            "imageviewer-extension",
            "inspector-extension",
            "javascript-extension",
            "json-extension",
            "launcher-extension",
            "logconsole-extension",
            "lsp-extension",
            "markdownviewer-extension",
            "mermaid-extension",
            "notebook-extension:export",
            "notebook-extension:language-server",
            "pdf-extension",
            "pluginmanager-extension",
            "running-extension",
            "workspaces-extension:sidebar",
            "terminal-extension",
            "tooltip-extension",
            "vega5-extension",
        )
    },
}
"""What a meeting does not need is not loaded: the first screen comes sooner."""

_STYLE = Path("config", "custom", "custom.css")

CSS = """
/* Code is folded away: an input that is hidden takes no room, and only what it shows is left. */
.jp-Notebook .jp-Cell:has(.jp-InputPlaceholder) .jp-Cell-inputWrapper { display: none; }
.jp-Notebook .jp-Cell:has(.jp-InputPlaceholder) .jp-OutputPrompt { display: none; }
.jp-Notebook .jp-Cell:has(.jp-InputPlaceholder):not(:has(.jp-OutputArea-child)) { display: none; }
.jp-Notebook .jp-OutputArea-child .jp-OutputArea-promptOverlay { display: none; }
.jp-NotebookPanel-toolbar, #jp-title-panel-title { display: none; }
.jp-NotebookPanel-notebook { top: 0 !important; height: 100% !important; }
.jp-RenderedHTMLCommon { font-size: 18px; }
/* The bar of the meeting is beside the menu while the notebook is seen. */
#jp-top-panel, #jp-menu-panel { min-height: 60px !important; }
#jp-menu-panel { align-items: center; }
.jp-Notebook .jp-Cell:has(.pm-stage-place) { min-height: 0; height: 0; padding: 0; margin: 0; overflow: hidden; }
.jp-Notebook .jp-Cell:last-child { margin-bottom: 30vh; }
.jp-Notebook .jp-Collapser { visibility: hidden; }
#jp-menu-panel .lm-MenuBar { font-size: 16px; }
"""


def write_look(private: Path) -> None:
    """Write what JupyterLab reads at its start below ``private``."""
    for plugin, settings in _SETTINGS.items():
        package, _, name = plugin.rpartition("/")
        file = private / "settings" / package / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings), encoding="utf-8")
    labconfig = private / "config" / "labconfig"
    labconfig.mkdir(parents=True)
    (labconfig / "page_config.json").write_text(json.dumps(_PAGE), encoding="utf-8")
    (private / _STYLE).parent.mkdir()
    (private / _STYLE).write_text(CSS, encoding="utf-8")
    for name in ("runtime", "data", "ipython"):
        (private / name).mkdir(mode=0o700)


def add_style(private: Path, css: str) -> None:
    """Add rules to the style sheet that a browser reads before anything else of JupyterLab."""
    with (private / _STYLE).open("a", encoding="utf-8") as style:
        style.write(css)


def write_workspace(private: Path, notebook: str) -> None:
    """Write what JupyterLab reads when a browser opens it: the notebook is its only document."""
    from jupyterlab_server.workspaces_handler import WorkspacesManager  # a sixth of a second, while the server starts

    workspaces = private / "workspaces"
    workspaces.mkdir()
    WorkspacesManager(str(workspaces)).save("meeting", json.dumps(_workspace(notebook)))  # it names the file


def _workspace(notebook: str) -> dict[str, Any]:
    """The notebook alone, the table of contents folded away; ``visible`` is for the bars of tabs beside both."""
    widget = f"notebook:{notebook}"
    return {
        "data": {
            "layout-restorer:data": {
                "main": {"dock": {"type": "tab-area", "currentIndex": 0, "widgets": [widget]}, "current": widget},
                "down": {"size": 0, "widgets": []},
                "left": {"collapsed": True, "visible": False, "widgets": []},
                "right": {"collapsed": True, "visible": False, "widgets": []},
                "relativeSizes": [0, 1, 0],
                "top": {"simpleVisibility": False},
            },
            widget: {"data": {"path": notebook, "factory": "Notebook"}},
        },
        "metadata": {"id": "meeting"},
    }  # fmt: skip


LONGEST = 300
"""So many letters of the headline are shown."""

GONE_S = 20
"""After so many seconds it is gone whatever happens, so that it covers nothing JupyterLab has to say."""

_UNTIL = "body:not(:has(.jp-Notebook .jp-OutputArea-output, .jp-Document:not(.jp-NotebookPanel)))"
"""Until the notebook shows an output, or the browser another document."""

_RULES = """
@keyframes pm-first-gone { to { visibility: hidden; } }
UNTIL::before, UNTIL::after {
  position: fixed; left: 0; right: 0; z-index: 20; box-sizing: border-box; padding: 0 23px; pointer-events: none;
  color: #1b1f24; font-family: FONT; overflow-wrap: anywhere; animation: pm-first-gone 0s GONEs forwards;
}
UNTIL::before {
  content: TITLE; top: 60px; bottom: 0; padding-top: 17px; background: #ffffff;
  font-size: 19px; font-weight: 650; line-height: 1.4;
}
UNTIL::after { content: HEADLINE; top: 108px; font-size: 23px; line-height: 1.3; max-width: calc(46em + 46px); }
body[data-jp-theme-light="false"]::before, body[data-jp-theme-light="false"]::after { color: #e6e8eb !important; }
body[data-jp-theme-light="false"]::before { background: #111111 !important; }
"""


def style(outputs: Iterable[Mapping[str, Any]]) -> str:
    """The rules that show what the first screen's outputs are about; none where they do not say it."""
    title, headline = told(outputs)
    if not headline:
        return ""
    if len(headline) > LONGEST:
        headline = headline[:LONGEST].rstrip() + "…"
    rules = _RULES.replace("UNTIL", _UNTIL).replace("FONT", theme.FONT).replace("GONE", str(GONE_S))
    # One pass over each: what people wrote is not looked into for names of ours.
    before, after = rules.split("TITLE")
    middle, end = after.split("HEADLINE")
    return before + css_string(title) + middle + css_string(headline) + end


def told(outputs: Iterable[Mapping[str, Any]]) -> tuple[str, str]:
    """Title and headline in the HTML of the first screen's outputs, each empty where it is not there."""
    for output in outputs:
        html = output.get("data", {}).get("text/html", "")
        text = html if isinstance(html, str) else "".join(html)
        if "pm-headline" in text:
            read = _Head()
            read.feed(text.partition("</header>")[0])
            read.close()
            return " ".join(read.title.split()), " ".join(read.headline.split())
    return "", ""


class _Head(HTMLParser):
    """Reads the head of a screen; what a style sheet says is no text."""

    def __init__(self) -> None:
        super().__init__()
        self.title = self.headline = ""
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._in and (tag == "h2" or "pm-headline" in (dict(attrs).get("class") or "").split()):
            self._in = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._in:
            self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "h2":
            self.title += data
        elif self._in:
            self.headline += data
