"""Whether there is such a metric source, and whether it can answer what a product asks of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from prodmeet_kit.core.errors import InputError
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.parameters.documents import Way
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.parameters.sli import KINDS
from prodmeet_kit.parameters.validation import shown

__all__ = ["metrics_fit"]


def metrics_fit(data: dict[str, Any]) -> Iterator[tuple[Way, str, str]]:
    """The way to each thing that the metric source does not know, what is there, and what to write instead."""
    metrics = _mapping(_mapping(data.get("sources")).get("metrics"))
    kind = metrics.get("type", backends.DEFAULT)
    if not metrics or not isinstance(kind, str):
        return
    way: Way = ("sources", "metrics", "type")
    try:
        chosen = backends.backend(kind)
    except InputError as error:
        yield way, shown(kind, way), str(error)
        return
    try:
        yield from list(chosen.problems(data))
    except Exception as error:  # noqa: BLE001 - it may come from another package
        text = f"{chosen.called} failed to check the file: {type(error).__name__}: {error}"
        yield way, shown(kind, way), redact(text)
    *others, last = chosen.sli_kinds or ("",)
    known = f"{', '.join(others)} or {last}" if others else last
    fix = f"{chosen.called} cannot answer it: " + (f"use {known}" if known else "it answers no SLI; leave it out")
    for index, service in enumerate(map(_mapping, _list(data.get("services")))):
        for number, slo in enumerate(map(_mapping, _list(service.get("slos")))):
            for name in KINDS:
                if name in _mapping(slo.get("sli")) and name not in chosen.sli_kinds:
                    yield ("services", index, "slos", number, "sli", name), "given", fix


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
