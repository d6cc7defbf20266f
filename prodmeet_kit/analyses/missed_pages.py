"""The analyses of unpaged burns: the standard rules of each SLO that would have caught them, ready to be used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from prodmeet_kit import sli
from prodmeet_kit.analyses.part import Part
from prodmeet_kit.analysis.alerting import rule_text
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.sli import ratios

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prodmeet_kit.analysis.slo.arithmetic import SloTarget

__all__ = ["MissedPages", "ReadyRule"]


class ReadyRule(NamedTuple):
    """A rule file as text, or why there is none.

    ``other_language``, ``bounds_unknown``, ``slice_too_long`` or ``no_condition``.
    """

    text: str
    reason: str = ""


class MissedPages(Part):
    """Calculated once, when first asked for."""

    @cached_property
    def ready_rules(self) -> Mapping[str, ReadyRule]:
        """The standard rules of each SLO by ``service/name``, as the text of a Prometheus rule file."""
        targets = {target.ref: target for target in self.slo_targets}
        ready = {}
        for service in self.facts.product.services:
            for slo in service.slos:
                found = sli.indicator(service.name, slo, self.facts.answers)
                ref = f"{service.name}/{slo.name}"
                other = not backends.of(self.facts.product).promql
                ready[ref] = ReadyRule("", "other_language") if other else _ready(targets[ref], found)
        return ready

    def ratio_since(self, ref: str) -> str:
        """PromQL of the share of bad events over as long as since the last meeting; empty where none can be written."""
        if not backends.of(self.facts.product).promql:
            return ""
        for service in self.facts.product.services:
            for slo in service.slos:
                if f"{service.name}/{slo.name}" == ref:
                    found = sli.indicator(service.name, slo, self.facts.answers)
                    span = self.facts.window.length
                    return "" if ratios.ratio_reason(found, [span]) else ratios.ratio_query(found, span)
        return ""


def _ready(target: SloTarget, found: sli.Indicator) -> ReadyRule:
    reason = ratios.ratio_reason(found, rule_text.spans())
    if reason:
        return ReadyRule("", reason)
    text = rule_text.rule_text(target, lambda span: ratios.ratio_query(found, span))
    return ReadyRule(text, "" if text else "no_condition")
