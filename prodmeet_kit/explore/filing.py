"""Explorations filed and closed from the command line: what they are about is looked up in the newest report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from prodmeet_kit.archive.layout import PAGE, is_day, newest, read_record
from prodmeet_kit.core.errors import InputError
from prodmeet_kit.explore.finding_names import which
from prodmeet_kit.minutes.explorations import close_exploration, file_exploration
from prodmeet_kit.render.anchors import finding_id

if TYPE_CHECKING:
    from prodmeet_kit.parameters.models import Product

__all__ = ["add"]


def add(product: Product, folder: Path, text: str, about: str, who: str = "", closes: str = "") -> Path:
    """File what to find out about the finding ``about``, or close the exploration ``closes`` with what came of it.

    ``folder`` holds ``minutes/`` and ``reports/``. The names are those of the newest report, of which the exploration
    is then; without one ``about`` is taken as it is written. Raises :class:`InputError` that names the option.
    """
    if closes:
        if about:
            raise InputError("--about: an exploration that is closed has its own: leave it out")
        return close_exploration(folder / "minutes", product.product, closes, text)
    if not about.strip():
        raise InputError("--about: an exploration needs it: write what it is about, such as slo:web/latency")
    day, subjects = _newest(folder / "reports" / product.product)
    subject, link = about.strip(), ""
    if subjects:
        place, subject = which(about, subjects)
        link = f"{PAGE}#{finding_id(subjects[place][0])}"
    day = day or datetime.now(UTC).astimezone(ZoneInfo(product.timezone)).date().isoformat()
    return file_exploration(folder / "minutes", product.product, day, subject, text, who, link)


def _newest(reports: Path) -> tuple[str, list[list[str]]]:
    """The day of the newest report and the subjects of its findings; empty where there is none that can be read."""
    try:
        report = newest(reports).resolve()
        found: Any = read_record(report)["findings"]
        subjects = [
            list(dict.fromkeys([each["subject"], *(one["subject"] for one in each["facets"] if one["subject"])]))
            for each in found
        ]
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return "", []
    return (report.name if is_day(report.name) else ""), subjects
