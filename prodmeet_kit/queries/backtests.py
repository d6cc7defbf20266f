"""Which alerting rules are backtested, and what is asked of the metric source for it.

Only the alerts that fired most are: a range at every evaluation of a rule is a
large answer. Where the rule compares with a number, the compared value is
asked, so that another number can be tried too.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from prodmeet_kit.core import promql
from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Question

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FEW", "MOST_RULES", "MOST_SERIES", "is_replay", "key", "plan", "step_s"]

MOST_RULES = 12
MOST_SERIES = 200
FEW = 3
"""An alert that fired less often, and never paged, is not worth the question."""

MOST_POINTS = 40_000
"""Evaluations asked of one rule; with more, every second (third, ...) evaluation is left out."""

_SECTION = "non_paging_events"
_DEFAULT_INTERVAL_S = 60.0


def key(group: str, alert: str) -> str:
    """The key of the question about a rule."""
    return f"replay/{group}/{alert}"


def is_replay(question: str) -> bool:
    """Whether a question of this key backtests a rule: several series may come back, and a failure is shown there."""
    return question.startswith("replay/")


def step_s(interval_s: float, window: Window) -> float:
    """Seconds between the evaluations that are asked for: the interval, or the least multiple that is not too many."""
    interval = interval_s if interval_s > 0 else _DEFAULT_INTERVAL_S
    return interval * max(1, math.ceil(window.length.total_seconds() / interval / MOST_POINTS))


def plan(runs: pd.DataFrame | None, rules: pd.DataFrame | None, window: Window) -> list[Question]:
    """One range question for each rule of the alerts that fired most since the last meeting, at most 12.

    ``runs`` is ``ALERT_RUNS``, ``rules`` is ``ALERT_RULES``; without either
    there is nothing to ask. An expression that is wrong in every dialect is left out.
    """
    if runs is None or rules is None or runs.empty or rules.empty:
        return []
    inside = (runs["state"] == "firing") & (runs["start"] < window.end)
    inside &= runs["last"].isna() | (runs["last"] >= window.start)
    recent = runs[inside]
    counts = recent.groupby("alertname").size()
    paged = recent["page"].eq(True).groupby(recent["alertname"]).any()
    asked = counts[(counts >= FEW) | paged].reset_index(name="runs")
    order = asked.sort_values(["runs", "alertname"], ascending=[False, True])["alertname"]
    questions: dict[str, Question] = {}
    for alert in order:
        for rule in rules[rules["alert"] == alert].to_dict("records"):
            query = _asked(rule["query"])
            name = key(rule["group"], rule["alert"])
            if query and name not in questions and len(questions) < MOST_RULES:
                step = timedelta(seconds=step_s(rule["interval_s"], window))
                questions[name] = Question(name, _SECTION, query, window.start, window.end, step)
    return list(questions.values())


def _asked(query: str) -> str:
    try:
        promql.check(query)
    except ValueError:
        return ""
    compared = promql.comparison(query)
    return compared[0] if compared else query
