"""Instants, days and lengths of time as people read them, in the product's zone.

The order, the names and the marks of a date are those of the language (:mod:`.conventions`).
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from datetime import date as calendar_date
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from prodmeet_kit.i18n import conventions
from prodmeet_kit.i18n.languages import current, t, tn

__all__ = [
    "axis_day",
    "axis_month",
    "date",
    "day",
    "days",
    "duration",
    "local",
    "moment",
    "offset",
    "short_date",
    "weekday",
]


def local(instant: datetime, timezone: str) -> datetime:
    """The instant on the clock of this zone. A naive one is taken as UTC."""
    aware = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant
    return aware.astimezone(ZoneInfo(timezone))


def offset(clock: datetime) -> str:
    """The offset of a local time from UTC.

    >>> offset(local(datetime(2026, 11, 10, 3, 4, tzinfo=UTC), "Asia/Tokyo"))
    '+09:00'
    """
    return clock.isoformat()[-6:]


def moment(instant: datetime, timezone: str) -> str:
    """Weekday, day and time of an instant; with its offset when the clock shows that time twice (end of DST).

    >>> moment(datetime(2026, 11, 10, 3, 4, tzinfo=UTC), "Asia/Tokyo")
    'Tue 10 Nov 12:04'
    """
    clock = local(instant, timezone)
    text = f"{_written(clock, 'MMMEd')} {clock:%H:%M}"
    twice = clock.replace(fold=0).utcoffset() != clock.replace(fold=1).utcoffset()
    return f"{text} {offset(clock)}" if twice else text


def date(instant: datetime, timezone: str) -> str:
    """The day of an instant.

    >>> date(datetime(2026, 11, 9, 20, tzinfo=UTC), "Asia/Tokyo")
    'Tue 10 Nov 2026'
    """
    return _written(local(instant, timezone), "yMMMEd")


def day(iso: str) -> str:
    """A day that is named and no instant, such as that of a meeting: in English as folders are called, ISO 8601.

    What is no such day stays as it is.

    >>> day("2026-11-23")
    '2026-11-23'
    """
    try:
        named = calendar_date.fromisoformat(iso)
    except ValueError:
        return iso
    return _written(datetime(named.year, named.month, named.day, tzinfo=UTC), "yMMMd")


def short_date(instant: datetime, timezone: str, *, weekday: bool = True) -> str:
    """The day of an instant, where the year is plain.

    >>> at = datetime(2026, 11, 9, 20, tzinfo=UTC)
    >>> short_date(at, "Asia/Tokyo"), short_date(at, "Asia/Tokyo", weekday=False)
    ('Tue 10 Nov', '10 Nov')
    """
    return _written(local(instant, timezone), "MMMEd" if weekday else "MMMd")


def weekday(number: int, *, whole: bool = False) -> str:
    """The short name of a weekday, 0 for Monday, or its whole name.

    >>> weekday(6), weekday(6, whole=True)
    ('Sun', 'Sunday')
    """
    return conventions.of(current()).weekday(number, whole=whole)


def axis_day(*, weekday: bool = True) -> str:
    """A day on a chart's axis, in the directives of d3 that plotly reads.

    >>> axis_day(), axis_day(weekday=False)
    ('%a %-d %b', '%-d %b')
    """
    return _directives("MMMEd" if weekday else "MMMd")


def axis_month() -> str:
    """A month on a chart's axis, in the same directives.

    >>> axis_month()
    '%b %Y'
    """
    return _directives("yMMM")


def _written(clock: datetime, skeleton: str) -> str:
    return conventions.of(current()).date(clock, skeleton)


_D3 = {"y": "%Y", "M": "%-m", "MM": "%m", "MMM": "%b", "MMMM": "%B", "d": "%-d", "dd": "%d", "E": "%a"}


def _directives(skeleton: str) -> str:
    """A pattern of CLDR as d3 writes it: ``M月d日(E)`` is ``%-m月%-d日(%a)``."""
    return conventions.filled(conventions.of(current()).pattern(skeleton), _D3)


def days(number: float) -> str:
    """A number of days; from two years on, years.

    >>> days(12.4), days(0.4), days(float("inf"))
    ('12 days', 'under a day', 'never')
    """
    if math.isinf(number):
        return t("never")
    if number < 0:
        return "\N{MINUS SIGN}" + days(-number)
    if 0 < number < 1:
        return t("under a day")
    if number >= 730:
        return t("over {n} years", n=f"{min(int(number // 365), 10)}")
    return tn("{n} day", "{n} days", int(Decimal(number).quantize(Decimal(1), ROUND_HALF_UP)))


def duration(seconds: float) -> str:
    """A length of time in its two largest units.

    >>> duration(2100), duration(15_000), duration(45), duration(3599.7), duration(200_000)
    ('35 min', '4 h 10 min', '45 s', '1 h', '2 d 8 h')
    """
    if math.isinf(seconds):
        return t("without end")
    if seconds < 0:
        return "\N{MINUS SIGN}" + duration(-seconds)
    if 0 < seconds < 1:
        return t("{n} ms", n=round(seconds * 1000)) if seconds >= 0.001 else t("under {n} ms", n=1)
    if (whole := round(seconds)) < 60:
        return t("{n} s", n=whole)
    if whole < 600:
        return _two(t("{n} min", n=whole // 60), t("{n} s", n=whole % 60), whole % 60)
    if (minutes := round(seconds / 60)) < 60:
        return t("{n} min", n=minutes)
    if minutes < 24 * 60:
        return _two(t("{n} h", n=minutes // 60), t("{n} min", n=minutes % 60), minutes % 60)
    if (hours := round(seconds / 3600)) < 240:
        return _two(t("{n} d", n=hours // 24), t("{n} h", n=hours % 24), hours % 24)
    return t("{n} d", n=round(seconds / 86_400))


def _two(coarse: str, fine: str, rest: int) -> str:
    return t("{coarse} {fine}", coarse=coarse, fine=fine) if rest else coarse
