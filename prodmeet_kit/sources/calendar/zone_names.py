"""Names of time zones that people see in programs: ``(UTC+09:00) Osaka, Sapporo, Tokyo``, ``GMT+9``, ``+0900``.

A display name tells the offset without daylight saving time, so that alone it decides nothing: the zone is that of its
cities. A name that is an offset and nothing else is that offset all year.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

__all__ = ["displayed", "fixed"]

_OFFSET = r"(?:\s*(?P<sign>[+\-\u2212])\s*(?P<hours>\d{1,2})(?::?(?P<minutes>[0-5]\d))?)"
_DISPLAYED = re.compile(rf"\((?:UTC|GMT){_OFFSET}?\)\s*(?P<places>.*)", re.ASCII | re.IGNORECASE)
_PLAIN = re.compile(rf"(?:UTC|GMT)?{_OFFSET}", re.ASCII | re.IGNORECASE)
_UTC = re.compile(r"(?:(?:coordinated universal time|utc|協定世界時)(?:[+-]\d\d)?)?", re.ASCII | re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:[,;:、]|\s-\s)\s*")
_BESIDE = re.compile(r"\s*\(.*\)|\s+(?:is\.|islands?)$")
_EAST, _WEST = timedelta(hours=14), timedelta(hours=-12)

# What Windows and Google show and no zone of IANA's is called.
_PLACES = {
    "pacific time": "America/Los_Angeles",
    "mountain time": "America/Denver",
    "central time": "America/Chicago",
    "eastern time": "America/New_York",
    "atlantic time": "America/Halifax",
    "indiana": "America/Indianapolis",
    "central america": "America/Guatemala",
    "baja california": "America/Tijuana",
    "chetumal": "America/Cancun",
    "haiti": "America/Port-au-Prince",
    "turks and caicos": "America/Grand_Turk",
    "brasilia": "America/Sao_Paulo",
    "salvador": "America/Bahia",
    "city of buenos aires": "America/Buenos_Aires",
    "saint pierre and miquelon": "America/Miquelon",
    "greenland": "America/Godthab",
    "cabo verde": "Atlantic/Cape_Verde",
    "west central africa": "Africa/Lagos",
    "pretoria": "Africa/Johannesburg",
    "port louis": "Indian/Mauritius",
    "st. petersburg": "Europe/Moscow",
    "ekaterinburg": "Asia/Yekaterinburg",
    "petropavlovsk-kamchatsky": "Asia/Kamchatka",
    "chokurdakh": "Asia/Srednekolymsk",
    "beijing": "Asia/Shanghai",
    "mumbai": "Asia/Kolkata",
    "new delhi": "Asia/Kolkata",
    "india standard time": "Asia/Kolkata",
    "sri jayawardenepura": "Asia/Colombo",
    "japan standard time": "Asia/Tokyo",
    "japan time": "Asia/Tokyo",
    "大阪": "Asia/Tokyo",
    "札幌": "Asia/Tokyo",
    "東京": "Asia/Tokyo",
    "日本標準時": "Asia/Tokyo",
    "solomon": "Pacific/Guadalcanal",
    "samoa": "Pacific/Apia",
    "nuku'alofa": "Pacific/Tongatapu",
}


def displayed(name: str, known: Mapping[str, str]) -> str:
    """IANA's zone of a display name; ``known`` are other names in small letters. Empty when its places do not tell it.

    All places that have its offset must keep one time: of two that differ nobody knows which is meant.
    """
    match = _DISPLAYED.fullmatch(name)
    if not match or _UTC.fullmatch(match["places"]):
        return ""
    offset, places = _offset(match), match["places"].casefold()
    cities, found = _cities(), []
    for place in (places, *_BETWEEN.split(places)):
        bare = _BESIDE.sub("", place)
        zones = [known[place]] if place in known else [*cities.get(bare, []), *filter(None, [_PLACES.get(bare)])]
        found += [zone for zone in zones if min(_year(zone)) == offset]
    return found[0] if len({_year(zone) for zone in found}) == 1 else ""


def fixed(name: str) -> timedelta | None:
    """The offset, east of UTC, of a name that is one and names no place; ``None`` for any other."""
    match = _DISPLAYED.fullmatch(name)
    if match and not _UTC.fullmatch(match["places"]):
        return None
    match = match or _PLAIN.fullmatch(name)
    offset = _offset(match) if match else None
    return offset if offset is not None and _WEST <= offset <= _EAST else None


def _offset(match: re.Match[str]) -> timedelta:
    offset = timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    return offset if match["sign"] in (None, "+") else -offset


@cache
def _cities() -> Mapping[str, list[str]]:
    """The zones of IANA's that are called after a place, by the place in small letters."""
    from zoneinfo import available_timezones

    found: dict[str, list[str]] = {}
    for zone in sorted(available_timezones() - {"localtime", "Factory"}):
        found.setdefault(zone.rpartition("/")[2].replace("_", " ").casefold(), []).append(zone)
    return found


@cache
def _year(zone: str) -> tuple[timedelta, ...]:
    """The offsets of a zone on each day of a year, by which zones are compared."""
    days = (datetime(2026, 1, 1, 12, tzinfo=ZoneInfo(zone)) + timedelta(days=day) for day in range(365))
    return tuple(moment.utcoffset() or timedelta() for moment in days)
