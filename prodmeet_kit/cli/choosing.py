"""Which report a meeting opens: the newest one that is there, or that of a day. No source is asked for that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from prodmeet_kit.archive.layout import days, is_day, newest, snapshot_of
from prodmeet_kit.core.errors import InputError

__all__ = ["Chosen", "age", "choose_report"]

_NAMED = 5
"""So many reports are named where the one that is asked for is not there."""


@dataclass(frozen=True)
class Chosen:
    """The report to open, ``None`` where the product has none yet; ``note`` is a line about it, or empty."""

    report: Path | None
    note: str = ""


def choose_report(product: str, folder: Path, end: str = "") -> Chosen:
    """The newest report of the product below ``folder/reports``, or that of the meeting that ends at ``end``.

    ``end`` is a day or a time as people write it, in the product's zone. Raises :class:`InputError` where no report
    of that day is there, or the time cannot be read.
    """
    reports = folder / "reports" / product
    there = [day for day in days(reports) if snapshot_of(reports / day) != reports / day] if reports.is_dir() else []
    if end:
        day = _day(product, folder, end)
        if day not in there:
            named = f" (there are: {', '.join(there[-_NAMED:])})" if there else ""
            raise InputError(f"there is no report of {product} of {day}{named}: add --ask to make it")
        return Chosen(reports / day)
    if not there:
        return Chosen(None, f"there is no report of {product} yet: asking the sources for the first one")
    latest = newest(reports).resolve()
    report = reports / (latest.name if latest.name in there else there[-1])
    return Chosen(report)


def _day(product: str, folder: Path, end: str) -> str:
    """The date of the meeting that ends then, in the product's zone."""
    if is_day(end.strip()):
        return end.strip()
    from prodmeet_kit.parameters import load
    from prodmeet_kit.review import window_of

    return window_of(load(product, folder / "parameters"), end=end, names=("--from", "--to")).day.isoformat()


def age(report: Path, now: datetime | None = None) -> str:
    """How old the newest report is, where the next meeting was due since; empty before."""
    from prodmeet_kit.snapshot import outline

    facts = outline(snapshot_of(report))
    window, cadence = facts.window, facts.product.meeting.cadence
    now = now or datetime.now(UTC)
    if now - window.end <= cadence:
        return ""
    old = (now.astimezone(window.zone).date() - window.day).days
    return f"the newest report is of {report.name}, {old} days ago; --ask makes a new one"
