"""Facts without credentials: a server may echo one anywhere, in an error, a label or the text of an issue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, TypeVar

from prodmeet_kit.core.redaction import redacted
from prodmeet_kit.facts import Answer, Facts, Question

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["without_credentials"]

Said = TypeVar("Said")


def without_credentials(facts: Facts) -> Facts:
    """The facts with every credential masked in what came from outside; they are as before where there is none.

    The parameters and the queries stay: a team wrote them, and a file with a credential in clear is refused.
    """
    earlier = facts.previous
    if earlier is not None and earlier.rules is not None:
        earlier = replace(earlier, rules=_texts(earlier.rules))
    return replace(
        facts,
        answers={key: _answer(answer) for key, answer in facts.answers.items()},
        records={name: None if frame is None else _texts(frame) for name, frame in facts.records.items()},
        sources=tuple(_said(source) for source in facts.sources),
        failures=tuple(_said(failure) for failure in facts.failures),
        previous=earlier,
    )


def _said(value: Said) -> Said:
    """A record of texts, each masked; its question stays as it was asked."""
    found = {field.name: getattr(value, field.name) for field in fields(value)}  # type: ignore[arg-type]
    texts = {name: inner for name, inner in found.items() if isinstance(inner, str | tuple)}
    masked = {name: redacted(inner) for name, inner in texts.items() if not isinstance(inner, Question)}
    return value if masked == texts else replace(value, **masked)  # type: ignore[type-var]


def _answer(answer: Answer) -> Answer:
    frame = answer.frame
    if frame is not None:
        names = _different([redacted(name) for name in frame.columns])
        if names != list(frame.columns):
            frame = frame.set_axis(names, axis="columns")
    return replace(_said(answer), frame=frame) if frame is not answer.frame else _said(answer)


def _different(names: Sequence[str]) -> list[str]:
    """Names of series stay different: two that differed by a credential alone are numbered."""
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    count: dict[str, int] = {}
    told = []
    for name in names:
        count[name] = count.get(name, 0) + 1
        told.append(f"{name} ({count[name]})" if seen[name] > 1 else name)
    return told


def _texts(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its texts, lists and mappings masked; the very frame where nothing is."""
    import pandas as pd

    changed = {}
    for name in frame.columns:
        column = frame[name]
        if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
            values = [redacted(value) for value in column]
            if any(new is not old and new != old for new, old in zip(values, column, strict=True)):
                changed[name] = pd.Series(values, index=frame.index, dtype=column.dtype)
    return frame.assign(**changed) if changed else frame
