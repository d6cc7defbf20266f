"""Where numbers come from: each question that was asked for them, and the line that recounts it.

A folded table behind the numbers of a section. Its last line of each row is
pasted into the notebook, where ``review`` is open: it shows what came back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.provenance.recounting import last_steps
from prodmeet_kit.agenda.shared.source_words import source_name
from prodmeet_kit.evidence import Column, Table
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import UNKNOWN, write

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.facts import Answer

__all__ = ["behind", "missing", "recount"]


def behind(analyses: Analyses, title: str, prefixes: Iterable[str]) -> list[Table]:
    """The table behind the numbers of ``title``: every question whose key begins with one of these, in their order.

    Then how the numbers are made of the answers. Nothing when none was asked.
    """
    import pandas as pd

    wanted = tuple(prefixes)
    timezone = analyses.facts.window.timezone
    asked = [_row(key, found, timezone) for key, found in analyses.facts.answers.items() if key.startswith(wanted)]
    if not asked:
        return []
    columns: tuple[Column, ...] = (
        Column("key", t("Question"), "code"),
        Column("span", t("Time covered")),
        Column("window", t("Time range"), "duration"),
        Column("step", t("Step"), "duration"),
        Column("missing", t("Missing share"), "percent"),
    )
    sources = sorted({row["source"] for row in asked})
    if len(sources) > 1:  # a single one need not be said in every row
        columns = (*columns, Column("source", t("Source")))
    details = (
        Column("query", t("Query"), "code"),
        Column("recount", t("Recalculate"), "code"),
        Column("error", t("Could not check")),
    )
    return [
        Table(
            t("Behind the numbers: {title}", title=title),
            pd.DataFrame(asked),
            columns,
            details=details,
            anchor=("key",),
            place="behind",
            folded=True,
            caption="" if len(sources) > 1 else t("Source: {source}", source=sources[0]),
        ),
        *last_steps(analyses, title, wanted),
    ]


def missing(answer: Answer) -> float:
    """The share of the instants asked for at which no series had a value; NaN when there was no answer."""
    import numpy as np

    if answer.frame is None:
        return float("nan")
    if not len(answer.frame) or not answer.frame.shape[1]:
        return 1.0
    return float(np.isnan(answer.frame.to_numpy()).all(axis=1).mean())


def recount(key: str) -> str:
    """The line to paste into the notebook of the review.

    >>> recount("slo/cart/availability/bad/since")
    'review.answer("slo/cart/availability/bad/since")'
    """
    quoted = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'review.answer("{quoted}")'


def _row(key: str, found: Answer, timezone: str) -> dict[str, Any]:
    question = found.question
    end = write(question.end, "time", timezone=timezone)
    start = write(question.start, "time", timezone=timezone)
    return {
        "key": key,
        "span": end if question.instant else t("{low} to {high}", low=start, high=end),
        "window": question.window.total_seconds() if question.window else float("nan"),
        "step": question.step.total_seconds() if question.step else float("nan"),
        "missing": missing(found),
        "source": source_name(found.source) if found.source else UNKNOWN,
        "query": question.query,
        "recount": recount(key),
        "error": found.error,
    }
