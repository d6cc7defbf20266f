"""Which rules are played again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit.core import promql
from prodmeet_kit.facts import Question
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.queries import backtests as replays
from prodmeet_kit.schemas.frames import ALERT_RULES, ALERT_RUNS
from tests.support.answering import Asked, answering, shop, success
from tests.support.grids import at, window

WINDOW = window()


def runs(alert: str, count: int, page: bool = False, day: int = 12) -> list[dict[str, Any]]:
    start = at(f"2026-11-{day:02}T03:00")
    return [{"alertname": alert, "state": "firing", "page": page, "start": start, "last": start} for _ in range(count)]


def planned(told: list[dict[str, Any]], **queries: str) -> list[tuple[str, str]]:
    rules = [{"alert": alert, "group": "g", "query": query, "interval_s": 30} for alert, query in queries.items()]
    asked = replays.plan(ALERT_RUNS.frame(told), ALERT_RULES.frame(rules), WINDOW)
    return [(question.key, question.query) for question in asked]


def test_what_fired_most_is_asked_first_and_the_compared_value_where_there_is_one() -> None:
    told = [*runs("A", 3), *runs("B", 4), *runs("Rare", 2), *runs("Paged", 1, page=True), *runs("Old", 9, day=8)]
    queries = {"A": "x > 1", "B": "x and y", "Rare": "r > 1", "Paged": "1 < p", "Old": "o > 1"}
    assert planned(told, **queries) == [("replay/g/B", "x and y"), ("replay/g/A", "x"), ("replay/g/Paged", "p")]


def test_at_most_twelve_rules_and_none_that_cannot_be_parsed() -> None:
    names = [f"A{number:02}" for number in range(20)]
    told = [run for name in names for run in runs(name, 3)]
    assert [key for key, _ in planned(told, **dict.fromkeys(names, "x"))] == [f"replay/g/{name}" for name in names[:12]]
    assert planned(runs("A", 3), A="x >") == []


def test_without_alerts_or_rules_nothing_is_asked() -> None:
    assert replays.plan(None, ALERT_RULES.frame(), WINDOW) == []
    assert replays.plan(ALERT_RUNS.frame(runs("A", 3)), None, WINDOW) == []


def test_the_question_covers_the_time_since_the_last_meeting_at_the_interval() -> None:
    rules = ALERT_RULES.frame([{"alert": "A", "group": "g", "query": "x", "interval_s": 60}])
    (question,) = replays.plan(ALERT_RUNS.frame(runs("A", 3)), rules, WINDOW)
    assert (question.start, question.end, question.step) == (WINDOW.start, WINDOW.end, timedelta(minutes=1))


# 14 days are 1,209,600 s: 80,640 evaluations at 15 s; every third of them are 26,880.
@pytest.mark.parametrize(("interval", "step"), [(60.0, 60.0), (15.0, 45.0), (0.0, 60.0), (float("nan"), 60.0)])
def test_evaluations_are_left_out_where_there_are_too_many(interval: float, step: float) -> None:
    assert replays.step_s(interval, WINDOW) == step


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sum(rate(x[5m])) > 0.5", ("sum(rate(x[5m]))", ">", 0.5)),
        ("(x >= -1)", ("x", ">=", -1.0)),
        ("3 < x", ("x", ">", 3.0)),
        ("x > bool 1", None),
        ("x > y", None),
        ("x > 1 and y", None),
        ("absent(x)", None),
    ],
)
def test_the_sides_of_a_comparison_with_a_number(query: str, expected: object) -> None:
    assert promql.comparison(query) == expected


@pytest.mark.parametrize(
    ("series", "error"), [(2, ""), (201, "201 series came back, more than 200"), (0, "does not accept the query")]
)
def test_a_replay_may_be_several_series_and_its_failure_is_none_of_the_section(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, series: int, error: str
) -> None:
    question = Question("replay/g/A", "non_paging_events", "flips", WINDOW.start, WINDOW.end, timedelta(hours=1))
    monkeypatch.setattr(replays, "plan", lambda *_: [question])

    def says(asked: Asked) -> tuple[int, str, bytes]:
        if not series and asked.form["query"] == "flips":
            return 422, "application/json", b'{"status":"error","errorType":"execution","error":"no"}'
        matrix = asked.path.endswith("query_range")
        at = float(asked.form["end" if matrix else "time"])
        count = series if asked.form["query"] == "flips" else 1
        if matrix:
            return success([{"metric": {"n": str(n)}, "values": [[at, "1"]]} for n in range(count)], kind="matrix")
        return success([{"metric": {}, "value": [at, "1"]}])

    with answering(says) as server:
        made = gather(shop(sources={"metrics": {"url": server.url}}), WINDOW, folder=tmp_path)
    answer = made.answers["replay/g/A"]
    assert (answer.frame is None) == bool(error) and error in answer.error
    assert [failure for failure in made.failures if failure.section == "non_paging_events"] == []
