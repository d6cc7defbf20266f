"""The part of the findings that is about noise: which alerts, and what would silence them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from prodmeet_kit.analyses.part import Part
from prodmeet_kit.analysis.paging import noise, proposals
from prodmeet_kit.analysis.paging.proposals import Replayed
from prodmeet_kit.core import promql
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.queries import backtests as replays
from prodmeet_kit.schemas.frames import labels_of, rows

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["Noise"]


class Noise(Part):
    """Calculated once, when first asked for."""

    @cached_property
    def noise(self) -> pd.DataFrame:
        """``NOISE``."""
        return noise.noise(self.episodes, self.judged_pages, self.slo_events, self.facts.window, self.burns)

    @cached_property
    def proposals(self) -> pd.DataFrame:
        """``PROPOSALS`` for each noisy alert, each tried on what its rule's expression gave since the last meeting."""
        noisy = proposals.candidates(self.noise, self.all_pages, self.facts.window)
        return proposals.proposals(
            noisy, self.episodes, self.slo_events, self._replayed, self.facts.window, self.service_of, self.burns
        )

    @cached_property
    def _replayed(self) -> dict[tuple[str, str], Replayed]:
        """Rules by alert and severity; of two with the same, the one that was answered."""
        known = self.own_rules
        found: dict[tuple[str, str], Replayed] = {}
        for rule in rows(known) if known is not None else ():
            labels = labels_of(rule["labels"] or "{}")
            name = (rule["alert"], labels.get("severity", ""))
            if name not in found or found[name].values is None:
                found[name] = self._one(rule, labels)
        return found

    def _one(self, rule: dict[str, Any], labels: dict[str, str]) -> Replayed:
        answer = self.facts.answers.get(replays.key(rule["group"], rule["alert"]))
        keep = rule["keep_firing_for_s"]
        step = replays.step_s(rule["interval_s"], self.facts.window)
        times = (rule["for_s"], keep if keep == keep else 0.0, step)  # NaN: the server does not tell
        if answer is None:
            promql_asked = backends.of(self.facts.product).promql
            return Replayed(labels, *times, None, reason="not_asked" if promql_asked else "other_language")
        if answer.frame is None:
            return Replayed(labels, *times, None, reason="no_answer", error=answer.error)
        compared = promql.comparison(rule["query"])
        return Replayed(labels, *times, answer.frame, compared[1:] if compared else None)
