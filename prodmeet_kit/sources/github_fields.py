"""What people write of an incident into an issue: front matter, a small list or table, headings of a form.

::

    start: 2026-11-10T12:00        - **Detected by**: page        | end | 12:40 |        ### Impact
"""

from __future__ import annotations

import re

__all__ = ["FIELDS", "written"]

FIELDS = {
    "start": "start",
    "started": "start",
    "detected": "detected",
    "mitigated": "mitigated",
    "end": "end",
    "ended": "end",
    "resolved": "end",
    "detected_by": "detected_by",
    "severity": "severity",
    "impact": "impact",
    "postmortem": "postmortem",
}
"""The names people may write, in any case and with blanks, and the field each means."""

_NAME = "|".join(sorted((name.replace("_", r"[ _-]") for name in FIELDS), key=len, reverse=True))
_LINE = re.compile(
    rf"^[ \t]*(?:[-*+][ \t]+|\|[ \t]*)?[*_`]{{0,3}}({_NAME})[*_`]{{0,3}}[ \t]*[:|][*_`]{{0,3}}[ \t]*(.*?)[ \t|]*$",
    re.IGNORECASE,
)
_HEADING = re.compile(rf"^#{{1,6}}[ \t]+[*_`]{{0,3}}({_NAME})[*_`]{{0,3}}[ \t]*:?[ \t]*$", re.IGNORECASE)
_LINK = re.compile(r"^!?\[[^\]]*\]\(\s*<?([^\s)>]+)>?[^)]*\)$|^<(\S+)>$")
_NOTHING = frozenset({"", "-", "n/a", "none", "_no response_", "tbd", "?", "null", "~"})


def written(body: str) -> dict[str, str]:
    r"""The fields that the text of an issue gives, as text; of a field written twice the first that says something.

    >>> written("- **Start**: 2026-11-10T12:00\n- impact: one order in five failed")
    {'start': '2026-11-10T12:00', 'impact': 'one order in five failed'}
    """
    found: dict[str, str] = {}
    heading = ""
    for line in body.splitlines():
        if match := _HEADING.match(line):
            heading = _field(match.group(1))
            continue
        if match := _LINE.match(line):
            heading = ""
            _keep(found, _field(match.group(1)), match.group(2))
        elif heading and line.strip():
            _keep(found, heading, line)
            heading = ""
    return found


def _field(name: str) -> str:
    return FIELDS[re.sub(r"[ -]", "_", name.lower())]


def _keep(found: dict[str, str], field: str, value: str) -> None:
    text = value.strip().strip("`").strip()
    for quote in ("'", '"', "**"):
        if len(text) > 2 * len(quote) and text.startswith(quote) and text.endswith(quote):
            text = text[len(quote) : -len(quote)].strip()
    if link := _LINK.match(text):
        text = link.group(1) or link.group(2)
    if text.lower() not in _NOTHING:
        found.setdefault(field, text)
