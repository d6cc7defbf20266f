"""Two meetings of a small product: the second shows what is defined otherwise, and marks the numbers it touches."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit.agenda.metrics import definitions as metrics_definitions
from prodmeet_kit.agenda.shared.redefined import marked
from prodmeet_kit.archive.previous_meeting import find_previous
from prodmeet_kit.core.errors import Failure
from prodmeet_kit.core.window import Window
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.evidence import Column, Note, Table
from prodmeet_kit.facts import Facts, Previous
from prodmeet_kit.render.anchors import Anchors
from prodmeet_kit.render.html import chunks
from prodmeet_kit.render.markdown import markdown
from prodmeet_kit.render.tables import view
from prodmeet_kit.review import Review
from prodmeet_kit.snapshot import MANIFEST, freeze, reopen
from tests.support.reviews import END, WINDOW, product, review

VALUES = {"slo/cart/availability/total": 10.0, "load/cart": 5.0, "resource/cart/memory": 1.0}
EARLIER = Window.ending(WINDOW.start, cadence=WINDOW.length, timezone="Asia/Tokyo")


def then(edit: Callable[[dict[str, Any]], object]) -> Facts:
    """The facts of the last meeting, for edited parameters."""
    parameters = copy.deepcopy(product().model_dump(mode="json"))
    edit(parameters["services"][0])
    return Facts(type(product()).model_validate(parameters), EARLIER, EARLIER.end)


def meeting(edit: Callable[[dict[str, Any]], object] | None) -> Review:
    """This meeting, after one with edited parameters; after none for ``None``."""
    now = review(values=VALUES)
    if edit is None:
        return now
    earlier = then(edit)
    return Review(replace(now.facts, previous=Previous(earlier.window.end, earlier.definitions)))


def other_objective(service: dict[str, Any]) -> None:
    service["slos"][0]["objective"] = 99.5


def other_load(service: dict[str, Any]) -> None:
    service["load"][0]["query"] = "sum(old)"


def nothing(_: dict[str, Any]) -> None:
    pass


def test_the_second_of_two_reports_shows_what_changed_between_them(tmp_path: Path) -> None:
    home = tmp_path / "reports" / "shop"
    freeze(then(other_objective), home / EARLIER.day.isoformat() / "snapshot")
    earlier = find_previous(tmp_path / "reports", "shop", WINDOW).meeting
    second = Review(replace(review(values=VALUES).facts, previous=earlier))
    (table,) = metrics_definitions.evidence(second.analyses)
    assert isinstance(table, Table)
    assert table.frame[["subject", "what", "before", "after"]].to_dict("records") == [
        {"subject": "cart/availability", "what": "objective", "before": "99.5", "after": "99.9"}
    ]
    again = Review(reopen(freeze(second.facts, home / WINDOW.day.isoformat() / "snapshot")))
    assert record(again, generated_at=END) == record(second, generated_at=END)
    assert markdown(again.metrics) == markdown(second.metrics)


def test_a_changed_definition_is_shown_in_the_metrics_item() -> None:
    item = meeting(other_objective).metrics
    assert "Definitions changed since the last meeting: cart/availability." in markdown(item)
    (table,) = (part for part in item.evidence if isinstance(part, Table) and part.place == "defined")
    (row,) = view(table, "metrics", "Asia/Tokyo", Anchors()).rows
    texts = [cell.text for cell in row.cells]
    assert texts == ["cart/availability", "SLO", "objective", "99.5", "99.9", "cart/availability"]
    assert table.caption == "Compared with the meeting of Mon 9 Nov 10:00"


@pytest.mark.parametrize(
    ("edit", "says"),
    [(None, "No earlier meeting is on record"), (nothing, "No definition changed since the last meeting")],
    ids=["first meeting", "nothing changed"],
)
def test_without_changes_a_folded_sentence_says_on_what_grounds(
    edit: Callable[[dict[str, Any]], object] | None, says: str
) -> None:
    item = meeting(edit).metrics
    page = "".join(part for part in chunks(item) if isinstance(part, str))
    assert f'<summary><span class="pm-fold-title">{says}</span></summary>' in page
    assert "Definitions changed" not in page
    assert f"{says}." in markdown(item)


def test_where_earlier_meetings_cannot_be_read_the_failure_says_it_alone() -> None:
    broken = review(values=VALUES, failures=[Failure("metrics", "earlier meeting", "manifest.json is damaged")])
    assert metrics_definitions.evidence(broken.analyses) == []
    assert "earlier meeting: manifest.json is damaged" in markdown(broken.metrics)


def test_many_numbers_that_one_change_touches_become_a_count() -> None:
    def edit(service: dict[str, Any]) -> None:
        service["load"] += [{**service["load"][0], "name": f"load{number}"} for number in range(6)]

    now = review(values=VALUES, services=_with(edit))
    earlier = {**now.facts.definitions, "sources": {**now.facts.definitions["sources"], "metrics": {"url": "${OLD}"}}}
    analyses = Review(replace(now.facts, previous=Previous(EARLIER.end, earlier))).analyses
    (table,) = metrics_definitions.evidence(analyses)
    assert isinstance(table, Table)
    assert "cart/availability, cart/requests, cart/load0, cart/load1 and 5 more" in set(table.frame["affects_text"])


def _with(edit: Callable[[dict[str, Any]], object]) -> list[dict[str, Any]]:
    services: list[dict[str, Any]] = copy.deepcopy(product().model_dump(mode="json")["services"])
    edit(services[0])
    return services


def test_the_table_marks_what_is_defined_otherwise_and_keeps_its_anchors() -> None:
    analyses = meeting(other_load).analyses
    plain = Table(
        "Load", analyses.capacity.loads, (Column("name", "Load"),), anchor=("service", "name"), caption="By hour."
    )
    table = marked(plain, analyses, ["load"])
    assert [table.frame[column.name].tolist() for column in table.columns] == [["requests \N{DAGGER}"]]
    assert table.frame["name"].tolist() == ["requests"]
    assert table.anchor == plain.anchor
    assert table.caption.startswith("By hour · \N{DAGGER} new, or defined differently at the meeting of ")


def test_a_mark_is_of_a_kind_so_that_an_slo_named_as_a_load_has_none() -> None:
    analyses = meeting(other_load).analyses
    table = Table("SLOs", analyses.capacity.loads, (Column("name", "SLO"),))
    assert marked(table, analyses, ["slo"]) is table


@pytest.mark.parametrize("edit", [None, nothing], ids=["first meeting", "nothing changed"])
def test_a_table_without_a_changed_definition_has_no_mark(edit: Callable[[dict[str, Any]], object] | None) -> None:
    analyses = meeting(edit).analyses
    table = Table("Load", analyses.capacity.loads, (Column("name", "Load"),))
    assert marked(table, analyses, ["load"]) is table


def test_review_json_lists_the_changes_and_flags_the_rows() -> None:
    content = record(meeting(other_load), generated_at=END)
    assert content["previous_meeting"] == "2026-11-09T10:00:00+09:00"
    assert [change["subject"] for change in content["definition_changes"]] == ["cart/requests"]
    assert content["definition_changes"][0]["affects"] == ["load/cart/requests"]
    flags = {key: {row["redefined"] for row in content[key]} for key in ("slos", "load", "resources", "efficiency")}
    # the use per request rests on the load too
    assert flags == {"slos": {False}, "load": {True}, "resources": {False}, "efficiency": {True}}


def test_review_json_tells_no_earlier_meeting_from_no_change() -> None:
    first, second = (record(meeting(edit), generated_at=END) for edit in (None, nothing))
    assert (first["previous_meeting"], first["definition_changes"]) == (None, [])
    assert (second["previous_meeting"], second["definition_changes"]) == ("2026-11-09T10:00:00+09:00", [])


def test_a_snapshot_keeps_the_earlier_definitions_and_no_credential(tmp_path: Path) -> None:
    facts = meeting(other_objective).facts
    assert facts.previous is not None
    definitions = copy.deepcopy(dict(facts.previous.definitions))
    auth = {"type": "bearer", "token": "canary-11c0ff", "username": "", "password": ""}
    definitions["sources"]["metrics"]["auth"] = auth
    folder = freeze(replace(facts, previous=Previous(facts.previous.end, definitions)), tmp_path / "one")
    text = (folder / MANIFEST).read_text(encoding="utf-8")
    assert "canary" not in text
    assert json.loads(text)["previous"]["end"] == "2026-11-09T01:00:00+00:00"
    again = reopen(folder)
    assert again.previous is not None
    assert again.previous.definitions["services"][0]["slos"][0]["objective"] == 99.5
    assert (freeze(again, tmp_path / "two") / MANIFEST).read_text(encoding="utf-8") == text


def test_a_snapshot_made_before_the_ledger_opens_and_knows_no_earlier_meeting(tmp_path: Path) -> None:
    folder = freeze(meeting(None).facts, tmp_path / "snapshot")
    assert "previous" not in json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    assert reopen(folder).previous is None


def test_notes_that_are_not_folded_stay_as_they_were() -> None:
    item = replace(meeting(None).metrics, evidence=(Note("Read this.", "warning"),))
    assert "Read this." in markdown(item)
    assert "<details" not in "".join(part for part in chunks(item) if isinstance(part, str))
