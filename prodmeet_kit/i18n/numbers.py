"""Values as people read them, written with care.

A share near 100% keeps the digits that tell it from 100%, a small one those
that tell it from 0%; rounding noise such as 1e-12 is never shown as digits; an
unknown value is a dash, never a zero or a blank. Digits and signs are the same in
every language; :mod:`.digits` puts its marks between them, words go through :mod:`.languages`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from prodmeet_kit.i18n.digits import MINUS, beyond, digits, exactly, per_cent, rounded, signed, with_unit
from prodmeet_kit.i18n.languages import later, listed, t
from prodmeet_kit.i18n.times import date, days, duration, moment

__all__ = [
    "UNKNOWN",
    "amount",
    "budget",
    "byte_power",
    "byte_unit",
    "change",
    "count",
    "fixed",
    "is_bytes",
    "is_unknown",
    "number",
    "percent",
    "points",
    "size",
    "write",
]

UNKNOWN = "\N{EN DASH}"
"""Stands for a value nobody knows; say ``t("not known")`` where it is read aloud."""

_BYTE_UNITS = {"b", "by", "byte", "bytes"}
_MULTIPLES = (later("B"), later("KiB"), later("MiB"), later("GiB"), later("TiB"), later("PiB"))
"""Bytes by powers of 1024: some languages call a byte an octet."""
_PLURAL = re.compile(r"^([A-Za-z]{2,}[^\W_ius])s(?<!ps|es)\b|^([A-Za-z]+[^\W_ihsx]e)s\b", re.IGNORECASE)
"""The first word of a unit such as cores, but not IOPS, Mbps, celsius, series or processes."""
_SECOND_UNITS = {"s", "sec", "second", "seconds"}


def is_unknown(value: Any) -> bool:
    """Whether a value is missing: ``None``, ``NaN``, ``NaT``, ``pandas.NA``."""
    if value is None:
        return True
    if isinstance(value, str) or hasattr(value, "__len__"):
        return False
    try:
        return bool(value != value)
    except TypeError:  # pandas.NA has no truth value
        return True


def write(value: Any, kind: str = "text", *, unit: str = "", timezone: str = "UTC") -> str:
    """A value of a :class:`~prodmeet_kit.evidence.Column` of this kind, as text.

    ``unit`` is for ``number`` and ``amount``, ``timezone`` for ``time`` and ``date``.

    >>> write(0.99995, "percent"), write(15_000, "duration"), write(1234.0, "count")
    ('99.995%', '4 h 10 min', '1,234')
    """
    if is_unknown(value):
        return UNKNOWN
    if kind in ("time", "date"):
        return (moment if kind == "time" else date)(value, timezone)
    if kind in ("number", "amount"):
        return (number if kind == "number" else amount)(float(value), unit)
    if kind == "list":
        return listed(str(part) for part in ([value] if isinstance(value, str) else value))
    if kind in _WRITERS:
        return _WRITERS[kind](float(value))
    return str(value)


def percent(fraction: float) -> str:
    """A fraction as per cent. From one half to 100% it is cut, not rounded: it never looks better than it is.

    >>> percent(0.998999), percent(0.999), percent(1.0), percent(0.00004), percent(1.2)
    ('99.89%', '99.9%', '100%', '0.004%', '120%')
    """
    if math.isinf(fraction):
        return signed(fraction, per_cent("∞"))
    share = abs(exactly(fraction)) * 100
    near = min(share, abs(100 - share))
    if near == 0 or share >= 110:
        return signed(fraction, per_cent(rounded(share, 0)))
    places = max(1, 1 - near.adjusted())
    if places > 6:
        return signed(fraction, beyond("<", 0.00001) if share < 50 else beyond(">", 99.99999 if share < 100 else 100))
    cut = ROUND_DOWN if 50 <= share < 100 else ROUND_HALF_UP
    return signed(fraction, per_cent(rounded(share, places, cut)))


def points(fraction: float) -> str:
    """A difference of two shares, in percentage points with its sign, without the word.

    >>> points(0.018), points(0.00012), points(0.0)
    ('+1.8', '+0.012', '0')
    """
    share = abs(exactly(fraction)) * 100 if math.isfinite(fraction) else Decimal(0)
    fine = Decimal("0.00001") <= share < 100  # as percent() rounds it, so that both read alike
    text = signed(fraction, rounded(share, max(1, 1 - share.adjusted()))) if fine else number(fraction * 100)
    return f"+{text}" if fraction > 0 else text


def budget(share: float) -> str:
    """A share of an error budget as per cent: whole from 10% on, finer below; negative when overspent.

    >>> budget(0.423), budget(0.052), budget(0.9996)
    ('42%', '5.2%', '99.9%')
    """
    if math.isinf(share):
        return signed(share, per_cent("∞"))
    exact = abs(exactly(share)) * 100
    if 0 < exact < Decimal("0.01"):
        return signed(share, beyond("<", 0.01))
    if 99 < exact < 101:  # must not read as exactly all of it
        return signed(share, per_cent(rounded(exact, 1, ROUND_DOWN if exact < 100 else ROUND_UP)))
    return signed(share, per_cent(rounded(exact, _share_places(exact))))


def change(fraction: float) -> str:
    """A relative change with its sign; from elevenfold on as a factor.

    >>> change(0.032), change(0.5), change(0.0)
    ('+3.2%', '+50%', '0%')
    """
    if math.isinf(fraction):
        return t("from zero")
    exact = abs(exactly(fraction)) * 100
    if exact == 0:
        return per_cent("0")
    if exact < Decimal("0.01"):
        return beyond("≈", 0)
    if exact >= 1000:
        return "\N{MULTIPLICATION SIGN}" + number(fraction + 1)
    return (MINUS if fraction < 0 else "+") + size(fraction)


def size(fraction: float) -> str:
    """How large a relative change is, without its sign, for a sentence that says which way: as in :func:`change`.

    >>> size(-0.032), size(0.996)
    ('3.2%', '100%')
    """
    if math.isinf(fraction):
        return per_cent("∞")
    exact = abs(exactly(fraction)) * 100
    if 0 < exact < Decimal("0.01"):
        return beyond("≈", 0)
    return per_cent(rounded(exact, _share_places(exact)))


def count(value: float) -> str:
    """A count as a whole number; an extrapolated one between 0 and 1 is neither.

    >>> count(1234567.2), count(0.3)
    ('1,234,567', '<1')
    """
    if math.isinf(value):
        return signed(value, "∞")
    if 0 < abs(value) < 1:
        return signed(value, "<1")
    return signed(value, rounded(abs(exactly(value)), 0))


def number(value: float, unit: str = "") -> str:
    """A number with three digits that matter, and its unit, of which one is one.

    >>> number(1234.5), number(12.345, "req/s"), number(0.00042), number(2.5e8), number(0.23, "s"), number(1e-12)
    ('1,235', '12.3 req/s', '0.00042', '250 M', '230 ms', '<0.000001')
    >>> number(1, "cores"), number(1, "requests/s"), number(1, "IOPS"), number(1, "Mbps"), number(2, "cores")
    ('1 core', '1 request/s', '1 IOPS', '1 Mbps', '2 cores')
    """
    if unit.lower() in _SECOND_UNITS and not math.isinf(value):
        return duration(value) if abs(value) >= 60 or value == 0 else _seconds(value)
    if is_bytes(unit) and not math.isinf(value):
        return amount(value, unit)
    text = signed(value, _magnitude(abs(value)))
    if text == "1":
        unit = _PLURAL.sub(r"\1\2", unit, count=1)
    return per_cent(text) if unit == "%" else with_unit(text, unit)


def fixed(value: float, places: int) -> str:
    """A number with this many digits behind its decimal mark, for columns and pairs that read alike.

    >>> fixed(2.04, 1), fixed(1234.5, 0)
    ('2.0', '1,234')
    """
    if math.isinf(value):
        return signed(value, "∞")
    # rounded as floats are: half to even
    return signed(value, digits(Decimal(f"{abs(value):.{places}f}"), places))


def amount(value: float, unit: str = "") -> str:
    """A number with its unit, bytes in multiples of 1024.

    >>> amount(3.2 * 1024**3, "bytes"), amount(1500, "B/s"), amount(2.5, "cores")
    ('3.2 GiB', '1.46 KiB/s', '2.5 cores')
    """
    if not is_bytes(unit) or math.isinf(value):
        return number(value, unit)
    power = byte_power(value)
    return with_unit(number(value / 1024**power), byte_unit(power, unit))


def byte_power(value: float) -> int:
    """The power of 1024 that leaves a number below 1024: 0 for bytes to 5 for PiB."""
    power = 0
    while abs(value) >= 1023.5 and power < 5:
        value, power = value / 1024, power + 1
    return power


def byte_unit(power: int, unit: str = "bytes") -> str:
    """The unit of a power of 1024, with what ``unit`` says it is per.

    >>> byte_unit(2, "bytes"), byte_unit(2, "B/s"), byte_unit(2, "bytes per request")
    ('MiB', 'MiB/s', 'MiB per request')
    """
    multiple = _MULTIPLES[power]
    return t(multiple) + unit[len(_first_word(unit)) :]


def is_bytes(unit: str) -> bool:
    """Whether a unit counts bytes, alone or per something."""
    return _first_word(unit).lower() in _BYTE_UNITS


def _first_word(unit: str) -> str:
    return unit.partition("/")[0].partition(" ")[0]


_WRITERS: dict[str, Callable[[float], str]] = {
    "percent": percent,
    "budget": budget,
    "change": change,
    "size": size,
    "count": count,
    "duration": duration,
    "days": days,
}


def _magnitude(value: float) -> str:
    if math.isinf(value):
        return "∞"
    exact = exactly(value)
    if 0 < exact < Decimal("0.000001"):
        return "<" + digits(Decimal("0.000001"), 6)
    for size, prefix in ((12, "T"), (9, "G"), (6, "M")):
        if value >= 10**size and value >= 1e7:
            return with_unit(_three_digits(exact.scaleb(-size)), prefix)
    if exact == 0 or exact >= 1000:
        return rounded(exact, 0)
    return _three_digits(exact)


def _share_places(share: Decimal) -> int:
    """Digits behind the decimal mark of a share that need not differ visibly from all of it."""
    return 0 if share >= 10 else 1 if share >= 1 else 2


def _three_digits(value: Decimal) -> str:
    """Three digits that matter, as many as the rounded value needs: 0.9996 is 1.00."""
    return rounded(value, min(6, max(0, 2 - Decimal(f"{value:.3g}").adjusted())))


def _seconds(value: float) -> str:
    """Under a minute: the prefix that leaves a number from 1 to 1000."""
    for size, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")):
        if abs(value) >= size * 0.9995:
            return signed(value, with_unit(_magnitude(abs(value) / size), unit))
    return signed(value, "<" + with_unit("1", "ns"))
