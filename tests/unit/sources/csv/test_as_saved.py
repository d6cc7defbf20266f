"""CSV as spreadsheets and Grafana save it, and what becomes of cells, rows and files that nobody can read."""

from __future__ import annotations

import random
import re
import resource
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from prodmeet_kit.core.errors import SourceError, UnexpectedAnswer
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.sources.csv.backend import CsvSettings
from prodmeet_kit.sources.csv.source import CsvSource
from prodmeet_kit.sources.csv.table import read_table
from tests.support.counts import count

T = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)


def answer(folder: Path, data: bytes | str, query: str = "sum_over_time(cars[3h])") -> Answer:
    (folder / "m.csv").write_bytes(data.encode() if isinstance(data, str) else data)
    source = CsvSource(CsvSettings(type="csv", url="file:m.csv"), folder)
    return source.answer(Question("k", "metrics", query, T, T))


def value(found: Answer) -> float:
    assert found.frame is not None
    return float(found.frame["{}"].iloc[0])


PLAIN = "time,cars\n2026-11-22 22:00:00,10.5\n2026-11-22 23:00:00,\n2026-11-23 00:00:00,30\n"
SEMICOLON = PLAIN.replace(",", ";")


@pytest.mark.parametrize(
    "data",
    [
        PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        "\n" + PLAIN,
        SEMICOLON,
        PLAIN.replace(",", "\t"),
        PLAIN.replace("time", "Time"),
        PLAIN.replace("time,cars", '"Time","Cars"'),
        PLAIN.replace("\n", ",\n"),  # a separator at the end of every line
        "sep=;\n" + SEMICOLON,
        "sep=,\r\n" + PLAIN,
        SEMICOLON.replace(".", ","),  # decimal comma
        PLAIN.replace(",", "\t").replace("10.5", "10,5"),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        SEMICOLON.encode("utf-16"),
        PLAIN.replace(",", "\t").encode("utf-16-le"),
        b"\xfe\xff" + SEMICOLON.encode("utf-16-be"),
        PLAIN.replace(",\n", ",NaN\n"),
        PLAIN.replace(",\n", ",null\n"),
        PLAIN.replace("2026-11-22 22:00:00", "1795384800"),  # date -u -d @1795384800
        PLAIN.replace("2026-11-22 22:00:00", "1795384800000"),
        PLAIN.replace("2026-11-22 22:00:00", "2026/11/22 22:00"),
        PLAIN.replace("2026-11-22 22:00:00", "2026-11-22T22:00:00.000+00:00"),
        PLAIN.replace("2026-11-22 22:00:00", "2026-11-22 22:00:00 UTC"),
        PLAIN.replace("2026-11-22 22:00:00", "2026-11-23T07:00+09:00"),
        PLAIN.replace("10.5", "1.05e1"),
    ],
)
def test_a_file_is_read_as_programs_save_it(tmp_path: Path, data: bytes | str) -> None:
    found = answer(tmp_path, data)
    assert value(found) == 40.5  # 10.5, nothing, 30
    assert found.partial == ""


@pytest.mark.parametrize(
    ("times", "told"),
    [
        (("2026-11-22 22:30:00", "2026-11-22T23:30Z"), True),
        (("2026-11-22", "2026-11-23"), True),
        (("2026/11/22 22:30", "2026/11/22 23:30"), True),
        (("2026/11/2 9:30", "2026/11/3", "2026-11-2 10:05:00"), True),
        (("2026-11-22T22:30Z", "2026-11-22T23:30+00:00"), False),
        (("2026-11-22 22:30 UTC", "2026-11-22 UTC"), False),
        (("1795386600000", "1795390200000"), False),  # since 1970: no zone to be in doubt about
    ],
)
def test_times_that_do_not_say_their_zone_are_told(tmp_path: Path, times: tuple[str, str], told: bool) -> None:
    (tmp_path / "m.csv").write_text("time,cars\n" + "".join(f"{time},1\n" for time in times))
    source = CsvSource(CsvSettings(type="csv", url="file:m.csv"), tmp_path)
    assert source.notes == ("times without an offset are read as UTC",) * told


def test_a_day_and_an_hour_of_one_digit_are_read(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("time,cars\n2026/11/2 9:05,1\n2026/11/10 10:00,2\n2026/1/2,3\n")
    assert [f"{time:%m-%d %H:%M}" for time in read_table(tmp_path / "m.csv").frame.index] == [
        "01-02 00:00",
        "11-02 09:05",
        "11-10 10:00",
    ]


def test_a_series_is_named_as_a_query_can_name_it(tmp_path: Path) -> None:
    text = PLAIN.replace("cars", '"Cars in (req/s)"')
    assert value(answer(tmp_path, text, "sum_over_time(cars_in_req_s[3h])")) == 40.5
    twice = PLAIN.replace("cars", "Cars,cars.").replace("\n2", "\n2")
    with pytest.raises(SourceError, match=r"Cars and cars\. are alike: rename one"):
        answer(tmp_path, twice, "sum_over_time(CARS[3h])")


@pytest.mark.parametrize("cell", ["soon", "Infinity", "-inf", "1x0", "1_0", "∞"])
def test_a_cell_that_is_no_number_costs_itself_and_is_named_with_its_line(tmp_path: Path, cell: str) -> None:
    found = answer(tmp_path, PLAIN.replace(",\n", f",{cell}\n"))
    assert value(found) == 40.5
    assert found.partial.startswith(f'{tmp_path / "m.csv"}:3: cars is "{cell}": write a')


@pytest.mark.parametrize(
    "row", ["tomorrow,5", "0001-01-01,5", "9999-12-31T00:00Z,5", "2026-11-22 23:00:00,1,5", "22/11/2026 23:00,5", ",5"]
)
def test_a_row_without_a_time_costs_itself_and_is_named_with_its_line(tmp_path: Path, row: str) -> None:
    found = answer(tmp_path, PLAIN.replace("2026-11-22 23:00:00,", row))
    assert value(found) == 40.5
    assert found.partial.startswith(f"{tmp_path / 'm.csv'}:3: ")


def test_of_many_cells_three_are_named_and_the_others_counted(tmp_path: Path) -> None:
    found = answer(tmp_path, PLAIN + "".join(f"2026-11-22 23:0{minute}:00,x\n" for minute in range(1, 6)))
    assert found.partial.count("m.csv") == 3
    assert "and 2 more" in found.partial


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (PLAIN.replace("30", '"1,234"'), 4),
        (PLAIN.replace("10.5", "12.3 req/s"), 2),
        (PLAIN.replace("10.5", "12%"), 2),
        (PLAIN.replace("10.5", "1.2K"), 2),
        (PLAIN.replace("10.5", "1 234"), 2),
        (SEMICOLON.replace("10.5", "1.234,5"), 2),
        (SEMICOLON.replace("10.5", "10,5").replace("30", "1.234"), 2),  # both signs: one of them marks thousands
        (PLAIN.replace(",", "\t").replace("30", "1,234").replace("10.5", "10"), 4),  # a decimal comma, or a thousand
    ],
)
def test_numbers_for_peoples_eyes_are_refused_with_their_column_alone(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(UnexpectedAnswer, match=rf"m\.csv:{line}: cars is .*write plain numbers"):
        answer(tmp_path, text)
    separator = next(sign for sign in "\t;," if sign in text.splitlines()[0])
    head, *rows = text.splitlines()
    beside = [f"{head}{separator}vans", *(f"{row}{separator}1" for row in rows)]
    assert value(answer(tmp_path, "\n".join(beside), "sum_over_time(vans[3h])")) == 3


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        ("time,größe,a\n2026-11-22,1\n".encode("cp1252"), r"not UTF-8 \(byte 7\): save it as UTF-8"),
        (b'time,cars\n2026-11-22,"1\n', r"m\.csv:2: cannot read the row"),
        (b"PK\x03\x04\x14\0\x06\0", "a workbook of a spreadsheet program, not CSV: export the table as CSV"),
        (b"time,cars,cars\n", "two columns cars"),
        (b"2026-11-22T22:30Z,1\n", "name the first column time"),
        (b"time,cars\n22.11.2026,1\n23.11.2026,1\n", r'm\.csv:2: time is "22\.11\.2026": write ISO 8601'),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_place(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(SourceError, match=says):
        answer(tmp_path, data)


def mutated(random_: random.Random, data: bytes) -> bytes:
    """The bytes with one to three of them changed, taken out, or put in."""
    given = bytearray(data)
    for _ in range(random_.randint(1, 3)):
        at, byte = random_.randrange(len(given)), random_.choice([random_.randrange(256), *b';,"\n\t .-0'])
        given[at : at + random_.randint(0, 1)] = bytes([byte])[: random_.randint(0, 1)]
    return bytes(given)


def test_whatever_stands_in_a_row_the_others_are_read(tmp_path: Path) -> None:
    random_ = random.Random(12)
    head, tail = b"time,cars,vans\n2026-11-22T22:00Z,10,1\n", b"\n2026-11-23T00:00Z,30,3\n"
    began, said = time.process_time(), list[str]()
    for _ in range(count(150, 2000)):
        row = mutated(random_, b"2026-11-22T23:00Z,20,2")
        try:
            found = answer(tmp_path, head + row + tail)
        except UnexpectedAnswer as error:  # a quote, a number for people's eyes, or a time that stands there already
            said.append(str(error))
        else:
            assert value(found) >= 40 or b"-" in row.partition(b",")[2], row
    assert [text for text in said if not re.search(r"m\.csv:[34]: ", text)] == []
    assert len(said) < count(150, 2000) / 3
    assert time.process_time() - began < count(150, 2000) * 0.1


def test_random_bytes_are_refused_in_words(tmp_path: Path) -> None:
    random_ = random.Random(13)
    for _ in range(count(150, 2000)):
        alphabet = random_.choice([bytes(range(256)), b'time,;\t"\n\r 0123456789-:.xZ\xff\x00'])
        data = random_.choice([b"", b"time,cars\n"]) + bytes(random_.choices(alphabet, k=random_.randint(0, 300)))
        with suppress(SourceError):
            answer(tmp_path, data, "cars")


def test_a_large_file_is_read_in_bounds_and_a_larger_one_refused(tmp_path: Path) -> None:
    rows = count(50_000, 1_000_000)
    first = datetime(2025, 1, 1, tzinfo=UTC)
    text = "time,cars\n" + "".join(f"{first + timedelta(seconds=20 * row)},1\n" for row in range(rows))
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    found = answer(tmp_path, text, "sum_over_time(cars[1000d])")
    assert value(found) == rows
    assert time.process_time() - began < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # KiB
    with (tmp_path / "m.csv").open("wb") as file:
        file.truncate(49 << 20)
    with pytest.raises(UnexpectedAnswer, match="over 48 MiB"):
        CsvSource(CsvSettings(type="csv", url="file:m.csv"), tmp_path)
