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
from prodmeet_kit.analysis.series import matching
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
    firing = runs["state"] == "firing"
    if not firing.any():
        return EPISODES.frame()
    about, group = _groups(runs, frozenset(replica_labels), service_of)
    every = _timed(runs, group, window, flap_gap)
    pending = every[~firing.loc[every.index]]
    joined = _joined(every[firing.loc[every.index]], pending, blind)
    joined["pending"] = _pending(joined, pending)
    start, end = joined["start"], joined["end"]
    gap = pd.to_timedelta(joined["interval_s"] * GAP_INTERVALS, unit="s")
    named = about.take(joined["group"].to_numpy()).reset_index(drop=True)
    text = {name: joined[name].astype("object") for name in ("source", "summary", "url")}
    frame = pd.DataFrame(
        {
            "id": named["alert"] + "@" + start.dt.strftime("%Y-%m-%dT%H:%M:%SZ") + "-" + named["digest"],
            **{name: named[name] for name in ("alert", "service", "severity")},
            "page": joined["page"],
            "start": start,
            "end": end,
            "duration_s": (end - start).dt.total_seconds(),
            "pending_s": (start - joined["pending"]).dt.total_seconds(),
            "cut_start": ((start - window.history_start).abs() <= gap) & joined["pending"].isna(),
            "cut_end": joined["ongoing"] | (joined["last"] >= window.end - gap),
            "labels": named["labels"],
            "runs": joined["runs"].astype("float64"),
            "acknowledged": joined["acknowledged"],
            "acknowledges": joined["acknowledges"],
            **text,
        }
    )
    kinds = {column: "object" for column, (kind, _) in EPISODES.columns.items() if kind == "text"}
    return frame.astype(kinds).sort_values(["start", "alert", "labels"], kind="stable", ignore_index=True)


def _groups(
    runs: pd.DataFrame, replica_labels: frozenset[str], service_of: matching.ServiceOf
) -> tuple[pd.DataFrame, list[int]]:
    """One row for each alert with its labels less the replicas', and for each run the row it belongs to."""
    found: dict[tuple[str, str], int] = {}
    kept: dict[str, dict[str, str]] = {}
    rows: list[dict[str, str]] = []
    group = []
    for alert, written, source in zip(runs["alertname"], runs["labels"], runs["source"], strict=True):
        if written not in kept:
            kept[written] = {k: v for k, v in labels_of(written).items() if k not in replica_labels}
        labels = kept[written]
        key = label_key(labels)
        if (alert, key) not in found:
            found[alert, key] = len(rows)
            some = {"service": service_of(alert, labels, source), "severity": labels.get("severity", "")}
            rows.append({"alert": alert, **some, "labels": key, "digest": sha256(key.encode()).hexdigest()[:8]})
        group.append(found[alert, key])
    return pd.DataFrame(rows), group


def _timed(runs: pd.DataFrame, group: list[int], window: Window, flap_gap: timedelta) -> pd.DataFrame:
    """The runs with ``group``, ``end``, ``ongoing``, and ``reach``: what begins until then is of the same episode."""
    ongoing = runs["last"].isna()
    # What goes on at the meeting is known up to the meeting.
    now = runs["start"].where(runs["start"] > window.end, window.end)
    last = runs["last"].where(~ongoing, now)
    interval = pd.to_timedelta(runs["interval_s"].fillna(0), unit="s")
    end = last + interval.where(~ongoing, pd.Timedelta(0))
    reach = np.maximum(last + interval * GAP_INTERVALS, end + flap_gap)
    every = runs.assign(
        group=group, last=last, end=end, ongoing=ongoing, reach=reach, interval_s=runs["interval_s"].fillna(0)
    )
    return every.sort_values(["group", "start", "last"], kind="stable")


def _joined(firing: pd.DataFrame, pending: pd.DataFrame, blind: BlindTime) -> pd.DataFrame:
    """One row for each episode: the runs of a group that reach each other, or between which no rule was evaluated."""
    before = firing.groupby("group")["reach"].cummax().groupby(firing["group"]).shift()
    apart = (before.isna() | (firing["start"] > before)).to_numpy(dtype=bool)
    begins = alert_gaps.bridged(firing, pending, apart, blind)
    page = firing["page"].eq(True).astype(bool)  # not known counts as no
    texts = firing[["summary", "url"]].replace("", None)  # the first that says something
    rows = firing.assign(page=page, summary=texts["summary"], url=texts["url"]).groupby(begins.cumsum())
    made = rows.agg(
        group=("group", "first"),
        page=("page", "any"),
        start=("start", "first"),
        last=("last", "max"),
        end=("end", "max"),
        interval_s=("interval_s", "max"),
        ongoing=("ongoing", "any"),
        runs=("start", "size"),
        acknowledged=("acknowledged", "min"),
        acknowledges=("acknowledges", "any"),
        source=("source", "first"),
        summary=("summary", "first"),
        url=("url", "first"),
    ).reset_index(drop=True)
    return made.assign(summary=made["summary"].fillna(""), url=made["url"].fillna(""))


def _pending(joined: pd.DataFrame, pending: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """When each episode began to be pending: the first of the pending runs that lead up to its start, or NaT."""
    waits = pending.assign(until=pending["last"] + pd.to_timedelta(pending["interval_s"] * GAP_INTERVALS, unit="s"))
    waits = waits.rename(columns={"start": "since"})[["group", "since", "until"]]
    pairs = joined.reset_index(names="row")[["row", "group", "start"]].merge(waits, on="group")
    near = pairs[(pairs["since"] < pairs["start"]) & (pairs["until"] >= pairs["start"])]
    return near.groupby("row")["since"].min().reindex(joined.index)
