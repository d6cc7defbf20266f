"""From runs of firing to episodes: the times an alert fired, as people count them.

A source tells runs (``ALERT_RUNS``): an alert with its labels in one state,
from a first to a last moment. An episode is what people call one time the
alert fired: runs of the same alert and labels that overlap are one, since
servers with the same rules tell the same twice, and so are runs with less than
a given gap between them, where an alert flaps, or with a gap in which nobody
looked (:mod:`.alert_gaps`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from hashlib import sha256

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.alerting import alert_gaps
from prodmeet_kit.analysis.alerting.blind_time import AWAY, BlindTime
from prodmeet_kit.analysis.alerting.run_times import UNKNOWN, Bools, Ints, RunTimes, lengths
from prodmeet_kit.analysis.series import matching
from prodmeet_kit.analysis.series.grid import instant, instants
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import EPISODES, REPLICA_LABELS, label_key, labels_of

__all__ = ["REPLICA_LABELS", "build"]

GAP_INTERVALS = 1.5
"""Evaluations further apart than this belong to two episodes: halfway between none and one missed evaluation."""


def build(
    runs: pd.DataFrame,
    window: Window,
    *,
    replica_labels: Collection[str] = REPLICA_LABELS,
    flap_gap: timedelta = timedelta(),
    service_of: matching.ServiceOf = matching.by_label,
) -> pd.DataFrame:
    """The episodes in ``runs`` (``ALERT_RUNS``), as ``EPISODES`` in order of start.

    Labels in ``replica_labels`` are dropped; then runs of the same alert and
    labels, of whichever source, are joined when a run begins at most 1.5
    evaluation intervals after the last evaluation of those before, or at most
    ``flap_gap`` after their end, or when what lies between is no stop: an evaluation
    was missed, or the server was away. ``runs`` counts them. ``service_of`` tells
    which service an alert is about.

    ``start`` is the first firing evaluation, ``end`` the last one plus one
    interval (it may lie behind ``window.end`` by less than that), and
    ``window.end`` while a run goes on. ``page`` holds when any run pages; not
    known counts as no. ``pending_s`` counts from the first of the pending runs
    directly before. ``cut_start``: firing within 1.5 intervals of
    ``window.history_start``, where the data begins, and not seen pending;
    ``cut_end``: firing within 1.5 intervals of ``window.end``. ``acknowledged``
    is the earliest answer of a person.
    """
    blind = BlindTime(runs, replica_labels)
    runs = runs[runs["state"] != AWAY]
    about, group = _groups(runs, frozenset(replica_labels), service_of)
    every = RunTimes.of(runs, group, window, intervals=GAP_INTERVALS, flap_gap=flap_gap)
    fires = (runs["state"] == "firing").to_numpy(dtype=bool)[every.row]
    if not fires.any():
        return EPISODES.frame()
    firing, pending = every.take(fires), every.take(~fires)
    begins = np.flatnonzero(alert_gaps.bridged(firing, pending, _apart(firing), runs["labels"], blind))
    waited = _pending(firing.take(begins), pending)
    start = firing.start[begins]
    last, end, interval = (np.maximum.reduceat(each, begins) for each in (firing.last, firing.end, firing.interval))
    ongoing = np.logical_or.reduceat(firing.ongoing, begins)
    gap = lengths(interval / 1e9 * GAP_INTERVALS)
    ordered = runs.iloc[firing.row]
    page = ordered["page"].eq(True).to_numpy(dtype=bool)  # not known counts as no
    named = [about[each] for each in firing.group[begins].tolist()]
    written = np.datetime_as_string(start.astype("datetime64[ns]").astype("datetime64[s]")).tolist()
    columns = {
        "id": [f"{each['alert']}@{at}Z-{each['digest']}" for each, at in zip(named, written, strict=True)],
        **{name: [each[name] for each in named] for name in ("alert", "service", "severity", "labels")},
        "page": np.logical_or.reduceat(page, begins),
        "start": start,
        "end": end,
        "duration_s": (end - start) / 1e9,
        "pending_s": np.where(waited == UNKNOWN, np.nan, (start - waited) / 1e9),
        "cut_start": (np.abs(start - instant(window.history_start)) <= gap) & (waited == UNKNOWN),
        "cut_end": ongoing | (last >= instant(window.end) - gap),
        "runs": np.diff([*begins, len(firing)]),
        "acknowledged": _earliest(instants(ordered["acknowledged"]), begins),
        "acknowledges": np.logical_or.reduceat(ordered["acknowledges"].to_numpy(dtype=bool), begins),
        "source": ordered["source"].iloc[begins].tolist(),
        **{name: _first_said(ordered[name].tolist(), begins) for name in ("summary", "url")},
    }
    keys = list(zip(start.tolist(), columns["alert"], columns["labels"], strict=True))
    return EPISODES.of_columns(columns, sorted(range(len(keys)), key=keys.__getitem__))


def _groups(
    runs: pd.DataFrame, replica_labels: frozenset[str], service_of: matching.ServiceOf
) -> tuple[list[dict[str, str]], list[int]]:
    """What is known of each alert with its labels less the replicas', and for each run the place of its own there."""
    found: dict[tuple[str, str], int] = {}
    kept: dict[str, tuple[dict[str, str], str]] = {}
    about: list[dict[str, str]] = []
    group = []
    for alert, written, source in zip(runs["alertname"], runs["labels"], runs["source"], strict=True):
        if written not in kept:
            labels = {k: v for k, v in labels_of(written).items() if k not in replica_labels}
            kept[written] = labels, label_key(labels)
        labels, key = kept[written]
        if (alert, key) not in found:
            found[alert, key] = len(about)
            some = {"service": service_of(alert, labels, source), "severity": labels.get("severity", "")}
            about.append({"alert": alert, **some, "labels": key, "digest": sha256(key.encode()).hexdigest()[:8]})
        group.append(found[alert, key])
    return about, group


def _apart(firing: RunTimes) -> Bools:
    """Which runs no run of their group before them reaches."""
    apart = np.ones(len(firing), dtype=bool)
    for _, here in firing.groups():
        apart[here][1:] = firing.start[here][1:] > np.maximum.accumulate(firing.reach[here])[:-1]
    return apart


def _pending(episodes: RunTimes, pending: RunTimes) -> Ints:
    """When each episode began to be pending: the first of the pending runs that lead up to its start."""
    found = np.full(len(episodes), UNKNOWN)
    until = pending.last + lengths(pending.interval / 1e9 * GAP_INTERVALS)
    waits = dict(pending.groups())
    for group, here in episodes.groups():
        if (near := waits.get(group)) is None:
            continue
        since, start = pending.start[near], episodes.start[here]
        # The first that lasts until then is the first up to which any does.
        first = np.maximum.accumulate(until[near]).searchsorted(start)
        led = since[np.minimum(first, len(since) - 1)]
        found[here] = np.where((first < len(since)) & (led < start), led, UNKNOWN)
    return found


def _earliest(moments: Ints, begins: Ints) -> Ints:
    """Of each episode the earliest moment that is known."""
    never = np.iinfo(np.int64).max
    first = np.minimum.reduceat(np.where(moments == UNKNOWN, never, moments), begins)
    return np.where(first == never, UNKNOWN, first)


def _first_said(texts: list[str], begins: Ints) -> list[str]:
    """Of each episode the first text that says something."""
    ends = [*begins[1:].tolist(), len(texts)]
    return [next(filter(None, texts[begin:end]), "") for begin, end in zip(begins.tolist(), ends, strict=True)]
