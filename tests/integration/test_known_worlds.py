"""Two products whose every event is known, on a real Prometheus: what a review says of them is true, and all of it."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from prodmeet_kit.archive.layout import record_text
from prodmeet_kit.demo.server import backfill, running_prometheus
from prodmeet_kit.documents import minutes_md, preread
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.minutes.store import Minutes
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.render.markdown_text import escape
from prodmeet_kit.review import Review, window_of
from tests.support.counts import count
from tests.support.demo_world import missing_programs
from tests.support.worlds import bank, shop
from tests.support.worlds.building import World
from tests.support.worlds.truth import wrongs

pytestmark = [pytest.mark.integration, pytest.mark.takes(25)]

WEEKS = timedelta(days=28)
MINUTE, STEP_S = 60.0, 300.0


@dataclass(frozen=True)
class Reviewed:
    """A review as ``review.json`` has it, and the world it is of."""

    content: dict[str, Any]
    world: World
    story: ModuleType
    documents: tuple[str, ...] = ()
    """The minutes and the pre-read."""

    def row(self, kind: str, **wanted: str) -> dict[str, Any]:
        """The only row of a kind with these values."""
        (found,) = self.rows(kind, **wanted)
        return found

    def rows(self, kind: str, **wanted: str) -> list[dict[str, Any]]:
        return [row for row in self.content[kind] if all(row[key] == value for key, value in wanted.items())]

    def spent(self, slo: str, first: str, last: str) -> float:
        """The share of its budget that an SLO truly lost between two UTC times of the year, ``11-12T05:20``."""
        since, until = (datetime.fromisoformat(f"{self.world.end.year}-{moment}+00:00") for moment in (first, last))
        _, total = self.world.true(slo, self.world.end - WEEKS, self.world.end)
        return self.world.true(slo, since, until)[0] / (total * (1 - self.objective(slo)))

    def objective(self, slo: str) -> float:
        service, name = slo.split("/")
        return float(self.row("slos", service=service, name=name)["objective"])


@pytest.fixture(scope="module", params=range(1, count(1, 4) + 1))
def worlds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Reviewed]:
    """Both products of a seed, gathered from a Prometheus of its own each. About fifteen seconds."""
    if missing := missing_programs():
        message = f"not installed: {', '.join(missing)} (apt-get install prometheus)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    return {
        story.__name__.rpartition(".")[2]: _reviewed(story, request.param, tmp_path_factory.mktemp("world"))
        for story in (shop, bank)
    }


def _reviewed(story: ModuleType, seed: int, folder: Path) -> Reviewed:
    world = story.build(seed)
    backfill(world.openmetrics_days(), folder / "tsdb")
    (folder / "rules.yml").write_text(world.rules_text(), encoding="utf-8")
    for key, entries in story.LISTS.items():
        (folder / f"{key}.json").write_text(json.dumps(entries), encoding="utf-8")
    with running_prometheus(folder / "tsdb", config_text=f"rule_files: ['{folder / 'rules.yml'}']\n") as url:
        product = Product.model_validate(story.product(url))
        for said in story.SAID:
            Minutes(folder / "minutes", product.product).save("decisions", said["subject"], said)
        window = window_of(product, end=story.END.isoformat())
        facts = gather(product, window, folder=folder, minutes=folder / "minutes")
    review = Review(facts)
    return Reviewed(
        json.loads(record_text(record(review))), world, story, (minutes_md.write(review), preread.write(review))
    )


@pytest.fixture(params=["shop", "bank"])
def world(request: pytest.FixtureRequest, worlds: Mapping[str, Reviewed]) -> Reviewed:
    return worlds[request.param]


@pytest.fixture
def of_shop(worlds: Mapping[str, Reviewed]) -> Reviewed:
    return worlds["shop"]


@pytest.fixture
def of_bank(worlds: Mapping[str, Reviewed]) -> Reviewed:
    return worlds["bank"]


def test_each_finding_is_true_none_is_missing_and_none_is_there_twice(world: Reviewed) -> None:
    assert not wrongs(world.content, world.story.facts(world.world))


def test_one_subject_is_one_finding_with_one_line_in_each_document(world: Reviewed) -> None:
    found = world.content["findings"]
    kinds = ("slo:", "resource:", "outage:")
    subjects = Counter(
        about
        for each in found
        for about in {facet["subject"] for facet in each["facets"]}
        if about and about.startswith(kinds)
    )
    assert len(subjects) > 3 and set(subjects.values()) == {1}
    asked = [each["question"] for each in found if each["question"]]
    assert len(asked) > 3 and len(set(asked)) == len(asked)
    for text in world.documents:  # the headline of the whole is no entry
        entries = "\n".join(line for line in text.splitlines() if line.startswith(("- ", "|")))
        for each in found:
            if each["place"] == "agenda":
                assert entries.count(escape(each["headline"]).rstrip(".")) == 1, each["headline"]


def test_everything_was_checked(world: Reviewed) -> None:
    assert not world.content["failures"]


# Counts and budgets


def test_each_slo_is_counted_to_a_scrape(world: Reviewed) -> None:
    for slo in world.world.counts:
        service, name = slo.split("/")
        row = world.row("slos", service=service, name=name)
        bad, total = world.world.true(slo, world.world.end - WEEKS, world.world.end)
        if slo == "reports/availability":
            continue
        # A window ends within a scrape interval of the meeting; what lies between is a minute of 28 days.
        assert row["total"] == pytest.approx(total, rel=1e-4 if slo != "mail/availability" else 2e-3), slo
        assert row["attainment"] == pytest.approx(1 - bad / total, abs=0.005 * (1 - row["objective"])), slo


def test_low_traffic_with_pods_that_come_and_go_is_counted_to_one_event(of_bank: Reviewed) -> None:
    row = of_bank.row("slos", service="reports")
    bad, total = of_bank.world.true("reports/availability", of_bank.world.end - WEEKS, of_bank.world.end)
    assert bad < 100
    assert row["bad"] == pytest.approx(bad, abs=1.5)
    assert row["total"] == pytest.approx(total, rel=0.01)


def test_states_are_those_of_the_counts(world: Reviewed) -> None:
    missed = {f"{row['service']}/{row['name']}" for row in world.content["slos"] if row["state"] != "OK"}
    assert missed == ({"catalog/availability"} if world.story is shop else set())


def test_an_outage_costs_what_it_did_from_its_onset(of_shop: Reviewed, of_bank: Reviewed) -> None:
    row = of_shop.row("incidents", id="INC-61")
    assert set(row["budget_spent"]) == {
        "gateway/availability", "orders/availability", "orders/latency", "stock/availability",
    }  # fmt: skip
    for slo, share in row["budget_spent"].items():
        assert share == pytest.approx(of_shop.spent(slo, *shop.OUTAGE), rel=0.03), slo
    notify = of_bank.row("incidents", id="INC-92")
    true = of_bank.spent("notify/availability", *bank.NOTIFY)
    assert notify["budget_spent"] == {"notify/availability": pytest.approx(true, rel=0.03)}
    assert true > 0.2
    assert notify["postmortem_required"] is True
    assert notify["postmortem_missing"] is True


def test_an_outage_with_a_gap_of_scrapes_costs_what_it_did_or_says_that_it_is_the_least(of_bank: Reviewed) -> None:
    row = of_bank.row("incidents", id="INC-91")
    true, said = of_bank.spent("mail/availability", *bank.MAIL), row["budget_spent"]["mail/availability"]
    assert said <= 1.03 * true
    assert said >= 0.97 * true or row["blind_s"]["mail/availability"] == pytest.approx(1800, abs=STEP_S)


def test_a_budget_has_a_date_only_where_it_burns_now(of_shop: Reviewed, of_bank: Reviewed) -> None:
    for world, burning, days in ((of_shop, "search", 4.9), (of_bank, "fraud", 6.2)):
        dated = {row["service"]: row["runs_out"] for row in world.content["error_budget"] if row["outlook"] == "date"}
        assert set(dated) == {burning}
        left = datetime.fromisoformat(dated[burning]) - world.world.end
        assert left / timedelta(days=1) == pytest.approx(days, rel=0.25)


# Outages and pages


def test_one_outage_was_paged_and_one_was_not(of_shop: Reviewed, of_bank: Reviewed) -> None:
    assert {row["service"] for row in of_shop.content["missed_events"]} == {"media"}
    assert len(of_shop.content["missed_events"]) == 1
    assert of_bank.content["missed_events"] == []
    for world, caught, events in ((of_shop, 1, 2), (of_bank, 2, 2)):
        recall = world.content["paging_quality"]["recall"]
        assert (recall["caught"], recall["events"]) == (caught, events)
        assert all(row["paged"] is True for row in world.content["incidents"])


BURNS = {"orders/availability": shop.OUTAGE, "media/availability": shop.UNTOLD, "notify/availability": bank.NOTIFY}


def test_an_event_began_and_ended_between_the_moments_that_are_said(of_shop: Reviewed, of_bank: Reviewed) -> None:
    for world in (of_shop, of_bank):
        for row in world.content["slo_events"]:
            slo = f"{row['service']}/{row['slo']}"
            for edge, moment in zip(("onset", "end"), BURNS.get(slo, ()), strict=False):
                low, high = (datetime.fromisoformat(row[f"{edge}_{side}"]) for side in ("from", "to"))
                assert low <= world.world.began(slo, world.world.at(moment)) <= high, slo
                assert high - low <= timedelta(minutes=3)


def test_a_page_came_as_long_after_the_onset_as_it_did(of_shop: Reviewed, of_bank: Reviewed) -> None:
    for world, slo, alert in (
        (of_shop, "orders/availability", "OrdersErrorBudgetBurn"),
        (of_bank, "notify/availability", "NotifyErrorBudgetBurn"),
    ):
        true = (world.world.fired(alert)[0][0] - world.world.began(slo, world.world.at(BURNS[slo][0]))).total_seconds()
        ranges = world.content["paging_quality"]["detection_time_s"]["between"]
        assert any(low <= true <= high for low, high in ranges)


def test_verdicts_are_those_of_what_happened(of_shop: Reviewed, of_bank: Reviewed) -> None:
    def verdicts(world: Reviewed) -> dict[str, list[str]]:
        rows = world.content["page_groups"]
        return {row["alert"]: [r["suggested_verdict"] for r in rows if r["alert"] == row["alert"]] for row in rows}

    of_alerts = verdicts(of_shop)
    assert of_alerts["OrdersErrorBudgetBurn"] == ["right"]
    assert of_alerts["CatalogHighCPU"] == ["noise"]
    assert len(of_alerts["SearchErrorsSlow"]) == 1
    assert of_alerts["SearchErrorsSlow"][0] in ("right", "could_wait")
    others = verdicts(of_bank)
    assert others["NotifyErrorBudgetBurn"] == ["right"]
    assert others["MailErrors"] == ["right"]
    assert others["KycQueueLong"][0] in ("noise", "unclear")


def test_noise_is_only_what_told_of_nothing_and_nothing_is_deleted_on_little(
    of_shop: Reviewed, of_bank: Reviewed
) -> None:
    since = of_shop.world.end - timedelta(days=14)
    count = sum(start > since for start, _ in of_shop.world.fired("CatalogHighCPU"))
    assert {row["alert"]: row["count"] for row in of_shop.content["noise"]} == {"CatalogHighCPU": count}
    assert {row["alert"] for row in of_bank.content["noise"]} <= {"KycQueueLong"}
    for world in (of_shop, of_bank):
        assert not [row["alert"] for row in world.content["noise_proposals"] if row["change"] == "delete"]


# Resources and load


def test_a_late_leak_and_an_exponential_filling_are_full_when_they_will_be(
    of_shop: Reviewed, of_bank: Reviewed
) -> None:
    for row, days in (
        (of_shop.row("resources", service="cart", name="memory"), 14 * 0.34 / 0.23),
        (of_bank.row("resources", service="ledger", name="disk"), bank.FULL_IN),
    ):
        assert row["trend"] == "growing"
        assert row["days_to_full_low"] <= days <= row["days_to_full_high"]
        assert row["days_to_full"] == pytest.approx(days, rel=0.25)


def test_nothing_else_fills(of_shop: Reviewed, of_bank: Reviewed) -> None:
    for world, service, name in (
        (of_bank, "pricing", "memory"), (of_bank, "fx", "memory"), (of_shop, "geo", "memory"),
        (of_shop, "catalog", "cpu"),
    ):  # fmt: skip
        assert world.row("resources", service=service, name=name)["days_to_full"] is None


def test_growth_at_constant_cost_is_growth_and_no_loss_of_efficiency(of_shop: Reviewed) -> None:
    assert of_shop.row("load", service="feed")["growth_per_week"] == pytest.approx(0.03, abs=0.01)
    row = of_shop.row("efficiency", service="feed")
    assert row["equal_load"] in ("within_noise", "cannot_tell")
    if row["equal_load"] == "within_noise":
        assert row["equal_load_low"] <= 0 <= row["equal_load_high"]
        assert row["equal_load_change"] == pytest.approx(0, abs=0.003)
    for other in of_shop.content["load"]:
        assert other["service"] == "feed" or not abs(other["growth_per_week"] or 0) > 0.01


def test_no_day_was_unusual(world: Reviewed) -> None:
    assert world.content["unusual_days"] == []


def test_an_item_whose_check_is_met_is_not_closed_while_the_thing_grows(of_shop: Reviewed) -> None:
    row = of_shop.row("action_items", id="AI-31")
    assert row["outcome"] == "met"
    assert row["proposal"] in ("", "look")
