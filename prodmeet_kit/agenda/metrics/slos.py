"""SLOs in the metrics item: the table everybody reads, what moved the budgets, and a chart an SLO."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.metrics.brief import refs, why_unknown
from prodmeet_kit.agenda.metrics.budget import evidence as budgets
from prodmeet_kit.agenda.metrics.decisions import decision_table
from prodmeet_kit.agenda.metrics.over_time import begin, marks
from prodmeet_kit.agenda.provenance.asked import behind
from prodmeet_kit.agenda.shared.redefined import marked
from prodmeet_kit.agenda.shared.rests_on import column, rests_on, with_column
from prodmeet_kit.analysis.series import grid
from prodmeet_kit.analysis.slo import daily
from prodmeet_kit.analysis.slo.burn_rates import PAGE
from prodmeet_kit.analysis.slo.events import MIN_BAD, too_few_to_page
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.evidence import Chart, Column, Line, Table
from prodmeet_kit.i18n.languages import clauses, t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.slo import SLO_SUMMARY

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence
    from prodmeet_kit.schemas.slo import SloRow

__all__ = ["chart", "evidence", "slo_table"]

SMOOTH = timedelta(hours=1)
"""Error ratios are drawn over this span: a five-minute ratio of a quiet service is mostly chance."""

FEW = 10_000
"""Under so many events the 95% interval of the attainment is shown beside it."""


def evidence(analyses: Analyses) -> list[Evidence]:
    """The table of SLOs, what moved their budgets, what to decide, then charts; nothing where the product has none."""
    if not len(analyses.slo.summary):
        return []
    return [
        marked(slo_table(analyses, worst_first(analyses.slo.summary)), analyses, ["slo"]),
        *budgets(analyses),
        decision_table(analyses.budget.decisions),
        *behind(analyses, t("Service level objectives"), ["slo/", "fine/"]),
        *_charts(analyses),
    ]


def worst_first(slos: pd.DataFrame) -> pd.DataFrame:
    """SLOs that are not met, then those of which it is not known, then the others; each by the error budget left."""
    rank = slos["state"].map({"BAD": 0, "NO_DATA": 1, "TOO_FEW": 1}).fillna(2)
    order = slos.assign(rank=rank).sort_values(["rank", "budget_remaining"], kind="stable").index
    return slos.loc[order].reset_index(drop=True)


def slo_table(analyses: Analyses, slos: pd.DataFrame) -> Table:
    """The SLO summary, or some of its rows, as people read it."""
    frame = with_column(slos, [rests_on(row) for row in SLO_SUMMARY.rows(slos)]).assign(
        note_text=[_note(row) for row in SLO_SUMMARY.rows(slos)],
        window_text=[_window(row) for row in SLO_SUMMARY.rows(slos)],
        interval=[_interval(row) for row in SLO_SUMMARY.rows(slos)],
        by_day=daily.column(_by_day(analyses, slos), slos.index),
    )
    columns = [
        Column("service", t("Service")),
        Column("name", t("SLO")),
        Column("state", t("State"), "state"),
        *column(frame),
        Column("attainment", t("Attained"), "percent"),
        Column("objective", t("Objective"), "percent"),
        Column("budget_remaining", t("Budget left"), "budget"),
        Column("budget_remaining_before", t("Left at last meeting"), "budget"),
        Column("budget_spent_since_last", t("Spent since last meeting"), "budget"),
        Column("burn_rate", t("Burn rate"), "number"),
        Column("by_day", t("Share of bad events by day"), "trend"),
        Column("bad", t("Bad events"), "count"),
        Column("total", t("Events"), "count"),
        Column("missing_fraction", t("Steps missing"), "percent"),
    ]
    if frame["window_text"].nunique() > 1 or frame["period"].any():
        columns.insert(2, Column("window_text", t("Window")))
    return Table(
        t("Service level objectives"),
        frame,
        tuple(columns),
        details=(Column("interval", t("Attained, 95% interval")), Column("note_text", t("Note"))),
        anchor=("service", "name"),
        caption=_caption(slos),
    )


def _by_day(analyses: Analyses, slos: pd.DataFrame) -> list[list[float]]:
    """The share of bad events of each day since the last meeting, for each SLO; none where no total is known."""
    return [analyses.slo.bad_by_day.get(ref, []) for ref in refs(slos)]


def _caption(slos: pd.DataFrame) -> str:
    """What the columns are over, and why two of them do not add up to the third."""
    return t(
        "{over}. New bad events come in while old ones leave the window, so what was left at the "
        "last meeting minus what was spent since is not what is left now. Attained is rounded down.",
        over=_over(slos),
    )


def _over(slos: pd.DataFrame) -> str:
    spans = {write(seconds, "duration") for seconds in slos["window_s"].dropna()}
    return t("Over the last {span}", span=spans.pop()) if len(spans) == 1 else t("Over each objective's own window")


def _note(row: SloRow) -> str:
    parts = [why_unknown(row["state"], row["reason"])] if row["reason"] else []
    parts += [t("not met, but within chance")] if row["within_chance"] else []
    parts += [_words(code) for code in str(row["note"]).split()]
    if row["excluded_fraction"] > 0:
        share, everything = write(row["excluded_fraction"], "percent"), write(row["attainment_all"], "percent")
        parts.append(t("{share} of events excluded; counting all: {all}", share=share, all=everything))
    return clauses(parts)


def _words(code: str) -> str:
    """A code of ``SLO_SUMMARY`` as people read it; an unknown one as it is."""
    name, _, detail = code.partition(":")
    words = {
        "bad_absent": t("no bad-event series: counted as zero"),
        "bad_over_total": t("more bad than total events: counted as all bad"),
        "good_absent": t("no good-event series: counted as all bad"),
        "good_over_total": t("more good than total events: counted as all good"),
        "between_bounds": t(
            "the threshold lies between bucket bounds {bounds}", bounds=detail.replace("..", t(" and "))
        ),
        "interpolated": t("share within a bucket is interpolated"),
        "ratio_invalid": t("steps with a ratio outside 0 to 1: {count}", count=detail)
        if detail
        else t("the ratio is outside 0 to 1"),
        "bad_negative": t("the number of bad events is negative"),
        "total_negative": t("the number of events is negative"),
        "no_events": t("{query} is a ratio, which counts no events", query=detail),
        "under_one": t("less than one bad event: is error_query a ratio?"),
        "partial": t("the server gave a partial answer"),
        "born": t("includes {n} first events of new series, which increase() misses", n=detail),
    }
    return words.get(name, code)


def _window(row: SloRow) -> str:
    periods = {"month": t("this month"), "quarter": t("this quarter")}
    return periods.get(row["period"]) or write(row["window_s"], "duration")


def _interval(row: SloRow) -> str:
    """Where chance matters: few events, or an objective that lies inside the interval."""
    low, high = row["attainment_low"], row["attainment_high"]
    if not (row["total"] < FEW or low < row["objective"] < high) or low != low:  # NaN is not equal to itself
        return ""
    return t("{low} to {high}", low=write(low, "percent"), high=write(high, "percent"))


def _charts(analyses: Analyses) -> list[Chart]:
    found = (chart(analyses, row) for row in SLO_SUMMARY.rows(analyses.slo.summary))
    return [one for one in found if one is not None]


def chart(analyses: Analyses, row: SloRow) -> Chart | None:
    """The burn rate of an SLO (a row of ``SLO_SUMMARY``); of one that allows no bad event the share of bad events.

    ``None`` where no total is known.
    """
    return _burn(analyses, row) if row["objective"] < 1 else _ratio(analyses, row)


def _burn(analyses: Analyses, row: SloRow) -> Chart | None:
    ref = SloRef.of_row(row)
    history = analyses.slo.burn_history(ref)
    if history is None:
        return None
    history.columns = [t("over {span}", span=write(span, "duration")) for span in history.columns]
    lines = [
        Line(page.factor, t("page threshold ({span})", span=write(page.long.total_seconds(), "duration")))
        for page in PAGE
    ]
    caption = t(
        "Bad / total events, divided by the {allowed} that the objective allows. A steady burn rate "
        "of 1 spends the budget in exactly one window",
        allowed=write(1 - row["objective"], "percent"),
    )
    target = next(each for each in analyses.slo.targets if each.ref == ref)
    events = analyses.slo.events_of.get(ref, [])
    few = too_few_to_page(target, analyses.slo.trends[ref], events, analyses.facts.window)
    if few:
        why = tn(
            "only {n} bad event in the page window: too few to page",
            "only {n} bad events in the page window: too few to page",
            round(few),
        )
        caption = clauses([caption, why if few < MIN_BAD else t("too little of the budget was lost to page")])
    return Chart(
        title=t("{name}: burn rate", name=ref),
        frame=grid.between(history, begin(analyses), analyses.facts.window.end),
        lines=(*lines, Line(1.0, t("sustainable rate"))),
        caption=caption,
        unit="",
        bent=True,
        **_common(analyses, row),
    )


def _ratio(analyses: Analyses, row: SloRow) -> Chart | None:
    ref = SloRef.of_row(row)
    ratio = analyses.slo.error_ratio(ref, SMOOTH)
    if ratio is None:
        return None
    return Chart(
        title=t("{name}: share of bad events", name=ref),
        frame=grid.between(ratio, begin(analyses), analyses.facts.window.end).to_frame(ref),
        lines=(Line(1 - row["objective"], t("allowed by {objective}", objective=write(row["objective"], "percent"))),),
        caption=t("Bad / total events over {span}", span=write(SMOOTH.total_seconds(), "duration")),
        unit="",
        kind="percent",
        **_common(analyses, row),
    )


def _common(analyses: Analyses, row: SloRow) -> dict[str, Any]:
    window = analyses.facts.window
    return {
        "step": window.step,
        "timezone": window.timezone,
        "anchor": f"slo-{row['service']}-{row['name']}",
        "marks": marks(analyses, row["service"]),
        "folded": True,
    }
