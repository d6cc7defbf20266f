"""Charts as plotly figures: small, gaps as gaps, marks and levels in place, hostile text inert."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.evidence import Chart, Line, Mark
from prodmeet_kit.i18n.numbers import UNKNOWN
from prodmeet_kit.render.captions import brief, caption, summary
from prodmeet_kit.render.figures import figure
from tests.support import sample_items
from tests.support.plotly_figures import accepted
from tests.support.sample_items import HOSTILE

STEP = timedelta(minutes=5)
START = pd.Timestamp("2026-11-10T00:05Z")


def chart(values: Any, *, unit: str = "req/s", timezone: str = "Asia/Tokyo", **more: Any) -> Chart:
    frame = pd.DataFrame(values if isinstance(values, dict) else {"a": values})
    frame.index = pd.date_range(START, periods=len(frame), freq=STEP)
    return Chart("title", frame.astype(float), unit, STEP, timezone, "anchor", **more)


def plotted(shown: Chart, **options: Any) -> dict[str, Any]:
    made: dict[str, Any] = accepted(figure(shown, **options))
    return made


def numbers(trace: dict[str, Any]) -> np.ndarray[Any, Any]:
    return np.frombuffer(base64.b64decode(trace["y"]["bdata"]), dtype=trace["y"]["dtype"])


def names(made: dict[str, Any], kind: str) -> list[str]:
    return [note["text"] for note in made["layout"]["annotations"] if note.get("name", "").startswith(kind)]


def test_a_line_is_a_start_a_step_and_float32_values() -> None:
    (trace,) = plotted(chart([1, 2, 3.5]))["data"]
    assert trace["type"] == "scatter"
    assert (trace["x0"], trace["dx"]) == ("2026-11-10T09:05:00", 300_000)
    assert "x" not in trace
    assert trace["y"]["dtype"] == "f4"
    assert numbers(trace).tolist() == [1, 2, 3.5]


def test_a_gap_stays_a_gap() -> None:
    (trace,) = plotted(chart([1, 2, np.nan, np.nan, 3, 4]))["data"]
    assert np.isnan(numbers(trace)).tolist() == [False, False, True, True, False, False]
    assert trace["connectgaps"] is False


def test_a_value_between_gaps_gets_a_dot() -> None:
    _, dot = plotted(chart([1, np.nan, 2, np.nan, 3, 4]))["data"]
    assert dot["mode"] == "markers"
    assert dot["x"] == ["2026-11-10T09:05:00", "2026-11-10T09:15:00"]


def test_a_figure_of_three_lines_for_a_fortnight_is_small() -> None:
    # 3 lines of 4032 float32 in base64: 3 * 4032 * 4 * 4 / 3 = 64.5 kB; with times it would be 470 kB
    assert len(json.dumps(plotted(sample_items.three_lines()))) < 72_000


def test_bytes_are_drawn_in_the_unit_of_the_axis() -> None:
    made = plotted(chart([1024**3, 3 * 1024**3], unit="bytes", lines=(Line(4 * 1024**3, "limit"),)))
    assert numbers(made["data"][0]).tolist() == [1, 3]
    assert names(made, "unit") == ["GiB"]
    assert names(made, "level") == ["limit: 4 GiB"]
    assert made["layout"]["shapes"][0]["y0"] == 4


def test_the_axis_begins_at_zero_but_not_for_shares_near_100_percent() -> None:
    assert plotted(chart([900, 1000]))["layout"]["yaxis"]["range"][0] == 0
    low, high = plotted(chart([0.998, 1.0], kind="percent"))["layout"]["yaxis"]["range"]
    assert 0.99 < low < 0.998
    assert 1.0 < high < 1.01


def test_axis_holds_negative_values() -> None:
    low, high = plotted(chart([-5, 5]))["layout"]["yaxis"]["range"]
    assert low < -5
    assert high > 5


def test_share_axis_has_digits_enough_not_to_write_100_percent() -> None:
    axis = plotted(chart([0.999999, 1.0], kind="percent"))["layout"]["yaxis"]
    assert axis["tickformat"] == ".6~%"  # d3-format: up to six places, zeros at the end dropped


def test_a_level_far_above_the_line_is_named_and_does_not_flatten_it() -> None:
    made = plotted(chart([1, 2], lines=(Line(500, "limit"),)))
    assert made["layout"]["yaxis"]["range"][1] < 3
    assert "shapes" not in made["layout"]
    assert names(made, "level") == ["↑ limit: 500 req/s"]


def test_a_level_is_shown_when_the_line_is_at_zero() -> None:
    made = plotted(chart([0, 0], lines=(Line(0.001, "allowed"),), kind="percent", unit=""))
    assert made["layout"]["yaxis"]["range"][1] > 0.001
    assert len(made["layout"]["shapes"]) == 1


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_level_nobody_knows_is_left_out(value: float) -> None:
    made = plotted(chart([1, 2], lines=(Line(value, "limit"),)))
    assert names(made, "level") == []


def test_lines_are_named_at_their_ends_with_their_last_value() -> None:
    made = plotted(chart({"p50": [1, 2], "p99": [3, 4]}, unit="cores"))
    assert names(made, "line") == ["p50 2 cores", "p99 4 cores"]
    assert made["layout"]["template"]["layout"]["showlegend"] is False


def test_a_single_line_named_in_the_title_has_its_value_alone() -> None:
    assert names(plotted(replace(chart({"cart": [1, 2]}), title="cart requests")), "line") == ["2 req/s"]


def test_times_of_charts_stand_under_each_other() -> None:
    margins = {plotted(shown)["layout"]["margin"]["r"] for shown in (sample_items.load(), sample_items.memory())}
    assert len(margins) == 1


def test_the_period_before_lies_behind_at_the_same_time_of_day() -> None:
    before, now = plotted(sample_items.load(), titled=False)["data"]
    assert before["x0"] == now["x0"] == "2026-11-10T09:05:00"
    assert before["opacity"] < 1
    assert before["hoverinfo"] == "skip"


def test_the_period_before_is_left_out_behind_many_lines() -> None:
    many = {name: [1, 2] for name in "abcd"}
    shown = chart(many, faint=chart(many).frame)
    assert len(plotted(shown)["data"]) == 4
    assert "faint" not in caption(shown)


def test_the_period_before_keeps_the_time_of_day_over_a_change_of_clocks() -> None:
    # Berlin goes back on 25 October 2026, inside the second fortnight: 10:00 stays under 10:00.
    def fortnight(start: str) -> pd.DataFrame:
        index = pd.date_range(start, periods=14 * 24, freq="1h", tz="UTC")
        return pd.DataFrame({"a": np.arange(len(index), dtype=float)}, index)

    shown = Chart(
        "t",
        fortnight("2026-10-26T09:00"),
        "",
        timedelta(hours=1),
        "Europe/Berlin",
        "a",
        faint=fortnight("2026-10-12T08:00"),
    )
    *behind, now = plotted(shown)["data"]
    assert now["x0"] == "2026-10-26T10:00:00"
    assert behind[0]["x0"] == "2026-10-26T10:00:00"
    assert len(behind) == 2
    assert "clock" not in caption(shown)  # the range that is read has no change


def test_a_change_of_clocks_inside_the_range_is_said() -> None:
    index = pd.date_range("2026-10-24", periods=72, freq="1h", tz="UTC")
    shown = Chart("t", pd.DataFrame({"a": np.ones(72)}, index), "", timedelta(hours=1), "Europe/Berlin", "a")
    assert "the clock changes by 1 h in this range" in caption(shown)
    assert len(plotted(shown)["data"]) == 2


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 10, hour, minute, tzinfo=UTC)


def test_marks_are_spans_and_lines_in_the_zone_of_the_product() -> None:
    marks = (
        Mark(at(2), at(3), "INC-1", "incident"),
        Mark(at(2, 5), None, "HighErrors", "page"),
        Mark(at(1), None, "CH-1", "change"),
    )
    made = plotted(chart(np.ones(100), marks=marks))
    change, incident, page = made["layout"]["shapes"]
    assert (incident["type"], incident["x0"], incident["x1"]) == ("rect", "2026-11-10T11:00:00", "2026-11-10T12:00:00")
    assert (page["type"], page["x0"], page["x1"]) == ("line", "2026-11-10T11:05:00", "2026-11-10T11:05:00")
    assert change["line"]["dash"] == "dash"
    assert [text[2:] for text in names(made, "mark")] == ["CH-1", "INC-1", "HighErrors"]
    assert caption(chart(np.ones(100), marks=marks)).endswith("shaded: incident, line: page, dashed: change")


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [
        (at(0) - timedelta(days=2), at(1), ("2026-11-10T09:05:00", "2026-11-10T10:00:00")),  # began before
        (at(8), at(23), ("2026-11-10T17:00:00", "2026-11-10T17:20:00")),  # ends after: 100 steps end at 08:20 UTC
        (at(8), None, ("2026-11-10T17:00:00", "2026-11-10T17:20:00")),  # still open
    ],
)
def test_an_incident_is_cut_to_the_range(start: datetime, end: datetime | None, span: tuple[str, str]) -> None:
    (shape,) = plotted(chart(np.ones(100), marks=(Mark(start, end, "INC-1", "incident"),)))["layout"]["shapes"]
    assert (shape["x0"], shape["x1"]) == span


def test_marks_outside_the_range_are_not_drawn_nor_explained() -> None:
    shown = chart(np.ones(100), marks=(Mark(at(20), None, "CH-1", "change"),))
    assert "shapes" not in plotted(shown)["layout"]
    assert "change" not in caption(shown)


def test_names_of_marks_take_rows_and_those_without_room_are_counted() -> None:
    marks = tuple(Mark(at(2, minute), None, f"HighErrors{minute}", "page") for minute in range(5))
    shown = chart(np.ones(100), marks=marks)
    made = plotted(shown)
    heights = [note["yshift"] for note in made["layout"]["annotations"] if note["name"] == "mark-page"]
    assert heights == [0, 18, 36, 54]
    assert len(made["layout"]["shapes"]) == 5
    assert "1 mark without room for a name" in caption(shown)


def test_without_data_the_figure_says_so() -> None:
    made = plotted(sample_items.nothing())
    assert made["layout"]["annotations"][0]["text"] == "No data in this window"
    assert made["data"] == []


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame(index=pd.date_range(START, periods=3, freq=STEP))])
def test_a_chart_without_lines_or_instants_is_no_error(frame: pd.DataFrame) -> None:
    shown = Chart("t", frame, "", STEP, "UTC", "a")
    assert plotted(shown)["data"] == []
    assert summary(shown) == []
    assert brief(shown) == "No data in this window"


def test_a_single_instant_is_drawn() -> None:
    made = plotted(chart([5]))
    assert made["layout"]["xaxis"]["range"] == ["2026-11-10T09:05:00", "2026-11-10T09:10:00"]


def test_caption_has_step_zone_and_what_is_missing() -> None:
    shown = chart({"a": [1, np.inf], "b": [np.nan, np.nan]}, caption="Bad events.")
    assert caption(shown) == "Bad events · every 5 min · Asia/Tokyo time · infinite, not drawn: 1 value · no data: b"


def test_summary_gives_each_line_in_numbers() -> None:
    rows = summary(chart({"a": [1, 3, np.nan, 2], "b": [np.nan] * 4, "c": [1, np.inf, 1, 1]}, unit="cores"))
    assert rows == [
        ["a", "1 core", "2 cores", "3 cores", "2 cores", "1"],
        ["b", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, "4"],
        ["c", "1 core", UNKNOWN, "∞ cores", "1 core", "0"],
    ]


def test_no_text_from_outside_is_markup_in_a_figure() -> None:
    (shown,) = (evidence for evidence in sample_items.hostile_item().evidence if isinstance(evidence, Chart))
    made = plotted(shown)
    texts = [note["text"] for note in made["layout"]["annotations"]]
    texts += [trace["name"] for trace in made["data"]]
    texts += [made["layout"]["title"]["text"], made["layout"]["title"]["subtitle"]["text"]]
    assert len(texts) > len(HOSTILE) * 3
    for text in texts:
        assert not set("<>$\u2028") & set(text)


def test_figure_needs_no_default_template_of_plotly() -> None:
    layout = plotted(chart([1, 2]))["layout"]
    assert "data" not in layout["template"]
    assert len(json.dumps(layout["template"])) < 1500


def test_a_bent_axis_keeps_the_levels_apart_and_the_pointer_reads_the_value() -> None:
    index = pd.date_range("2026-11-10", periods=4, freq="5min", tz="UTC")
    frame = pd.DataFrame({"over 1 h": [0.0, 0.5, 1.0, 300.0]}, index=index)
    lines = tuple(Line(level, "page") for level in (1.0, 6.0, 14.4))
    step = timedelta(minutes=5)
    chart = Chart("a", frame, "", step, "UTC", "a", lines=lines, bent=True)
    made = plotted(chart)
    trace = made["data"][0]
    # v up to 1 stays, above it stands at 1 + ln v: ln 300 = 5.704
    np.testing.assert_allclose(numbers(trace), [0, 0.5, 1, 6.704], rtol=5e-4)
    np.testing.assert_allclose(numbers({"y": trace["customdata"]}), [0, 0.5, 1, 300], rtol=5e-3)
    # ln 6 = 1.792, ln 14.4 = 2.667
    np.testing.assert_allclose([shape["y0"] for shape in made["layout"]["shapes"]], [1, 2.792, 3.667], atol=1e-3)
    axis = made["layout"]["yaxis"]
    ticks = dict(zip(axis["ticktext"], axis["tickvals"], strict=True))
    assert ticks["100"] == pytest.approx(5.605, abs=1e-3)
