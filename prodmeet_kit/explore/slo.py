"""One SLO: its state in a sentence, how fast its budget burned, and the queries behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.metrics.brief import why_unknown
from prodmeet_kit.agenda.metrics.slos import chart as burn_chart
from prodmeet_kit.agenda.metrics.slos import slo_table
from prodmeet_kit.core.time_ranges import lasted
from prodmeet_kit.evidence import Column, Table
from prodmeet_kit.explore.answers import questions
from prodmeet_kit.explore.measures import measure, sli_frame
from prodmeet_kit.explore.names import ref as find
from prodmeet_kit.explore.shown import Shown
from prodmeet_kit.i18n import ranges
from prodmeet_kit.i18n.languages import later, t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.frames import rows
from prodmeet_kit.schemas.slo import SLO_SUMMARY

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence
    from prodmeet_kit.schemas.slo import SloRow

__all__ = ["SloShown", "slo"]

_KEPT = {
    "OK": later("met"),
    "BAD": later("not met"),
    "NO_DATA": later("no data"),
    "TOO_FEW": later("too few events"),
}


class SloShown(Shown):
    """An SLO. ``frame``: ``good, total, bad, sli`` of each step by UTC time; empty where no total is known.

    ``queries``: the questions behind it, as ``review.questions`` has them.
    """

    def __init__(self, queries: pd.DataFrame, **shown: Any) -> None:
        super().__init__(**shown)
        self.queries = queries


def slo(analyses: Analyses, text: str) -> SloShown:
    """What is known of the SLO ``service/name``, without a name of the one whose budget lost most.

    Raises :class:`InputError` with the nearest names.
    """
    import pandas as pd

    summary = analyses.slo.summary
    if not text and len(summary):
        spent = summary["budget_spent_since_last"].fillna(-1.0)
        most = summary.iloc[int(spent.argmax())]
        text = f"{most['service']}/{most['name']}"
    ref = find(analyses.facts.product, text, "slo")
    row_frame = summary[(summary["service"] == ref.service) & (summary["name"] == ref.name)]
    row = SLO_SUMMARY.rows(row_frame)[0]
    asked = questions(analyses.facts)
    queries = asked[asked["key"].str.startswith(f"slo/{ref.short}/")].reset_index(drop=True)
    evidence: list[Evidence] = [slo_table(analyses, row_frame)]
    chart = burn_chart(analyses, row)
    if chart is not None:
        evidence.append(replace(chart, folded=False))
    measured = measure(analyses, ref)
    if measured is not None:
        start = analyses.facts.window.start
        trend = measured.chart(analyses, measured.values[measured.values.index > start])
        evidence.append(replace(trend, title=t("{name}: share of good events", name=ref.short)))
    evidence += [_events(analyses, ref.short), _queries(queries)]
    frame = sli_frame(analyses, ref)
    empty = pd.DataFrame({name: pd.Series(dtype="float64") for name in ("good", "total", "bad", "sli")})
    return SloShown(
        queries,
        key=f"slo-{ref.service}-{ref.name}",
        title=ref.short,
        sentence=_sentence(row),
        evidence=tuple(evidence),
        timezone=analyses.facts.window.timezone,
        frame=empty if frame is None else frame,
    )


def _sentence(row: SloRow) -> str:
    kept = _KEPT[row["state"]]
    state = t(kept)
    span = write(row["window_s"], "duration")
    if row["reason"] == "no_traffic":
        return t("no traffic over {span}", span=span)
    if row["state"] == "NO_DATA":
        return t("{state}: no total was returned over {span}", state=state, span=span)
    if row["state"] == "TOO_FEW":
        state = why_unknown(row["state"], row["reason"])
    elif row["within_chance"]:
        state = t("not met, but within chance")
    return t(
        "{state}: {good} of {total} events were good over {span}, {attained} against an objective of "
        "{objective}; {spent} of the error budget was spent since the last meeting, {left} is left",
        state=state,
        good=_events_or_time(row, "good"),
        total=_events_or_time(row, "total"),
        span=write(row["window_s"], "duration"),
        attained=write(row["attainment"], "percent"),
        objective=write(row["objective"], "percent"),
        spent=write(row["budget_spent_since_last"], "budget"),
        left=write(row["budget_remaining"], "budget"),
    )


def _events_or_time(row: Mapping[str, Any], column: str) -> str:
    if row["weight"] == "time":
        return write(row[column], "duration")
    return write(row[column], "count") if column == "good" else t("{n} events", n=write(row[column], "count"))


def _events(analyses: Analyses, ref: str) -> Table:
    events = analyses.slo.events
    service, _, name = ref.partition("/")
    mine = events[(events["service"] == service) & (events["slo"] == name)]
    timezone, found = analyses.facts.window.timezone, rows(mine)
    mine = mine.assign(
        began=[ranges.began(row, timezone) for row in found], lasted=[ranges.length(*lasted(row)) for row in found]
    )
    columns = (
        Column("id", t("Event")),
        Column("began", t("Began")),
        Column("lasted", t("Lasted")),
        Column("bad", t("Bad events"), "count"),
        Column("budget_spent", t("Budget spent"), "budget"),
        Column("peak_burn", t("Highest burn rate"), "number"),
    )
    return Table(t("Fast burns"), mine, columns)


def _queries(queries: pd.DataFrame) -> Table:
    columns = (
        Column("key", t("Question"), "code"),
        Column("points", t("Points"), "count"),
        Column("query", t("Query"), "code"),
    )
    return Table(t("Queries"), queries, columns, folded=True)
