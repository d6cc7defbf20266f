"""Alerts of Prometheus rules, from the ``ALERTS`` series the server itself writes: type ``prometheus_alerts``.

Alertmanager forgets; ``ALERTS`` keeps one sample an evaluation for as long as
the server keeps metrics. Raw samples are read with a range selector, because
any query on a step moves starts and ends and joins what lies close together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from prodmeet_kit.errors import SourceError
from prodmeet_kit.frames import label_key
from prodmeet_kit.parameters.fields import Duration, LabelMatchers
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.entries import configure
from prodmeet_kit.sources.prometheus import PrometheusSource
from prodmeet_kit.window import Window, format_duration

__all__ = ["AlertsConfig", "read"]

_CHUNK = timedelta(days=7)  # an instant query has no limit of points; this bounds the size of one answer
_TICK = timedelta(milliseconds=1)

Key = tuple[str, str, str]
"""Alert name, other labels, state."""


class AlertsConfig(BaseModel):
    """The keys beside ``type``."""

    model_config = ConfigDict(extra="forbid")

    page: LabelMatchers = Field(default="", description="Which alerts page people; all when empty")
    matchers: LabelMatchers = Field(default="", description="Which alerts are the product's; all when empty")
    evaluation_interval: Duration = Field(default=timedelta(seconds=60), description="How often rules are evaluated")


def read(config: Mapping[str, Any], context: Context) -> pd.DataFrame:
    """Every sample of ``ALERTS`` from ``compare_start`` to the meeting (``frames.ALERT_SAMPLES``), firing and pending.

    Labels of replicas stay; :mod:`prodmeet_kit.analysis.episodes` makes
    episodes of the samples. Raises :class:`SourceError` when the product's
    metric source cannot be asked for raw samples, or cannot answer.
    """
    checked = configure(AlertsConfig, config, context)
    source = context.metrics
    if isinstance(source, Broken):
        raise SourceError(source.reason)
    if not isinstance(source, PrometheusSource):
        raise SourceError("alerts of type prometheus_alerts need sources.metrics of type prometheus")
    found: dict[Key, list[np.ndarray[Any, np.dtype[np.int64]]]] = {}
    for start, end in _chunks(context.window):
        length = format_duration(end - start)
        series, warnings = source.samples(f"ALERTS{{{checked.matchers}}}[{length}]", end)
        context.notes.extend(warning for warning in warnings if warning not in context.notes)
        for one in series:
            # Ranges are closed at the left in Prometheus 2 and open in 3: cut to (start, end] ourselves.
            times = one.times[one.times > round(start.timestamp() * 1000)]
            if len(times):
                found.setdefault(_key(one.labels), []).append(times)
    if not found:
        context.notes.append("no sample of ALERTS: no alert was pending or firing, or the rules run elsewhere")
    return _frame({key: np.concatenate(times) for key, times in sorted(found.items())}, context)


def _chunks(window: Window) -> Iterator[tuple[datetime, datetime]]:
    """Ends of consecutive ranges ``(start, end]`` that hold ``compare_start`` and every instant up to the end."""
    start = window.compare_start - _TICK
    while start < window.end:
        end = min(start + _CHUNK, window.end)
        yield start, end
        start = end


def _key(labels: Mapping[str, str]) -> Key:
    others = {name: text for name, text in labels.items() if name not in ("__name__", "alertname", "alertstate")}
    return labels.get("alertname", ""), label_key(others), labels.get("alertstate", "")


def _frame(times: Mapping[Key, np.ndarray[Any, np.dtype[np.int64]]], context: Context) -> pd.DataFrame:
    if not times:
        return context.spec.frame()
    counts = [len(each) for each in times.values()]
    moments = np.concatenate(list(times.values())) * 1_000_000

    def repeated(part: int) -> pd.Series:
        return pd.Series(np.repeat(np.array([key[part] for key in times], dtype=object), counts), dtype="object")

    return pd.DataFrame(
        {
            "time": pd.Series(pd.DatetimeIndex(moments.view("datetime64[ns]"), tz="UTC")),
            "alertname": repeated(0),
            "state": repeated(2),
            "labels": repeated(1),
        }
    )
