"""Page groups, consultations and toil."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from prodmeet_kit.analysis.meeting import consultations, toil
from prodmeet_kit.analysis.paging import groups as page_groups
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas import frames

WINDOW = Window.ending(datetime(2026, 11, 23, tzinfo=UTC), cadence=timedelta(days=14), timezone="UTC")


def page(alert: str, start: str, verdict: str, minutes: float, caught: list[str] | None = None) -> dict[str, object]:
    return {
        "id": f"{alert}@{start}",
        "alert": alert,
        "start": start,
        "duration_s": minutes * 60,
        "suggested_verdict": verdict,
        "reason": "caught" if caught else "slis_fine",
        "caught": caught or [],
        "outages": caught or [],
    }


def test_pages_of_one_alert_with_two_verdicts_are_one_row_and_the_doubtful_come_first() -> None:
    pages = frames.PAGES.frame(
        [
            page("CartErrors", "2026-11-15T03:00Z", "right", 40, ["cart/availability@x"]),
            page("HighCPU", "2026-11-12T01:00Z", "noise", 4),
            page("HighCPU", "2026-11-13T01:00Z", "noise", 8),
            page("HighCPU", "2026-11-14T01:00Z", "noise", 5),
            page("CartErrors", "2026-11-18T03:00Z", "noise", 3),
        ]
    )
    found = page_groups.groups(pages)
    assert list(zip(found["alert"], found["suggested_verdict"], found["count"], strict=True)) == [
        ("HighCPU", "noise", 3),
        ("CartErrors", "right", 2),
    ]
    assert found["verdicts"].tolist() == [{"noise": 3}, {"noise": 1, "right": 1}]
    assert found["median_duration_s"].iloc[0] == 300  # 4, 5 and 8 minutes
    assert list(found["caught"]) == [0, 1]


def test_pages_before_the_last_meeting_are_not_this_meetings() -> None:
    pages = frames.PAGES.frame([page("A", "2026-11-08T23:59Z", "noise", 1), page("A", "2026-11-09T00:00Z", "noise", 1)])
    assert list(page_groups.since_last(pages, WINDOW)["id"]) == ["A@2026-11-09T00:00Z"]


def test_open_questions_come_first_and_old_answers_are_gone() -> None:
    asked = frames.CONSULTATIONS.frame(
        [
            {"id": "C-1", "asked": "2026-10-01", "answer": "yes", "answered": "2026-11-01"},
            {"id": "C-2", "asked": "2026-11-10", "answer": "no", "answered": "2026-11-12"},
            {"id": "C-3", "asked": "2026-11-11"},
            {"id": "C-4", "asked": "2026-11-02"},
            {"id": "C-5", "asked": "2026-11-24"},
            {"id": "C-6", "asked": "2026-11-03", "answer": "undated"},
        ]
    )
    assert list(consultations.current(asked, WINDOW)["id"]) == ["C-4", "C-3", "C-6", "C-2"]


def test_toil_is_priced_in_hours_a_quarter_dearest_first() -> None:
    kept = frames.TOIL.frame(
        [
            {"id": "T-1", "minutes": 10.0, "times_per_week": 3.0},
            {"id": "T-2", "minutes": None, "times_per_week": 5.0},
            {"id": "T-3", "minutes": 60.0, "times_per_week": 1.0},
        ]
    )
    found = toil.findings(kept)
    assert list(found["id"]) == ["T-3", "T-1", "T-2"]
    # 60 * 1 * 13 / 60 = 13 h; 10 * 3 * 13 / 60 = 6.5 h
    assert list(found["hours_per_quarter"])[:2] == pytest.approx([13, 6.5])
