"""Power cuts while whole commands run: ``report``, ``add``, the forms of the live meeting and ``sync``."""

from __future__ import annotations

import random
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import pytest

from prodmeet_kit.minutes import Minutes
from prodmeet_kit.snapshot import reopen
from tests.support import kill_programs
from tests.support.counts import count
from tests.support.power import Cut, Tree, cuts, materialize, recorded
from tests.support.shared import demo_report_in

pytestmark = pytest.mark.takes(25)

BEGIN = """
from pathlib import Path
from tests.support import kill_programs
kill_programs.tell = power.tell
folder = Path({folder!r})
"""

ADD = """
for number in range({many}):
    kill_programs.prodmeet("-C", str(folder), "add", "shop", f"topic {{number}}")
"""

FORMS = """
from prodmeet_kit.live import open_meeting
from prodmeet_kit.review import open_review
stage = open_meeting(open_review(), minutes=str(folder / "minutes")).stage
subjects = [page["key"] for page in stage.pages if ":" in page["key"]]
for number in range({many}):
    subject = subjects[number % len(subjects)]
    for name, value in (("decision", "watch"), ("note", f"note {{number}}")):
        stage._heard(stage, {{"kind": "edit", "token": "1", "subject": subject, "name": name, "value": value}}, [])
    assert stage.said[subject]["status"] == "saved", stage.said
    power.tell(f"note {{number}}")
"""

SYNC = """
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.sources.github import api as github_api
from tests.support.github_state_server import github_server
github_api.BETWEEN_WRITES_S = 0.0
with github_server() as server:
    place = kill_programs.home(folder, server.url)
    for number in range({many}):
        item = {{"id": f"AI-{{number}}", "text": "x", "owner": "ada", "due": "2026-12-01", "born": "2026-11-23"}}
        Minutes(place / "minutes", "shop").save("action_items", item["id"], {{**item, "status": "open"}})
        server.add(f"issue {{number}}", "as somebody wrote it")
    kill_programs.prodmeet("-C", str(place), "sync", "shop")
"""


def found_after(
    folder: Path, program: str, tmp_path: Path, least: int
) -> Iterable[tuple[Cut, list[dict[str, object]]]]:
    """Each legal state after a cut, and the entries the next reader finds in it."""
    recording = recorded(folder, BEGIN.format(folder=str(folder)) + program)
    assert recording.status == 0, recording.said
    found = list(cuts(recording, most=4))
    assert len(found) >= least
    chosen = random.Random(12).sample(found, min(len(found), count(40, 100_000)))
    for number, cut in enumerate(sorted(chosen, key=lambda each: each.after)):
        place = tmp_path / f"cut-{number}"
        materialize(cut.tree, place)
        entries = []
        for minutes in place.rglob("minutes"):
            for product in minutes.iterdir():
                for kind in Minutes(minutes, product.name).kinds():
                    saved, problems = Minutes(minutes, product.name).load(kind)
                    assert problems == [], cut
                    entries += [dict(each.content) for each in saved]
                assert list(product.rglob(".*")) == [], cut
        yield cut, entries


def test_what_add_said_is_added_is_there(tmp_path: Path) -> None:
    folder = kill_programs.home(tmp_path / "home")
    many = count(5, 15)
    for cut, entries in found_after(folder, ADD.format(many=many), tmp_path, 5 * many):
        assert len(cut.told) <= len(entries) <= len(cut.told) + 1
        assert {f"topic {number}" for number in range(len(cut.told))} <= {str(each["text"]) for each in entries}


def test_what_a_form_said_is_saved_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    many = count(3, 12)
    for cut, entries in found_after(folder, FORMS.format(many=many), tmp_path, 5 * many):
        assert set(cut.told) <= {str(each.get("note")) for each in entries}, cut


def test_what_sync_said_is_done_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "team"
    folder.mkdir()
    many = count(3, 10)
    for cut, entries in found_after(folder, SYNC.format(many=many), tmp_path, 10 * many):
        for line in cut.told:
            identity, _, what = line.partition(": ")
            mine = [each for each in entries if each["id"] == identity]
            assert mine, (line, cut.after)
            if "opened" in what or "written" in what:
                assert any(each.get("url") for each in mine), (line, cut.after)


REPORT = """
import sys
sys.argv = ["prodmeet", "-C", {home!r}, "report"]
from prodmeet_kit.cli import main
main()
power.tell("written")
"""


def sums(tree: Tree, folder: str) -> dict[str, str]:
    """The files of a report, but for those that people wrote and those of the run alone."""
    theirs = ("minutes.md", "minutes.new.md", "photo.txt", ".written.sha256")
    files = {path.removeprefix(f"{folder}/"): value for path, value in tree.items() if path.startswith(f"{folder}/")}
    return {
        name: sha256(value).hexdigest()
        for name, value in files.items()
        if isinstance(value, bytes) and name not in theirs
    }


@pytest.mark.timeout(300)
def test_of_two_reports_of_a_day_one_stands_whole_with_the_minutes_people_edited(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path / "home"
    report = demo_report_in(home, tmp_path_factory)
    (report / "minutes.md").write_text("decided")
    (report / "photo.txt").write_text("board")
    recording = recorded(home, REPORT.format(home=str(home)))
    assert recording.status == 0, recording.said
    folder = str(report.relative_to(home))
    old = sums(recording.before, folder)
    files = {f"{folder}/{path.relative_to(report)}": path for path in report.rglob("*") if path.is_file()}
    new = sums({name: path.read_bytes() for name, path in files.items()}, folder)
    empty = sha256(b"").hexdigest()
    seen = set()
    looked = 0
    for cut in cuts(recording, most=count(3, 12)):
        stands = sums(cut.tree, folder)
        is_old = stands == old
        is_new = {**stands, "report.html": ""} == {**new, "report.html": ""} and stands["report.html"] != empty
        assert is_old or is_new, (cut.after, cut.how)
        assert cut.tree[f"{folder}/minutes.md"] == b"decided", (cut.after, cut.how)
        assert cut.tree[f"{folder}/photo.txt"] == b"board", (cut.after, cut.how)
        assert is_new or not cut.told, (cut.after, cut.how)
        seen.add("old" if is_old else "new")
        looked += 1
    assert seen == {"old", "new"} and looked > 200
    last = tmp_path / "last"
    materialize(cut.tree, last)
    assert reopen(last / folder / "snapshot").product.product == "demo"
