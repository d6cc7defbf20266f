"""``for_each`` in a list of services: one entry for many services, as if each had been typed out.

An entry names its services and says ``{{.service}}`` where their names go::

    services:
      - for_each: [web, cart, {name: payments, slos: [{name: availability, objective: 99.5}]}]
        slos: [...]

What stands beside a name lies over the entry: mappings merge, SLOs, loads and
resources merge by name, anything else replaces. The documents that come from
here know for each value of an expanded service where a person wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from prodmeet_kit.core.errors import Problem
from prodmeet_kit.core.placeholder import fill_service, has_service
from prodmeet_kit.parameters.documents import Document, Way, dotted, texts
from prodmeet_kit.parameters.for_each.overrides import Laid
from prodmeet_kit.parameters.validation import shown
from prodmeet_kit.parameters.yaml_nodes import MOST_VALUES

__all__ = ["FOR_EACH", "expanded", "without_service"]

FOR_EACH = "for_each"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")  # as fields.Name: what it allows ends no quotes in a query

Finding = tuple[Way, str, str]


def expanded(document: Document) -> Document:
    """The document with each ``for_each`` as services, and every ``{{.service}}`` of a service filled.

    Lines and problems stay those of the written file. Never raises for the content: see its ``problems``.
    """
    data = document.data
    if not isinstance(data, dict) or not isinstance(data.get("services"), list):
        return document
    entries = data["services"]
    each = _Each()
    for index, entry in enumerate(entries):
        each.entry(entry, ("services", index))
    if any(isinstance(entry, dict) and FOR_EACH in entry for entry in entries):
        each.drop_doubled(document)
    told = tuple(Problem(document.place(way), dotted(way), value, fix) for way, value, fix in each.found)
    return replace(
        document,
        data={**data, "services": [service for service, _ in each.services]},
        problems=(*document.problems, *told),
        origins=each.origins(),
    )


def without_service(data: dict[str, Any]) -> Iterator[Finding]:
    """Each ``{{.service}}`` where there is no service: it would match nothing."""
    for way, text in texts({key: value for key, value in data.items() if key != "services"}):
        if has_service(text):
            yield way, "{{.service}} outside of services", "write the name of the service"


class _Each:
    """The services of a list, each with where its values were written, and what is wrong."""

    def __init__(self) -> None:
        self.services: list[tuple[Any, dict[Way, Way]]] = []
        self.found: list[Finding] = []

    def entry(self, entry: Any, way: Way) -> None:
        """Add what one entry of the list stands for."""
        if not isinstance(entry, dict):
            self.services.append((entry, {(): way}))
        elif FOR_EACH in entry:
            self._for_each(entry, way)
        else:
            for key in entry:
                if re.sub(r"[_\W]", "", key).lower() == "foreach":
                    self.found.append(((*way, key), "not a known key", f"write {FOR_EACH}"))
                    return
            name = entry.get("name")
            filled = _filled(entry, name) if isinstance(name, str) and _NAME.fullmatch(name) else entry
            self.services.append((filled, {(): way}))

    def drop_doubled(self, document: Document) -> None:
        """Keep the first of services with one name, and say in which line it is."""
        first: dict[str, Way] = {}
        kept = []
        for service, origins in self.services:
            name = service.get("name") if isinstance(service, dict) else None
            way = origins.get(("name",), (*origins[()], "name"))
            if isinstance(name, str) and first.setdefault(name, way) != way:
                line = document.place(first[name]).rpartition(":")[2]
                self.found.append((way, f"{shown(name, way)} a second time", f"keep one; the first is in line {line}"))
            else:
                kept.append((service, origins))
        self.services = kept

    def origins(self) -> dict[Way, Way]:
        """The written way of each value by its way after expansion, as far as the two differ or may."""
        return {
            ("services", index, *way): written
            for index, (_, origins) in enumerate(self.services)
            for way, written in origins.items()
        }

    def _for_each(self, entry: dict[str, Any], way: Way) -> None:
        template = {key: value for key, value in entry.items() if key != FOR_EACH}
        names, place = entry[FOR_EACH], (*way, FOR_EACH)
        if not isinstance(names, list) or not names:
            self.found.append((place, shown(names, place), "write a list of names: [web, cart]"))
            return
        if "name" in template:
            self.found.append(((*way, "name"), "given beside for_each", "leave it out: for_each has the names"))
            return
        self._same_for_all(template, way)
        if len(names) * _size(template) > MOST_VALUES:
            fix = "name fewer services, or make another product"
            self.found.append((place, f"over {MOST_VALUES} values with what they share", fix))
            return
        for index, item in enumerate(names):
            self._one(template, item, way, (*place, index))

    def _one(self, template: dict[str, Any], item: Any, way: Way, place: Way) -> None:
        own = item if isinstance(item, dict) else {"name": item}
        name, at = own.get("name"), (*place, "name") if isinstance(item, dict) else place
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            said = shown(name, at) if not isinstance(item, dict) or "name" in item else "missing"
            fix = (
                "write the service's name: letters, digits, dot, dash and underscore, beginning with a letter or digit"
            )
            quoted = "put the name in quotes: it looks like a number, or like true"
            self.found.append((at, said, quoted if isinstance(name, int | float) else fix))
            return
        if FOR_EACH in own:
            self.found.append(((*place, FOR_EACH), "for_each within for_each", "name each service once"))
            return
        laid = Laid()
        service = laid.service(_filled(template, name), _filled(own, name), way, place)
        laid.origins[("name",)] = at
        self.found += laid.found
        self.services.append(({"name": name, **service}, laid.origins))

    def _same_for_all(self, template: dict[str, Any], way: Way) -> None:
        """Say which queries do not name the service: all services would show the same numbers."""
        for at, query in _queries(template, way):
            if not any(has_service(text) for _, text in texts(query, at)):
                fix = "write {{.service}} where the service's name goes, or all services show the same numbers"
                self.found.append((at, "without {{.service}}", fix))


def _queries(value: Any, way: Way) -> Iterator[tuple[Way, Any]]:
    """What an entry asks a server; what selects a recorded SLO is one question."""
    if isinstance(value, dict):
        for key, inner in value.items():
            place = (*way, key)
            if key == "recorded" or (isinstance(inner, str) and (key.endswith("query") or key == "histogram")):
                yield place, inner
            else:
                yield from _queries(inner, place)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _queries(inner, (*way, index))


def _filled(value: Any, name: str) -> Any:
    if isinstance(value, str):
        return fill_service(value, name)
    if isinstance(value, dict):
        return {key: _filled(inner, name) for key, inner in value.items()}
    return [_filled(inner, name) for inner in value] if isinstance(value, list) else value


def _size(value: Any) -> int:
    """How many values there are; a long text counts for several."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + (len(value) // 200 if isinstance(value, str) else 0) + sum(map(_size, inner))
