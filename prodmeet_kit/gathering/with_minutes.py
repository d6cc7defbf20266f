"""Frozen facts, with what people said about their meeting since: decisions, verdicts, new action items.

Metrics and alerts stay as they were frozen. What stands in the minutes is read
again, so that the report of a meeting can be made anew after it, and shows what
it decided; the new report freezes both together.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from prodmeet_kit import kinds
from prodmeet_kit.core.errors import ParametersError
from prodmeet_kit.facts import Facts
from prodmeet_kit.kinds import Record
from prodmeet_kit.parameters import RecordSource
from prodmeet_kit.sources.base import Broken
from prodmeet_kit.sources.records import Reader, Reading

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["said_anything", "with_said"]

_MINUTES = (RecordSource(type="minutes"),)


def said_anything(product: str, minutes: Path) -> bool:
    """Whether the minutes hold anything that :func:`with_said` would read."""
    return any(_folder(record, product, minutes).is_dir() for record in _records())


def with_said(facts: Facts, minutes: Path) -> Facts:
    """The facts with the records people keep in ``minutes`` as they stand now.

    Entries of the minutes replace those that were frozen; what came from elsewhere
    stays. Action items born after the window are another meeting's. A new item's
    acceptance query was not asked. Raises :class:`~prodmeet_kit.core.errors.ParametersError`
    for an action item that cannot be read, as gathering does.
    """
    product = facts.product
    sources = product.sources.model_copy(update={record.key: _MINUTES for record in _records()})
    asked = product.model_copy(update={"sources": sources})
    nobody = Broken("metrics", "frozen facts ask no source")
    reader = Reader(asked, facts.window, minutes.parent, minutes, nobody)
    there = [record for record in _records() if _folder(record, product.product, minutes).is_dir()]
    readings = [reader.read(record) for record in there]
    if problems := [problem for reading in readings for problem in reading.problems]:
        raise ParametersError(problems)
    both = zip(there, readings, strict=True)
    records = {record.spec.name: _joined(facts, record, reading) for record, reading in both}
    # Of several sources the one of the minutes is told as "action_items (minutes)".
    names = {name for record in there for name in (record.key, f"{record.key} (minutes)")}
    states = [state for state in facts.sources if not (state.type == "minutes" and state.name in names)]
    failures = [failure for failure in facts.failures if failure.source not in names]
    return replace(
        facts,
        records={**facts.records, **records},
        sources=(*states, *chain.from_iterable(reading.states for reading in readings)),
        failures=(*failures, *chain.from_iterable(reading.failures for reading in readings)),
    )


def _records() -> list[Record]:
    return [record for record in kinds.records() if "minutes" in (record.said, record.unwritten)]


def _folder(record: Record, product: str, minutes: Path) -> Path:
    return minutes / product / record.key


def _joined(facts: Facts, record: Record, reading: Reading) -> pd.DataFrame | None:
    import pandas as pd

    frozen = facts.records.get(record.spec.name)
    if reading.frame is None or not record.said:  # what is unwritten stands in the minutes alone
        return reading.frame if reading.frame is not None else frozen
    fresh = reading.frame[~(reading.frame["born"] > facts.window.end)]
    if frozen is None:
        return fresh.reset_index(drop=True)
    elsewhere = frozen[(frozen["source"] != "minutes") & ~frozen["id"].isin(fresh["id"])]
    return pd.concat([elsewhere, fresh], ignore_index=True)
