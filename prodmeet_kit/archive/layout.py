"""What lies in the folder of reports, ``reports/<product>/<date>/``: the names, and the list of what is there.

Whoever reads, writes or links a file of a report takes its name from here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from prodmeet_kit.core.plain_files import read_plain

__all__ = [
    "ANSWERS",
    "FROZEN",
    "INCOMPLETE",
    "INDEX",
    "LATEST",
    "MINUTES",
    "MINUTES_PAGE",
    "NOTEBOOK",
    "NOT_RUN",
    "PAGE",
    "RECORD",
    "days",
    "is_day",
    "newest",
    "read_record",
    "record_text",
    "snapshot_of",
]

PAGE, NOTEBOOK, RECORD, MINUTES, FROZEN = "report.html", "review.ipynb", "review.json", "minutes.md", "snapshot"
"""What a report consists of; the last is a folder with the frozen facts."""

MINUTES_PAGE = "minutes.html"
"""The minutes to copy from, beside ``minutes.md`` when somebody asked for them."""

INDEX = "index.html"
"""The index of all reports, beside the folders of the products."""

LATEST = "latest"
"""Name of the link to the newest report of a product; a file that holds the date where there are no links."""

ANSWERS = ".answers"
"""The folder beside the reports of a product with answers of the last hour, which commands share."""

INCOMPLETE = ".incomplete"
"""What follows the date in the name of a report that was not run to its end, beside one of that date that was."""

NOT_RUN = "not_run"
"""The key of ``review.json`` that lists the sections whose cells were not run."""


def is_day(name: str) -> bool:
    """Whether a report may have this name: a date such as ``2026-11-30``."""
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False


def days(product_folder: Path) -> list[str]:
    """The dates of the reports in the folder of a product, oldest first. Raises ``OSError`` without a folder."""
    return sorted(path.name for path in product_folder.iterdir() if is_day(path.name) and path.is_dir())


def newest(product_folder: Path) -> Path:
    """The folder of the newest report: where the link leads, or the date it holds; it need not be there."""
    latest = product_folder / LATEST
    if latest.is_file():
        named = latest.read_bytes()[:20].decode("utf-8", "replace").strip()
        if is_day(named):
            return product_folder / named
    return latest


def read_record(report: Path) -> Any:
    """What ``review.json`` of a report holds. Raises ``OSError``, ``ValueError`` or ``RecursionError``."""
    return json.loads(read_plain(report / RECORD))


def record_text(content: Mapping[str, Any]) -> str:
    """The text of ``review.json``: indented, keys in order, a newline at the end."""
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def snapshot_of(folder: Path) -> Path:
    """The snapshot in a folder: the folder itself, or its ``snapshot`` when it is the folder of a report."""
    from prodmeet_kit.snapshot.files import MANIFEST  # here: every command reads this module, few open a snapshot

    inside = folder / FROZEN
    return inside if not (folder / MANIFEST).is_file() and (inside / MANIFEST).is_file() else folder
