"""What the metrics item shows on demand: everything but its services at a glance and what changes how they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from prodmeet_kit.agenda.metrics.brief import peak
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.evidence import Column, Glance, Note, Table
from prodmeet_kit.i18n.languages import listed, sentence, t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.slo import SLO_SUMMARY

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence

__all__ = ["basis", "on_demand"]

NAMED = 4
"""So many are named in a line; the tables have all."""


def basis(analyses: Analyses) -> list[Note]:
    """What changes how every number is read, a line each: what is excluded, what is defined otherwise than before."""
    notes = []
    excluded = set(map(tuple, analyses.slo.excluded[["service", "name"]].to_numpy()))
    parts = [
        t(
            "{name} attained {attained}, {all} with everything counted",
            name=SloRef.of_row(row),
            attained=write(row["attainment"], "percent"),
            all=write(row["attainment_all"], "percent"),
        )
        for row in SLO_SUMMARY.rows(analyses.slo.summary)
        if (row["service"], row["name"]) in excluded
    ]
    if parts:
        notes.append(Note(sentence(t("Excluded from SLOs: {what}", what=listed(_cut(parts))))))
    changed = list(dict.fromkeys(analyses.basis.definition_changes["subject"]))
    if changed:
        text = t("Definitions changed since the last meeting: {names}", names=listed(_cut(changed)))
        notes.append(Note(sentence(text)))
    return notes


def on_demand(analyses: Analyses, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The evidence folded; its sentences are one table, after the tables and charts of what they are about."""
    kept = [each for each in evidence if not isinstance(each, Note) or each.summary]
    said = [each.text for each in evidence if isinstance(each, Note) and not each.summary]
    folded = [replace(each, folded=True) if not isinstance(each, Note | Glance) else each for each in kept]
    return (*folded[:1], *_remarks([*said, *filter(None, [peak(analyses)])]), *folded[1:])


def _remarks(texts: Sequence[str]) -> list[Table]:
    if not texts:
        return []
    frame = pd.DataFrame({"text": [sentence(text.rstrip(".\N{IDEOGRAPHIC FULL STOP}")) for text in texts]})
    return [Table(t("What changed, and what comes next"), frame, (Column("text", t("What"), "sentence"),), folded=True)]


def _cut(names: Sequence[str]) -> list[str]:
    more = len(names) - NAMED
    return [*names[:NAMED], *([t("{n} more", n=more)] if more > 0 else [])]
