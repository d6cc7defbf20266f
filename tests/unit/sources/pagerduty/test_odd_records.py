"""A PagerDuty record with null or odd parts costs itself at most, and is said; the good one beside it is read."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.schemas import frames
from prodmeet_kit.sources.http import adapter
from prodmeet_kit.sources.pagerduty.source import read
from tests.support.counts import count
from tests.support.mutated import mutated
from tests.support.pagerduty_asking import FIRING, SECRET, config, context
from tests.support.pagerduty_server import PagerDuty, entry, incident, running


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGERDUTY_TOKEN", SECRET)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(adapter, "PAUSES_S", (0.0, 0.0))


@pytest.fixture
def world() -> Iterator[PagerDuty]:
    with running(PagerDuty()) as one:
        yield one


GOOD = incident("P777", "2026-11-20T10:00:00Z", status="resolved")
ENTRIES = [
    entry("P777", "trigger", "2026-11-20T10:00:00Z", channel={"type": "api", "details": FIRING.format(1)}),
    entry("P777", "acknowledge", "2026-11-20T10:04:00Z"),
    entry("P777", "resolve", "2026-11-20T10:30:00Z"),
]
NOBODY = "name no service of the product: add it to service_names; did you mean cart?"


def answers(world: PagerDuty, incidents: Any, entries: Any, **frame: Any) -> None:
    """Have it say exactly this, whatever is asked."""

    def instead(path: str) -> tuple[int, dict[str, str], Any]:
        if path == "/incidents":
            return 200, {}, {"incidents": incidents, "more": False, "total": None, **frame}
        return 200, {}, {"log_entries": entries, "more": False, "total": 3, **frame}

    world.instead = instead


def asked(world: PagerDuty, spec: frames.Spec = frames.ALERT_RUNS, **more: Any) -> tuple[pd.DataFrame, list[str]]:
    given = context(spec)
    return spec.check(read(config(world, **more), given)), given.gaps


@pytest.mark.parametrize("spec", [frames.ALERT_RUNS, frames.INCIDENTS], ids=lambda spec: spec.name)
@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ({"service": None}, ["PagerDuty names no PagerDuty service for P13: shown without a service"]),
        (
            {"service": {"id": "PCRAT01", "summary": "carts"}},
            [f"1 of PagerDuty service carts (PCRAT01) {NOBODY}"],
        ),
        ({"service": {"id": "PCART01", "summary": "Cart"}}, []),
        ({"priority": {}, "teams": None, "assignments": None, "escalation_policy": None, "body": None}, []),
        ({"title": None, "summary": None, "html_url": None, "incident_key": None, "resolved_at": "soon"}, []),
        ({"status": "snoozed"}, []),
        ({"created_at": "2026-11-20T11:00:00"}, []),
        (
            {"urgency": "severity_based"},
            ["PagerDuty does not say whether the urgency of P13 is high or low: taken for high"],
        ),
    ],
)
def test_an_incident_with_null_or_odd_parts_is_read(
    world: PagerDuty, spec: frames.Spec, odd: dict[str, Any], said: list[str]
) -> None:
    answers(world, [GOOD, incident("P13", "2026-11-20T11:00:00Z") | odd], ENTRIES)
    made, gaps = asked(world, spec)
    assert made["start"].tolist() == [pd.Timestamp("2026-11-20T10:00Z"), pd.Timestamp("2026-11-20T11:00Z")]
    assert gaps == said


def test_an_incident_before_the_last_meeting_without_a_service_is_a_note(world: PagerDuty) -> None:
    answers(world, [GOOD, incident("P13", "2026-11-01T11:00:00Z", service=None)], ENTRIES)
    made, gaps = asked(world)
    assert (len(made), gaps) == (2, [])


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ({"created_at": "0001-01-01T00:00:00Z"}, "P13: created_at: Value error, write a year from 1970 to 2199"),
        ({"created_at": "9999-12-31T23:59:59Z"}, "P13: created_at: Value error, write a year from 1970 to 2199"),
        ({"created_at": None}, "P13: created_at: "),
        ({"id": None}, " incidents cannot be read: id: "),
        ({"id": "../users"}, "../users: id: "),
    ],
)
def test_an_incident_without_an_id_or_a_time_is_left_out_and_is_a_gap(
    world: PagerDuty, odd: dict[str, Any], said: str
) -> None:
    answers(world, [incident("P13", "2026-11-20T11:00:00Z") | odd, GOOD, None, "text"], ENTRIES)
    made, (gap,) = asked(world)
    assert made["summary"].tolist() == ["Trouble P777"]
    assert said in gap


def test_a_log_entry_that_cannot_be_read_is_a_gap(world: PagerDuty) -> None:
    answers(world, [GOOD], [*ENTRIES, entry("P777", "annotate", "soon"), None])
    made, (gap,) = asked(world)
    assert made["acknowledged"].tolist() == [pd.Timestamp("2026-11-20T10:04Z")]
    assert gap.startswith("2 log entries cannot be read: ")


def test_an_incident_that_ends_before_it_begins_lasts_no_time(world: PagerDuty) -> None:
    answers(world, [GOOD], [ENTRIES[0], entry("P777", "resolve", "2026-11-20T09:00:00Z")])
    for spec, end in ((frames.ALERT_RUNS, "last"), (frames.INCIDENTS, "end")):
        made, _ = asked(world, spec)
        assert made[end].tolist() == made["start"].tolist()


def test_what_is_written_down_as_another_products_is_no_gap(world: PagerDuty) -> None:
    answers(world, [GOOD, incident("P13", "2026-11-20T11:00:00Z", service={"id": "PM", "summary": "mail"})], ENTRIES)
    made, gaps = asked(world, other_services=["Mail"])
    assert (len(made), gaps) == (2, [])


def test_a_list_that_says_more_for_ever_is_given_up(world: PagerDuty) -> None:
    answers(world, [GOOD], ENTRIES, more=True)
    with pytest.raises(SourceError, match="the same incidents again and again"):
        asked(world)
    assert len(world.asked) == 2


@pytest.mark.timeout(1200)  # of the full count
def test_a_damaged_record_costs_itself_at_most(world: PagerDuty) -> None:
    random = Random(20261123)
    bad = incident("P13", "2026-11-20T11:00:00Z", priority={"id": "PPRIO01", "summary": "P1"})
    told = entry("P13", "trigger", "2026-11-20T11:00:00Z", channel={"type": "api", "details": FIRING.format(2)})
    answers(world, [GOOD], ENTRIES)
    alone = {spec.name: asked(world, spec)[0] for spec in (frames.ALERT_RUNS, frames.INCIDENTS)}
    for number in range(count(25, 2000)):
        spec, key = ((frames.ALERT_RUNS, "summary"), (frames.INCIDENTS, "title"))[number % 2]
        answers(world, random.sample([GOOD, mutated(bad, random)], 2), [*ENTRIES, mutated(told, random)])
        began = time.monotonic()
        made, _ = asked(world, spec)
        assert time.monotonic() - began < 5
        read_ = made[made[key] == "Trouble P777"].reset_index(drop=True)
        pd.testing.assert_frame_equal(read_, alone[spec.name])
        made.to_parquet(io.BytesIO())  # whatever was read can be kept


@pytest.mark.timeout(1200)  # of the full count
def test_a_damaged_answer_is_a_frame_or_a_refusal(world: PagerDuty) -> None:
    random = Random(7)
    for _ in range(count(25, 2000)):
        frame = mutated({"more": False, "total": 3}, random)
        answers(world, mutated([GOOD], random), mutated(ENTRIES, random), **(frame if isinstance(frame, dict) else {}))
        began = time.monotonic()
        with suppress(SourceError):
            asked(world)
        assert time.monotonic() - began < 5
