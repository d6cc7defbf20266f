"""The records of a review: which there are, where their sources stand, and reading them.

Several sources of one kind put their rows together; one that fails costs its
own rows only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prodmeet_kit import kinds
from prodmeet_kit.core.errors import (
    Failure,
    InputError,
    NotOffered,
    ParametersError,
    Problem,
    ProdmeetError,
    SourceError,
)
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import SourceState
from prodmeet_kit.kinds import Record
from prodmeet_kit.minutes.strays import strays
from prodmeet_kit.parameters import Product, RecordSource
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.parameters.places import placed
from prodmeet_kit.sources.base import Broken, Context, MetricSource
from prodmeet_kit.sources.registry import find

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Reader", "Reading", "records_of"]


@dataclass(frozen=True)
class Reading:
    """What the sources of one record gave; ``frame`` is ``None`` when none is configured or all failed."""

    frame: pd.DataFrame | None
    states: tuple[SourceState, ...]
    failures: tuple[Failure, ...]
    problems: tuple[Problem, ...]


def records_of(product: Product) -> tuple[Record, ...]:
    """The records a review of the product gathers: those of the kinds on its agenda or among its sources, and ours."""
    sources = product.sources
    return kinds.records_of(product.meeting.agenda, sources.model_fields_set)


@dataclass(frozen=True)
class Reader:
    """Reads records for one review."""

    product: Product
    window: Window
    folder: Path
    minutes: Path | None
    metrics: MetricSource

    def read(self, record: Record) -> Reading:
        """Ask every source of the record. Bad input is collected in ``problems``, never raised."""
        import pandas as pd

        written = self.product.sources.of(record.key)
        sections = kinds.sections(record)
        configs = self._unwritten(record) if written is None else self._with_minutes(record, written)
        found: list[pd.DataFrame] = []
        states: list[SourceState] = []
        failures: list[Failure] = []
        problems: list[Problem] = []
        for number, config in enumerate(configs):
            context = self._context(record, f"sources.{record.key}[{number}]")
            name = _name(record.key, configs, number)
            try:
                frame = _ask(config, context)
            except ParametersError as error:
                problems += error.problems
            except SourceError as error:
                way = ("sources", record.key, number)
                message = redact(placed(error, way, config.model_dump(), self.product.product, self.folder))
                states.append(SourceState(name, config.type, "failed", message))
                if written is None:  # nobody wrote it down, so nobody knows what to fix
                    message = f"{message}; write sources.{record.key}: [] to do without"
                    states[-1] = replace(states[-1], detail=message)
                if written is not None or not isinstance(error, NotOffered):
                    failures += [Failure(section, name, message) for section in sections]
            else:
                found.append(frame)
                gaps = [redact(gap) for gap in context.gaps]
                failures += [Failure(section, name, gap) for section in sections for gap in gaps]
                # A source nobody wrote down, there by default, is told of once it has something to say.
                if len(frame) or written is None or record.key in self.product.sources.model_fields_set:
                    states.append(_state(name, config.type, frame, context))
        whole = pd.concat(found, ignore_index=True) if len(found) > 1 else found[0] if found else None
        if whole is not None and "id" in whole and whole["id"].duplicated().any():
            twice = ", ".join(sorted(set(whole["id"][whole["id"].duplicated()])))
            message = f"{twice}: several have this id and the first is shown: rename one"
            failures += [Failure(section, record.key, message) for section in sections]
            whole = whole.drop_duplicates("id", ignore_index=True)
        if record.completed and whole is not None and len(whole):
            complete = kinds.loaded(record.completed)
            whole, gaps = complete(whole, self.product, self.folder, self.minutes, partial(self._of_other, record))
            failures += [Failure(section, record.key, redact(gap)) for section in sections for gap in gaps]
        return Reading(whole, tuple(states), tuple(failures), tuple(problems))

    def _unwritten(self, record: Record) -> tuple[RecordSource, ...]:
        """Where to look when the parameters say nothing: what was said in the minutes, rules in the metric source."""
        if record.unwritten == "minutes":
            # What was begun of a decision is told as well, where none is complete yet, and what lies in no folder.
            own = self.minutes / self.product.product if self.minutes is not None else None
            there = own is not None and (
                any(_exists(own / name) for name in (record.key, *record.beside))
                or (bool(record.beside) and bool(strays(own)))
            )
            return (RecordSource(type="minutes"),) if there else ()
        kind = backends.of(self.product).rules if self.product.sources.metrics else ""
        return (RecordSource(type=kind),) if kind and not isinstance(self.metrics, Broken) else ()

    def _with_minutes(self, record: Record, written: tuple[RecordSource, ...]) -> tuple[RecordSource, ...]:
        """What people said to the kit is read wherever the team keeps the rest, once there is any."""
        said = record.said
        if not said or self.minutes is None or any(config.type == said for config in written):
            return written
        there = _exists(self.minutes / self.product.product / (said if said == "inbox" else record.key))
        return (*written, RecordSource(type=said)) if there else written

    def _of_other(self, record: Record, other: Product, source: RecordSource) -> tuple[pd.DataFrame, list[str]]:
        """One source of another product's records, and what it could not read."""
        metrics = Broken("metrics", "another product's metrics are not asked")
        key = f"sources.{record.key}"
        context = Context(other, self.window, record.spec, key, self.folder, self.minutes, metrics)
        return _ask(source, context), context.gaps

    def _context(self, record: Record, key: str) -> Context:
        return Context(self.product, self.window, record.spec, key, self.folder, self.minutes, self.metrics)


def _exists(folder: Path) -> bool:
    try:
        return folder.exists()
    except OSError:  # something is there that may not be looked at: reading it says why
        return True


def _name(key: str, configs: tuple[RecordSource, ...], number: int) -> str:
    """``changes``; of several sources ``changes (inbox)``, and of several of one type ``changes (file 2)``."""
    if len(configs) == 1:
        return key
    kind = configs[number].type
    same = [at for at, config in enumerate(configs) if config.type == kind]
    return f"{key} ({kind} {same.index(number) + 1})" if len(same) > 1 else f"{key} ({kind})"


def _ask(config: RecordSource, context: Context) -> pd.DataFrame:
    """One source's frame. Whatever the source raises comes out as :class:`ParametersError` or :class:`SourceError`."""
    try:
        source: Any = find(config.type)
    except InputError as error:
        raise ParametersError([context.problem("type", config.type, str(error))]) from None
    try:
        return context.spec.check(source(config.model_dump(), context))
    except ProdmeetError as error:
        if isinstance(error, ParametersError | SourceError):
            raise
        raise ParametersError([context.problem("type", config.type, str(error))]) from error
    except Exception as error:  # a source may come from another package: its bug shall not cost the report
        raise SourceError(f"the source failed: {type(error).__name__}: {error}") from error


def _state(name: str, kind: str, frame: pd.DataFrame, context: Context) -> SourceState:
    notes = "; ".join(redact(note) for note in context.notes)
    if frame.empty:
        return SourceState(name, kind, "empty", notes or "nothing written")
    return SourceState(name, kind, "ok", f"{len(frame)} rows{'; ' + notes if notes else ''}")
