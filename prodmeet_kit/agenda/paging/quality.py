"""How well pages match outages: always with the counts, and a share where there are enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.analysis.paging.quality import enough
from prodmeet_kit.evidence import Column, Table
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import UNKNOWN, write
from prodmeet_kit.i18n.ranges import lengths
from prodmeet_kit.schemas.paging import PAGING_BY_ALERT, PAGING_HISTORY

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.analysis.paging.quality import PagingQuality
    from prodmeet_kit.core.time_ranges import Between
    from prodmeet_kit.evidence import Evidence
    from prodmeet_kit.schemas.paging import AlertQualityRow

__all__ = ["evidence"]


def evidence(analyses: Analyses) -> tuple[Evidence, ...]:
    """The four measures of the SRE Workbook, then by alert and by meeting, folded."""
    return (_measures(analyses.detection.quality), _by_alert(analyses), _history(analyses))


def _measures(quality: PagingQuality) -> Table:
    import pandas as pd

    told = [
        (
            "precision",
            t("Precision"),
            _counted(quality.pages_caught, quality.pages),
            t("pages sent for an outage"),
        ),
        (
            "recall",
            t("Recall"),
            _counted(quality.events_caught, quality.events),
            t("outages that were paged"),
        ),
        (
            "detection_time",
            t("Detection time"),
            lengths(quality.detection),
            t("from the start of user impact to the first page"),
        ),
        (
            "reset_time",
            t("Reset time"),
            lengths(quality.reset),
            t("from the end of user impact to the end of the last page"),
        ),
    ]
    frame = pd.DataFrame(told, columns=["code", "measure", "value", "meaning"])
    columns = (
        Column("measure", t("Measure")),
        Column("value", t("Since the last meeting")),
        Column("meaning", t("What it measures")),
    )
    return Table(t("Page quality"), frame, columns, anchor=("code",), place="measure", folded=True)


def _counted(some: int, whole: int) -> str:
    """Counts first; a share only of enough."""
    if not whole:
        return t("no data to judge by")
    text = t("{some} of {all}", some=some, all=whole)
    return t("{counts} ({share})", counts=text, share=write(some / whole, "percent")) if enough(whole) else text


def _times(each: list[Between] | None) -> str:
    return lengths(each) if each else UNKNOWN


def _by_alert(analyses: Analyses) -> Table:
    by_alert = analyses.detection.by_alert
    frame = by_alert.assign(
        precision_text=[_row_precision(row) for row in PAGING_BY_ALERT.rows(by_alert)],
        detection_text=[_times(row["detection_between_s"]) for row in PAGING_BY_ALERT.rows(by_alert)],
        reset_text=[_times(row["reset_between_s"]) for row in PAGING_BY_ALERT.rows(by_alert)],
    )
    columns = (
        Column("alert", t("Alert"), "code"),
        Column("service", t("Service")),
        Column("precision_text", t("Pages for an outage")),
        Column("events", t("Outages caught"), "count"),
        Column("detection_text", t("Detection time")),
        Column("reset_text", t("Reset time")),
    )
    return Table(t("The same by alert"), frame, columns, anchor=("alert", "service"), folded=True, place="alert")


def _row_precision(row: AlertQualityRow) -> str:
    return _counted(int(row["caught"]), int(row["pages"]))


def _history(analyses: Analyses) -> Table:
    history = analyses.detection.history
    frame = history.assign(
        pages_text=[_of(row["caught"], row["pages"]) for row in PAGING_HISTORY.rows(history)],
        events_text=[_of(row["events_caught"], row["events"]) for row in PAGING_HISTORY.rows(history)],
        detection_text=[_times(row["detection_between_s"]) for row in PAGING_HISTORY.rows(history)],
    )
    columns = (
        Column("meeting", t("Meeting"), "date"),
        Column("pages_text", t("Pages for an outage")),
        Column("events_text", t("Outages paged")),
        Column("detection_text", t("Detection time")),
    )
    return Table(t("From meeting to meeting"), frame, columns, anchor=("meeting",), folded=True, place="meeting")


def _of(some: float, whole: float) -> str:
    return t("{some} of {all}", some=int(some), all=int(whole)) if whole else UNKNOWN
