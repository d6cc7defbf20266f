"""Meetings as the index shows them: what the ``review.json`` of each report under ``reports/`` says.

Nothing is calculated here but the worst and the count of what stands there. A
file that cannot be read becomes a meeting that says so; the others stand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prodmeet_kit.archive.layout import NOT_RUN, RECORD, days, read_record
from prodmeet_kit.core.errors import ProdmeetError
from prodmeet_kit.i18n.languages import LANGUAGES, OF_THE_CODE

__all__ = ["READ", "Meeting", "meetings", "read"]

READ = 26
"""So many meetings of a product are read, a year of fortnights; older ones are only linked."""

_WORST_FIRST = ("BAD", "NO_DATA", "TOO_FEW", "OK")


@dataclass(frozen=True)
class Meeting:
    """One report at a glance; ``None`` is not known.

    ``end`` is the meeting, ``length_s`` the seconds from the one before to it, ``made`` when the report was written.
    ``state`` is the worst state of any SLO, empty without SLOs; ``resting`` is how many SLOs rest on less than their
    window or the whole answers; ``left`` the smallest share of an error budget that is left, of the SLO ``left_of``;
    ``noise`` how many of the ``pages`` were noise; ``subject`` and ``question`` the first of what is to decide, as
    people read it; ``not_run`` how many sections were not made; ``error`` says why nothing else is known.
    """

    product: str
    day: str
    title: str = ""
    language: str = "en"
    timezone: str = "UTC"
    end: datetime | None = None
    length_s: float = 0.0
    made: datetime | None = None
    state: str = ""
    kept: int = 0
    resting: int = 0
    slos: int = 0
    pages: int | None = None
    noise: int | None = None
    left: float | None = None
    left_of: str = ""
    to_decide: int | None = None
    subject: str = ""
    question: str = ""
    unchecked: int | None = None
    not_run: int = 0
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
    end, start = _instant(window.get("end")), _moment(window.get("start"))
    left, left_of = _least(slos)
    subject, question = _first_question(record)
    not_run = record.get(NOT_RUN)
    # A report of an earlier kit does not tell no page from no answer.
    paged = _count(glance["pages"] if "pages" in glance else (len(pages) or None))
    return replace(
        blank,
        title=str(record.get("title") or ""),
        language=record["language"] if record.get("language") in LANGUAGES else OF_THE_CODE,
        timezone=_zone(zone),
        end=end,
        length_s=(end - start).total_seconds() if start else 0.0,
        made=_moment(record.get("generated_at")),
        state=next((state for state in _WORST_FIRST if state in states), ""),
        kept=states.count("OK"),
        # Neither key is in a report of an earlier kit.
        resting=sum(_rests_on_less(row) for row in slos),
        slos=len(states),
        pages=paged,
        noise=None if paged is None else _noise(pages),
        left=left,
        left_of=left_of,
        to_decide=_count(glance.get("to_decide")),
        subject=subject,
        question=question,
        unchecked=_count(glance["unchecked"]) if "unchecked" in glance else _sections(record),
        not_run=len(not_run) if isinstance(not_run, list) else 0,
    )


def _least(slos: Sequence[Mapping[str, Any]]) -> tuple[float | None, str]:
    """The smallest share of an error budget that is left, and the SLO: ``service/name``, or empty."""
    known = [(left, row) for row in slos if (left := _number(row.get("budget_remaining"))) is not None]
    if not known:
        return None, ""
    left, row = min(known, key=lambda each: each[0])
    names = [row.get(key) for key in ("service", "name")]
    return left, "/".join(map(str, names)) if all(names) else ""


def _noise(pages: Sequence[Mapping[str, Any]]) -> int | None:
    """How many pages were noise as the report shows them; ``None`` where a report of an earlier kit does not tell."""
    verdicts = [row.get("shown_verdict") for row in pages]
    return verdicts.count("noise") if all(isinstance(each, str) for each in verdicts) else None


def _first_question(record: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and text of the first finding that asks something; empty where none does or an earlier kit kept none.

    The text is the headline with the first question that is asked of it.
    """
    found = record.get("findings")
    for finding in found if isinstance(found, list) else ():
        if isinstance(finding, dict) and finding.get("question"):
            facets = finding.get("facets")
            asked = [each.get("question") for each in facets or () if isinstance(each, dict)]
            first = str(next(filter(None, asked), finding["question"]))
            return str(finding.get("subject") or ""), f"{finding.get('headline') or ''} {first}".strip()
    return "", ""


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
    moment = _moment(value)
    if moment is None:
        raise _Damaged("does not say when the meeting was")
    return moment


def _moment(value: Any) -> datetime | None:
    """The instant that is written there; without an offset it is in UTC."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name).key
    except (OSError, ValueError):  # a name that is no zone is a file that is not there
        raise _Damaged(f"knows no time zone {name[:60]}") from None
