"""States as people read them: a word, a tone that gives it a colour, and a glyph for those who see no colours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from prodmeet_kit.i18n.languages import current, later, t

__all__ = ["TONES", "Tone", "Word", "word"]

Tone = Literal["good", "attention", "bad", "unknown", "quiet"]

TONES: tuple[Tone, ...] = ("good", "attention", "bad", "unknown", "quiet")
"""Every tone."""

_GLYPHS: dict[Tone, str] = {"good": "✓", "attention": "▲", "bad": "✕", "unknown": "?", "quiet": ""}

_WORDS: dict[str, tuple[str, Tone]] = {
    # agenda items
    "attention": (later("to decide"), "attention"),
    "noted": (later("for information"), "quiet"),
    "fine": (later("fine"), "good"),
    "none": (later("none"), "quiet"),
    "could_not_check": (later("could not check"), "unknown"),
    # service level objectives
    "OK": (later("met"), "good"),
    "BAD": (later("not met"), "bad"),
    "NO_DATA": (later("no data"), "unknown"),
    "TOO_FEW": (later("too few events"), "unknown"),
    # pages
    "right": (later("right"), "good"),
    "late": (later("late"), "attention"),
    "duplicate": (later("duplicate"), "attention"),
    "wrong_way": (later("wrong severity or route"), "attention"),
    "could_wait": (later("could wait"), "attention"),
    "maintenance": (later("maintenance"), "attention"),
    "noise": (later("noise"), "attention"),
    "unclear": (later("unclear"), "unknown"),
    # action items
    "met": (later("met"), "good"),
    "not_met": (later("not met"), "bad"),
    "cannot_tell": (later("inconclusive"), "unknown"),
    "open": (later("open"), "quiet"),
    "closed": (later("closed"), "quiet"),
    # sources
    "ok": (later("checked"), "good"),
    "failed": (later("could not check"), "unknown"),
    "empty": (later("empty"), "quiet"),
}


@dataclass(frozen=True)
class Word:
    """A state ready to be shown."""

    text: str
    tone: Tone

    @property
    def glyph(self) -> str:
        """A sign of the tone; empty for a quiet one."""
        return _GLYPHS[self.tone]


def word(value: str) -> Word:
    """The word for a code such as ``NO_DATA``, or for a word already in the reader's language.

    Anything else stands as it is, quietly.
    """
    if value in _WORDS:
        message, tone = _WORDS[value]
        return Word(t(message), tone)
    return Word(value, _tones(current()).get(value, "quiet"))


@lru_cache
def _tones(language: str) -> dict[str, Tone]:  # noqa: ARG001 - the words depend on it
    return {t(message): tone for message, tone in _WORDS.values()}
