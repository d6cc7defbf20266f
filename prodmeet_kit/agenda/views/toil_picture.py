"""The picture of toil: hours a quarter by kind."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from prodmeet_kit.core.subjects import rest_of
from prodmeet_kit.evidence.bars import Bar, Bars
from prodmeet_kit.evidence.finding_view import KeyNumber, Picture
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.render.labels import brief
from prodmeet_kit.schemas.meeting import TOIL_FINDINGS

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.findings.finding import Finding

__all__ = ["picture"]


def picture(analyses: Analyses, found: Finding) -> Picture:
    """A bar a kind of toil whose hours are known; words only for fewer than two."""
    every = [row for row in TOIL_FINDINGS.rows(analyses.meeting.toil) if isfinite(row["hours_per_quarter"])]
    about = rest_of(found.subject)
    mine = next((row for row in every if row["id"] == about), None)
    key = None
    if mine is not None:
        key = KeyNumber(write(mine["hours_per_quarter"], "number"), t("hours a quarter for {id}", id=about))
    if len(every) < 2:
        return Picture(key=key)
    bars = tuple(
        Bar(
            brief(f"{row['id']} {row['text']}", 56),
            row["hours_per_quarter"],
            t("{hours} h", hours=write(row["hours_per_quarter"], "number")),
            strong=row["id"] == about,
        )
        for row in sorted(every, key=lambda each: -each["hours_per_quarter"])
    )
    return Picture(Bars(t("Toil"), bars, f"finding-toil-{about}", t("hours a quarter")), key)
