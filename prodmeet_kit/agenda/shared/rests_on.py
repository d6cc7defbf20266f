"""On what a number rests, in words: part of its window, part of the data. Empty where it rests on all of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prodmeet_kit.evidence import Column
from prodmeet_kit.i18n.languages import clauses, t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses

__all__ = ["column", "partly", "rests_on", "with_column"]

COLUMN = "rests_on"


def rests_on(row: Mapping[str, Any]) -> str:
    """Say what a row of ``SLO_SUMMARY`` is based on: ``44 days of 90 days: older data is not retained``."""
    parts = [] if row["certain"] else [_uncertain(row)]
    if row["at_least"]:
        bad = write(row["bad"], "count")
        parts.append(t("at least {n} bad events: first errors of new series are not counted", n=bad))
    if row["covered_why"]:
        why = {
            "young": t("the service is new"),
            "kept": t("older data is not retained"),
            "gaps": t("samples are missing"),
        }
        covered, length = write(row["covered_s"], "duration"), write(row["window_s"], "duration")
        parts.append(t("{covered} of {length}: {why}", covered=covered, length=length, why=why[row["covered_why"]]))
    return clauses(parts)


def _uncertain(row: Mapping[str, Any]) -> str:
    codes = str(row["note"]).split()
    return _part_of_the_data() if "partial" in codes else t("less than one bad event")


def _part_of_the_data() -> str:
    """What is said of a number whose answer was partial."""
    return t("part of the data")


def partly(analyses: Analyses, kind: str, frame: pd.DataFrame) -> list[str]:
    """What each load or resource (``kind``) rests on: part of the data, or nothing to say."""
    return [
        _part_of_the_data() if f"{kind}/{row['service']}/{row['name']}" in analyses.basis.partial else ""
        for row in rows(frame)
    ]


def with_column(frame: pd.DataFrame, words: list[str]) -> pd.DataFrame:
    """The rows with what each rests on."""
    return frame.assign(**{COLUMN: words})


def column(frame: pd.DataFrame) -> tuple[Column, ...]:
    """The column that says it; none where every row rests on everything."""
    return (Column(COLUMN, t("Based on")),) if frame[COLUMN].ne("").any() else ()
