"""A folder of reports made from plain values."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from prodmeet_kit.html_report.neighbours import PLACE

PAGE = f'<!DOCTYPE html>\n<html lang="en"><header>{PLACE}</header><main>27 pages</main></html>\n'


def slo(state: str = "OK", spent: float | None = 0.1, left: float | None = 0.5) -> dict[str, Any]:
    return {"state": state, "budget_spent_since_last": spent, "budget_remaining": left}


def record(product: str = "shop", day: str = "2026-11-23", **more: Any) -> dict[str, Any]:
    """What ``review.json`` holds, as far as the index reads it."""
    return {
        "product": product,
        "title": "The shop",
        "language": "en",
        "glance": {"pages": 3, "to_decide": 2},
        "window": {"end": f"{day}T10:00:00+09:00", "timezone": "Asia/Tokyo"},
        "slos": [slo()],
        "pages": [],
        "failures": [],
        **more,
    }


def put(reports: Path, product: str = "shop", day: str = "2026-11-23", page: str = PAGE, **more: Any) -> Path:
    """Write a report as the kit leaves it, with its list of sums."""
    folder = reports / product / day
    folder.mkdir(parents=True)
    (folder / "review.json").write_text(json.dumps(record(product, day, **more)))
    (folder / "report.html").write_text(page)
    names = ("report.html", "review.json")
    sums = "".join(f"{sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    (folder / ".written.sha256").write_text(sums)
    return folder
