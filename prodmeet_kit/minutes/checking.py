"""One entry of the minutes against its model: the entry, or every problem with file, line, key, value and fix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from prodmeet_kit.core.errors import Problem
from prodmeet_kit.minutes.store import Saved
from prodmeet_kit.parameters import read_document
from prodmeet_kit.parameters.documents import Way, dotted
from prodmeet_kit.parameters.validation import say

__all__ = ["checked", "placed"]

Model = TypeVar("Model", bound=BaseModel)


def checked(
    model: type[Model], saved: Saved, context: Mapping[str, Any] | None = None
) -> tuple[Model | None, list[Problem]]:
    """The entry as its model, keys without a value left out; ``None`` with what is wrong in it."""
    content = {key: value for key, value in saved.content.items() if value is not None}
    try:
        return model.model_validate(content, context=context), []
    except ValidationError as error:
        return None, placed(saved, [say(one, model) for one in error.errors()])


def placed(saved: Saved, told: Iterable[tuple[Way, str, str]]) -> list[Problem]:
    """Problems of one entry, each a way, a value and a fix, with their lines."""
    told = list(told)
    document = read_document(saved.path) if told else None  # read again for its lines: few files are wrong
    return [Problem(document.place(way), dotted(way), value, fix) for way, value, fix in told] if document else []
