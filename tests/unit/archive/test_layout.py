"""One module knows what lies in the folder of reports."""

from __future__ import annotations

import ast
from pathlib import Path

import prodmeet_kit
from prodmeet_kit.archive import layout
from prodmeet_kit.archive.layout import days, is_day, newest, snapshot_of

PACKAGE = Path(prodmeet_kit.__file__).parent


def test_only_folders_named_by_a_date_are_reports(tmp_path: Path) -> None:
    for name in ("2026-11-30", "2026-11-16", "2026-11-30.incomplete", ".new-1", "2026-13-01", "20261130", "notes"):
        (tmp_path / name).mkdir()
    (tmp_path / "2026-11-02").write_text("a file")
    (tmp_path / "latest").symlink_to("2026-11-30")
    assert days(tmp_path) == ["2026-11-16", "2026-11-30"]
    assert [name for name in ("2026-11-30", "latest", "2026-1-1", "2026-W49-1") if is_day(name)] == ["2026-11-30"]


def test_the_newest_report_is_found_by_a_link_and_by_a_date_where_there_are_no_links(tmp_path: Path) -> None:
    assert newest(tmp_path) == tmp_path / "latest"  # is not there, and is named in the message
    (tmp_path / "latest").write_text("2026-11-30\n")
    assert newest(tmp_path) == tmp_path / "2026-11-30"
    (tmp_path / "latest").unlink()
    (tmp_path / "2026-11-16").mkdir()
    (tmp_path / "latest").symlink_to("2026-11-16")
    assert newest(tmp_path).resolve() == (tmp_path / "2026-11-16").resolve()


def test_a_snapshot_is_found_by_its_report_and_by_itself(tmp_path: Path) -> None:
    inside = tmp_path / "snapshot"
    inside.mkdir()
    assert snapshot_of(tmp_path) == tmp_path  # none is there: the error names what was given
    (inside / "manifest.json").touch()
    assert snapshot_of(tmp_path) == snapshot_of(inside) == inside


def test_no_other_module_names_the_files_of_a_report() -> None:
    names = (layout.PAGE, layout.NOTEBOOK, layout.RECORD, layout.MINUTES, layout.MINUTES_PAGE, layout.INDEX)
    found = {
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        if path != Path(layout.__file__)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node.value in names or node.value.endswith(tuple(f"/{name}" for name in names))
    }
    assert found == set()
