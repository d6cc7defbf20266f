"""A planned change out of free text: the lines people write into a calendar event or an issue.

::

    services: cart, web          rollback: move the pool back
    owner: sre                   response: watch the dashboard
    effect: cart/requests up 10%

What cannot be read is left out and said; it never costs the change itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from pydantic import ValidationError

from prodmeet_kit.core.window import LONGEST, Window, parse_time
from prodmeet_kit.entries import free_text, free_values, japanese_names, named
from prodmeet_kit.entries.hand_written import Change
from prodmeet_kit.entries.service_names import after_prefix, match
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.parameters.validation import say, shown

__all__ = ["Reading", "change", "effect", "lines", "service_names", "tagged"]


class Reading(Protocol):
    """For whom a text is read: the product and window, and where what cannot be read is said."""

    @property
    def product(self) -> Product:
        """Its services are the names that count, its zone is that of times without an offset."""

    @property
    def window(self) -> Window:
        """A day means one of its zone."""

    @property
    def gaps(self) -> list[str]:
        """Takes a sentence for everything that cannot be read."""


_NAMES = {
    "services": "services service affected_services affected_service services_affected impacted_services "
    "impacted_service components affected_components which_services_are_affected which_services_will_be_affected "
    "which_service_is_affected",
    "owner": "owner owned_by responsible assignee",
    "rollback": "rollback rollback_plan roll_back roll_back_plan backout_plan back_out_plan",
    "response_needed": "response response_needed needed_response sre_response",
    "expected_effect": "effect expected_effect",
    "start": "start starts start_time start_at starts_at start_date start_date_time begin begins when scheduled_for "
    "scheduled_start planned_start maintenance_window change_window when_does_it_start when_will_it_start",
    "end": "end ends end_time end_at ends_at end_date end_date_time finish scheduled_end planned_end "
    "when_does_it_end when_will_it_end",
    "duration": "duration expected_duration estimated_duration planned_duration length",
    "expected_down": "expected_down expecteddown expected_degraded expecteddegraded",
}
_FIELDS = {
    name: field
    for called in (_NAMES, japanese_names.CHANGE)
    for field, names in called.items()
    for name in names.split()
}
_DAY = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}")
_EFFECT = re.compile(r"(?P<metric>\S+/\S+)\s+(?P<direction>up|down|none)\b\s*(?:by\s+)?(?P<size>.*)", re.IGNORECASE)


def lines(text: str) -> dict[str, str]:
    r"""The fields of a change that a text gives; of a field written twice the first that says something.

    >>> lines("Please watch.\nowner: sre<br>effect: cart/requests up 10%")
    {'owner': 'sre', 'expected_effect': 'cart/requests up 10%'}
    """
    found = free_text.fields(text, _FIELDS)
    several = ("services", "expected_down")
    return {field: said if field in several else free_text.in_a_row(said) for field, said in found.items()}


def effect(text: str) -> dict[str, str] | None:
    """``cart/requests up 10%`` as metric, direction and size; ``None`` when it cannot be read."""
    match = _EFFECT.fullmatch(text.replace("`", "").strip())
    return match.groupdict() | {"direction": match["direction"].lower()} if match else None


def tagged(tags: list[str], prefix: str, context: Reading) -> list[str]:
    """What tags name as services: what follows the prefix, in any case, and tags that are a service as they stand."""
    known = {service.name.casefold(): service.name for service in context.product.services}
    named = {tag: after_prefix(tag, prefix) for tag in tags}
    bare = [tag for tag, name in named.items() if not name]
    return [name for name in named.values() if name] + [tag for tag in bare if not match([tag], known).unknown]


def service_names(written: str, tags: list[str], prefix: str, context: Reading) -> tuple[bool, list[str]]:
    """Whether the change names any service, and those of the product, each once.

    ``written`` is a list as people write one; a tag counts when it begins with the
    prefix, or is a service of the product as it stands.
    """
    found = match([written, *tagged(tags, prefix, context)], [service.name for service in context.product.services])
    return bool(found.services or found.unknown), list(found.services)


def change(name: str, fixed: Mapping[str, Any], text: Mapping[str, str], context: Reading) -> dict[str, Any] | None:
    """A row of ``frames.CHANGES``; ``None``, with a gap, when even id, title, start and duration cannot be read.

    ``fixed`` is what the system knows and ``text`` what :func:`lines` found, by
    the rules of entries written by hand. ``name`` is what messages call the change.
    """
    free: dict[str, Any] = {field: value for field, value in text.items() if field not in fixed}
    free.pop("expected_down", None)
    span = {field: str(free.pop(field)) for field in tuple(free) if field in ("start", "end", "duration")}
    if "start" in span:
        span["start"], end = free_values.span(span["start"])
        span |= {"end": end} if end and "end" not in span else {}
    if "expected_effect" in free:
        if (read := effect(str(free.pop("expected_effect")))) is not None:
            free["expected_effect"] = read
        else:
            context.gaps.append(f"{name}: effect cannot be read: write it as cart/requests up 10%")
    try:
        known = {**fixed, **_span(span, fixed, context)}
    except ValueError as error:
        context.gaps.append(f"{name} is left out: {error}")
        return None
    for _ in Change.model_fields:  # each round takes one field away at least
        try:
            entry = Change.model_validate({**free, **known}, context={"timezone": context.product.timezone})
        except ValidationError as error:
            wrong = [say(each, Change) for each in error.errors()]
        else:
            wrong = list(named.unknown(entry, context.product))
            if not wrong:
                return entry.row()
        context.gaps.extend(f"{name}: {way[0]} is {value}: {fix}" for way, value, fix in wrong)
        fallen = {str(way[0]) for way, _, _ in wrong} & set(free)
        if not fallen:
            return None
        free = {field: value for field, value in free.items() if field not in fallen}
    return None


def _span(text: Mapping[str, str], fixed: Mapping[str, Any], context: Reading) -> dict[str, Any]:
    """Start and duration: an end that is written wins over a duration. Raises ``ValueError`` with field and value."""
    zone = context.product.timezone
    start = fixed.get("start")
    try:
        field = "start"
        if "start" in text:
            start = free_values.moment(text["start"], zone)
        if not isinstance(start, datetime):
            return {}
        length = fixed.get("duration")
        if "end" in text and "duration" not in fixed:
            field = "end"
            end = free_values.moment(text["end"], zone, near=start, latest=timedelta(hours=12))
            if _DAY.fullmatch(text["end"].strip("` ")):  # a day is over when it ends
                end = (end.astimezone(context.window.zone) + timedelta(days=1)).astimezone(UTC)
            if end < start:
                raise ValueError("write a time that is not before start")
            length = end - start
        elif "duration" in text:
            field = "duration"
            length = free_values.duration(text["duration"])
    except ValueError as error:
        raise ValueError(f"{field} is {shown(text[field], (field,))}: {error}") from None
    if not isinstance(length, timedelta):
        return {"start": start}
    if length > LONGEST:
        raise ValueError(f"it lasts {length.days} days: write an end within {LONGEST.days} days")
    parse_time(start + length, zone)  # an end beyond all years is refused as a start is
    return {"start": parse_time(start, zone), "duration": length}
