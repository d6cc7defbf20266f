"""The inbox: what `prodmeet add` writes, what is refused, and which meeting shows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from prodmeet_kit.cli import cli
from prodmeet_kit.core.errors import ParametersError, SourceError
from prodmeet_kit.core.window import Window
from prodmeet_kit.evidence import Table
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.minutes.inbox import add
from prodmeet_kit.review import open_review
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import Spec
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.minutes import inbox as from_inbox
from tests.support.reviews import about, product, review

END = datetime(2026, 11, 23, 1, tzinfo=UTC)
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="Asia/Tokyo")  # since 9 Nov 01:00 UTC
IN_WINDOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
CHANGE = {"kind": "change", "start": "2026-11-25", "duration": "2h"}
BEFORE = datetime(2026, 11, 1, tzinfo=UTC)


def read(folder: Path, spec: Spec, window: Window = WINDOW, gaps: list[str] | None = None) -> pd.DataFrame:
    context = Context(product(), window, spec, f"sources.{spec.name}[0]", folder, folder, Broken("metrics", "none"))
    frame = spec.check(from_inbox.read({"type": "inbox"}, context))
    if gaps is not None:
        gaps += context.gaps
    return frame


def written(folder: Path, at: datetime = IN_WINDOW, **content: Any) -> Path:
    return Minutes(folder, "shop").save("inbox", "x", {"id": "E-1", "text": "Who owns cart?", **content}, at)


def test_a_question_becomes_a_consultation_and_nothing_else(tmp_path: Path) -> None:
    add(product(), tmp_path, "Who owns cart?", {"kind": "question", "owner": "ada"}, IN_WINDOW)
    row = read(tmp_path, frames.CONSULTATIONS).loc[0]
    assert (row["question"], row["asked_by"], row["asked"]) == ("Who owns cart?", "ada", pd.Timestamp(IN_WINDOW))
    assert [len(read(tmp_path, spec)) for spec in (frames.TOIL, frames.CHANGES, frames.TOPICS)] == [0, 0, 0]


def test_a_change_begins_in_the_products_zone_and_ends_after_its_duration(tmp_path: Path) -> None:
    fields = {"kind": "change", "start": "2026-11-25T10:00", "duration": "2h"}
    add(product(), tmp_path, "Move cart", fields, IN_WINDOW)
    row = read(tmp_path, frames.CHANGES).loc[0]
    # 10:00 in Tokyo (+09:00) is 01:00 UTC; two hours later is 03:00
    assert row["start"] == pd.Timestamp("2026-11-25T01:00Z") and row["end"] == pd.Timestamp("2026-11-25T03:00Z")
    assert (row["title"], row["duration_s"]) == ("Move cart", 7200.0)


def test_a_change_tells_its_services_what_it_needs_and_its_way_back(tmp_path: Path) -> None:
    fields = {"kind": "change", "start": "2026-11-25T10:00", "duration": "2h", "services": ("cart",)}
    add(product(), tmp_path, "Move cart", {**fields, "response_needed": "watch", "rollback": "move back"}, IN_WINDOW)
    row = read(tmp_path, frames.CHANGES).loc[0]
    assert (row["services"], row["response_needed"], row["rollback"]) == (["cart"], "watch", "move back")
    assert row["expected_effect"] is None


def test_the_expected_effect_of_a_change_is_read_as_in_a_calendar(tmp_path: Path) -> None:
    fields = {
        "kind": "change",
        "start": "2026-11-25T10:00",
        "duration": "2h",
        "expected_effect": "cart/memory Down 10%",
    }
    add(product(), tmp_path, "Move cart", fields, IN_WINDOW)
    effect = read(tmp_path, frames.CHANGES).loc[0, "expected_effect"]
    assert effect == {"metric": "cart/memory", "direction": "down", "size": "10%"}


def test_a_service_the_product_does_not_have_is_told_of_a_file_too(tmp_path: Path) -> None:
    path = written(tmp_path, kind="change", start="2026-11-25", duration="2h", services=["crat"])
    gaps: list[str] = []
    read(tmp_path, frames.TOPICS, gaps=gaps)
    assert gaps == []
    read(tmp_path, frames.CHANGES, gaps=gaps)
    (line,) = [n for n, text in enumerate(path.read_text().splitlines(), 1) if "crat" in text]
    assert gaps == [f'{path}:{line}: services[0] is "crat", which is no service of shop: did you mean cart?']


def test_services_of_a_change_are_read_in_any_case_and_with_any_separator(tmp_path: Path) -> None:
    written(tmp_path, id="C-1", kind="change", start="2026-11-25", duration="2h", services="`CART`, none")
    add(product(), tmp_path, "Move cart", {**CHANGE, "services": ("Cart",)}, IN_WINDOW)
    assert read(tmp_path, frames.CHANGES)["services"].tolist() == [["cart"], ["cart"]]


def test_a_file_of_no_known_kind_is_told_among_the_topics_and_elsewhere_when_there_are_none(tmp_path: Path) -> None:
    (tmp_path / "shop" / "inbox").mkdir(parents=True)
    (tmp_path / "shop" / "inbox" / "a.yaml").write_text("a: b: c\n")
    gaps: list[str] = []
    read(tmp_path, frames.CHANGES, gaps=gaps)
    assert gaps == []
    read(tmp_path, frames.TOPICS, gaps=gaps)
    assert len(gaps) == 1 and "a.yaml:1:5: the file is not YAML" in gaps[0]


def test_toil_has_its_minutes_and_times(tmp_path: Path) -> None:
    add(product(), tmp_path, "Restart the cache", {"kind": "toil", "minutes": "10", "per_week": "3"}, IN_WINDOW)
    row = read(tmp_path, frames.TOIL).loc[0]
    assert (row["text"], row["minutes"], row["times_per_week"]) == ("Restart the cache", 10.0, 3.0)


@pytest.mark.parametrize(
    ("fields", "key", "fix"),
    [
        ({"kind": "wish"}, "--kind", "write change, question, toil, announcement or topic"),
        ({"kind": "change", "start": "2026-11-25"}, "--duration", "a change needs it: write a duration as 2h"),
        ({"kind": "toil", "minutes": "ten", "per_week": "1"}, "--minutes", "write a number"),
        ({"kind": "toil", "minutes": "-1", "per_week": "1"}, "--minutes", "write a number of at least 0"),
        ({"owner": "\udcff"}, "--owner", "write it in UTF-8"),
        ({"rollback": "undo"}, "--rollback", "only a change has it: leave it out, or write kind: change"),
        ({"response_needed": "look"}, "--response", "only a change has it: leave it out, or write kind: change"),
        ({"services": ("cart",)}, "--service", "only a change has it: leave it out, or write kind: change"),
        ({**CHANGE, "services": ("crat",)}, "--service", "did you mean cart?"),
        ({**CHANGE, "expected_effect": "cart/memry up 1%"}, "--expect", "did you mean cart/memory?"),
        ({**CHANGE, "expected_effect": "less memory"}, "--expect", "write it as cart/requests up 10%"),
        ({"kind": "topic", "minutes": "5"}, "--minutes", "only a toil has it: leave it out, or write kind: toil"),
    ],
)
def test_a_wrong_option_is_named_with_its_fix_and_nothing_is_written(
    tmp_path: Path, fields: dict[str, Any], key: str, fix: str
) -> None:
    with pytest.raises(ParametersError) as caught:
        add(product(), tmp_path, "Move cart", fields)
    assert [(problem.key, problem.fix) for problem in caught.value.problems] == [(key, fix)]
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_file_is_told_with_file_key_value_and_fix_and_costs_itself_only(tmp_path: Path) -> None:
    path = written(tmp_path, kind="question", ownr="ada")
    written(tmp_path, id="T-2")
    gaps: list[str] = []
    assert read(tmp_path, frames.TOPICS, gaps=gaps)["id"].tolist() == ["T-2"]
    assert gaps == []
    assert len(read(tmp_path, frames.CONSULTATIONS, gaps=gaps)) == 0
    (line,) = [n for n, text in enumerate(path.read_text().splitlines(), 1) if "ownr" in text]
    assert gaps == [f"{path}:{line}: ownr is not a known key: did you mean owner?"]


@pytest.mark.parametrize(
    ("at", "closed", "shown"),
    [
        (BEFORE, False, True),  # nobody closed it
        (BEFORE, True, False),
        (IN_WINDOW, True, True),  # closed before it was ever shown
        (END + timedelta(seconds=1), False, True),  # the end is rounded down to the step
        (END + timedelta(days=1), False, False),  # for the next meeting
    ],
)
def test_an_entry_is_shown_until_the_meeting_after_it_was_closed(
    tmp_path: Path, at: datetime, closed: bool, shown: bool
) -> None:
    written(tmp_path, at, closed=closed)
    assert len(read(tmp_path, frames.TOPICS)) == int(shown)


def test_a_newer_file_of_the_same_id_replaces_the_older(tmp_path: Path) -> None:
    written(tmp_path, IN_WINDOW, kind="question")
    written(tmp_path, IN_WINDOW + timedelta(hours=1), kind="question", answer="We do", answered="2026-11-21")
    shown = read(tmp_path, frames.CONSULTATIONS)
    assert shown["answer"].tolist() == ["We do"]


def test_the_inbox_has_no_incidents(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="the inbox holds no incidents"):
        read(tmp_path, frames.INCIDENTS)


def test_only_a_topic_asks_for_minutes_and_an_announcement_is_read() -> None:
    entries = [
        {"id": "T-1", "kind": "topic", "text": "Split the meeting?", "owner": "ada", "added": "2026-11-20"},
        {"id": "A-1", "kind": "announcement", "text": "New office", "added": "2026-11-21"},
    ]
    made = review({"topics": entries})
    item = made.topics
    assert item.headline == "1 topic and 1 announcement." and item.state == "attention"
    (facet,) = item.facets
    assert (facet.score, facet.minutes, facet.subject, facet.owner) == (35.0, 2.0, "topic:T-1", "ada")
    assert (about(made, "topic:T-1").place, about(made, "topic:T-1").minutes) == ("agenda", 2.0)
    tables = [each for each in item.evidence if isinstance(each, Table)]
    assert [(each.title, each.frame["id"].tolist(), each.folded) for each in tables] == [
        ("Announcements", ["A-1"], False),
        ("Topics", ["T-1"], True),
    ]
    assert [review({"topics": [one]}).topics.headline for one in entries] == ["1 topic.", "1 announcement."]


# The command


def prodmeet(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words], prog_name="prodmeet")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "shop.yaml").write_text("product: shop\nservices:\n  - name: cart\n")
    return tmp_path


def test_add_prints_the_file_it_wrote(home: Path) -> None:
    told = prodmeet("-C", home, "add", "shop", "Split the meeting?", "--owner", "ada")
    assert told.exit_code == 0
    saved, problems = Minutes(home / "minutes", "shop").load("inbox")
    assert problems == [] and told.stdout == f"{saved[0].path}\n" and told.stderr == ""
    assert {"kind": "topic", "text": "Split the meeting?", "owner": "ada"}.items() <= saved[0].content.items()


def test_add_takes_a_change_with_all_its_options(home: Path) -> None:
    words = ("--start", "2026-11-25T10:00", "--duration", "2h", "--service", "cart", "--response", "watch it")
    told = prodmeet("-C", home, "add", "shop", "Move", "--kind", "change", *words, "--rollback", "move back")
    assert (told.exit_code, told.stderr) == (0, "")
    (saved,), _ = Minutes(home / "minutes", "shop").load("inbox")
    expected = {"services": ["cart"], "response_needed": "watch it", "rollback": "move back", "duration": "2h"}
    assert expected.items() <= saved.content.items()


def test_the_help_of_add_says_what_a_kind_requires() -> None:
    told = " ".join(prodmeet("add", "--help").stdout.split())
    assert told.count("Required for a change") == 2 and told.count("Required for toil") == 2


def test_add_says_when_no_agenda_item_shows_what_was_added(home: Path) -> None:
    with (home / "parameters" / "shop.yaml").open("a") as file:
        file.write("meeting: {agenda: [metrics]}\n")
    told = prodmeet("-C", home, "add", "shop", "Who owns cart?", "--kind", "question")
    assert told.exit_code == 0
    assert told.stderr == "it is saved, but not shown: add consultations to meeting.agenda of shop\n"


def test_add_refuses_with_exit_status_two(home: Path) -> None:
    told = prodmeet("-C", home, "add", "shop", " ")
    assert (told.exit_code, told.stderr) == (2, 'prodmeet: prodmeet add: TEXT is "": write what it is about\n')
    assert not (home / "minutes").exists()


def test_what_was_added_reaches_the_facts_without_a_word_in_the_parameters(home: Path) -> None:
    assert prodmeet("-C", home, "add", "shop", "Split the meeting?").exit_code == 0
    assert prodmeet("-C", home, "add", "shop", "Who owns cart?", "--kind", "question").exit_code == 0
    review = open_review("shop", folder=home)
    topics, asked = review.facts.records["topics"], review.facts.records["consultations"]
    assert topics is not None and topics["text"].tolist() == ["Split the meeting?"]
    assert asked is not None and asked["question"].tolist() == ["Who owns cart?"]
