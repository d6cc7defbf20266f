"""A write to GitHub counts when the answer is the very thing that was written; else nothing changes on our side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from prodmeet_kit.cli import cli
from prodmeet_kit.core.errors import InputError, ProdmeetError, SourceError
from prodmeet_kit.entries import issue_text
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.minutes.alone import alone
from prodmeet_kit.minutes.items import newest
from prodmeet_kit.outbound.github import sync
from prodmeet_kit.sources.github import api as github_api
from tests.support.github_state_server import REPO, GithubServer, github_server
from tests.support.reviews import product

ITEM = {"id": "AI-3", "text": "Raise the threshold", "owner": "ada", "due": "2026-12-01", "born": "2026-11-23"}
ELSEWHERE = {"Location": "/repositories/7/issues"}

NO_ISSUE: list[tuple[int, dict[str, str], Any]] = [
    (301, ELSEWHERE, {"message": "Moved Permanently"}),
    (302, ELSEWHERE, ""),
    (303, ELSEWHERE, ""),
    (307, ELSEWHERE, ""),
    (308, ELSEWHERE, ""),
    (307, {}, ""),
    (302, {"Location": "https://login.example/sso"}, "<html>log in</html>"),
    (200, {}, ""),
    (201, {}, {}),
    (201, {}, []),
    (200, {}, "null"),
    (200, {"Content-Type": "text/html"}, "<html>saved!</html>"),
    (201, {}, '{"number": 1, "title": "Raise the thr'),
    (201, {}, "[" * 3000),
    (202, {}, {"message": "later"}),
    (204, {}, ""),
    (500, {}, {"message": "oops"}),
    (502, {}, "<html>bad gateway</html>"),
    (500, {}, ["oops"]),
    (422, {}, {"message": 7}),
]
"""Answers to a write that hold no issue."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GithubServer]:
    monkeypatch.setattr(github_api, "BETWEEN_WRITES_S", 0.0)
    with github_server() as running:
        yield running


def run(server: GithubServer, folder: Path) -> list[str]:
    source = {"type": "github_action_items", "repo": REPO, "label": "meeting", "url": server.url}
    return list(sync(product(sources={"action_items": [source]}), folder))


def save(folder: Path, **content: Any) -> None:
    Minutes(folder, "shop").save("action_items", "x", {**ITEM, "status": "open", **content})


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.rglob("*.yaml")}


def other(**changed: Any) -> dict[str, Any]:
    """An issue as GitHub answers, but for what is changed."""
    body = issue_text.body("", "AI-3", {**ITEM, "status": "open"})
    link = f"https://github.com/{REPO}/issues/1"
    return {"number": 1, "title": ITEM["text"], "body": body, "html_url": link, "labels": [], **changed}


@pytest.mark.parametrize("answer", NO_ISSUE, ids=lambda answer: f"{answer[0]}-{str(answer[2])[:12]}")
def test_an_issue_that_was_not_opened_is_not_noted_and_the_next_run_opens_one(
    server: GithubServer, tmp_path: Path, answer: tuple[int, dict[str, str], Any]
) -> None:
    save(tmp_path)
    before = texts(tmp_path)
    server.fault, server.fault_from = answer, "POST"
    for _ in range(2):
        with pytest.raises(SourceError):
            run(server, tmp_path)
        assert texts(tmp_path) == before
    server.fault = None
    assert run(server, tmp_path) == ["AI-3: issue opened"]
    assert len(server.issues) == 1 and run(server, tmp_path) == []


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (other(html_url="https://github.com/acme/other/issues/1"), "repository"),
        (other(html_url="https://example.com/"), "repository"),
        (other(title="Another title"), "title"),
        (other(body="Owner: somebody"), "body"),
        (other(body=None), "body"),
        (other(number="1"), "without the issue"),
        (other(number=True), "without the issue"),
    ],
)
def test_an_answer_that_is_another_issue_is_no_issue(
    server: GithubServer, tmp_path: Path, answer: dict[str, Any], word: str
) -> None:
    save(tmp_path)
    before = texts(tmp_path)
    server.fault, server.fault_from = (201, {}, answer), "POST"
    with pytest.raises(SourceError, match=word):
        run(server, tmp_path)
    assert texts(tmp_path) == before


def test_an_issue_as_it_was_sent_counts_whatever_else_stands_there(server: GithubServer, tmp_path: Path) -> None:
    save(tmp_path)
    body = other()["body"].replace("\n", "\r\n") + "\r\n"
    server.fault, server.fault_from = (200, {}, other(body=body, user=None, labels=["Meeting"], milestone=3)), "POST"
    assert run(server, tmp_path) == ["AI-3: issue opened"]


@pytest.mark.parametrize("status", [500, 504])
def test_an_issue_that_was_opened_behind_an_error_is_found_and_not_opened_again(
    server: GithubServer, tmp_path: Path, status: int
) -> None:
    save(tmp_path)
    server.fault, server.fault_from, server.after_all = (status, {}, {"message": "late"}), "POST", True
    with pytest.raises(SourceError, match=str(status)):
        run(server, tmp_path)
    server.fault = None
    assert run(server, tmp_path) == ["AI-3: its issue noted in the minutes"]
    assert len(server.issues) == 1 and run(server, tmp_path) == []


@pytest.mark.parametrize("answer", NO_ISSUE, ids=lambda answer: f"{answer[0]}-{str(answer[2])[:12]}")
def test_a_change_that_was_not_made_leaves_the_minutes_as_they_were(
    server: GithubServer, tmp_path: Path, answer: tuple[int, dict[str, str], Any]
) -> None:
    save(tmp_path)
    run(server, tmp_path)
    server.issues[1]["state"] = "closed"  # which the minutes shall learn, and the hidden line
    server.add("Buy disks")  # which shall become an item
    before = texts(tmp_path)
    server.fault, server.fault_from = answer, "PATCH"
    for _ in range(2):
        with pytest.raises(SourceError):
            run(server, tmp_path)
        assert texts(tmp_path) == before
    server.fault = None
    assert run(server, tmp_path) == [
        "GH-2: item written from issue #2",
        "AI-3: status now closed in the minutes",
        "AI-3: hidden line in issue #1",
    ]
    assert len(server.issues) == 2 and run(server, tmp_path) == []


def test_a_change_that_was_made_behind_an_error_is_not_taken_back(server: GithubServer, tmp_path: Path) -> None:
    save(tmp_path)
    run(server, tmp_path)
    server.issues[1].update(state="closed", updated_at="2026-11-01T00:00:00Z")
    server.fault, server.fault_from, server.after_all = (500, {}, {"message": "late"}), "PATCH", True
    with pytest.raises(SourceError, match="500"):
        run(server, tmp_path)
    server.fault = None
    run(server, tmp_path)
    now = newest(Minutes(tmp_path, "shop"))["AI-3"].content
    assert (now["status"], server.issues[1]["state"]) == ("closed", "closed")


@pytest.mark.parametrize("redirect", [301, 302, 307, 308])
def test_a_renamed_repository_is_refused_with_its_new_name(server: GithubServer, tmp_path: Path, redirect: int) -> None:
    save(tmp_path)
    run(server, tmp_path)
    server.add("Not for the meeting", labels=[{"name": "enhancement"}])
    before = texts(tmp_path)
    server.moved_to, server.redirect = "acme/store", redirect
    writes = len(server.writes)
    with pytest.raises(SourceError, match=r"GitHub calls acme/shop acme/store now: write repo: acme/store"):
        run(server, tmp_path)
    assert texts(tmp_path) == before and len(server.writes) == writes


def test_a_write_that_is_sent_elsewhere_says_the_new_name(server: GithubServer, tmp_path: Path) -> None:
    save(tmp_path)
    server.fault, server.fault_from = (307, {"Location": f"{server.url}/repos/acme/store/issues"}, ""), "POST"
    with pytest.raises(SourceError, match=r"acme/shop acme/store now \(307\): write repo: acme/store"):
        run(server, tmp_path)


@pytest.mark.parametrize(
    "odd", [{"number": None}, {"labels": [{"name": "else"}]}, {"html_url": "https://x/a/b/issues/1"}]
)
def test_nothing_is_written_where_the_list_is_not_what_was_asked_for(
    server: GithubServer, tmp_path: Path, odd: dict[str, Any]
) -> None:
    save(tmp_path)
    before = texts(tmp_path)
    server.fault = (200, {}, [other(**odd)])
    with pytest.raises(SourceError, match="left out"):
        run(server, tmp_path)
    assert texts(tmp_path) == before and server.writes == []


def test_an_issue_whose_hidden_line_was_deleted_is_still_the_items(server: GithubServer, tmp_path: Path) -> None:
    save(tmp_path)
    run(server, tmp_path)
    server.issues[1]["body"] = "Owner: ada\nDue: 2026-12-01"
    assert run(server, tmp_path) == ["AI-3: hidden line in issue #1"]
    assert len(server.issues) == 1 and run(server, tmp_path) == []


def test_a_label_that_github_did_not_set_is_said(server: GithubServer, tmp_path: Path) -> None:
    save(tmp_path)
    server.fault, server.fault_from = (201, {}, other()), "POST"  # as for a token that may open issues and no more
    assert run(server, tmp_path) == [
        "AI-3: issue opened",
        "AI-3: GitHub did not put the label meeting on issue #1: put it there by hand",
    ]


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("verb", ["POST", "PATCH"])
def test_a_run_that_was_killed_at_a_write_is_made_good_by_the_next(
    server: GithubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str, done: bool
) -> None:
    save(tmp_path)
    run(server, tmp_path)
    save(tmp_path, id="AI-4", text="Second")
    server.issues[1]["state"] = "closed"
    server.add("Buy disks")
    written = github_api.Api.written

    def killed(api: Any, way: str, what: str, content: dict[str, Any]) -> Any:
        told = written(api, way, what, content) if done or way != verb else None
        if way == verb:
            raise KeyboardInterrupt
        return told

    for _ in range(4):  # killed at the first write of that kind, then at the next one, and so on
        with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
            patch.setattr(github_api.Api, "written", killed)
            run(server, tmp_path)
    run(server, tmp_path)
    assert run(server, tmp_path) == []
    now = {name: saved.content["status"] for name, saved in newest(Minutes(tmp_path, "shop")).items()}
    assert now == {"AI-3": "closed", "AI-4": "open", "GH-2": "open"}
    assert sorted(issue["state"] for issue in server.issues.values()) == ["closed", "open", "open"]


def test_two_runs_at_once_are_one(server: GithubServer, tmp_path: Path) -> None:
    save(tmp_path)
    with alone(tmp_path / "shop", "sync of shop"), pytest.raises(InputError, match="runs already"):
        run(server, tmp_path)
    assert run(server, tmp_path) == ["AI-3: issue opened"]


def test_the_command_fails_when_an_issue_was_not_opened(server: GithubServer, tmp_path: Path) -> None:
    (tmp_path / "parameters").mkdir()
    source = {"type": "github_action_items", "repo": REPO, "label": "meeting", "url": server.url}
    content = {"product": "shop", "services": [{"name": "cart"}], "sources": {"action_items": [source]}}
    (tmp_path / "parameters" / "shop.yaml").write_text(json.dumps(content))
    save(tmp_path / "minutes")
    server.fault, server.fault_from = (200, {}, ""), "POST"
    told = CliRunner().invoke(cli, ["-C", str(tmp_path), "sync", "shop"])
    assert (told.exit_code, told.stdout) == (1, "")
    assert "GitHub took the write and answered without the issue" in told.stderr
    assert isinstance(told.exception, SystemExit) and not isinstance(told.exception, ProdmeetError)
