"""What would silence a noisy alert."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.paging.proposals import Replayed, candidates, proposals
from prodmeet_kit.schemas.frames import EPISODES, NOISE, PAGES, PROPOSALS, SLO_EVENTS
from tests.support.grids import END, at, window

WINDOW = window()
LABELS = '{"service":"cart","severity":"page"}'
SERIES = '{"service":"cart"}'
MINUTES = pd.date_range(WINDOW.start, END, freq="1min", name="time")


def rule(
    spells: list[tuple[str, int, float]], compared: tuple[str, float] | None = (">", 10.0), **more: Any
) -> Replayed:
    """A rule evaluated each minute without ``for``; spells are start, minutes, value; else the value is 1."""
    values = pd.Series(1.0, index=MINUTES)
    for start, minutes, value in spells:
        first = at(f"2026-11-{start}")
        values[first : first + pd.Timedelta(minutes=minutes - 1)] = value
    given = {"for_s": 0.0, "keep_firing_for_s": 0.0, "interval_s": 60.0, **more}
    return Replayed({"severity": "page"}, values=values.to_frame(SERIES), compared=compared, **given)


def seen(spells: list[tuple[str, int, float]]) -> pd.DataFrame:
    named = {"alert": "Slow", "service": "cart", "severity": "page", "page": True, "labels": LABELS}
    return EPISODES.frame(
        {
            **named,
            "id": start,
            "start": at(f"2026-11-{start}"),
            "end": at(f"2026-11-{start}") + pd.Timedelta(minutes=minutes),
            "duration_s": 60 * minutes,
        }
        for start, minutes, _ in spells
    )


def proposed(
    spells: list[tuple[str, int, float]], replayed: Replayed | None, reason: str, events: Any = ()
) -> pd.DataFrame:
    noisy = NOISE.frame([{"alert": "Slow", "service": "cart", "severity": "page", "reason": reason}])
    rules = {("Slow", "page"): replayed} if replayed else {}
    return PROPOSALS.check(proposals(noisy, seen(spells), SLO_EVENTS.frame(events), rules, WINDOW))


SHORT = [(f"{day}T03:00", 4, 12.0) for day in (12, 13, 14, 15)]
LONG = ("17T03:00", 40, 50.0)
EVENT = {"id": "e", "service": "cart", "onset": at("2026-11-17T03:00"), "end": at("2026-11-17T03:40")}


def test_the_smallest_for_that_silences_most_and_misses_no_event() -> None:
    found = proposed([*SHORT, LONG], rule([*SHORT, LONG]), "mostly_noise", [EVENT]).set_index("change")
    # Four minutes that hold are three apart: 2m leaves all five, 5m the long one, which is the event's.
    row = found.loc["for"]
    assert (row["before"], row["after"], row["episodes"], row["vanish"]) == (0, 300, 5, 4)
    assert (row["caught"], row["missed"], row["matched"], row["extra"], row["backed"]) == (1, 0, 5, 0, True)
    # The peaks of what told of nothing are 12 each: 13 is the next number of two digits.
    assert (found.loc["threshold", "after"], found.loc["threshold", "vanish"]) == (13, 4)
    assert "delete" not in found.index


def test_a_change_that_would_miss_an_event_is_not_proposed() -> None:
    event = {**EVENT, "onset": at("2026-11-15T03:00"), "end": at("2026-11-15T03:03")}
    found = proposed(SHORT, rule(SHORT), "mostly_noise", [event])
    # Every change that silences the others silences the one in the event too.
    assert found["change"].tolist() == [""] and found["caught"].tolist() == [1]


def test_flapping_is_joined_by_the_smallest_keep_firing_for() -> None:
    # Ends at 03:02, 03:10, ...: six minutes until it is back, so 5m is too short and 10m joins all four.
    flaps = [(f"12T03:{minute:02}", 2, 12.0) for minute in (0, 8, 16, 24)]
    found = proposed(flaps, rule(flaps), "flapping").set_index("change")
    assert (found.loc["keep_firing_for", "after"], found.loc["keep_firing_for", "vanish"]) == (600, 3)


def test_a_replay_that_differs_from_what_was_seen_backs_nothing() -> None:
    found = proposed(SHORT, rule([*SHORT[:3], ("20T03:00", 4, 12.0)]), "slis_fine")
    assert found["change"].tolist() == ["for", "threshold"]
    assert set(found["matched"]) == {3} and set(found["extra"]) == {1} and not found["backed"].any()


def test_what_is_not_replayed_says_why_and_is_not_deleted_after_four_times() -> None:
    refused = Replayed({}, 0, 0, 60, None, reason="no_answer", error="503")
    found = proposed(SHORT, refused, "slis_fine")
    assert found[["change", "kept", "reason", "error"]].to_numpy().tolist() == [["review", "few", "no_answer", "503"]]
    assert np.isnan(found["matched"].iloc[0]) and not found["backed"].iloc[0]
    assert proposed(SHORT, None, "self_resolved")[["change", "reason"]].to_numpy().tolist() == [["", "no_rule"]]


@pytest.mark.parametrize(("noisy", "expected"), [(1, []), (2, ["mostly_noise"])])
def test_an_alert_half_of_whose_pages_were_noise_is_tried_too(noisy: int, expected: list[str]) -> None:
    pages = PAGES.frame(
        {
            "id": str(n),
            "alert": "Slow",
            "start": at(f"2026-11-{12 + n}"),
            "shown_verdict": "noise" if n < noisy else "right",
        }
        for n in range(3)
    )
    assert candidates(NOISE.frame(), pages, WINDOW)["reason"].tolist() == expected
