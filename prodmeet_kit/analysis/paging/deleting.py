"""Whether a noisy alert may be deleted, and what else would have caught what it could catch.

That its pages were noise says what they were, not that the alert is of no use. It is proposed for deletion only when
it fired five times or more over two meetings, when no ticket condition of its service held meanwhile, and when
something else would have caught what it could catch.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from prodmeet_kit.analysis.alerting import standard_rules
from prodmeet_kit.analysis.alerting.burn_explains import Burns
from prodmeet_kit.analysis.series import matching
from prodmeet_kit.analysis.slo.burn_rates import PAGE
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import rows

__all__ = ["ENOUGH", "Deleting"]

ENOUGH = 5
"""Fewer episodes over two meetings say too little to delete an alert by. Own choice."""


class Deleting:
    """What speaks for and against deleting an alert.

    ``episodes`` is ``EPISODES`` and ``events`` is ``SLO_EVENTS``, both since the meeting before the last.
    """

    def __init__(self, episodes: pd.DataFrame, events: pd.DataFrame, burns: Burns, window: Window) -> None:
        self._episodes = episodes[matching.during(episodes, window.compare_start, window.end)]
        self._events = events
        self._burns = burns
        self._window = window

    def of(self, alert: str, service: str, severity: str) -> dict[str, Any]:
        """Columns of ``PROPOSALS``: ``change`` and, where it is not ``delete``, ``kept`` with the reason.

        ``ticket`` instead where a ticket condition held and it pages, else ``review``.
        """
        every = self._episodes
        mine = every[(every["alert"] == alert) & (every["service"] == service) & (every["severity"] == severity)]
        could = self._could_catch(alert, service, mine)
        found = {"could_catch": could, **self._else(alert, could)}
        kept = self._kept(service, mine, bool(found["other_alerts"] or found["standard_rules"]))
        pages = bool(mine["page"].any())
        change = "delete" if not kept else "ticket" if kept == "ticket_held" and pages else "review"
        return {**found, "change": change, "kept": kept}

    def _kept(self, service: str, mine: pd.DataFrame, caught_else: bool) -> str:
        """Why it is not to be deleted; empty where there is no reason."""
        window = self._window
        spans = [(window.start, window.end), *zip(mine["start"], mine["end"], strict=True)]
        if self._burns.ticket_held(service, spans):
            return "ticket_held"
        begun = mine[mine["start"] >= window.compare_start]
        now = int((begun["start"] >= window.start).sum())
        if len(begun) < ENOUGH or now in (0, len(begun)):
            return "few"
        return "" if caught_else else "nothing_else"

    def _could_catch(self, alert: str, service: str, mine: pd.DataFrame) -> list[str]:
        """The SLOs its rule queries; where it queries none, or that is not known, all of its service."""
        reads = [self._burns.reads(alert, service, labels) for labels in mine["labels"].unique()]
        read = sorted({ref for told in reads for ref, does in told.items() if does})
        return read or [target.ref for target in self._burns.targets(service)]

    def _else(self, alert: str, could: list[str]) -> dict[str, list[str]]:
        """Other alerts and standard rules that caught what burned; where nothing did, those that would."""
        refs = self._events["service"] + "/" + self._events["slo"]
        burned = rows(self._events[refs.isin(could)])
        if not burned:
            rules = [
                f"{target.ref} {condition.code}"
                for target in self._burns.targets("")
                if target.ref in could
                for condition in standard_rules.possible(target, PAGE)
            ]
            others = {name for ref in could for name in self._burns.readers(ref)}
            return {"other_alerts": sorted(others - {alert}), "standard_rules": rules}
        others = set()
        for event in burned:
            here = self._episodes[
                matching.about(self._episodes, [event["service"]])
                & matching.during(self._episodes, event["onset"], event["end"])
            ]
            others |= set(here["alert"][self._burns.vouches(here, event)])
        rules = sorted({f"{event['service']}/{event['slo']} {event['trigger']}" for event in burned})
        return {"other_alerts": sorted(others - {alert}), "standard_rules": rules}
