"""The heat map of hours and weekdays, and the overlay of weeks: cells, gaps, words, and their numbers as text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.evidence import AgendaItem, HeatMap, WeekOverlay
from prodmeet_kit.i18n.numbers import UNKNOWN
from prodmeet_kit.render import PLOTLY, bundles, chart_bundle, drawn
from prodmeet_kit.render.html import FIGURE, chunks
from prodmeet_kit.render.markdown import markdown
from tests.support.plotly_figures import accepted
from tests.support.sample_items import HOSTILE


def heat(values: Any = None, **more: Any) -> HeatMap:
    """10 times the weekday plus the hour, but for what is given: a mapping (hour, weekday) to a value."""
    frame = pd.DataFrame(np.add.outer(np.arange(24.0), 10.0 * np.arange(7)))
    for (hour, day), value in (values or {}).items():
        frame.loc[hour, day] = value
    return HeatMap(
        **{"title": "by hour", "frame": frame, "unit": "req/s", "timezone": "Asia/Tokyo", "anchor": "h", **more}
    )


def overlay(weeks: int = 3, **more: Any) -> WeekOverlay:
    """Week k is 10 k + 5 in every hour."""
    frame = pd.DataFrame({back: np.full(168, 10.0 * back + 5) for back in range(weeks)})
    shared = {"title": "by week", "unit": "req/s", "timezone": "Asia/Tokyo", "anchor": "w", "newest": "7 days to Mon"}
    return WeekOverlay(**{**shared, "frame": frame, **more})


def plotted(shown: HeatMap | WeekOverlay) -> dict[str, Any]:
    made: dict[str, Any] = accepted(drawn.draw(shown, titled=False))
    return made


def test_a_weekday_is_a_row_with_monday_on_top_and_an_hour_a_cell() -> None:
    made = plotted(heat())
    (trace,) = made["data"]
    assert trace["y"] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert made["layout"]["yaxis"]["autorange"] == "reversed"
    assert trace["z"][6][23] == 83 and len(trace["z"]) == 7 and len(trace["z"][0]) == 24
    assert trace["text"][2][5] == "25 req/s"
    assert trace["zmin"] == 0 and trace["colorbar"]["title"]["text"] == "req/s"


def test_a_gap_is_an_empty_cell_with_a_dash_and_the_small_print_counts_it() -> None:
    shown = heat({(2, 6): np.nan, (3, 6): np.nan})
    made = plotted(shown)
    assert made["data"][0]["z"][6][2] is None and made["data"][0]["z"][5][2] == 52
    assert [(note["x"], note["y"], note["text"]) for note in made["layout"]["annotations"]] == [
        (2, "Sun", UNKNOWN),
        (3, "Sun", UNKNOWN),
    ]
    assert drawn.caption(shown).endswith("Asia/Tokyo time · 2 hours without a value")


def test_bytes_are_coloured_in_the_unit_of_the_scale() -> None:
    shown = heat(unit="bytes/s")
    made = plotted(replace(shown, frame=shown.frame * 1024**2))
    assert made["data"][0]["colorbar"]["title"]["text"] == "MiB/s"
    assert made["data"][0]["z"][1][3] == 13
    assert made["data"][0]["text"][1][3] == "13 MiB/s"


def test_the_numbers_of_each_weekday_stand_beside_the_heat_map() -> None:
    rows = drawn.summary(heat({(23, 1): np.nan, (4, 1): 2.0}))
    assert len(rows) == 7 and len(rows[0]) == len(drawn.summary_head(heat()))
    # Tuesday: 10 to 32 but 2 instead of 14 at 04:00: (sum(10..32) - 14 + 2) / 23 = (483 - 12) / 23 = 20.48
    assert rows[1] == ["Tue", "20.5 req/s", "04:00", "2 req/s", "22:00", "32 req/s", "1"]
    nothing = heat({(hour, 3): np.nan for hour in range(24)})
    assert drawn.summary(nothing)[3] == ["Thu", *[UNKNOWN] * 5, "24"]
    assert drawn.brief(heat()) == "busiest: Sun 23:00, 83 req/s"


def test_the_newest_week_is_strong_on_top_and_the_others_are_faint() -> None:
    made = plotted(overlay())
    assert [trace["name"] for trace in made["data"]] == ["2 weeks before", "1 week before", "7 days to Mon"]
    assert [trace.get("opacity") for trace in made["data"]] == [0.55, 0.55, None]
    assert made["data"][-1]["customdata"][25] == "Tue 01:00" and made["data"][-1]["x0"] == 0.5
    assert made["layout"]["xaxis"]["ticktext"] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert [note["text"] for note in made["layout"]["annotations"]] == ["7 days to Mon", "2 weeks before", "req/s"]


def test_the_numbers_of_each_week_stand_beside_the_overlay() -> None:
    shown = overlay()
    shown.frame.loc[30, 0] = 9.0
    shown.frame.loc[31, 1] = np.nan
    rows = drawn.summary(shown)
    # (167 * 5 + 9) / 168 = 5.02
    assert rows[0] == ["7 days to Mon", "5.02 req/s", "9 req/s", "Tue 06:00", "0"]
    assert rows[1][0] == "1 week before" and rows[1][-1] == "1"
    # Only whole weeks are compared: (167 * 5 + 9) / 168 / 25 - 1 = -80%
    assert drawn.brief(shown) == "\N{MINUS SIGN}80% against the week before"
    assert drawn.brief(overlay(1)) == "1 week"


@pytest.mark.parametrize("shown", [heat(folded=True), overlay(folded=True), heat(), overlay()])
def test_an_item_shows_it_as_any_other_chart(shown: HeatMap | WeekOverlay) -> None:
    item = AgendaItem("metrics", "Metrics", "All well.", "fine", "Asia/Tokyo", (shown,))
    markup, figure = chunks(item)
    assert figure is shown and isinstance(markup, str) and FIGURE in markup
    assert (drawn.brief(shown) in markup) == shown.folded
    made = list(bundles(item))[1][PLOTLY]
    assert made["layout"]["meta"]["title"] == shown.title
    assert made["layout"]["meta"]["summary"] == drawn.summary(shown)
    assert ("7 days to Mon" in markdown(item) or "| Mon |" in markdown(item)) != shown.folded


def test_text_from_outside_stays_inert() -> None:
    for text in HOSTILE:
        for shown in (heat(title=text, unit=text), overlay(title=text, unit=text, newest=text)):
            layout = chart_bundle(shown)[PLOTLY]["layout"]
            texts = [layout["title"]["text"], *(note["text"] for note in layout.get("annotations", ()))]
            assert not any("<" in part or "$" in part for part in texts)
