"""Lists kept as JSON and CSV: the same entries, the same rules and places as in YAML."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.core.errors import ParametersError
from prodmeet_kit.core.window import Window
from prodmeet_kit.parameters import Service
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import Spec
from prodmeet_kit.sources import files
from prodmeet_kit.sources.base import Broken, Context
from tests.support.answering import shop

WINDOW = Window.ending(datetime(2026, 11, 23, tzinfo=UTC), cadence=timedelta(days=14), timezone="Asia/Tokyo")


def read(folder: Path, name: str, text: str | bytes, spec: Spec = frames.INCIDENTS) -> pd.DataFrame:
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    key = f"sources.{spec.name}[0]"
    product = shop(timezone="Asia/Tokyo")
    product = product.model_copy(update={"services": (*product.services, Service(name="web"))})
    context = Context(product, WINDOW, spec, key, folder, None, Broken("metrics", "none"))
    return spec.check(files.read({"type": "file", "path": name}, context))


def problems(folder: Path, name: str, text: str | bytes, spec: Spec = frames.INCIDENTS) -> list[str]:
    with pytest.raises(ParametersError) as caught:
        read(folder, name, text, spec)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


YAML = {
    "incidents": '- {id: "007", title: "Down, again", services: [cart], start: 2026-11-10T12:00, impact: much}',
    "changes": "- {id: C, title: Move, start: 2026-11-10T12:00, duration: 2h, services: [cart],"
    " expected_effect: {metric: cart/requests, direction: up}}",
    "action_items": '- {id: A, text: Do, due: 2026-11-20, verify: {query: up, expect: "<= 1"}}',
    "consultations": "- {id: Q, question: How?, asked: 2026-11-10}",
    "toil": "- {id: T, text: Restart, minutes: 5, times_per_week: 2.5}",
}
JSON = {
    "incidents": '[\n\t{"id": "007", "title": "Down, again", "services": ["cart"], "start": "2026-11-10T12:00",\n'
    '\t "impact": "much", "end": null}]',
    "changes": '[{"id": "C", "title": "Move", "start": "2026-11-10T12:00", "duration": "2h",'
    ' "services": ["cart"], "expected_effect": {"metric": "cart/requests", "direction": "up"}}]',
    "action_items": '[{"id": "A", "text": "Do", "due": "2026-11-20", "verify": {"query": "up", "expect": "<= 1"}}]',
    "consultations": '[{"id": "Q", "question": "How?", "asked": "2026-11-10"}]',
    "toil": '[{"id": "T", "text": "Restart", "minutes": 5, "times_per_week": 2.5}]',
}
CSV = {
    "incidents": 'id,title,services,start,end,impact\n007,"Down, again",cart,2026-11-10T12:00,,much\n',
    "changes": "id;title;start;duration;services;expected_effect.metric;expected_effect.direction\r\n"
    "C;Move;2026-11-10T12:00;2h;cart;cart/requests;up\r\n",
    "action_items": "id,text,due,verify.query,verify.expect\nA,Do,2026-11-20,up,<= 1\n",
    "consultations": "\ufeffid,question,asked\nQ,How?,2026-11-10\n",
    "toil": "id,text,minutes,times_per_week\nT,Restart,5,2.5\n",
}


@pytest.mark.parametrize("record", YAML)
@pytest.mark.parametrize(("ending", "texts"), [("json", JSON), ("csv", CSV)])
def test_every_record_reads_the_same_from_json_and_csv_as_from_yaml(
    tmp_path: Path, record: str, ending: str, texts: dict[str, str]
) -> None:
    named, spec = f"list.{ending}", frames.ALL[record]
    made = read(tmp_path, named, texts[record], spec)
    expected = read(tmp_path, "list.yaml", YAML[record], spec)
    if "source" in expected:
        expected["source"] = pd.Series([named], dtype="object")
    pd.testing.assert_frame_equal(made, expected)


@pytest.mark.parametrize(
    "cell",
    ["cart;web", "cart web", "cart; Web", '"cart\nweb"', '"cart,web"', "cart/web", "cart & WEB", "`cart` and `web`"],
)
def test_services_in_a_cell_have_any_separator_between_them(tmp_path: Path, cell: str) -> None:
    made = read(tmp_path, "list.csv", f"id,title,start,services\n1,x,2026-11-10,{cell}\n")
    assert made["services"].tolist() == [["cart", "web"]]


def test_services_of_a_list_in_yaml_are_read_in_any_case_and_as_one_text(tmp_path: Path) -> None:
    text = "- {id: 1, title: x, start: 2026-11-10, services: [CART]}\n"
    text += "- {id: 2, title: x, start: 2026-11-10, services: '%s'}"
    assert read(tmp_path, "a.yaml", text % "Web, cart")["services"].tolist() == [["cart"], ["web", "cart"]]
    assert read(tmp_path, "a.yaml", text % "none")["services"].tolist() == [["cart"], []]
    (said,) = problems(tmp_path, "a.yaml", text % "cart, wbe")
    assert said == 'a.yaml:2: [1].services[0] is "wbe", which is no service of shop: did you mean web?'


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods", "a.numbers", "a.CSV.gz", "a.toml"])
def test_a_file_of_another_kind_says_which_endings_there_are(tmp_path: Path, name: str) -> None:
    (said,) = problems(tmp_path, name, b"PK\x03\x04\x14\x00")
    ending = name[name.rindex(".") :].lower()
    assert said == (
        f"{name}: the file is no list in YAML, and its name ends in {ending}:"
        " a list ends in .yaml, .yml, .json or .csv: export the table as CSV, and name that file"
    )


def test_a_list_in_yaml_is_read_whatever_its_name_ends_in(tmp_path: Path) -> None:
    assert len(read(tmp_path, "incidents.txt", YAML["incidents"])) == 1
    assert len(read(tmp_path, "incidents", YAML["incidents"])) == 1
    assert len(read(tmp_path, "list.tsv", "id\ttitle\tstart\n1\tx\t2026-11-10\n")) == 1


def test_a_list_that_would_take_minutes_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"{number},x,2026-11-10\n" for number in range(20_001))
    (said,) = problems(tmp_path, "a.csv", "id,title,start\n" + rows)
    assert said == "a.csv:20002: the file is over 20000 entries: keep the older ones in a file of their own"
    (said,) = problems(tmp_path, "a.json", "[" + "{}," * 30_000 + "{}]")
    assert said == "a.json: the file is over 20000 entries: keep the older ones in a file of their own"


def test_of_very_many_problems_the_first_are_told(tmp_path: Path) -> None:
    said = problems(tmp_path, "a.json", "[" + "{}," * 99 + "{}]")
    assert len(said) == 101
    assert said[-1] == "a.json: 200 more problems: fix those above first"


@pytest.mark.parametrize("digits", ["9" * 5000, "1e999"])
def test_a_number_of_json_that_no_computer_holds_is_no_number(tmp_path: Path, digits: str) -> None:
    text = '[{"id": "T", "text": "x", "times_per_week": 1, "minutes": ' + digits + "}]"
    (said,) = problems(tmp_path, "a.json", text, frames.TOIL)
    assert said.startswith("a.json:1: [0].minutes is ") and said.endswith(": write a number")


def test_half_a_letter_of_json_is_told(tmp_path: Path) -> None:
    (said, *_) = problems(tmp_path, "a.json", '[{"id": "1", "title": "\\ud83d", "start": "2026-11-10"}]')
    assert said == "a.json:1: [0].title is a text with half of a letter: write the letter itself, not with \\u"


def test_a_path_longer_than_any_is_told(tmp_path: Path) -> None:
    key = "sources.incidents[0]"
    context = Context(shop(), WINDOW, frames.INCIDENTS, key, tmp_path, None, Broken("metrics", "none"))
    with pytest.raises(ParametersError, match=r"path is file name too long: fix the path"):
        files.read({"type": "file", "path": "x" * 300 + ".csv"}, context)


def test_an_empty_list_is_no_entry(tmp_path: Path) -> None:
    assert read(tmp_path, "a.json", "[]").empty
    assert read(tmp_path, "b.json", "").empty
    assert read(tmp_path, "a.csv", "").empty
    assert read(tmp_path, "b.csv", "id,title,start\n,,\n\n").empty


def test_text_is_kept_as_it_is(tmp_path: Path) -> None:
    title = "=cmd|' /C'!A0 <b> \u202e \U0001f600 \u2028 tab\t\\"
    entry = {"id": "1", "title": title, "start": "2026-11-10"}
    assert read(tmp_path, "a.json", json.dumps([entry]))["title"].tolist() == [title]
    text = f'id,title,start\n1,"{title}",2026-11-10\n'
    assert read(tmp_path, "a.csv", text)["title"].tolist() == [title]


def test_a_wrong_value_is_told_with_its_line(tmp_path: Path) -> None:
    text = 'id,title,start,impact\n1,x,2026-11-10,"two\nlines"\n2,y,soon,\n2,z,2026-11-10,\n'
    assert problems(tmp_path, "a.csv", text) == [
        'a.csv:4: [1].start is "soon": write a time as 2026-11-24, 2026-11-24T10:00 or 2026-11-24T10:00+09:00',
    ]
    found = problems(tmp_path, "a.json", '[\n {"id": 1, "title": "x",\n  "start": "soon", "services": ["kart"]}\n]')
    assert len(found) == 1
    assert found[0].startswith('a.json:3: [0].start is "soon": write a time as')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,titel,start\n1,x,2026-11-10\n", "a.csv:1: column titel is not known: did you mean title?"),
        ("id,title,title,start\n1,x,y,2026-11-10\n", "a.csv:1: column title is written twice: keep one"),
        ("id,title,,start\n1,x,y,2026-11-10\n", "a.csv:1: column 3 is without a name: give it a name or remove it"),
        (
            "id,title,start\n1,Down, again,2026-11-10\n",
            "a.csv:2: [0] is 4 cells: the header has 3 columns: put text that holds a comma in quotes",
        ),
        ('id,title,start\n1,"x,2026-11-10\n', "a.csv:2: the file is not CSV: unexpected end of data"),
        (
            b"PK\x03\x04\x14\0\x06\0\x08\0",
            "a.csv: the file is a workbook of a spreadsheet program, not CSV: export the table as CSV (UTF-8)",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "a.csv: the file is a workbook of a spreadsheet program, not CSV: export the table as CSV (UTF-8)",
        ),
        (b"id,title,start\n1,\xff,2026-11-10\n", "a.csv: the file is not UTF-8 (byte 17): save it as UTF-8"),
    ],
)
def test_a_csv_that_is_not_as_it_should_be_is_told(tmp_path: Path, text: str | bytes, said: str) -> None:
    assert problems(tmp_path, "a.csv", text)[0].startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[{"id": 1,]', "a.json:1:11: the file is not JSON: "),
        ('{"id": 1}', 'a.json: the file is no list: write a list, such as [{"id": "A-1"}]'),
        ('[{"id": 1,\n"id": 2}]', "a.json:2: [0].id is written twice: keep one; the first is in line 1"),
        ('[{"id": NaN}]', "a.json: the file is not JSON: NaN is no number"),
        ("[" * 100_000, "a.json: the file is nested too deeply"),
    ],
)
def test_a_json_that_is_not_as_it_should_be_is_told(tmp_path: Path, text: str, said: str) -> None:
    assert problems(tmp_path, "a.json", text)[0].startswith(said)


def test_a_missing_file_is_told_with_its_fix(tmp_path: Path) -> None:
    def said(name: str) -> Any:
        key = "sources.incidents[0]"
        context = Context(shop(), WINDOW, frames.INCIDENTS, key, tmp_path, None, Broken("metrics", "none"))
        with pytest.raises(ParametersError) as caught:
            files.read({"type": "file", "path": name}, context)
        return caught.value.problems[0].fix

    assert said("x.csv") == f"create {tmp_path / 'x.csv'}, or fix the path"
    assert "with [] in it" in said("x.json")


@pytest.mark.parametrize(
    "text",
    [
        "id;title;start\n1;Down;2026-11-10\n".encode("utf-16"),
        b"sep=;\r\nid;title;start\r\n1;Down;2026-11-10\r\n",
        b"id\ttitle\tstart\n1\tDown\t2026-11-10\n",
    ],
)
def test_a_csv_is_read_as_excel_saves_it(tmp_path: Path, text: bytes) -> None:
    assert read(tmp_path, "a.csv", text)["title"].tolist() == ["Down"]


def test_the_line_that_names_the_separator_is_counted(tmp_path: Path) -> None:
    assert problems(tmp_path, "a.csv", "sep=;\nid;titel;start\n")[0].startswith("a.csv:2: column titel is not known")
