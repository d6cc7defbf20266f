"""Programs that are killed again and again, each with what has to hold after every kill; run by a test as a process."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from prodmeet_kit.minutes import Minutes
from tests.support.github_state_server import REPO, github_server
from tests.support.kills import Ended, attempt, points, tell

QUERY = "sum(rate(%s[{{.window}}]))"


def home(folder: Path, url: str = "http://127.0.0.1:9") -> Path:
    """A team's folder with one product."""
    issues = {"type": "github_action_items", "repo": REPO, "label": "meeting", "token": "${ISSUE_TOKEN}", "url": url}
    sli = {"events": {"error_query": QUERY % "errors", "total_query": QUERY % "requests"}}
    product = {
        "product": "shop",
        "timezone": "Asia/Tokyo",
        "sources": {"metrics": {"url": "http://localhost:9090"}, "action_items": [{"type": "minutes"}, issues]},
        "services": [{"name": "cart", "slos": [{"name": "availability", "objective": 99.9, "sli": sli}]}],
    }
    (folder / "parameters").mkdir(parents=True)
    (folder / "parameters" / "shop.yaml").write_text(json.dumps(product), encoding="utf-8")
    os.environ["ISSUE_TOKEN"] = "ghp_notarealone"
    return folder


def prodmeet(*words: str) -> None:
    """The command, in this process; its lines are told."""
    from prodmeet_kit import cli
    from prodmeet_kit.cli import commands

    vars(commands)["say"] = lambda line, **_: tell(line)
    with suppress(SystemExit):
        cli.cli(list(words), prog_name="prodmeet", standalone_mode=False)


def entries(minutes: Path) -> dict[str, dict[str, Any]]:
    """Every entry of the product by its path, each readable."""
    return entries_of("shop", minutes)


def entries_of(product: str, minutes: Path) -> dict[str, dict[str, Any]]:
    """The same of any product."""
    found: dict[str, dict[str, Any]] = {}
    for kind in Minutes(minutes, product).kinds():
        saved, problems = Minutes(minutes, product).load(kind)
        assert not problems, problems
        found |= {str(each.path): dict(each.content) for each in saved}
    return found


def nothing_left(folder: Path) -> None:
    """No draft and no hidden folder stays."""
    left = [str(path) for path in folder.rglob(".*") if path.name != ".gitkeep"]
    assert not left, left


def measured(child: Callable[[], object], folder: Path) -> tuple[int, float]:
    """How many changes a whole run makes, and how long it takes."""
    began = time.monotonic()
    ended = attempt(child, folder)
    assert ended.status == 0, ended
    return ended.changes, time.monotonic() - began


def add(folder: Path, many: int) -> None:
    """``prodmeet add``: what was said to be added is there, every time."""
    import prodmeet_kit.minutes.inbox  # noqa: F401 - loaded once, before the forks

    place = home(folder)

    def run(text: str) -> Callable[[], None]:
        return lambda: prodmeet("-C", str(place), "add", "shop", text)

    changes, seconds = measured(run("first"), place)
    assert changes >= 6, changes
    said = len(entries(place / "minutes"))
    for number, point in enumerate(points(changes, seconds, many)):
        ended = attempt(run(f"topic {number}"), place, **point)  # type: ignore[arg-type]
        found = entries(place / "minutes")
        assert set(ended.told) <= set(found), (point, ended)
        assert said <= len(found) <= said + 1, (point, ended)
        said = len(found)
        nothing_left(place)
    print(many, "kills of add,", said, "entries")


def forms(folder: Path, many: int) -> None:
    """A form of the live meeting: what its status line said is kept stays, and can be read."""
    from prodmeet_kit.live import open_meeting
    from prodmeet_kit.review import open_review

    review = open_review()
    minutes = folder / "minutes"
    subject = open_meeting(review, minutes=str(minutes)).stage.pages[1]["key"]
    product = review.facts.product.product

    def say(value: str) -> Callable[[], None]:
        def child() -> None:
            stage: Any = open_meeting(review, minutes=str(minutes)).stage
            for name, text in (("note", value), ("decision", "watch")):
                stage._heard(
                    stage, {"kind": "edit", "token": name, "subject": subject, "name": name, "value": text}, []
                )
            now = stage.said[subject]
            assert not now["bad"], now
            tell(value)

        return child

    changes, seconds = measured(say("first"), minutes)
    known: dict[str, dict[str, Any]] = {}
    for number, point in enumerate(points(changes, seconds, many)):
        ended = attempt(say(f"note {number}"), minutes, **point)  # type: ignore[arg-type]
        found = entries_of(product, minutes)
        assert known.items() <= found.items(), "something said earlier is gone or changed"
        assert not ended.told or any(each.get("note") == ended.told[0] for each in found.values()), (point, ended)
        known = found
        nothing_left(minutes)
    print(many, "kills of the forms,", len(known), "entries")


def sync(folder: Path, many: int) -> None:
    """``prodmeet sync``: nothing is lost, the next run ends, and each item has one issue."""
    from prodmeet_kit.sources.github import api as github_api

    github_api.BETWEEN_WRITES_S = 0.0
    with github_server() as server:
        place = home(folder, server.url)

        def run() -> None:
            prodmeet("-C", str(place), "sync", "shop")

        def work(number: int) -> None:
            item = {"id": f"AI-{number}", "text": f"item {number}", "owner": "ada", "due": "2026-12-01"}
            Minutes(place / "minutes", "shop").save(
                "action_items", item["id"], {**item, "born": "2026-11-23", "status": "open"}
            )
            server.add(f"issue {number}", "as somebody wrote it")

        work(0)
        changes, seconds = measured(run, place)
        known: dict[str, dict[str, Any]] = {}
        for number, point in enumerate(points(changes, seconds, many), start=1):
            work(number)
            attempt(run, place, **point)  # type: ignore[arg-type]
            found = entries(place / "minutes")
            assert known.items() <= found.items(), "something is gone or changed"
            known = found
            again: Ended = attempt(run, place)
            assert again.status == 0, again
            assert attempt(run, place).told == (), "a second run found something to do"
            bodies = [issue["body"] for issue in server.issues.values()]
            ids = {str(each["id"]) for each in entries(place / "minutes").values()}
            assert all(sum(f"{identity} " in f"{body} " for body in bodies) <= 1 for identity in ids)
            assert len(ids) == len(server.issues) == 2 * number + 2, (point, len(ids), len(server.issues))
            nothing_left(place)
            known = entries(place / "minutes")
        print(many, "kills of sync,", len(known), "entries")
