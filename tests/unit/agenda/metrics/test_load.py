"""Load in the metrics item: a table anybody reads, unusual days in words, figures on demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.agenda.metrics import brief as metrics_brief
from prodmeet_kit.agenda.metrics import load as metrics_load
from prodmeet_kit.agenda.metrics import resource_facets as facets
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.evidence import Chart, HeatMap, Note, Table, WeekOverlay
from prodmeet_kit.queries.questions import LOAD_HISTORY, plan
from prodmeet_kit.render.anchors import Anchors
from prodmeet_kit.render.tables import view
from prodmeet_kit.review import Review
from tests.support.reviews import RATE, WINDOW, product, review

LOAD = "load/cart/requests"
SERVICES = [
    {"name": name, "load": [{"name": "requests", "unit": "req/s", "query": RATE}]} for name in ("cart", "web", "pay")
]


def reviewed(change: Callable[[str, pd.Series[Any]], pd.Series[Any]], **more: Any) -> Review:
    """A review whose loads are 100 by day and 50 by night, and then changed."""
    made = review(values={"load/": 1.0}, **more)
    answers = dict(made.facts.answers)
    for key, answer in answers.items():
        if key.startswith("load/") and answer.frame is not None:
            local = clock(answer.frame.index)
            values = pd.Series(np.where(local.hour >= 8, 100.0, 50.0), index=answer.frame.index)
            answers[key] = replace(answer, frame=change(key, values).to_frame("{}"))
    return Review(replace(made.facts, answers=answers))


def clock(index: pd.Index[Any]) -> pd.DatetimeIndex:
    return (pd.DatetimeIndex(index) - WINDOW.step).tz_convert("Asia/Tokyo")


def times(day: str, factor: float, keys: str = "") -> Callable[[str, pd.Series[Any]], pd.Series[Any]]:
    def change(key: str, values: pd.Series[Any]) -> pd.Series[Any]:
        there = (clock(values.index).strftime("%Y-%m-%d") == day) & (keys in key)
        return values.where(~there, values * factor)

    return change


def as_it_is(_: str, values: pd.Series[Any]) -> pd.Series[Any]:
    return values


def test_load_is_asked_for_eight_weeks_back_and_the_rest_as_far_as_it_needs() -> None:
    asked = {question.key: question for question in plan(product(), WINDOW)}
    assert asked[LOAD].start == WINDOW.end - LOAD_HISTORY + WINDOW.step
    assert asked["resource/cart/memory/use"].start == WINDOW.history_start + WINDOW.step
    assert asked[LOAD].end == WINDOW.end and asked[LOAD].step == WINDOW.step


def test_the_table_comes_first_and_shows_no_column_that_says_nothing() -> None:
    table, behind, recount, *figures = metrics_load.evidence(reviewed(as_it_is).analyses)
    assert isinstance(table, Table) and isinstance(behind, Table) and behind.place == "behind"
    assert isinstance(recount, Table) and recount.folded
    names = [column.name for column in table.columns]
    assert len(names) == 10 and names[2] == "by_day"
    assert "calendar_effect" not in names and "missing_fraction" not in names
    (row,) = view(table, "metrics", "Asia/Tokyo", Anchors()).rows
    texts = dict(zip(names, (cell.text for cell in row.cells), strict=True))
    assert texts["mean"].endswith(" req/s") and texts["expected_range"].split()[1] == "to"
    assert [type(figure) for figure in figures] == [Chart, WeekOverlay, HeatMap]
    assert all(figure.folded for figure in figures)  # type: ignore[union-attr]


def test_one_unusual_day_is_told_in_a_sentence_and_asked_about() -> None:
    analyses = reviewed(times("2026-11-11", 0.59)).analyses
    note = metrics_load.evidence(analyses)[1]
    assert isinstance(note, Note)
    assert note.text == "Wed 11 Nov was 41% below a usual Wednesday: cart/requests"
    (said,) = facets.facets(analyses)
    assert (said.subject, said.rule, said.reason) == ("load:cart/requests", "load_unusual", note.text)
    assert said.question


def test_a_day_unusual_for_several_loads_is_one_sentence() -> None:
    def change(key: str, values: pd.Series[Any]) -> pd.Series[Any]:
        values = times("2026-11-11", 0.8, "cart")(key, values)
        return times("2026-11-11", 1.5, "web")(key, values)

    analyses = reviewed(change, services=SERVICES).analyses
    shown = metrics_load.evidence(analyses)
    (note,) = (part for part in shown if isinstance(part, Note))
    assert note.text == "Wed 11 Nov compared with a usual Wednesday: cart/requests \N{MINUS SIGN}20%, web/requests +50%"


@pytest.mark.parametrize(
    ("metric", "way", "known"),
    [("cart/requests", "up", True), ("cart/requests", "none", False), ("web/requests", "up", False)],
)
def test_the_peak_to_expect_says_which_change_it_does_not_know_of(metric: str, way: str, known: bool) -> None:
    effect = {"metric": metric, "direction": way, "size": 0.6}
    change = {"id": "CH-43", "title": "sale", "start": WINDOW.end + timedelta(days=3), "services": []}
    analyses = reviewed(
        as_it_is, records={"changes": [{**change, "expected_effect": effect}]}, services=SERVICES
    ).analyses
    said = metrics_brief.peak(analyses)
    assert said.startswith("cart/requests will peak at about 100 req/s")
    assert said.endswith(", excluding CH-43") == known


def test_many_unusual_days_are_a_table() -> None:
    def change(key: str, values: pd.Series[Any]) -> pd.Series[Any]:
        for day in (10, 12, 14, 17):
            values = times(f"2026-11-{day}", 0.5)(key, values)
        return values

    analyses = reviewed(change).analyses
    days = metrics_load.evidence(analyses)[1]
    assert isinstance(days, Table) and len(days.frame) == 4
    unusual = [each for each in facets.facets(analyses) if each.rule == "load_unusual"]
    assert len(unusual) == 1 and unusual[0].question  # asked once, however many days there were


def test_a_load_that_moved_like_for_like_is_asked_about_and_comes_first() -> None:
    def change(key: str, values: pd.Series[Any]) -> pd.Series[Any]:
        factor = 1.2 if "web" in key else 1.0
        return values.where(values.index <= pd.Timestamp(WINDOW.start), values * factor)

    analyses = reviewed(change, services=SERVICES).analyses
    table = metrics_load.evidence(analyses)[0]
    assert isinstance(table, Table) and table.frame["service"].tolist() == ["web", "cart", "pay"]
    (moved,) = (each for each in facets.facets(analyses) if each.rule == "load_moved")
    assert (moved.subject, bool(moved.question)) == ("load:web/requests", True)


def test_the_calendar_and_gaps_get_a_column_when_they_made_a_difference() -> None:
    def change(_: str, values: pd.Series[Any]) -> pd.Series[Any]:
        nights = (clock(values.index).hour < 8) & (values.index > pd.Timestamp(WINDOW.start))
        return values.where(~nights)

    analyses = reviewed(change).analyses
    table = metrics_load.evidence(analyses)[0]
    assert isinstance(table, Table)
    assert {"calendar_effect", "missing_fraction"} <= {column.name for column in table.columns}
    row = analyses.capacity.load_patterns.iloc[0]
    # By night nothing is known: the mean rises from 83.3 to 100, and nothing grew.
    assert abs(row["like_for_like"]) < 0.02
    assert row["calendar_effect"] > 0.15
    assert analyses.capacity.unusual_days.empty


def test_without_an_answer_there_is_a_row_and_what_was_asked_and_nothing_else() -> None:
    analyses = review().analyses
    table, behind = metrics_load.evidence(analyses)
    assert isinstance(behind, Table) and list(behind.frame["key"]) == [LOAD]
    assert isinstance(table, Table) and len(table.frame) == 1
    assert facets.facets(analyses) == ()


def test_patterns_and_unusual_days_are_in_the_record() -> None:
    content = record(reviewed(times("2026-11-11", 0.59)))
    (pattern,), (day,) = content["load_patterns"], content["unusual_days"]
    assert {"like_for_like", "calendar_effect", "expected_peak", "expected_peak_low", "expected_peak_high"} <= set(
        pattern
    )
    assert (day["ref"], day["day"], day["direction"]) == ("cart/requests", "2026-11-11T00:00:00+09:00", "below")
