"""How well pages tell of what users suffer: precision and recall with their counts, detection and reset times.

Definitions of the SRE Workbook, chapter 5; see :mod:`.paging`. They are counts of what happened, without an interval:
the pages of one alert, and the outages of one service, are alike, so that Wilson's interval over pages held the true
share in 52 of 100 simulated worlds, over outages in 83, and one by alerts, of which there are few, in 89.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import isnan, nan
from typing import Any, NamedTuple

import pandas as pd

from prodmeet_kit.analysis.incidents import outage_pages
from prodmeet_kit.core.time_ranges import Between, decided, median_of, since_end, since_onset, worst_of
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import PAGING_BY_ALERT, PAGING_HISTORY
from prodmeet_kit.schemas.incidents import OUTAGES

__all__ = ["ENOUGH", "PagingQuality", "by_alert", "history", "quality", "tells"]

ENOUGH = 5
"""Of fewer, a share says nothing: only the counts are shown. Own choice."""

TELLS = ("right", "late", "duplicate", "wrong_way")
"""What people say of a page that told of an outage, whether or not an SLI shows one."""


@dataclass(frozen=True)
class PagingQuality:
    """How well pages matched outages in one period. Times in seconds, one for each event that has one.

    ``detection_s``: onset to first page, 0 when the page was there before.
    ``reset_s``: end of the event to the end of its last page, 0 when that ended before; events and pages
    that go on at the meeting have none yet. An onset and an end are known to a range: these are the middles,
    ``detection_between_s`` and ``reset_between_s`` the least and the most of each.
    """

    pages: int
    pages_caught: int
    events: int
    events_caught: int
    detection_s: tuple[float, ...] = ()
    reset_s: tuple[float, ...] = ()
    detection_between_s: tuple[Between, ...] = field(default=(), compare=False)
    reset_between_s: tuple[Between, ...] = field(default=(), compare=False)

    @property
    def precision(self) -> float:
        """Share of pages that were sent for an outage; NaN without pages."""
        return self.pages_caught / self.pages if self.pages else nan

    @property
    def recall(self) -> float:
        """Share of outages that were paged; NaN without any."""
        return self.events_caught / self.events if self.events else nan

    @property
    def detection(self) -> tuple[Between, ...]:
        """The least and the most of each detection time."""
        return self.detection_between_s or tuple((each, each) for each in self.detection_s)

    @property
    def reset(self) -> tuple[Between, ...]:
        """The same of each reset time."""
        return self.reset_between_s or tuple((each, each) for each in self.reset_s)

    @property
    def detection_median_s(self) -> float:
        """The middle detection time; NaN without one, of two, and where its range is too wide for one number."""
        return decided(*median_of(self.detection))

    @property
    def detection_worst_s(self) -> float:
        """The longest detection time; NaN without one, and where its range is too wide for one number."""
        return decided(*worst_of(self.detection))

    @property
    def reset_median_s(self) -> float:
        """The middle reset time; NaN as for detection."""
        return decided(*median_of(self.reset))

    @property
    def reset_worst_s(self) -> float:
        """The longest reset time; NaN as for detection."""
        return decided(*worst_of(self.reset))


def quality(
    pages: pd.DataFrame, outages: pd.DataFrame, window: Window, span: tuple[datetime, datetime] | None = None
) -> PagingQuality:
    """Precision, recall, detection and reset times of what began in ``span`` (default: since the last meeting).

    ``pages`` is ``PAGES``, ``outages`` is ``OUTAGES`` of which somebody knows whether they were paged: one counts as
    caught by any of the pages, also an older one. Detection counts from the onset that the SLI saw, else from the
    start people wrote.
    """
    return _quality(_sent(pages), OUTAGES.rows(outages), span or (window.start, window.end))


class _Page(NamedTuple):
    """What quality asks of a page (a row of ``PAGES``); ``tells`` as :func:`tells` says."""

    alert: str
    service: str
    start: pd.Timestamp
    end: pd.Timestamp
    cut_end: bool
    outages: list[str]
    tells: bool


def _sent(pages: pd.DataFrame) -> list[_Page]:
    """The pages in their order."""
    columns = [pages[name].tolist() for name in ("alert", "service", "start", "end", "cut_end", "outages")]
    return [_Page(*page) for page in zip(*columns, _tell(pages), strict=True)]


def _quality(
    pages: Sequence[_Page], outages: Iterable[Mapping[str, Any]], span: tuple[datetime, datetime]
) -> PagingQuality:
    since, until = span
    recent = [page for page in pages if since <= page.start < until]
    begun = [outage for outage in outages if since <= outage["span_start"] < until]
    told: dict[str, list[_Page]] = {}
    for page in pages:
        for name in page.outages:
            told.setdefault(name, []).append(page)
    detection, reset = [], []
    caught = [outage for outage in begun if outage["id"] in told]
    for outage in caught:
        mine = told[outage["id"]]
        # As outage_pages.first: one that fired for long before is the first only where no other came.
        new = [page for page in mine if page.start >= outage["span_start"] - outage_pages.OLD]
        dated = outage if pd.notna(outage["onset"]) else {"onset": outage["span_start"]}
        detection.append(_not_before(since_onset(dated, (new or mine)[0].start)))
        if not outage["ongoing"] and not any(page.cut_end for page in mine):
            reset.append(_not_before(since_end(outage, max(page.end for page in mine))))
    return PagingQuality(
        pages=len(recent),
        pages_caught=sum(page.tells for page in recent),
        events=len(begun),
        events_caught=len(caught),
        detection_s=tuple((low + high) / 2 for low, high in detection),
        reset_s=tuple((low + high) / 2 for low, high in reset),
        detection_between_s=tuple(detection),
        reset_between_s=tuple(reset),
    )


def tells(pages: pd.DataFrame) -> pd.Series[bool]:
    """Whether each page (``PAGES``) was sent for an outage: by what people say of it, else by its outages."""
    return pd.Series(_tell(pages), index=pages.index, dtype=bool)


def _tell(pages: pd.DataFrame) -> list[bool]:
    columns = (pages[name] for name in ("shown_verdict", "suggested_verdict", "outages"))
    return [
        shown in TELLS if shown not in ("", suggested) else bool(outages)
        for shown, suggested, outages in zip(*columns, strict=True)
    ]


def _not_before(between: Between) -> Between:
    low, high = between
    return max(low, 0.0), max(high, 0.0)


def by_alert(pages: pd.DataFrame, outages: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The same by alert and service, as ``PAGING_BY_ALERT``, most pages first.

    An alert's detection times are those of the outages it told of, from onset to its own first page.
    """
    told, span = OUTAGES.rows(outages), (window.start, window.end)
    sent: dict[tuple[str, str], list[_Page]] = {}
    for page in _sent(pages):
        sent.setdefault((page.alert, page.service), []).append(page)
    found = []
    for (alert, service), mine in sorted(sent.items(), key=lambda each: each[0]):
        own = _quality(mine, told, span)
        if not own.pages:
            continue
        found.append(
            {
                "alert": alert,
                "service": service,
                "pages": own.pages,
                "caught": own.pages_caught,
                "precision": own.precision,
                "events": own.events_caught,
                "detection_median_s": own.detection_median_s,
                "detection_worst_s": own.detection_worst_s,
                "reset_median_s": own.reset_median_s,
                "detection_between_s": [list(each) for each in own.detection],
                "reset_between_s": [list(each) for each in own.reset],
            }
        )
    return PAGING_BY_ALERT.frame(sorted(found, key=lambda row: (-row["pages"], row["alert"], row["service"])))


def history(pages: pd.DataFrame, outages: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The pages and outages of the meeting before and of this one, as ``PAGING_HISTORY``.

    SLO events are known from ``compare_start`` on: an older period would count pages without events.
    """
    sent, told, found = _sent(pages), OUTAGES.rows(outages), []
    for since, until in ((window.compare_start, window.start), (window.start, window.end)):
        own = _quality(sent, told, (since, until))
        found.append(
            {
                "meeting": until,
                "pages": own.pages,
                "caught": own.pages_caught,
                "events": own.events,
                "events_caught": own.events_caught,
                "detection_median_s": own.detection_median_s,
                "detection_between_s": [list(each) for each in own.detection],
            }
        )
    return PAGING_HISTORY.frame(found)


def enough(trials: float) -> bool:
    """Whether a share of so many may be shown as one."""
    return not isnan(trials) and trials >= ENOUGH
