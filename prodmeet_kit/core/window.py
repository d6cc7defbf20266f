"""Time: durations as people write them, the step of a range, and the window of a review.

Inside the kit every instant is an aware UTC ``datetime``; the product's own
zone is used where people write or read a time, and to count days and weeks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from prodmeet_kit.core.errors import InputError

__all__ = [
    "EARLIEST",
    "LATEST",
    "LONGEST",
    "MAX_POINTS",
    "PERIODS",
    "Period",
    "Window",
    "choose_step",
    "floor_to_step",
    "format_duration",
    "parse_day",
    "parse_duration",
    "parse_time",
    "period_bounds",
]

Period = Literal["month", "quarter"]
"""A stretch of the calendar that an objective may be promised for."""

PERIODS: dict[Period, timedelta] = {"month": timedelta(days=31, hours=2), "quarter": timedelta(days=92, hours=2)}
"""The longest each can be; clocks are put back by two hours at most."""

MAX_POINTS = 11_000
"""Points a Prometheus server returns for one series in one range query."""

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Between these every instant is. Frames count nanoseconds, which end in 2262; sums of times and lengths need room."""

LONGEST = timedelta(days=3650)
"""The longest duration anybody may write: no series is kept longer, and no meeting looks back as far."""

_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "y": timedelta(days=365),
}
_DURATION = re.compile(r"(?:\d{1,15}(?:ms|[smhdwy])){1,10}", re.ASCII)
_PART = re.compile(r"(\d+)(ms|[smhdwy])", re.ASCII)
_STEPS = tuple(
    timedelta(seconds=seconds) for seconds in (60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400)
)


def parse_duration(text: str) -> timedelta:
    """Read a duration in Prometheus notation.

    >>> parse_duration("14d")
    datetime.timedelta(days=14)
    >>> parse_duration("1h30m")
    datetime.timedelta(seconds=5400)

    Raises ``ValueError`` when the text is not such a duration, is zero, or is over :data:`LONGEST`.
    """
    text = str(text).strip()
    if not _DURATION.fullmatch(text):
        raise ValueError("write a duration as number and unit, such as 30m, 14d or 1h30m")
    ms = sum(int(number) * (_UNITS[unit] // _UNITS["ms"]) for number, unit in _PART.findall(text))
    if not ms:
        raise ValueError("write a duration longer than zero")
    if ms > LONGEST // _UNITS["ms"]:  # before it becomes a timedelta, which ends earlier than the number
        raise ValueError(f"write a duration of at most {LONGEST.days // 365}y")
    return timedelta(milliseconds=ms)


def format_duration(duration: timedelta) -> str:
    """Write a duration in Prometheus notation, largest units first, days as the largest.

    >>> format_duration(timedelta(days=28))
    '28d'
    >>> format_duration(timedelta(seconds=360))
    '6m'
    >>> format_duration(timedelta(hours=1, minutes=30))
    '1h30m'
    """
    rest = round(duration.total_seconds() * 1000)
    parts = []
    for unit in ("d", "h", "m", "s", "ms"):
        size = round(_UNITS[unit].total_seconds() * 1000)
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def parse_time(text: str | datetime | date, timezone: str) -> datetime:
    """Read an ISO 8601 time or date; without offset it is in ``timezone``. Returns aware UTC.

    >>> parse_time("2026-11-10T12:00", "Asia/Tokyo").isoformat()
    '2026-11-10T03:00:00+00:00'

    A time that the zone skips (DST) moves forward, a doubled one is its first
    occurrence, as PEP 495 says of ``fold=0``. Raises ``ValueError`` for other
    text, and for a year outside :data:`EARLIEST` to :data:`LATEST`.
    """
    if isinstance(text, datetime):
        moment = text
    elif isinstance(text, date):
        moment = datetime.combine(text, time())
    else:
        try:
            moment = datetime.fromisoformat(str(text).strip())
        except ValueError:
            raise ValueError("write a time as 2026-11-24, 2026-11-24T10:00 or 2026-11-24T10:00+09:00") from None
    _within(moment)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(timezone))
    return moment.astimezone(UTC)


def parse_day(text: str) -> date:
    """Read a day as 2026-11-30. Raises ``ValueError`` for other text, and as :func:`parse_time` does for its year."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError("write a day such as 2026-11-30") from None
    _within(datetime.combine(day, time()))
    return day


def _within(moment: datetime) -> None:
    # The midnight after the last day is an instant too.
    if not EARLIEST <= moment.replace(tzinfo=UTC) <= LATEST:
        raise ValueError(f"write a year from {EARLIEST.year} to {LATEST.year - 1}")


def floor_to_step(moment: datetime, step: timedelta) -> datetime:
    """The newest multiple of ``step`` since the Unix epoch that is not after ``moment``."""
    seconds = round(step.total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, tz=UTC)


def choose_step(length: timedelta) -> timedelta:
    """The finest usual step that keeps a range of this length within :data:`MAX_POINTS` points.

    >>> choose_step(timedelta(days=28))
    datetime.timedelta(seconds=300)
    """
    for step in _STEPS:
        if length / step <= MAX_POINTS:
            return step
    return _STEPS[-1]


def period_bounds(moment: datetime, period: Period, timezone: str) -> tuple[datetime, datetime]:
    """Begin and end (UTC) of the calendar month or quarter of a zone that ends with, or holds, ``moment``.

    Spans are open at their begin: midnight of the first belongs to the period it closes.

    >>> [bound.isoformat() for bound in period_bounds(datetime(2026, 11, 23, tzinfo=UTC), "month", "Asia/Tokyo")]
    ['2026-10-31T15:00:00+00:00', '2026-11-30T15:00:00+00:00']
    """
    local = (moment - timedelta(microseconds=1)).astimezone(ZoneInfo(timezone))
    months = 1 if period == "month" else 3
    first = (local.month - 1) // months * months  # from zero
    year, month = divmod(local.year * 12 + first + months, 12)
    begin = datetime(local.year, first + 1, 1, tzinfo=ZoneInfo(timezone))
    end = datetime(year, month + 1, 1, tzinfo=ZoneInfo(timezone))
    return begin.astimezone(UTC), end.astimezone(UTC)


@dataclass(frozen=True)
class Window:
    """What one review looks at: since the last meeting, and the equal time before it.

    ``start`` is the last meeting, ``end`` this one, ``compare_start`` the one
    before the last. All are UTC multiples of ``step``. A range at grid point
    ``t`` describes the bucket ``(t - step, t]``.

    ``history_start`` is the oldest instant any trend needs: ``compare_start``
    or the longest SLO window before ``end``, whichever is older.
    """

    start: datetime
    end: datetime
    step: timedelta
    timezone: str
    compare_start: datetime
    history_start: datetime

    @classmethod
    def ending(
        cls,
        end: datetime,
        *,
        cadence: timedelta,
        timezone: str,
        start: datetime | None = None,
        longest: timedelta = timedelta(days=28),
        step: timedelta | None = None,
    ) -> Window:
        """Return the window from the last meeting to ``end``.

        Days are counted on the product's calendar, so that a DST change moves
        neither meeting. Raises :class:`InputError` when ``start`` is not before ``end``.
        """
        zone = ZoneInfo(timezone)

        def back(moment: datetime, length: timedelta) -> datetime:
            return (moment.astimezone(zone) - length).astimezone(UTC)

        given = start
        start = given or back(end, cadence)
        if start >= end:
            first, last = (f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" for moment in (start, end))
            raise InputError(
                f"the window starts at {first} and ends at {last} ({timezone}): give a start before the end"
            )
        compare_start = start - (end - start) if given else back(start, cadence)
        history_start = min(compare_start, end - longest)
        step = step or choose_step(end - history_start)
        return cls(
            start=floor_to_step(start, step),
            end=floor_to_step(end, step),
            step=step,
            timezone=timezone,
            compare_start=floor_to_step(compare_start, step),
            history_start=floor_to_step(history_start, step),
        )

    @property
    def zone(self) -> ZoneInfo:
        """The product's own zone."""
        return ZoneInfo(self.timezone)

    @property
    def length(self) -> timedelta:
        """From the last meeting to this one."""
        return self.end - self.start

    def begin(self, length: timedelta | Period, moment: datetime) -> datetime:
        """Where an SLO window begins that ends at ``moment``: so much earlier, or the begin of the calendar period."""
        if isinstance(length, timedelta):
            return moment - length
        return period_bounds(moment, length, self.timezone)[0]

    def after(self, length: timedelta) -> datetime:
        """``end`` plus a length, counted on the product's calendar: the local hour stays when the clock changes."""
        return (self.end.astimezone(self.zone) + length).astimezone(UTC)

    @property
    def day(self) -> date:
        """The date of the meeting in the product's zone: the name of the report's folder."""
        return self.end.astimezone(self.zone).date()
