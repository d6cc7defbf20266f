"""Instants, days and lengths of time as people read them, in the product's zone.

English is written here; the order, the names and the marks of every other
language are those of the Unicode CLDR, through Babel, which loads with the
first date that needs it (0.04 s).
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from datetime import date as calendar_date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from prodmeet_kit.i18n.languages import current, t, tn

if TYPE_CHECKING:
    from babel import Locale

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

_ENGLISH = {
    "MMMEd": "{weekday} {day} {month}",
    "MMMd": "{day} {month}",
    "yMMMEd": "{weekday} {day} {month} {year}",
}
"""How English writes what CLDR calls by these skeletons: the parts of a date that are wanted."""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_A_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)


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
    """A day that is named and no instant, such as that of a meeting: ISO 8601 in English, as folders are called.

    What is no such day stays as it is.

    >>> day("2026-11-23")
    '2026-11-23'
    """
    if current() == "en":
        return iso
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
    if current() == "en":
        return _WEEKDAYS[number] if whole else _WEEKDAYS[number][:3]
    from babel.dates import format_datetime

    return format_datetime(_A_MONDAY + timedelta(days=number), "EEEE" if whole else "EEE", locale=_locale())


def axis_day(*, weekday: bool = True) -> str:
    """A day on a chart's axis, in the directives of d3 that plotly reads.

    >>> axis_day(), axis_day(weekday=False)
    ('%a %-d %b', '%-d %b')
    """
    if current() == "en":
        return "%a %-d %b" if weekday else "%-d %b"
    return _directives("MMMEd" if weekday else "MMMd")


def axis_month() -> str:
    """A month on a chart's axis, in the same directives.

    >>> axis_month()
    '%b %Y'
    """
    return "%b %Y" if current() == "en" else _directives("yMMM")


def _written(clock: datetime, skeleton: str) -> str:
    if current() != "en":
        from babel.dates import format_skeleton

        return format_skeleton(skeleton, clock.replace(tzinfo=UTC), locale=_locale())
    return _ENGLISH[skeleton].format(
        weekday=weekday(clock.weekday()), day=clock.day, month=_MONTHS[clock.month - 1], year=clock.year
    )


def _locale() -> Locale:
    return _locale_of(current())


@lru_cache
def _locale_of(language: str) -> Locale:
    """The locale of a language, English where Babel does not know it: a date is better than none."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def _directives(skeleton: str) -> str:
    """A pattern of CLDR as d3 writes it: ``M月d日(E)`` is ``%-m月%-d日(%a)``."""
    fields = {"y": "%Y", "M": "%-m", "MM": "%m", "MMM": "%b", "MMMM": "%B", "d": "%-d", "dd": "%d", "E": "%a"}
    pattern = str(_locale().datetime_skeletons[skeleton].pattern)
    return re.sub(r"'([^']*)'|(([yMdE])\3*)", lambda found: found[1] or fields.get(found[2], "%a"), pattern)


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
