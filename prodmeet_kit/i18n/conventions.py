"""How a language writes numbers, lists and days: English here, every other one as the Unicode CLDR says, through Babel.

Babel and the data of a language load with the first number or day that is not
English (0.04 s each), and once. What Babel does not know is written as in
English: a number is better than none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

    from babel import Locale
    from babel.numbers import NumberPattern

__all__ = ["SKELETONS", "Conventions", "by_cldr", "filled", "locale_of", "of"]

SKELETONS = ("MMMEd", "MMMd", "yMMMEd", "yMMMd", "yMMM")
"""The parts of a date that are shown anywhere, as CLDR calls them: ``MMMEd`` is weekday, day and month, no year."""

_ENGLISH = {"MMMEd": "E d MMM", "MMMd": "d MMM", "yMMMEd": "E d MMM y", "yMMMd": "y-MM-dd", "yMMM": "MMM y"}
"""A day that is named with its year, such as that of a meeting, is written as its folder is called."""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Conventions(Protocol):
    """What one language does."""

    decimal: str
    group: str
    comma: str
    """Between two names of a list."""
    before_unit: str
    """Between a number and the sign of its unit."""

    def number(self, value: Decimal, places: int) -> str:
        """A number that is not negative, with this many digits behind its decimal mark, thousands apart."""

    def percent(self, number: str) -> str:
        """A number that is written already, as per cent."""

    def date(self, clock: datetime, skeleton: str) -> str:
        """The day of a local time, by one of :data:`SKELETONS`."""

    def weekday(self, number: int, *, whole: bool) -> str:
        """The name of a weekday, 0 for Monday."""

    def pattern(self, skeleton: str) -> str:
        """The date pattern of CLDR for one of :data:`SKELETONS`."""


@lru_cache
def of(language: str) -> Conventions:
    """What a language does; English for one that Babel does not know.

    >>> of("en").percent("12.5"), of("fr").percent("12,5") == "12,5\N{NO-BREAK SPACE}%"
    ('12.5%', True)
    """
    return _OURS.get(language) or by_cldr(language) or _OURS["en"]


def by_cldr(language: str) -> Conventions | None:
    """What the Unicode CLDR says of a language; ``None`` for one that Babel does not know."""
    locale = locale_of(language)
    return _Cldr(locale) if locale else None


@lru_cache
def locale_of(language: str) -> Locale | None:
    """Babel's locale of a language; ``None`` for one it does not know."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(language, sep="-" if "-" in language else "_")
    except (UnknownLocaleError, ValueError):
        return None


def filled(pattern: str, fields: Mapping[str, str]) -> str:
    """A date pattern of CLDR with a text for each of its fields; a field with none is taken for the weekday.

    >>> filled("d 'de' MMM", {"d": "10", "MMM": "nov"})
    '10 de nov'
    """
    return re.sub(
        r"'([^']*)'|(([A-Za-z])\3*)", lambda found: found[1] or fields.get(found[2], fields.get("E", "")), pattern
    )


class _English:
    """As people who read ISO 8601 and 24 hours write it: no comma behind the weekday."""

    decimal, group, comma, before_unit = ".", ",", ", ", " "

    def number(self, value: Decimal, places: int) -> str:
        return f"{value:,.{places}f}"

    def percent(self, number: str) -> str:
        return f"{number}%"

    def date(self, clock: datetime, skeleton: str) -> str:
        fields = {
            "E": self.weekday(clock.weekday(), whole=False),
            "d": f"{clock.day}",
            "dd": f"{clock.day:02}",
            "MM": f"{clock.month:02}",
            "MMM": _MONTHS[clock.month - 1],
            "y": f"{clock.year}",
        }
        return filled(self.pattern(skeleton), fields)

    def weekday(self, number: int, *, whole: bool) -> str:
        return _WEEKDAYS[number] if whole else _WEEKDAYS[number][:3]

    def pattern(self, skeleton: str) -> str:
        return _ENGLISH[skeleton]


class _Cldr:
    """By the data of a locale."""

    def __init__(self, locale: Locale) -> None:
        from babel.units import format_unit

        self._locale = locale
        # Babel keeps the symbols of each system of digits; the kit writes 0 to 9 in every language.
        symbols = locale.number_symbols["latn"]
        self.decimal, self.group = str(symbols["decimal"]), str(symbols["group"])
        self.comma = str(locale.list_patterns["standard"]["start"]).replace("{0}", "").replace("{1}", "")
        # What stands between a number and its unit is said of no sign alone: this one is a sign in most languages.
        gap = re.search(r"\d(\s*)", format_unit(3, "digital-gigabyte", "short", locale=locale))
        self.before_unit = gap[1] if gap else " "
        self._percent = _digits(locale.percent_formats[None], 0)
        self._patterns: dict[int, NumberPattern] = {}

    def number(self, value: Decimal, places: int) -> str:
        if places not in self._patterns:
            self._patterns[places] = _digits(self._locale.decimal_formats[None], places)
        return str(self._patterns[places].apply(value, self._locale))

    def percent(self, number: str) -> str:
        return f"{self._percent.prefix[0]}{number}{self._percent.suffix[0]}"

    def date(self, clock: datetime, skeleton: str) -> str:
        from babel.dates import format_skeleton

        return format_skeleton(skeleton, clock.replace(tzinfo=None), locale=self._locale)

    def weekday(self, number: int, *, whole: bool) -> str:
        return str(self._locale.days["format"]["wide" if whole else "abbreviated"][number])

    def pattern(self, skeleton: str) -> str:
        return str(self._locale.datetime_skeletons[skeleton].pattern)


def _digits(pattern: NumberPattern, places: int) -> NumberPattern:
    """The number pattern of a locale with exactly this many digits behind its decimal mark."""
    from babel.numbers import parse_pattern

    return parse_pattern(re.sub(r"(?<=0)(\.[0#]*)?", "." + "0" * places if places else "", pattern.pattern, count=1))


_OURS: dict[str, Conventions] = {"en": _English()}
"""Languages the kit writes itself: that of the code, so that a report in English needs no Babel."""
