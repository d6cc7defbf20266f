"""Unpaged events (``analyses.detection.missed``): which standard rule would have paged, when, how often; its text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prodmeet_kit.evidence import Column, Table
from prodmeet_kit.i18n import ranges
from prodmeet_kit.i18n.languages import listed, t
from prodmeet_kit.schemas.incidents import MISSED

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence
    from prodmeet_kit.schemas.incidents import MissedRow

__all__ = ["evidence"]


def evidence(analyses: Analyses) -> tuple[Evidence, ...]:
    """Lay out unpaged burns, the most expensive first, then the rules to add; nothing where all were paged."""
    missed = analyses.detection.missed
    if not len(missed):
        return ()
    found = MISSED.rows(missed)
    began, start = _moments(analyses, found, "start", t("Start"))
    fires, fires_at = _moments(analyses, found, "fires", t("Would have fired at"))
    frame = missed.assign(
        began=began,
        rule_words=[_rule(row) for row in found],
        fires=fires,
        detected=[_detected(row) for row in found],
        price=[_price(row) for row in found],
        pages=[_pages(row["noise_alerts"]) for row in found],
    )
    columns = (
        Column("title", t("What")),
        Column("service", t("Service")),
        start,
        Column("budget_spent", t("Error budget spent"), "budget"),
        Column("rule_words", t("Rule that would have caught it")),
        fires_at,
        Column("detected", t("Would have detected it after")),
        Column("price", t("Expected firings")),
    )
    details = (Column("pages", t("Pages")),)
    table = Table(t("Should have paged"), frame, columns, details, anchor=("id",), caption=_caption(), folded=True)
    return table, *_rules(analyses, found)


def _caption() -> str:
    return t(
        "Largest share of the error budget first. Expected firings: how often the rule would have "
        "fired since the meeting before the last."
    )


def _pages(noise: list[str] | None) -> str:
    """What paged in it all the same; empty where nothing did."""
    return t("pages of {alerts} during it were noise", alerts=listed(noise)) if noise else ""


def _moments(
    analyses: Analyses, found: Sequence[Mapping[str, Any]], name: str, title: str
) -> tuple[list[Any] | pd.Series[Any], Column]:
    """Moments to the minute, or words where one of them is known to a wider range; and the column to show them in."""
    import pandas as pd

    column = "began" if name == "start" else name
    between = [(row[f"{name}_from"], row[f"{name}_to"]) for row in found]
    if any(ranges.is_wide(*each) for each in between):
        return [ranges.moment(*each, analyses.facts.window.timezone) for each in between], Column(column, title)
    plain = "start" if name == "start" else "fires_at"
    middles = [
        row[plain] if low != low else low + (high - low) / 2  # NaT
        for row, (low, high) in zip(found, between, strict=True)
    ]
    return pd.Series(pd.to_datetime(middles, utc=True)), Column(column, title, "time")


def _detected(row: MissedRow) -> str:
    low, high = row["detection_low_s"], row["detection_high_s"]
    return ranges.length(low, high) if low == low else ranges.length(row["detection_s"], row["detection_s"])  # NaN


def _rule(row: MissedRow) -> str:
    if not row["would_have_fired"]:
        return t("no standard rule")
    words = f"{row['would_have_fired']} {row['rule_slo']}".strip()
    return t("{rule}, a ticket only", rule=words) if row["rule_severity"] == "ticket" else words


def _price(row: MissedRow) -> str:
    if row["would_fire"] != row["would_fire"]:  # NaN
        return ""
    n, told = int(row["would_fire"]), int(row["would_tell"])
    if n == 1:
        return (
            t("would have fired once, during a fast burn") if told else t("would have fired once, but in no fast burn")
        )
    return t("would have fired {n} times, {caught} of them during a fast burn", n=n, caught=told)


def _rules(analyses: Analyses, found: list[MissedRow]) -> tuple[Evidence, ...]:
    """One row an SLO whose rules would have caught it, in the order of the table above."""
    import pandas as pd

    refs = list(dict.fromkeys(row["rule_slo"] for row in found if row["rule_slo"]))
    ready = analyses.detection.ready_rules
    why = {
        "": t("check it with promtool check rules before use"),
        "other_language": t("not generated: alert rules are PromQL, and the SLO's queries are not"),
        "bounds_unknown": t("not generated: the server did not return the buckets of the histogram"),
        "slice_too_long": t("not generated: a time slice is longer than the shortest window of the rule"),
        "no_condition": t("not generated: no error ratio can burn this budget that fast"),
    }
    if not refs:
        return ()
    frame = pd.DataFrame(
        {"slo": refs, "note": [why[ready[ref].reason] for ref in refs], "text": [ready[ref].text for ref in refs]}
    )
    columns = (Column("slo", t("SLO"), "code"), Column("note", t("Rule file")))
    details = (Column("text", t("Prometheus rules"), "code"),)
    return (Table(t("Rules ready to add"), frame, columns, details=details, folded=True),)
