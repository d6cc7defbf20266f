"""What may be asked of a CSV file (metrics of ``type: csv``): the name of a column, or its rows over a range.

Said while the parameters are read, so that nobody is told to write PromQL that a file does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from prodmeet_kit.core.promql import WINDOW
from prodmeet_kit.parameters.documents import Way
from prodmeet_kit.parameters.sli import KINDS
from prodmeet_kit.parameters.validation import shown

__all__ = ["queries_fit"]

_COLUMN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*")
_OVER = re.compile(rf"\s*(sum|avg)_over_time\(\s*([A-Za-z_]\w*)\s*\[{WINDOW.pattern}\]\s*\)\s*")

_QUERIES = {
    "events": {"error_query": "sum", "total_query": "sum"},
    "good": {"good_query": "sum", "total_query": "sum"},
    "raw": {"error_ratio_query": "avg"},
}
"""The kinds of SLI a file can answer, their queries, and what is made of the rows."""

_SERIES = {"load": ("query",), "resources": ("query", "limit_query", "request_query")}


def queries_fit(data: dict[str, Any]) -> Iterator[tuple[Way, str, str]]:
    """The way to each query that a CSV file cannot answer, what is there, and what to write instead."""
    metrics = _mapping(_mapping(data.get("sources")).get("metrics"))
    if metrics.get("type") != "csv":
        return
    services = [_mapping(service) for service in _list(data.get("services"))]
    if any(_list(service.get("slos")) for service in services) and metrics.get("step") is None:
        # A step that is shorter than the rows are apart would find most steps without any.
        yield ("sources", "metrics", "step"), "missing", "add it: how far apart the rows of the file are, as step: 1h"
    for index, service in enumerate(services):
        for number, slo in enumerate(map(_mapping, _list(service.get("slos")))):
            yield from _sli(_mapping(slo.get("sli")), ("services", index, "slos", number, "sli"))
        for kind, names in _SERIES.items():
            for number, thing in enumerate(map(_mapping, _list(service.get(kind)))):
                for name in names:
                    text, way = thing.get(name), ("services", index, kind, number, name)
                    if isinstance(text, str) and not _COLUMN.fullmatch(text) and not _OVER.fullmatch(text):
                        yield way, shown(text, way), "write the name of a column of the CSV file: letters, digits and _"


def _sli(sli: dict[str, Any], way: Way) -> Iterator[tuple[Way, str, str]]:
    for kind in (kind for kind in KINDS if kind in sli):
        if kind not in _QUERIES:
            fix = f"a CSV file cannot answer it: use {', '.join(list(_QUERIES)[:-1])} or {list(_QUERIES)[-1]}"
            yield (*way, kind), "given", fix
            continue
        for name, how in _QUERIES[kind].items():
            text = _mapping(sli[kind]).get(name)
            if isinstance(text, str) and not _adds_up(text, how):
                yield (*way, kind, name), shown(text, (*way, kind, name)), _fix(text, how)


def _adds_up(text: str, how: str) -> bool:
    found = _OVER.fullmatch(text)
    return found is not None and found[1] == how


def _fix(text: str, how: str) -> str:
    """The query to write, with the column people meant where they named one."""
    named = _COLUMN.fullmatch(text) or re.search(r"([A-Za-z_]\w*)\s*\[", text)
    column = named[1] if named else "column"
    what = "its rows are added up" if how == "sum" else "the mean of its rows is taken"
    return f"write {how}_over_time({column}[{{{{.window}}}}]), with a column of the CSV file: {what}"


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
