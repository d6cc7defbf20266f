"""Room for what charts say: units whole, names of marks kept, the period before in grey, air above the top."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.evidence import Chart, HeatMap, Mark, Multiples
from prodmeet_kit.render import heat_map, multiples
from prodmeet_kit.render.captions import caption
from prodmeet_kit.render.figures import figure
from prodmeet_kit.render.theme import GREY
from tests.support.plotly_figures import accepted

STEP = timedelta(minutes=5)
INDEX = pd.date_range("2026-11-10", periods=100, freq=STEP, tz="UTC")
LONG = "requests per second and per container"  # 37 letters


def chart(columns: tuple[str, ...] = ("a",), unit: str = "req/s", **more: Any) -> Chart:
    frame = pd.DataFrame({name: np.linspace(0, 100, len(INDEX)) for name in columns}, index=INDEX)
    return Chart("title", frame, unit, STEP, "UTC", "anchor", **more)


def before(*columns: str) -> pd.DataFrame:
    return chart(columns).frame.set_axis(INDEX - len(INDEX) * STEP)


def plotted(shown: Chart) -> dict[str, Any]:
    made: dict[str, Any] = accepted(figure(shown, titled=False))
    return made


def faint(shown: Chart) -> list[str]:
    return [trace["line"]["color"] for trace in plotted(shown)["data"] if "opacity" in trace]


def test_a_single_line_of_the_period_before_is_grey_and_the_caption_says_which_it_is() -> None:
    shown = chart(("over 1 h", "over 6 h"), faint=before("over 6 h"))
    assert faint(shown) == [GREY.line]
    assert "faint line: over 6 h in the period before" in caption(shown)


def test_several_lines_of_the_period_before_keep_their_colours() -> None:
    shown = chart(("x", "y"), faint=before("x", "y"))
    assert len({*faint(shown), GREY.line}) == 3
    assert "faint line: the period before" in caption(shown)


def test_a_bent_axis_leaves_more_air_above_the_most_that_can_be() -> None:
    # 100 is drawn at 1 + ln 100 = 5.605; 12% of that above it: 6.278
    low, high = plotted(chart(bent=True))["layout"]["yaxis"]["range"]
    assert (low, high) == (0, pytest.approx(6.278, abs=1e-3))


def test_a_long_unit_is_written_whole_above_the_names_of_marks() -> None:
    mark = Mark(INDEX[1].to_pydatetime(), None, "CH-1", "change")
    short, long = (plotted(chart(unit=unit, marks=(mark,)))["layout"] for unit in ("req/s", "requests per second"))
    unit, name = ({note["name"]: note for note in long["annotations"]}[name] for name in ("unit", "mark-change"))
    assert unit["text"] == "requests per second"
    assert unit["yshift"] >= name["yshift"] + 18
    # A short one stands in the margin beside the name: a row of 20. A long one adds its row to that of 18 of the name.
    assert long["margin"]["t"] - short["margin"]["t"] == 18


def test_a_unit_without_room_above_the_axis_is_in_the_caption() -> None:
    assert f"unit: {LONG}" in caption(chart(unit=LONG))
    assert "unit:" not in caption(chart(unit=LONG[:-1]))


def test_a_value_at_the_end_of_a_line_drops_a_long_unit_rather_than_cut_it() -> None:
    texts = {note["name"]: note["text"] for note in plotted(chart(unit="requests per second"))["layout"]["annotations"]}
    assert texts["line-0"] == "a 100"


def test_every_mark_in_the_range_is_handed_on_whether_its_name_found_room_or_not() -> None:
    marks = tuple(Mark(INDEX[9].to_pydatetime(), None, f"HighErrors{n}", "page") for n in range(6))
    layout = plotted(chart(marks=marks))["layout"]
    assert sum(note["name"] == "mark-page" for note in layout["annotations"]) == 4
    assert layout["meta"]["marks"] == [f"\N{BLACK DOWN-POINTING SMALL TRIANGLE} HighErrors{n}" for n in range(6)]


@pytest.mark.parametrize(("unit", "above", "said"), [("req/s", "req/s", False), ("requests per second", "", True)])
def test_the_unit_of_a_heat_map_stands_where_it_finds_room(unit: str, above: str, said: bool) -> None:
    frame = pd.DataFrame(np.ones((24, 7)))
    heat = HeatMap("title", frame, unit, "UTC", "anchor")
    (trace,) = heat_map.figure(heat, titled=False)["data"]
    assert trace["colorbar"]["title"]["text"] == above
    assert (f"unit: {unit}" in heat_map.caption(heat)) is said


def test_the_head_of_a_small_chart_cuts_its_title_and_never_its_unit() -> None:
    titles = []
    for unit in ("operations", "requests per second and per container"):
        panel = Chart("a-service-with-a-long-name/p99-latency", chart().frame, unit, STEP, "UTC", "a")
        start, end = (moment.to_pydatetime() for moment in INDEX[[0, -1]])
        many = Multiples("t", (panel,), start, end, "UTC", "b")
        titles += [note["text"] for note in multiples.figure(many, titled=False)["layout"]["annotations"]]
    assert titles[0].endswith(" (operations)")
    assert len(titles[0]) == 34
    assert "per container" not in titles[1]
