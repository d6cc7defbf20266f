"""Subjects of older minutes and reports are those of today; today's stay as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodmeet_kit.core.subjects import current, kind_of, rest_of, service_in, subject

OLD = {
    "slo_missed/web/latency": "slo:web/latency",
    "slo_unknown/web/latency": "slo:web/latency",
    "budget_spent/web/latency": "slo:web/latency",
    "limit_near/cart/memory": "resource:cart/memory",
    "limit_near/cart/memory/return": "resource:cart/memory",
    "saturated/cart/memory": "resource:cart/memory",
    "borrowed_overdue/cart/memory": "resource:cart/memory",
    "regression/web/cpu": "resource:web/cpu",
    "load_moved/web/requests": "load:web/requests",
    "load_unusual/web/requests": "load:web/requests",
    "outage/INC-1": "outage:INC-1",
    "postmortem_owed/INC-1": "outage:INC-1",
    "event_unpaged/INC-1": "outage:INC-1",
    "untold_event/web/latency@2026-11-12T02:00": "outage:web/latency@2026-11-12T02:00",
    "page/WebHighCPU/web": "alert:WebHighCPU/web",
    "noise/WebHighCPU/web": "alert:WebHighCPU/web",
    "change_at_risk/CH-1": "change:CH-1",
    "change_needs_response/CH-1": "change:CH-1",
    "action/AI-1": "action_item:AI-1",
    "consultation/Q-1": "question:Q-1",
    "topic/T-1": "topic:T-1",
    "toil/T-1": "toil:T-1",
    "promise/limit_near/cart/memory": "promise:resource:cart/memory",
    "promise/action/AI-7": "promise:action_item:AI-7",
}


@pytest.mark.parametrize(("old", "new"), OLD.items())
def test_what_older_minutes_wrote_is_about_todays_subject(old: str, new: str) -> None:
    assert current(old) == new


@pytest.mark.parametrize("new", [*OLD.values(), "all:slos", "service:web/latency"])
def test_todays_subjects_stay(new: str) -> None:
    assert current(new) == new


@pytest.mark.parametrize("text", ["", "x", "Q-1", "old/x", "our_own_item/a/b", "Why do we / did we?", "/", "a/b:c"])
def test_what_people_called_otherwise_stays_theirs(text: str) -> None:
    assert current(text) == text


WORDS = st.sampled_from([*{old.partition("/")[0] for old in OLD}, "attention", "promise", "other", "return", "web", ""])


@given(st.lists(WORDS | st.text("ab:/@_ é", max_size=4), max_size=5).map("/".join) | st.text())
def test_a_subject_once_read_stays(written: str) -> None:
    assert current(current(written)) == current(written)


@given(st.sampled_from(sorted(OLD)), st.text(min_size=1))
def test_two_old_names_of_one_thing_meet_and_of_two_things_do_not(old: str, name: str) -> None:
    rule = old.partition("/")[0]
    assert current(f"{rule}/{name}x") != current(f"{rule}/{name}y")
    assert current(f"slo_missed/{name}") == current(f"budget_spent/{name}")


@pytest.mark.parametrize(
    ("about", "kind", "rest", "service"),
    [
        ("slo:web/latency", "slo", "web/latency", "web"),
        ("resource:cart/memory", "resource", "cart/memory", "cart"),
        ("load:web/requests", "load", "web/requests", "web"),
        ("alert:WebHighCPU/web", "alert", "WebHighCPU/web", "web"),
        ("alert:WebHighCPU/", "alert", "WebHighCPU/", ""),
        ("outage:INC-1", "outage", "INC-1", ""),
        ("promise:slo:web/latency", "promise", "slo:web/latency", ""),
        ("plain text", "", "", ""),
    ],
)
def test_a_subject_says_its_kind_its_name_and_its_service(about: str, kind: str, rest: str, service: str) -> None:
    assert (kind_of(about), rest_of(about), service_in(about)) == (kind, rest, service)
    assert not kind or subject(kind, *rest.split("/")) == about
