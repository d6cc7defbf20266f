"""An action item as the text of an issue, and back.

The body has a line for the owner and one for the due day, which people may
edit, and a hidden line with the item's id and what both sides last agreed on.
By that it is known which side changed; what else people write stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from prodmeet_kit.core.window import parse_day
from prodmeet_kit.entries.free_text import fields

__all__ = ["FIELDS", "Told", "body", "read"]

FIELDS = ("text", "owner", "due", "status")
"""What is kept the same on both sides; all are text, ``due`` a day, ``status`` open or closed."""

_MARKER = re.compile(r"^<!-- prodmeet (\{.*\}) -->[ \t]*$", re.MULTILINE)
_NAMES = {"owner": "owner", "owned_by": "owner", "due": "due", "due_date": "due", "due_day": "due"}
_LINES = {
    "owner": re.compile(r"^Owner:[ \t]*(.*?)[ \t]*$", re.MULTILINE),
    "due": re.compile(r"^Due:[ \t]*(.*?)[ \t]*$", re.MULTILINE),
}


@dataclass(frozen=True)
class Told:
    """What a body tells: the id (empty: not an item yet), the fields as last agreed, and those that stand there now.

    ``odd_due`` is a due day that cannot be read, as it stands there.
    """

    id: str = ""
    agreed: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""
    due: str = ""
    odd_due: str = ""


def read(text: str | None) -> Told:
    """What the body of an issue tells; a due day that is none is left out."""
    plain = (text or "").replace("\r\n", "\n")
    # Lines as the kit writes them; without one, whatever a form or a list says.
    lines = {name: match[1] for name, line in _LINES.items() if (match := line.search(plain))}
    found = dict.fromkeys(_LINES, "") | fields(plain, _NAMES) | lines
    due = found["due"] if _is_day(found["due"]) else ""
    marker = _MARKER.search(plain)
    try:
        hidden = json.loads(marker[1]) if marker else {}
    except (ValueError, RecursionError):
        hidden = {}
    agreed = {name: hidden[name] for name in FIELDS if isinstance(hidden.get(name), str)}
    identity = hidden.get("id")
    return Told(identity if isinstance(identity, str) else "", agreed, found["owner"], due, "" if due else found["due"])


def body(text: str | None, identity: str, item: Mapping[str, str]) -> str:
    """The body with the item's owner, due day and hidden line put in; everything else stays as it is."""
    plain = (text or "").replace("\r\n", "\n").rstrip("\n")
    for name, line in _LINES.items():
        new = f"{name.capitalize()}: {_one_line(item[name])}".rstrip()
        plain = _put(plain, line, new)
    hidden = json.dumps({"id": identity, **{name: item[name] for name in FIELDS}}, ensure_ascii=False)
    new = f"<!-- prodmeet {hidden.replace('>', chr(92) + 'u003e')} -->"  # --> would end the comment
    return _put(plain, _MARKER, new)


def _put(text: str, line: re.Pattern[str], new: str) -> str:
    """The text with the new line in place of the old one, or at the end."""
    if line.search(text):
        return line.sub(lambda _: new, text, count=1)  # a function: backslashes of people stay as they are
    return f"{text}\n{new}" if text else new


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _is_day(text: str) -> bool:
    try:
        return len(text) == len("2026-11-24") and bool(parse_day(text))
    except ValueError:
        return False
