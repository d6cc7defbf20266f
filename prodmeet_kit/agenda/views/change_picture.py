"""Pictures of changes: those planned on a time axis, and of one that is done what moved most before and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING

from prodmeet_kit.agenda.metrics.slo_facets import slow_ones
from prodmeet_kit.agenda.views import over_time
from prodmeet_kit.agenda.views.slo_picture import of_slo, summary_of
from prodmeet_kit.analysis.changes.planned import collisions
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.core.subjects import kind_of, rest_of
from prodmeet_kit.evidence.finding_view import KeyNumber, Picture
from prodmeet_kit.evidence.panels import Panels, Stretch
from prodmeet_kit.evidence.spans import Closed, Span, Spans
from prodmeet_kit.i18n.languages import listed, t
from prodmeet_kit.i18n.numbers import points, write
from prodmeet_kit.parameters.freezes import public_holidays
from prodmeet_kit.render.labels import brief
from prodmeet_kit.schemas.changes import BEFORE_AFTER, COLLISIONS, UPCOMING

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.findings.finding import Finding
    from prodmeet_kit.schemas.changes import BeforeAfterRow, UpcomingRow

__all__ = ["picture"]

BESIDE = timedelta(hours=3)
"""So much is shown before the first and after the last of changes that are close together, at least."""

CLOSE = 0.25
"""Changes within so small a share of the time to the next meeting are shown by themselves."""


def picture(analyses: Analyses, found: Finding) -> Picture:
    """The changes of the finding that are still to come; of one that is done, before and after."""
    named = {rest_of(each) for each in found.subjects if kind_of(each) == "change"}
    named |= {rest_of(each) for _, facet in found.facets for each in facet.joins if kind_of(each) == "change"}
    ahead = [row for row in UPCOMING.rows(analyses.changes.upcoming) if row["id"] in named]
    if ahead:
        return _planned(analyses, ahead)
    return _done(analyses, rest_of(found.subject))


def _planned(analyses: Analyses, rows: Sequence[UpcomingRow]) -> Picture:
    ids = [row["id"] for row in rows]
    window = analyses.facts.window
    frame = analyses.changes.upcoming
    overlaps = [
        (row["start"].to_pydatetime(), row["end"].to_pydatetime())
        for row in COLLISIONS.rows(collisions(frame[frame["id"].isin(ids)]))
    ]
    spans = tuple(
        Span(
            row["start"].to_pydatetime(),
            _end(row),
            brief(f"{row['id']} {row['title']}".strip(), 44),
            row["owner"] or t("no owner"),
        )
        for row in rows
    )
    start, end = _axis(spans, window.end, analyses.facts.next_meeting)
    figure = Spans(
        title=t("Planned changes: {ids}", ids=listed(ids)),
        spans=spans,
        start=start,
        end=end,
        timezone=window.timezone,
        anchor=f"finding-change-{ids[0]}",
        caption=t("planned changes"),
        overlaps=tuple(overlaps),
        closed=_closed(analyses, start, end),
    )
    return Picture(figure, _overlap(overlaps))


def _overlap(overlaps: Sequence[tuple[datetime, datetime]]) -> KeyNumber | None:
    """How long changes go on at once."""
    seconds = max(((end - start).total_seconds() for start, end in overlaps), default=0.0)
    return KeyNumber(write(seconds, "duration"), t("both at once"), tone="attention") if seconds > 0 else None


def _end(row: UpcomingRow) -> datetime:
    """Its end; one without is a moment."""
    ended = row["end"] if row["end"] == row["end"] else row["start"]  # NaT is unlike itself
    return ended.to_pydatetime()


def _axis(spans: Sequence[Span], meeting: datetime, following: datetime) -> tuple[datetime, datetime]:
    """From the meeting to the next one; changes that are close together, by themselves."""
    first, last = min(each.start for each in spans), max(each.end for each in spans)
    if len(spans) > 1 and last - first < CLOSE * (following - meeting):
        beside = max(BESIDE, 0.6 * (last - first))
        return first - beside, last + beside
    return min(meeting, first), max(following, min(last, following + (following - meeting)))


def _closed(analyses: Analyses, start: datetime, end: datetime) -> tuple[Closed, ...]:
    """Freezes and public holidays on the axis."""
    product = analyses.facts.product
    found = [(*each.span(product.timezone), each.reason) for each in product.freezes]
    found += public_holidays(product.holidays, start, end, product.timezone, product.language)
    return tuple(Closed(begin, over, label) for begin, over, label in found if begin < end and over > start)


def _done(analyses: Analyses, change: str) -> Picture:
    """Before and after a change, of the measure that moved most beyond noise; words only where none did."""
    moved = [
        row
        for row in BEFORE_AFTER.rows(analyses.changes.before_after)
        if row["change"] == change and row["outcome"] in ("up", "down") and row["kind"] in ("slo", "load", "resource")
    ]
    for row in sorted(moved, key=lambda each: (each["kind"] != "slo", -_size(each))):
        figure = _measure(analyses, row)
        if figure is not None:
            return Picture(figure, _moved(analyses, row))
    return Picture()


def _size(row: BeforeAfterRow) -> float:
    """How much larger the one side is than the other, as a factor less one."""
    low, high = sorted((abs(row["before"]), abs(row["after"])))
    return high / low - 1 if low > 0 else float("inf") if high > 0 else 0.0


def _measure(analyses: Analyses, row: BeforeAfterRow) -> Panels | None:
    ref = SloRef.of_row(row)
    if row["kind"] == "slo":
        summary = summary_of(analyses, ref)
        made = of_slo(analyses, summary) if summary is not None else None
    else:
        known = analyses.capacity.load_series if row["kind"] == "load" else analyses.capacity.resource_series
        made = _plain(analyses, row, known.get(ref))
    if made is None:
        return None
    service = row["service"]
    marks = over_time.marks(analyses, [service], made.start, causes=[row["change"]])
    return replace(made, marks=marks, stretches=_stretches(row), anchor=f"finding-change-{row['change']}")


def _plain(analyses: Analyses, row: BeforeAfterRow, series: pd.Series[float] | None) -> Panels | None:
    if series is None or not series.notna().any():
        return None
    window = analyses.facts.window
    begin = over_time.back(analyses, series.first_valid_index())
    return Panels(
        title=SloRef.of_row(row),
        series=series[series.index > begin],
        step=window.step,
        start=begin,
        end=window.end,
        timezone=window.timezone,
        anchor="",
        caption=SloRef.of_row(row),
        unit=row["unit"],
    )


def _stretches(row: BeforeAfterRow) -> tuple[Stretch, ...]:
    def value(number: float) -> str:
        return write(number, "percent") if row["kind"] == "slo" else write(number, "amount", unit=row["unit"])

    sides = (
        (row["before_start"], row["before_end"], row["before"], t("before {value}", value=value(row["before"]))),
        (row["after_start"], row["after_end"], row["after"], t("after {value}", value=value(row["after"]))),
    )
    return tuple(
        Stretch(begin.to_pydatetime(), end.to_pydatetime(), mean, words)
        for begin, end, mean, words in sides
        if begin == begin and end == end and isfinite(mean)  # NaT is unlike itself
    )


def _moved(analyses: Analyses, row: BeforeAfterRow) -> KeyNumber | None:
    if not isfinite(row["effect"]):
        return None
    ref = SloRef.of_row(row)
    if row["kind"] != "slo":
        return KeyNumber(write(row["effect"], "change"), ref)
    bad = t("slow requests of {name}", name=ref) if slow_ones(analyses, ref) else t("bad events of {name}", name=ref)
    return KeyNumber(points(row["effect"]), bad, tone="bad" if row["effect"] > 0 else "quiet")
