"""The browser is sent to JupyterLab by a private file: arguments of programs are read by every user of a machine."""

from __future__ import annotations

import json
import threading
import webbrowser
from contextlib import suppress
from html import escape
from pathlib import Path

__all__ = ["open_browser"]

OPEN_S = 60.0
"""How long the file is there for a browser to start and read it."""

_NAME = "open.html"


def open_browser(private: Path, address: str) -> Path:
    """Have the browser open this address, which lets in whoever knows it. Gives the file that sends it there.

    The file lies in ``private``, which only we may enter, and is removed after :data:`OPEN_S` seconds.
    A browser that may not read files of others than its own opens nothing; the address itself still works.
    """
    file = private / _NAME
    file.touch(0o600)
    file.write_text(_page(address), encoding="utf-8")
    timer = threading.Timer(OPEN_S, _remove, (file,))
    timer.daemon = True
    timer.start()
    webbrowser.open(file.as_uri())
    return file


def _page(address: str) -> str:
    target = escape(address)
    script = json.dumps(address).replace("<", "\\u003c")
    return (
        '<!DOCTYPE html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>JupyterLab</title>'
        f'<meta http-equiv="refresh" content="1;url={target}">'
        f'<script>location.replace({script})</script><a href="{target}">JupyterLab</a>\n'
    )


def _remove(file: Path) -> None:
    with suppress(OSError):
        file.unlink(missing_ok=True)
