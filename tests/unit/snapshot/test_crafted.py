"""Snapshots that anybody may have made: what they claim is not believed, and nothing outside of them is read."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from prodmeet_kit.core.errors import SnapshotError
from prodmeet_kit.demo import SNAPSHOT
from prodmeet_kit.snapshot import copy, outline, reopen

SECRET = "root:x:0:0"


@pytest.fixture
def crafted(tmp_path: Path) -> Path:
    """A copy of the demo's snapshot, to be changed."""
    shutil.copytree(SNAPSHOT, tmp_path / "crafted")
    (tmp_path / "secret").write_text(SECRET)
    return tmp_path / "crafted"


def manifest(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return content


def write(folder: Path, content: Any) -> None:
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")


def with_file(folder: Path, data: bytes) -> str:
    """Put other bytes in the place of the first series, with the right sum. Returns its name."""
    content = manifest(folder)
    entry = next(entry for entry in content["queries"] if entry["file"])
    (folder / entry["file"]).write_bytes(data)
    entry["sha256"] = sha256(data).hexdigest()
    write(folder, content)
    return str(entry["file"])


def refused(folder: Path) -> str:
    """What is said of a snapshot; nothing else is raised, and soon."""
    began = time.monotonic()
    with pytest.raises(SnapshotError) as told:
        reopen(folder)
    assert time.monotonic() - began < 5
    assert len(str(told.value)) < 1500
    return str(told.value)


def parquet(table: pa.Table, **options: Any) -> bytes:
    stream = BytesIO()
    pq.write_table(table, stream, **options)
    return stream.getvalue()


def many_rows() -> bytes:
    """A few kilobytes that claim thirty million values."""
    whole = pa.table({"time": pa.array(np.zeros(15_000_000, "int8")), "x": pa.nulls(15_000_000, pa.int8())})
    return parquet(whole, compression="zstd")


FILES: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "no parquet": lambda: b"not at all" * 100,
    "cut": lambda: parquet(pa.table({"time": [1, 2]}))[:-9],
    "another table": lambda: parquet(pa.table({"a": ["x"]})),
    "texts for numbers": lambda: parquet(pa.table({"time": ["x"], "y": ["z"]})),
    "nested": lambda: parquet(pa.table({"time": [[1]], "y": [{"a": 1}]})),
    "footer of any length": lambda: b"PAR1" + b"\xff" * 40 + b"\xff\xff\xff\x7fPAR1",
    "many rows": many_rows,
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_no_series_is_named_whatever_its_sum(kind: str, crafted: Path) -> None:
    name = with_file(crafted, FILES[kind]())
    assert f"{crafted / name} cannot be read (" in refused(crafted)


@pytest.mark.parametrize(
    "name", ["../secret", "series/../../secret", "/etc/passwd", "series/..", "series/a/b", "secret", "series/\0", "", 7]
)
def test_a_name_that_leads_out_of_the_snapshot_is_refused_and_not_copied(name: Any, crafted: Path) -> None:
    content = manifest(crafted)
    entry = next(entry for entry in content["queries"] if entry["file"])
    entry |= {"file": name, "sha256": sha256(SECRET.encode()).hexdigest()}
    write(crafted, content)
    assert "manifest.json" in refused(crafted)
    with pytest.raises(SnapshotError, match=r"manifest\.json"):
        copy(crafted, crafted.parent / "to")
    assert not (crafted.parent / "to").exists()


def link_a_file(folder: Path, secret: Path) -> None:
    entry = next(entry for entry in manifest(folder)["queries"] if entry["file"])
    with_file(folder, secret.read_bytes())
    (folder / entry["file"]).unlink()
    (folder / entry["file"]).symlink_to(secret)


def link_a_folder(folder: Path, secret: Path) -> None:
    (folder / "series").rename(secret.parent / "elsewhere")
    (folder / "series").symlink_to(secret.parent / "elsewhere")


def link_the_manifest(folder: Path, secret: Path) -> None:
    (folder / "manifest.json").rename(secret.parent / "other.json")
    (folder / "manifest.json").symlink_to(secret.parent / "other.json")


def pipe(folder: Path, secret: Path) -> None:
    file = next((folder / "series").iterdir())
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize(
    ("make", "said"),
    [(link_a_file, "is a link"), (link_a_folder, "is a link"), (link_the_manifest, "is a link"), (pipe, "is no file")],
)
def test_no_link_is_followed_and_no_pipe_waited_for(
    make: Callable[[Path, Path], None], said: str, crafted: Path
) -> None:
    make(crafted, crafted.parent / "secret")
    assert said in refused(crafted)
    with pytest.raises(SnapshotError, match=said):
        copy(crafted, crafted.parent / "to")
    assert not (crafted.parent / "to").exists()


def test_what_the_manifest_does_not_list_is_not_copied(crafted: Path) -> None:
    (crafted / "series" / "more.parquet").write_text("more")
    (crafted / "notes.txt").write_text("notes")
    (crafted / "passwd").symlink_to("/etc/passwd")
    (crafted / "deep").mkdir()
    to = crafted.parent / "to"
    copy(crafted, to)
    names = {str(path.relative_to(to)) for path in to.rglob("*") if path.is_file()}
    assert names == {str(path.relative_to(SNAPSHOT)) for path in SNAPSHOT.rglob("*.*") if path.suffix != ".pyc"} - {
        "__pycache__"
    }


def test_the_folder_of_the_snapshot_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to(SNAPSHOT)
    assert reopen(tmp_path / "latest").product.product == "demo"


MANIFESTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a list": lambda content: [content],
    "one number": lambda content: 7,
    "no queries": lambda content: {key: value for key, value in content.items() if key != "queries"},
    "queries of numbers": lambda content: {**content, "queries": [1, 2]},
    "queries as a text": lambda content: {**content, "queries": "all"},
    "records as a number": lambda content: {**content, "records": 3},
    "a product of nothing": lambda content: {**content, "product": {}},
    "a product with a way": lambda content: {**content, "product": {**content["product"], "product": "../../x"}},
    "a window without end": lambda content: {**content, "window": {**content["window"], "end": "9" * 5000}},
    "a window of years": lambda content: {**content, "window": {**content["window"], "step": "9999999999y"}},
    "sources as a number": lambda content: {**content, "sources": 3},
    "a format of nothing": lambda content: {**content, "format": None},
    "a format without end": lambda content: {**content, "format": 1e400},
    "one file twice": lambda content: {**content, "queries": content["queries"][:1] * 2},
    "entries without end": lambda content: {**content, "queries": [{"file": None}] * 30_000},
    "previous as a list": lambda content: {**content, "previous": [1]},
}


@pytest.mark.parametrize("kind", MANIFESTS)
def test_a_manifest_that_says_anything_is_named(kind: str, crafted: Path) -> None:
    write(crafted, MANIFESTS[kind](manifest(crafted)))
    assert str(crafted) in refused(crafted)


@pytest.mark.parametrize("text", ["[" * 200_000, '{"format": ' + "9" * 100_000 + "}", "\xff", " " * 20_000_000, ""])
def test_a_manifest_that_is_no_json_is_named(text: str, crafted: Path) -> None:
    (crafted / "manifest.json").write_text(text, encoding="latin-1")
    assert str(crafted / "manifest.json") in refused(crafted)
    with pytest.raises(SnapshotError, match=r"manifest\.json"):
        outline(crafted)


@pytest.mark.parametrize(
    "changed",
    [
        {"timezone": "Nowhere/At_All"},
        {"timezone": "Europe"},
        {"start": "2199-01-01T00:00:00+00:00"},
        {"history_start": "0001-01-01T00:00:00+00:00"},
        {"end": "9999-12-31T00:00:00+00:00"},
        {"end": "2026-11-30T00:00:00"},
        {"step": "1s", "history_start": "2020-01-01T00:00:00+00:00"},
    ],
)
def test_a_window_that_no_review_has_is_named(changed: dict[str, str], crafted: Path) -> None:
    content = manifest(crafted)
    content["window"] |= changed
    write(crafted, content)
    assert "manifest.json is not as the kit wrote it" in refused(crafted)
    with pytest.raises(SnapshotError):
        outline(crafted)


@pytest.mark.parametrize(
    "times",
    [
        pa.array([1, 1], type=pa.timestamp("ns", tz="UTC")),
        pa.array([1, None], type=pa.timestamp("ns", tz="UTC")),
        pa.array([2**63 - 2, 2**63 - 1], type=pa.timestamp("ns", tz="UTC")),  # both are the last year there is
        pa.array(["2026-11-01", "2026-11-02"]),
    ],
)
def test_times_that_no_answer_has_are_named(times: Any, crafted: Path) -> None:
    data = BytesIO()
    pq.write_table(pa.table({"time": times, "{}": pa.array([1.0, 2.0])}), data)
    name = with_file(crafted, data.getvalue())
    assert name in refused(crafted)


def test_labels_of_a_record_that_are_none_are_named(crafted: Path) -> None:
    content = manifest(crafted)
    entry = next(entry for entry in content["records"] if entry["name"] == "alert_runs")
    table = pq.read_table(crafted / entry["file"])
    odd = pa.array(["no labels"] * len(table))
    pq.write_table(table.set_column(table.column_names.index("labels"), "labels", odd), crafted / entry["file"])
    entry["sha256"] = sha256((crafted / entry["file"]).read_bytes()).hexdigest()
    write(crafted, content)
    assert entry["file"] in refused(crafted)


def test_times_of_a_record_are_within_the_years_that_are_reckoned_with(crafted: Path) -> None:
    content = manifest(crafted)
    entry = next(entry for entry in content["records"] if entry["name"] == "alert_runs")
    table = pq.read_table(crafted / entry["file"])
    far = pa.array([2**63 - 1] * len(table), type=pa.timestamp("ns", tz="UTC"))
    pq.write_table(table.set_column(table.column_names.index("last"), "last", far), crafted / entry["file"])
    entry["sha256"] = sha256((crafted / entry["file"]).read_bytes()).hexdigest()
    write(crafted, content)
    runs = reopen(crafted).records["alert_runs"]
    assert runs is not None
    assert set(runs["last"]) == {pd.Timestamp("2200-01-01", tz="UTC")}
