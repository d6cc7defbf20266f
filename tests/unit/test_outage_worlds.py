"""Outages in worlds whose truth is known: who was told, what each cost, and that each is counted once.

The limits: no outage that was paged is said to have paged nobody, every
unpaged one is found, each is one row everywhere; prices are within 5% of the
truth however late people write the start, and with a gap in the samples they
are said to be the least.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analysis import (
    budget_parts,
    incidents,
    missed,
    outage_pages,
    outage_prices,
    outages,
    paging,
    paging_quality,
    slo,
    slo_events,
)
from prodmeet_kit.frames import NOISE, rows
from tests.support.counts import count
from tests.support.outage_worlds import SLOS, WINDOW, Truth, World, world

SEEDS = range(count(12, 400))
DAY = pd.Timedelta(days=1)


@dataclass
class Said:
    """What the kit says of a world."""

    given: World
    events: pd.DataFrame
    budgets: dict[str, float]
    outages: pd.DataFrame
    pages: pd.DataFrame
    missed: pd.DataFrame
    quality: paging_quality.PagingQuality
    parts: pd.DataFrame

    def rows_of(self, truth: Truth, frame: pd.DataFrame, start: str, end: str) -> list[dict[str, Any]]:
        """The rows that overlap an outage of one of its services; a slow burn of days is not it."""
        return [
            row
            for row in rows(frame)
            if row[start] <= truth.end and row[end] >= truth.onset and row[end] - row[start] < DAY
            if set(row["services"] if "services" in row else row["service"].split(", ")) & set(truth.services)
        ]

    def outage(self, truth: Truth) -> dict[str, Any]:
        (row,) = self.rows_of(truth, self.outages, "span_start", "span_end")
        return row


@cache
def said(seed: int) -> Said:
    given = world(seed)
    trends, counts = given.trends, given.counts
    events = slo_events.slo_events(trends, SLOS, WINDOW, counts)
    budgets = slo.budgets(counts, SLOS)
    found = outages.outages(given.incidents, events, trends, SLOS, WINDOW)
    found = outage_prices.priced(found, SLOS, trends, budgets, WINDOW)
    pages = paging.judge(given.episodes, events, given.incidents, trends, SLOS, WINDOW, outages=found)
    noise = outage_pages.noise_of(pages, given.verdicts, NOISE.frame(), WINDOW)
    found = outage_pages.with_pages(found, pages, noise)
    told = pages.assign(outages=[[] if no else ids for ids, no in zip(pages["outages"], noise, strict=True)])
    return Said(
        given,
        events,
        budgets,
        found,
        pages,
        missed.missed(found, given.incidents, events, WINDOW, trends, SLOS),
        paging_quality.quality(told, found, WINDOW),
        budget_parts.parts(counts, SLOS, trends, found, events, WINDOW),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_each_outage_is_one_row_that_knows_whether_it_was_paged(seed: int) -> None:
    kit = said(seed)
    for truth in kit.given.truths:
        row = kit.outage(truth)
        assert row["paged"] is truth.paged, truth
        assert row["incidents"] == ([truth.incident] if truth.incident else [])
        assert set(row["services"]) == set(truth.services)
        assert bool(row["noise_alerts"]) is (truth.how == "noise")
        # The SLI shows an onset a step late at most, and a chance failure some minutes before it is a step more.
        assert abs(row["onset"] - truth.onset) <= 3 * WINDOW.step
        assert len(kit.rows_of(truth, kit.missed, "start", "end")) == (not truth.paged)


@pytest.mark.parametrize("seed", SEEDS)
def test_recall_counts_outages_and_each_slo_says_whether_it_had_a_page_of_its_own(seed: int) -> None:
    kit = said(seed)
    slow = [row for row in rows(kit.outages) if row["span_end"] - row["span_start"] >= DAY]
    assert kit.quality.events == len(kit.given.truths) + len(slow)
    assert kit.quality.events_caught >= sum(truth.paged for truth in kit.given.truths)
    assert kit.quality.events - kit.quality.events_caught == len(kit.missed)
    for truth in kit.given.truths:
        if not truth.paged:
            assert not any(kit.outage(truth)["own_page"].values())
        elif truth.how == "another service":
            own = kit.outage(truth)["own_page"]
            assert [ref for ref, had in own.items() if had] == [f"{truth.services[-1]}/availability"]


@pytest.mark.parametrize("seed", SEEDS)
def test_an_outage_costs_what_it_cost_however_late_people_wrote_the_start(seed: int) -> None:
    kit = said(seed)
    for truth in kit.given.truths:
        row = kit.outage(truth)
        for ref, spent in truth.spent.items():
            price = row["budget_spent"][ref] * kit.budgets[ref]
            if truth.gap:
                assert price <= spent * 1.05 and row["blind_s"][ref] >= 2 * WINDOW.step.total_seconds()
            else:
                assert price == pytest.approx(spent, rel=0.05)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_outage_is_one_row_in_what_spent_a_budget_and_the_parts_are_the_whole(seed: int) -> None:
    kit = said(seed)
    counts = kit.given.counts
    since = counts[counts["span"] == "since"].set_index("service")["bad"]
    for service, its in kit.parts.groupby("service"):
        assert its["bad"].sum() == pytest.approx(since[service])
        assert its[["kind", "id"]].drop_duplicates().shape[0] == len(its)
    for truth in kit.given.truths:
        row = kit.outage(truth)
        mine = kit.parts[kit.parts["id"] == row["id"]].set_index("service")
        for ref in truth.spent:
            part = mine.loc[ref.partition("/")[0]]
            assert part["bad"] == pytest.approx(row["budget_spent"][ref] * kit.budgets[ref], rel=1e-6)
            assert bool(part["blind_s"] > 0) is truth.gap


@pytest.mark.parametrize("seed", SEEDS)
def test_the_postmortem_of_an_incident_is_owed_by_the_price_of_its_span(seed: int) -> None:
    kit = said(seed)
    for row in rows(incidents.findings(kit.given.incidents, kit.outages, WINDOW)):
        truth = next(truth for truth in kit.given.truths if truth.incident == row["id"])
        dearest = max(spent / kit.budgets[ref] for ref, spent in truth.spent.items())
        if not 0.19 < dearest < 0.21 and not truth.gap:
            assert row["postmortem_required"] is (dearest > 0.2)
