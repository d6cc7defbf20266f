"""Facts frozen and opened again are the same facts; what is damaged is named."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prodmeet_kit.core import durable
from prodmeet_kit.core.errors import Failure, SnapshotError
from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Answer, Facts, Question, SourceState
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import label_key
from prodmeet_kit.snapshot import MANIFEST, freeze, reopen
from prodmeet_kit.snapshot.tables import read_record, read_series, write_record, write_series
from prodmeet_kit.sources.base import grid, wide
from tests.support.answering import shop

END = datetime(2026, 11, 23, 1, tzinfo=UTC)
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="Asia/Tokyo")
HOSTILE = ['"; DROP', "../../etc/passwd", "日本語.txt", "a\nb", "<script>", "time", "", "list.element.item", "\x00\x07"]


def question(key: str = "load/cart/requests", points: int = 3) -> Question:
    step = timedelta(minutes=5)
    return Question(key, "metrics", "sum(x)", END - (points - 1) * step, END, step, timedelta(minutes=6))


def answered(key: str, values: dict[str, list[float]]) -> Answer:
    asked = question(key, len(next(iter(values.values()), [0.0] * 3)))
    matrix = np.array(list(values.values())).T if values else np.empty((3, 0))
    return Answer(asked, wide(grid(asked), list(values), matrix), took_s=0.123, points=matrix.size, source="prometheus")


def some_facts() -> Facts:
    instant = Question("slo/cart/availability/total/window", "metrics", "sum(y)", END, END, None, timedelta(days=28))
    incidents: list[dict[str, Any]] = [
        {"id": "INC-1", "title": "=cmd|' /C calc'!A0", "services": ["cart", "web"], "start": END},
        {"id": "INC-2", "services": [], "start": END, "end": END + timedelta(microseconds=1)},
    ]
    changes: list[dict[str, Any]] = [
        {
            "id": "CH-1",
            "expected_effect": {"metric": "cart/requests", "size": "10%"},
            "services": ["日本"],
            "duration_s": 1.5,
        },
        {"id": "CH-2", "expected_effect": None, "services": []},
    ]
    answers = [
        answered("load/cart/requests", {"{}": [1.5, float("nan"), float("-inf")]}),
        answered("load/cart/silent", {}),
        answered("explore/../../labels", {label_key({"pod": text}): [1.0, 2.0, np.inf] for text in HOSTILE}),
        Answer(instant, wide(grid(instant), ["{}"], np.array([[1e18 + 1]])), warnings=("store down", "日本")),
        Answer(replace(question(), key="resource/cart/cpu/use"), None, error="no answer", source="prometheus"),
    ]
    return Facts(
        product=shop(timezone="Asia/Tokyo", sources={"metrics": {"url": "${URL:-http://localhost:9090}"}}),
        window=WINDOW,
        gathered_at=datetime(2026, 11, 23, 1, 0, 0, 123456, tzinfo=UTC),
        answers={answer.question.key: answer for answer in answers},
        records={
            "incidents": frames.INCIDENTS.frame(incidents),
            "changes": frames.CHANGES.frame(changes),
            "toil": frames.TOIL.frame(),
            "alert_runs": frames.ALERT_RUNS.frame(
                {"start": END, "alertname": "X", "labels": "{}", "page": page} for page in (True, False, None)
            ),
            "consultations": None,
        },
        sources=(SourceState("metrics", "prometheus", "ok", "4 of 5"),),
        failures=(Failure("metrics", "cart/cpu", "no answer"),),
    )


def assert_same(one: Facts, other: Facts) -> None:
    for name in ("product", "window", "gathered_at", "sources", "failures"):
        assert getattr(one, name) == getattr(other, name)
    assert list(one.answers) == list(other.answers)
    for key, answer in one.answers.items():
        again = other.answers[key]
        assert replace(answer, frame=None) == replace(again, frame=None)
        assert_frames_equal(answer.frame, again.frame)
    assert list(one.records) == list(other.records)
    for name, frame in one.records.items():
        assert_frames_equal(frame, other.records[name])


def assert_frames_equal(one: pd.DataFrame | None, other: pd.DataFrame | None) -> None:
    if one is None or other is None:
        assert one is other
    else:
        pd.testing.assert_frame_equal(one, other, check_exact=True, check_freq=True)


def test_reopened_facts_are_the_frozen_ones(tmp_path: Path) -> None:
    made = some_facts()
    assert_same(made, reopen(freeze(made, tmp_path / "snapshot")))


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_freezing_a_reopened_snapshot_gives_the_same_bytes(tmp_path: Path) -> None:
    first = freeze(some_facts(), tmp_path / "one")
    second = freeze(reopen(first), tmp_path / "two")
    assert files_of(first) == files_of(second)


def test_frames_can_be_changed_after_reopening(tmp_path: Path) -> None:
    again = reopen(freeze(some_facts(), tmp_path / "snapshot"))
    frame = again.answers["load/cart/requests"].frame
    changes = again.records["changes"]
    assert frame is not None
    assert changes is not None
    frame.iloc[0, 0] = 7.0
    changes.loc[0, "duration_s"] = 7.0
    assert float(frame.iloc[:, 0].max()) == float(changes["duration_s"].max()) == 7.0


def test_the_manifest_tells_each_query_with_its_place_and_checksum(tmp_path: Path) -> None:
    folder = freeze(some_facts(), tmp_path / "snapshot")
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["format"] == 1
    assert manifest["window"]["step"] == "5m"
    first, failed = manifest["queries"][0], manifest["queries"][-1]
    assert (folder / first["file"]).is_file()
    assert len(first["sha256"]) == 64
    assert {key: first[key] for key in ("key", "section", "query", "window", "step", "took_s", "points")} == {
        "key": "load/cart/requests",
        "section": "metrics",
        "query": "sum(x)",
        "window": "6m",
        "step": "5m",
        "took_s": 0.123,
        "points": 3,
    }
    assert failed["error"] == "no answer"
    assert failed["file"] is None
    assert manifest["product"]["sources"]["metrics"]["url"] == "${URL:-http://localhost:9090}"
    assert {record["name"]: record["rows"] for record in manifest["records"]}["consultations"] is None


def test_names_of_files_hold_nothing_but_letters_digits_and_dashes(tmp_path: Path) -> None:
    folder = freeze(some_facts(), tmp_path / "snapshot")
    names = [path.name for path in (folder / "series").iterdir()]
    assert "003-explore-..-..-labels.parquet" in names
    assert len(names) == 4


@pytest.mark.parametrize("file", ["series/001-load-cart-requests.parquet", "records/changes.parquet"])
@pytest.mark.parametrize("damage", ["changed", "cut", "gone"])
def test_a_damaged_file_is_named(tmp_path: Path, file: str, damage: str) -> None:
    folder = freeze(some_facts(), tmp_path / "snapshot")
    path = folder / file
    data = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(data[:-1] + b"?" if damage == "changed" else data[:40])
    with pytest.raises(SnapshotError, match=rf"{path.name}.*gather the facts again"):
        reopen(folder)


def rewrite(folder: Path, **changes: Any) -> None:
    path = folder / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")


def test_a_snapshot_of_a_newer_kit_says_which(tmp_path: Path) -> None:
    folder = freeze(some_facts(), tmp_path / "snapshot")
    rewrite(folder, format=2, kit="9.1.0")
    with pytest.raises(SnapshotError, match=r"newer prodmeet-kit \(9\.1\.0, format 2\)"):
        reopen(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"queries": [{"key": "x"}]},
        {"queries": 7},
        {"records": [{"name": "nothing"}]},
        {"product": {"product": "shop"}},
        {"window": {}},
        {"gathered_at": "yesterday"},
        {"format": None},
    ],
)
def test_a_manifest_the_kit_did_not_write_is_named(tmp_path: Path, changes: dict[str, Any]) -> None:
    folder = freeze(some_facts(), tmp_path / "snapshot")
    rewrite(folder, **changes)
    with pytest.raises(SnapshotError, match=MANIFEST):
        reopen(folder)


def test_a_manifest_cannot_point_outside_the_snapshot(tmp_path: Path) -> None:
    folder = freeze(some_facts(), tmp_path / "snapshot")
    (tmp_path / "secret").write_bytes(b"x")
    queries = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["queries"]
    rewrite(folder, queries=[{**queries[0], "file": "../secret"}])
    with pytest.raises(SnapshotError, match="outside the snapshot"):
        reopen(folder)


def test_a_folder_without_a_snapshot_is_told(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="holds no snapshot"):
        reopen(tmp_path)


def test_freezing_again_replaces_the_whole_snapshot(tmp_path: Path) -> None:
    folder = freeze(some_facts(), tmp_path / "deep" / "snapshot")
    freeze(replace(some_facts(), answers={}), folder)
    assert list((folder / "series").iterdir()) == []
    assert [path.name for path in folder.parent.iterdir()] == ["snapshot"]


def test_a_folder_with_something_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(SnapshotError, match="something other than a snapshot"):
        freeze(some_facts(), tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("exchanges", [True, False])
def test_what_stood_there_stays_when_freezing_fails(
    exchanges: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = freeze(some_facts(), tmp_path / "snapshot")
    before = files_of(folder)
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(28, "No space left on device")
        return real(self, target)

    def exchange(one: bytes, other: bytes) -> bool:
        if exchanges:
            raise OSError(28, "No space left on device")
        return False

    monkeypatch.setattr(Path, "rename", rename)
    monkeypatch.setattr(durable, "_exchanged", exchange)
    with pytest.raises(SnapshotError, match="No space left on device"):
        freeze(replace(some_facts(), answers={}), folder)
    assert files_of(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["snapshot"]


def test_a_credential_in_clear_in_a_model_made_in_code_is_masked(tmp_path: Path) -> None:
    metrics = {"url": "http://host", "auth": {"type": "bearer", "token": "canary-11c0ff"}}
    made = replace(some_facts(), product=shop(sources={"metrics": metrics}))
    folder = freeze(made, tmp_path / "snapshot")
    assert "canary-11c0ff" not in (folder / MANIFEST).read_text(encoding="utf-8")
    assert reopen(folder).product.services == made.product.services


texts = st.text(st.characters(codec="utf-8"), max_size=8)


def test_series_on_one_grid_are_apart_and_those_on_none_come_back() -> None:
    frame = wide(grid(question(points=4)), ["{}"], np.arange(4.0)[:, None])
    one, other = (read_series(write_series(frame)) for _ in range(2))
    one.index.name, one.columns.name = "changed", "changed"
    one.iloc[0, 0] = 9.0
    assert_frames_equal(other, frame)
    assert_frames_equal(read_series(write_series(frame)), frame)
    for uneven in (frame.iloc[[0, 1, 3]], frame.iloc[[1]], frame.iloc[::-1], frame.iloc[:0]):
        assert_frames_equal(read_series(write_series(uneven)), uneven)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=50)
@given(
    st.dictionaries(
        st.dictionaries(texts, texts, max_size=3).map(label_key), st.lists(st.floats(), min_size=4, max_size=4)
    )
)
def test_any_series_come_back_from_parquet_as_they_were(columns: dict[str, list[float]]) -> None:
    keys = sorted(columns)
    frame = wide(grid(question(points=4)), keys, np.array([columns[key] for key in keys]).reshape(len(keys), 4).T)
    data = write_series(frame)
    assert_frames_equal(read_series(data), frame)
    assert write_series(read_series(data)) == data


moments = st.integers(0, 7_000_000_000_000_000).map(
    lambda micros: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "id": texts,
                "services": st.lists(texts),
                "start": st.none() | moments,
                "duration_s": st.floats(),
                "expected_effect": st.none() | st.dictionaries(texts, texts),
            }
        )
    )
)
def test_any_record_comes_back_from_parquet_as_it_was(rows: list[dict[str, Any]]) -> None:
    frame = frames.CHANGES.frame(rows)
    assert_frames_equal(read_record(frames.CHANGES, write_record(frames.CHANGES, frame)), frame)


def test_thirty_trends_of_four_weeks_stay_well_under_three_megabytes() -> None:
    rng = np.random.default_rng(1)
    asked = question(points=8064)
    day = 1.2 + np.sin(np.arange(8064) / 288 * 2 * np.pi)
    # requests counted over 6 minutes of a daily curve: as real a rate as can be drawn, hard to pack
    size = sum(len(write_series(wide(grid(asked), ["{}"], rng.poisson(3600 * day)[:, None] / 360))) for _ in range(30))
    assert size < 1_500_000
