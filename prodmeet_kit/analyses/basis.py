"""What the numbers rest on: what was measured at all, what may be missing, what is defined otherwise than before."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from prodmeet_kit.analysis.changes import ledger
from prodmeet_kit.analysis.series import grid
from prodmeet_kit.core.refs import QueryKey
from prodmeet_kit.schemas import frames

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.facts import Facts

__all__ = ["Basis"]


class Basis:
    """What is known of the facts themselves. Needs nothing but them."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    @property
    def metrics_known(self) -> bool:
        """Whether the metric source answered anything at all, so that a number could be measured."""
        return any(answer.points for answer in self._facts.answers.values())

    @cached_property
    def oldest_measured(self) -> pd.Timestamp | None:
        """The first instant of the history at which any metric has a value."""
        frames_of = (answer.frame for answer in self._facts.answers.values() if answer.question.step is not None)
        firsts = (grid.first_known(frame) for frame in frames_of if frame is not None)
        return min((first for first in firsts if first is not None), default=None)

    @cached_property
    def partial(self) -> Mapping[str, str]:
        """Why data may be missing, in the server's words, by ``slo/cart/availability``, ``load/cart/requests``."""
        found: dict[str, str] = {}
        for key, answer in self._facts.answers.items():
            if answer.partial:
                found.setdefault(QueryKey(key).subject, answer.partial)
        return found

    @cached_property
    def definition_changes(self) -> pd.DataFrame:
        """``LEDGER`` against the earlier meeting; empty when none is known."""
        earlier = self._facts.previous
        return ledger.changed(earlier.definitions, self._facts.definitions) if earlier else frames.LEDGER.frame()

    @cached_property
    def redefined(self) -> frozenset[str]:
        """What cannot be compared with the earlier meeting: ``slo/cart/availability``, ``load/...``, an agenda item."""
        return ledger.affected(self.definition_changes)
