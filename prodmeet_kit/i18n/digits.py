"""Digits with the marks of the current language: what :mod:`.numbers` puts values together from."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from prodmeet_kit.i18n import conventions
from prodmeet_kit.i18n.languages import current

__all__ = ["MINUS", "beyond", "digits", "exactly", "per_cent", "rounded", "signed", "with_unit"]

MINUS = "\N{MINUS SIGN}"


def exactly(value: float) -> Decimal:
    """The decimal a person means: float noise beyond 14 digits is cut."""
    return Decimal(f"{value:.14g}")


def digits(value: Decimal, places: int) -> str:
    """A number that is not negative, with this many digits behind its decimal mark, thousands apart."""
    return conventions.of(current()).number(value, places)


def rounded(value: Decimal, places: int, rounding: str = ROUND_HALF_UP) -> str:
    """A number that is not negative; zeros at its end go only where nothing was rounded away.

    >>> rounded(Decimal("2.5"), 2), rounded(Decimal("2.999"), 2)
    ('2.5', '3.00')
    """
    near = value.quantize(Decimal(1).scaleb(-places), rounding)
    if near == value:
        places = max(0, -int(near.normalize().as_tuple().exponent))
    return digits(near, places)


def signed(value: float, text: str) -> str:
    """The text of a size with the sign of its value."""
    return (MINUS if value < 0 else "") + text


def per_cent(number: str) -> str:
    """A number that is written already, as per cent."""
    return conventions.of(current()).percent(number)


def beyond(sign: str, share: float) -> str:
    """Less than, more than or about a share, which is given in per cent.

    >>> beyond("<", 0.01)
    '<0.01%'
    """
    return sign + per_cent(rounded(exactly(share), 7))


def with_unit(number: str, unit: str) -> str:
    """A number that is written already, and its unit; the number alone without one."""
    return f"{number}{conventions.of(current()).before_unit}{unit}" if unit else number
