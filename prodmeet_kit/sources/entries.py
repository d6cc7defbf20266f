"""What people wrote, checked against a model; every problem is reported, with its place and its fix.

Used for entries in hand-written files and for the keys of a record source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from prodmeet_kit import kinds
from prodmeet_kit.core.errors import InputError, ParametersError, Problem
from prodmeet_kit.entries import named
from prodmeet_kit.entries.hand_written import Entry
from prodmeet_kit.parameters.documents import Document, Way, dotted
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.parameters.validation import say
from prodmeet_kit.schemas.frames import Spec
from prodmeet_kit.sources.base import Context

__all__ = ["configure", "entry_model", "rows"]

_MOST_PROBLEMS = 100

Model = TypeVar("Model", bound=BaseModel)


def configure(model: type[Model], config: Mapping[str, Any], context: Context) -> Model:
    """A record source's own keys as a model.

    Raises :class:`ParametersError` that names the keys in the parameter file.
    """
    try:
        return model.model_validate({key: value for key, value in config.items() if key != "type"})
    except ValidationError as error:
        found = [say(each, model) for each in error.errors()]
        raise ParametersError([context.problem(dotted(way), value, fix) for way, value, fix in found]) from None


def entry_model(spec: Spec) -> type[Entry] | None:
    """The model of an entry that people write for this frame; ``None`` where there is no such list."""
    record = kinds.record(spec.name)
    return kinds.loaded(record.entry) if record and record.entry else None


def rows(files: Sequence[tuple[Document, Sequence[Way]]], context: Context) -> list[dict[str, Any]]:
    """Rows of ``context.spec`` from the entries of files, each file with the ways to its entries.

    Times without an offset are in the product's zone. Raises
    :class:`ParametersError` with every problem of every file, such as
    ``incidents.yaml:7: [3].start is "soon": write a time as ...``; an id that
    stands twice is one, and so is a name that the product does not have.
    """
    model = entry_model(context.spec)
    if model is None:
        where = ""
        record = kinds.record(context.spec.name)
        if record is not None and record.unwritten == "minutes":
            place = f"minutes/{context.product.product}/{record.key}/NAME.yaml"
            where = f"; {record.key} are files of their own, {place}, type minutes"
        raise InputError(f"{context.spec.name} cannot be written by hand in a list: choose another type{where}")
    problems = [problem for file, _ in files for problem in file.problems]
    first: dict[str, str] = {}
    made = []
    readable = [(file, way) for file, ways in files if file.data is not None or not file.problems for way in ways]
    for file, way in readable:
        try:
            with backends.use(backends.of(context.product)):
                entry = model.model_validate(_filled(file.data, way), context={"timezone": context.product.timezone})
        except ValidationError as error:
            found = [say(each, model) for each in error.errors()]
            problems += [_problem(file, (*way, *inside), value, fix) for inside, value, fix in found]
            continue
        entry, misnamed = named.settled(entry, context.product)
        problems += [_problem(file, (*way, *inside), value, fix) for inside, value, fix in misnamed]
        if entry.id in first:
            problems.append(_problem(file, (*way, "id"), entry.id, f"rename one: {first[entry.id]} has the same id"))
        first.setdefault(entry.id, file.place(way))
        made.append(entry.row())
    if len(problems) > _MOST_PROBLEMS:
        rest = f"{len(problems) - _MOST_PROBLEMS} more problems"
        problems[_MOST_PROBLEMS:] = [Problem(files[0][0].file, rest, "", "fix those above first")]
    if problems:
        raise ParametersError(problems)
    return made


def _filled(data: Any, way: Way) -> Any:
    """The entry at the way, without the keys whose value was left empty."""
    for part in way:
        data = data[part]
    return {key: value for key, value in data.items() if value is not None} if isinstance(data, dict) else data


def _problem(file: Document, way: Way, value: str, fix: str) -> Problem:
    return Problem(file.place(way), dotted(way), value, fix)
