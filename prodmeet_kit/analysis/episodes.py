"""From samples of the ``ALERTS`` series to the times an alert fired.

A rule is evaluated at an interval; while it fires it leaves a sample at each
evaluation. An episode is a run of firing samples of one alert with the same
labels, split where more than 1.5 intervals lie between two samples: one missed
evaluation parts it, nothing is merged.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.frames import EPISODES, label_key, labels_of
from prodmeet_kit.promql import Matchers
from prodmeet_kit.window import Window

__all__ = ["REPLICA_LABELS", "build"]

REPLICA_LABELS = ("replica", "prometheus_replica", "__replica__")
"""Labels that tell apart servers that evaluate the same rules."""

GAP_INTERVALS = 1.5
"""Samples further apart than this belong to two episodes: halfway between none and one missed evaluation."""


def build(
    samples: pd.DataFrame,
    page: Matchers,
    interval: timedelta,
    window: Window,
    replica_labels: Collection[str] = REPLICA_LABELS,
) -> pd.DataFrame:
    """The episodes in ``samples`` (``ALERT_SAMPLES``), as ``EPISODES`` in order of start.

    ``interval`` is the rules' evaluation interval; ``page`` decides which
    alerts page, and may name ``alertname``. Labels of replicas are dropped, so
    that two servers that evaluate the same rule make one episode.

    ``start`` is the first firing sample, ``end`` the last one plus one interval
    (it may lie behind ``window.end`` by less than that). ``pending_s`` counts
    from the first of the pending samples directly before. ``cut_start``: firing
    within 1.5 intervals of ``window.compare_start``, where the data begins,
    and not seen pending; ``cut_end``: firing within 1.5 intervals of ``window.end``.
    """
    if samples.empty:
        return EPISODES.frame()
    gap = pd.Timedelta(interval * GAP_INTERVALS)
    groups, codes = _groups(samples, frozenset(replica_labels), page)
    runs = _runs(codes, samples["time"], samples["state"] == "firing", gap)
    about = groups.take(runs["group"].to_numpy()).reset_index(drop=True)
    start, last = runs["start"], runs["last"]
    frame = pd.DataFrame(
        {
            "id": about["alert"] + "@" + start.dt.strftime("%Y-%m-%dT%H:%M:%SZ") + "-" + about["digest"],
            "alert": about["alert"],
            "service": about["service"],
            "severity": about["severity"],
            "page": about["page"],
            "start": start,
            "end": last + interval,
            "duration_s": (last + interval - start).dt.total_seconds(),
            "pending_s": (start - runs["pending"]).dt.total_seconds(),
            "cut_start": ((start - window.compare_start).abs() <= gap) & runs["pending"].isna(),
            "cut_end": last >= window.end - gap,
            "labels": about["labels"],
        }
    )
    text = [column for column, (kind, _) in EPISODES.columns.items() if kind == "text"]
    frame = frame.astype(dict.fromkeys(text, "object"))
    return frame.sort_values(["start", "alert", "labels"], kind="stable", ignore_index=True)


def _groups(
    samples: pd.DataFrame, replica_labels: frozenset[str], page: Matchers
) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """One row for each alert with its labels less the replica's, and for each sample the row it belongs to."""
    alert_codes, alerts = pd.factorize(samples["alertname"])
    label_codes, labels = pd.factorize(samples["labels"])
    pair_codes, pairs = pd.factorize(alert_codes.astype(np.int64) * len(labels) + label_codes)
    found: dict[tuple[str, str], int] = {}
    rows: list[dict[str, object]] = []
    row_of_pair = np.empty(len(pairs), dtype=np.int64)
    for position, pair in enumerate(pairs.tolist()):
        alert_code, label_code = divmod(pair, len(labels))
        alert = str(alerts[alert_code])
        kept = {k: v for k, v in labels_of(str(labels[label_code])).items() if k not in replica_labels}
        key = label_key(kept)
        if (alert, key) not in found:
            found[alert, key] = len(rows)
            rows.append(
                {
                    "alert": alert,
                    "service": kept.get("service", ""),
                    "severity": kept.get("severity", ""),
                    "page": page.match({"alertname": alert, **kept}),
                    "labels": key,
                    "digest": sha256(key.encode()).hexdigest()[:8],
                }
            )
        row_of_pair[position] = found[alert, key]
    return pd.DataFrame(rows), row_of_pair[pair_codes]


def _runs(
    group: npt.NDArray[np.int64], time: pd.Series[pd.Timestamp], firing: pd.Series[bool], gap: pd.Timedelta
) -> pd.DataFrame:
    """Each run of firing samples: its group, ``start``, ``last``, and ``pending`` (NaT when not seen)."""
    nanoseconds = time.astype("datetime64[ns, UTC]").astype("int64").to_numpy(dtype=np.int64)
    widest = gap.as_unit("ns").value
    fires = firing.to_numpy(dtype=np.bool_)
    order = np.lexsort((fires, nanoseconds, group))
    group, at, fires = group[order], nanoseconds[order], fires[order]

    fired = np.flatnonzero(fires)
    begins = _breaks(group[fired], at[fired], widest)
    first = fired[begins]
    last = fired[np.append(begins[1:], len(fired))[: len(begins)] - 1]

    # A run of one state, so that what is pending is never counted through an earlier time it fired.
    changes = _breaks(group * 2 + fires, at, widest)
    before = np.maximum(first - 1, 0)
    pending_first = changes[np.searchsorted(changes, before, side="right") - 1]
    seen = (first > 0) & (group[before] == group[first]) & (at[first] - at[before] <= widest)
    return pd.DataFrame(
        {
            "group": group[first],
            "start": _instants(at[first]),
            "last": _instants(at[last]),
            "pending": _instants(at[pending_first]).where(seen),
        }
    )


def _instants(nanoseconds: npt.NDArray[np.integer]) -> pd.Series[pd.Timestamp]:
    return pd.Series(nanoseconds.astype("datetime64[ns]")).dt.tz_localize("UTC")


def _breaks(key: npt.NDArray[np.int64], at: npt.NDArray[np.integer], gap: int) -> npt.NDArray[np.int64]:
    """Positions where a new run begins: another key, or a gap in time."""
    if not len(key):
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(np.concatenate([[True], (np.diff(key) != 0) | (np.diff(at) > gap)]))
