"""Hand-written YAML by the rules of YAML 1.2, with lines and every problem."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit.parameters import Document, read_document


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)

    def reader(text: str) -> Document:
        Path("f.yaml").write_text(text, encoding="utf-8")
        return read_document(Path("f.yaml"))

    return reader


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("no", "no"),
        ("12:30", "12:30"),
        ("2026-11-24", "2026-11-24"),
        ("2026-11-24T10:00", "2026-11-24T10:00"),
        ("2026-11-24 10:00:00", "2026-11-24 10:00:00"),
        ("007", "007"),
        ("1_000", "1_000"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("0b11", "0b11"),
        ("'99.9'", "99.9"),
        ('"true"', "true"),
        ("!!str 5", "5"),
        (">-\n  a\n  b", "a b"),
        ("|\n  1\n", "1\n"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("0", 0),
        ("-3", -3),
        ("+5", 5),
        ("99.9", 99.9),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-.inf", -math.inf),
        ("28d", "28d"),
    ],
)
def test_a_value_is_what_yaml_1_2_says_or_text(read: Any, written: str, value: Any) -> None:
    got = read(f"k: {written}").data["k"]
    assert got == value
    assert type(got) is type(value)


def test_the_yaml_1_1_directive_brings_no_old_truth_back(read: Any) -> None:
    assert read("%YAML 1.1\n---\nk: on\n").data == {"k": "on"}


def test_a_key_that_looks_like_another_type_stays_text(read: Any) -> None:
    assert read("on: 1\n5: 2\ntrue: 3\n").data == {"on": 1, "5": 2, "true": 3}


def test_each_value_knows_its_line(read: Any) -> None:
    document = read("a: 1\nb:\n  - x\n  - {c: 2,\n     d: 3}\n")
    assert document.place(("a",)) == "f.yaml:1"
    assert document.place(("b", 1)) == "f.yaml:4"
    assert document.place(("b", 1, "d")) == "f.yaml:5"


def test_a_missing_value_is_placed_at_what_should_hold_it(read: Any) -> None:
    document = read("a: 1\nb:\n  c: 2\n")
    assert document.place(("b", "missing", 0)) == "f.yaml:2"


def test_merge_keys_bring_values_in_under_the_mappings_own(read: Any) -> None:
    text = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\none: {<<: *x, b: 9}\ntwo: {<<: [*x, *y]}\n"
    data = read(text).data
    assert data["one"] == {"a": 1, "b": 9}
    assert data["two"] == {"a": 1, "b": 2, "c": 4}


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n"])
def test_an_empty_file_has_no_content_and_no_problem(read: Any, text: str) -> None:
    document = read(text)
    assert document.data is None
    assert document.problems == ()


@pytest.mark.parametrize(
    ("text", "place", "key", "value", "fix"),
    [
        (
            "a: 1\nb: [1",
            "f.yaml:2:6",
            "the file",
            "not YAML",
            "while parsing a flow sequence expected ',' or ']', but got",
        ),
        ("a: b: c", "f.yaml:1:5", "the file", "not YAML", "mapping values are not allowed here"),
        ("a: 1\n\tb: 2", "f.yaml:2:1", "the file", "not YAML", "a tab is not allowed here: indent with blanks"),
        ("a: @b", "f.yaml:1:4", "the file", "not YAML", "found character '@' that cannot start any token"),
        ("---\na: 1\n---\nb: 2", "f.yaml:3:1", "the file", "not YAML", "expected a single document in the stream"),
        ("a: \x07", "f.yaml:1", "the file", "not YAML", "a character that YAML does not allow"),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "f.yaml:4", "b.c", "written twice", "keep one; the first is in line 3"),
        ("q: {{.window}}", "f.yaml:1", "q", "a mapping or list used as a key", "put the value in quotes"),
        ("a: &a [1, *a]", "f.yaml:1", "a[1]", "a reference to what it is part of", "write the value out"),
        ("a: {<<: 5}", "f.yaml:1", "a.<<", "not a mapping", "name a mapping after <<, as in <<: *name"),
        ("a: !x y", "f.yaml:1", "a", "tagged with !", "put a value that begins with ! in quotes"),
    ],
)
def test_what_is_wrong_with_the_yaml_is_named_with_its_place_and_fix(
    read: Any, text: str, place: str, key: str, value: str, fix: str
) -> None:
    (problem,) = read(text).problems
    assert (problem.file, problem.key, problem.value) == (place, key, value)
    assert fix in problem.fix


@pytest.mark.parametrize(
    "line",
    [
        "token: *hunter2",
        "token: 'hunter2",
        'token: "hunter2',
        "token: !hunter2 x",
        "token: @hunter2",
        "token: hunter2: x",
    ],
)
def test_a_syntax_error_shows_nothing_of_a_line_that_may_hold_a_password(read: Any, line: str) -> None:
    (problem,) = read(f"a: 1\n{line}\n").problems
    assert "hunter2" not in str(problem)


def test_a_file_that_is_not_there_or_not_utf_8_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    (absent,) = read_document(tmp_path / "absent.yaml").problems
    assert absent.value == "not readable (No such file or directory)"
    (tmp_path / "latin.yaml").write_bytes("title: Überblick".encode("latin-1"))
    (latin,) = read_document(tmp_path / "latin.yaml").problems
    # "title: " is 7 bytes, so the first byte that is not UTF-8 is byte 7
    assert (latin.value, latin.fix) == ("not UTF-8 (byte 7)", "save it as UTF-8")


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_bytes("\ufeffa: 1\r\nb: x\r\n".encode())
    assert read_document(tmp_path / "w.yaml").data == {"a": 1, "b": "x"}
