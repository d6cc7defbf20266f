"""What the facts mean: every analysis of a review, by topic, each calculated once and when first asked for.

Agenda items, ``review.json`` and the exploration verbs all read these
properties, so that a number has one calculation wherever it is shown. Nothing
is computed here: this is where facts meet ``analysis``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.analyses.alerting import Alerting
from prodmeet_kit.analyses.basis import Basis
from prodmeet_kit.analyses.budgets import Budgets
from prodmeet_kit.analyses.capacity import Capacity
from prodmeet_kit.analyses.changes import Changes
from prodmeet_kit.analyses.detection import Detection
from prodmeet_kit.analyses.downtimes import Downtimes
from prodmeet_kit.analyses.incidents import Incidents
from prodmeet_kit.analyses.meeting import Meeting
from prodmeet_kit.analyses.paging import Paging
from prodmeet_kit.analyses.slos import Slos

if TYPE_CHECKING:
    from prodmeet_kit.facts import Facts

__all__ = ["Analyses"]


class Analyses:
    """The analyses of one review, a part for each topic: ``analyses.slo.events``, ``analyses.paging.pages``.

    Parts are made in this order, and each is given those before it that it reads. None reads a later one, so that
    no analysis waits for itself. Nothing is calculated until a property is read.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.basis = Basis(facts)
        self.slo = Slos(facts, self.basis)
        self.capacity = Capacity(facts)
        self.alerting = Alerting(facts, self.basis)
        self.meeting = Meeting(facts, self.slo, self.capacity, self.alerting)
        self.changes = Changes(facts, self.slo, self.capacity)
        self.downtime = Downtimes(facts, self.slo)
        self.budget = Budgets(facts, self.slo, self.downtime, self.meeting)
        self.paging = Paging(facts, self.slo, self.alerting, self.downtime)
        self.incidents = Incidents(facts, self.alerting, self.downtime, self.paging, self.meeting)
        self.detection = Detection(
            facts,
            slo=self.slo,
            capacity=self.capacity,
            alerting=self.alerting,
            downtime=self.downtime,
            paging=self.paging,
            incidents=self.incidents,
            changes=self.changes,
            meeting=self.meeting,
        )

    @property
    def parts(self) -> dict[str, object]:
        """Every part by the name of its topic, in the order they were made."""
        return {name: part for name, part in vars(self).items() if name != "facts"}
