"""What cannot be seen in the alerts: so that "nothing fired" is never said of a time without data.

Five things can be known from what a source told:

- an alert shorter than one evaluation interval is never seen;
- the server was away, as its own series tell;
- where no metric and no alert has any value, the server may not have kept so old data;
- where alerts stopped and came back together, rules were probably not
  evaluated: all that had fired just before are back within an evaluation, and
  they are of two alerts or more, or one that always fires (a watchdog);
- an alert that fires when the data begins or ends has no known start or end.

Missed evaluations while nothing fired leave no trace; only an alert that
always fires makes them visible.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.alerting.blind_time import AWAY, BlindTime
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import BLIND_SPOTS

__all__ = ["ALWAYS", "LONGEST_GAP", "blind_spots"]

LONGEST_GAP = timedelta(hours=1)
"""What stops together for longer may as well have ended."""

ALWAYS = 0.9
"""An alert that fires for this share of the time from the first to the last evaluation known is a watchdog."""

LEAST = timedelta(days=1)
"""Over a shorter time no alert can be known to fire always."""

_INTERVALS = 1.5


def blind_spots(
    runs: pd.DataFrame, episodes: pd.DataFrame, window: Window, *, oldest: pd.Timestamp | None = None
) -> pd.DataFrame:
    """``BLIND_SPOTS`` of ``runs`` (``ALERT_RUNS``) and their ``episodes`` (``EPISODES``), in order of code and start.

    ``oldest`` is the first instant any metric has a value, ``None`` when no metric
    is known: data that begins more than an hour after ``window.history_start``
    is a blind spot up to there.
    """
    away = BlindTime(runs).spans
    runs = runs[runs["state"] != AWAY]
    made: list[dict[str, Any]] = [
        {"code": "server_away", "start": start, "end": end, "value": (end - start).total_seconds()}
        for start, end in away
    ]
    begins = [moment for moment in (oldest, runs["start"].min()) if moment is not None and not pd.isna(moment)]
    if oldest is not None and begins and min(begins) - window.history_start > LONGEST_GAP:
        length = (min(begins) - window.history_start).total_seconds()
        made.append({"code": "retention", "start": window.history_start, "end": min(begins), "value": length})
    for start, end in _gaps(runs[runs["interval_s"] > 0]):
        if any(first < end and last > start for first, last in away):
            continue
        made.append({"code": "missing_evaluations", "start": start, "end": end, "value": (end - start).total_seconds()})
    whole = {"start": window.history_start, "end": window.end}
    made += [
        {"code": "shorter_than_interval", **whole, "value": interval}
        for interval in sorted(set(runs["interval_s"]))
        if interval > 0
    ]
    for code, moment in (("cut_start", window.history_start), ("cut_end", window.end)):
        if count := int(episodes[code].sum()):
            made.append({"code": code, "start": moment, "end": moment, "value": count})
    return BLIND_SPOTS.frame(sorted(made, key=lambda spot: (spot["code"], spot["start"])))


def _gaps(runs: pd.DataFrame) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Last evaluation before and first one after each time nothing fired because nothing was evaluated."""
    ended = runs.dropna(subset=["last"]).sort_values("start", kind="stable")
    if len(ended) < 2:
        return []
    start, until = ended["start"], ended["last"].cummax()
    # The slower of two groups says nothing of a time in which the faster one fired.
    interval = pd.Timedelta(float(ended["interval_s"].min()), unit="s")
    length = start - until.shift()
    between = np.flatnonzero((length > interval * _INTERVALS) & (length < LONGEST_GAP))
    if not len(between) or _ongoing(runs, ended):
        return []
    always = _watchdogs(ended)
    by_end = ended.sort_values("last", kind="stable")
    found = []
    for position in between.tolist():
        before, after = until.iloc[position - 1], start.iloc[position]
        stopped = _series(_within(by_end, "last", before - interval, before))
        back = _series(_within(ended, "start", after, after + interval))
        told = stopped <= back and (len({alert for alert, _ in stopped}) > 1 or bool(stopped & always))
        if told:
            found.append((before, after))
    return found


def _ongoing(runs: pd.DataFrame, ended: pd.DataFrame) -> bool:
    """Whether a run without an end began before the last of the others: then silence proves nothing."""
    ongoing = runs[runs["last"].isna()]
    return bool((ongoing["start"] < ended["last"].max()).any())


def _within(runs: pd.DataFrame, column: str, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """The rows with ``first <= column <= last``; ``runs`` are in order of the column."""
    return runs.iloc[runs[column].searchsorted(first, "left") : runs[column].searchsorted(last, "right")]


def _series(runs: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(runs["alertname"], runs["labels"], strict=True))


def _watchdogs(runs: pd.DataFrame) -> set[tuple[str, str]]:
    """The alerts that fire nearly always, with their labels."""
    span = runs["last"].max() - runs["start"].min()
    if span < LEAST:
        return set()
    firing = runs[runs["state"] == "firing"]
    fired = (firing["last"] - firing["start"]).groupby([firing["alertname"], firing["labels"]]).sum()
    return set(fired[fired >= span * ALWAYS].index)
