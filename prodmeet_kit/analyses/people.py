"""The part of the findings that is about people: how pages load each rotation, and what waits for an owner."""

from __future__ import annotations

from functools import cached_property
from math import nan
from typing import TYPE_CHECKING

from prodmeet_kit.analyses.part import Part
from prodmeet_kit.analysis.paging import attention
from prodmeet_kit.analysis.paging import load as page_load
from prodmeet_kit.parameters.rotations import Rotation

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["People"]


class People(Part):
    """Each property is a frame of the spec it names; calculated once, when first asked for."""

    @cached_property
    def attention(self) -> pd.DataFrame:
        """``ATTENTION``: what needs somebody without a page, oldest and dearest first."""
        return attention.attention(
            self.episodes,
            self.noise,
            self.slo_events,
            self.slo_trends,
            self.slo_targets,
            self.slos,
            self.resources,
            self.facts.window,
            rules=self.own_rules,
            action_items=self._items[0],
            items_about=self.items_about,
            promises=self.promises,
            changes=self.changes_to_come,
            alerts_about=self.alerts_about,
            burns=self.burns,
            service_of=self.service_of,
            owners={service.name: service.owner for service in self.facts.product.services},
            limits_since=attention.limits_near_since(
                self.resource_series, self.resource_limits, self.resources, self.facts.window
            ),
        )

    @cached_property
    def page_load(self) -> pd.DataFrame:
        """``PAGE_LOAD``: pages of each rotation by its own hours and shifts; NaN when alerts are not known."""
        product = self.facts.product
        everybody = Rotation(name=product.product, timezone=product.timezone)
        episodes = self.episodes
        rotations = product.rotations or (everybody,)
        load = page_load.by_rotation(episodes[episodes["page"]], rotations, self.facts.window)
        if self.facts.records.get("alert_runs") is None:
            return load.assign(**dict.fromkeys(page_load.COUNTED, nan))
        return load
