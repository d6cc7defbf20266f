"""Definitions in the metrics item: what is defined otherwise than at the last meeting, and which numbers it touches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.archive.previous_meeting import SECTION, SOURCE
from prodmeet_kit.evidence import Column, Note, Table
from prodmeet_kit.i18n.languages import listed, t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.changes import LEDGER

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence

__all__ = ["evidence"]

_NAMED = 4  # affected things a row names before it says how many more


def evidence(analyses: Analyses) -> list[Evidence]:
    """The changed definitions; a folded sentence when nothing changed or no earlier meeting is known.

    Nothing where earlier meetings are there and cannot be read: then the failure says it.
    """
    earlier = analyses.facts.previous
    if earlier is None:
        if any(failure.source == SOURCE for failure in analyses.facts.failed(SECTION)):
            return []
        text = t("Definitions are compared with the report of the last meeting, and there is none yet.")
        return [Note(text, summary=t("No earlier meeting is on record"))]
    day = write(earlier.end, "time", timezone=analyses.facts.window.timezone)
    if not len(analyses.basis.definition_changes):
        text = t("Queries, objectives, windows, units, limits and sources are those of the meeting of {day}.", day=day)
        return [Note(text, summary=t("No definition changed since the last meeting"))]
    return [_table(analyses.basis.definition_changes, t("Compared with the meeting of {day}", day=day))]


def _table(ledger: pd.DataFrame, caption: str) -> Table:
    kinds = {
        "slo": t("SLO"),
        "load": t("Load"),
        "resource": t("Resource"),
        "service": t("Service"),
        "source": t("Source"),
        "exclusion": t("Exclusion"),
        "rule": t("Rule"),
        "meeting": t("Meeting"),
        "trend": t("Trend"),
    }
    frame = ledger.assign(
        kind_text=ledger["kind"].map(kinds).fillna(ledger["kind"]),
        what_text=[_what(row["what"]) for row in LEDGER.rows(ledger)],
        affects_text=[_affects(row["affects"]) for row in LEDGER.rows(ledger)],
    )
    columns = (
        Column("subject", t("Used for"), "code"),
        Column("kind_text", t("Kind")),
        Column("what_text", t("What")),
        Column("before", t("At last meeting"), "code"),
        Column("after", t("Now"), "code"),
        Column("affects_text", t("Not comparable")),
    )
    return Table(
        t("Definitions changed since the last meeting"),
        frame,
        columns,
        anchor=("kind", "subject", "what"),
        place="defined",
        caption=caption,
    )


def _what(key: str) -> str:
    words = {
        "added": t("added"),
        "removed": t("removed"),
        "objective": t("objective"),
        "window": t("window"),
        "unit": t("unit"),
        "query": t("query"),
        "limit_query": t("limit"),
        "request_query": t("request"),
        "price.amount": t("price"),
        "borrowed": t("borrowed"),
        "sli.events.error_query": t("query of bad events"),
        "sli.events.total_query": t("query of all events"),
        "sli.good.good_query": t("query of good events"),
        "sli.good.total_query": t("query of all events"),
        "cadence": t("time between meetings"),
        "timezone": t("time zone"),
        "step": t("step"),
    }
    return words.get(key, key)


def _affects(refs: list[str]) -> str:
    """What is touched, without the kind where it is clear; many become a number."""
    names = [ref.partition("/")[2] or ref.replace("_", " ") for ref in refs]
    if len(names) > _NAMED:
        return t("{names} and {n} more", names=listed(names[:_NAMED]), n=len(names) - _NAMED)
    return listed(names) or t("nothing")
