"""A product of many services: what its services live through is found, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodmeet_kit.review import Review
from tests.support.fleet_world import STORIES, fleet_facts, fleet_snapshot


def test_twelve_services_have_22_slos_and_80_series_and_each_story_is_found() -> None:
    review = Review(fleet_facts(12))
    series = [key for key in review.facts.answers if key.startswith("load/") or key.endswith(("/trend", "/use"))]
    slos = [slo for service in review.facts.product.services for slo in service.slos]
    assert (len(slos), len(series)) == (22, 80)
    found = {finding.subject for finding in review.findings if finding.question}
    assert {
        "slo:web/latency", "outage:INC-202", "slo:mail/availability", "resource:search/memory",
        "alert:LoginHighCPU/login",
    } <= found  # fmt: skip
    calm = {service.name for service in review.facts.product.services} - set(STORIES)
    assert not [subject for subject in found if any(name in subject for name in calm)]


def test_the_quiet_product_has_nothing_to_decide() -> None:
    assert [finding.subject for finding in Review(fleet_facts(12, quiet=True)).findings if finding.question] == []


def test_the_same_size_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = (fleet_snapshot(1, tmp_path / name) for name in ("one", "other"))
    assert {path.relative_to(one): path.read_bytes() for path in one.rglob("*") if path.is_file()} == {
        path.relative_to(other): path.read_bytes() for path in other.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("services", [0, 49])
def test_more_services_than_there_are_names_for_are_refused(services: int) -> None:
    with pytest.raises(ValueError, match=str(services)):
        fleet_facts(services)
