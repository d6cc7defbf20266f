"""Action items and issues brought together, through the real client against a GitHub that keeps state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from prodmeet_kit.cli import cli
from prodmeet_kit.core.errors import InputError, NotAllowed, ProdmeetError, SourceError, Unreachable
from prodmeet_kit.entries import issue_text
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.minutes.items import newest
from prodmeet_kit.outbound.github import sync
from prodmeet_kit.parameters import Product
from prodmeet_kit.schemas import frames
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.github import action_items as github_action_items
from prodmeet_kit.sources.github import api as github_api
from prodmeet_kit.sources.http import adapter, limits
from prodmeet_kit.sources.minutes import minutes as from_minutes
from tests.support.github_state_server import REPO, GithubServer, github_server
from tests.support.reviews import WINDOW, product

MORNING = datetime(2026, 11, 23, 1, tzinfo=UTC)
ITEM = {"id": "AI-3", "text": "Raise the threshold", "owner": "ada", "due": "2026-12-01", "born": "2026-11-23"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GithubServer]:
    monkeypatch.setattr(github_api, "BETWEEN_WRITES_S", 0.0)
    monkeypatch.setenv("ISSUE_TOKEN", "ghp_notarealone")
    with github_server() as running:
        yield running


def shop(server: GithubServer, *also: dict[str, Any]) -> Product:
    source = {"type": "github_action_items", "repo": REPO, "label": "meeting", "token": "${ISSUE_TOKEN}"}
    return product(sources={"action_items": [*also, {**source, "url": server.url}]})


def run(server: GithubServer, folder: Path, *, dry_run: bool = False) -> list[str]:
    return list(sync(shop(server), folder, dry_run=dry_run))


def save(folder: Path, at: datetime = MORNING, **content: Any) -> None:
    Minutes(folder, "shop").save("action_items", "x", {**ITEM, "status": "open", **content}, at)


def item(folder: Path, identity: str = "AI-3") -> dict[str, Any]:
    return dict(newest(Minutes(folder, "shop"))[identity].content)


def edit(folder: Path, identity: str, **changed: str) -> None:
    """Somebody changes an item in the minutes, now."""
    content = {key: value for key, value in item(folder, identity).items() if key != "at"}
    Minutes(folder, "shop").save("action_items", identity, {**content, **changed})


def files(folder: Path) -> int:
    return len(Minutes(folder, "shop").load("action_items")[0])


def test_an_item_gets_an_issue_and_a_second_run_does_nothing(server: GithubServer, tmp_path: Path) -> None:
    save(tmp_path)
    assert run(server, tmp_path) == ["AI-3: issue opened"]
    (issue,) = server.issues.values()
    assert (issue["title"], issue["labels"]) == ("Raise the threshold", [{"name": "meeting"}])
    assert issue["body"].splitlines()[:2] == ["Owner: ada", "Due: 2026-12-01"]
    assert issue_text.read(issue["body"]).id == "AI-3"
    assert item(tmp_path)["url"] == f"https://github.com/{REPO}/issues/1"
    before = (len(server.writes), files(tmp_path))
    assert run(server, tmp_path) == []
    assert (len(server.writes), files(tmp_path)) == before


def test_an_issue_closed_closes_its_item_and_the_other_way_round(server: GithubServer, tmp_path: Path) -> None:
    save(tmp_path)
    save(tmp_path, MORNING.replace(minute=1), id="AI-4", text="Second")
    run(server, tmp_path)
    server.issues[1]["state"] = "closed"
    edit(tmp_path, "AI-4", status="closed")
    assert run(server, tmp_path) == [
        "AI-3: status now closed in the minutes",
        "AI-3: hidden line in issue #1",
        "AI-4: status now closed in issue #2",
    ]
    assert item(tmp_path)["status"] == "closed" and server.issues[2]["state"] == "closed"
    assert run(server, tmp_path) == []


def test_a_comment_that_came_later_does_not_reopen_what_the_minutes_closed(
    server: GithubServer, tmp_path: Path
) -> None:
    save(tmp_path)
    run(server, tmp_path)
    edit(tmp_path, "AI-3", status="closed")
    server.issues[1]["updated_at"] = "2099-01-01T00:00:00Z"  # only a comment: no field differs from what was agreed
    run(server, tmp_path)
    assert (item(tmp_path)["status"], server.issues[1]["state"]) == ("closed", "closed")


def test_each_side_keeps_what_only_it_changed(server: GithubServer, tmp_path: Path) -> None:
    save(tmp_path)
    run(server, tmp_path)
    edit(tmp_path, "AI-3", owner="bob")
    server.issues[1]["body"] = server.issues[1]["body"].replace("Due: 2026-12-01", "Due: 2026-12-15") + "\nSeen twice."
    run(server, tmp_path)
    now = item(tmp_path)
    assert (now["owner"], now["due"]) == ("bob", "2026-12-15")
    lines = server.issues[1]["body"].splitlines()
    assert lines[:2] == ["Owner: bob", "Due: 2026-12-15"] and lines[-1] == "Seen twice."
    assert run(server, tmp_path) == []


@pytest.mark.parametrize(
    ("issue_changed", "wins"), [("2026-11-01T00:00:00Z", "of the minutes"), ("2099-01-01T00:00:00Z", "of the issue")]
)
def test_where_both_changed_the_newer_wins(server: GithubServer, tmp_path: Path, issue_changed: str, wins: str) -> None:
    save(tmp_path)
    run(server, tmp_path)
    edit(tmp_path, "AI-3", text="of the minutes")
    server.issues[1].update(title="of the issue", updated_at=issue_changed)
    run(server, tmp_path)
    assert (item(tmp_path)["text"], server.issues[1]["title"]) == (wins, wins)
    assert run(server, tmp_path) == []


@pytest.mark.parametrize("due", ["soon", "2026-02-30", "2026-11-01", "9999-12-31", ""])
def test_a_due_day_that_cannot_be_is_put_right_on_the_issue(server: GithubServer, tmp_path: Path, due: str) -> None:
    save(tmp_path)  # born on 23 November: due on the 1st of it cannot be
    run(server, tmp_path)
    server.issues[1]["body"] = server.issues[1]["body"].replace("Due: 2026-12-01", f"Due: {due}")
    run(server, tmp_path)
    assert item(tmp_path)["due"] == "2026-12-01"
    assert "Due: 2026-12-01" in server.issues[1]["body"].splitlines()
    assert run(server, tmp_path) == []


def test_an_issue_somebody_opened_becomes_an_item(server: GithubServer, tmp_path: Path) -> None:
    server.now = "2026-11-22T20:00:00Z"  # 05:00 on the 23rd in Tokyo
    server.add("Buy disks", "They are full.\n\nDue: 2026-12-05", assignees=[{"login": "cleo"}])
    server.add("A pull request", html_url=f"https://github.com/{REPO}/pull/2", pull_request={"url": "x"})
    server.add("Long done", state="closed")
    assert run(server, tmp_path) == ["GH-1: item written from issue #1"]
    now = item(tmp_path, "GH-1")
    assert (now["text"], now["owner"], now["due"], now["born"]) == ("Buy disks", "cleo", "2026-12-05", "2026-11-23")
    assert server.issues[1]["body"].startswith("They are full.\n\nDue: 2026-12-05\nOwner: cleo\n<!-- prodmeet ")
    assert run(server, tmp_path) == []


def test_a_dry_run_says_the_same_and_does_nothing(server: GithubServer, tmp_path: Path) -> None:
    save(tmp_path)
    server.add("Buy disks")
    told = run(server, tmp_path, dry_run=True)
    assert (server.writes, files(tmp_path)) == ([], 1)
    assert told == run(server, tmp_path)


def test_every_page_of_issues_is_read(server: GithubServer, tmp_path: Path) -> None:
    server.page = 2
    for number in range(5):
        server.add(f"Issue {number}")
    assert len(run(server, tmp_path)) == 5  # pages of 2, 2 and 1
    assert run(server, tmp_path) == []


def test_what_broke_off_after_the_issue_was_made_is_found_again(server: GithubServer, tmp_path: Path) -> None:
    save(tmp_path)
    run(server, tmp_path)
    for saved in Minutes(tmp_path, "shop").load("action_items")[0]:
        if "url" in saved.content:
            saved.path.unlink()  # as if the machine had stopped before it was written
    assert run(server, tmp_path) == ["AI-3: its issue noted in the minutes"]
    assert len(server.issues) == 1 and run(server, tmp_path) == []


def test_an_issue_that_lost_its_label_is_told_and_no_second_one_made(server: GithubServer, tmp_path: Path) -> None:
    save(tmp_path)
    run(server, tmp_path)
    server.issues[1]["labels"] = []
    assert run(server, tmp_path) == ["AI-3: left alone, its issue has no label meeting any more, or is gone"]
    assert len(server.issues) == 1


def test_an_issue_without_title_and_address_takes_nothing_from_an_item(server: GithubServer, tmp_path: Path) -> None:
    save(tmp_path)
    run(server, tmp_path)
    save(tmp_path, MORNING.replace(minute=1), id="AI-4", text="Second")  # has no issue yet
    server.issues[1].update(title=None, html_url=None)
    run(server, tmp_path)
    assert (item(tmp_path)["text"], item(tmp_path, "AI-4")["text"]) == ("Raise the threshold", "Second")
    assert [issue["title"] for issue in server.issues.values()] == ["Raise the threshold", "Second"]


def test_a_copied_hidden_line_does_not_take_the_item_over(server: GithubServer, tmp_path: Path) -> None:
    save(tmp_path)
    run(server, tmp_path)
    server.add("A copy", server.issues[1]["body"])
    assert run(server, tmp_path) == ["issue #2: left alone, #1 has the same hidden line"]
    assert item(tmp_path)["text"] == "Raise the threshold"


LIMIT = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795392000"}  # 2026-11-23 00:00 UTC


@pytest.mark.parametrize(
    ("status", "headers", "message", "kind", "told"),
    [
        (401, {}, "Bad credentials", NotAllowed, "refused the token in ${ISSUE_TOKEN} (401)"),
        (403, {}, "Resource not accessible", NotAllowed, "access to issues"),
        (403, LIMIT, "API rate limit exceeded", SourceError, "GitHub limits requests (403): try again in "),
        (404, {}, "Not Found", SourceError, "fix repo, or let the token in ${ISSUE_TOKEN} read it"),
        (500, {}, "Server Error", Unreachable, "GitHub failed (500): try again later"),
    ],
)
@pytest.mark.parametrize("request_kind", ["GET", "POST"])
def test_a_fault_is_told_in_words_without_the_token(
    server: GithubServer, tmp_path: Path, status: int, headers: dict[str, str], message: str,
    kind: type[ProdmeetError], told: str, request_kind: str, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(limits, "pause", lambda _: True)
    monkeypatch.setattr(adapter, "PAUSES_S", (0.0, 0.0))
    save(tmp_path)
    server.fault, server.fault_from = (status, headers, {"message": message}), request_kind
    with pytest.raises(kind) as caught:
        run(server, tmp_path)
    assert told in str(caught.value) and "ghp_" not in str(caught.value)
    assert type(caught.value) is kind and files(tmp_path) == 1
    server.fault = None
    assert run(server, tmp_path) == ["AI-3: issue opened"]


def test_a_server_that_is_not_there_is_unreachable(server: GithubServer, tmp_path: Path) -> None:
    server.url = "http://127.0.0.1:9"
    with pytest.raises(Unreachable, match=r"cannot connect to GitHub at http://127\.0\.0\.1:9: Connection refused"):
        run(server, tmp_path)


def test_without_a_repository_the_fix_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"add \{type: github_action_items, repo: owner/name"):
        list(sync(product(), tmp_path))


def test_an_end_of_comment_in_the_text_stays_in_the_hidden_line() -> None:
    fields = {"text": "a --> b", "owner": "ada", "due": "", "status": "open"}
    told = issue_text.read(issue_text.body("", "AI-1", fields))
    assert (told.id, told.agreed) == ("AI-1", fields)


def test_a_text_longer_than_a_title_may_be_stays_whole_in_the_minutes(server: GithubServer, tmp_path: Path) -> None:
    save(tmp_path, text="x" * 300)
    run(server, tmp_path)
    assert server.issues[1]["title"] == "x" * 255 + "…"  # GitHub takes 256
    assert run(server, tmp_path) == [] and item(tmp_path)["text"] == "x" * 300


# As a source


def context(product: Product, folder: Path) -> Context:
    return Context(product, WINDOW, frames.ACTION_ITEMS, "sources.action_items[0]", folder, folder, Broken("m", "none"))


def read(server: GithubServer, folder: Path, *also: dict[str, Any]) -> pd.DataFrame:
    loaded = shop(server, *also)
    config = loaded.sources.action_items[-1].model_dump()
    return frames.ACTION_ITEMS.check(github_action_items.read(config, context(loaded, folder)))


def test_issues_are_action_items(server: GithubServer, tmp_path: Path) -> None:
    server.add("Buy disks", "Owner: ada\nDue: 2026-12-05")
    row = read(server, tmp_path).loc[0]
    assert (row["id"], row["text"], row["owner"], row["status"]) == ("#1", "Buy disks", "ada", "open")
    assert row["due"] == pd.Timestamp("2026-12-05T15:00Z")  # the midnight after the 5th in Tokyo


@pytest.mark.parametrize(("written", "seconds"), [(20, 20), ("20", 20), ("20s", 20), ("1m", 60)])
def test_the_timeout_is_seconds_as_it_used_to_be_or_a_duration(written: int | str, seconds: int) -> None:
    config = github_action_items.ActionItemsConfig.model_validate({"repo": REPO, "timeout": written})
    assert config.timeout.total_seconds() == seconds


def test_owner_and_due_day_may_stand_in_a_form(server: GithubServer, tmp_path: Path) -> None:
    server.add("Buy disks", "### Owner\n\nada\n\n### Due date\n\n2026-12-05")
    server.add("Buy more", "- **Owner:** bob\n- **Due:** next week")
    given = context(shop(server), tmp_path)
    config = shop(server).sources.action_items[-1].model_dump()
    made = github_action_items.read(config, given)
    assert made["owner"].tolist() == ["ada", "bob"]
    assert made["due"].tolist() == [pd.Timestamp("2026-12-05T15:00Z"), pd.NaT]
    assert given.gaps == ['#2: Due is "next week": write a day such as 2026-11-24']


@pytest.mark.parametrize("due", ["9999-12-31", "0001-01-01"])
def test_a_due_day_out_of_range_costs_itself(server: GithubServer, tmp_path: Path, due: str) -> None:
    server.add("Buy disks", f"Due: {due}")
    server.add("Buy more", "Due: 2026-12-05")
    made = read(server, tmp_path)
    assert made["due"].isna().tolist() == [True, False]


def test_an_issue_the_minutes_know_is_told_by_them_alone(server: GithubServer, tmp_path: Path) -> None:
    save(tmp_path)
    run(server, tmp_path)
    server.add("Buy disks")
    assert read(server, tmp_path)["id"].tolist() == ["AI-3", "#2"]
    assert read(server, tmp_path, {"type": "minutes"})["id"].tolist() == ["#2"]


def test_the_newest_file_of_an_item_counts_in_the_minutes(server: GithubServer, tmp_path: Path) -> None:
    save(tmp_path)
    run(server, tmp_path)
    server.issues[1]["state"] = "closed"
    run(server, tmp_path)
    shown = from_minutes.read({"type": "minutes"}, context(shop(server), tmp_path))
    assert shown[["id", "status"]].values.tolist() == [["AI-3", "closed"]]


def test_the_command_ends_with_status_one_when_github_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "shop.yaml").write_text(
        "product: shop\nservices: [{name: cart}]\nsources:\n  action_items:\n"
        f"    - {{type: github_action_items, repo: {REPO}, label: meeting, url: 'http://127.0.0.1:9'}}\n"
    )
    told = CliRunner().invoke(cli, ["-C", str(tmp_path), "sync", "shop"])
    assert told.exit_code == 1  # 3 would say that a report was written
    assert told.stderr == "prodmeet: cannot connect to GitHub at http://127.0.0.1:9: Connection refused\n"


def test_the_command_prints_a_line_for_each_thing_done(server: GithubServer, tmp_path: Path) -> None:
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "shop.yaml").write_text(
        "product: shop\nservices: [{name: cart}]\nsources:\n  action_items:\n"
        f"    - {{type: github_action_items, repo: {REPO}, label: meeting, url: '{server.url}'}}\n"
    )
    save(tmp_path / "minutes")
    told = CliRunner().invoke(cli, ["-C", str(tmp_path), "sync", "shop", "--dry-run"])
    assert (told.exit_code, told.stdout) == (0, "AI-3: issue opened\n") and server.issues == {}
