"""Minutes go to what presses most; never more than there are, nothing lost."""

from __future__ import annotations

from math import inf, nan

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodmeet_kit.analysis.timeboxing import agenda, pack
from prodmeet_kit.frames import AGENDA


def packed(*candidates: tuple[str, float, float, str], total: float = 30.0) -> pd.DataFrame:
    frame = pd.DataFrame(candidates, columns=["item", "minutes", "score", "reason"])
    return AGENDA.check(pack(frame, total))


def test_the_most_pressing_is_served_first_and_the_rest_gets_what_is_left() -> None:
    # 10 minutes: outages (score 90) 6, metrics (70) the 4 that are left of 5, toil (10) a mention.
    found = packed(("metrics", 5, 70, "m"), ("toil", 2, 10, "t"), ("outages", 6, 90, "o"), total=10)
    assert found.to_dict("list") == {
        "item": ["metrics", "toil", "outages"],
        "minutes": [4, 0, 6],
        "reason": ["m", "t", "o"],
        "rank": [2, 3, 1],
        "score": [70, 10, 90],
    }


def test_minutes_that_nobody_wants_are_left() -> None:
    assert packed(("metrics", 5, 70, "m"))["minutes"].tolist() == [5]


def test_an_item_adds_up_what_its_candidates_get_and_keeps_its_most_pressing_reason() -> None:
    # 6 minutes by score: first (90) 3, b's (50) 2, a's second (20) the 1 that is left of 3.
    found = packed(("a", 3, 20, "second"), ("b", 2, 50, "only"), ("a", 3, 90, "first"), total=6)
    assert found[["item", "minutes", "reason", "rank", "score"]].to_numpy().tolist() == [
        ["a", 4, "first", 1, 90],
        ["b", 2, "only", 2, 50],
    ]


def test_equal_scores_are_served_in_the_order_given() -> None:
    found = packed(("z", 2, 50, ""), ("a", 2, 50, ""), total=3)
    assert found[["item", "minutes", "rank"]].to_numpy().tolist() == [["z", 2, 1], ["a", 1, 2]]


def test_minutes_are_whole_or_half() -> None:
    assert packed(("a", 1.2, 9, ""), ("b", 5, 8, ""), total=3.9)["minutes"].tolist() == [1.5, 2]


@pytest.mark.parametrize("wish", [nan, -3.0, 0.0, inf])
def test_a_wish_that_is_no_length_gets_a_mention(wish: float) -> None:
    found = packed(("a", wish, nan, "said"), ("b", 5, 1, ""))
    assert found[["item", "minutes", "reason", "rank"]].to_numpy().tolist() == [["a", 0, "said", 2], ["b", 5, "", 1]]


def test_every_item_of_the_agenda_has_a_row_in_its_order() -> None:
    found = AGENDA.check(agenda({"changes": [], "metrics": [(10, 2, "kept"), (70, 3, "drains")], "toil": []}, 4))
    assert found[["item", "minutes", "reason", "rank"]].to_numpy().tolist() == [
        ["changes", 0, "", 2],
        ["metrics", 4, "drains", 1],
        ["toil", 0, "", 3],
    ]
    assert AGENDA.check(agenda({}, 30)).empty


candidates = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"),
        st.floats(0, 40) | st.just(nan),
        st.floats(-10, 100) | st.just(nan),
        st.text(max_size=3),
    ),
    max_size=20,
)


@given(candidates, st.floats(0, 90))
@settings(max_examples=150, deadline=None)
def test_never_over_the_meeting_nothing_lost_nothing_doubled(
    drawn: list[tuple[str, float, float, str]], total: float
) -> None:
    found = packed(*drawn, total=total)
    assert found["minutes"].sum() <= total
    assert found["item"].tolist() == list(dict.fromkeys(item for item, *_ in drawn))
    assert (found["minutes"] * 2 % 1 == 0).all() and (found["minutes"] >= 0).all()
    assert sorted(found["rank"]) == list(range(1, len(found) + 1))
    assert found.sort_values("rank")["score"].is_monotonic_decreasing
    assert packed(*drawn, total=total).equals(found)


@given(candidates, st.floats(0, 60))
@settings(max_examples=50, deadline=None)
def test_a_longer_meeting_takes_minutes_from_nobody(drawn: list[tuple[str, float, float, str]], total: float) -> None:
    shorter, longer = packed(*drawn, total=total), packed(*drawn, total=total + 5)
    assert (longer["minutes"] >= shorter["minutes"]).all()
