"""The descriptors of the kit's own records and agenda items."""

from __future__ import annotations

import pytest

from prodmeet_kit import kinds
from prodmeet_kit.entries.hand_written import Entry
from prodmeet_kit.kinds import Kind
from prodmeet_kit.parameters.models import Product, Sources
from prodmeet_kit.review import Review
from prodmeet_kit.sources.records import records_of


@pytest.mark.parametrize("kind", kinds.built_in(), ids=lambda kind: kind.name)
def test_everything_that_a_descriptor_names_is_there(kind: Kind) -> None:
    assert all(callable(kinds.loaded(item.make)) for item in kind.items)
    assert all(issubclass(kinds.loaded(record.entry), Entry) for record in kind.records if record.entry)
    more = [reference for record in kind.records for reference in (*record.inbox.values(), record.completed)]
    assert all(callable(kinds.loaded(reference)) for reference in (*more, kind.numbers) if reference)


def test_the_default_agenda_follows_the_book() -> None:
    assert kinds.AGENDA == (
        "topics", "planned_changes", "metrics", "outages", "paging_events", "non_paging_events", "action_items",
        "consultations", "toil",
    )  # fmt: skip


def test_each_record_has_a_key_in_the_parameters_that_is_described_as_there() -> None:
    described = {key: field.description for key, field in Sources.model_fields.items() if key != "metrics"}
    assert {record.key: record.about for kind in kinds.built_in() for record in kind.records} == described


def test_an_item_is_an_attribute_that_says_what_it_shows() -> None:
    for kind in kinds.built_in():
        for item in kind.items:
            assert getattr(Review, item.name).__doc__ == item.about != ""


def test_records_of_the_kit_are_gathered_whatever_is_on_the_agenda() -> None:
    product = Product.model_validate({"product": "shop", "services": [{"name": "cart"}], "meeting": {"agenda": []}})
    assert [record.key for record in records_of(product)] == [
        "alerts", "rules", "silences", "verdicts", "decisions", "durations", "incidents", "changes", "action_items",
        "consultations", "toil", "topics", "explorations",
    ]  # fmt: skip
