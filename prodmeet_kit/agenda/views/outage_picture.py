"""The picture of an outage: the share of bad events around it, when users were hurt, pages and changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.outages.facets import change_before
from prodmeet_kit.agenda.outages.length import began_at, length
from prodmeet_kit.agenda.views import over_time
from prodmeet_kit.agenda.views.slo_picture import objective, summary_of, what_is_bad
from prodmeet_kit.analysis.series import cells
from prodmeet_kit.analysis.slo.shares import shares
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.core.subjects import rest_of
from prodmeet_kit.evidence import Mark
from prodmeet_kit.evidence.finding_view import KeyNumber, Picture
from prodmeet_kit.evidence.panels import Panels
from prodmeet_kit.i18n.languages import listed, t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.incidents import MISSED
from prodmeet_kit.schemas.paging import PAGES

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.findings.finding import Finding
    from prodmeet_kit.schemas.incidents import OutageRow

__all__ = ["picture"]

TIMES, LEAST, MOST = 6, timedelta(hours=6), timedelta(days=4)
"""So many lengths of the outage are shown before it and after it, but at least and at most so long."""

LARGE = 0.2
"""A fifth of a budget owes a postmortem (SRE Workbook, appendix B)."""

PAGES_NAMED = 4
"""More pages than these are drawn by the first of each alert alone."""


def picture(analyses: Analyses, found: Finding) -> Picture:
    """The worst SLO of an outage around its time; without one the load; and what share of a budget it spent."""
    row = next((each for each in over_time.outages(analyses) if each["id"] == rest_of(found.subject)), None)
    if row is None:
        return Picture()
    start, end = _around(analyses, row)
    worst = _worst(analyses, row)
    made = _of_slo(analyses, row, worst, start, end) if worst else None
    return Picture(made or _of_load(analyses, row, start, end), _key(row, worst))


def _around(analyses: Analyses, row: OutageRow) -> tuple[datetime, datetime]:
    """From when to when the picture goes; never beyond the meeting, nor before there are data."""
    window = analyses.facts.window
    begin, ended = began_at(row), over_time.outage_end(row) or window.end
    beside = min(max(TIMES * (ended - begin), LEAST), MOST)
    return max(begin - beside, window.history_start), min(ended + beside, window.end)


def _worst(analyses: Analyses, row: OutageRow) -> str:
    """The SLO that lost the largest share of its budget, else the first that burned; empty for none."""
    spent = {ref: share for ref, share in row["budget_spent"].items() if share == share}
    known = [ref for ref in [*sorted(spent, key=lambda ref: -spent[ref]), *row["slos"]] if ref in analyses.slo.trends]
    return known[0] if known else ""


def _of_slo(analyses: Analyses, row: OutageRow, ref: str, start: datetime, end: datetime) -> Panels | None:
    summary, trend, window = summary_of(analyses, ref), analyses.slo.trends[ref], analyses.facts.window
    if summary is None:
        return None
    bad, step = shares(trend, start, end, window.step, 1 - summary["objective"])
    if not bad.notna().any():
        return None
    return Panels(
        title=t("{name} around {outage}", name=ref, outage=_name(row)),
        series=bad,
        step=step,
        start=start,
        end=end,
        timezone=window.timezone,
        anchor=f"finding-outage-{row['id']}",
        caption=over_time.every(f"{ref}: {what_is_bad(analyses, ref)}", step),
        kind="percent",
        level=objective(summary),
        marks=_happened(analyses, row, start, end),
        below=over_time.load_below(analyses, SloRef(ref).service, start, end, step),
    )


def _of_load(analyses: Analyses, row: OutageRow, start: datetime, end: datetime) -> Panels | None:
    """The load of the first of its services that has one: all that is known of an outage no SLO saw."""
    window = analyses.facts.window
    for load in analyses.capacity.load_rows:
        ref = SloRef.of_row(load)
        series = analyses.capacity.load_series.get(ref)
        if load["service"] not in row["services"] or series is None:
            continue
        step = cells.cell(end - start, window.step)
        shown = cells.highest(series, start, end, step)
        if shown.notna().any():
            return Panels(
                title=t("{name} around {outage}", name=ref, outage=_name(row)),
                series=shown,
                step=step,
                start=start,
                end=end,
                timezone=window.timezone,
                anchor=f"finding-outage-{row['id']}",
                caption=over_time.every(t("load {name}", name=ref), step),
                unit=str(load["unit"]),
                marks=_happened(analyses, row, start, end),
            )
    return None


def _happened(analyses: Analyses, row: OutageRow, start: datetime, end: datetime) -> tuple[Mark, ...]:
    """User impact, changes before it, its pages, and when the page that is missing would have come."""
    began, timezone = began_at(row), analyses.facts.window.timezone
    found = [Mark(began, over_time.outage_end(row), _impact(row), "incident")]
    change = change_before(row, analyses.facts.record(frames.CHANGES))
    before = [change["id"]] if change is not None else []
    found += over_time.marks(analyses, row["services"], start, hurt=False, end=end, causes=before)
    pages = [page for page in PAGES.rows(analyses.paging.all_pages) if page["id"] in row["pages"]]
    named: list[str] = []
    for page in pages:
        if len(pages) <= PAGES_NAMED or page["alert"] not in named:
            found.append(Mark(page["start"].to_pydatetime(), None, page["alert"], "page"))
        named.append(page["alert"])
    for missed in MISSED.rows(analyses.detection.missed):
        if missed["id"] == row["id"] and missed["fires_at"] == missed["fires_at"]:
            at = missed["fires_at"].to_pydatetime()
            clock = write(at, "time", timezone=timezone).rsplit(" ", 1)[-1]
            rule = missed["would_have_fired"]
            found.append(Mark(at, None, t("{rule} would have paged at {time}", rule=rule, time=clock), "unpaged"))
    return tuple(found)


def _impact(row: OutageRow) -> str:
    how_long = t("goes on") if over_time.outage_end(row) is None else length(row)
    unpaged = [t("nobody paged")] if row["paged"] is False else []
    return " · ".join([_name(row), how_long, *unpaged])


def _name(row: OutageRow) -> str:
    return listed(row["incidents"]) or t("outage")


def _key(row: OutageRow, worst: str) -> KeyNumber:
    spent: Any = row["budget_spent"].get(worst, float("nan"))
    lasted = t("goes on") if over_time.outage_end(row) is None else length(row)
    if not isfinite(spent):
        return KeyNumber(lasted, t("with user impact"), tone="bad")
    return KeyNumber(
        value=write(spent, "budget"),
        about=t("of the error budget of {name} spent", name=worst),
        before=t("in {length}", length=lasted),
        tone="bad" if spent >= LARGE else "attention",
    )
