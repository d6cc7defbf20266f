"""What is to be dug into later: filed once, opened again, closed with what came of it, and on the disk each time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from prodmeet_kit.core.errors import InputError
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.minutes.explorations import (
    EXPLORATIONS,
    Exploration,
    close_exploration,
    file_exploration,
    newest,
)

SUBJECT, LINK = "slo:web/latency", "report.html#slo-web-latency"
WHY = "why only on Sundays?"


def filed(folder: Path, note: str = WHY, who: str = "mika", link: str = LINK, meeting: str = "2026-11-23") -> Path:
    return file_exploration(folder, "shop", meeting, SUBJECT, note, who, link)


def known(folder: Path) -> list[Exploration]:
    found, problems = newest(Minutes(folder, "shop").load(EXPLORATIONS)[0])
    assert problems == []
    return [entry for _, entry in found.values()]


def test_what_is_filed_is_a_file_of_the_minutes_with_all_that_was_said(tmp_path: Path) -> None:
    path = filed(tmp_path)
    assert path.parent == tmp_path / "shop" / "explorations"
    (entry,) = known(tmp_path)
    assert entry.model_dump(exclude={"id"}) == {
        "subject": SUBJECT, "note": WHY, "who": "mika", "meeting": "2026-11-23", "link": LINK, "closed": False,
        "found": "",
    }  # fmt: skip


@pytest.mark.parametrize("again", [WHY, "  Why only  on Sundays? "])
def test_what_is_filed_twice_is_one_and_writes_nothing_more(tmp_path: Path, again: str) -> None:
    assert filed(tmp_path) == filed(tmp_path, again) == filed(tmp_path, again, who="", link="", meeting="2026-12-07")
    assert len(list((tmp_path / "shop" / EXPLORATIONS).iterdir())) == 1


def test_two_who_file_the_same_at_once_file_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: filed(tmp_path), range(16)))
    assert [entry.note for entry in known(tmp_path)] == [WHY]


def test_who_wants_to_know_can_be_added_and_since_when_stays(tmp_path: Path) -> None:
    filed(tmp_path, who="")
    filed(tmp_path, who="mika", link="", meeting="2026-12-07")
    assert [(one.who, one.link, one.meeting) for one in known(tmp_path)] == [("mika", LINK, "2026-11-23")]
    filed(tmp_path, "and why at night?")
    assert len(known(tmp_path)) == 2


def test_it_is_closed_with_what_came_of_it_and_filed_again_it_is_open(tmp_path: Path) -> None:
    filed(tmp_path)
    (entry,) = known(tmp_path)
    close_exploration(tmp_path, "shop", entry.id, "The backup job")
    (closed,) = known(tmp_path)
    assert (closed.closed, closed.found, closed.who, closed.link) == (True, "The backup job", "mika", LINK)
    with pytest.raises(InputError, match=f"no open exploration {entry.id} of shop: none is open"):
        close_exploration(tmp_path, "shop", entry.id)
    filed(tmp_path, meeting="2026-12-07")
    assert [(one.id, one.closed, one.meeting) for one in known(tmp_path)] == [(entry.id, False, "2026-12-07")]
    with pytest.raises(InputError, match=f"no open exploration dig-0 of shop: {entry.id}"):
        close_exploration(tmp_path, "shop", "dig-0")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"note": " "}, 'note is "": write what it is about'),
        ({"meeting": "Monday"}, 'meeting is "Monday": write a day such as 2026-11-30'),
        ({"who": "\udcff"}, "who is .*: write it in UTF-8"),
    ],
)
def test_what_cannot_be_filed_is_said_and_nothing_is_written(tmp_path: Path, wrong: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        filed(tmp_path, **wrong)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("in the way")
    with pytest.raises(OSError, match="shop"):
        filed(tmp_path)
