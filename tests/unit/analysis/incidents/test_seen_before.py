"""Earlier incidents of a kind, and the base rate beside them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analysis.incidents.seen_before import kinds, similar, words
from prodmeet_kit.schemas.frames import INCIDENTS, rows


def incident(name: str, start: str, title: str = "Database lost its leader", **more: Any) -> dict[str, Any]:
    return {"id": name, "title": title, "services": ["cart"], "start": pd.Timestamp(start, tz="UTC"), **more}


def asked(*others: dict[str, Any], **more: Any) -> dict[str, Any] | None:
    now = incident("now", "2026-11-17", **more)
    frame = INCIDENTS.frame([*others, now])
    return kinds(rows(frame)[-1], frame)


@pytest.mark.parametrize(
    ("title", "other", "alike"),
    [
        ("Database lost its leader", "Leader of the database was lost", True),
        ("Databases without leaders", "Database leader", True),
        ("Database lost its leader", "Database disk full", False),  # one word of two
        ("Failover", "Failover took long", True),  # it has one word only
        ("Errors in cart", "Errors in cart", True),  # the same, though no word of it tells anything
        ("Outage", "Down", False),
        ("決済サーバーの停止", "決済サーバーが停止した", True),
        ("決済サーバーの停止", "検索の遅延", False),
        ("cause:dns x", "cause: DNS something else", True),
        ("Database lost its leader cause:dns", "Database lost its leader cause:disk", False),
    ],
)
def test_incidents_are_of_a_kind_by_their_words_or_by_their_cause(title: str, other: str, alike: bool) -> None:
    one, two = (incident("x", "2026-11-17", text, impact="") for text in (title, other))
    assert similar(one, two) is similar(two, one) is alike


def test_a_cause_may_stand_in_the_impact() -> None:
    one = incident("x", "2026-11-17", "Slow", impact="cause:dns")
    assert similar(one, incident("y", "2026-11-18", "Dead cause:dns.", impact=""))


@pytest.mark.parametrize(
    ("mine", "theirs", "alike"), [(["web"], ["cart"], False), ([], [], True), ([], ["cart"], False)]
)
def test_incidents_of_a_kind_share_a_service(mine: list[str], theirs: list[str], alike: bool) -> None:
    one, two = (incident("x", "2026-11-17", services=names, impact="") for names in (mine, theirs))
    assert similar(one, two) is alike


def test_the_names_of_services_do_not_tell_a_kind() -> None:
    assert words("Cart-api lost the queue", ["cart-api"]) == {"queue"}


def test_the_number_comes_with_the_base_rate() -> None:
    found = asked(
        incident("old", "2025-11-16"),  # 366 days before: out of reach
        incident("a", "2026-05-18"),
        incident("b", "2026-10-01", services=["cart", "web"]),
        incident("other", "2026-10-02", "Disk full"),
        incident("web", "2026-10-03", services=["web"]),
        incident("later", "2026-11-18"),
    )
    # The records reach back beyond a year, so a year is looked through: 3 in 365 days are 0.75 a quarter.
    assert found == {
        "count": 3,
        "ids": ["b", "a"],
        "since": pd.Timestamp("2025-11-17", tz="UTC"),
        "days": 365.0,
        "per_quarter": 0.75,
        "of_service": 4,
    }


def test_under_a_quarter_of_records_gives_no_rate() -> None:
    found = asked(incident("a", "2026-10-18", "Disk full"))
    assert found is not None
    assert (found["count"], found["ids"], found["days"], found["per_quarter"]) == (1, [], 30.0, None)
    assert found["since"] == pd.Timestamp("2026-10-18", tz="UTC")


def test_without_an_older_record_nothing_can_be_said() -> None:
    assert asked(incident("later", "2026-11-18")) is None


@pytest.mark.parametrize(
    ("start", "more", "once"),
    [
        ("2026-11-16T23:40", {}, True),  # 20 minutes before, by another clock
        ("2026-11-16T23:00", {}, False),  # an hour before, and nobody says how long it was
        ("2026-11-16T23:00", {"end": pd.Timestamp("2026-11-17T02:00", tz="UTC")}, True),
        ("2026-11-16T23:00", {"end": pd.Timestamp("2026-11-16T23:20", tz="UTC")}, False),
        ("2026-11-16T23:40", {"services": ["web"]}, False),
        ("2026-11-16T23:40", {"services": ["web", "cart"]}, True),
        ("2026-11-16T23:40", {"services": []}, True),
    ],
)
def test_an_outage_that_is_written_down_twice_was_not_seen_before(start: str, more: dict[str, Any], once: bool) -> None:
    found = asked(incident("a", "2026-08-01"), incident("twice", start, **more))
    assert found is not None
    assert ("twice" in found["ids"]) is (not once and more.get("services") != ["web"])
    assert found["of_service"] == (2 if once or more.get("services") == ["web"] else 3)
    alone = asked(incident("twice", start, **more))
    assert (alone is None) is once


def test_an_earlier_outage_of_two_sources_counts_once() -> None:
    end = pd.Timestamp("2026-10-01T02:00", tz="UTC")
    found = asked(
        incident("PD-1", "2026-10-01T00:04", "[P1] cart: alert group firing", end=end),
        incident("INC-1", "2026-10-01T00:00", end=end),
        incident("PD-2", "2026-10-01T01:10", end=end),
    )
    assert found is not None
    assert (found["count"], found["ids"], found["of_service"]) == (2, ["INC-1"], 2)


def test_overlapping_records_do_not_grow_into_a_chain() -> None:
    hour = pd.Timedelta(hours=1)
    begins = [pd.Timestamp("2026-10-01", tz="UTC") + number * 0.9 * hour for number in range(6)]
    found = asked(*(incident(f"{n}", str(at.tz_localize(None)), end=at + hour) for n, at in enumerate(begins)))
    assert found is not None
    assert found["ids"] == ["4", "2", "0"]
