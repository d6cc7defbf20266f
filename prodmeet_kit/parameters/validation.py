"""What pydantic finds wrong, said so that a person can fix it: the way to the key, and what to write."""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from prodmeet_kit.core.redaction import redact
from prodmeet_kit.parameters.credentials import holds_credentials
from prodmeet_kit.parameters.documents import Way

__all__ = ["did_you_mean", "fields_at", "model_of", "say", "shown"]

_LONGEST = 60

_MENDS = {
    "string_type": "write text, in quotes when it looks like a number",
    "string_too_short": "write at least {min_length} characters",
    "string_too_long": "write at most {max_length} characters",
    "string_unicode": "write it in UTF-8",
    "string_pattern_mismatch": "use letters, digits, dot, dash and underscore, beginning with a letter or digit",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "finite_number": "write a number",
    "greater_than": "write a number above {gt}",
    "greater_than_equal": "write a number of at least {ge}",
    "less_than": "write a number under {lt}",
    "less_than_equal": "write a number of at most {le}",
    "tuple_type": "write a list",
    "list_type": "write a list",
    "dict_type": "write a mapping (key: value)",
    "model_type": "write a mapping (key: value)",
    "too_short": "list at least {min_length}",
    "too_long": "list at most {max_length}",
}


def say(error: Mapping[str, Any], model: type[BaseModel], at: Way = ()) -> tuple[Way, str, str]:
    """The way, value and fix of one of pydantic's errors on a file's content; ``model`` is that of the place ``at``."""
    way: Way = tuple(error["loc"])
    kind, context = error["type"], error.get("ctx", {})
    if way[-1:] == ("[key]",):  # what pydantic adds where the key itself is wrong
        return way[:-1], "not a known key", str(context.get("error", error["msg"]))
    if kind == "extra_forbidden":
        known = fields_at(model, way[len(at) : -1])
        return way, "not a known key", did_you_mean(str(way[-1]), known)
    if kind == "missing":
        described = fields_at(model, way[len(at) : -1]).get(str(way[-1]), "")
        return way, "missing", f"add it ({described})" if described else "add it"
    if kind == "literal_error":
        return way, shown(error["input"], way), _one_of(context["expected"])
    if kind == "value_error":
        return way, shown(error["input"], way), str(context["error"])
    fix = _MENDS.get(kind)
    limits = {name: f"{limit:g}" if isinstance(limit, float) else limit for name, limit in context.items()}
    return way, shown(error["input"], way), fix.format(**limits) if fix else _in_our_words(str(error["msg"]))


def _in_our_words(message: str) -> str:
    """What pydantic says of an error that no fix is written for."""
    return re.sub(r"^Input should (?:be|have) ", "write ", message)


def _one_of(expected: str) -> str:
    """The fix from pydantic's words ``'page', 'person' or ''``, of which an empty one means none at all."""
    words = re.findall(r"'([^']*)'", expected)
    if not any(words):
        return f"write {expected}" if not words else "leave it out"
    *others, last = [word for word in words if word]
    fix = f"write {', '.join(others)} or {last}" if others else f"write {last}"
    return fix + (", or leave it out" if "" in words else "")


def shown(value: Any, way: Way) -> str:
    """A value as a message may show it: short, and never one that could be a credential."""
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if value is None:
        return "empty"
    if holds_credentials(way):
        return "not right (not shown here)"
    text = redact(value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else repr(value))
    text = text if len(text) <= _LONGEST else text[:_LONGEST] + "..."
    return f'"{text}"' if isinstance(value, str) else text


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """The fix for an unknown name: the nearest known one, or all of them when none is near."""
    names = list(known)
    plain = {_plain(name): name for name in names}
    near = difflib.get_close_matches(_plain(given), plain, n=1, cutoff=0.6)
    near = near or [name for name in plain if len(given) >= 3 and name.startswith(_plain(given))]
    return f"did you mean {plain[near[0]]}?" if near else f"choose from {', '.join(names)}"


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")


def fields_at(model: type[BaseModel], way: Way) -> dict[str, str]:
    """The known keys at a place in the file, in order, each with its description."""
    at: type[BaseModel] | None = model
    for part in way:
        if isinstance(part, str):
            field = at.model_fields.get(part) if at else None
            at = model_of(field.annotation) if field else None
    return {field.alias or name: field.description or "" for name, field in at.model_fields.items()} if at else {}


def model_of(annotation: Any) -> type[BaseModel] | None:
    """The model inside an annotation such as ``tuple[Slo, ...]`` or ``Auth | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in typing.get_args(annotation):
        found = model_of(argument)
        if found:
            return found
    return None
