"""The second round of questions: at scrape step, around the few SLO events, frozen with the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analyses import Analyses
from prodmeet_kit.core.window import Window, parse_duration
from prodmeet_kit.facts import Answer, Facts, Question
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.queries import fine_times
from prodmeet_kit.schemas.frames import SLO_EVENTS
from prodmeet_kit.snapshot import freeze, reopen
from tests.support.answering import Asked, answering, refusal, shop, success
from tests.support.grids import at

END = datetime(2026, 11, 23, tzinfo=UTC)
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="UTC")
BEGAN, ENDED = at("2026-11-17T03:07:41").timestamp(), at("2026-11-17T03:33:12").timestamp()


def outage(asked: Asked) -> tuple[int, str, bytes]:
    """Two requests a second, all of which fail in an outage; the value of a rate over (t - range, t], exactly."""
    form = asked.form
    if form["query"].startswith("ALERTS"):
        return success([], kind="matrix")
    length = parse_duration(form["query"].rpartition("[")[2].partition("]")[0]).total_seconds()
    bad = "5.." in form["query"]

    def value(end: float) -> str:
        failed = max(0.0, min(end, ENDED) - max(end - length, BEGAN))
        return str(2 * (failed if bad else length) / length)

    if asked.path.endswith("query_range"):
        start, last, step = (float(form[name]) for name in ("start", "end", "step"))
        times = start + step * np.arange(int((last - start) // step) + 1)
        return success([{"metric": {}, "values": [[each, value(each)] for each in times]}], kind="matrix")
    return success([{"metric": {}, "value": [float(form["time"]), value(float(form["time"]))]}])


def product(url: str, **more: Any) -> Product:
    return shop(load=[], resources=[], sources={"metrics": {"url": url, "scrape_interval": "15s", **more}})


def times(found: Facts) -> pd.DataFrame:
    columns = ["onset_from", "onset_to", "end_from", "end_to", "onset_step_s"]
    return Analyses(found).slo.events[["id", *columns]]


def test_an_event_is_asked_about_again_at_scrape_step_and_the_answers_are_frozen(tmp_path: Path) -> None:
    with answering(outage) as server:
        made = gather(product(server.url), WINDOW, folder=tmp_path)
    fine = [key for key in made.answers if fine_times.is_fine(key)]
    assert fine == [f"fine/cart/availability/{side}/2026-11-17T03:05Z" for side in ("bad", "total")]
    question = made.answers[fine[0]].question
    assert question.query == 'sum(rate(http_requests_total{service="cart",code=~"5.."}[30s]))'
    assert (question.step, question.window) == (timedelta(seconds=15), timedelta(seconds=30))
    assert (question.start, question.end) == (at("2026-11-17T02:35:15"), at("2026-11-17T04:10"))
    (event,) = times(made).to_dict("records")
    assert event["onset_step_s"] == 15
    for low, truth, high in (("onset_from", BEGAN, "onset_to"), ("end_from", ENDED, "end_to")):
        assert event[low].timestamp() <= truth <= event[high].timestamp() <= event[low].timestamp() + 35
    pd.testing.assert_frame_equal(times(reopen(freeze(made, tmp_path / "snapshot"))), times(made))


def test_a_server_that_refuses_the_second_round_costs_precision_and_nothing_else(tmp_path: Path) -> None:
    def refuses(asked: Asked) -> tuple[int, str, bytes]:
        return outage(asked) if "[30s]" not in asked.form["query"] else refusal(422, "execution", "too much")

    with answering(refuses) as server:
        made = gather(product(server.url), WINDOW, folder=tmp_path)
    assert made.failures == ()
    (event,) = times(made).to_dict("records")
    assert event["onset_step_s"] == 300 and event["onset_from"].timestamp() <= BEGAN <= event["onset_to"].timestamp()


def test_a_snapshot_without_finer_answers_has_ranges_of_its_trend(tmp_path: Path) -> None:
    with answering(outage) as server:
        made = gather(product(server.url), WINDOW, folder=tmp_path)
    kept = {key: answer for key, answer in made.answers.items() if not fine_times.is_fine(key)}
    older = Facts(made.product, made.window, made.gathered_at, kept, made.records)
    assert times(reopen(freeze(older, tmp_path / "snapshot")))["onset_step_s"].tolist() == [300.0]


def events(count: int, hours: float = 0.5) -> pd.DataFrame:
    first = at("2026-11-10T00:00")
    return SLO_EVENTS.frame(
        {
            "id": str(number),
            "service": "cart",
            "slo": "availability",
            "onset": first + timedelta(hours=8 * number),
            "end": first + timedelta(hours=8 * number + hours),
        }
        for number in range(count)
    )


def planned(found: pd.DataFrame, **more: Any) -> list[Question]:
    return fine_times.plan(product("http://localhost", **more), WINDOW, found, {})


def test_the_second_round_is_bounded_in_number_and_in_points() -> None:
    asked = planned(events(30), scrape_interval="1s")
    assert len(asked) == 2 * fine_times.MOST_EVENTS
    assert min(question.start for question in asked) > at("2026-11-13T00:00")  # the newest
    for question in asked:
        assert question.step is not None
        assert (question.end - question.start) / question.step < fine_times.MOST_POINTS


def test_of_a_long_event_only_the_beginning_and_the_end_are_asked() -> None:
    spans = {(question.start, question.end) for question in planned(events(1, hours=7))}
    assert spans == {
        (at("2026-11-09T23:30:15"), at("2026-11-10T00:35")),
        (at("2026-11-10T06:30:15"), at("2026-11-10T07:35")),
    }


def test_the_fast_part_of_a_long_burn_is_asked_about_where_no_range_covers_it() -> None:
    burn = events(1, hours=30)
    parts = [burn.assign(onset=burn["onset"] + timedelta(hours=hours)) for hours in (0.2, 9)]
    asked = fine_times.plan(product("http://localhost"), WINDOW, burn, {}, pd.concat(parts, ignore_index=True))
    starts = {question.start for question in asked}
    assert starts == {at("2026-11-09T23:30:15"), at("2026-11-11T05:30:15"), at("2026-11-10T08:30:15")}


@pytest.mark.parametrize("more", [{"scrape_interval": "5m"}, {"scrape_interval": "3m"}])
def test_nothing_is_asked_where_scrapes_are_hardly_finer_than_the_trend(more: dict[str, Any]) -> None:
    assert planned(events(1), **more) == []


def test_a_written_range_longer_than_the_step_is_how_far_a_value_reaches() -> None:
    query = 'sum(rate(errors{service="cart"}[2m])) + 0 * sum(rate(errors[{{.window}}]))'
    slo = {"name": "a", "objective": 99.9, "sli": {"events": {"error_query": query, "total_query": query}}}
    made = shop(slos=[slo], sources={"metrics": {"url": "http://localhost", "scrape_interval": "15s"}})
    asked = fine_times.plan(made, WINDOW, events(1).assign(slo="a"), {})
    grid = [pd.date_range(each.start, each.end, freq=each.step, name="time").as_unit("ns") for each in asked]
    answers = {
        each.key: Answer(each, pd.DataFrame({"{}": 1.0}, index=index)) for each, index in zip(asked, grid, strict=True)
    }
    (stretch,) = fine_times.stretches(Facts(made, WINDOW, END, answers))["cart/a"]
    assert stretch.reach == timedelta(minutes=2)
