"""Which products the last run over the whole fleet made no report of, and why: the index says it in their rows.

One hidden file beside the folders of the products; each run over the fleet replaces it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from prodmeet_kit.core import durable
from prodmeet_kit.core.plain_files import read_plain
from prodmeet_kit.core.redaction import redact

__all__ = ["FILE", "NoReport", "read_failures", "write_failures"]

FILE = ".fleet.json"
_LONGEST_WHY = 300


@dataclass(frozen=True)
class NoReport:
    """When the report of a product could not be made (an aware instant), and why in one line."""

    at: datetime
    why: str


def write_failures(reports: Path, failed: Mapping[str, str], at: datetime) -> None:
    """Write why the reports of these products could not be made at ``at``. Raises ``OSError``."""
    durable.make_folder(reports)
    rows = {name: {"at": at.isoformat(), "why": redact(why)[:_LONGEST_WHY]} for name, why in failed.items()}
    durable.write(reports / FILE, json.dumps(rows, ensure_ascii=False, indent=1) + "\n")


def read_failures(reports: Path) -> dict[str, NoReport]:
    """By product, what :func:`write_failures` wrote last; nothing where there is no such file, or somebody else's."""
    try:
        found = json.loads(read_plain(reports / FILE))
        moments = {name: datetime.fromisoformat(row["at"]) for name, row in found.items()}
        return {
            name: NoReport(moment, str(found[name]["why"])[:_LONGEST_WHY])
            for name, moment in moments.items()
            if moment.tzinfo
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
