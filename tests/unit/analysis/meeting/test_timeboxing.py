"""Minutes go to what presses most; never more than there are, nothing lost, nothing waits for ever."""

from __future__ import annotations

from math import inf, nan

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodmeet_kit.analysis.meeting.timeboxing import PATIENCE, Rules, Wish, agenda, share
from prodmeet_kit.schemas.frames import AGENDA, AGENDA_LINES


def shared(*wishes: tuple[str, float, float], total: float = 30.0, **more: object) -> pd.DataFrame:
    """Lines of wishes given as subject (its item before the slash), score, minutes."""
    made = [
        Wish(subject.split("/")[0], subject, score, minutes, f"why {subject}") for subject, score, minutes in wishes
    ]
    return AGENDA_LINES.check(share(made, total, **more))  # type: ignore[arg-type]


def told(lines: pd.DataFrame) -> list[list[object]]:
    return lines[["subject", "place", "minutes"]].to_numpy().tolist()


def test_the_most_pressing_is_served_first_and_what_does_not_fit_is_in_the_annex() -> None:
    # 10 minutes: outages/a (90) 6, metrics/b (70) wants 5 of the 4 left, toil/c (10) gets its 2.
    lines = shared(("metrics/b", 70, 5), ("toil/c", 10, 2), ("outages/a", 90, 6), total=10)
    assert told(lines) == [["outages/a", "agenda", 6], ["toil/c", "agenda", 2], ["metrics/b", "annex", 0]]
    assert lines["rank"].tolist() == [1, 3, 2]
    assert lines["reason"].tolist() == ["why outages/a", "why toil/c", "why metrics/b"]


def test_a_cap_holds_while_others_still_want_and_not_longer() -> None:
    # 10 minutes, metrics at most half: a (90) 4; b (80) would make 8 > 5; c (10) 4; 2 are left, b wants 4: annex.
    rules = Rules(caps={"metrics": 0.5})
    lines = shared(("metrics/a", 90, 4), ("metrics/b", 80, 4), ("toil/c", 10, 4), total=10, rules=rules)
    assert told(lines) == [["metrics/a", "agenda", 4], ["toil/c", "agenda", 4], ["metrics/b", "annex", 0]]
    # Without toil nobody else wants the 6 that are left: b gets its 4 beyond the cap.
    lines = shared(("metrics/a", 90, 4), ("metrics/b", 80, 4), total=10, rules=rules)
    assert told(lines) == [["metrics/a", "agenda", 4], ["metrics/b", "agenda", 4]]


def test_a_wish_above_its_cap_or_the_meeting_is_cut_so_that_it_can_be_granted() -> None:
    assert told(shared(("metrics/a", 1, 40), total=10)) == [["metrics/a", "agenda", 10]]
    lines = shared(("metrics/a", 1, 40), total=10, rules=Rules(caps={"metrics": 0.5}))
    assert told(lines) == [["metrics/a", "agenda", 5]]


@pytest.mark.parametrize("wish", [nan, -3.0, 0.0, 0.2])
def test_whatever_is_worth_a_line_gets_at_least_half_a_minute(wish: float) -> None:
    assert told(shared(("toil/a", nan, wish))) == [["toil/a", "agenda", 0.5]]


def test_a_wish_without_end_is_none() -> None:
    assert told(shared(("toil/a", 1, inf))) == [["toil/a", "agenda", 0.5]]


def test_waiting_lifts_and_long_waiting_goes_before_everything() -> None:
    # b: 50 + 10 for one meeting = 60 > 55.
    lines = shared(("x/a", 55, 5), ("x/b", 50, 5), total=5, waited={"x/b": 1})
    assert told(lines) == [["x/b", "agenda", 5], ["x/a", "annex", 0]]
    lines = shared(("x/a", 99, 5), ("x/b", 0, 5), total=5, waited={"x/b": PATIENCE})
    assert told(lines) == [["x/b", "agenda", 5], ["x/a", "annex", 0]]
    assert lines["waited"].tolist() == [PATIENCE, 0]


def test_what_has_a_date_goes_before_what_is_dear_and_before_what_waited_and_no_cap_holds_it() -> None:
    dear, late = Wish("outages", "outages/a", 99, 6, "dear"), Wish("toil", "toil/w", 1, 6, "waited")
    disk = Wish("metrics", "metrics/disk", 20, 6, "full on Friday", dated=True)
    lines = share([dear, late, disk], 10, Rules(caps={"metrics": 0.1}), {"toil/w": PATIENCE})
    assert told(lines) == [["metrics/disk", "agenda", 6], ["toil/w", "annex", 0], ["outages/a", "annex", 0]]
    assert dict(zip(lines["subject"], lines["rank"], strict=True)) == {"toil/w": 1, "outages/a": 2, "metrics/disk": 3}


def test_dated_ones_alone_fill_the_meeting_to_the_last_half_minute() -> None:
    disks = [Wish("metrics", f"metrics/{at}", 50 - at, 4, "full", dated=True) for at in range(4)]
    assert told(share(disks, 10))[:3] == [
        ["metrics/0", "agenda", 4],
        ["metrics/1", "agenda", 4],
        ["metrics/2", "agenda", 2],
    ]


def test_what_asks_nothing_gets_no_minutes_though_there_are_some() -> None:
    lines = share([Wish("metrics", "metrics/a", 99, 6, "to know", asks=False)], 10)
    assert told(lines) == [["metrics/a", "annex", 0]]


def test_equal_scores_are_served_in_the_order_given() -> None:
    assert told(shared(("z/1", 50, 2), ("a/1", 50, 2), total=3)) == [["z/1", "agenda", 2], ["a/1", "annex", 0]]


def test_items_add_up_their_lines_and_keep_the_most_pressing_reason() -> None:
    lines = shared(("a/second", 20, 3), ("b/only", 50, 2), ("a/first", 90, 3), total=6)
    # a/first 3, b/only 2, one minute is left and a/second wants 3.
    found = AGENDA.check(agenda(lines, ["quiet", "a", "b"]))
    assert found[["item", "minutes", "reason", "rank", "score"]].to_numpy().tolist() == [
        ["quiet", 0, "", 3, 0],
        ["a", 3, "why a/first", 1, 90],
        ["b", 2, "why b/only", 2, 50],
    ]


def test_a_meeting_without_findings_or_without_time_still_has_an_agenda() -> None:
    assert agenda(shared(), ["a"])["minutes"].tolist() == [0]
    assert told(shared(("a/1", 5, 2), total=0)) == [["a/1", "annex", 0]]


def wishes(most: int) -> st.SearchStrategy[list[Wish]]:
    one = st.tuples(
        st.sampled_from(["metrics", "outages", "paging", "toil"]), st.floats(0, 100), st.floats(0, 40, width=32)
    )
    return st.lists(one, max_size=most).map(
        lambda found: [
            Wish(item, f"{item}/{at}", score, minutes, "because") for at, (item, score, minutes) in enumerate(found)
        ]
    )


@given(wishes(120), st.floats(0, 90), st.dictionaries(st.sampled_from(["metrics", "toil"]), st.floats(0, 1)))
@settings(max_examples=150, deadline=None)
def test_never_more_minutes_than_there_are_and_nothing_lost_or_doubled(
    asked: list[Wish], total: float, caps: dict[str, float]
) -> None:
    lines = share(asked, total, Rules(caps=caps))
    assert lines["minutes"].sum() <= total
    assert sorted(lines["subject"]) == sorted(wish.subject for wish in asked)
    assert lines["reason"].ne("").all()
    assert (lines["place"].eq("agenda") == lines["minutes"].gt(0)).all()
    assert (lines["minutes"] * 2 % 1 == 0).all()
    assert sorted(lines["rank"]) == list(range(1, len(asked) + 1))


def test_thirty_services_with_ninety_candidates_fit_thirty_minutes() -> None:
    asked = [
        Wish("metrics", f"slo/service-{service}/{kind}", 30 + 7 * kind + service % 11, 1 + kind, f"{kind} of {service}")
        for service in range(30)
        for kind in range(3)
    ]
    lines = share(asked, 30)
    # By rank: kinds 2 first (3 minutes each): ten of the thirty fill it.
    assert lines["minutes"].sum() == 30
    assert lines["place"].value_counts().to_dict() == {"annex": 80, "agenda": 10}
    assert lines["subject"].is_unique and len(lines) == 90


@given(st.integers(1, 12), st.integers(2, 6), st.data())
@settings(max_examples=40, deadline=None)
def test_what_is_left_out_is_discussed_within_a_bounded_number_of_meetings(
    patient: int, minutes: int, data: st.DataObject
) -> None:
    """New candidates with the highest score come at every meeting; the old ones are discussed all the same."""
    total = 12.0
    old = [Wish("toil", f"old/{at}", 0, minutes, "old") for at in range(patient)]
    waited: dict[str, int] = {}
    waiting = {wish.subject for wish in old}
    bound = PATIENCE + (patient - 1) // int(total // minutes) + 1
    for meeting in range(bound):
        new = [
            Wish("metrics", f"new/{meeting}/{at}", 100, data.draw(st.floats(1, 12)), "new")
            for at in range(data.draw(st.integers(0, 6)))
        ]
        lines = share([*new, *(wish for wish in old if wish.subject in waiting)], total, waited=waited)
        left = lines.loc[lines["place"] == "annex", "subject"]
        waited = {subject: waited.get(subject, 0) + 1 for subject in left}
        # What was new and did not fit is not followed up: only what stays a candidate waits.
        waiting = {subject for subject in left if subject.startswith("old/")}
        waited = {subject: count for subject, count in waited.items() if subject in waiting}
    assert not waiting


def test_the_example_of_the_guide_comes_out_as_told() -> None:
    # docs/meeting.md: 10 minutes; 3 + 3, then 70 + 12 wants 3 over the cap of 5, then 1 + 2, and 1 is left.
    asked = [("metrics/missed", 100, 3), ("outages/a", 87, 3), ("metrics/spent", 82, 3)]
    asked += [("action_items/a", 50, 1), ("consultations/a", 30, 2), ("toil/a", 25, 2)]
    lines = shared(*asked, total=10, rules=Rules(caps={"metrics": 0.5}))
    assert told(lines) == [
        ["metrics/missed", "agenda", 3],
        ["outages/a", "agenda", 3],
        ["action_items/a", "agenda", 1],
        ["consultations/a", "agenda", 2],
        ["metrics/spent", "annex", 0],
        ["toil/a", "annex", 0],
    ]
    lines = shared(*asked, total=10, rules=Rules(caps={"metrics": 0.5}), waited={"toil/a": 3})
    assert lines["subject"].iloc[0] == "toil/a"


def test_no_cap_holds_what_waited_for_its_patience() -> None:
    # 16 pages of 2 minutes waited 3 meetings, their cap is 12 minutes; 15 outages of 2 minutes are new and press more.
    old = [Wish("paging_events", f"old {n}", 10, 2, "old") for n in range(16)]
    new = [Wish("outages", f"new {n}", 90, 2, "new") for n in range(15)]
    lines = share([*old, *new], 30, Rules({"paging_events": 0.4}), {wish.subject: 3 for wish in old})
    granted = lines[lines["place"] == "agenda"]["subject"].tolist()
    assert granted == [f"old {n}" for n in range(15)]
