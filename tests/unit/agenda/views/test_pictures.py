"""One picture a finding: each kind shows what its words say, with the same numbers, and says nothing without data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit import open_review
from prodmeet_kit.agenda.views import change_picture, resource_picture
from prodmeet_kit.agenda.views.pictures import PICTURES
from prodmeet_kit.core.subjects import kind_of
from prodmeet_kit.evidence import Bars, Chart, Moments, Panels, Spans
from prodmeet_kit.evidence.finding_view import Picture
from prodmeet_kit.i18n.languages import use
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.render import chart_bundle
from prodmeet_kit.render.drawn import caption
from prodmeet_kit.review import Review
from prodmeet_kit.schemas.frames import rows
from tests.support.hostile_review import hostile_review
from tests.support.random_reviews import random_review
from tests.support.reviews import review


@pytest.fixture(scope="module")
def demo() -> Review:
    return open_review()


def alone(subject: str) -> Any:
    """What a picture reads of a finding about this subject alone."""
    return SimpleNamespace(subject=subject, subjects=(subject,), facets=())


def shown(made: Review, subject: str) -> Picture:
    """The picture of a finding about this subject, whether or not the meeting has one."""
    found = next((each for each in made.findings if each.subject == subject), alone(subject))
    return PICTURES[kind_of(subject)](made.analyses, found)


def panels(made: Review, subject: str) -> Panels:
    figure = shown(made, subject).figure
    assert isinstance(figure, Panels)
    return figure


def row(frame: pd.DataFrame, **wanted: str) -> Mapping[str, Any]:
    (found,) = [each for each in rows(frame) if all(each[key] == value for key, value in wanted.items())]
    return found


def test_an_slo_shows_four_weeks_with_its_objective_the_change_and_the_load(demo: Review) -> None:
    figure = panels(demo, "slo:web/latency")
    summary = row(demo.analyses.slo.summary, service="web", name="latency")
    assert figure.level is not None and figure.level.value == pytest.approx(1 - summary["objective"])
    assert figure.end - figure.start == timedelta(days=28)
    (cause,) = [mark for mark in figure.marks if mark.kind == "cause"]
    assert cause.label.startswith("CH-31 ") and cause.label.endswith("Fri 13 Nov 14:00")
    after = figure.series[figure.series.index > cause.start + figure.step]
    before = figure.series[figure.series.index <= cause.start]
    assert (after > figure.level.value).all() and (before < figure.level.value).mean() > 0.95
    assert [mark.label for mark in figure.marks if mark.kind == "incident"] == ["INC-49"]
    assert figure.below is not None and figure.below.series.index[-1] == figure.series.index[-1]


def test_an_slo_shows_what_is_left_of_its_budget_and_folds_its_burn_rate(demo: Review) -> None:
    made = shown(demo, "slo:web/latency")
    summary = row(demo.analyses.slo.summary, service="web", name="latency")
    assert made.key is not None and made.key.value == write(summary["budget_remaining"], "budget")
    assert write(summary["budget_remaining_before"], "budget") in made.key.before
    (burn,) = made.folded
    assert isinstance(burn, Chart) and burn.folded and burn.bent


def test_a_resource_is_drawn_to_the_day_its_limit_is_reached(demo: Review) -> None:
    figure = panels(demo, "resource:cart/memory")
    summary = row(demo.analyses.capacity.resources, service="cart", name="memory")
    assert figure.level is not None and figure.level.value == summary["limit"] and not figure.level.tinted
    ahead = figure.forecast
    assert ahead is not None and ahead.latest is not None
    end = demo.analyses.facts.window.end
    days = [(each - end) / timedelta(days=1) for each in (ahead.soonest, ahead.reached, ahead.latest)]
    assert days == pytest.approx([summary[f"days_to_full{side}"] for side in ("_low", "", "_high")])
    assert figure.end > ahead.latest
    assert "forecast" in {mark.kind for mark in figure.marks}


def test_a_resource_that_does_not_fill_has_no_forecast_and_says_how_full_it_is(demo: Review) -> None:
    made = shown(demo, "resource:web/cpu")
    assert isinstance(made.figure, Panels) and made.figure.forecast is None
    summary = row(demo.analyses.capacity.resources, service="web", name="cpu")
    assert made.key is not None and made.key.value == write(summary["utilisation_p95"], "percent")


def test_what_got_dearer_shows_what_an_event_costs(demo: Review) -> None:
    made = resource_picture.efficiency(demo.analyses, "web/cpu")
    assert made is not None and isinstance(made.figure, Panels)
    moved = row(demo.analyses.capacity.regressions, service="web", resource="cpu")
    assert made.key is not None and made.key.value == write(moved["change"], "change")
    cause = next(mark for mark in made.figure.marks if mark.kind == "cause")
    assert cause.label.startswith(moved["changes"][0])
    per_event = row(demo.analyses.capacity.efficiency, service="web", resource="cpu", load="requests")
    assert made.figure.unit == per_event["unit"]
    assert made.figure.series.quantile(0.1) < per_event["per_load"] < made.figure.series.max()


def test_an_outage_shows_its_page_or_when_it_should_have_come(demo: Review) -> None:
    missed = row(demo.analyses.detection.missed, id="INC-51")
    marks = {mark.kind: mark for mark in panels(demo, "outage:INC-51").marks}
    assert set(marks) == {"incident", "cause", "unpaged"}
    assert marks["unpaged"].start == missed["fires_at"]
    assert marks["incident"].label == "INC-51 · 4 h · nobody paged"
    paged = panels(demo, "outage:INC-52")
    assert {mark.label for mark in paged.marks if mark.kind == "page"} == {"CartErrorBudgetBurn", "CartLatencyHigh"}
    assert paged.start < paged.marks[0].start < paged.end


def test_an_outage_shows_the_slo_that_lost_most_and_what_it_lost(demo: Review) -> None:
    made = shown(demo, "outage:INC-52")
    spent = row(demo.analyses.incidents.outages, id="INC-52")["budget_spent"]
    worst = max(spent, key=spent.get)
    assert made.key is not None and made.key.value == write(spent[worst], "budget") and worst in made.key.about
    assert isinstance(made.figure, Panels) and worst in made.figure.title
    assert made.figure.series.max() > 0.4


def test_an_alert_shows_when_it_fired_and_how_many_pages_it_was(demo: Review) -> None:
    made = shown(demo, "alert:WebHighCPU/web")
    group = row(demo.analyses.paging.groups, alert="WebHighCPU", service="web")
    figure = made.figure
    assert isinstance(figure, Moments) and figure.since is not None
    since = [each for each in figure.moments if each.at >= figure.since]
    assert len(since) == group["count"] and made.key is not None and made.key.value == write(group["count"], "count")
    assert sum(each.kind == "noise" for each in since) == group["verdicts"]["noise"]
    assert not any(each.kind == "impact" for each in since)


def test_a_page_with_user_impact_stands_out(demo: Review) -> None:
    figure = shown(demo, "alert:CartErrorBudgetBurn/cart").figure
    assert isinstance(figure, Moments)
    assert [each.kind for each in figure.moments] == ["impact"]


def test_changes_that_overlap_are_shown_together_with_who_does_them(demo: Review) -> None:
    figure = shown(demo, "change:CH-41").figure
    assert isinstance(figure, Spans)
    assert [each.label[:5] for each in figure.spans] == ["CH-41", "CH-42"]
    assert all(each.note for each in figure.spans)
    ((begin, end),) = figure.overlaps
    assert (begin, end) == (figure.spans[1].start, figure.spans[0].end)
    assert figure.end - figure.start < timedelta(days=1)
    single = shown(demo, "change:CH-43").figure
    assert isinstance(single, Spans) and single.end >= demo.analyses.facts.next_meeting


def test_a_change_that_is_done_shows_before_and_after(demo: Review) -> None:
    figure = change_picture.picture(demo.analyses, alone("change:CH-31")).figure
    assert isinstance(figure, Panels)
    moved = row(demo.analyses.changes.before_after, change="CH-31", service="web", name="latency", kind="slo")
    assert [each.value for each in figure.stretches] == [moved["before"], moved["after"]]
    assert figure.stretches[0].end <= figure.stretches[1].start


def test_a_load_is_shown_with_the_same_weekdays_before(demo: Review) -> None:
    made = shown(demo, "load:web/requests")
    assert isinstance(made.figure, Panels) and made.figure.usual is not None
    pattern = row(demo.analyses.capacity.load_patterns, service="web", name="requests")
    assert made.key is not None and made.key.value == write(pattern["like_for_like"], "change")
    recent = made.figure.series[made.figure.series.index > demo.analyses.facts.window.start]
    usual = made.figure.usual[recent.index]
    assert recent.mean() / usual.mean() - 1 == pytest.approx(pattern["like_for_like"], abs=0.05)


def test_toil_is_a_bar_a_kind_the_longest_first(demo: Review) -> None:
    made = shown(demo, "toil:T-5")
    hours = demo.analyses.meeting.toil["hours_per_quarter"]
    assert isinstance(made.figure, Bars)
    assert [each.value for each in made.figure.bars] == sorted(hours, reverse=True)
    assert [each.strong for each in made.figure.bars] == [True, False, False, False]


def test_what_people_decide_by_words_alone_has_no_figure(demo: Review) -> None:
    for view in demo.views:
        kind = kind_of(view.subject)
        assert (view.picture.figure is None) == (kind not in PICTURES), view.subject


def test_in_japanese_the_words_of_figures_are_japanese(demo: Review) -> None:
    with use("ja"):
        figure = panels(demo, "slo:web/latency")
        assert figure.level is not None and figure.level.label.startswith("目標")
        assert "間隔" in caption(figure)


def test_without_data_there_is_no_figure_and_nothing_breaks() -> None:
    empty = review()
    for subject in ("slo:cart/availability", "resource:cart/memory", "load:cart/requests", "alert:Gone/cart"):
        assert shown(empty, subject) == Picture()
    for subject in ("slo:cart/gone", "resource:cart/gone", "outage:INC-0", "change:CH-0", "toil:T-0"):
        assert shown(empty, subject) == Picture()


def test_without_a_total_an_slo_has_no_line_and_a_load_has_one() -> None:
    made = review(values={"slo/cart/availability/bad": 3.0, "load/": 10.0})
    assert shown(made, "slo:cart/availability").figure is None
    assert panels(made, "load:cart/requests").series.notna().all()


def test_an_objective_that_allows_nothing_has_its_level_at_zero() -> None:
    services = [{**review().analyses.facts.product.services[0].model_dump(mode="json")}]
    services[0]["slos"][0]["objective"] = 100
    values = {"slo/cart/availability/total": 10.0, "slo/cart/availability/bad": 0.5}
    figure = panels(review(values=values, services=services), "slo:cart/availability")
    assert figure.level is not None and figure.level.value == 0
    assert chart_bundle(figure) and figure.step < timedelta(days=1)


def test_a_limit_that_is_not_known_is_not_drawn() -> None:
    figure = panels(review(values={"resource/cart/memory/use": 5e9}), "resource:cart/memory")
    assert figure.level is None and figure.forecast is None


@pytest.mark.parametrize("world", ["hostile", 0, 7, 11])
def test_every_picture_of_any_world_is_made_and_drawn(world: str | int) -> None:
    made = hostile_review() if isinstance(world, str) else random_review(world)
    drawn = 0
    for found in made.findings:
        make = PICTURES.get(kind_of(found.subject))
        if make is None:
            continue
        picture = make(made.analyses, found)
        if picture.figure is not None:
            drawn += bool(chart_bundle(picture.figure, titled=False))
    assert drawn > 2
