"""Planned changes from GitHub issues and milestones, against a server on loopback."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from prodmeet_kit.core.errors import NotAllowed, ParametersError, SourceError, TimedOut, UnexpectedAnswer
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import CHANGES
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.github.changes import read
from prodmeet_kit.sources.http import adapter, limits
from tests.support.answering import Asked, answering, shop

WINDOW = Window.ending(datetime(2026, 11, 24, tzinfo=UTC), cadence=timedelta(days=14), timezone="Asia/Tokyo")
UPPTIME = (
    "<!--\nstart: 2026-12-02T13:00:00Z\nend: 2026-12-02T17:00:00Z\nexpectedDown: shop, cart\n-->\n\nThe API is down"
)
TOKEN = "ghp_made_up_for_this_test"


def issue(number: int, body: str = "", **more: Any) -> dict[str, Any]:
    labels = [{"name": "planned-change"}]
    link = f"https://github.example/acme/checkout/issues/{number}"
    return {"number": number, "title": f"Change {number}", "html_url": link, "labels": labels, "body": body, **more}


def milestone(number: int, due_on: str | None, description: str | None = None) -> dict[str, Any]:
    link = f"https://github.example/acme/checkout/milestone/{number}"
    content = {"number": number, "title": f"Release {number}", "html_url": link}
    return content | {"due_on": due_on, "description": description}


def github(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    lists: dict[str, list[dict[str, Any]]],
    **more: Any,
) -> tuple[pd.DataFrame, list[str], list[Asked]]:
    """What is read when GitHub has these lists: open, closed, milestones."""

    def says(asked: Asked) -> tuple[int, str, bytes]:
        parts = urlsplit(asked.path)
        query = {name: texts[0] for name, texts in parse_qs(parts.query).items()}
        every = lists.get("milestones" if parts.path.endswith("/milestones") else query["state"], [])
        first = (int(query.get("page", "1")) - 1) * int(query["per_page"])
        return 200, "application/json", json.dumps(every[first : first + int(query["per_page"])]).encode()

    with answering(says) as server:
        made, gaps = ask(folder, monkeypatch, server.url, **more)
        return made, gaps, server.asked


def ask(folder: Path, monkeypatch: pytest.MonkeyPatch, url: str, **more: Any) -> tuple[pd.DataFrame, list[str]]:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setattr(adapter, "PAUSES_S", (0.0, 0.0))
    monkeypatch.setattr(limits, "pause", lambda _: True)
    product = shop(timezone="Asia/Tokyo")
    context = Context(product, WINDOW, CHANGES, "sources.changes[0]", folder, None, Broken("metrics", "none"))
    config = {"type": "github_changes", "repo": "acme/checkout", "token": "${GITHUB_TOKEN}", "url": url, **more}
    return CHANGES.check(read(config, context)), context.gaps


def test_an_issue_says_its_change_in_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = "---\nstart: 2026-11-25T10:00\nduration: 2h\nservices: cart\nowner: sre\n---\nrollback: move it back"
    made, gaps, asked = github(tmp_path, monkeypatch, {"open": [issue(7, body)]})
    row = made.loc[0].to_dict()
    assert row["id"] == "checkout#7"
    assert row["start"] == pd.Timestamp("2026-11-25T01:00Z")  # 10:00 in Tokyo is 01:00 UTC
    assert row["duration_s"] == 7200
    assert (row["services"], row["owner"], row["rollback"]) == (["cart"], "sre", "move it back")
    assert gaps == []
    assert {each.headers["Authorization"] for each in asked} == {f"token {TOKEN}"}


def test_a_change_without_a_start_begins_on_its_milestones_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    due = milestone(3, "2026-12-01T08:00:00Z")
    lists = {
        "open": [issue(8, milestone=due), issue(9)],
        "milestones": [due, milestone(4, "2026-12-02T08:00:00Z", "services: cart"), milestone(5, None)],
    }
    made, gaps, _ = github(tmp_path, monkeypatch, lists)
    # 1 December 00:00 in Tokyo is 30 November 15:00 UTC; milestone 3 is told by its issue, 5 has no day
    assert dict(zip(made["id"], made["start"], strict=True)) == {
        "checkout#8": pd.Timestamp("2026-11-30T15:00Z"),
        "checkout/milestone-4": pd.Timestamp("2026-12-01T15:00Z"),
    }
    assert gaps == ["#9 is left out, it has no start: write a line such as start: 2026-11-25T10:00"]


def test_what_was_closed_since_the_last_meeting_is_told_and_what_was_given_up_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = "start: 2026-11-12T10:00"
    done = issue(1, start, closed_at="2026-11-12T03:00:00Z", state_reason="completed")
    dropped = issue(2, start, closed_at="2026-11-12T03:00:00Z", state_reason="not_planned")
    old = issue(3, "start: 2026-11-01T10:00", closed_at="2026-11-01T03:00:00Z")
    pull = issue(4, start, pull_request={"url": "x"})
    made, _, asked = github(tmp_path, monkeypatch, {"closed": [done, dropped, old], "open": [pull]}, milestones=False)
    assert made["id"].tolist() == ["checkout#1"]
    assert any("since=2026-11-10T00%3A00%3A00Z" in each.path for each in asked)


def test_every_page_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [issue(number, "start: 2026-11-25") for number in range(1, 251)]
    made, _, _ = github(tmp_path, monkeypatch, {"open": many})
    assert len(made) == 250


def test_a_field_that_cannot_be_read_is_told_with_its_issue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lists = {"open": [issue(1, "start: soon"), issue(2, "start: 2026-11-25\neffect: cart/requests up 10%")]}
    made, gaps, _ = github(tmp_path, monkeypatch, lists)
    assert made["expected_effect"].tolist() == [{"metric": "cart/requests", "direction": "up", "size": "10%"}]
    assert [gap.partition(": write")[0] for gap in gaps] == ['#1 is left out: start is "soon"']


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (401, {"message": "Bad credentials"}, NotAllowed, "${GITHUB_TOKEN}"),
        (403, {"message": "Resource not accessible"}, NotAllowed, "403"),
        (403, {"message": "API rate limit exceeded"}, SourceError, "limits requests"),
        (404, {"message": "Not Found"}, SourceError, "fix repo"),
        (429, {"message": "slow down"}, SourceError, "limits requests (429)"),
        (500, {"message": "oops"}, SourceError, "failed (500)"),
        (200, {"items": []}, UnexpectedAnswer, "no list"),
        (200, "<html>", UnexpectedAnswer, "REST API"),
    ],
)
def test_a_refusal_says_what_to_fix_and_no_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, body: Any, kind: type[SourceError], said: str
) -> None:
    raw = body if isinstance(body, str) else json.dumps(body)
    with answering(lambda _: (status, "application/json", raw.encode())) as server, pytest.raises(kind) as caught:
        ask(tmp_path, monkeypatch, server.url)
    assert said in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_a_server_that_stays_silent_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_: Asked) -> tuple[int, str, bytes]:
        time.sleep(1.5)
        return 200, "application/json", b"[]"

    with answering(slow) as server, pytest.raises(TimedOut, match="within 1 s: raise timeout"):
        ask(tmp_path, monkeypatch, server.url, timeout="1s")


def test_a_repository_is_owner_and_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ParametersError, match="repo"):
        ask(tmp_path, monkeypatch, "http://127.0.0.1:9", repo="checkout")


@pytest.mark.parametrize(
    ("body", "start", "hours", "services"),
    [
        ("### Start\n\n2026-12-02T13:00\n\n### Services\n\ncart\n\n### Owner\n\nsre", "04:00", 1, ["cart"]),
        ("start: `2026-12-02T13:00`\nservices: `Cart`", "04:00", 1, ["cart"]),
        (UPPTIME, "13:00", 4, ["cart"]),
        ("| Start | End |\n|---|---|\n| 2026-12-02 13:00 UTC | 17:30 UTC |", "13:00", 4.5, []),
        ("- **Start:** 2026-12-02 23:00 UTC\r\n- **End:** 01:00 UTC", "23:00", 2, []),
        ("start: 2026-12-02 13:00 UTC\nduration: 2 hours", "13:00", 2, []),
        ("when: 2026-12-02 13:00 - 14:30 UTC", "13:00", 1.5, []),
        ("start: 2026-12-03\nend: 2026-12-03", "15:00", 24, []),  # the whole day in Tokyo
    ],
)  # fmt: skip
def test_a_change_is_read_however_it_is_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, start: str, hours: float, services: list[str]
) -> None:
    made, gaps, _ = github(tmp_path, monkeypatch, {"open": [issue(7, body)]})
    assert gaps == []
    row = made.loc[0]
    assert f"{row['start']:%Y-%m-%d %H:%M}" == f"2026-12-02 {start}"
    assert (row["duration_s"], row["services"]) == (hours * 3600, services)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("start: 2026-12-02\nservices: crat", "#7 names no service of shop: crat; did you mean cart?"),
        ("start: 0001-01-01", '#7 is left out: start is "0001-01-01": write a year from 1970 to 2199'),
        ("start: 2026-12-02\nend: 9999-12-31", '#7 is left out: end is "9999-12-31": write a year from 1970 to 2199'),
        ("start: 2026-12-02\nend: 2026-11-02", 'left out: end is "2026-11-02": write a time that is not before'),
        ("start: 2026-12-02\nduration: 300y", '#7 is left out: duration is "300y": write a duration'),
        ("start: 2026-12-02 10:00 CST", "CST can mean several zones"),
        ("start: 2026-12-02\nend: 2199-12-31", "#7 is left out: it lasts 63217 days: write an end within 3650 days"),
    ],
)  # fmt: skip
def test_a_change_that_is_left_out_is_a_gap_and_costs_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, said: str
) -> None:
    lists = {"open": [issue(7, body), issue(8, "start: 2026-12-02")]}
    made, gaps, _ = github(tmp_path, monkeypatch, lists)
    assert made["id"].tolist() == ["checkout#8"]
    assert len(gaps) == 1 and said in gaps[0]


def test_labels_name_services_in_any_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = [
        issue(number, "start: 2026-12-02", labels=["planned-change", label])
        for number, label in enumerate(("Service: cart ", "service:Cart", "CART", "carts"), 1)
    ]
    made, gaps, _ = github(tmp_path, monkeypatch, {"open": named})
    assert made["services"].tolist() == [["cart"], ["cart"], ["cart"], []]
    assert gaps == []


def test_a_milestone_with_null_parts_or_a_due_day_out_of_range_costs_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = [milestone(4, "9999-12-31T08:00:00Z"), {"number": None}, milestone(5, None), {"number": 6, "title": None}]
    good = milestone(7, "2026-12-02T08:00:00Z")
    made, gaps, _ = github(
        tmp_path, monkeypatch, {"open": [issue(1, "start: 2026-12-02", milestone={})], "milestones": [*odd, good]}
    )
    assert made["id"].tolist() == ["checkout#1", "checkout/milestone-7"]
    assert gaps == [
        "milestone 2 (no number) in GitHub's list cannot be read: left out",
        "#1: milestone: no number",
        "milestone-4: due_on: write a year from 1970 to 2199",
    ]
