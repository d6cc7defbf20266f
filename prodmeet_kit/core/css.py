"""Texts that people wrote, in a style sheet."""

from __future__ import annotations

__all__ = ["css_string"]


def css_string(text: str) -> str:
    r"""A text as a string of CSS: all but letters and digits as its number, so that no text can end it or the style.

    >>> css_string('a "shop"</style>')
    '"a\\20 \\22 shop\\22 \\3c \\2f style\\3e "'
    """
    return '"' + "".join(letter if letter.isalnum() else f"\\{ord(letter):x} " for letter in text) + '"'
