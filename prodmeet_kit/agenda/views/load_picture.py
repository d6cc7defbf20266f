"""The picture of a load: four weeks of it, with the same weekdays before in grey."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from prodmeet_kit.agenda.views import over_time
from prodmeet_kit.analysis.series import cells
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.core.subjects import rest_of
from prodmeet_kit.evidence.finding_view import KeyNumber, Picture
from prodmeet_kit.evidence.panels import Panels
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import write

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.findings.finding import Finding

__all__ = ["picture"]


def picture(analyses: Analyses, found: Finding) -> Picture:
    """The load over four weeks, and how much it changed like for like."""
    ref = rest_of(found.subject)
    series = analyses.capacity.load_series.get(ref)
    if series is None or not series.notna().any():
        return Picture()
    window = analyses.facts.window
    begin = over_time.back(analyses, series.first_valid_index())
    length = cells.cell(window.end - begin, window.step)
    usual = cells.mean(cells.weeks_before(series, begin, window.timezone), begin, window.end, length)
    known = bool(usual.notna().any())
    said = over_time.every(t("mean of {name}", name=ref), length)
    service, _, name = ref.partition("/")
    return Picture(
        Panels(
            title=t("{name}: load", name=ref),
            series=cells.mean(series, begin, window.end, length),
            step=length,
            start=begin,
            end=window.end,
            timezone=window.timezone,
            anchor=f"finding-load-{service}-{name}",
            caption=t("{what}; grey: the same weekdays before", what=said) if known else said,
            unit=analyses.capacity.load_units.get(ref, ""),
            usual=usual if known else None,
            marks=over_time.marks(analyses, [service], begin),
        ),
        _key(analyses, ref),
    )


def _key(analyses: Analyses, ref: str) -> KeyNumber | None:
    row = next((each for each in analyses.capacity.pattern_rows if SloRef.of_row(each) == ref), None)
    if row is None or not isfinite(row["like_for_like"]):
        return None
    return KeyNumber(write(row["like_for_like"], "change"), t("against the same weekdays and hours"))
