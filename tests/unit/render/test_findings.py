"""Figures of findings: what is allowed and what is above it, gaps as gaps, few points, hostile text inert."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.evidence import Bars, Figure, Mark, Moments, Panels, Spans
from prodmeet_kit.evidence.bars import Bar
from prodmeet_kit.evidence.moments import Moment
from prodmeet_kit.evidence.panels import Below, Forecast, Level, Stretch
from prodmeet_kit.evidence.spans import Closed, Span
from prodmeet_kit.render import chart_bundle
from prodmeet_kit.render.drawn import brief, caption, draw, summary, summary_head
from prodmeet_kit.render.findings.thinned import MOST, thinned
from prodmeet_kit.render.theme import RED
from tests.support.plotly_figures import accepted
from tests.support.sample_items import HOSTILE

STEP = timedelta(hours=2)
START = pd.Timestamp("2026-10-26T01:00Z").to_pydatetime()
END = START + timedelta(days=28)


def panels(values: Any, **more: Any) -> Panels:
    index = pd.date_range(START + STEP, periods=len(values), freq=STEP)
    given: dict[str, Any] = {"kind": "percent", "level": Level(0.01, "objective: at most 1%"), **more}
    series = pd.Series(np.asarray(values, dtype=float), index=index)
    return Panels("web/latency", series, STEP, START, END, "Asia/Tokyo", "anchor", "share of bad events", **given)


def plotted(shown: Figure) -> dict[str, Any]:
    made: dict[str, Any] = accepted(draw(shown, titled=False))
    return made


def numbers(trace: dict[str, Any]) -> list[float]:
    y = trace["y"]
    if isinstance(y, dict):
        return [float(each) for each in np.frombuffer(base64.b64decode(y["bdata"]), dtype=y["dtype"])]
    return [np.nan if each is None else float(each) for each in y]


def red(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [trace for trace in made["data"] if trace.get("line", {}).get("color") == RED.line]


def note(made: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [each for each in made["layout"]["annotations"] if each.get("name") == name]
    return dict(found)


def test_only_what_is_above_the_objective_is_red_from_where_the_line_crosses_it() -> None:
    (over,) = red(plotted(panels([0.005, 0.015, 0.015, 0.005])))
    assert over["x"][0] == "2026-10-26T13:00"  # half way from 12:00 to 14:00 on the clock of the zone
    assert numbers(over) == pytest.approx([0.01, 0.015, 0.015, 0.01], rel=1e-5)
    assert red(plotted(panels([0.005, 0.01, 0.002]))) == []


def test_no_line_crosses_a_gap() -> None:
    made = plotted(panels([0.02, np.nan, 0.02, 0.02]))
    line, dot, over = made["data"]
    assert np.isnan(numbers(line)).tolist() == [False, True, False, False]
    assert dot["mode"] == "markers" and dot["marker"]["color"] == [RED.line]
    assert np.isnan(numbers(over)).sum() == 1


def test_what_the_objective_allows_is_tinted_and_a_limit_is_not() -> None:
    tints = [shape for shape in plotted(panels([0.02, 0.03]))["layout"]["shapes"] if shape["type"] == "rect"]
    assert [(shape["y0"], shape["y1"]) for shape in tints] == [(0, 0.01)]
    limit = panels([1.0, 2.0], kind="line", level=Level(3.0, "limit 3", tinted=False), unit="cores")
    assert not [shape for shape in plotted(limit)["layout"]["shapes"] if shape["type"] == "rect"]


def test_one_high_peak_does_not_flatten_what_is_allowed_and_its_height_is_said() -> None:
    values = np.full(336, 0.005)
    values[100] = 0.48
    made = plotted(panels(values))
    assert made["layout"]["yaxis"]["range"][1] == pytest.approx(0.05)
    assert note(made, "cut")["text"].endswith(" 48%")
    often = plotted(panels(np.where(np.arange(336) < 30, 0.48, 0.005)))
    assert often["layout"]["yaxis"]["range"][1] > 0.48


def test_the_load_is_below_on_the_same_axis_and_not_filled_across_a_gap() -> None:
    index = pd.date_range(START + STEP, periods=6, freq=STEP)
    load = pd.Series([1.0, 2.0, np.nan, np.nan, 3.0, 4.0], index=index)
    made = plotted(panels([0.001] * 6, below=Below(load, STEP, "load, peak 4 req/s", "req/s")))
    pieces = [trace for trace in made["data"] if trace.get("yaxis") == "y2"]
    assert [numbers(piece) for piece in pieces] == [[1, 2], [3, 4]]
    assert made["layout"]["xaxis"]["anchor"] == "y2"
    assert note(made, "load")["text"] == "load, peak 4 req/s"


def test_a_forecast_is_a_line_to_the_limit_within_its_range() -> None:
    ahead = Forecast(END, 2.0, END + timedelta(days=10), END + timedelta(days=8), END + timedelta(days=14))
    shown = panels([1.0] * 336, kind="line", unit="cores", level=Level(3.0, "limit 3", tinted=False), forecast=ahead)
    made = plotted(replace(shown, end=END + timedelta(days=15)))
    cone = next(trace for trace in made["data"] if trace.get("fill") == "toself")
    assert [each[:10] for each in cone["x"]] == ["2026-11-23", "2026-12-01", "2026-12-07", "2026-11-23"]
    assert made["layout"]["yaxis"]["range"][1] >= 3.0
    (told,) = [each for each in summary(shown) if each[0] == "reaches it"]
    assert told[1:4] == ["Tue 1 Dec 2026", "Thu 3 Dec 2026", "Mon 7 Dec 2026"]


def test_thinning_keeps_the_lowest_the_highest_and_gaps() -> None:
    values = np.sin(np.arange(8064) / 50)
    values[1234], values[4321], values[6000:6040] = 9.0, -9.0, np.nan
    found = thinned(pd.Series(values, index=pd.date_range(START, periods=8064, freq="5min")))
    assert len(found) <= MOST * 1.05
    assert found.max() == 9.0 and found.min() == -9.0
    assert found.isna().any()
    assert found.index.is_monotonic_increasing
    assert found.idxmax() == pd.Timestamp(START) + 1234 * pd.Timedelta("5min")


def test_an_axis_over_a_change_of_clocks_is_drawn_in_two_pieces() -> None:
    shown = replace(panels([0.001] * 24), timezone="Europe/Berlin", start=START - timedelta(days=2))
    moved = replace(shown, series=shown.series.shift(-2, freq="D"))
    assert None in plotted(moved)["data"][0]["x"]


def test_nothing_known_says_so() -> None:
    made = plotted(panels([np.nan, np.nan]))
    assert any("No data" in each["text"] for each in made["layout"]["annotations"])


def moments(*found: Moment) -> Moments:
    return Moments(
        "alert", found, START, END, "Asia/Tokyo", "anchor", "when it fired", since=START + timedelta(days=14)
    )


def test_moments_are_by_day_and_hour_of_the_zone_and_counted_by_night() -> None:
    at = pd.Timestamp("2026-11-10T17:30Z").to_pydatetime()  # 02:30 in Tokyo
    shown = moments(Moment(at, "noise", "noise"), Moment(at + timedelta(hours=12), "paged", "impact"))
    grey, strong = plotted(shown)["data"]
    assert (grey["x"], grey["y"]) == (["2026-11-11T12:00:00"], [2.5])
    assert strong["y"] == [14.5] and strong["marker"]["color"] != grey["marker"]["color"]
    assert [(row[1], row[-1]) for row in summary(shown)] == [("1", "1"), ("1", "0")]


def test_planned_changes_are_bars_and_their_overlap_is_tinted() -> None:
    later = START + timedelta(hours=1)
    spans = (Span(START, START + timedelta(hours=2), "CH-1", "sre"), Span(later, later + timedelta(hours=3), "CH-2"))
    shown = Spans("changes", spans, START - timedelta(hours=3), START + timedelta(hours=7), "Asia/Tokyo", "anchor",
                  "planned changes", overlaps=((later, START + timedelta(hours=2)),),
                  closed=(Closed(START, START + timedelta(days=3), "sale"),))  # fmt: skip
    made = plotted(shown)
    bars = [shape for shape in made["layout"]["shapes"] if shape["yref"] == "y"]
    assert [(bar["x0"][11:16], bar["x1"][11:16]) for bar in bars] == [("10:00", "12:00"), ("11:00", "14:00")]
    grounds = [shape for shape in made["layout"]["shapes"] if shape["yref"] == "paper"]
    assert ("11:00", "12:00") in [(each["x0"][11:16], each["x1"][11:16]) for each in grounds]
    assert len(summary(shown)) == 4


def hostile() -> list[Figure]:
    index = pd.date_range(START + STEP, periods=4, freq=STEP)
    found: list[Figure] = []
    for text in HOSTILE:
        mark = Mark(START + timedelta(days=1), None, text, "cause")
        below = Below(pd.Series([1.0, 2, 3, 4], index=index), STEP, text, text)
        stretch = Stretch(START, END, 0.01, text)
        found += [
            replace(panels([0.5, 1, 2, 1], kind="line", unit=text, level=Level(1.0, text), marks=(mark,), below=below,
                           stretches=(stretch,)), title=text, caption=text),
            replace(moments(Moment(START + STEP, text, "impact")), title=text, caption=text),
            Spans(text, (Span(START, END, text, text),), START, END, "Asia/Tokyo", "a", text,
                  closed=(Closed(START, END, text),)),
            Bars(text, (Bar(text, 3.0, text, strong=True), Bar(text, 1.0, text)), "a", text),
        ]  # fmt: skip
    return found


def test_text_from_outside_is_inert_and_each_has_its_words_as_text() -> None:
    harmless = re.compile(r"</?span( style=\"color:(#[0-9a-f]{6}|rgb\([\d,]+\))\")?>|<br>|<extra></extra>")
    for shown in hostile():
        assert brief(shown) and caption(shown)
        assert all(len(row) == len(summary_head(shown)) for row in summary(shown))
        made = accepted(draw(shown))
        texts = [each["text"] for each in made["layout"]["annotations"]]
        texts += [made["layout"]["title"]["text"], made["layout"]["title"]["subtitle"]["text"]]
        for trace in made["data"]:
            texts += [trace.get("name", ""), trace.get("hovertemplate", "")]
            texts += trace.get("text", [])
        for text in texts:
            assert not set("<>$\u2028") & set(harmless.sub("", text))


def test_a_figure_of_four_weeks_is_small() -> None:
    values = 1 + np.sin(np.arange(8064) / 50)
    index = pd.date_range(START, periods=8064, freq="5min")
    series = pd.Series(values, index=index)
    shown = replace(panels([1.0], kind="line", level=None), series=series, step=timedelta(minutes=5))
    assert len(json.dumps(chart_bundle(shown, titled=False), default=str)) < 40_000
