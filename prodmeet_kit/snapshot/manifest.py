"""``manifest.json``: what a snapshot holds, for people to read and for :func:`~prodmeet_kit.snapshot.reopen`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from prodmeet_kit.core.errors import Failure
from prodmeet_kit.core.window import EARLIEST, LATEST, Window, format_duration, parse_duration
from prodmeet_kit.facts import Answer, Facts, Previous, Question, SourceState, slos_then
from prodmeet_kit.parameters import Product
from prodmeet_kit.parameters.credentials import masked

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORMAT", "MOST_STEPS", "File", "answer_of", "facts_of", "head", "query"]

FORMAT = 1
"""Version of the layout: a kit reads its own and older ones."""

MOST_STEPS = 2_000_000
"""Steps of a window, and times of one answer: more take longer to reckon with than anybody waits."""

File = tuple[str, str]
"""A file's name inside the snapshot and its sha256."""


def head(facts: Facts, kit: str) -> dict[str, Any]:
    """Everything but the lists of queries and records."""
    window = facts.window
    return {
        "format": FORMAT,
        "kit": kit,
        "gathered_at": facts.gathered_at.isoformat(),
        "window": {
            "start": window.start.isoformat(),
            "end": window.end.isoformat(),
            "compare_start": window.compare_start.isoformat(),
            "history_start": window.history_start.isoformat(),
            "step": format_duration(window.step),
            "timezone": window.timezone,
        },
        "sources": [asdict(source) for source in facts.sources],
        "failures": [asdict(failure) for failure in facts.failures],
        "product": masked(facts.product.model_dump(mode="json")),
        **_previous(facts.previous),
    }


def _previous(earlier: Previous | None) -> dict[str, Any]:
    # No key where nothing is known, as in snapshots made before it existed.
    if earlier is None:
        return {}
    waited = {"waited": dict(earlier.waited)} if earlier.waited else {}
    states = {"states": {day: dict(items) for day, items in earlier.states.items()}} if earlier.states else {}
    attained = {"attained": [dict(report) for report in earlier.attained]} if earlier.attained else {}
    definitions = masked(earlier.definitions)
    return {"previous": {"end": earlier.end.isoformat(), "definitions": definitions, **waited, **states, **attained}}


def _previous_of(entry: Mapping[str, Any] | None) -> Previous | None:
    if entry is None:
        return None
    definitions = dict(entry["definitions"])
    step = definitions.pop("trend_step")
    # Through the model: a key that this kit adds has its default then as well.
    as_now = Product.model_validate(definitions).model_dump(mode="json")
    waited = {str(subject): int(count) for subject, count in entry.get("waited", {}).items()}
    states = {
        str(day): {str(item): str(state) for item, state in items.items()}
        for day, items in entry.get("states", {}).items()
    }
    end = datetime.fromisoformat(entry["end"])
    attained = tuple(slos_then(report["end"], report["slos"]) for report in entry.get("attained", ()))
    return Previous(end, {**as_now, "trend_step": step}, waited=waited, states=states, attained=attained)


def query(answer: Answer, file: File | None) -> dict[str, Any]:
    """One question, how its answer came about, and where it is saved."""
    question = answer.question
    return {
        "key": question.key,
        "section": question.section,
        "query": question.query,
        "window": format_duration(question.window) if question.window else None,
        "step": format_duration(question.step) if question.step else None,
        "start": question.start.isoformat(),
        "end": question.end.isoformat(),
        "source": answer.source,
        "took_s": answer.took_s,
        "points": answer.points,
        "warnings": list(answer.warnings),
        "error": answer.error,
        **({"partial": answer.partial} if answer.partial else {}),
        "file": file[0] if file else None,
        "sha256": file[1] if file else None,
    }


def answer_of(entry: Mapping[str, Any], frame: pd.DataFrame | None) -> Answer:
    """The answer that :func:`query` wrote down. ``KeyError``, ``TypeError`` or ``ValueError`` when it did not."""
    question = Question(
        key=entry["key"],
        section=entry["section"],
        query=entry["query"],
        start=datetime.fromisoformat(entry["start"]),
        end=datetime.fromisoformat(entry["end"]),
        step=parse_duration(entry["step"]) if entry["step"] else None,
        window=parse_duration(entry["window"]) if entry["window"] else None,
    )
    return Answer(
        question,
        frame,
        error=entry["error"],
        partial=str(entry.get("partial", "")),  # older kits kept none
        warnings=tuple(entry["warnings"]),
        took_s=entry["took_s"],
        points=entry["points"],
        source=entry["source"],
    )


def facts_of(
    manifest: Mapping[str, Any], answers: Mapping[str, Answer], records: Mapping[str, pd.DataFrame | None]
) -> Facts:
    """The facts that :func:`head` wrote down. ``KeyError``, ``TypeError`` or ``ValueError`` when it did not."""
    return Facts(
        product=Product.model_validate(manifest["product"]),
        window=_window_of(manifest["window"]),
        gathered_at=datetime.fromisoformat(manifest["gathered_at"]),
        answers=answers,
        records=records,
        sources=tuple(SourceState(**source) for source in manifest["sources"]),
        failures=tuple(Failure(**failure) for failure in manifest["failures"]),
        previous=_previous_of(manifest.get("previous")),
    )


def _window_of(entry: Mapping[str, Any]) -> Window:
    names = ("start", "end", "compare_start", "history_start")
    times = {name: datetime.fromisoformat(entry[name]) for name in names}
    found = Window(**times, step=parse_duration(entry["step"]), timezone=entry["timezone"])
    if not EARLIEST <= found.history_start <= found.compare_start <= found.start < found.end < LATEST:
        raise ValueError("its window does not run from history_start to end")
    if (found.end - found.history_start) / found.step > MOST_STEPS:
        raise ValueError(f"its window has more than {MOST_STEPS:,} steps")
    try:
        _ = found.zone
    except OSError as error:  # the name of a folder of zones
        raise ValueError(f"{found.timezone} is no time zone") from error
    return found
