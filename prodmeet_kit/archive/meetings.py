"""Meetings as the index shows them: what the ``review.json`` of each report under ``reports/`` says.

Nothing is calculated here but the worst and the count of what stands there. A
file that cannot be read becomes a meeting that says so; the others stand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from prodmeet_kit.archive.layout import RECORD, days, read_record
from prodmeet_kit.core.errors import ProdmeetError
from prodmeet_kit.i18n.languages import LANGUAGES, OF_THE_CODE

__all__ = ["READ", "Meeting", "meetings", "read"]

READ = 26
"""So many meetings of a product are read, a year of fortnights; older ones are only linked."""

_WORST_FIRST = ("BAD", "NO_DATA", "TOO_FEW", "OK")


@dataclass(frozen=True)
class Meeting:
    """One report at a glance; ``None`` is not known.

    ``state`` is the worst state of any SLO, empty without SLOs; ``resting`` is how many SLOs rest on less than their
    window or the whole answers; ``spent`` the largest share of an error budget that
    was spent since the meeting before, ``left`` the smallest that is left; ``error`` says why nothing else is known.
    """

    product: str
    day: str
    title: str = ""
    language: str = "en"
    timezone: str = "UTC"
    end: datetime | None = None
    state: str = ""
    kept: int = 0
    resting: int = 0
    slos: int = 0
    pages: int | None = None
    spent: float | None = None
    left: float | None = None
    to_decide: int | None = None
    unchecked: int | None = None
    error: str = ""
    older: bool = False


class _Damaged(ProdmeetError):
    pass


def meetings(reports: Path) -> dict[str, list[Meeting]]:
    """Every meeting by product, products in the order of their names, the newest meeting first."""
    found = {}
    for folder in sorted(reports.iterdir()):
        if folder.name.startswith(".") or not folder.is_dir():
            continue
        newest_first = days(folder)[::-1]
        if newest_first:
            older = [Meeting(folder.name, day, older=True) for day in newest_first[READ:]]
            found[folder.name] = [*(read(folder / day) for day in newest_first[:READ]), *older]
    return found


def read(report: Path) -> Meeting:
    """The meeting whose report is in this folder. Raises nothing: ``error`` says what is wrong."""
    blank = Meeting(report.parent.name, report.name)
    try:
        return _meeting(read_record(report), blank)
    except OSError as error:
        return replace(blank, error=f"{RECORD}: {error.strerror}")
    except _Damaged as error:
        return replace(blank, error=f"{RECORD}: {error}")
    except (ValueError, RecursionError) as error:
        return replace(blank, error=f"{RECORD} is damaged: {' '.join(str(error).split())[:120]}")


def _meeting(record: Any, blank: Meeting) -> Meeting:
    if not isinstance(record, dict):
        raise _Damaged("does not hold a review")
    if record.get("product") != blank.product:
        raise _Damaged(f"is of {str(record.get('product'))[:60]}, not of {blank.product}")
    slos = _rows(record, "slos")
    _rows(record, "failures")
    states = [row.get("state") for row in slos]
    strange = [state for state in states if state not in _WORST_FIRST]
    if strange:
        raise _Damaged(f"knows no state {str(strange[0])[:60]}")
    glance, window = _mapping(record, "glance"), _mapping(record, "window")
    zone = str(window.get("timezone", "UTC"))
    pages = _rows(record, "pages")
    return replace(
        blank,
        title=str(record.get("title") or ""),
        language=record["language"] if record.get("language") in LANGUAGES else OF_THE_CODE,
        timezone=_zone(zone),
        end=_instant(window.get("end")),
        state=next((state for state in _WORST_FIRST if state in states), ""),
        kept=states.count("OK"),
        # Neither key is in a report of an earlier kit.
        resting=sum(_rests_on_less(row) for row in slos),
        slos=len(states),
        # A report of an earlier kit does not tell no page from no answer.
        pages=_count(glance["pages"] if "pages" in glance else (len(pages) or None)),
        spent=max(_known(slos, "budget_spent_since_last"), default=None),
        left=min(_known(slos, "budget_remaining"), default=None),
        to_decide=_count(glance.get("to_decide")),
        unchecked=_count(glance["unchecked"]) if "unchecked" in glance else _sections(record),
    )


def _rests_on_less(row: Mapping[str, Any]) -> bool:
    return row.get("certain") is False or bool(row.get("covered_why")) or row.get("at_least") is True


def _sections(record: dict[str, Any]) -> int:
    """Sections that could not be checked, as a report of an earlier kit tells them: by state, or by a failure."""
    agenda = record.get("agenda")
    rows = [row for row in agenda if isinstance(row, dict)] if isinstance(agenda, list) else []
    unknown = {str(row.get("item")) for row in rows if row.get("state") == "could_not_check"}
    return len(unknown | {str(row.get("section", at)) for at, row in enumerate(_rows(record, "failures"))})


def _rows(record: dict[str, Any], key: str) -> Sequence[dict[str, Any]]:
    value = record.get(key)
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise _Damaged(f"holds no list of {key}")
    return value


def _mapping(record: dict[str, Any], key: str) -> dict[str, Any]:
    value = record.get(key, {})
    if not isinstance(value, dict):
        raise _Damaged(f"{key} is no mapping")
    return value


def _known(rows: Sequence[dict[str, Any]], key: str) -> list[float]:
    return [number for row in rows if (number := _number(row.get(key))) is not None]


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _count(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else round(number)


def _instant(value: Any) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise _Damaged("does not say when the meeting was") from None


def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name).key
    except (OSError, ValueError):  # a name that is no zone is a file that is not there
        raise _Damaged(f"knows no time zone {name[:60]}") from None
