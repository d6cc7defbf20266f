"""Pages since the last meeting on one line: how many, how many of them noise, and what went unpaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.i18n.languages import listed, t, tn

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses

__all__ = ["pages"]


def pages(analyses: Analyses) -> str:
    """``27 pages, 17 of them noise, 1 outage went unpaged``; that it is not known where no alert source answered."""
    if not analyses.facts.alerts_known:
        return t("not known")
    paged, unpaged = analyses.paging.pages, len(analyses.detection.missed)
    noise = int((paged["shown_verdict"] == "noise").sum())
    told = [tn("{n} page", "{n} pages", len(paged))]
    if len(paged):
        told.append(t("{n} of them noise", n=noise))
    if unpaged:
        told.append(tn("{n} outage went unpaged", "{n} outages went unpaged", unpaged))
    return listed(told)
