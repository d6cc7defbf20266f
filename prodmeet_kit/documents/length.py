"""How long a text is to read: a page of minutes and a pre-read have a limit in words."""

from __future__ import annotations

import re

__all__ = ["words"]

_UNSPACED = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
"""Characters of Chinese, Japanese and Korean, written without spaces between words."""


def words(text: str) -> int:
    """The words of a text; what has no spaces between its words counts as one for two characters.

    >>> words("- 3 min: roll it back?"), words("目標未達です、CH-31 以降")
    (6, 6)
    """
    unspaced = len(_UNSPACED.findall(text))
    return len(_UNSPACED.sub(" ", text).split()) + (unspaced + 1) // 2
