"""How JupyterLab looks in a meeting: settings, style sheet and workspace, written into a private folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["add_style", "write_look", "write_workspace"]

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
