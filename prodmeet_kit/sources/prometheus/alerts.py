"""Alerts of Prometheus rules, from the ``ALERTS`` series the server itself writes: type ``prometheus_alerts``.

Alertmanager forgets; ``ALERTS`` keeps one sample an evaluation for as long as
the server keeps metrics. Raw samples are read with a range selector, because
any query on a step moves starts and ends and joins what lies close together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.core.promql import Matchers
from prodmeet_kit.core.window import Window
from prodmeet_kit.parameters.fields import Duration, LabelMatchers
from prodmeet_kit.schemas.frames import REPLICA_LABELS, label_key, labels_of
from prodmeet_kit.sources.alert_services import ServiceLabel
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.entries import configure
from prodmeet_kit.sources.prometheus import PrometheusSource
from prodmeet_kit.sources.prometheus.alert_doubts import UNKNOWN, active_since, times_away, unseen
from prodmeet_kit.sources.prometheus.alert_intervals import Intervals
from prodmeet_kit.sources.prometheus.alert_runs import Key, Runs, Times, anew, at_times, ends, widest_gap
from prodmeet_kit.sources.prometheus.replies import partial
from prodmeet_kit.sources.prometheus.server_away import Away

__all__ = ["AlertsConfig", "read"]

_CHUNK = timedelta(days=7)  # an instant query has no limit of points; this bounds the size of one answer
_TICK = timedelta(milliseconds=1)
_SURE = timedelta(hours=1)  # how near the begin of the history data must be found, and to within what its begin is


def _or_none(value: Any) -> Any:
    return timedelta() if str(value).strip() in ("0", "0s") else value


class AlertsConfig(BaseModel):
    """The keys beside ``type``."""

    model_config = ConfigDict(extra="forbid")

    page: LabelMatchers = Field(default="", description="Which alerts page people; all when empty")
    matchers: LabelMatchers = Field(default="", description="Which alerts are the product's; all when empty")
    service_label: ServiceLabel = None
    evaluation_interval: Duration = Field(
        default=timedelta(seconds=60),
        description="How often rules are evaluated, where neither the rules API nor the samples tell",
    )
    replica_labels: tuple[str, ...] | None = Field(
        default=None,
        description="Labels that tell apart servers with the same rules: replica, prometheus_replica and __replica__",
    )
    flap_gap: Annotated[Duration, BeforeValidator(_or_none)] = Field(
        default=timedelta(), description="An alert that stops for no longer than this and fires again is one episode"
    )


def read(config: Mapping[str, Any], context: Context) -> pd.DataFrame:
    """The runs of ``ALERTS`` from ``history_start`` to the meeting (``frames.ALERT_RUNS``), firing and pending.

    Times in which the server was away stand among them, as far as its own series tell. Labels of replicas stay and
    nothing that flaps is joined: both is for :mod:`.alerting.episodes`. Raises :class:`SourceError` when
    the product's metric source cannot be asked for raw samples, or cannot answer.
    """
    checked = configure(AlertsConfig, config, context)
    source = context.metrics
    if isinstance(source, Broken):
        raise SourceError(source.reason)
    if not isinstance(source, PrometheusSource):
        raise SourceError("alerts of type prometheus_alerts need sources.metrics of type prometheus")
    times = _times(source, checked.matchers, context)
    if not times:
        context.notes.append("no sample of ALERTS: no alert was pending or firing, or the rules run elsewhere")
    runs = _runs(source, dict(sorted(times.items())), checked)
    replicas = checked.replica_labels or REPLICA_LABELS
    away = times_away(source, context, replicas, times, runs, list(_chunks(context.window)))
    context.gaps.extend(unseen(away, context.window))
    frame = _frame(runs, away, checked, context)
    if not runs or frame["start"].min() - context.window.history_start > _SURE:
        context.notes.extend(_kept_from(source, context.window))
    return frame


def _times(source: PrometheusSource, matchers: str, context: Context) -> dict[Key, Times]:
    """The samples of each series of ``ALERTS``; what the server says of them is noted, that some are missing a gap."""
    times: dict[Key, Times] = {}
    warned: dict[str, None] = {}
    for start, end in _chunks(context.window):
        for begin, series, warnings in source.samples_between(f"ALERTS{{{matchers}}}", start, end):
            warned |= dict.fromkeys(warnings)
            for one in series:
                # Ranges are closed at the left in Prometheus 2 and open in 3: cut to (begin, end] ourselves.
                inside = one.times[one.times > round(begin.timestamp() * 1000)]
                if len(inside):
                    key = _key(one.labels)
                    times[key] = np.concatenate([times[key], inside]) if key in times else inside
    context.notes.extend(warned)
    if missing := partial(warned):
        context.gaps.append(f"the answer is partial, so alerts may be missing: {missing}")
    return times


def _runs(source: PrometheusSource, times: Mapping[Key, Times], checked: AlertsConfig) -> dict[Key, Runs]:
    """The runs of each series of ``ALERTS``, by the interval of its rule."""
    if not times:
        return {}
    intervals = Intervals.of_server(source, checked.evaluation_interval)
    of_alert: dict[str, list[Times]] = {}
    for key, own in times.items():
        of_alert.setdefault(key[0], []).append(own)
    every = {key: intervals.of(key[0], labels_of(key[1]), of_alert[key[0]]) for key in times}
    # Where a rule tells its interval only wider gaps are in doubt; else every one that is wider than the parameter's.
    doubtful = {key: widest_gap(interval if told else intervals.least) for key, (interval, told) in every.items()}
    active = active_since(source, checked.matchers, {key: (times[key], gap) for key, gap in doubtful.items()})
    found = {}
    for key, own in times.items():
        since = at_times(own, *active.get(key[:2], UNKNOWN))
        interval, told = every[key]
        # Samples alone cannot tell a slow group from an alert that comes and goes; what the server remembers can.
        if not told and anew(own, since, doubtful[key]):
            interval = intervals.least
        first, last = ends(own, widest_gap(interval))
        found[key] = Runs(own[first], own[last], since[first], interval)
    return found


def _kept_from(source: PrometheusSource, window: Window) -> Iterator[str]:
    """A note that the server has nothing of the first part of the history, when ``up`` shows so.

    One question when it has; a dozen, to find the instant to within an hour, when it has not. A server
    without ``up`` cannot tell, nor one that does not answer: then nothing is said.
    """

    def any_up(at: datetime) -> bool:
        return bool(source.samples("group(up)", at)[0])

    try:
        without, kept = window.history_start + _SURE, window.end
        if any_up(without) or not any_up(kept):
            return
        while kept - without > _SURE:
            middle = without + (kept - without) / 2
            without, kept = (without, middle) if any_up(middle) else (middle, kept)
    except SourceError:
        return
    oldest = kept.astimezone(window.zone)
    yield f"the server has no sample of up before {oldest:%a %d %b %H:%M %Z}: what fired earlier is not seen"


def _chunks(window: Window) -> Iterator[tuple[datetime, datetime]]:
    """Ends of consecutive ranges ``(start, end]`` that hold ``history_start`` and every instant up to the end."""
    start = window.history_start - _TICK
    while start < window.end:
        end = min(start + _CHUNK, window.end)
        yield start, end
        start = end


def _key(labels: Mapping[str, str]) -> Key:
    others = {name: text for name, text in labels.items() if name not in ("__name__", "alertname", "alertstate")}
    return labels.get("alertname", ""), label_key(others), labels.get("alertstate", "")


def _frame(runs: Mapping[Key, Runs], away: Iterable[Away], checked: AlertsConfig, context: Context) -> pd.DataFrame:
    page = Matchers.parse(checked.page)
    key = context.key.removeprefix("sources.")
    same: dict[str, Any] = {
        "acknowledges": False,
        "source": key if len(context.product.sources.alerts) > 1 else key.partition("[")[0],
    }
    rows = []
    for (alert, labels, state), own in runs.items():
        about = {
            "alertname": alert,
            "labels": labels,
            "state": state,
            "page": page.match({"alertname": alert, **labels_of(labels)}),
            "interval_s": own.interval / 1000,
        }
        since = pd.to_datetime(pd.Series(own.active), unit="s", utc=True)
        rows += [
            {**same, **about, "start": begin, "last": end, "active": active}
            for begin, end, active in zip(_instants(own.first), _instants(own.last), since, strict=True)
        ]
    for each in away:
        start, last = _instants(np.array([each.start, each.end], dtype=np.int64))
        about = {"labels": each.replica, "state": "away", "page": False, "interval_s": each.interval / 1000}
        rows.append({**same, **about, "start": start, "last": last})
    return context.spec.frame(rows)


def _instants(times: Times) -> list[pd.Timestamp]:
    return list(pd.DatetimeIndex((times * 1_000_000).view("datetime64[ns]"), tz="UTC"))
