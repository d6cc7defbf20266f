"""Exploring: questions and answers, one SLO, around a moment, now against before."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

import prodmeet_kit
from prodmeet_kit.core.errors import InputError
from prodmeet_kit.core.window import Window
from prodmeet_kit.evidence import Chart, Multiples, Note, Table
from prodmeet_kit.render import PLOTLY
from prodmeet_kit.review import Review
from tests.support.reviews import WINDOW, review


@pytest.fixture(scope="module")
def demo() -> Review:
    return prodmeet_kit.open_review()


def with_load(made: Review, series: pd.Series[float], window: Window = WINDOW) -> Review:
    """The review with this load of cart instead of its own."""
    facts = made.facts
    answer = replace(facts.answers["load/cart/requests"], frame=series.to_frame("{}"))
    return Review(replace(facts, window=window, answers={**facts.answers, "load/cart/requests": answer}))


# What was asked


def test_every_question_is_a_row_with_its_answer(demo: Review) -> None:
    asked = demo.questions
    assert list(asked["key"]) == list(demo.facts.answers)
    trend = asked.set_index("key").loc["slo/cart/availability/total/trend"]
    # 28 days of 5-minute steps: 28 * 288
    assert (trend["points"], trend["step"], trend["section"]) == (8064, pd.Timedelta("5min"), "metrics")
    assert trend["end"] == pd.Timestamp("2026-11-23T01:00Z")
    assert asked.set_index("key")["step"].isna()["slo/cart/availability/total/window"]
    assert (asked["error"] == "").all()


def test_an_answer_is_a_copy_and_an_unknown_key_is_told_the_nearest(demo: Review) -> None:
    key = "slo/cart/availability/total/trend"
    copy = demo.answer(key)
    copy.iloc[:] = 0.0
    assert demo.answer(key).to_numpy().sum() > 0
    with pytest.raises(InputError, match=f"there is no question .*: write {key}, .*review.questions"):
        demo.answer("slo/cart/availability/total/tren")


def test_a_failed_question_says_why() -> None:
    made = review()
    facts = made.facts
    failed = replace(facts.answers["load/cart/requests"], frame=None, error="the server gave up")
    with pytest.raises(InputError, match=r"load/cart/requests was not answered: the server gave up"):
        Review(replace(facts, answers={"load/cart/requests": failed})).answer("load/cart/requests")


def test_a_review_loads_no_widgets_until_one_is_asked_for() -> None:
    code = (
        "import sys, prodmeet_kit; r = prodmeet_kit.open_review(); r.slo(); r.around(); r.compare(); r.questions;"
        "print([name for name in ('anywidget', 'ipywidgets', 'requests') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# One SLO


def test_an_slo_has_its_events_by_step() -> None:
    made = review(values={"slo/cart/availability/bad": 0.1, "slo/cart/availability/total": 10.0})
    shown = made.slo("cart/availability")
    # 10 and 0.1 a second over steps of 300 s: 3000 events, 30 of them bad, 2970 / 3000 good
    assert shown.frame.iloc[-1].tolist() == pytest.approx([2970.0, 3000.0, 30.0, 0.99])
    assert shown.frame.index[-1] == pd.Timestamp(WINDOW.end)
    assert set(shown.queries["key"].str.split("/").str[3]) == {"bad", "total"}
    # 99% against 99.9%: ten times the budget, so minus 900% is left
    assert shown.sentence.startswith("not met: ")
    assert "99% against an objective of 99.9%" in shown.sentence
    assert shown.sentence.endswith("900% is left")


def test_no_bad_series_beside_a_total_means_nothing_failed() -> None:
    shown = review(values={"slo/cart/availability/total": 10.0}).slo("slo/cart/availability")
    assert shown.frame["bad"].eq(0).all()
    assert shown.frame["sli"].eq(1).all()


def test_an_slo_without_a_total_has_an_empty_frame_and_says_so() -> None:
    shown = review().slo("cart/availability")
    assert shown.sentence == "no data: no total was returned over 28 d"
    assert shown.frame.empty
    assert list(shown.frame.columns) == ["good", "total", "bad", "sli"]


def test_without_a_name_the_dearest_slo_is_shown(demo: Review) -> None:
    # Spent since the last meeting: web/latency 100%, cart/availability 64%, the others less.
    assert demo.slo().title == "web/latency"


def test_an_unknown_slo_is_told_the_nearest(demo: Review) -> None:
    with pytest.raises(InputError, match=r"there is no cart/availabilty: write slo/cart/availability"):
        demo.slo("cart/availabilty")
    with pytest.raises(InputError, match="there is no cart/cpu: write slo/"):
        demo.slo("cart/cpu")


# Around a moment


def test_around_an_incident_everything_of_its_service_is_shown(demo: Review) -> None:
    shown = demo.around("INC-52", before="1h", after="2h")
    # users were hurt from 03:07 to 03:42 UTC
    assert (shown.start, shown.end) == (
        datetime(2026, 11, 17, 2, 7, tzinfo=UTC),
        datetime(2026, 11, 17, 5, 42, tzinfo=UTC),
    )
    assert list(shown.series) == ["cart/availability", "cart/latency", "cart/requests", "cart/cpu", "cart/memory"]
    # steps of 5 minutes from 02:10 to 05:40: 3 h 30 min / 5 min + 1
    assert len(shown.series) == 43
    assert list(shown.frame.columns) == ["time", "kind", "id", "service", "text"]
    assert shown.frame["time"].is_monotonic_increasing
    assert set(shown.frame["kind"]) == {"incident", "page", "slo_event", "change"}
    incident = shown.frame[shown.frame["kind"] == "incident"]
    assert list(incident["time"].dt.strftime("%H:%M")) == ["03:07", "03:12", "03:42", "03:55"]
    assert "1 incident, 2 pages, 2 fast burns, 1 change" in shown.sentence


def test_the_panels_name_their_step_and_what_is_marked(demo: Review) -> None:
    shown = demo.around("INC-52")
    (many,) = (each for each in shown.evidence if isinstance(each, Multiples))
    assert {panel.step for panel in many.panels} == {timedelta(minutes=5)}
    text = next(bundle["text/plain"] for bundle in shown.bundles() if PLOTLY in bundle)
    assert "a point every 5 min, of the 5 min before it" in text
    assert "shaded: incident, line: page, dashed: change" in text
    # half of the requests failed
    assert shown.series["cart/availability"].min() == pytest.approx(0.5, abs=0.03)


def test_every_panel_of_a_figure_has_axes_of_its_own_and_the_same_time(demo: Review) -> None:
    figure = next(bundle[PLOTLY] for bundle in demo.around("INC-52").bundles() if PLOTLY in bundle)
    layout = figure["layout"]
    axes = [layout[f"xaxis{n}"] for n in ("", 2, 3, 4, 5)]
    assert len({tuple(axis["range"]) for axis in axes}) == 1
    assert axes[0]["range"][0] == "2026-11-17T11:07:00"  # the wall clock of Tokyo
    assert {trace["xaxis"] for trace in figure["data"]} == {"x", "x2", "x3", "x4", "x5"}
    # each panel: an incident, two pages and a change
    assert sum(shape.get("yref", "").endswith("domain") for shape in layout["shapes"]) == 5 * 4


@pytest.mark.parametrize("what", ["2026-11-17T12:00", datetime(2026, 11, 17, 3, tzinfo=UTC)])
def test_around_a_time_all_services_are_shown(demo: Review, what: str | datetime) -> None:
    shown = demo.around(what, before="30m", after=timedelta(minutes=30))
    assert (shown.start, shown.end) == (
        datetime(2026, 11, 17, 2, 30, tzinfo=UTC),
        datetime(2026, 11, 17, 3, 30, tzinfo=UTC),
    )
    # four services with requests, cpu and memory; six SLOs among them
    assert len(shown.series.columns) == 4 * 3 + 6
    assert "all services" in shown.sentence


def test_pages_slo_events_and_changes_are_found_by_their_id(demo: Review) -> None:
    for frame, column in (
        (demo.analyses.paging.all_pages, "id"),
        (demo.analyses.slo.events, "id"),
        (demo.analyses.changes.past, "id"),
    ):
        identity = frame[column].iloc[-1]
        shown = demo.around(identity)
        assert shown.title.startswith(identity)
        assert identity in set(shown.frame["id"])


def test_without_a_name_the_newest_incident_is_looked_at(demo: Review) -> None:
    assert demo.around().title.startswith("INC-52")
    quiet = review(values={"load/": 1.0}).around()
    assert (quiet.start, quiet.end) == (WINDOW.end - timedelta(hours=1), WINDOW.end + timedelta(hours=2))
    assert "nothing recorded" in quiet.sentence


def test_what_reaches_over_the_end_of_the_data_is_said(demo: Review) -> None:
    notes = [each.text for each in demo.around("2026-11-23T09:00").evidence if isinstance(each, Note)]
    assert notes == ["Data ends at Mon 23 Nov 10:00."]


def test_a_time_outside_the_data_names_where_they_reach(demo: Review) -> None:
    # Load is asked for eight weeks, and the demo's server held 43 days.
    with pytest.raises(InputError, match=r"INC-38.*from 2026-10-11 09:05 to 2026-11-23 10:00 \(Asia/Tokyo\)"):
        demo.around("INC-38")


def test_what_is_neither_known_nor_a_time_is_told_the_nearest_ids(demo: Review) -> None:
    with pytest.raises(InputError, match=r"INC-5 is no incident, .*INC-5[12].*write a time as"):
        demo.around("INC-5")
    with pytest.raises(InputError, match="before an hour: write a duration"):
        demo.around("INC-52", before="an hour")


def test_an_incident_nobody_ended_goes_on_until_the_meeting() -> None:
    began = WINDOW.end - timedelta(hours=5)
    rows = [{"id": "INC-1", "title": "Slow", "services": ["cart"], "start": began}]
    shown = review({"incidents": rows}, values={"load/": 1.0}).around("INC-1", after="0")
    assert (shown.start, shown.end) == (began - timedelta(hours=1), WINDOW.end)


def test_markup_from_outside_stays_text() -> None:
    title = "<img src=x onerror=alert(1)> & <b>bold</b>"
    rows = [{"id": "<i>1", "title": title, "services": ["cart"], "start": WINDOW.start + timedelta(days=1)}]
    shown = review({"incidents": rows}, values={"load/": 1.0}).around("<i>1", after="0")
    markup = "".join(bundle.get("text/html", "").partition("</style>")[2] for bundle in shown.bundles())
    assert "&lt;img src=x" in markup
    assert "<img" not in markup
    assert "<b>" not in markup
    assert "<i>" not in markup


# Now against before


def steps(first: str, last: datetime) -> pd.DatetimeIndex:
    return pd.date_range(pd.Timestamp(first, tz="UTC"), last, freq="5min", name="time").as_unit("ns")


def test_the_mean_is_compared_with_the_same_time_earlier() -> None:
    index = steps("2026-10-12T01:05", WINDOW.end)
    series = pd.Series(8.0, index=index).where(index <= pd.Timestamp(WINDOW.start), 10.0)
    made = with_load(review(), series)
    whole = made.compare("load/cart/requests", shift="14d").days.iloc[0]
    assert (whole["mean"], whole["mean_before"], whole["change"]) == (10.0, 8.0, 0.25)
    # a week earlier is half before the last meeting: (8 + 10) / 2
    whole = made.compare("cart/requests", shift=timedelta(days=7)).days.iloc[0]
    assert whole["mean_before"] == pytest.approx(9.0)
    assert whole["change"] == pytest.approx(10 / 9 - 1)


def test_a_day_is_that_of_the_products_zone() -> None:
    made = with_load(review(), pd.Series(1.0, index=steps("2026-10-12T01:05", WINDOW.end)))
    days = made.compare("cart/requests").days
    # 10:00 on the 9th to 10:00 on the 23rd in Tokyo: 15 days, the first and the last in part
    assert len(days) == 1 + 15
    assert days["day"].iloc[1] == pd.Timestamp("2026-11-09", tz="Asia/Tokyo")


def test_what_only_one_side_knows_does_not_change_the_comparison() -> None:
    index = steps("2026-11-02T01:05", WINDOW.end)  # nothing is known of the first of the two earlier weeks
    half = pd.Timestamp(WINDOW.start) + pd.Timedelta(days=7)
    series = pd.Series(4.0, index=index)
    series[(index > pd.Timestamp(WINDOW.start)) & (index <= half)] = 100.0
    shown = with_load(review(), series).compare("cart/requests", shift="14d")
    whole = shown.days.iloc[0]
    # of the second week 4 is known on both sides; the 100 of the first has nothing to stand against
    assert (whole["missing_before"], whole["change"]) == (0.5, 0.0)
    assert any(isinstance(each, Note) and "50%" in each.text for each in shown.evidence)


def test_an_earlier_time_without_data_is_said(demo: Review) -> None:
    said = r"resource/cart/memory: nothing is known of 2026-09-10 10:00 to 2026-09-24 10:00.*begin at 2026-10-26 10:05"
    with pytest.raises(InputError, match=said):
        demo.compare("cart/memory", shift="60d")


def test_the_ratio_of_an_slo_is_of_its_events_not_of_its_ratios(demo: Review) -> None:
    shown = demo.compare("cart/availability", shift="14d")
    frame, start = demo.slo("cart/availability").frame, pd.Timestamp(WINDOW.start)
    now, before = frame[frame.index > start], frame[frame.index <= start]
    whole = shown.days.iloc[0]
    assert whole["mean"] == pytest.approx(now["good"].sum() / now["total"].sum())
    bad = [part["bad"].sum() / part["total"].sum() for part in (now, before)]
    assert whole["change"] == pytest.approx(bad[0] / bad[1] - 1)
    (chart,) = (each for each in shown.evidence if isinstance(each, Chart))
    assert chart.faint is not None
    assert len(chart.faint) == len(chart.frame)
    assert any(isinstance(each, Table) and len(each.frame) == 16 for each in shown.evidence)


def test_the_hour_of_the_day_stays_when_the_clock_changes() -> None:
    end = datetime(2026, 10, 30, 9, tzinfo=UTC)  # Berlin puts its clock back on 25 October
    window = Window.ending(end, cadence=timedelta(days=7), timezone="Europe/Berlin", step=timedelta(minutes=5))
    index = pd.date_range(window.history_start, end, freq="5min", name="time").as_unit("ns")
    hours = pd.Series(index.tz_convert("Europe/Berlin").hour.astype("float64"), index=index)
    shown = with_load(review(), hours, window).compare("cart/requests", shift="7d")
    assert (shown.frame["now"] - shown.frame["before"]).abs().max() == 0.0
    # 7 days and the hour that comes twice
    assert len(shown.frame) == (7 * 24 + 1) * 12


def test_names_that_two_kinds_share_are_told_apart() -> None:
    services = [
        {
            "name": "cart",
            "load": [{"name": "use", "unit": "req/s", "query": "a"}],
            "resources": [{"name": "use", "unit": "cores", "query": "b"}],
        }
    ]
    made = review(values={"load/": 2.0, "resource/": 3.0}, services=services)
    with pytest.raises(
        InputError, match="cart/use names more than one thing: write load/cart/use or resource/cart/use"
    ):
        made.compare("cart/use")
    assert made.compare("resource/cart/use").days["mean"].iloc[0] == 3.0
    assert made.compare().title.startswith("cart/use")
    with pytest.raises(InputError, match=r"shop has nothing of this kind \(slo\)"):
        made.slo()


def test_a_service_is_shown_whole_and_an_unknown_one_is_told_the_nearest(demo: Review) -> None:
    shown = demo.service("cart")
    assert shown.title == "All of cart" and shown.view.name == "cart"
    assert {"Findings", "Outages", "Pages", "Changes", "Planned"} <= set(shown.frame["kind"])
    assert "outage:INC-52" in set(shown.frame["finding"])
    page = "".join(bundle.get("text/html", "") for bundle in shown.bundles())
    assert "pm-all-charts" in page and "INC-52" in page
    assert demo.service().view.name == "web"  # the one in most trouble
    with pytest.raises(InputError, match="there is no service crat: write cart"):
        demo.service("crat")
