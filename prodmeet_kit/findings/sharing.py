"""The meeting shared out: facets of every agenda item joined to findings, and the minutes given to those."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from prodmeet_kit.analysis.meeting import timeboxing
from prodmeet_kit.findings.finding import Finding, findings, told_of, wish
from prodmeet_kit.findings.joining import Joined, joined

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import AgendaItem, State

__all__ = ["Sharing"]


class Sharing:
    """How the minutes of one meeting are shared among what was found; ``built`` are its agenda items in their order."""

    def __init__(self, analyses: Analyses, built: Mapping[str, AgendaItem]) -> None:
        self._analyses = analyses
        self._product = analyses.facts.product
        self._built = built

    @cached_property
    def joined(self) -> list[Joined]:
        """What the agenda items say of each subject, joined: minutes go to findings, not to all that is said."""
        return joined({name: item.facets for name, item in self._built.items()})

    @cached_property
    def lines(self) -> pd.DataFrame:
        """Every finding, on the agenda or in the annex (``frames.AGENDA_LINES``), by rank."""
        rules = self._product.agenda_rules
        return timeboxing.share(
            map(wish, self.joined),
            self._length,
            timeboxing.Rules(rules.caps, rules.lift, rules.patience),
            self._waited,
        )

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The findings: those on the agenda, then the annex, by rank."""
        owners = {service.name: service.owner for service in self._product.services}
        return tuple(findings(self.joined, self.lines, self._length, owners))

    @cached_property
    def agenda(self) -> pd.DataFrame:
        """How the meeting's minutes are shared among the items (``frames.AGENDA``), in their order."""
        return timeboxing.agenda(self.lines, self._built)

    def questions(self, section: str) -> tuple[str, ...]:
        """What is asked of the findings of a section that got minutes, each with what it is about."""
        return tuple(
            told_of(each)
            for each in self.findings
            if each.section == section and each.place == "agenda" and each.question
        )

    def state(self, item: AgendaItem) -> State:
        """Of an item that was checked: whether something of it is decided at this meeting, or only known."""
        if item.state not in ("attention", "fine"):
            return item.state
        here = any(
            facet.question and section == item.key and each.place == "agenda"
            for each in self.findings
            for section, facet in each.facets
        )
        if here:
            return "attention"
        return "noted" if item.state == "attention" else "fine"

    def under(self, item: AgendaItem) -> tuple[str, ...]:
        """The titles of the items under which what it asks is decided, where it has no finding of its own for that."""
        here = [each for each in self.findings if each.place == "agenda"]
        if any(each.section == item.key for each in here):
            return ()
        others = (
            each.section
            for each in here
            if any(facet.question and section == item.key for section, facet in each.facets)
        )
        return tuple(self._built[section].title for section in dict.fromkeys(others))

    @property
    def _length(self) -> float:
        return self._product.meeting.duration.total_seconds() / 60

    @property
    def _waited(self) -> dict[str, int]:
        """For how many meetings in a row each subject was in the annex, or carried over by people."""
        previous = self._analyses.facts.previous
        earlier = dict(previous.waited) if previous else {}
        carried = self._analyses.meeting.carried_times
        return {key: max(earlier.get(key, 0), carried.get(key, 0)) for key in {*earlier, *carried}}
