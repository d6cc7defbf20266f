"""Severities as people write them: numbers as SEV1, priorities as P1, and words as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import normalize

__all__ = ["of_incident"]

_MOST = 200
"""Letters that a severity may take; longer text is none."""

_WORDS = r"critical|blocker|emergency|urgent|highest|high|major|medium|moderate|minor|lowest|low|trivial"
_BEFORE = r"(?:[\w .-]{1,30}[:/] *)?"
_ASIDE = rf"(?P<aside> - .*| ?[:(].*| ?- ?(?:{_WORDS}))?"
"""What people add, as in ``SEV1 - all of cart`` and ``sev1-critical``; ``sev1-candidate`` is another label."""

_SEV = r"(?:sev(?:erity)?|重大度|深刻度)"
_PRIO = r"(?:prio(?:rity)?|優先度)"
_LEVEL = re.compile(rf"{_BEFORE}{_SEV}(?:[ :/_=.#-]|level)*(\d){_ASIDE}", re.IGNORECASE)
_SCALE = re.compile(rf"{_SEV} *[:/=]+ *([^ :/=].{{0,29}})", re.IGNORECASE)
_WORD = re.compile(rf"{_SEV}[ _-]+({_WORDS}|informational|info)|({_WORDS})[ _-]+severity", re.IGNORECASE)
_URGENT = re.compile(rf"{_BEFORE}(?:{_PRIO}|{_SEV})?[ :/_=-]*p-?([0-5]){_ASIDE}", re.IGNORECASE)
_RANKED = re.compile(rf"{_PRIO}[ :/_=#-]*([0-5]){_ASIDE}", re.IGNORECASE)
_SHORT = re.compile(r"(?:S([0-5])|s([01245]))")  # s3 is where files are stored
_PRIORITY = re.compile(rf"{_PRIO}[ :/_=-]+({_WORDS}|[高中低])|({_WORDS})[ _-]+priority|({_WORDS})", re.IGNORECASE)
_DOUBT = re.compile(
    r"candidate|\?|(?:^|(?<=[\s(:/-]))(?:maybe|perhaps|possibly|potential(?:ly)?|proposed|suspected|tbd)\b",
    re.IGNORECASE,
)
_UNSAID = frozenset({"unknown", "none", "n/a", "tbd", "?", "unset", "triage", "to be decided"})


def of_incident(labels: Iterable[str], written: str) -> str:
    """The severity of an incident by its labels and by what its text says behind ``severity:``; empty for none.

    >>> of_incident(["incident", "severity: 2"], ""), of_incident(["several-teams", "critical"], "")
    ('SEV2', 'critical')

    A label is the team's word of today, the text that of the first minutes. A label of a bare word, or of how soon the
    work is wanted, tells where nothing else does.
    """
    plain = [_plain(label) for label in labels]
    for read in (_severe, _urgent):
        if found := next((found for label in plain if (found := read(label))), ""):
            return found
    return _behind(_plain(written)) or next((found for label in plain if (found := _loose(label))), "")


def _plain(text: str) -> str:
    """In usual width, with one kind of dash, without pictures before it."""
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", normalize("NFKC", text[:_MOST]))
    return re.sub(r"^\W+", "", " ".join(text.split()))


def _behind(text: str) -> str:
    """Return what is behind ``severity:``, in the kit's spelling where there is one."""
    bare = re.fullmatch(r"[Ss]?(\d)(?:\s*[-:(].*)?", text)
    return _numbered(text) or (f"SEV{bare[1]}" if bare else text)


def _numbered(text: str) -> str:
    for form, name in ((_LEVEL, "SEV"), (_URGENT, "P")):
        if (found := form.fullmatch(text)) and not _DOUBT.search(text):
            return f"{name}{found[1]}"
    short = _SHORT.fullmatch(text)
    return f"SEV{short[1] or short[2]}" if short else ""


def _severe(text: str) -> str:
    """Of a label that says it is about severity."""
    if (found := _LEVEL.fullmatch(text)) and not _DOUBT.search(text):
        return f"SEV{found[1]}"
    word = _SCALE.fullmatch(text) or _WORD.fullmatch(text)
    said = (word[1] or word[2]) if word else ""
    return "" if said.casefold() in _UNSAID or _DOUBT.search(text) else _behind(said)


def _urgent(text: str) -> str:
    """Of a label with a number for the priority, or S1."""
    ranked = _RANKED.fullmatch(text)
    return f"P{ranked[1]}" if ranked and not _DOUBT.search(text) else _numbered(text)


def _loose(text: str) -> str:
    """Of a label that is a word of a scale, or a priority in words."""
    word = _PRIORITY.fullmatch(text)
    return next(filter(None, word.groups())) if word else ""
