"""Subjects: what a finding is about, named the same way at every meeting, such as ``slo:web/latency``.

A subject is a kind, a colon, and names with slashes between them. By it a later
meeting knows how long something waited, what was decided and what was promised.
"""

from __future__ import annotations

import re

__all__ = ["PROMISE", "current", "kind_of", "rest_of", "service_in", "subject"]

PROMISE = "promise"
"""Before the subject of what earlier minutes call a promise: ``promise:slo:web/latency``."""

_OF_SERVICE = {"slo", "resource", "load", "efficiency"}

_EARLIER = {
    "slo_missed": "slo",
    "slo_unknown": "slo",
    "budget_spent": "slo",
    "all_quiet": "all",
    "limit_near": "resource",
    "saturated": "resource",
    "borrowed_overdue": "resource",
    "regression": "resource",
    "load_moved": "load",
    "load_unusual": "load",
    "outage": "outage",
    "postmortem_owed": "outage",
    "event_unpaged": "outage",
    "untold_event": "outage",
    "page": "alert",
    "noise": "alert",
    "change_at_risk": "change",
    "change_needs_response": "change",
    "action": "action_item",
    "consultation": "question",
    "topic": "topic",
    "toil": "toil",
}
"""The kind of a subject for what minutes and reports of version 1 wrote before the first slash."""

_CURRENT = re.compile(r"[a-z_]+:")


def subject(kind: str, *names: str) -> str:
    """The subject of this kind: ``subject("slo", "web", "latency")`` is ``slo:web/latency``."""
    return f"{kind}:{'/'.join(names)}"


def kind_of(about: str) -> str:
    """What a subject is: ``slo``, ``outage`` ...; empty for a text that names no kind."""
    return about.partition(":")[0] if ":" in about else ""


def rest_of(about: str) -> str:
    """A subject without its kind."""
    return about.partition(":")[2]


def service_in(about: str) -> str:
    """The service that the subject itself names; empty where only who made it knows."""
    kind, rest = kind_of(about), rest_of(about)
    if kind in _OF_SERVICE:
        return rest.partition("/")[0]
    return rest.rpartition("/")[2] if kind == "alert" else ""


def current(written: str) -> str:
    """The subject that an earlier version of the kit wrote otherwise; any other text as it is.

    >>> current("limit_near/cart/memory"), current("promise/action/AI-7")
    ('resource:cart/memory', 'promise:action_item:AI-7')
    """
    if _CURRENT.match(written):
        return written
    rule, slash, rest = written.partition("/")
    if not slash:
        return written
    if rule == PROMISE:
        return f"{PROMISE}:{current(rest)}"
    if rule == "attention":
        return _attention(rest)
    if rule == "limit_near" and rest.endswith("/return"):
        rest = rest.removesuffix("/return")
    return f"{_EARLIER[rule]}:{rest}" if rule in _EARLIER else written


def _attention(rest: str) -> str:
    """Version 1 named an alert alone, and an SLO or resource with its service, without saying which of the two."""
    return f"{'service' if '/' in rest else 'alert'}:{rest}"
