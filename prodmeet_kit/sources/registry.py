"""Which kinds of record source exist: the kit's own, and those other packages offer.

Kinds of metric source are in :mod:`prodmeet_kit.parameters.metrics.backends`.

Another package adds a kind with an entry point; its name is what people write
after ``type:`` in a parameter file::

    [project.entry-points."prodmeet_kit.sources"]
    our_tracker = "our_package.tracker:read"
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

from prodmeet_kit.core.errors import InputError
from prodmeet_kit.kinds.kind import loaded

__all__ = ["BUILT_IN", "GROUP", "find", "kinds"]

GROUP = "prodmeet_kit.sources"
"""The group of entry points."""

BUILT_IN = {
    "alertmanager": "prodmeet_kit.sources.alertmanager.source:read",
    "file": "prodmeet_kit.sources.files:read",
    "github": "prodmeet_kit.sources.github.issues:read",
    "github_action_items": "prodmeet_kit.sources.github.action_items:read",
    "github_changes": "prodmeet_kit.sources.github.changes:read",
    "icalendar": "prodmeet_kit.sources.calendar.events:read",
    "inbox": "prodmeet_kit.sources.minutes.inbox:read",
    "minutes": "prodmeet_kit.sources.minutes.minutes:read",
    "pagerduty": "prodmeet_kit.sources.pagerduty.source:read",
    "prometheus_alerts": "prodmeet_kit.sources.prometheus.alerts:read",
    "prometheus_rules": "prodmeet_kit.sources.prometheus.rules:read",
}
"""Kinds of the kit itself: where each is made, imported when it is used."""


def kinds() -> list[str]:
    """The names of all kinds there are, sorted."""
    return sorted({*BUILT_IN, *(entry.name for entry in entry_points(group=GROUP))})


def find(kind: str) -> Any:
    """What makes sources of this kind: see :mod:`prodmeet_kit.sources.base` for what may be done with it.

    Raises :class:`InputError` that names the kind and those that exist, or says
    why another package's kind cannot be loaded.
    """
    if kind in BUILT_IN:
        return loaded(BUILT_IN[kind])
    for entry in entry_points(group=GROUP, name=kind):
        try:
            return entry.load()
        except (ImportError, AttributeError) as error:
            raise InputError(f"the source {kind} ({entry.value}) cannot be loaded: {error}") from None
    raise InputError(f"there is no source of type {kind}: write one of {', '.join(kinds())}")
