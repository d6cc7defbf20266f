"""Lengths and moments of which only a range is known, as people read them: to their resolution and no closer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from math import ceil
from typing import Any

from prodmeet_kit.core.time_ranges import FEWEST, NARROW_S, Between, decided, median_of, onset_between, worst_of
from prodmeet_kit.i18n.languages import listed, t
from prodmeet_kit.i18n.numbers import UNKNOWN, write
from prodmeet_kit.i18n.times import duration, local

__all__ = ["began", "clock", "days_between", "distinct", "is_wide", "length", "lengths", "moment"]

_MINUTE = 60.0
_GRAINS = (60.0, 300.0, 600.0, 1800.0, 3600.0, 6 * 3600.0, 86_400.0)


def length(low: float, high: float) -> str:
    """A length of time in ``[low, high]`` seconds; never seconds, which no series of a review can tell.

    >>> length(430, 460), length(300, 660), length(30, 400), length(5000, 5360), length(0, 20), length(0, 0)
    ('about 7 min', '5 min to 11 min', 'up to 7 min', 'about 1 h 25 min', 'under 1 min', 'at once')
    """
    if low != low or high != high:  # NaN
        return UNKNOWN
    if high <= 0:
        return t("at once")
    if high < _MINUTE:
        return t("under {time}", time=duration(_MINUTE))
    if low == high:
        return duration(round(low / _MINUTE) * _MINUTE)
    middle = decided(low, high)
    if middle == middle:
        grain = next((each for each in _GRAINS if each >= (high - low) / 2), _GRAINS[-1])
        return t("about {time}", time=duration(max(round(middle / grain), 1) * grain))
    first, last = low // _MINUTE * _MINUTE, ceil(high / _MINUTE) * _MINUTE
    if first <= 0:
        return t("up to {time}", time=duration(last))
    return t("{low} to {high}", low=duration(first), high=duration(last))


def days_between(low: float, high: float) -> str:
    """A number of days in ``[low, high]``, the unit said once where it is the same.

    >>> days_between(8.2, 10.4), days_between(0.4, 3), days_between(40, float("inf")), days_between(8.1, 8.4)
    ('8 to 10 days', 'under a day to 3 days', '40 days to never', '8 days')
    """
    first, last = write(low, "days"), write(high, "days")
    if first == last:
        return first
    if low >= 1 and high < 730:
        return t("{low} to {high}", low=f"{Decimal(low).quantize(Decimal(1), ROUND_HALF_UP)}", high=last)
    return t("{low} to {high}", low=first, high=last)


def lengths(each: Sequence[Between]) -> str:
    """Several of them: the median and the longest, with their number; of fewer than three each one."""
    if not each:
        return t("no data to judge by")
    if len(each) == 1:
        return t("{time} (one event)", time=length(*each[0]))
    if len(each) < FEWEST:
        return t("{times} ({n} events)", times=distinct(sorted(each)), n=len(each))
    middle, worst = (length(*found) for found in (median_of(each), worst_of(each)))
    return t("median {middle}, worst {worst} ({n} events)", middle=middle, worst=worst, n=len(each))


def distinct(each: Sequence[Between]) -> str:
    """Each of a few; those that read the same once.

    >>> distinct([(280, 320), (270, 330)]), distinct([(280, 320), (0, 30)])
    ('about 5 min', 'about 5 min, under 1 min')
    """
    return listed(dict.fromkeys(length(*one) for one in each))


def began(event: Mapping[str, Any], timezone: str) -> str:
    """When an SLO event (a row of ``SLO_EVENTS``) began."""
    return moment(*onset_between(event), timezone)


def is_wide(earliest: datetime, latest: datetime) -> bool:
    """Whether a moment between two is not known to the minute or nearly so; ``False`` where it is not known at all."""
    return (latest - earliest).total_seconds() > NARROW_S  # NaN is not


def moment(earliest: datetime, latest: datetime, timezone: str) -> str:
    """A moment between two, to the minute where they are near each other, else both."""
    if latest != latest or earliest != earliest:  # NaT
        return UNKNOWN
    if not is_wide(earliest, latest):
        return write(earliest + (latest - earliest) / 2, "time", timezone=timezone)
    low, high = write(earliest, "time", timezone=timezone), clock(latest, earliest, timezone)
    return t("{low} to {high}", low=low, high=high)


def clock(moment: datetime, beside: datetime, timezone: str) -> str:
    """A moment by the clock alone where it is of the same day as the one beside it, else with its day."""
    there, other = local(moment, timezone), local(beside, timezone)
    return f"{there:%H:%M}" if there.date() == other.date() else write(moment, "time", timezone=timezone)
