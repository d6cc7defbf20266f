"""The same toil in other products of the same folder: found, priced, frozen; their faults cost only their share."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit.core.window import Window
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.facts import Facts
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.parameters import load
from prodmeet_kit.review import Review
from prodmeet_kit.schemas.frames import TOIL
from prodmeet_kit.snapshot import freeze, reopen
from prodmeet_kit.sources.toil_elsewhere import Elsewhere

END = datetime(2026, 11, 23, 1, tzinfo=UTC)
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="UTC")
SERVICES = '[{name: cart, load: [{name: requests, query: "sum(x)"}]}]'


def product(folder: Path, name: str, sources: str = "[{type: file, path: %s-toil.yaml}]", **toil: Any) -> None:
    (folder / f"{name}.yaml").write_text(
        f"product: {name}\nservices: {SERVICES}\nsources:\n  toil: {sources.replace('%s', name)}\n"
    )
    entry = {"id": "T-1", "text": "Restart the import", "minutes": 10, "times_per_week": 3, **toil}
    (folder / f"{name}-toil.yaml").write_text(json.dumps([entry]))


def facts(folder: Path, defaults: str = "sources: {}\n") -> Facts:
    (folder / "defaults.yaml").write_text(defaults)
    return gather(load("shop", folder), WINDOW, folder=folder, minutes=folder / "minutes")


def told(made: Facts) -> list[str]:
    return [failure.message for failure in made.failures if failure.section == "toil"]


def elsewhere(made: Facts) -> list[dict[str, Any]]:
    frame = made.records["toil"]
    assert frame is not None
    return list(frame["elsewhere"][0])


def test_the_same_words_in_another_product_are_the_same_toil_and_their_hours_are_added(tmp_path: Path) -> None:
    product(tmp_path, "shop")
    product(tmp_path, "books", id="T-9", text="restart the IMPORT.", minutes=20, times_per_week=6)
    product(tmp_path, "games", text="Copy figures")  # the same id, which only counts
    made = reopen(freeze(facts(tmp_path), tmp_path / "frozen"))
    assert told(made) == []
    review = Review(made)
    (row,) = record(review)["toil"]
    # here 10 * 3 * 13 / 60 = 6.5 h; books 20 * 6 * 13 / 60 = 26 h; 32.5 h in both
    assert (row["hours_per_quarter"], row["hours_everywhere"], row["other_products"]) == (6.5, 32.5, ["books"])
    assert row["elsewhere"] == [
        {"product": "books", "id": "T-9", "text": "restart the IMPORT.", "minutes": 20.0, "times_per_week": 6.0}
    ]
    (found,) = (each for each in review.findings if each.section == "toil")  # the dearest, and done elsewhere: once
    assert (found.subject, found.minutes) == ("toil:T-1", 2.0)
    assert [facet.subject for _, facet in found.facets] == ["toil:T-1"] * 2
    assert all(facet.question for _, facet in found.facets)
    assert "books" in found.headline  # what two products pay for presses more


def test_an_id_that_says_something_is_enough(tmp_path: Path) -> None:
    product(tmp_path, "shop", id="import-restart")
    product(tmp_path, "books", id="Import-Restart", text="The import hangs")
    assert [each["product"] for each in elsewhere(facts(tmp_path))] == ["books"]


def test_what_people_brought_to_the_inbox_of_another_product_counts_as_well(tmp_path: Path) -> None:
    product(tmp_path, "shop")
    product(tmp_path, "books", sources="[{type: inbox}]")
    entry = {"id": "toil-1", "kind": "toil", "text": "Restart the import", "minutes": 5, "per_week": 1}
    Minutes(tmp_path / "minutes", "books").save("inbox", "x", entry, datetime(2026, 11, 20, tzinfo=UTC))
    assert [each["minutes"] for each in elsewhere(facts(tmp_path))] == [5.0]


def test_a_list_that_two_products_share_is_not_counted_twice(tmp_path: Path) -> None:
    product(tmp_path, "shop")
    product(tmp_path, "books", sources="[{type: file, path: ./shop-toil.yaml}]")
    assert elsewhere(facts(tmp_path)) == []


def test_toil_that_is_done_nowhere_else_says_nothing(tmp_path: Path) -> None:
    product(tmp_path, "shop")
    made = facts(tmp_path)
    assert elsewhere(made) == []
    shown = Review(made).toil
    assert len(shown.questions) == 1
    assert "Also in" not in repr(shown.evidence)


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("books.yaml", "product: books\nsources: {toil: [\n", "toil of books was not read"),
        ("books.yaml", "product: books\nsources: {toil: 3}\nservices: 3\n", "toil of books was not read"),
        ("books-toil.yaml", "- {id: T-1}\n", "books-toil.yaml:1"),
        ("books-toil.yaml", "- {id: [\n", "toil of books was not read"),
    ],
)
def test_a_broken_file_of_another_product_is_a_gap_and_no_failure_of_this_report(
    tmp_path: Path, file: str, text: str, says: str
) -> None:
    for name in ("shop", "books", "games"):
        product(tmp_path, name)
    (tmp_path / file).write_text(text)
    made = facts(tmp_path)
    (message,) = told(made)
    assert says in message and "books" in message
    assert [each["product"] for each in elsewhere(made)] == ["games"]
    assert Review(made).toil.state != "could_not_check"  # the own list is whole


def test_no_server_of_another_product_is_asked(tmp_path: Path) -> None:
    product(tmp_path, "shop")
    product(tmp_path, "books", sources="[{type: some_tracker, url: 'http://192.0.2.1'}]")
    (message,) = told(facts(tmp_path))
    assert message == "toil of books was not read from some_tracker: only lists on the disk and the inbox are"


def test_a_product_that_never_names_toil_is_not_even_read(tmp_path: Path) -> None:
    product(tmp_path, "shop")
    (tmp_path / "books.yaml").write_text("product: [broken\n")
    assert told(facts(tmp_path)) == []


def test_products_not_reached_in_time_are_named(tmp_path: Path) -> None:
    for name in ("shop", "books", "games"):
        product(tmp_path, name)
    own = TOIL.frame([{"id": "T-1", "text": "x", "minutes": 1.0, "times_per_week": 1.0}])
    others = Elsewhere(load("shop", tmp_path), tmp_path, None, lambda *_: pytest.fail("nothing is read"), budget_s=0)
    assert others.filled(own)["elsewhere"].tolist() == [[]]
    assert others.gaps == ["toil of books, games was not read: reading other products took over 0 s"]


@pytest.mark.parametrize(
    "text",
    [
        "product: books\nsources:\n\n  # lists\n  toil:\n    - {type: file, path: books-toil.yaml}\nservices: 3\n",
        "sources: {toil: [{type: file, path: books-toil.yaml}]}\n",
        f"{{product: books, services: {SERVICES}, sources: {{toil: [{{type: file, path: books-toil.yaml}}]}}}}\n",
        f"x: &list [{{type: file}}]\nproduct: books\nservices: {SERVICES}\nsources: {{toil: *list}}\n",
    ],
)
def test_sources_are_found_however_they_are_written_and_other_faults_of_the_file_do_not_matter(
    tmp_path: Path, text: str
) -> None:
    product(tmp_path, "shop")
    product(tmp_path, "books")
    (tmp_path / "books.yaml").write_text(text)
    made = facts(tmp_path)
    if "&list" in text:  # the key x is not known: the file cannot be used, and its alias not be followed
        assert "toil of books was not read" in told(made)[0]
    else:
        assert [each["product"] for each in elsewhere(made)] == ["books"]


def test_a_product_without_sources_of_its_own_has_those_of_the_defaults(tmp_path: Path) -> None:
    product(tmp_path, "shop")
    product(tmp_path, "books")
    (tmp_path / "books.yaml").write_text(f"product: books\nservices: {SERVICES}\n")
    made = facts(tmp_path, defaults="sources: {toil: [{type: file, path: books-toil.yaml}]}\n")
    assert [each["product"] for each in elsewhere(made)] == ["books"]


def test_toil_of_an_older_snapshot_has_no_other_products() -> None:
    from prodmeet_kit.analysis.meeting import toil

    (found,) = toil.findings(TOIL.frame([{"id": "T-1", "minutes": 10.0, "times_per_week": 3.0}])).to_dict("records")
    assert (found["hours_everywhere"], found["other_products"]) == (6.5, [])
