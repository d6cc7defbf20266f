"""What the types of a parameter file cannot say: names used twice, references nobody can read, a fraction for per cent.

Each check takes the content of a file, merged over the defaults, and yields
the way to a value, what stands there and the fix. The content may be wrong in
any other way too: a check looks only at what has the shape it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from prodmeet_kit import kinds
from prodmeet_kit.core.window import parse_time
from prodmeet_kit.parameters.documents import Way, texts
from prodmeet_kit.parameters.expansion import REFERENCE
from prodmeet_kit.parameters.for_each.expanding import without_service
from prodmeet_kit.parameters.metrics.checks import metrics_fit
from prodmeet_kit.parameters.models import Sources
from prodmeet_kit.parameters.validation import did_you_mean, shown

__all__ = ["CHECKS", "Finding"]

Finding = tuple[Way, str, str]
"""The way to a value, what stands there, what to write instead."""


def _agenda_exists(data: dict[str, Any]) -> Iterator[Finding]:
    items = _list(_mapping(data.get("meeting")).get("agenda"))
    for index, item in enumerate(items):
        way: Way = ("meeting", "agenda", index)
        if not isinstance(item, str):
            continue
        if items.index(item) < index:
            yield way, f"{shown(item, way)} a second time", "keep one"
        elif item not in kinds.item_names() and item in kinds.refused():
            yield way, shown(item, way), kinds.refused()[item]
        elif item not in kinds.item_names():
            yield way, f"{shown(item, way)}, which does not exist", did_you_mean(item, kinds.item_names())


def _caps_are_of_items(data: dict[str, Any]) -> Iterator[Finding]:
    """A cap for an item that does not exist would cap nothing, and nobody would see it."""
    for item in _mapping(_mapping(data.get("agenda_rules")).get("caps")):
        if item not in kinds.item_names():
            yield ("agenda_rules", "caps", item), "no agenda item", did_you_mean(str(item), kinds.item_names())


def _sources_exist(data: dict[str, Any]) -> Iterator[Finding]:
    """Each key under sources is that of a kind of record, the kit's own or another package's."""
    known = tuple(dict.fromkeys((*Sources.model_fields, *(record.key for record in kinds.records()))))
    for key in _mapping(data.get("sources")):
        if key not in known:
            yield ("sources", key), "not a known key", did_you_mean(str(key), known)


def _names_are_unique(data: dict[str, Any]) -> Iterator[Finding]:
    yield from _unique(data.get("services"), ("services",))
    for index, service in enumerate(_list(data.get("services"))):
        for kind in ("slos", "load", "resources"):
            yield from _unique(_mapping(service).get(kind), ("services", index, kind))


def _unique(things: Any, way: Way) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for index, thing in enumerate(_list(things)):
        called = _mapping(thing).get("name")
        if isinstance(called, str) and seen.setdefault(called, index) != index:
            place = (*way, index, "name")
            yield place, f"{shown(called, place)} a second time", f"rename one; the first is number {seen[called] + 1}"


def _objectives_are_per_cent(data: dict[str, Any]) -> Iterator[Finding]:
    for index, service in enumerate(_list(data.get("services"))):
        for number, slo in enumerate(_list(_mapping(service).get("slos"))):
            objective = _mapping(slo).get("objective")
            if isinstance(objective, int | float) and not isinstance(objective, bool) and 0 <= objective <= 1:
                way = ("services", index, "slos", number, "objective")
                yield way, repr(objective), f"write per cent, not a fraction: {_per_cent(objective)}"


def _per_cent(objective: float) -> str:
    return f"{objective * 100:g}" if 0 < objective < 1 else "99.9"


def _exclusions_fit(data: dict[str, Any]) -> Iterator[Finding]:
    """An exclusion ends after its start, and names services and SLOs there are: else it would take out nothing."""
    services = {
        str(service.get("name")): [str(_mapping(slo).get("name")) for slo in _list(service.get("slos"))]
        for service in map(_mapping, _list(data.get("services")))
    }
    zone = str(data.get("timezone", "UTC"))
    for index, exclusion in enumerate(map(_mapping, _list(data.get("exclusions")))):
        way: Way = ("exclusions", index)
        start, end = (_instant(exclusion.get(key), zone) for key in ("start", "end"))
        if start and end and end <= start:
            yield (*way, "end"), shown(exclusion["end"], (*way, "end")), "write an end after the start"
        named = [name for name in services if name in _list(exclusion.get("services"))]
        chosen = named or list(services)
        slos = [known for name in chosen for slo in services[name] for known in (slo, f"{name}/{slo}")]
        for kind, known in (("services", list(services)), ("slos", slos)):
            for number, name in enumerate(_list(exclusion.get(kind))):
                if isinstance(name, str) and name not in known:
                    place = (*way, kind, number)
                    yield place, f"{shown(name, place)}, which does not exist", did_you_mean(name, known)


def _rotations_fit(data: dict[str, Any]) -> Iterator[Finding]:
    """Each rotation has a name of its own and names services there are: else no page would be its."""
    yield from _unique(data.get("rotations"), ("rotations",))
    known = [str(service.get("name")) for service in map(_mapping, _list(data.get("services")))]
    for index, rotation in enumerate(map(_mapping, _list(data.get("rotations")))):
        for number, name in enumerate(_list(rotation.get("services"))):
            if isinstance(name, str) and name not in known:
                place: Way = ("rotations", index, "services", number)
                yield place, f"{shown(name, place)}, which does not exist", did_you_mean(name, known)


def _instant(text: Any, zone: str) -> datetime | None:
    try:
        return parse_time(text, zone)
    except (ValueError, KeyError, OSError):
        return None


def _references_can_be_read(data: dict[str, Any]) -> Iterator[Finding]:
    for way, text in texts(data.get("sources"), ("sources",)):
        if "${" in REFERENCE.sub("", text):
            yield way, "not a reference that can be read", "write ${NAME} or ${NAME:-default}"


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


CHECKS: tuple[Callable[[dict[str, Any]], Iterator[Finding]], ...] = (
    _agenda_exists,
    _sources_exist,
    _caps_are_of_items,
    _names_are_unique,
    _objectives_are_per_cent,
    _exclusions_fit,
    _rotations_fit,
    _references_can_be_read,
    without_service,
    metrics_fit,
)
"""Every check, in the order of the file."""
