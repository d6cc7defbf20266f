"""A planned change out of free text: the lines people write into a calendar event or an issue.

::

    services: cart, web          rollback: move the pool back
    owner: sre                   response: watch the dashboard
    effect: cart/requests up 10%

What cannot be read is left out with a note; it never costs the change itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from prodmeet_kit.parameters.validation import say
from prodmeet_kit.sources import named
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.hand_written import Change

__all__ = ["change", "effect", "lines", "service_names"]

_FIELDS = {
    "services": "services",
    "service": "services",
    "owner": "owner",
    "rollback": "rollback",
    "response": "response_needed",
    "response_needed": "response_needed",
    "effect": "expected_effect",
    "expected_effect": "expected_effect",
    "start": "start",
    "duration": "duration",
}
_LINE = re.compile(r"^\s*(?:[-*+]\s+)?[*_`]{0,3}([A-Za-z][A-Za-z_ ]*?)[*_`]{0,3}\s*:[*_`]{0,3}\s*(\S.*?)\s*$")
_EFFECT = re.compile(r"(?P<metric>\S+/\S+)\s+(?P<direction>up|down|none)\b\s*(?:by\s+)?(?P<size>.*)", re.IGNORECASE)
_BREAK = re.compile(r"(?i)<br\s*/?>|</(?:p|div|li)>")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def lines(text: str) -> dict[str, str]:
    r"""The fields of a change that the lines of a text give; of a field written twice the first.

    >>> lines("Please watch.\nowner: sre<br>effect: cart/requests up 10%")
    {'owner': 'sre', 'expected_effect': 'cart/requests up 10%'}
    """
    found: dict[str, str] = {}
    for line in _TAG.sub("", _BREAK.sub("\n", text)).splitlines():
        match = _LINE.match(line)
        field = _FIELDS.get(match.group(1).lower().replace(" ", "_")) if match else None
        if match and field:
            found.setdefault(field, match.group(2))
    return found


def effect(text: str) -> dict[str, str] | None:
    """``cart/requests up 10%`` as metric, direction and size; ``None`` when it cannot be read."""
    match = _EFFECT.fullmatch(text.strip())
    return match.groupdict() | {"direction": match["direction"].lower()} if match else None


def service_names(written: str, tags: list[str], prefix: str, context: Context) -> tuple[bool, list[str]]:
    """Whether the change names any service, and those of the product, each once.

    ``written`` is a list with commas; a tag counts when it begins with the
    prefix, or is a service of the product as it stands.
    """
    known = {service.name for service in context.product.services}
    folded = prefix.casefold()
    names = [name.strip() for name in written.strip("[] ").split(",") if name.strip()]
    for tag in tags:
        prefixed = bool(prefix) and tag.casefold().startswith(folded)
        if prefixed or tag in known:
            names.append(tag[len(prefix) :].strip() if prefixed else tag)
    return bool(names), [name for name in dict.fromkeys(names) if name in known]


def change(name: str, fixed: Mapping[str, Any], text: Mapping[str, str], context: Context) -> dict[str, Any] | None:
    """A row of ``frames.CHANGES``; ``None``, with a note, when even id, title, start and duration cannot be read.

    ``fixed`` is what the system knows and ``text`` what :func:`lines` found, by
    the rules of entries written by hand. ``name`` is what notes call the change.
    """
    free: dict[str, Any] = {field: value for field, value in text.items() if field not in fixed}
    if "expected_effect" in free:
        if (read := effect(str(free.pop("expected_effect")))) is not None:
            free["expected_effect"] = read
        else:
            context.notes.append(f"{name}: effect cannot be read: write it as cart/requests up 10%")
    for _ in Change.model_fields:  # each round takes one field away at least
        try:
            entry = Change.model_validate({**free, **fixed}, context={"timezone": context.product.timezone})
        except ValidationError as error:
            wrong = [say(each, Change) for each in error.errors()]
        else:
            wrong = list(named.unknown(entry, context.product))
            if not wrong:
                return entry.row()
        context.notes.extend(f"{name}: {way[0]} is {value}: {mend}" for way, value, mend in wrong)
        fallen = {str(way[0]) for way, _, _ in wrong} & set(free)
        if not fallen:
            return None
        free = {field: value for field, value in free.items() if field not in fallen}
    return None
