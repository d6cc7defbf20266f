"""The metric source of type ``csv``: what may be asked of a file, the name of a column or its rows over a range.

Said while the parameters are read, so that no message asks for PromQL that a file does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from prodmeet_kit.core import promql
from prodmeet_kit.core.placeholder import WINDOW
from prodmeet_kit.parameters.fields import Name
from prodmeet_kit.parameters.metrics.backends import MetricBackend, Role
from prodmeet_kit.parameters.metrics.server import ServerSettings
from prodmeet_kit.parameters.validation import shown

if TYPE_CHECKING:
    from prodmeet_kit.parameters.documents import Way
    from prodmeet_kit.sources.csv.source import CsvSource

__all__ = ["BACKEND", "Csv", "CsvSettings"]

_COLUMN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*")
_OVER = re.compile(rf"\s*(sum|avg)_over_time\(\s*([A-Za-z_]\w*)\s*\[{WINDOW.pattern}\]\s*\)\s*")
_HOW = {"events": "sum", "ratio": "avg"}


class CsvSettings(ServerSettings):
    """A CSV file. What only a server needs is accepted, so that it may be in the defaults, and does nothing."""

    type: Name = Field(default="csv", description="csv")
    url: str = Field(description="file: and a path beside the parameter file", examples=["file:recorded.csv"])

    @property
    def overlap(self) -> timedelta:
        """None: a row is for itself."""
        return timedelta()


class Csv(MetricBackend):
    """Metrics that were recorded into a CSV file, for what no server keeps any longer."""

    settings = CsvSettings
    called = "a CSV file"
    language = "a query of a CSV file"
    when_empty = "check the name of the column"
    when_several = "name one column"
    words = ("sum_over_time", "avg_over_time")

    def open(self, settings: CsvSettings, folder: Path) -> CsvSource:
        """The file, read."""
        from prodmeet_kit.sources.csv.source import CsvSource

        return CsvSource(settings, folder)

    def check(self, query: str, role: Role) -> None:
        """Raise ``ValueError`` with the query to write, with the column people meant where they named one."""
        if role == "verify":  # of an action item: the file says itself what it answers, and the report is made
            return
        over = _OVER.fullmatch(query)
        if role == "series":
            if not over and not _COLUMN.fullmatch(query):
                raise ValueError("write the name of a column of the CSV file: letters, digits and _")
            return
        how = _HOW[role]
        if over is None or over[1] != how:
            named = _COLUMN.fullmatch(query) or re.search(r"([A-Za-z_]\w*)\s*\[", query)
            column = named[1] if named else "column"
            what = "its rows are added up" if how == "sum" else "the mean of its rows is taken"
            raise ValueError(f"write {how}_over_time({column}[{{{{.window}}}}]), with a column of the CSV file: {what}")

    def counts_events(self, query: str) -> bool:  # noqa: ARG002
        """Always: rows that are added up are numbers of events."""
        return True

    def normal(self, query: str) -> str:
        """Lengths of time are the same however they are written: ``4h`` and ``240m``."""
        return promql.normal(query)

    def selected(self, query: str) -> list[tuple[str, dict[str, str]]]:
        """The column."""
        return promql.selectors(query)

    def problems(self, data: Mapping[str, Any]) -> Iterator[tuple[Way, str, str]]:
        """An address that is no file's, and no step where rows are counted for an SLO."""
        metrics = data["sources"]["metrics"]
        url, way = metrics.get("url"), ("sources", "metrics", "url")
        if isinstance(url, str) and not url.startswith("file:"):
            yield way, shown(url, way), "begin it with file:, as in file:recorded.csv"
        services = data.get("services")
        known = services if isinstance(services, list) else []
        if any(isinstance(each, dict) and each.get("slos") for each in known) and metrics.get("step") is None:
            # A step that is shorter than the rows are apart would find most steps without any.
            fix = "add it: how far apart the rows of the file are, as step: 1h"
            yield ("sources", "metrics", "step"), "missing", fix

    def no_history(self, day: str, age: str) -> str:  # noqa: ARG002
        """Which rows the file lacks."""
        return (
            f"no row on {day}, where the review begins to look: add the rows from there on;"
            " what is younger than that has no comparison yet"
        )


BACKEND = Csv()
