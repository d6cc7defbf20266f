"""What would silence a noisy alert, each change tried on the data since the last meeting.

A change is proposed only when most of the alert's episodes would not have been
and no SLO event that it told of would have been missed. It is backed when the
unchanged rule, replayed, gives the episodes that were seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.alerting import backtest
from prodmeet_kit.analysis.alerting.burn_explains import Burns
from prodmeet_kit.analysis.paging.deleting import Deleting
from prodmeet_kit.analysis.paging.noise import FEW, near_events, of_service
from prodmeet_kit.analysis.series import matching
from prodmeet_kit.analysis.series.grid import instant, instants
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import NOISE, PROPOSALS, labels_of
from prodmeet_kit.schemas.slo import SLO_EVENTS

__all__ = ["Replayed", "candidates", "proposals"]

WAITS_S = (120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)
"""What is tried for ``for`` and ``keep_firing_for``: 2m, 5m, 10m, 15m, 30m, 1h."""

MOST = 0.5
"""More than this share of the episodes has to vanish."""

_DELETES = ("always_firing", "never_acted", "slis_fine")


@dataclass(frozen=True)
class Replayed:
    """A rule and what its expression gave at each evaluation.

    ``values`` is wide, on a grid of ``interval_s`` seconds; ``compared`` is the
    operator and the number that the values are compared with, or ``None`` when
    the rule holds wherever there is a value. ``reason`` says why ``values`` is
    ``None``: ``not_asked``, ``other_language`` or ``no_answer`` (with ``error``).
    """

    labels: Mapping[str, str]
    for_s: float
    keep_firing_for_s: float
    interval_s: float
    values: pd.DataFrame | None
    compared: tuple[str, float] | None = None
    reason: str = ""
    error: str = ""

    def firings(self, *, for_s: float | None = None, keep_s: float | None = None, number: float | None = None) -> Any:
        """``backtest.FIRINGS`` of the rule, with what is given changed."""
        values = self.values
        if values is not None and self.compared:
            values = backtest.threshold(values, self.compared[0], self.compared[1] if number is None else number)
        return backtest.replay(
            values,  # type: ignore[arg-type] # asked only where there are values
            for_s=self.for_s if for_s is None else for_s,
            keep_firing_for_s=self.keep_firing_for_s if keep_s is None else keep_s,
            interval_s=self.interval_s,
        )


def candidates(noise: pd.DataFrame, pages: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Rows of ``noise`` (``NOISE``), then alerts whose pages, 3 or more, were at least half noise (``mostly_noise``).

    Of the latter some page told of something: there it matters that a change misses no SLO event.
    """
    judged = pages["shown_verdict"]
    recent = matching.started(pages.assign(noisy=judged.eq("noise")), window.start, window.end)
    known = set(zip(noise["alert"], noise["service"], noise["severity"], strict=True))
    rows = []
    for key, group in recent.groupby(["alert", "service", "severity"]):
        if key not in known and len(group) >= FEW and group["noisy"].mean() >= MOST:
            alert, service, severity = key
            name = {"alert": alert, "service": service, "severity": severity, "page": True}
            rows.append({**name, "count": len(group), "reason": "mostly_noise"})
    return pd.concat([noise, NOISE.frame(rows)], ignore_index=True) if rows else noise


def proposals(
    noisy: pd.DataFrame,
    episodes: pd.DataFrame,
    events: pd.DataFrame,
    rules: Mapping[tuple[str, str], Replayed],
    window: Window,
    service_of: matching.ServiceOf = matching.by_label,
    burns: Burns | None = None,
) -> pd.DataFrame:
    """``PROPOSALS`` for the alerts in ``noisy`` (:func:`candidates`), at least one row each, in their order.

    ``rules`` are by alert and severity, with severity empty where the rule sets none. Deleting is proposed as
    :mod:`.deleting` says, and what else would have caught what the alert could catch stands beside it; without
    ``burns`` nobody knows, and it never is.
    """
    burns = burns or Burns({}, (), window)
    deleting = Deleting(episodes, events, burns, window)
    recent = episodes[(episodes["start"] < window.end) & (episodes["end"] > window.start)]
    names = ["alert", "service", "severity"]
    by_name = dict(list(recent.groupby(names)))
    rows: list[dict[str, Any]] = []
    for name in noisy[[*names, "reason"]].to_dict("records"):
        reason = name["reason"]
        rule = rules.get((name["alert"], name["severity"])) or rules.get((name["alert"], ""))
        named = {each: str(name[each]) for each in names}
        seen = by_name[tuple(named.values())]
        caught = near_events(seen, events, burns)
        instead = deleting.of(**named) if reason in _DELETES and not caught else None
        rows += _of_alert(named, reason, seen, events, rule, service_of, caught, instead)
    return PROPOSALS.frame(rows)


def _of_alert(
    name: dict[str, str],
    reason: str,
    seen: pd.DataFrame,
    events: pd.DataFrame,
    rule: Replayed | None,
    service_of: matching.ServiceOf,
    caught: list[str],
    instead: dict[str, Any] | None,
) -> Iterator[dict[str, Any]]:
    row: dict[str, Any] = {**name, "episodes": len(seen), "caught": len(caught)}
    # What deleting does, or a ticket, needs no replay: the pages seen are what would not have been.
    ends = {"vanish": len(seen), "missed": 0} if instead and instead["change"] != "review" else {}
    deletes = [{**instead, **ends}] if instead else []
    if rule is None or rule.values is None:
        row |= {"reason": rule.reason if rule else "no_rule", "error": rule.error if rule else ""}
        yield from ({**row, **each} for each in deletes or [{}])
        return
    series = _series(rule, seen, service_of)
    usual = _chosen(rule.firings(), series)
    matched, extra = _agreement(usual, seen, series, rule.interval_s)
    row |= {"matched": matched, "extra": extra, "backed": matched == len(seen) == len(usual) and extra == 0}
    tried = [*_tried(rule, reason, seen, events, series, usual, caught)]
    tried += [each for each in deletes if each["change"] != "review" or not tried]
    yield from ({**row, **each} for each in tried or [{}])


def _tried(
    rule: Replayed,
    reason: str,
    seen: pd.DataFrame,
    events: pd.DataFrame,
    series: Mapping[str, set[str]],
    usual: pd.DataFrame,
    caught: list[str],
) -> Iterator[dict[str, Any]]:
    """The smallest change of each kind that is worth it and misses no event."""
    kinds: list[tuple[str, float, list[float], str]] = []
    if reason == "flapping":
        keep = rule.keep_firing_for_s
        kinds.append(("keep_firing_for", keep, [wait for wait in WAITS_S if wait > keep], ""))
    if reason != "always_firing":
        kinds.append(("for", rule.for_s, [wait for wait in WAITS_S if wait > rule.for_s], ""))
        if rule.compared:
            number = _threshold(rule, usual, seen, events)
            kinds.append(("threshold", rule.compared[1], [] if number is None else [number], rule.compared[0]))
    argument = {"keep_firing_for": "keep_s", "for": "for_s", "threshold": "number"}
    for change, before, values, op in kinds:
        for after in values:
            left = _chosen(rule.firings(**{argument[change]: after}), series)
            vanish = len(usual) - len(left)
            still = near_events(left.assign(service=seen["service"].iloc[0]), events)
            if vanish > MOST * len(usual) and set(caught) <= set(still):
                yield {"change": change, "before": before, "after": after, "op": op, "vanish": vanish, "missed": 0}
                break


def _series(rule: Replayed, seen: pd.DataFrame, service_of: matching.ServiceOf) -> dict[str, set[str]]:
    """For each series of the answer the labels of its episodes: those that hold all labels of the series."""
    held = {written: set(labels_of(written).items()) for written in seen["labels"].unique()}
    found = {}
    for column in rule.values.columns if rule.values is not None else ():
        own = {k: v for k, v in labels_of(column).items() if k != "__name__" and k not in rule.labels}
        mine = {written for written, labels in held.items() if set(own.items()) <= labels}
        if mine or _of_service(own, seen, service_of):
            found[column] = mine
    return found


def _of_service(labels: Mapping[str, str], seen: pd.DataFrame, service_of: matching.ServiceOf) -> bool:
    """Whether a series that no episode belongs to would be this service's, had it fired."""
    return service_of("", labels, "") == str(seen["service"].iloc[0])


def _chosen(firings: pd.DataFrame, series: Mapping[str, set[str]]) -> pd.DataFrame:
    return firings[firings["series"].isin(list(series))].reset_index(drop=True)


def _agreement(
    usual: pd.DataFrame, seen: pd.DataFrame, series: Mapping[str, set[str]], interval_s: float
) -> tuple[int, int]:
    """How many episodes the replay gives, and how many of its firings belong to none; one interval off is the same."""
    slack = pd.Timedelta(seconds=interval_s)
    columns = usual["series"].tolist()
    begins, ends = (usual[name].to_numpy("datetime64[ns]") for name in ("start", "end"))
    used = np.zeros(len(usual), dtype=bool)
    matched = 0
    for labels, start, end in zip(seen["labels"], seen["start"], seen["end"], strict=True):
        own = np.array([labels in series[column] for column in columns], dtype=bool)
        # What went on when the window began is replayed from its beginning on.
        near = own & (begins <= (end + slack).to_datetime64()) & (ends >= (start - slack).to_datetime64())
        matched += bool(near.any())
        used |= near
    return matched, len(usual) - int(used.sum())


def _threshold(rule: Replayed, usual: pd.DataFrame, seen: pd.DataFrame, events: pd.DataFrame) -> float | None:
    """A round number just beyond the 95th percentile of the peaks of the firings outside fast burns."""
    if rule.compared is None or rule.values is None or rule.compared[0] not in (">", ">=", "<", "<="):
        return None
    up = rule.compared[0].startswith(">")
    starts, lasts, ends = (instants(usual[name]) for name in ("start", "last", "end"))
    told = np.zeros(len(usual), dtype=bool)
    for event in SLO_EVENTS.rows(of_service(events, seen)):
        told |= (starts <= instant(event["end"])) & (ends >= instant(event["onset"]))
    times = instants(rule.values.index)
    first, behind = times.searchsorted(starts[~told]), times.searchsorted(lasts[~told], side="right")
    series = {column: rule.values[column].to_numpy(dtype=np.float64) for column in rule.values.columns}
    peaks = []
    for begin, end, column in zip(first.tolist(), behind.tolist(), usual["series"][~told], strict=True):
        values = series[column][begin:end]
        known = values[~np.isnan(values)]
        if len(known):
            peaks.append(known.max() if up else known.min())
    if not peaks:
        return None
    edge = float(np.quantile(peaks, 0.95 if up else 0.05))
    return _round_beyond(edge, up) if math.isfinite(edge) else None


def _round_beyond(edge: float, up: bool) -> float:
    """The next number of two digits above (or below) ``edge``."""
    if edge == 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(edge))) - 1)
    steps = edge / unit
    beyond = math.floor(steps + 1e-9) + 1 if up else math.ceil(steps - 1e-9) - 1
    return float(f"{beyond * unit:.12g}")
