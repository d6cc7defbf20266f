"""Analyses of meetings: what was decided and promised, what people brought, and how healthy the meetings are."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from prodmeet_kit.analysis.meeting import (
    about,
    action_items,
    consultations,
    explorations,
    health,
    promises,
    still,
    toil,
)
from prodmeet_kit.core.subjects import current
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import pandas as pd

    from prodmeet_kit.analyses.alerting import Alerting
    from prodmeet_kit.analyses.capacity import Capacity
    from prodmeet_kit.analyses.slos import Slos
    from prodmeet_kit.analysis.meeting.health import Split
    from prodmeet_kit.facts import Facts
    from prodmeet_kit.schemas.frames import Spec

__all__ = ["Meeting"]


class Meeting:
    """Each property is a frame of the spec it names, or a plain value; calculated once, when first asked for."""

    def __init__(self, facts: Facts, slo: Slos, capacity: Capacity, alerting: Alerting) -> None:
        self._facts = facts
        self._slo = slo
        self._capacity = capacity
        self._alerting = alerting

    # What was decided

    @property
    def decided_now(self) -> pd.DataFrame:
        """``MEETING_DECISIONS`` of this meeting."""
        return self._said(frames.MEETING_DECISIONS, now=True)

    @property
    def decided_before(self) -> pd.DataFrame:
        """``MEETING_DECISIONS`` of earlier meetings."""
        return self._said(frames.MEETING_DECISIONS, now=False)

    @property
    def carried_here(self) -> pd.DataFrame:
        """``MEETING_DECISIONS`` that the meeting before this one carried over."""
        before = self.decided_before
        last = before["meeting"] == before["meeting"].max()
        found: pd.DataFrame = before[last & (before["decision"] == "carry")].reset_index(drop=True)
        return found

    @cached_property
    def promises(self) -> pd.DataFrame:
        """``PROMISES``: what earlier meetings decided somebody has to do, and is not done yet."""
        before, window = self.decided_before, self._facts.window
        asked = promises.promises(before, window)["subject"]
        return promises.promises(before, window, {each: self._facts.value(f"verify/{each}") for each in asked})

    @cached_property
    def last_words(self) -> dict[str, dict[str, Any]]:
        """The newest decision of earlier meetings about each subject."""
        return promises.last_words(self.decided_before)

    @cached_property
    def carried_times(self) -> dict[str, int]:
        """By subject carried over at the last meeting: at how many meetings in a row."""
        return promises.carried(self.decided_before)

    # What people brought, and what came of it

    @cached_property
    def items(self) -> pd.DataFrame:
        """``ACTION_ITEMS`` of all sources, with what earlier meetings decided about them."""
        return promises.on_items(
            self._facts.record(frames.ACTION_ITEMS), self.decided_before, self._facts.window.timezone
        )

    @cached_property
    def action_items(self) -> pd.DataFrame:
        """``ACTION_ITEM_FINDINGS``."""
        return action_items.findings(self.items, self._observed, self._facts.window, self.items_about, self.still_wrong)

    @cached_property
    def items_about(self) -> dict[str, list[str]]:
        """By id of each action item the subjects it is about, such as ``resource:cart/memory``."""
        alerting = self._alerting
        things = self._things + about.alert_things(alerting.episodes, alerting.own_rules, alerting.service_of)
        rules = self._facts.records.get("alert_rules")
        return about.items_about(self.items, things, alerting.alert_reads, rules)

    def alerts_about(self, alert: str, service: str) -> list[about.Thing]:
        """The SLOs and resources that the rules of an alert read."""
        alerting = self._alerting
        return about.alerts_about(alert, service, self._things, alerting.alert_reads, alerting.own_rules)

    @cached_property
    def still_wrong(self) -> dict[str, still.Still]:
        """By subject what is wrong with it at the meeting: a limit near, an objective missed, a burn."""
        slo = self._slo
        return still.still(self._capacity.resources, slo.summary, slo.trends, slo.targets, self._facts.window)

    @cached_property
    def born_here(self) -> pd.DataFrame:
        """``ACTION_ITEMS`` that come of this meeting: born on its day in the product's zone."""
        items = self._facts.record(frames.ACTION_ITEMS)
        born = items["born"].dt.tz_convert(self._facts.window.timezone).dt.strftime("%Y-%m-%d")
        found: pd.DataFrame = items[born == self._today].reset_index(drop=True)
        return found

    @cached_property
    def explorations(self) -> pd.DataFrame:
        """``EXPLORATIONS`` that are open, the oldest first, then those answered since the last meeting."""
        filed = self._facts.record(frames.EXPLORATIONS)
        filed = filed.assign(subject=[current(written) for written in filed["subject"]])
        return explorations.standing(filed, self.decided_before, self._today, self._facts.window.start)

    @cached_property
    def consultations(self) -> pd.DataFrame:
        """``CONSULTATIONS`` that are open or were answered since the last meeting."""
        asked = self._facts.record(frames.CONSULTATIONS)
        asked = promises.on_questions(asked, self.decided_before, self._facts.window.timezone)
        return consultations.current(asked, self._facts.window)

    @cached_property
    def toil(self) -> pd.DataFrame:
        """``TOIL_FINDINGS``, most expensive first."""
        return toil.findings(self._facts.record(frames.TOIL))

    @cached_property
    def topics(self) -> pd.DataFrame:
        """``TOPICS``: announcements first, then topics, oldest first."""
        return self._facts.record(frames.TOPICS).sort_values(["kind", "added", "id"], ignore_index=True)

    # The meetings themselves

    @property
    def took_now(self) -> pd.DataFrame:
        """``MEETING_DURATIONS`` of this meeting."""
        return self._said(frames.MEETING_DURATIONS, now=True)

    @cached_property
    def health(self) -> pd.DataFrame:
        """``HEALTH``: one row for each meeting up to this one that left minutes, oldest first."""
        durations = self._facts.record(frames.MEETING_DURATIONS)
        decisions = self._facts.record(frames.MEETING_DECISIONS)
        return health.health(
            rows(_renamed(durations[durations["meeting"] <= self._today])),
            rows(_renamed(decisions[decisions["meeting"] <= self._today])),
            action_items.every(self.items, self._observed, self._facts.window),
            self._facts.window.timezone,
        )

    def split(self, wants: Iterable[tuple[Collection[str], float]]) -> Split | None:
        """Two meetings that are proposed instead of one; ``None`` when none are.

        ``wants`` are the services of each finding and the minutes it would take.
        """
        product = self._facts.product
        services = [service.name for service in product.services]
        counts, wanted = dict.fromkeys(services, 0.0), dict.fromkeys(services, 0.0)
        for named, minutes in wants:
            for service in set(named) & set(services):
                counts[service] += 1
                wanted[service] += minutes
        length = product.meeting.duration.total_seconds() / 60
        return health.split(self.health, length, services, counts, wanted)

    def folding(self, agenda: Sequence[str], busy: Sequence[str]) -> tuple[str, ...]:
        """Agenda items proposed for folding: untouched and never red at the last meetings, and not in ``busy`` now."""
        earlier = self._facts.previous
        held = earlier.states.items() if earlier else ()
        # What could not be checked may have been red.
        calm = ("fine", "noted", "none")
        red = [(day, [item for item, state in states.items() if state not in calm]) for day, states in held]
        quiet = health.folding(agenda, red, rows(_renamed(self._facts.record(frames.MEETING_DECISIONS))))
        return tuple(item for item in quiet if item not in busy)

    @property
    def _observed(self) -> dict[str, float]:
        """By id of each action item what its acceptance query gave; NaN where it did not."""
        return {identity: self._facts.value(f"verify/{identity}") for identity in self.items["id"]}

    @cached_property
    def _things(self) -> list[about.Thing]:
        services = self._facts.product.services
        return about.things_of(
            ((service.name, slo.name) for service in services for slo in service.slos),
            {(service.name, each.name): (each.query,) for service in services for each in service.resources},
        )

    @property
    def _today(self) -> str:
        return self._facts.window.day.isoformat()

    def _said(self, spec: Spec, *, now: bool) -> pd.DataFrame:
        said = self._facts.record(spec)
        said = said.assign(subject=[current(written) for written in said["subject"]])
        chosen = said["meeting"] == self._today if now else said["meeting"] < self._today
        return said[chosen].reset_index(drop=True)


def _renamed(said: pd.DataFrame) -> pd.DataFrame:
    return said.rename(columns={"said": "at"})
