"""A power cut at every moment between two system calls: nothing people wrote is lost, one report is whole."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from prodmeet_kit.archive.folder import put_in_place, staging
from prodmeet_kit.minutes import Minutes
from tests.support.counts import count
from tests.support.power import Cut, Recording, Tree, cuts, materialize, recorded

DAY = "2026-11-24"
FILES = ("minutes.md", "report.html", "review.json")

SAVES = """
from pathlib import Path
from prodmeet_kit.minutes import Minutes
for number in range(3):
    path = Minutes(Path({folder!r}) / "minutes", "shop").save("inbox", f"topic {{number}}", {{"text": f"t{{number}}"}})
    power.tell(path.relative_to({folder!r}))
"""

PUTS = """
from pathlib import Path
from prodmeet_kit.core import durable
from tests.unit.archive.test_power_cuts import make
{before}
make(Path({folder!r}), "new")
power.tell("new")
"""


def make(reports: Path, text: str) -> None:
    """A small report of the day."""
    with staging(reports / "shop") as new:
        for name in FILES:
            (new / name).write_text(f"{name} {text}")
        (new / "snapshot").mkdir()
        (new / "snapshot" / "manifest.json").write_text(text)
        put_in_place(new, DAY, lambda line: None)


def report(tree: Tree, folder: str) -> dict[str, bytes | str | None]:
    return {path.removeprefix(f"{folder}/"): value for path, value in tree.items() if path.startswith(f"{folder}/")}


def is_whole(tree: Tree, folder: str, text: str) -> bool:
    found = report(tree, folder)
    names = [name for name in FILES if name != "minutes.md"]
    kit = all(found.get(name) == f"{name} {text}".encode() for name in names)
    return kit and found.get("snapshot/manifest.json") == text.encode()


def people_wrote(tree: Tree, folder: str) -> bool:
    found = report(tree, folder)
    return found.get("minutes.md") == b"decided" and found.get("photos/1.txt") == b"board"


def sample(found: list[Cut]) -> list[Cut]:
    return random.Random(12).sample(found, min(len(found), count(25, 100_000)))


def two_reports(tmp_path: Path, before: str = "") -> Recording:
    reports = tmp_path / "reports"
    make(reports, "old")
    (reports / "shop" / DAY / "minutes.md").write_text("decided")
    (reports / "shop" / DAY / "photos").mkdir()
    (reports / "shop" / DAY / "photos" / "1.txt").write_text("board")
    recording = recorded(reports, PUTS.format(folder=str(reports), before=before))
    assert recording.status == 0, recording.said
    return recording


def test_an_entry_that_was_said_to_be_saved_is_there_after_any_cut_and_no_draft_stays(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    recording = recorded(folder, SAVES.format(folder=str(folder)))
    assert recording.status == 0, recording.said
    found = list(cuts(recording))
    assert len(found) > 15
    assert {len(cut.told) for cut in found} == {0, 1, 2, 3}
    for number, cut in enumerate(found):
        home = tmp_path / f"cut-{number}"
        materialize(cut.tree, home)
        saved, problems = Minutes(home / "minutes", "shop").load("inbox")
        assert problems == [], cut
        paths = {str(each.path.relative_to(home)) for each in saved}
        assert set(cut.told) <= paths, cut
        assert len(paths) <= len(cut.told) + 1
        assert all(each.content["text"] in ("t0", "t1", "t2") for each in saved)
        inbox = home / "minutes" / "shop" / "inbox"
        assert not inbox.exists() or [path for path in inbox.iterdir() if path.name.startswith(".")] == []


def test_the_older_report_or_the_new_one_stands_whole_with_what_people_wrote_after_any_cut(tmp_path: Path) -> None:
    found = list(cuts(two_reports(tmp_path)))
    assert len(found) > 50
    whole = [[text for text in ("old", "new") if is_whole(cut.tree, f"shop/{DAY}", text)] for cut in found]
    assert [cut for cut, texts in zip(found, whole, strict=True) if len(texts) != 1] == []
    assert {texts[0] for texts in whole} == {"old", "new"}
    assert [cut for cut in found if not people_wrote(cut.tree, f"shop/{DAY}")] == []
    assert [cut for cut in found if cut.told and not is_whole(cut.tree, f"shop/{DAY}", "new")] == []


@pytest.mark.parametrize("before", ["", "durable._exchanged = lambda one, other: False"], ids=["exchange", "two steps"])
def test_the_run_after_a_cut_is_fine_loses_nothing_and_leaves_nothing(before: str, tmp_path: Path) -> None:
    for number, cut in enumerate(sample(list(cuts(two_reports(tmp_path, before))))):
        reports = tmp_path / f"cut-{number}"
        materialize(cut.tree, reports)
        make(reports, "next")
        product = reports / "shop"
        assert sorted(path.name for path in product.iterdir()) == [DAY, "latest"], cut
        tree = {str(path.relative_to(reports)): path.read_bytes() for path in product.rglob("*") if path.is_file()}
        assert is_whole(dict(tree), f"shop/{DAY}", "next"), cut
        assert people_wrote(dict(tree), f"shop/{DAY}"), cut
        assert {path.name for path in (product / DAY).iterdir()} <= {
            *FILES, ".written.sha256", "minutes.new.md", "photos", "snapshot",
        }, cut  # fmt: skip


@pytest.mark.parametrize(
    "careless",
    [
        "durable.flush = lambda folder: None",
        "durable.sync_folder = lambda folder: None",
    ],
)
def test_the_cuts_find_what_is_not_flushed(careless: str, tmp_path: Path) -> None:
    found = list(cuts(two_reports(tmp_path, careless)))
    good = [
        any(is_whole(cut.tree, f"shop/{DAY}", text) for text in ("old", "new"))
        and people_wrote(cut.tree, f"shop/{DAY}")
        and (not cut.told or is_whole(cut.tree, f"shop/{DAY}", "new"))
        for cut in found
    ]
    assert not all(good)
