"""What the server knows of the gaps in its alerts: since when a condition held, and when it was away itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.core.window import Window, format_duration
from prodmeet_kit.schemas.frames import label_key, labels_of
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.prometheus import PrometheusSource
from prodmeet_kit.sources.prometheus.alert_runs import GAP_INTERVALS, Key, Runs, Times
from prodmeet_kit.sources.prometheus.server_away import Away, Watch, confirmed, silences, watch

__all__ = ["UNKNOWN", "active_since", "times_away", "unseen"]

UNKNOWN: tuple[Times, npt.NDArray[np.float64]] = (np.zeros(0, dtype=np.int64), np.zeros(0))
"""Nothing is known of since when a condition held."""

_DOUBT_MS = 6 * 3_600_000
"""What does not fire for longer is asked no more about. Own choice."""

_SPAN_MS = 7 * 24 * 3_600_000
_DAY_MS = 24 * 3_600_000
_NAMES = 50

_SAID = timedelta(minutes=10)
"""A time away that is shorter is listed among what was not seen, and is no failure of the section. Own choice."""

_OFTEN_MS = 300_000
_FEW = 3
_SHOWN_MS = 300_000

_NOT_ALONE = 2.5
_AT_MOST = 5
"""Without any series to go by a gap of over 2.5 and at most 5 intervals, the only one of its day, is a restart."""


def active_since(
    source: PrometheusSource, matchers: str, series: Mapping[Key, tuple[Times, int]]
) -> dict[tuple[str, str], tuple[Times, npt.NDArray[np.float64]]]:
    """By alert and labels the samples of ``ALERTS_FOR_STATE`` round the gaps: times, and since when in seconds.

    ``series`` holds of each its times and the widest gap that needs no question. At most one question is asked for each
    seven days with such a gap; a server that has none of these series costs nothing.
    """
    gaps: list[tuple[int, int, str]] = []
    for (alert, _, _), (times, gap) in series.items():
        apart = np.diff(times)
        gaps += [
            (int(times[at]), int(times[at + 1]), alert) for at in np.flatnonzero((apart > gap) & (apart <= _DOUBT_MS))
        ]
    found: dict[tuple[str, str], list[tuple[Times, npt.NDArray[np.float64]]]] = {}
    for start, end, names in _together(sorted(gaps)):
        named = f'alertname=~"{_alternatives(names)}"' if len(names) <= _NAMES else ""
        query = f"ALERTS_FOR_STATE{{{', '.join(part for part in (matchers, named) if part)}}}"
        length = format_duration(timedelta(milliseconds=end - start + 1))
        try:
            answer, _ = source.samples(f"{query}[{length}]", _moment(end))
        except SourceError:
            continue
        for one in answer:
            others = {name: text for name, text in one.labels.items() if name not in ("__name__", "alertname")}
            key = (one.labels.get("alertname", ""), label_key(others))
            found.setdefault(key, []).append((one.times, one.values))
    return {key: _ordered(parts) for key, parts in found.items()}


def _together(gaps: Sequence[tuple[int, int, str]]) -> Iterator[tuple[int, int, set[str]]]:
    """First and last instant and the alerts of gaps that fit into one question."""
    first, last, names = 0, 0, set[str]()
    for start, end, alert in gaps:
        if names and end - first > _SPAN_MS:
            yield first, last, names
            names = set()
        if not names:
            first, last = start, end
        last = max(last, end)
        names.add(alert)
    if names:
        yield first, last, names


def _alternatives(names: Collection[str]) -> str:
    escaped = (re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", name) for name in sorted(names))
    return "|".join(escaped).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _ordered(parts: Sequence[tuple[Times, npt.NDArray[np.float64]]]) -> tuple[Times, npt.NDArray[np.float64]]:
    times, values = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.argsort(times, kind="stable")
    return times[order], values[order]


def times_away(
    source: PrometheusSource,
    context: Context,
    replica_labels: Collection[str],
    times: Mapping[Key, Times],
    runs: Mapping[Key, Runs],
    chunks: Sequence[tuple[datetime, datetime]],
) -> list[Away]:
    """When the server was away: every long time as far as ``up`` tells, and what explains a gap in an alert."""
    evaluated: dict[str, list[tuple[int, int]]] = {}
    for (_, labels, _), own in runs.items():
        replica = label_key({name: text for name, text in labels_of(labels).items() if name in replica_labels})
        if own.interval <= _OFTEN_MS:  # between two evaluations of a slow group much may happen
            evaluated.setdefault(replica, []).extend(zip(own.first.tolist(), own.last.tolist(), strict=True))
    gaps = _gaps(runs)
    try:
        watched = watch(source, context.product, context.window, replica_labels, chunks, up_alone=not gaps)
    except SourceError:
        watched = Watch()
    found = [
        away
        for away in silences(watched, evaluated)
        if (watched.up and away.end - away.start >= _SHOWN_MS)
        or any(start < away.end and end > away.start for start, end, _ in gaps)
    ]
    return confirmed(source, watched, found) + _alone(gaps, times, watched)


def _gaps(runs: Mapping[Key, Runs]) -> list[tuple[int, int, int]]:
    """Last sample before and first one after each gap in what fired, and the alert's interval."""
    return [
        (int(stopped), int(begun), own.interval)
        for (_, _, state), own in runs.items()
        if state == "firing"
        for stopped, begun in zip(own.last[:-1], own.first[1:], strict=True)
        if begun - stopped <= _DOUBT_MS
    ]


def _alone(gaps: Sequence[tuple[int, int, int]], times: Mapping[Key, Times], watched: Watch) -> list[Away]:
    """Short gaps in which the server has no sample of anything, where nothing tells whether it was there at all.

    One in a day is a restart; several are an alert that flaps.
    """
    every = np.unique(np.concatenate(list(times.values()))) if times else np.zeros(0, dtype=np.int64)
    spans: dict[tuple[int, int], int] = {}
    for start, end, interval in gaps:
        if end - start > _NOT_ALONE * interval:
            # Alerts that stopped and came back together stopped at one time: between the last sample and the first.
            inside = every[(every >= start) & (every <= end)]
            at = int(np.argmax(np.diff(inside)))
            first, last = int(inside[at]), int(inside[at + 1])
            together = max(first - start, end - last) <= GAP_INTERVALS * interval
            spans[(first, last) if together else (start, end)] = interval
    return [
        Away("{}", start, end, interval)
        for (start, end), interval in sorted(spans.items())
        if end - start <= _AT_MOST * interval
        and not watched.covers(start, end)
        and not ((every > start) & (every < end)).any()
        and not any(other != (start, end) and abs(other[0] - start) < _DAY_MS for other in spans)
    ]


def unseen(away: Sequence[Away], window: Window) -> Iterator[str]:
    """What was not seen since the last meeting, for people: each time every server was away for ten minutes or more."""
    begin = window.start.timestamp() * 1000
    long = [
        each
        for each in away
        if each.replica == "{}" and each.end > begin and each.end - each.start >= _SAID / timedelta(milliseconds=1)
    ]
    for each in sorted(long, key=lambda one: one.start - one.end)[:_FEW]:
        start, end = (_moment(at).astimezone(window.zone) for at in (each.start, each.end))
        until = f"{end:%H:%M %Z}" if start.date() == end.date() else f"{end:%a %d %b %H:%M %Z}"
        yield f"the server was down {start:%a %d %b %H:%M} to {until}: pages during that time are not recorded"
    if len(long) > _FEW:
        more = len(long) - _FEW
        yield f"the server was down {more} more times for ten minutes or more: pages during that time are not recorded"


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)
