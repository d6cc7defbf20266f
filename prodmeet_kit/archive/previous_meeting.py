"""The earlier meeting, found among the reports: how everything was defined when people last looked.

Its frozen snapshot tells. A snapshot that cannot be read is told as a source
that failed, and the next older one is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prodmeet_kit.archive.layout import FROZEN, RECORD, days, read_record
from prodmeet_kit.core.errors import Failure, SnapshotError
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.core.subjects import current
from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Previous, SourceState, slos_then
from prodmeet_kit.schemas import frames
from prodmeet_kit.snapshot import outline, record

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MEETINGS", "SECTION", "SOURCE", "Earlier", "attained", "find_previous"]

MEETINGS = 6
"""Of so many earlier meetings the state of each agenda item is kept."""

MOST_REPORTS = 60
"""So many earlier reports are looked into for what SLOs attained."""

_ROW = 6
_LONGEST = {"month": 31 * 86_400.0, "quarter": 92 * 86_400.0}

SECTION = "metrics"
"""The agenda item that shows what is defined otherwise now."""

SOURCE = "earlier meeting"
"""The name the earlier meeting has among the sources."""

_UNREADABLE = 5
"""So many snapshots that cannot be read are no accident of one file: the search ends."""


@dataclass(frozen=True)
class Earlier:
    """What was found: the meeting, or ``None`` when none is known, and each report that could not be read.

    When there is one, there is a failure too, which tells of the first.
    """

    meeting: Previous | None = None
    states: tuple[SourceState, ...] = ()
    failures: tuple[Failure, ...] = ()


def find_previous(reports: Path, product: str, window: Window) -> Earlier:
    """The meeting before this one, from ``<reports>/<product>/<date>/snapshot``. Raises nothing.

    The newest that ended before this window did. A report in the folder of
    this meeting's own date is an earlier try of the same meeting. One made in
    the later half of the window is taken for a look ahead, and only when there
    is no older one: else a change would be shown there and never in the meeting.
    """
    unreadable: list[str] = []
    try:
        for snapshot in _newest_first(reports / product, window):
            try:
                facts = outline(snapshot)
                if facts.product.product != product:
                    raise SnapshotError(f"{snapshot} is of {facts.product.product}, not of {product}")
            except SnapshotError as error:
                unreadable.append(redact(" ".join(str(error).split())))
                if len(unreadable) == _UNREADABLE:
                    break
                continue
            if facts.window.end < window.end:
                rules = _rules(snapshot, unreadable)
                waited = _waited(snapshot.parent, unreadable)
                states = _held(reports / product, window, unreadable)
                told = attained(reports / product, window)
                meeting = Previous(facts.window.end, facts.definitions, rules, waited, states, told)
                return _told(meeting, unreadable)
    except OSError as error:
        unreadable.append(f"{error.filename} cannot be read: {error.strerror}")
    return _told(None, unreadable)


def _told(meeting: Previous | None, unreadable: list[str]) -> Earlier:
    """What was found; whatever could not be read is a gap, for the comparison is with less than there was."""
    failures = (Failure(SECTION, SOURCE, unreadable[0]),) if unreadable else ()
    return Earlier(meeting, _states(unreadable), failures)


def _rules(snapshot: Path, unreadable: list[str]) -> pd.DataFrame | None:
    """The alert rules of that meeting; a file that cannot be read costs only their comparison."""
    try:
        return record(snapshot, frames.ALERT_RULES.name)
    except SnapshotError as error:
        unreadable.append(redact(" ".join(str(error).split())))
        return None


def _waited(report: Path, unreadable: list[str]) -> dict[str, int]:
    """What that meeting left in its annex, and in how many meetings in a row it was there; nothing when not known.

    Everything is new then; what asked nothing does not wait. A report of an earlier kit tells nothing of it; a damaged
    one is told.
    """
    try:
        lines = read_record(report).get("agenda_lines", [])
        waiting = [line for line in lines if line["place"] == "annex" and line.get("wanted", 1) > 0]
        return {current(str(line["subject"])): int(line["waited"]) + 1 for line in waiting}
    except (FileNotFoundError, KeyError):
        return {}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        unreadable.append(_damaged(report))
        return {}


def _damaged(report: Path) -> str:
    return f"{report / RECORD} is damaged: its meeting is left out; fix it, or delete it"


def _held(folder: Path, window: Window, unreadable: list[str]) -> dict[str, dict[str, str]]:
    """Of the last meetings, oldest first, the state of each agenda item, as their ``review.json`` tells.

    Reports less than half a window apart are tries of one meeting: the newest counts. One that is
    damaged is told and costs itself only; one of an earlier kit tells no states.
    """
    found: dict[str, dict[str, str]] = {}
    half = window.length / 2
    latest = (window.end - half).astimezone(window.zone).date()
    damaged = 0
    for day in _days(folder):
        if day > latest:
            continue
        try:
            told = read_record(folder / day.isoformat())
            states = {str(line["item"]): str(line["state"]) for line in told["agenda"]}
        except (FileNotFoundError, KeyError):
            continue
        except (OSError, ValueError, TypeError, RecursionError):
            told_of = _damaged(folder / day.isoformat())
            unreadable += [told_of] if told_of not in unreadable else []
            damaged += 1
            if damaged == _UNREADABLE:
                break
            continue
        found[day.isoformat()] = states
        latest = day - half
        if len(found) == MEETINGS:
            break
    return dict(sorted(found.items()))


def attained(folder: Path, window: Window) -> tuple[dict[str, Any], ...]:
    """What earlier reports said of their SLOs, newest first, as :func:`.facts.slos_then` keeps it. Raises nothing.

    As far back as six of the longest windows go, :data:`MOST_REPORTS` at most. Reports less than half a window apart
    are tries of one meeting: the newest counts. One that is damaged or of an earlier kit is left out.
    """
    found: list[dict[str, Any]] = []
    half, longest = window.length / 2, window.length
    latest = (window.end - half).astimezone(window.zone).date()
    for day in _days(folder) if folder.is_dir() else ():
        if len(found) == MOST_REPORTS or window.day - day > _ROW * longest + window.length:
            break
        if day > latest:
            continue
        try:
            told = read_record(folder / day.isoformat())
            then = slos_then(told["window"]["end"], {f"{row['service']}/{row['name']}": row for row in told["slos"]})
        except (OSError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError):
            continue
        lengths = [_LONGEST.get(row["period"], row["window_s"]) for row in then["slos"].values()]
        longest = max([longest, *(timedelta(seconds=length) for length in lengths)])
        found.append(then)
        latest = day - half
    return tuple(found)


def _states(unreadable: list[str]) -> tuple[SourceState, ...]:
    return tuple(SourceState(SOURCE, "snapshot", "failed", message) for message in unreadable)


def _newest_first(folder: Path, window: Window) -> Iterator[Path]:
    """Snapshots in the order they are to be tried: the earlier meetings, then the looks ahead."""
    if not folder.is_dir():
        return
    half = (window.start + window.length / 2).astimezone(window.zone).date()
    others = [day for day in _days(folder) if day != window.day]
    for day in [*(day for day in others if day <= half), *(day for day in others if day > half)]:
        snapshot = folder / day.isoformat() / FROZEN
        if snapshot.is_dir():
            yield snapshot


def _days(folder: Path) -> list[date]:
    """The dates there are reports of, newest first."""
    return [date.fromisoformat(day) for day in reversed(days(folder))]
