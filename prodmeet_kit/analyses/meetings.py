"""The part of the findings that is about the meetings themselves: what was decided, and how healthy they are."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from prodmeet_kit.analyses.part import Part
from prodmeet_kit.analysis.meeting import about, action_items, promises, still
from prodmeet_kit.analysis.meeting import health as meeting_health
from prodmeet_kit.core.subjects import current
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import pandas as pd

    from prodmeet_kit.analysis.meeting.health import Split

__all__ = ["MeetingFindings"]


class MeetingFindings(Part):
    """Calculated once, when first asked for."""

    @property
    def decided_now(self) -> pd.DataFrame:
        """``MEETING_DECISIONS`` of this meeting."""
        return self._said("meeting_decisions", now=True)

    @property
    def decided_before(self) -> pd.DataFrame:
        """``MEETING_DECISIONS`` of earlier meetings."""
        return self._said("meeting_decisions", now=False)

    @property
    def carried_here(self) -> pd.DataFrame:
        """``MEETING_DECISIONS`` that the meeting before this one carried over."""
        before = self.decided_before
        last = before["meeting"] == before["meeting"].max()
        found: pd.DataFrame = before[last & (before["decision"] == "carry")].reset_index(drop=True)
        return found

    @cached_property
    def promises(self) -> pd.DataFrame:
        """``PROMISES``: what somebody was to do, as earlier meetings decided, and nobody has called done."""
        return promises.promises(self.decided_before, self.facts.window)

    @cached_property
    def last_words(self) -> dict[str, dict[str, Any]]:
        """The newest decision of earlier meetings about each subject."""
        return promises.last_words(self.decided_before)

    @cached_property
    def carried_times(self) -> dict[str, int]:
        """By subject carried over at the last meeting: at how many meetings in a row."""
        return promises.carried(self.decided_before)

    @property
    def took_now(self) -> pd.DataFrame:
        """``MEETING_DURATIONS`` of this meeting."""
        return self._said("meeting_durations", now=True)

    @cached_property
    def born_here(self) -> pd.DataFrame:
        """``ACTION_ITEMS`` that come of this meeting: born on its day in the product's zone."""
        items = self._record("action_items")
        born = items["born"].dt.tz_convert(self.facts.window.timezone).dt.strftime("%Y-%m-%d")
        found: pd.DataFrame = items[born == self._today].reset_index(drop=True)
        return found

    @cached_property
    def meeting_health(self) -> pd.DataFrame:
        """``HEALTH``: one row for each meeting up to this one that left minutes, oldest first."""
        durations, decisions = self._record("meeting_durations"), self._record("meeting_decisions")
        return meeting_health.health(
            rows(_renamed(durations[durations["meeting"] <= self._today])),
            rows(_renamed(decisions[decisions["meeting"] <= self._today])),
            self._proofs,
            self.facts.window.timezone,
        )

    def split(self, wants: Iterable[tuple[Collection[str], float]]) -> Split | None:
        """Two meetings that are proposed instead of one; ``None`` when none are.

        ``wants`` are the services of each finding and the minutes it would take.
        """
        product = self.facts.product
        services = [service.name for service in product.services]
        counts, wanted = dict.fromkeys(services, 0.0), dict.fromkeys(services, 0.0)
        for named, minutes in wants:
            for service in set(named) & set(services):
                counts[service] += 1
                wanted[service] += minutes
        length = product.meeting.duration.total_seconds() / 60
        return meeting_health.split(self.meeting_health, length, services, counts, wanted)

    def folding(self, agenda: Sequence[str], busy: Sequence[str]) -> tuple[str, ...]:
        """Agenda items proposed for folding: untouched and never red at the last meetings, and not in ``busy`` now."""
        earlier = self.facts.previous
        held = earlier.states.items() if earlier else ()
        # What could not be checked may have been red.
        calm = ("fine", "noted", "none")
        red = [(day, [item for item, state in states.items() if state not in calm]) for day, states in held]
        quiet = meeting_health.folding(agenda, red, rows(_renamed(self._record("meeting_decisions"))))
        return tuple(item for item in quiet if item not in busy)

    @property
    def _proofs(self) -> pd.DataFrame:
        """``ACTION_ITEM_FINDINGS`` of every item, those closed and proved as well."""
        return action_items.every(*self._items, self.facts.window)

    @cached_property
    def _items(self) -> tuple[pd.DataFrame, dict[str, float]]:
        """``ACTION_ITEMS`` with what earlier meetings decided about them, and what each acceptance query gave."""
        items = promises.on_items(self._record("action_items"), self.decided_before, self.facts.window.timezone)
        return items, {identity: self.facts.value(f"verify/{identity}") for identity in items["id"]}

    @cached_property
    def items_about(self) -> dict[str, list[str]]:
        """By id of each action item the subjects it is about, such as ``resource:cart/memory``."""
        things = self._things + about.alert_things(self.episodes, self.own_rules, self.service_of)
        return about.items_about(self._items[0], things, self.alert_reads, self.facts.records.get("alert_rules"))

    def alerts_about(self, alert: str, service: str) -> list[about.Thing]:
        """The SLOs and resources that the rules of an alert read."""
        return about.alerts_about(alert, service, self._things, self.alert_reads, self.own_rules)

    @cached_property
    def _things(self) -> list[about.Thing]:
        services = self.facts.product.services
        return about.things_of(
            ((service.name, slo.name) for service in services for slo in service.slos),
            {(service.name, each.name): (each.query,) for service in services for each in service.resources},
        )

    @cached_property
    def still_wrong(self) -> dict[str, still.Still]:
        """By subject what is wrong with it at the meeting: a limit near, an objective missed, a burn."""
        return still.still(self.resources, self.slos, self.slo_trends, self.slo_targets, self.facts.window)

    @property
    def _today(self) -> str:
        return self.facts.window.day.isoformat()

    def _said(self, record: str, *, now: bool) -> pd.DataFrame:
        said = self._record(record)
        said = said.assign(subject=[current(written) for written in said["subject"]])
        chosen = said["meeting"] == self._today if now else said["meeting"] < self._today
        return said[chosen].reset_index(drop=True)


def _renamed(said: pd.DataFrame) -> pd.DataFrame:
    return said.rename(columns={"said": "at"})
