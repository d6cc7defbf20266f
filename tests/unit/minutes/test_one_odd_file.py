"""One odd file in the minutes costs itself only: it is named with its line, and every other is read."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import product as pairs
from pathlib import Path

import pytest

from prodmeet_kit import kinds
from prodmeet_kit.core.window import Window
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.parameters import Product
from prodmeet_kit.schemas import frames
from prodmeet_kit.sources.base import Broken
from prodmeet_kit.sources.records import Reader
from tests.support.counts import count

WINDOW = Window.ending(datetime(2026, 11, 23, tzinfo=UTC), cadence=timedelta(days=14), timezone="UTC")
PRODUCT = Product.model_validate(
    {
        "product": "x",
        "services": [{"name": "cart"}, {"name": "web"}],
        "sources": {"action_items": [{"type": "minutes"}]},
    }
)
GOOD = {
    "decisions": "subject: good\nmeeting: 2026-11-09\ndecision: watch\nat: 2026-11-09T10:00:00+00:00\n",
    "drafts": "subject: good\nmeeting: 2026-11-09\ndecision: watch\nat: 2026-11-09T10:00:00+00:00\n",
    "verdicts": "alert: good\nmeeting: 2026-11-09\nverdict: right\n",
    "durations": "subject: good\nmeeting: 2026-11-09\nminutes: 5\n",
    "explorations": "id: good\nsubject: slo:a/b\nnote: why\nmeeting: 2026-11-09\n",
    "action_items": "id: good\ntext: x\n",
    "inbox": "id: good\ntext: hello\nat: 2026-11-20T10:00:00+00:00\n",
}
KEYS = {
    "decisions": ("subject: {}", "meeting: {}", "due: {}", "owner: {}", "at: {}", "after: {}", "decision: {}"),
    "drafts": ("subject: {}", "meeting: {}", "due: {}", "at: {}", "decision: {}"),
    "verdicts": ("alert: {}", "meeting: {}", "verdict: {}", "service: {}", "at: {}"),
    "durations": ("subject: {}", "meeting: {}", "minutes: {}", "at: {}"),
    "explorations": ("id: {}", "subject: {}", "note: {}", "meeting: {}", "closed: {}", "link: {}", "at: {}"),
    "action_items": ("id: {}", "due: {}", "born: {}", "at: {}", "status: {}"),
    "inbox": ("id: {}", "kind: {}", "at: {}", "start: {}", "kind: change\nduration: {}", "kind: toil\nminutes: {}"),
}
ODD = ["next Friday", "!x y", "9" * 5000, "0001-01-01", "9999-12-31", "9999-12-31T23:59:59-12:00", "2026-02-30"]
ODD += [
    "0001-01-01T00:00:00+14:00",
    "[1, 2]",
    "{a: b}",
    ".inf",
    ".nan",
    "1e400",
    "true",
    "300y",
    "!!binary eA==",
    "*no",
]
ODD += [
    r'"\ud800"',
    '"\\0"',
    "'",
    "&a [*a]",
    "\N{FULLWIDTH DIGIT TWO}026-11-09",
    "-1",
    "''",
    "~",
    "2026-W46-1",
    "null: [",
]
OURS = ("Error", "pydantic", "Input should", "should match", "ValueError", "bounds", "Timestamp", "source failed")


def told(folder: Path, kind: str) -> tuple[bool, list[str], int]:
    """Whether the good entry is read, what is said, and how many rows there are."""
    keys = {"inbox": ("topics", "changes", "toil", "consultations"), "drafts": ("decisions",)}.get(kind, (kind,))
    reader = Reader(PRODUCT, WINDOW, folder, folder, Broken("metrics", "none"))
    readings = [reader.read(record) for record in kinds.records() if record.key in keys]
    frames = [reading.frame for reading in readings if reading.frame is not None]
    good = any("good" in frame.astype(str).to_numpy() for frame in frames)
    said = [str(each) for reading in readings for each in (*reading.failures, *reading.problems)]
    return good, said, sum(len(frame) for frame in frames)


def write(folder: Path, kind: str, odd: bytes) -> None:
    (folder / "x" / kind).mkdir(parents=True, exist_ok=True)
    (folder / "x" / "decisions").mkdir(exist_ok=True)
    (folder / "x" / kind / "a.yaml").write_text(GOOD[kind])
    (folder / "x" / kind / "b.yaml").write_bytes(odd)


@pytest.mark.parametrize("kind", GOOD)
def test_an_odd_value_costs_its_own_file_and_is_named_with_line_and_key(tmp_path: Path, kind: str) -> None:
    whole = {"decisions": "subject: b\nmeeting: 2026-11-09\ndecision: act\nowner: o\ndue: 2026-11-20\n"}
    whole |= {
        "drafts": "subject: b\nmeeting: 2026-11-09\n",
        "verdicts": "alert: b\nmeeting: 2026-11-09\nverdict: right\n",
    }
    whole |= {"durations": "subject: b\nmeeting: 2026-11-09\nminutes: 5\n", "action_items": "id: b\ntext: y\n"}
    whole["explorations"] = "id: b\nsubject: slo:a/b\nnote: why\nmeeting: 2026-11-09\n"
    whole["inbox"] = "id: b\ntext: y\n"
    for key, value in pairs(KEYS[kind], ODD):
        line = key.format(value)
        kept = [each for each in whole[kind].splitlines() if each.partition(":")[0] not in line]
        write(tmp_path, kind, "\n".join([*kept, line]).encode())
        good, said, rows = told(tmp_path, kind)
        assert good, line
        assert said or rows == 2 or kind == "drafts", line
        for text in said:
            assert "b.yaml" in text and not any(word in text for word in OURS), text
            assert "does not count yet" in text or "b.yaml:" in text, text


@pytest.mark.timeout(1200)  # of the full count
@pytest.mark.parametrize("kind", GOOD)
def test_random_files_in_the_minutes_cost_themselves_only(tmp_path: Path, kind: str) -> None:
    chance = random.Random(kind)
    letters = list("abc:-[]{}&*!|>'\"%@`#,? \n\t0129") + [
        f"{word}: " for word in ("id", "at", "due", "subject", "meeting")
    ]
    for _ in range(count(40, 2000)):
        if chance.random() < 0.3:
            odd = chance.randbytes(chance.randint(0, 200))
        else:
            start = GOOD[kind].replace("good", "b") if chance.random() < 0.5 else ""
            odd = (start + "".join(chance.choice(letters) for _ in range(chance.randint(0, 60)))).encode()
        write(tmp_path, kind, odd)
        good, said, rows = told(tmp_path, kind)
        assert good or b"good" in odd, odd
        assert said or rows >= 2 or not odd.strip() or kind == "drafts", odd
        assert not any(word in text for text in said for word in OURS), said


def test_a_draft_of_an_action_item_is_no_odd_decision(tmp_path: Path) -> None:
    write(tmp_path, "drafts", b"id: AI-1\ntext: x\ndue: ''\nborn: 2026-11-09\nat: 2026-11-09T10:00:00Z\n")
    assert told(tmp_path, "drafts") == (True, [], 1)


def test_a_broken_draft_leaves_the_decision_before_it(tmp_path: Path) -> None:
    write(
        tmp_path, "drafts", b"subject: good\nmeeting: 2026-11-09\ndecision: ''\ndue: soon\nat: 2026-11-10T10:00:00Z\n"
    )
    good, said, rows = told(tmp_path, "drafts")
    assert good and rows == 1
    assert ["b.yaml:4: due is" in text for text in said] == [True]


def test_a_broken_newer_version_of_an_item_leaves_the_older(tmp_path: Path) -> None:
    folder = tmp_path / "x" / "action_items"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text("id: A-1\ntext: older\nat: 2026-11-09T10:00:00Z\n")
    (folder / "b.yaml").write_text("id: A-1\ntext: newer\nat: 2026-11-10T10:00:00Z\ndue: soon\n")
    (record,) = [record for record in kinds.records() if record.spec is frames.ACTION_ITEMS]
    reading = Reader(PRODUCT, WINDOW, tmp_path, tmp_path, Broken("metrics", "none")).read(record)
    assert reading.frame is not None and reading.frame["text"].tolist() == ["older"]
    assert ["b.yaml:4: due is" in failure.message for failure in reading.failures] == [True]


@pytest.mark.parametrize("kind", ["decisions", "verdicts", "durations", "explorations", "action_items", "inbox"])
def test_a_file_with_another_ending_or_in_the_place_of_the_folder_is_told(tmp_path: Path, kind: str) -> None:
    write(tmp_path, kind, b"a: [")
    (tmp_path / "x" / kind / "b.yaml").rename(tmp_path / "x" / kind / "b.yml")
    good, said, _ = told(tmp_path, kind)
    assert good and ["b.yml: the file is not read: name it b.yaml" in text for text in said] == [True]
    other = tmp_path / "other"
    (other / "x").mkdir(parents=True)
    (other / "x" / kind).write_text("")
    _, said, _ = told(other, kind)
    assert said and all("the file is no folder that can be read" in text for text in said)


def test_the_section_says_it_and_the_review_is_not_whole(tmp_path: Path) -> None:
    write(tmp_path, "decisions", b"subject: b\nmeeting: 2026-11-09\ndecision: act\nowner: o\ndue: next Friday\n")
    made = gather(PRODUCT, WINDOW, folder=tmp_path, minutes=tmp_path)
    (failure,) = [failure for failure in made.failures if failure.source == "decisions"]
    assert failure.section == "overview"
    assert failure.message == f'{tmp_path}/x/decisions/b.yaml:5: due is "next Friday": write a day such as 2026-11-30'
    decisions = made.records["meeting_decisions"]
    assert decisions is not None and decisions["subject"].tolist() == ["good"]
