"""Precision and recall with their counts, by alert and from meeting to meeting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import isnan

import pandas as pd

from prodmeet_kit.agenda.paging.quality import _counted
from prodmeet_kit.analysis.paging.quality import PagingQuality, by_alert, history, quality
from prodmeet_kit.analysis.paging.said import with_verdicts
from prodmeet_kit.core.window import Window
from prodmeet_kit.i18n.ranges import lengths
from prodmeet_kit.schemas.frames import OUTAGES, PAGES, PAGING_BY_ALERT, PAGING_HISTORY, SLO_EVENTS, VERDICTS
from tests.support.outages import outages_of
from tests.support.reviews import END, WINDOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def page(alert: str, start: datetime, *caught: str, lasted: timedelta = HOUR) -> dict[str, object]:
    return {
        "id": f"{alert}@{start}", "alert": alert, "service": "cart", "start": start, "end": start + lasted,
        "caught": list(caught), "outages": list(caught), "suggested_verdict": "right" if caught else "noise",
    }  # fmt: skip


def event(identity: str, onset: datetime, lasted: timedelta = HOUR) -> dict[str, object]:
    return {"id": identity, "service": "cart", "slo": "a", "onset": onset, "end": onset + lasted}


def test_a_share_of_few_is_only_counted() -> None:
    assert _counted(2, 3) == "2 of 3"
    assert _counted(0, 0) == "no data to judge by"
    assert _counted(3, 6) == "3 of 6 (50%)"


def test_what_people_say_of_an_alert_counts_at_once() -> None:
    onset, outages = END - DAY, OUTAGES.frame()
    pages = PAGES.frame([page("A", onset, "e"), page("A", END - 3 * DAY), page("B", END - 4 * DAY)])

    def caught(**said: str) -> int:
        verdicts = VERDICTS.frame(
            {"alert": a, "service": "cart", "meeting": END, "verdict": v} for a, v in said.items()
        )
        return quality(with_verdicts(pages, verdicts, WINDOW), outages, WINDOW).pages_caught

    assert [caught(), caught(B="right"), caught(A="noise"), caught(A="right", B="wrong_way")] == [1, 2, 0, 3]


def test_each_alert_is_measured_by_itself() -> None:
    # One event, 12:00 to 13:00 of the day before; Fast pages after 5 min, Slow after 30; Noisy three times elsewhere.
    onset = END - DAY
    events = SLO_EVENTS.frame([event("e", onset)])
    pages = PAGES.frame(
        [
            page("Fast", onset + timedelta(minutes=5), "e"),
            page("Slow", onset + timedelta(minutes=30), "e"),
            *(page("Noisy", END - n * DAY) for n in (3, 4, 5)),
        ]
    )
    found = PAGING_BY_ALERT.check(by_alert(pages, outages_of(WINDOW, events=events), WINDOW)).set_index("alert")
    assert list(found.index) == ["Noisy", "Fast", "Slow"]
    assert found["pages"].tolist() == [3, 1, 1]
    assert found["caught"].tolist() == [0, 1, 1]
    assert found.loc[["Fast", "Slow"], "detection_median_s"].tolist() == [300, 1800]
    # Fast ends at 13:05, Slow at 13:30: 5 and 30 min after the end.
    assert found.loc[["Fast", "Slow"], "reset_median_s"].tolist() == [300, 1800]
    assert found["detection_median_s"].isna().tolist() == [True, False, False]


def test_times_are_known_to_the_range_of_onset_and_end() -> None:
    onset, minute = END - DAY, timedelta(minutes=1)
    known = {"onset_from": onset - minute, "onset_to": onset + 5 * minute}
    known |= {"end_from": onset + 58 * minute, "end_to": onset + 60 * minute}
    events = SLO_EVENTS.frame([{**event("e", onset), **known}])
    found = quality(PAGES.frame([page("A", onset + 4 * minute, "e")]), outages_of(WINDOW, events=events), WINDOW)
    assert list(found.detection) == [(0, 300)] and list(found.reset) == [(240, 360)]
    assert isnan(found.detection_median_s) and found.reset_median_s == 300
    assert lengths(found.detection) == "up to 5 min (one event)"
    assert lengths(found.reset) == "about 5 min (one event)"


def test_of_two_events_both_are_named_and_of_three_the_median() -> None:
    two = [(400.0, 430.0), (60.0, 420.0)]
    assert lengths(two) == "1 min to 7 min, about 7 min (2 events)"
    assert lengths([*two, (1200.0, 1230.0)]) == "median about 7 min, worst about 20 min (3 events)"
    assert lengths([]) == "no data to judge by"
    assert PagingQuality(1, 1, 2, 2, detection_between_s=tuple(two)).detection_worst_s == 415


def test_the_meeting_before_is_counted_by_the_same_rule() -> None:
    before = WINDOW.start - 2 * DAY
    events = SLO_EVENTS.frame([event("old", before), event("new", END - DAY)])
    pages = PAGES.frame([page("A", before + timedelta(minutes=10), "old"), page("A", END - 2 * DAY)])
    found = PAGING_HISTORY.check(history(pages, outages_of(WINDOW, events=events), WINDOW))
    assert found["meeting"].tolist() == [pd.Timestamp(WINDOW.start), pd.Timestamp(END)]
    assert found[["pages", "caught", "events", "events_caught"]].to_numpy().tolist() == [[1, 1, 1, 1], [1, 0, 1, 0]]
    assert found["detection_median_s"].iloc[0] == 600


def test_the_meeting_before_is_there_when_the_clock_was_changed_since() -> None:
    # Berlin puts its clocks back on 25 October: 14 days and 1 hour since the last meeting, 14 days before it.
    changed = Window.ending(datetime(2026, 11, 2, 9, tzinfo=UTC), cadence=14 * DAY, timezone="Europe/Berlin")
    assert changed.length == 14 * DAY + timedelta(hours=1)
    found = history(PAGES.frame(), OUTAGES.frame(), changed)
    assert found["meeting"].tolist() == [pd.Timestamp(changed.start), pd.Timestamp(changed.end)]
