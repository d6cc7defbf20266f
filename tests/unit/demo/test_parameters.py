"""What the demo team wrote down agrees with what happened in the demo world."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit.core import promql
from prodmeet_kit.core.window import parse_duration, parse_time
from prodmeet_kit.demo.shop import SERVICES
from prodmeet_kit.demo.stories import MEETING, OUTAGES, SLOWER_SINCE
from prodmeet_kit.parameters import load
from prodmeet_kit.parameters.documents import read_document

FOLDER = Path(__file__).parents[3] / "parameters"


def read(name: str) -> Any:
    return read_document(FOLDER / name).data


PRODUCT = load("demo", FOLDER)


def moment(text: str) -> datetime:
    return parse_time(text, PRODUCT.timezone)


def test_every_service_of_the_world_is_described_and_no_other() -> None:
    assert [service.name for service in PRODUCT.services] == [service.name for service in SERVICES]


def test_every_file_that_the_parameters_name_is_there() -> None:
    sources = PRODUCT.sources
    named = [*sources.incidents, *sources.changes, *sources.action_items, *sources.consultations, *sources.toil]
    assert len(named) == 5
    for source in named:
        assert (FOLDER / source.model_dump()["path"]).is_file()


def test_incidents_are_the_outages_of_the_world() -> None:
    told = [
        [entry["services"], moment(entry["start"]), moment(entry["mitigated"]), entry["detected_by"] == "page"]
        for entry in read("demo/incidents.yaml")
        if entry["id"] != "INC-38"  # older than the metrics: only its kind is of interest
    ]
    assert told == [[[o.service], o.start, o.end, o.paged] for o in OUTAGES]


def test_the_deploy_that_made_web_slow_is_on_the_list() -> None:
    starts = [moment(entry["start"]) for entry in read("demo/changes.yaml") if entry["services"] == ["web"]]
    assert starts == [SLOWER_SINCE]


def test_two_planned_changes_of_one_service_collide() -> None:
    planned = [
        (start, start + parse_duration(entry["duration"]), set(entry["services"]))
        for entry in read("demo/changes.yaml")
        if (start := moment(entry["start"])) > MEETING
    ]
    collisions = [
        (one, other)
        for number, one in enumerate(planned)
        for other in planned[number + 1 :]
        if one[0] < other[1] and other[0] < one[1] and one[2] & other[2]
    ]
    assert len(planned) == 3
    assert len(collisions) == 1


@pytest.mark.parametrize("entry", read("demo/action_items.yaml"), ids=lambda entry: entry["id"])
def test_acceptance_queries_are_promql(entry: dict[str, Any]) -> None:
    if "verify" in entry:
        promql.check(entry["verify"]["query"])
        assert entry["verify"]["expect"].split()[0] in {"<", "<=", "==", ">=", ">"}


def test_one_open_action_item_is_overdue() -> None:
    late = [e["id"] for e in read("demo/action_items.yaml") if e["status"] == "open" and moment(e["due"]) < MEETING]
    assert late == ["AI-18"]
