"""What no file may cost or say: times and lengths nobody can count, and files that would fill the memory."""

from __future__ import annotations

import time
import tracemalloc
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from prodmeet_kit.core.errors import ParametersError
from prodmeet_kit.core.promql.depth import depth
from prodmeet_kit.core.window import EARLIEST, LATEST, LONGEST, parse_day, parse_duration, parse_time
from prodmeet_kit.parameters import load, read_document
from prodmeet_kit.parameters.documents import MOST_BYTES, document
from prodmeet_kit.parameters.yaml_nodes import MOST_LEVELS

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{here}: &{here} [{', '.join([f'*{before}'] * 9)}]\n" for before, here in zip("abcdefgh", "bcdefghi", strict=True)
)
"""387 million values, of which 400 bytes tell."""


@pytest.mark.parametrize(
    "text", ["0001-01-01", "1969-12-31T23:59", "9999-12-31", "9999-12-31T23:59-12:00", "2200-01-02"]
)
def test_a_time_that_no_frame_can_hold_is_refused_in_plain_words(text: str) -> None:
    with pytest.raises(ValueError, match="write a year from 1970 to 2199"):
        parse_time(text, "Asia/Tokyo")
    with pytest.raises(ValueError, match="write a year from 1970 to 2199"):
        parse_day(text[:10]) if text != "2200-01-02" else parse_day("2201-01-01")


def test_what_is_allowed_leaves_room_for_sums_in_nanoseconds() -> None:
    last = parse_time("2199-12-31T23:59", "America/Los_Angeles")
    first = parse_time("1970-01-01", "Asia/Tokyo")
    for moment, length in ((last, 2 * LONGEST), (LATEST, 2 * LONGEST), (first, -2 * LONGEST), (EARLIEST, -2 * LONGEST)):
        assert pd.Timestamp(moment + length).as_unit("ns").to_pydatetime() == moment + length
    assert parse_time(datetime(2200, 1, 1), "UTC") == datetime(2200, 1, 1, tzinfo=UTC)  # noqa: DTZ001


@pytest.mark.parametrize("text", ["11y", "300y", "100000d", "9999999999y", "999999999999999d", "99999999999999ms1y"])
def test_a_length_over_ten_years_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write a duration of at most 10y"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["9" * 5000 + "d", "1d" * 5000, "\N{ARABIC-INDIC DIGIT THREE}d"])
def test_a_length_of_endless_digits_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="write a duration as number and unit"):
        parse_duration(text)


def test_ten_years_are_a_duration() -> None:
    assert parse_duration("10y") == LONGEST == timedelta(days=3650)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("meeting: {cadence: 100000d}", 'meeting.cadence is "100000d": write a duration of at most 10y'),
        ("freezes: [{start: 2026-12-01, end: 9999-12-31, reason: x}]", 'freezes[0].end is "9999-12-31": write a year'),
        (
            "freezes: [{start: 0001-01-01, end: 2026-12-31, reason: x}]",
            'freezes[0].start is "0001-01-01": write a year',
        ),
        (
            "exclusions: [{start: 2026-11-10, end: 9999-12-31, reason: x, author: y}]",
            'exclusions[0].end is "9999-12-31": write a year from 1970 to 2199',
        ),
        ("slo_rules: {min_events: .inf}", "slo_rules.min_events is inf: write a number"),
        ("slo_rules: {min_events: 1e999}", 'slo_rules.min_events is "1e999": write a number'),
        (f"slo_rules: {{min_events: {'9' * 5000}}}", "slo_rules.min_events is"),
        (f"timezone: {'9' * 5000}", "timezone is"),
        ("meeting: {cadence: {}}", "meeting.cadence is an empty mapping: write a duration as number and unit"),
    ],
)
def test_a_far_value_in_the_parameters_is_told_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "x.yaml").write_text(f"product: x\nservices: [{{name: web}}]\n{line}\n")
    with pytest.raises(ParametersError) as raised:
        load("x", tmp_path)
    (problem,) = raised.value.problems
    assert f"{tmp_path}/x.yaml:3: {told}" in str(problem)


def test_a_window_and_a_loan_that_never_end_are_told_with_their_line(tmp_path: Path) -> None:
    slo = "{name: b, objective: 99, window: [], sli: {raw: {error_ratio_query: 'x[{{.window}}]'}}}, "
    slo += "{name: a, objective: 99, window: 9999999999y, sli: {raw: {error_ratio_query: 'x[{{.window}}]'}}}"
    disk = "{name: disk, query: x, borrowed: [{amount: 1, until: 9999-12-31}]}"
    (tmp_path / "x.yaml").write_text(f"product: x\nservices:\n- name: web\n  slos: [{slo}]\n  resources: [{disk}]\n")
    with pytest.raises(ParametersError) as raised:
        load("x", tmp_path)
    text = str(raised.value)
    assert 'x.yaml:4: services[0].slos[1].window is "9999999999y": write a duration of at most 10y' in text
    assert "x.yaml:4: services[0].slos[0].window is a list of 0: write a duration as number and unit" in text
    assert 'x.yaml:5: services[0].resources[0].borrowed[0].until is "9999-12-31": write a year from 1970' in text


@pytest.mark.parametrize(
    ("text", "place", "value"),
    [
        (BOMB, "f.yaml:1", "over 80000 values"),
        (
            "k0: &k0 {b: 1}\n" + "".join(f"k{n}: &k{n} {{<<: *k{n - 1}, c: *k{n - 1}}}\n" for n in range(1, 39)),
            "f.yaml:",
            "over 80000 values",
        ),
        ("a: 1\nb: " + "[" * 5_000, "f.yaml:2", "nested over 40 levels deep"),
        ("a: 1\nb: " + "{a: " * 5_000, "f.yaml:2", "nested over 40 levels deep"),
        ("- " * 50_000, "f.yaml:1", "nested over 40 levels deep"),
        ("? " * 50_000, "f.yaml:1", "nested over 40 levels deep"),
        ("".join(" " * depth + "a:\n" for depth in range(500)), f"f.yaml:{MOST_LEVELS}", "nested over 40 levels deep"),
        ("a: 1\nb: !" + "x" * 1_000_000, "f.yaml", "not YAML: over 100000 letters without a blank"),
        ("a: 1\nb: \0", "f.yaml:2", "not YAML"),
        ("a: !!set {x, y}", "f.yaml:1", "tagged with !"),
        ("a: !!map x", "f.yaml:1", "tagged with !"),
        ("!!map [x]", "f.yaml:1", "tagged with !"),
        ("a: !!python/object:os.system x", "f.yaml:1", "tagged with !"),
        ("a: !!binary eA==", "f.yaml:1", "tagged with !"),
        (r'a: "\ud800"', "f.yaml:1", "a text with half of a letter"),
        (r'"\ud800": 1', "f.yaml:1", "a key with half of a letter"),
        (r'a: "\U00110000"', "f.yaml", "not YAML (ValueError)"),
    ],
    ids=range(17),
)
def test_yaml_that_would_cost_too_much_is_refused_at_once(text: str, place: str, value: str) -> None:
    tracemalloc.start()
    began = time.process_time()
    try:
        told = document("f.yaml", text).problems[0]
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < 5
    assert told.file.startswith(place)
    assert told.value == value
    assert told.fix


def test_a_chain_of_references_is_as_deep_as_what_it_comes_to() -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 2000))
    (told,) = document("f.yaml", text).problems
    assert told.value == "nested over 40 levels deep"


def test_an_anchor_written_twice_goes_by_without_a_word() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert document("f.yaml", "a: &a 1\nb: &a 2\nc: *a").data == {"a": 1, "b": 2, "c": 2}


def test_a_letter_written_as_two_halves_is_one() -> None:
    assert document("f.yaml", r'"\ud83d\ude00": "a\ud83d\ude00"').data == {"\U0001f600": "a\U0001f600"}


def test_a_number_of_endless_digits_is_text() -> None:
    assert document("f.yaml", f"a: {'9' * 5000}\nb: 1e999").data == {"a": "9" * 5000, "b": "1e999"}


def test_a_huge_file_and_one_of_other_bytes_are_refused_with_their_place(tmp_path: Path) -> None:
    huge, bytes_ = tmp_path / "huge.yaml", tmp_path / "bytes.yaml"
    huge.write_text("# " + "x" * MOST_BYTES)
    bytes_.write_bytes(b"a: 1\nb: \xff\n")
    (told,) = read_document(huge).problems
    assert str(told) == f"{huge}: the file is over 2 MB: split it, or keep what is older elsewhere"
    (told,) = read_document(bytes_).problems
    assert str(told) == f"{bytes_}:2: the file is not UTF-8 (byte 8): save it as UTF-8"


@pytest.mark.parametrize(
    "query", ["(" * 3000 + "x" + ")" * 3000, "(" * 100_000, "-" * 3000 + "x", "x" + " + x" * 3000, "x" + " or x" * 3000]
)
def test_a_query_nested_without_end_is_refused_before_the_parser_sees_it(tmp_path: Path, query: str) -> None:
    text = f"product: x\nservices:\n- name: web\n  load:\n  - {{name: a, query: '{query}'}}\n"
    (tmp_path / "x.yaml").write_text(text)
    began = time.process_time()
    with pytest.raises(
        ParametersError, match=r"x.yaml:5: services\[0\].load\[0\].query is .*: nest at most 100 operators"
    ):
        load("x", tmp_path)
    assert time.process_time() - began < 2


def test_an_expression_for_labels_that_python_does_not_know_is_told(tmp_path: Path) -> None:
    line = "rotations: [{name: t, timezone: UTC, matchers: 'team=~\"(?i)x(?i)\"'}]"
    (tmp_path / "x.yaml").write_text(f"product: x\nservices: [{{name: web}}]\n{line}\n")
    with pytest.raises(ParametersError, match=r"x.yaml:3: rotations\[0\].matchers is .*: write label matchers such as"):
        load("x", tmp_path)


def test_operators_beside_each_other_are_not_deep() -> None:
    flat = "max(" + ", ".join(["sum(rate(x{a='(((((((', b=\"---\"}[5m]))"] * 500) + ")"
    assert depth(flat) < 10
    assert depth("# " + "(" * 500 + "\nsum by (a) (rate(x[{{.window}}]))") == 3
