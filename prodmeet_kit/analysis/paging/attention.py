"""What needs attention but no page (SRE book, ch. 31), as a queue: the oldest and most expensive first.

An item is as old as the first time it was so in all the history that is known;
it need not have been so all the time since. It belongs to whom an open action
item about it names, or a promise, else to the owner of its service, else to nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from math import inf, nan
from typing import Any

import pandas as pd

from prodmeet_kit.analysis.alerting.burn_explains import Burns
from prodmeet_kit.analysis.capacity import limits as capacity
from prodmeet_kit.analysis.meeting.about import Thing, change_names, promise_about, told_of
from prodmeet_kit.analysis.paging.slow_burns import slow_burns
from prodmeet_kit.analysis.series import matching
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.alerting import ALERT_RULES
from prodmeet_kit.schemas.changes import CHANGES
from prodmeet_kit.schemas.frames import ATTENTION, labels_of, rows
from prodmeet_kit.schemas.meeting import ACTION_ITEMS, PROMISES

__all__ = ["NOT_FOR_PEOPLE", "attention", "limits_near_since"]

NOT_FOR_PEOPLE = ("none", "info")
"""Severities that ask for nobody: heartbeats and inhibitors of the usual Kubernetes rules carry them."""

DAY = timedelta(days=1)


def attention(
    episodes: pd.DataFrame,
    noisy: pd.DataFrame,
    events: pd.DataFrame,
    trends: Mapping[str, pd.DataFrame],
    slos: Iterable[SloTarget],
    summary: pd.DataFrame,
    resources: pd.DataFrame,
    window: Window,
    *,
    rules: pd.DataFrame | None = None,
    action_items: pd.DataFrame | None = None,
    owners: Mapping[str, str] | None = None,
    service_of: matching.ServiceOf = matching.by_label,
    limits_since: Mapping[str, pd.Timestamp] | None = None,
    items_about: Mapping[str, Iterable[str]] | None = None,
    promises: pd.DataFrame | None = None,
    changes: pd.DataFrame | None = None,
    alerts_about: Callable[[str, str], Iterable[Thing]] | None = None,
    burns: Burns | None = None,
) -> pd.DataFrame:
    """What needs somebody without a page, as ``ATTENTION``: by whole days of age, then by loss, largest first.

    - ``slow_burn``: outside SLO events, at some step since the last meeting, a
      ticket condition held (burn over 24 h and 2 h at least 3, or over 3 d and
      6 h at least 1) with at least 5 bad events, more than chance makes of a pace that lasts; ``since`` and ``first``
      are when its error ratio rose, where ``burns`` knows, else the first step at which the condition held. One that
      has ``ended`` asks for nobody;
    - ``limit_near``: a resource that is full, or will be within 60 days;
    - ``ticket_alert``: an alert that does not page fired since the last meeting and is not noise;
    - ``rule_broken``: a rule that cannot be evaluated, so that its alert never fires.

    ``summary`` is ``SLO_SUMMARY``, ``resources`` ``RESOURCE_SUMMARY``, ``noisy`` ``NOISE``, ``rules`` ``ALERT_RULES``,
    ``action_items`` ``ACTION_ITEMS``; ``owners`` maps a service to its owner, ``limits_since`` is what
    :func:`limits_near_since` gives. An action item is about an item of the queue when its id or text holds the
    service and the SLO, resource or alert as words; the name alone will do for an alert that only one service has.
    Or when ``items_about`` says so, from what its acceptance query reads (:func:`.about.items_about`).

    ``promises`` is ``PROMISES``: one that is not overdue tells who looks after its subject; ``changes`` are the
    ``CHANGES`` to come (:func:`.about.change_names`). An alert is looked after by who looks after what its rule reads
    (``alerts_about``, from alert and service). ``ask_owner`` where there is none of all these.
    """
    found = [
        *(
            _row("slo", found.pop("service"), found.pop("what"), "slow_burn", **found)
            for found in slow_burns(events, trends, slos, summary, window, burns)
        ),
        *_limits(resources, limits_since or {}, window),
        *_tickets(episodes, noisy, window),
        *_broken_rules(rules, service_of),
    ]
    meeting = pd.Timestamp(window.end)
    for row in found:
        row["age_days"] = nan if row["first"] is None else (meeting - row["first"]) / pd.Timedelta(DAY)
    _give_owners(found, action_items, owners or {}, items_about or {}, promises, changes, alerts_about)
    found.sort(key=_order)
    return ATTENTION.frame(found)


def limits_near_since(
    use: Mapping[str, pd.Series[float] | None],
    limits: Mapping[str, pd.Series[float] | None],
    resources: pd.DataFrame,
    window: Window,
) -> dict[str, pd.Timestamp]:
    """By ``service/name`` of each resource whose limit is near: the first day, at the hour of the meeting, it was so.

    See :func:`.limits.near_since`; ``use`` and ``limits`` are as for :func:`.limits.summarise`.
    """
    near = [f"{row['service']}/{row['name']}" for row in rows(capacity.near_limit(resources, window))]
    return {
        ref: capacity.near_since(used, limits.get(ref), window) for ref in near if (used := use.get(ref)) is not None
    }


def _row(kind: str, service: str, what: str, reason: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "service": service, "what": what, "reason": reason, "first": None} | more


def _limits(resources: pd.DataFrame, since: Mapping[str, pd.Timestamp], window: Window) -> list[dict[str, Any]]:
    return [
        _row(
            "resource",
            row["service"],
            row["name"],
            "limit_near",
            value=row["days_to_full"],
            first=since.get(f"{row['service']}/{row['name']}"),
        )
        for row in rows(capacity.near_limit(resources, window))
    ]


def _tickets(episodes: pd.DataFrame, noisy: pd.DataFrame, window: Window) -> list[dict[str, Any]]:
    quiet = set(zip(noisy["alert"], noisy["service"], noisy["severity"], strict=True))
    firing = episodes[~episodes["page"] & ~episodes["severity"].isin(NOT_FOR_PEOPLE)]
    keys = ["alert", "service", "severity"]
    recent = firing[matching.during(firing, window.start, window.end)]
    first = firing.groupby(keys)["start"].min().to_dict()
    return [
        _row(
            "alert",
            str(service),
            str(alert),
            "ticket_alert",
            since=max(group["start"].min(), pd.Timestamp(window.start)),
            first=first[alert, service, severity],
            value=len(group),
        )
        for (alert, service, severity), group in recent.groupby(keys)
        if (alert, service, severity) not in quiet
    ]


def _broken_rules(rules: pd.DataFrame | None, service_of: matching.ServiceOf) -> list[dict[str, Any]]:
    broken: dict[tuple[str, str], int] = {}
    for row in [] if rules is None else ALERT_RULES.rows(rules[rules["health"] == "err"]):
        service = service_of(row["alert"], labels_of(row["labels"] or "{}"), "")
        broken[service, row["alert"]] = broken.get((service, row["alert"]), 0) + 1
    return [
        _row("rule", service, alert, "rule_broken", value=float(count)) for (service, alert), count in broken.items()
    ]


def _give_owners(
    found: list[dict[str, Any]],
    action_items: pd.DataFrame | None,
    owners: Mapping[str, str],
    items_about: Mapping[str, Iterable[str]],
    promises: pd.DataFrame | None,
    changes: pd.DataFrame | None,
    alerts_about: Callable[[str, str], Iterable[Thing]] | None,
) -> None:
    items = [] if action_items is None else ACTION_ITEMS.rows(action_items[action_items["status"] == "open"])
    promised = [] if promises is None else PROMISES.rows(promises[promises["overdue_days"] == 0])
    planned = [] if changes is None else CHANGES.rows(changes)
    things = [Thing(_KINDS.get(row["kind"], row["kind"]), row["service"], row["what"]) for row in found]
    told = {item["id"]: set(told_of(f"{item['id']} {item['text']}", things)) for item in items}
    for row, thing in zip(found, things, strict=True):
        read = alerts_about(thing.name, thing.service) if alerts_about and thing.kind == "alert" else ()
        alike = {thing, *(Thing(each.kind, each.service, each.name) for each in read)}
        subjects = {each.subject for each in alike}
        mine = (i for i in items if alike & told[i["id"]] or subjects & set(items_about.get(i["id"], ())))
        item = next(mine, None)
        promise = next((p for p in promised if any(promise_about(p["about"], each) for each in alike)), None)
        change = next((c for c in planned if any(change_names(c, each) for each in alike)), None)
        row["action_item"] = item["id"] if item else ""
        row["promise"] = promise["subject"] if promise else ""
        row["change"] = change["id"] if change else ""
        named = (item["owner"] if item else "") or (promise["owner"] if promise else "")
        row["owner"] = named or owners.get(row["service"], "")
        over = row.get("ended") is not None
        row["ask_owner"] = not over and not any(row[key] for key in ("owner", "action_item", "promise", "change"))


_KINDS = {"rule": "alert"}
"""What a kind of the queue is called as a subject: a rule is its alert."""


def _order(row: dict[str, Any]) -> tuple[float, float, bool]:
    """By whole days of age, unknown last, then by loss; among equals what has no owner goes first."""
    age, loss = row["age_days"], row.get("loss_per_fortnight", nan)
    return (-(age // 1) if age == age else inf, -loss if loss == loss else inf, bool(row["owner"]))
