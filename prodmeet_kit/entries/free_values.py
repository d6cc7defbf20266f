"""Times and durations as people write them. What could mean two things is refused, with what to write."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from datetime import timezone as fixed_zone
from unicodedata import normalize
from zoneinfo import ZoneInfo

from prodmeet_kit.core.window import LONGEST, parse_time

__all__ = ["duration", "link", "moment", "span"]

_WRITE = "write a time as 2026-11-24T10:00, 2026-11-24 10:00 UTC or 2026-11-24T10:00+09:00"
_HOURS = {"UTC": 0, "UT": 0, "GMT": 0, "Z": 0, "JST": 9, "KST": 9, "CET": 1, "CEST": 2, "日本時間": 9}
"""Names of zones that mean one thing. CST, IST, BST and the like mean several."""

_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTHS = {name: n for n, name in enumerate(_NAMES.split("|"), 1)}
_MONTH = rf"(?P<word>{_NAMES})[a-z]*\.?"
_DAYS = (
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"),
    re.compile(r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日"),
    re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ -]{_MONTH}[ ,-]+(?P<year>\d{{4}})", re.IGNORECASE),
    re.compile(rf"{_MONTH} +(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? +(?P<year>\d{{4}})", re.IGNORECASE),
)
_WEEKDAY = re.compile(r"^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? +|[月火水木金土日]曜日?\s*)", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?|時(?:(?P<minute2>\d{1,2})分)?)?"
    r"\s*(?P<half>[ap]\.?m\b\.?)?(?![\d:])",
    re.IGNORECASE,
)
_TO = r"\s*(?:-|\u2013|\u2014|\u301c|\uff5e|~|\bto\b|\buntil\b|\btill\b)\s*"
_RANGE = re.compile(
    rf"(?P<begin>\S+[T ,]+(?:at )?\d{{1,2}}:\d{{2}})(?P<zone>(?: ?\(?[A-Za-z]{{1,5}}\)?| ?[+-]\d{{2}}:\d{{2}})?)"
    rf"{_TO}(?P<end>(?:\d{{4}}-\d{{2}}-\d{{2}}[T ])?\d{{1,2}}:\d{{2}}.{{0,40}})"
)
_EITHER = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}-(?:0\d|1[0-2]):\d{2}")
"""With an offset west of UTC, or with an end."""
_BEHIND = re.compile(r"(?:\d{4}-\d{2}-\d{2}[T ])?\d{1,2}:\d{2}\s*")
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+\-\u2212])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_ISO = re.compile(r"P(?=.)(?:\d+W)?(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+S)?)?", re.IGNORECASE)
_PIECE = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*"
    r"(y(?:ears?|rs?)?|w(?:eeks?|ks?)?|d(?:ays?)?|h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?|週間?|日間?|時間|分間?|秒間?)"
    r"(?![a-z])\.?\s*(?:,|and\b|&)?\s*",
    re.IGNORECASE,
)
_UNITS = {
    "y": 31_536_000,
    "w": 604800,
    "d": 86400,
    "h": 3600,
    "m": 60,
    "s": 1,
    "週": 604800,
    "日": 86400,
    "時": 3600,
    "分": 60,
    "秒": 1,
}
_LINK = re.compile(
    r"!?\[(?P<text>[^\[\]]{0,300})\]\([ <]{0,2}(?P<url>[^\s()<>]{1,2000})>?(?:\s[^()]{0,300})?\)"
    r"|<(?P<bare>https?://[^\s<>]{1,2000})>"
)
_MOST = 200
"""Letters that a time or a duration may take; longer text is none."""


def moment(text: str, zone: str, *, near: datetime | None = None, latest: timedelta = timedelta(0)) -> datetime:
    """A time in UTC; without a zone of its own it is in ``zone``, the product's.

    A time of day alone is on the day of ``near``, or on the next day when that is up to ``latest`` after it. The name
    of a zone counts when it can mean one only: UTC, an offset, an IANA name, or what the product's zone is called then.

    >>> moment("2026-11-20 12:00 UTC", "Asia/Tokyo").isoformat()
    '2026-11-20T12:00:00+00:00'

    Raises ``ValueError`` that says what to write.
    """
    if len(text) > _MOST:
        raise ValueError(_WRITE)
    plain = _plain(text)
    if _EITHER.fullmatch(plain) and "T" not in plain:
        raise ValueError("what follows the time can be an end or an offset: write end: on its own line, or T before it")
    try:
        return parse_time(datetime.fromisoformat(plain), zone)
    except (ValueError, OverflowError) as error:
        if str(error).startswith("write a year"):
            raise ValueError(str(error)) from None
    rest = _WEEKDAY.sub("", plain)
    day, rest = _day(rest)
    rest = re.sub(r"^(?:T|at\b|[,\s])+", "", rest, flags=re.IGNORECASE)
    clock, rest = _clock(rest)
    if day is None and (near is None or clock is None):
        raise ValueError(_WRITE)
    zoned = _zone(rest.strip(" ,"), zone)
    if day is not None:
        return _known(datetime.combine(day, clock or time()), zoned, zone)
    assert near is not None
    local = near.astimezone(ZoneInfo(zone) if isinstance(zoned, str) else zoned)
    found = _known(datetime.combine(local.date(), clock or time()), zoned, zone)
    if found < near and found + timedelta(days=1) <= near + latest:
        found += timedelta(days=1)
    return found


def span(text: str) -> tuple[str, str]:
    """Begin and end of ``2026-12-02 13:00 - 15:00 UTC``, each with the zone; the end is empty where there is none.

    >>> span("2026-12-02 13:00 to 15:00 UTC")
    ('2026-12-02 13:00 UTC', '15:00 UTC')
    """
    plain = _plain(text) if len(text) <= _MOST else ""
    found = _RANGE.fullmatch(plain)
    if not found or _EITHER.fullmatch(plain):
        return text, ""
    begin, zone, end = found["begin"], found["zone"].strip(), found["end"]
    after = "" if zone else _BEHIND.sub("", end)
    return f"{begin} {zone or after}".strip(), f"{end} {zone if _BEHIND.fullmatch(end) else ''}".strip()


def duration(text: str) -> timedelta:
    """A length of time: ``2h``, ``2 hours``, ``1 h 30 min``, ``PT2H``, ``2時間``. Raises ``ValueError`` for other text.

    >>> duration("2 hours")
    datetime.timedelta(seconds=7200)
    """
    if len(text) > _MOST:
        raise ValueError("write a duration as 30m, 2h, 2 hours or 1h30m")
    plain = re.sub(r"^(?:about|approx\.?|approximately|ca\.?|~|約)\s*", "", _plain(text), flags=re.IGNORECASE)
    plain = re.sub(r"\s*(?:程度|ほど|くらい|ぐらい)$", "", plain)
    if _ISO.fullmatch(plain):
        plain = plain[1:].replace("T", "").replace("t", "")
    seconds, at = 0.0, 0
    while at < len(plain):
        piece = _PIECE.match(plain, at)
        if not piece or len(piece[1]) > 12:
            raise ValueError("write a duration as 30m, 2h, 2 hours or 1h30m")
        seconds += float(piece[1].replace(",", ".")) * _UNITS[piece[2][0].lower()]
        at = piece.end()
    if not 0 < seconds <= LONGEST.total_seconds():
        raise ValueError(f"write a duration over zero and of at most {LONGEST.days // 365}y")
    return timedelta(seconds=round(seconds, 3))


def link(text: str) -> str:
    """The address of a link of Markdown that is the whole text, else the text."""
    found = _LINK.fullmatch(text.strip()) if len(text) < 3000 else None
    return (found["url"] or found["bare"]) if found else text.strip()


def _plain(text: str) -> str:
    """The text of links and code, without marks around it, its digits and signs in their usual width."""
    text = normalize("NFKC", text)
    text = _LINK.sub(lambda found: found["text"] or found["bare"] or "", text)
    return re.sub(r"\s+", " ", re.sub(r"[`*]", "", text)).strip(" _,;").removesuffix(".")


def _day(text: str) -> tuple[date | None, str]:
    for form in _DAYS:
        found = form.match(text)
        if not found:
            continue
        named = found.groupdict()
        month = _MONTHS[named["word"][:3].lower()] if named.get("word") else int(named["month"])
        year, day = int(named["year"]), int(named["day"])
        try:
            return parse_time(datetime(year, month, day, tzinfo=UTC), "UTC").date(), _after_weekday(text[found.end() :])
        except ValueError as error:
            told = str(error) if str(error).startswith("write a year") else "write a day that exists"
            raise ValueError(told) from None
    return None, text


def _after_weekday(rest: str) -> str:
    """``2026-11-20 (Fri) 12:00`` without the weekday."""
    return re.sub(
        r"^\s*[(\uff08](?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|[月火水木金土日])[)\uff09]",
        "",
        rest,
        flags=re.IGNORECASE,
    )


def _clock(text: str) -> tuple[time | None, str]:
    found = _CLOCK.match(text)
    if not found or not (found["minute"] or found["half"] or "時" in found[0]):
        return None, text
    hour, minute, second = int(found["hour"]), int(found["minute"] or found["minute2"] or 0), int(found["second"] or 0)
    if found["half"] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if found["half"][0].lower() == "p" else 0)
    try:
        return time(hour, minute, second), text[found.end() :]
    except ValueError:
        raise ValueError("write a time of day from 00:00 to 23:59") from None


def _zone(text: str, zone: str) -> ZoneInfo | fixed_zone | str:
    """Return the zone behind the time; empty text is the product's."""
    text = re.sub(r"(?<=\d)\[[\w/+-]+\]$", "", text).strip("()[] ")
    if not text:
        return ZoneInfo(zone)
    if text.upper() in _HOURS:
        return fixed_zone(timedelta(hours=_HOURS[text.upper()]))
    offset = _OFFSET.fullmatch(text)
    if offset and int(offset[2]) < 15 and int(offset[3] or 0) < 60:
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return fixed_zone(ahead if offset[1] == "+" else -ahead)
    if "/" in text and re.fullmatch(r"[A-Za-z_]+(?:/[A-Za-z_+-]+)+", text):
        try:
            return ZoneInfo(text)
        except (KeyError, ValueError, OSError):
            pass
    if re.fullmatch(r"[A-Za-z]{2,5}", text):
        return text.upper()
    raise ValueError(_WRITE)


def _known(local: datetime, zoned: ZoneInfo | fixed_zone | str, zone: str) -> datetime:
    if isinstance(zoned, str):
        here = local.replace(tzinfo=ZoneInfo(zone))
        if (here.tzname() or "").upper() != zoned:
            raise ValueError(f"{zoned} can mean several zones: write UTC, or an offset such as +09:00")
        return parse_time(here.astimezone(UTC), "UTC")
    return parse_time(local.replace(tzinfo=zoned).astimezone(UTC), "UTC")
