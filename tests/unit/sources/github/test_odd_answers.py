"""What is odd in GitHub's answers costs itself, and is said: damaged objects, lost labels, other and new names."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import ACTION_ITEMS, CHANGES, INCIDENTS, Spec
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.github import (
    action_items as github_action_items,
)
from prodmeet_kit.sources.github import (
    changes as github_changes,
)
from prodmeet_kit.sources.github import (
    connection as github_connection,
)
from prodmeet_kit.sources.github import (
    issues as github_issues,
)
from prodmeet_kit.sources.http import TooLarge, adapter
from tests.support.answering import shop
from tests.support.counts import count
from tests.support.github_server import GitHub, issue, running
from tests.support.mutated import mutated

WINDOW = Window.ending(datetime(2026, 11, 23, tzinfo=UTC), cadence=timedelta(days=14), timezone="Asia/Tokyo")
BODY = "start: 2026-11-20T12:00\nend: 2026-11-20T14:00\nservices: cart\nOwner: ada\nDue: 2026-12-01"
FORM = "### Start\n\n2026-12-02 13:00 UTC\n\n### Duration\n\n2 hours\n\n### Services\n\n- [x] cart\n"
Read = Callable[..., "pd.DataFrame"]
KINDS: list[tuple[Spec, Read, str]] = [
    (INCIDENTS, github_issues.read, "checkout#777"),
    (CHANGES, github_changes.read, "checkout#777"),
    (ACTION_ITEMS, github_action_items.read, "#777"),
]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "PAUSES_S", (0.0, 0.0))


def one(number: int, body: str = BODY, **more: Any) -> dict[str, Any]:
    due = {"number": 3, "title": "Release", "html_url": "x", "due_on": "2026-12-01T08:00:00Z", "description": ""}
    return issue(number, "2026-11-20T03:06:00Z", body=body, updated_at="2026-11-20T04:00:00Z", milestone=due, **more)


def asked(kind: tuple[Spec, Read, str], world: GitHub, **more: Any) -> tuple[pd.DataFrame, Context]:
    spec, read, _ = kind
    context = Context(shop(timezone="Asia/Tokyo"), WINDOW, spec, "sources.x[0]", Path(), None, Broken("m", "none"))
    keys = {"type": "x", "repo": "acme/checkout", "label": "incident", "url": world.url, **more}
    keys |= {"milestones": False} if spec is CHANGES else {}
    return spec.check(read(keys, context)), context


@pytest.mark.timeout(1200)  # of the full count
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind[0].name)
def test_a_damaged_issue_costs_itself_at_most(kind: tuple[Spec, Read, str]) -> None:
    random = Random(20261123)
    good, bad = one(777), one(13, FORM)
    with running() as world:
        world.replies = [(200, {}, [good]), (200, {}, [])]
        alone, _ = asked(kind, world)
        for _ in range(count(25, 2000)):
            damaged = mutated(bad, random)
            world.replies = [(200, {}, random.sample([good, damaged], 2)), (200, {}, [])]
            began = time.monotonic()
            made, _ = asked(kind, world)
            assert time.monotonic() - began < 5
            pd.testing.assert_frame_equal(made[made["id"] == kind[2]].reset_index(drop=True), alone)
            made.to_parquet(io.BytesIO())  # whatever was read can be kept


@pytest.mark.timeout(1200)  # of the full count
def test_a_damaged_answer_is_a_frame_or_a_refusal() -> None:
    random = Random(7)
    with running() as world:
        for number in range(count(25, 2000)):
            answer = mutated([one(777), one(13, FORM)], random)
            world.replies = [(200, {}, answer), (200, {}, [])]
            began = time.monotonic()
            with suppress(SourceError):
                asked(KINDS[number % 3], world)
            assert time.monotonic() - began < 5


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind[0].name)
@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ({"labels": [{"name": "enhancement"}]}, "#13 left out: GitHub listed them without the label incident"),
        ({"labels": None}, "#13 left out: GitHub listed them without the label incident"),
        ({"html_url": "https://github.example/acme/other/issues/13"}, "GitHub listed issues of acme/other"),
        ({"html_url": None, "repository_url": "https://api/repos/acme/other"}, "GitHub listed issues of acme/other"),
        ({"number": None}, "issue 1 (no number) in GitHub's list cannot be read: left out"),
    ],
)
def test_what_was_not_asked_for_is_left_out_and_is_a_gap(
    kind: tuple[Spec, Read, str], odd: dict[str, Any], said: str
) -> None:
    with running() as world:
        world.replies = [(200, {}, [one(13, FORM) | odd, one(777)]), (200, {}, [])]
        made, context = asked(kind, world)
    assert made["id"].tolist() == [kind[2]]
    assert any(said in gap for gap in context.gaps)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind[0].name)
@pytest.mark.parametrize("odd", [{"user": None}, {"body": None}, {"labels": ["INCIDENT", None, {"name": None}]}])
def test_null_parts_cost_nothing(kind: tuple[Spec, Read, str], odd: dict[str, Any]) -> None:
    with running() as world:
        world.replies = [(200, {}, [one(777) | odd]), (200, {}, [])]
        made, context = asked(kind, world)
    assert made["id"].tolist() == [kind[2]]
    assert context.gaps == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("by_name", [True, False])
def test_a_renamed_repository_is_asked_again_with_the_whole_question(status: int, by_name: bool) -> None:
    with running(issues=[one(777, html_url="https://github.example/acme/store/issues/777")]) as world:
        new = f"{world.url}{'/repos/acme/store' if by_name else '/repositories/7'}/issues"
        world.replies = [(status, {"Location": new}, {"message": "Moved"})]
        if not by_name:
            world.replies.append((200, {}, {"full_name": "acme/store"}))
        made, context = asked(KINDS[0], world)
    assert made["id"].tolist() == ["checkout#777"]
    again = [query for path, query, _ in world.asked if path == new.removeprefix(world.url)]
    assert [(query["labels"], query["state"]) for query in again] == [("incident", "open")]
    assert context.notes == ["GitHub calls acme/checkout acme/store now: write repo: acme/store"]
    assert context.gaps == []


@pytest.mark.parametrize(
    "place", ["https://github.example/repositories/7/issues", "http://127.0.0.1:1/", "", "http://["]
)
def test_a_redirect_to_another_server_is_not_followed(place: str) -> None:
    with running() as world:
        world.replies = [(301, {"Location": place}, {})]
        with pytest.raises(SourceError, match="is url its REST API"):
            asked(KINDS[0], world)
        assert len(world.asked) == 1


def test_redirects_in_a_circle_end() -> None:
    with running() as world:
        world.replies = [(307, {"Location": f"{world.url}/x/issues"}, {})] * 9
        with pytest.raises(SourceError, match="again and again"):
            asked(KINDS[0], world)


def test_a_full_page_without_a_link_to_the_next_is_not_the_last() -> None:
    many = [one(number) for number in range(1, 251)]
    with running() as world:
        world.replies = [(200, {}, many[:100]), (200, {}, many[100:200]), (200, {}, many[200:]), (200, {}, [])]
        made, _ = asked(KINDS[0], world)
    assert len(made) == 250
    assert [query.get("page") for _, query, _ in world.asked] == [None, "2", "3", None]


def test_pages_that_would_fill_the_memory_together_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(github_connection, "_MOST_IN_ALL", 3 << 20)
    with running() as world:
        world.replies = [(200, {}, [one(number, "x" * 5000) for number in range(at, at + 100)]) for at in (1, 101, 201)]
        with pytest.raises(TooLarge, match="lists more than fits into memory: choose a narrower label"):
            asked(KINDS[0], world)
    assert len(world.asked) == 3
