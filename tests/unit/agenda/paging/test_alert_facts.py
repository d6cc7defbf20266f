"""The items about alerts say what was seen, in both counts, and what could not be seen."""

from __future__ import annotations

from typing import Any

import pytest

from prodmeet_kit.agenda.paging.alert_facts import evidence
from prodmeet_kit.evidence import Note, Table
from prodmeet_kit.schemas.frames import label_key
from tests.support.grids import at
from tests.support.reviews import review


def run(start: str, last: str, pod: str, page: bool | None = True) -> dict[str, Any]:
    labels = label_key({"service": "cart", "pod": pod})
    times = {"start": at(f"2026-11-{start}"), "last": at(f"2026-11-{last}"), "interval_s": 60}
    return {"alertname": "Burn", "labels": labels, "state": "firing", "page": page, **times}


def test_episodes_and_alert_events_are_both_counted_and_old_ones_are_not() -> None:
    runs = [
        run("12T01:00", "12T01:10", "a"),
        run("12T01:12", "12T01:20", "b"),
        run("12T09:00", "12T09:10", "a", page=None),
        run("01T09:00", "01T09:10", "a"),
    ]
    note, table = evidence(review({"alert_runs": runs}).analyses)
    assert isinstance(note, Note) and isinstance(table, Table)
    assert note.text.startswith(
        "Since the last meeting: 3 episodes of 1 alert, in 2 alert events. 2 episodes and 1 alert event paged."
    )
    assert note.text.endswith(
        "It is not known whether 1 firing paged; it counts as not paging. Set page at its source."
    )
    assert table.frame["text"].tolist() == ["alerts shorter than one evaluation interval (1 min) are not recorded"]
    assert table.folded


def test_episodes_joined_of_runs_are_told() -> None:
    runs = [run("12T01:00", "12T01:10", "a"), run("12T01:05", "12T01:20", "a")]
    note = evidence(review({"alert_runs": runs}).analyses)[0]
    assert isinstance(note, Note)
    assert (
        "1 episode was merged from several firings: it flapped, several servers reported it, "
        "or evaluations were missed." in note.text
    )


@pytest.mark.parametrize("told", [True, False])
def test_whether_anybody_can_tell_who_answered_is_said(told: bool) -> None:
    note = evidence(review({"alert_runs": [run("12T01:00", "12T01:10", "a") | {"acknowledges": told}]}).analyses)[0]
    assert isinstance(note, Note)
    assert ("No alert source records whether a person acknowledged the alert." in note.text) is not told


def test_flapping_is_joined_as_the_parameters_say() -> None:
    runs = [run("12T01:00", "12T01:10", "a"), run("12T01:20", "12T01:30", "a")]
    for gap, count in (("0s", 2), ("8m", 2), ("9m", 1)):  # it ends at 01:11
        sources = {"alerts": [{"type": "prometheus_alerts", "flap_gap": gap}, {"type": "prometheus_alerts"}]}
        assert len(review({"alert_runs": runs}, sources=sources).analyses.alerting.episodes) == count


def test_labels_of_replicas_come_from_the_parameters() -> None:
    runs = [run("12T01:00", "12T01:10", "a"), run("12T01:05", "12T01:20", "b")]
    sources = {"alerts": [{"type": "prometheus_alerts", "replica_labels": ["pod"]}]}
    assert len(review({"alert_runs": runs}).analyses.alerting.episodes) == 2
    assert len(review({"alert_runs": runs}, sources=sources).analyses.alerting.episodes) == 1


def test_without_alerts_nothing_is_said_of_them() -> None:
    assert evidence(review({"alert_runs": None}).analyses) == ()
