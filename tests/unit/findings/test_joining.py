"""Findings: what belongs together is one, asks one question, gets minutes once, and has one owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from prodmeet_kit.analysis.meeting import timeboxing
from prodmeet_kit.evidence.facet import Check, Facet
from prodmeet_kit.findings.finding import Finding, findings, wish
from prodmeet_kit.findings.joining import joined
from tests.support.reviews import about, review, rules

CHANGE = {
    "id": "CH-1", "title": "Move", "owner": "dba", "start": "2026-11-25T01:00Z", "end": "2026-11-25T02:00Z",
    "services": ["cart"], "rollback": "move back",
}  # fmt: skip


def facet(subject: str, rule: str = "outage", score: float = 50.0, **more: Any) -> Facet:
    """A facet that asks, for two minutes; without a question it wants none."""
    given_ = {"question": f"What of {subject}?", "reason": f"{subject} is odd", "minutes": 2.0, **more}
    if not given_["question"]:
        given_["minutes"] = 0.0
    return Facet(score=score, subject=subject, rule=rule, **given_)


def found(
    by_section: Mapping[str, Sequence[Facet]],
    minutes: float = 30.0,
    owners: Mapping[str, str] | None = None,
    waited: Mapping[str, int] | None = None,
) -> list[Finding]:
    """The findings of a meeting of so many minutes without caps."""
    groups = joined(by_section)
    return findings(groups, timeboxing.share(map(wish, groups), minutes, None, waited), minutes, owners or {})


def together(*facets: Facet) -> set[frozenset[str]]:
    """Which subjects are one finding."""
    return {frozenset(group.subjects) for group in joined({"metrics": facets})}


# What belongs together


def test_what_two_sections_say_of_one_subject_is_one_finding_in_the_section_that_presses_most() -> None:
    (one,) = found({"metrics": [facet("resource:a/disk", "limit_near", 40)],
                    "non_paging_events": [facet("resource:a/disk", "attention", 60)]})  # fmt: skip
    assert (one.subject, one.section) == ("resource:a/disk", "non_paging_events")
    assert [(section, each.rule) for section, each in one.facets] == [
        ("non_paging_events", "attention"),
        ("metrics", "limit_near"),
    ]


def test_what_comes_of_the_same_change_is_one_finding_about_what_presses_most() -> None:
    cause = ("change:CH-31",)
    (one,) = found({"metrics": [facet("resource:web/cpu", "regression", 60, joins=cause),
                                facet("slo:web/latency", "slo_missed", 90, joins=cause)]})  # fmt: skip
    assert (one.subject, set(one.subjects)) == ("slo:web/latency", {"slo:web/latency", "resource:web/cpu"})


def test_an_outage_and_the_pages_that_told_of_it_are_one_finding() -> None:
    told = facet("alert:Burn/web", "page_right", 20, joins=("outage:INC-1",), question="")
    assert together(facet("outage:INC-1"), told) == {frozenset({"outage:INC-1", "alert:Burn/web"})}


def test_changes_that_overlap_are_one_finding() -> None:
    first = facet("change:1", "change_at_risk", joins=("change:2",))
    second = facet("change:2", "change_at_risk", joins=("change:1",))
    assert together(first, second) == {frozenset({"change:1", "change:2"})}


def test_what_shares_only_a_service_a_rule_or_an_owner_stays_apart() -> None:
    shared: dict[str, Any] = {"services": ("web",), "owner": "ann"}
    apart = [facet(f"slo:web/{name}", "slo_missed", **shared) for name in ("latency", "errors")]
    assert len(together(*apart, facet("resource:web/cpu", "limit_near", **shared))) == 3


def test_a_change_that_meets_two_spent_budgets_does_not_make_them_one() -> None:
    first, second = facet("slo:web/latency", "slo_missed", 92), facet("slo:cart/errors", "slo_missed", 91)
    change = facet("change:CH-1", "change_at_risk", 60, joins=(first.subject, second.subject))
    for facets in ((first, second, change), (change, second, first)):
        made = together(*facets)
        assert not any({first.subject, second.subject} <= each for each in made)


def test_an_alert_that_told_of_two_outages_does_not_make_them_one() -> None:
    alert = facet("alert:Burn/web", "page_late", 65, joins=("outage:INC-1", "outage:INC-2"))
    made = together(facet("outage:INC-1", score=80), facet("outage:INC-2", score=70), alert)
    assert not any({"outage:INC-1", "outage:INC-2"} <= each for each in made)


NAMES = ["slo:a/x", "slo:b/x", "outage:1", "outage:2", "change:1", "change:2", "alert:A/a", "resource:a/m", "change:3"]
FACETS = st.lists(
    st.builds(
        lambda at, rule, score, joins, asks, dated: facet(
            NAMES[at], rule, score, joins=tuple(joins), dated=dated, **({} if asks else {"question": ""})
        ),
        st.integers(0, len(NAMES) - 1),
        st.sampled_from(["slo_missed", "outage", "attention", "change_at_risk"]),
        st.integers(1, 99).map(float),
        st.lists(st.sampled_from(NAMES[2:6]), max_size=2),
        st.booleans(),
        st.booleans(),
    ),
    max_size=12,
)


@given(FACETS, st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_every_facet_is_in_one_finding_and_no_subject_in_two(facets: list[Facet], minutes: int) -> None:
    made = found({"metrics": facets[::2], "outages": facets[1::2]}, float(minutes))
    kept = [each for one in made for _, each in one.facets]
    assert sorted(map(repr, kept)) == sorted(map(repr, facets))
    every = [subject for one in made for subject in one.subjects]
    assert len(every) == len(set(every)) == len({each.subject for each in facets})
    assert sum(one.minutes for one in made) <= minutes
    for one in made:
        asks = any(each.question for _, each in one.facets)
        assert bool(one.question) == asks
        assert (one.place == "agenda") == (one.minutes > 0) and (asks or one.place == "annex")
        assert one.headline and one.why and one.section in ("metrics", "outages")
        assert len(set(one.sentences)) == len(one.sentences) <= 2 and one.headline not in one.sentences


@given(FACETS, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_what_belongs_together_does_not_depend_on_who_spoke_first(facets: list[Facet], random: Any) -> None:
    shuffled = random.sample(facets, len(facets))
    assert together(*facets) == together(*shuffled)


# The question and the minutes


def test_the_question_is_that_of_the_most_pressing_facet_that_asks() -> None:
    quiet, low, high = (
        facet("slo:a/x", "budget_spent", 90, question=""),
        facet("slo:a/x", "attention", 40),
        facet("slo:a/x", "slo_worse", 60, question="Roll it back?"),
    )
    (one,) = found({"metrics": [low, quiet, high]})
    assert (one.question, one.place) == ("Roll it back?", "agenda")
    assert one.headline.startswith("slo:a/x is odd")


def test_what_asks_nothing_gets_no_minutes_however_much_it_presses() -> None:
    quiet, asks = facet("slo:a/x", score=99, question=""), facet("slo:b/x", score=10)
    by_subject = {each.subject: each for each in found({"metrics": [quiet, asks]})}
    assert (by_subject["slo:a/x"].place, by_subject["slo:a/x"].minutes) == ("annex", 0.0)
    assert (by_subject["slo:b/x"].place, by_subject["slo:b/x"].minutes) == ("agenda", 2.0)


def test_minutes_are_given_once_for_each_rule() -> None:
    cause = ("change:1",)
    (one,) = found({"metrics": [
        facet("resource:a/cpu", "regression", joins=cause, minutes=2.0),
        facet("resource:a/mem", "regression", joins=cause, minutes=3.0),
        facet("slo:a/x", "slo_worse", joins=cause, minutes=1.5),
    ]})  # fmt: skip
    assert one.minutes == one.wanted == 3.0 + 1.5


def test_it_has_waited_as_long_as_anything_that_is_joined_in_it() -> None:
    old = facet("alert:A/a", "attention", 5, joins=("slo:a/x",))
    made = found({"metrics": [facet("slo:b/x", score=99), facet("slo:a/x", score=10), old]}, 4, None, {"alert:A/a": 3})
    assert (made[0].subject, made[0].waited, made[0].rank) == ("slo:a/x", 3, 1)


def test_the_check_is_the_first_that_a_facet_proposes() -> None:
    check = Check("up", "== 1")
    (one,) = found({"metrics": [facet("slo:a/x", score=9), facet("slo:a/x", score=5, check=check)]})
    assert one.check == check


# Who looks after it

OWNERS = {"cart": "cart team", "web": "web team"}
MISSED = facet("slo:cart/errors", "slo_missed", 90, services=("cart",))


def owner(*facets: Facet) -> str:
    (one,) = found({"metrics": facets}, owners=OWNERS)
    return one.owner


def test_without_anybody_of_its_own_it_is_the_services_owner() -> None:
    assert owner(MISSED) == "cart team"
    assert owner(facet("slo:shop/x", services=("shop",))) == ""
    assert owner(facet("outage:1", services=("cart", "web"))) == "cart team, web team"


def test_who_has_the_action_item_about_it_comes_first() -> None:
    item = facet("action_item:AI-1", "action_overdue", 45, owner="ann", joins=(MISSED.subject,))
    own = facet(MISSED.subject, "attention", 60, owner="eve")
    assert owner(MISSED, own, item) == "ann"


def test_who_promised_to_act_comes_before_the_services_owner() -> None:
    said = {"meeting": "2026-11-09", "item": "metrics", "decision": "act", "owner": "bob", "due": "2026-12-20"}
    decided = [{"subject": "resource:cart/memory", "what": "memory is full", **said}]
    values = {"resource/cart/memory/use": 1e9, "resource/cart/memory/limit": 1e9}
    memory = {"name": "memory", "unit": "bytes", "query": "use", "limit_query": "limit"}
    services = [{"name": "cart", "owner": "cart team", "resources": [memory]}]
    made = review({"meeting_decisions": decided, "action_items": []}, values, services=services)
    assert about(made, "resource:cart/memory").owner == "bob"
    before = review({"meeting_decisions": [], "action_items": []}, values, services=services)
    assert about(before, "resource:cart/memory").owner == "cart team"


def test_a_subject_with_an_owner_of_its_own_keeps_it() -> None:
    assert owner(facet("change:CH-1", "change_at_risk", owner="dba", services=("cart",))) == "dba"


def test_the_owner_of_a_planned_change_does_not_become_that_of_the_slo() -> None:
    change = facet("change:CH-1", "change_at_risk", 60, owner="dba", joins=(MISSED.subject,), services=("cart",))
    assert owner(MISSED, change) == "cart team"
    (one,) = found({"metrics": [MISSED, change]})
    assert one.owner == ""


def test_who_lent_capacity_does_not_own_the_resource() -> None:
    borrowed = [{"amount": 2e8, "until": "2026-11-20", "from_whom": "the search team"}]
    services = [{"name": "cart", "owner": "cart team",
                 "resources": [{"name": "memory", "unit": "bytes", "query": "use", "limit_query": "limit",
                                "borrowed": borrowed}]}]  # fmt: skip
    values = {"resource/cart/memory/use": 1e9, "resource/cart/memory/limit": 4e9}
    one = about(review(values=values, services=services), "resource:cart/memory")
    assert (rules(one), one.owner) == (["borrowed_overdue"], "cart team")


# What has a date


def test_what_has_a_date_gets_its_minutes_before_what_presses_more() -> None:
    dated, loud = facet("change:1", "change_at_risk", 5, dated=True), facet("slo:a/x", "slo_missed", 99)
    made = found({"metrics": [loud, dated]}, 2)
    assert [(each.subject, each.place, each.minutes) for each in made] == [
        ("change:1", "agenda", 2.0),
        ("slo:a/x", "annex", 0.0),
    ]


def test_a_date_counts_only_where_something_is_to_be_decided() -> None:
    (one,) = found({"metrics": [facet("change:1", dated=True, question="")]})
    assert (one.dated, one.place) == (False, "annex")


def test_many_dated_ones_of_a_rule_are_one_and_two_stay_two() -> None:
    disks = [facet(f"resource:s{n:02}/disk", "limit_near", 50 + n, dated=True) for n in range(12)]
    (one,) = found({"metrics": disks})
    assert one.subject == "resource:s11/disk" and set(one.subjects) == {each.subject for each in disks}
    assert (one.minutes, one.dated) == (2.0, True)  # the rule's once
    assert "11" in one.headline
    assert len(found({"metrics": disks[:2]})) == 2
    assert len(found({"metrics": [replace(each, dated=False) for each in disks]})) == 12


def test_many_dated_ones_are_asked_about_all_together() -> None:
    changes = [
        {**CHANGE, "id": f"CH-{n}", "start": f"2026-11-{24 + n}T01:00Z", "end": f"2026-11-{24 + n}T02:00Z",
         "response_needed": "watch"}
        for n in range(5)
    ]  # fmt: skip
    one = about(review({"changes": changes}), "change:CH-0")
    assert {f"change:CH-{n}" for n in range(5)} == set(one.subjects)
    assert "CH-0" not in one.question or all(f"CH-{n}" in one.question for n in range(5))


def test_the_headline_names_what_has_a_date_and_got_no_minutes() -> None:
    other = {**CHANGE, "id": "CH-2", "start": "2026-11-25T01:30Z"}
    alone = {**CHANGE, "id": "CH-3", "start": "2026-11-27T01:00Z", "end": "2026-11-27T02:00Z", "response_needed": "go"}
    short = review({"changes": [CHANGE, other, alone]}, meeting={"duration": "1m"})
    assert (about(short, "change:CH-1").place, about(short, "change:CH-3").place) == ("agenda", "annex")
    first, _, left = short.overview.headline.rpartition("CH-3")
    assert "CH-1" in first and left
    long = review({"changes": [CHANGE, other, alone]})
    assert {each.place for each in long.findings if each.dated} == {"agenda"}
