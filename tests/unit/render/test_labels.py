"""Words on a chart: inert, short, and clear of each other."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodmeet_kit.render.labels import inert, line_names, shorten, spread, width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
        ("a & b", "a &amp; b"),
        ("&lt;", "&amp;lt;"),  # text that was escaped already shows as it stands
        ("$x$", "&#36;x&#36;"),
        ("a\nb", "a b"),
        ("a\u202eb\u2028c", "abc"),  # turns the direction of writing; ends a line in JavaScript
        ("計算 ✓", "計算 ✓"),
    ],
)
def test_inert(text: str, shown: str) -> None:
    assert inert(text) == shown


def test_a_long_name_keeps_its_beginning_and_its_end() -> None:
    short = shorten("checkout-canary-eu-west-1a", 15)
    assert width(short) <= 15
    assert short.startswith("check")
    assert short.endswith("1a")


@given(st.text(max_size=60), st.floats(3, 30))
def test_a_shortened_text_fits(text: str, letters: float) -> None:
    assert width(shorten(text, letters)) <= max(letters, 1)


def test_labels_that_all_lines_share_are_left_out() -> None:
    assert line_names(['{"code":"500","job":"a"}', '{"code":"502","job":"a"}']) == ["code=500", "code=502"]


def test_the_labels_of_a_single_line_are_all_shown() -> None:
    assert line_names(['{"code":"500","job":"a"}']) == ["code=500, job=a"]


@pytest.mark.parametrize("columns", [["a", '{"b":"c"}'], ["{}", "{}"], ["{not json"], [1, 2]])
def test_other_column_names_stand_as_they_are(columns: list[object]) -> None:
    assert line_names(columns) == [str(column) for column in columns]


@given(st.lists(st.floats(0, 240), min_size=1, max_size=14))
def test_spread_labels_do_not_touch_and_keep_their_order(wanted: list[float]) -> None:
    placed = spread(wanted, 17, 0, 240)
    ordered = sorted(placed)
    assert all(below - above >= 17 - 1e-9 for above, below in pairwise(ordered))
    assert min(placed) >= -1e-9
    assert max(placed) <= 240 + 1e-9
    ranks = sorted(range(len(wanted)), key=lambda i: wanted[i])
    assert [placed[i] for i in ranks] == ordered


def test_labels_with_room_stay_where_they_are() -> None:
    assert spread([100.0, 10.0, 50.0], 17, 0, 240) == [100.0, 10.0, 50.0]


def test_labels_without_room_share_it_evenly() -> None:
    assert spread([5.0] * 5, 17, 0, 40) == [0, 10, 20, 30, 40]
