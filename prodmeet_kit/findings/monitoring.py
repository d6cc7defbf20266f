"""The part of the findings that is about the monitoring itself: alert rules that changed, and silences."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from prodmeet_kit import frames
from prodmeet_kit.analysis import monitoring_changes
from prodmeet_kit.findings.part import Part

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["Monitoring"]


class Monitoring(Part):
    """Each property is a frame of the spec it names; calculated once, when first asked for."""

    @cached_property
    def rule_changes(self) -> pd.DataFrame:
        """``RULE_CHANGES`` since the earlier meeting; empty when the rules of either are not known."""
        earlier, now = self.facts.previous, self.facts.records.get("alert_rules")
        if now is None or earlier is None or earlier.rules is None:
            return frames.RULE_CHANGES.frame()
        return monitoring_changes.rule_changes(earlier.rules, now)

    @cached_property
    def silences(self) -> pd.DataFrame:
        """``SILENCE_FINDINGS``: in force since the last meeting, or still to come."""
        known = self.facts.records.get("alert_runs") is not None
        return monitoring_changes.silences(
            self._record("silences"), self.episodes if known else None, self.facts.window, self.next_meeting
        )
