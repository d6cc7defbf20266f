"""Analyses of pages: what each was for, what people said of it, which alerts are noise and what would change that."""

from __future__ import annotations

from functools import cached_property
from math import nan
from typing import TYPE_CHECKING, Any

import pandas as pd

from prodmeet_kit.analysis.alerting.burn_explains import Burns
from prodmeet_kit.analysis.incidents import outage_pages
from prodmeet_kit.analysis.paging import groups, load, noise, proposals, quality, said, verdicts_on_pages
from prodmeet_kit.analysis.paging.proposals import Replayed
from prodmeet_kit.core import promql
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.parameters.rotations import Rotation
from prodmeet_kit.queries import backtests as replays
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import labels_of, rows

if TYPE_CHECKING:
    from prodmeet_kit.analyses.alerting import Alerting
    from prodmeet_kit.analyses.downtimes import Downtimes
    from prodmeet_kit.analyses.slos import Slos
    from prodmeet_kit.facts import Facts
    from prodmeet_kit.schemas.paging import PageRow

__all__ = ["Paging"]


class Paging:
    """Each property is a frame of the spec it names, or a plain value; calculated once, when first asked for."""

    def __init__(self, facts: Facts, slo: Slos, alerting: Alerting, downtime: Downtimes) -> None:
        self._facts = facts
        self._slo = slo
        self._alerting = alerting
        self._downtime = downtime

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """``VERDICTS``: what people said of alerts at this meeting and earlier ones, oldest first."""
        return self._facts.record(frames.VERDICTS).sort_values("meeting", kind="stable")

    @cached_property
    def burns(self) -> Burns:
        """Which alerts may have fired because an SLO burned, by when they began or by what their rules read."""
        return Burns(self._slo.trends, self._slo.targets, self._facts.window, self._alerting.alert_reads)

    @cached_property
    def judged(self) -> pd.DataFrame:
        """``PAGES`` over all that is known of alerts, those that are noise with what they overlap."""
        judged = verdicts_on_pages.judge(
            self._alerting.episodes,
            self._slo.events,
            self._downtime.incidents,
            self._slo.trends,
            self._slo.targets,
            self._facts.window,
            self._slo.exclusions,
            self._downtime.spans,
            burns=self.burns,
            fine=self._slo.fine_trends,
        )
        return said.with_verdicts(judged, self.verdicts, self._facts.window)

    @cached_property
    def noise(self) -> pd.DataFrame:
        """``NOISE``."""
        return noise.noise(self._alerting.episodes, self.judged, self._slo.events, self._facts.window, self.burns)

    @cached_property
    def noise_pages(self) -> pd.Series[bool]:
        """Whether each of ``judged`` was noise, by what people said or the kit says of its alert."""
        return outage_pages.noise_of(self.judged, self.verdicts, self.noise, self._facts.window)

    @cached_property
    def all_pages(self) -> pd.DataFrame:
        """``PAGES`` over all that is known of alerts; those that were noise are for no outage."""
        found = self.judged
        for column in ("caught", "outages"):
            told = [[] if noise else ids for ids, noise in zip(found[column], self.noise_pages, strict=True)]
            found = found.assign(**{column: pd.Series(told, index=found.index, dtype="object")})
        return found.assign(told=quality.tells(found))

    @cached_property
    def pages(self) -> pd.DataFrame:
        """``PAGES`` that began since the last meeting."""
        return groups.since_last(self.all_pages, self._facts.window)

    @cached_property
    def page_rows(self) -> list[PageRow]:
        """The rows of :attr:`pages`: every chart marks some of them."""
        return frames.PAGES.rows(self.pages)

    @cached_property
    def groups(self) -> pd.DataFrame:
        """``PAGE_GROUPS``: the pages since the last meeting, one row for each alert of a service."""
        return said.with_history(groups.groups(self.pages), self.verdicts, self._facts.window)

    @cached_property
    def verdict_disagreements(self) -> pd.DataFrame:
        """``PAGE_GROUPS`` of which people said something else than the data suggest."""
        return said.disagreements(self.groups)

    @cached_property
    def proposed_items(self) -> pd.DataFrame:
        """``PROPOSED_ITEMS``: alerts that are noise for the third meeting in a row."""
        return said.proposed_items(self.groups, self._facts.window)

    @cached_property
    def load(self) -> pd.DataFrame:
        """``PAGE_LOAD``: pages of each rotation by its own hours and shifts; NaN when alerts are not known."""
        product = self._facts.product
        everybody = Rotation(name=product.product, timezone=product.timezone)
        episodes = self._alerting.episodes
        rotations = product.rotations or (everybody,)
        counted = load.by_rotation(episodes[episodes["page"]], rotations, self._facts.window)
        return counted if self._facts.alerts_known else counted.assign(**dict.fromkeys(load.COUNTED, nan))

    # What would make an alert quieter

    @cached_property
    def proposals(self) -> pd.DataFrame:
        """``PROPOSALS`` for each noisy alert, each tried on what its rule's expression gave since the last meeting."""
        window = self._facts.window
        noisy = proposals.candidates(self.noise, self.all_pages, window)
        alerting, events = self._alerting, self._slo.events
        return proposals.proposals(
            noisy, alerting.episodes, events, self._replayed, window, alerting.service_of, self.burns
        )

    @cached_property
    def _replayed(self) -> dict[tuple[str, str], Replayed]:
        """Rules by alert and severity; of two with the same, the one that was answered."""
        known = self._alerting.own_rules
        found: dict[tuple[str, str], Replayed] = {}
        for rule in rows(known) if known is not None else ():
            labels = labels_of(rule["labels"] or "{}")
            name = (rule["alert"], labels.get("severity", ""))
            if name not in found or found[name].values is None:
                found[name] = self._one(rule, labels)
        return found

    def _one(self, rule: dict[str, Any], labels: dict[str, str]) -> Replayed:
        answer = self._facts.answers.get(replays.key(rule["group"], rule["alert"]))
        keep = rule["keep_firing_for_s"]
        step = replays.step_s(rule["interval_s"], self._facts.window)
        times = (rule["for_s"], keep if keep == keep else 0.0, step)  # NaN: the server does not tell
        if answer is None:
            promql_asked = backends.of(self._facts.product).promql
            return Replayed(labels, *times, None, reason="not_asked" if promql_asked else "other_language")
        if answer.frame is None:
            return Replayed(labels, *times, None, reason="no_answer", error=answer.error)
        compared = promql.comparison(rule["query"])
        return Replayed(labels, *times, answer.frame, compared[1:] if compared else None)
