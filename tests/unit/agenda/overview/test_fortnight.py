"""The first picture: its order, its numbers, and what it does with many services, hostile names and missing data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.agenda.overview.clocked import MOST as LINES
from prodmeet_kit.agenda.overview.fortnight import MOST, fortnight
from prodmeet_kit.evidence import Lanes, Table
from prodmeet_kit.render import lanes as drawing
from prodmeet_kit.render.anchors import finding_id
from prodmeet_kit.review import Review, open_review
from prodmeet_kit.schemas.slo import SLO_SUMMARY
from tests.unit.agenda.overview.test_meeting_of_many import meeting


def picture(review: Review) -> Lanes:
    found = fortnight(review.analyses, review.lines)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def demo() -> Review:
    return open_review()


def test_the_service_with_the_least_budget_is_first_and_every_budget_is_that_of_the_table(demo: Review) -> None:
    shown = picture(demo)
    left = {
        (row["service"], row["name"]): row["budget_remaining"] for row in SLO_SUMMARY.rows(demo.analyses.slo.summary)
    }
    least = [min(budget.left for budget in lane.budgets) for lane in shown.lanes]
    assert least == sorted(least)
    assert {(lane.name, budget.name): budget.left for lane in shown.lanes for budget in lane.budgets} == left


def test_the_strip_counts_the_events_of_its_cells(demo: Review) -> None:
    """Weighed by its requests, the burn of the cells is the burn since the last meeting."""
    web = picture(demo).lanes[0]
    trend = demo.analyses.slo.counted_trends[web.burn_of]
    inside = trend[trend.index > demo.facts.window.start]
    assert web.burn is not None
    ends = pd.DatetimeIndex(web.burn.index)
    total = inside["total"].groupby(ends[np.searchsorted(ends, inside.index)]).sum()
    burned = float((web.burn * total).sum() / total.sum())
    assert burned == pytest.approx(inside["bad"].sum() / inside["total"].sum() / (1 - 0.99), rel=1e-9)


def test_an_outage_is_as_long_and_as_dear_as_its_finding_says(demo: Review) -> None:
    headlines = {each.subject: each.headline for each in demo.findings}
    outages = [event for lane in picture(demo).lanes for event in lane.events if event.kind == "outage"]
    assert len(outages) == 2
    for event in outages:
        name, length, *rest = event.label.split(" · ")
        assert f"an outage of {length} ({name})" in headlines[f"outage:{name}"]
        assert ("nobody was paged" in headlines[f"outage:{name}"]) == (rest == ["nobody paged"])


def test_pages_and_noise_are_those_of_the_pages(demo: Review) -> None:
    events = [event for lane in picture(demo).lanes for event in lane.events]
    pages = demo.analyses.paging.pages
    assert sum(event.kind in ("page", "noise") for event in events) == len(pages)
    assert sum(event.kind == "noise" for event in events) == (pages["shown_verdict"] == "noise").sum()


def test_quiet_services_share_a_lane_that_says_how_many() -> None:
    shown = picture(meeting(2, 0, 0, services=14))
    assert [lane.name for lane in shown.lanes] == ["s00", "s01", "12 quiet"]


def test_thirty_services_fit_one_screen() -> None:
    review = meeting(30, 3, 5)
    shown = picture(review)
    assert [lane.name for lane in shown.lanes] == [*(f"s{n:02}" for n in range(MOST)), "20 more"]
    assert drawing.figure(shown, titled=False)["layout"]["height"] <= 380
    lines = next(each for each in review.overview.evidence if isinstance(each, Table))
    assert len(lines.frame) <= LINES


def test_a_quiet_lane_has_no_burn_where_nothing_is_known() -> None:
    shown = picture(meeting(1, 0, 0, services=2))
    lane = shown.lanes[0]
    assert lane.burn is not None
    gap = replace(lane, burn=lane.burn.mask(lane.burn.index == lane.burn.index[5]))
    figure = drawing.figure(replace(shown, lanes=(gap,)), titled=False)
    (strip,) = [trace for trace in figure["data"] if trace["type"] == "heatmap"]
    assert strip["z"][0][5] is None
    assert strip["text"][0][5].endswith("not known")


def test_hostile_names_are_text(demo: Review) -> None:
    shown = picture(demo)
    bad = '<a href="https://evil.example">x</a>$1$'
    lane = shown.lanes[1]
    event = replace(lane.events[0], label=bad, text=bad)
    hostile = replace(lane, name=bad, note=bad, burn_of=bad, events=(event,), more=bad)
    figure = drawing.figure(replace(shown, title=bad, lanes=(hostile,)), titled=True)
    layout = {key: value for key, value in figure["layout"].items() if key != "meta"}
    assert "<a " not in str(layout) + str([trace.get("text") for trace in figure["data"]])


def test_without_slos_and_loads_there_is_no_picture() -> None:
    review = meeting(0, 0, 0, services=1)
    assert fortnight(review.analyses, review.lines) is not None
    assert fortnight(Review(replace(review.facts, answers={})).analyses, review.lines) is None


def test_everything_in_the_picture_leads_to_the_finding_about_it(demo: Review) -> None:
    shown = fortnight(demo.analyses, demo.lines, demo.findings)
    assert shown is not None
    about = {lane.name: lane.about for lane in shown.lanes}
    assert about["web"] == "slo:web/latency" and about["payments"] == "outage:INC-51"
    events = {event.label.split(" ")[0]: event.about for lane in shown.lanes for event in lane.events}
    assert events["INC-52"] == "outage:INC-52" and events["CH-31"] == "slo:web/latency"
    made = drawing.figure(shown)
    places = {finding_id(each.subject) for each in demo.findings}
    leads = made["layout"]["meta"]["leads"]
    assert len(leads) == len([lane for lane in shown.lanes if lane.about]) > 2 and set(leads.values()) <= places
    named = {note["name"] for note in made["layout"]["annotations"] if note.get("captureevents")}
    assert named == set(leads)
    traces = [trace for trace in made["data"] if trace.get("customdata")]
    clicked = {to for trace in traces for to in trace["customdata"] if to}
    assert finding_id("outage:INC-52") in clicked and clicked <= places
