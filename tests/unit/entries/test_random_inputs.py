"""Random bytes, YAML, JSON and CSV for every reader of what people write: read, or refused in plain words, and soon."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from prodmeet_kit import kinds
from prodmeet_kit.core.errors import InputError
from prodmeet_kit.core.window import Window
from prodmeet_kit.parameters import Product, load, products, read_document
from prodmeet_kit.schemas import frames
from prodmeet_kit.sources.base import Broken
from prodmeet_kit.sources.records import Reader
from tests.support.counts import count

pytestmark = [pytest.mark.timeout(1200), pytest.mark.takes(20)]  # of the full counts

WINDOW = Window.ending(datetime(2026, 11, 23, tzinfo=UTC), cadence=timedelta(days=14), timezone="UTC")
NOT_OURS = (
    "Error:",
    "pydantic",
    "Input should",
    "should match",
    "Traceback",
    "bounds",
    "source failed",
    "for integer string",
)
SIGNS = [
    *"abz:-[]{}&*!|>'\"%@`#,;? \n\t0159.\\/",
    "\r\n",
    "- ",
    ": ",
    "<<: *a",
    "&a ",
    "\0",
    "\x85",
    "\ufeff",
    "\u2028",
]
VALUES = [
    "9999-12-31",
    "0001-01-01",
    "2026-02-30",
    "9" * 5000,
    "1e999",
    ".nan",
    "-.inf",
    "99999999y",
    "!x y",
    "~",
    "''",
    "[]",
]
VALUES += [
    "{}",
    "true",
    "next Friday",
    '"\\ud800"',
    "2026-11-20T25:00",
    "2026-11-20T10:00+99:00",
    "-1",
    "cart, Web",
    "日本",
]

VALUE = re.compile(r"(?<=: )[^\n,{}\[\]]+|(?<=: )[\[{][^\n]*|(?<=,)[^\n,]+")
"""What stands after a colon or in a cell of a CSV: replaced as a whole, so that each reader gets every odd value."""

PARAMETERS = """\
product: x
timezone: Asia/Tokyo
meeting: {cadence: 14d, duration: 30m, agenda: [metrics, outages]}
sources:
  metrics: {url: "http://localhost:9090", timeout: 30s, step: 5m}
  incidents: [{type: file, path: a.yaml}]
services:
- name: web
  slos:
  - {name: a, objective: 99.9, window: 28d, sli: {raw: {error_ratio_query: "x[{{.window}}]"}}}
  resources: [{name: d, query: x, borrowed: [{amount: 1, until: 2026-12-31}]}]
- {name: cart, load: [{name: r, query: "rate(x[{{.window}}])"}]}
freezes: [{start: 2026-12-01, end: 2026-12-31, reason: sale}]
exclusions: [{start: 2026-11-10, end: 2026-11-11, services: [web], reason: x, author: y}]
rotations: [{name: t, timezone: UTC, services: [web], shifts: ["09:00", "21:00"]}]
holidays: JP
"""
LISTS = {
    "incidents": "- {id: A, title: x, start: 2026-11-20T10:00, end: 2026-11-20T11:00, services: [web]}\n",
    "changes": "- {id: A, title: x, start: 2026-11-24, duration: 2h, services: [web],"
    " expected_effect: {metric: web/r, direction: up}}\n",
    "action_items": '- {id: A, text: x, due: 2026-11-30, born: 2026-11-09, verify: {query: up, expect: "<= 1"}}\n',
    "consultations": "- {id: A, question: x, asked: 2026-11-10, answered: 2026-11-12, answer: y}\n",
    "toil": "- {id: A, text: x, minutes: 5, times_per_week: 2}\n",
}
CSV = {
    "incidents": "id,title,start,end,services\nA,x,2026-11-20T10:00,2026-11-20T11:00,web\n",
    "changes": "id;title;start;duration;services\nA;x;2026-11-24;2h;web\n",
    "action_items": "id,text,due,born\nA,x,2026-11-30,2026-11-09\n",
    "consultations": "id\tquestion\tasked\nA\tx\t2026-11-10\n",
    "toil": "id,text,minutes,times_per_week\nA,x,5,2\n",
}
JSON = {
    "incidents": '[{"id": "A", "title": "x", "start": "2026-11-20T10:00", "services": ["web"]}]',
    "changes": '[{"id": "A", "title": "x", "start": "2026-11-24", "duration": "2h"}]',
    "action_items": '[{"id": "A", "text": "x", "due": "2026-11-30"}]',
    "consultations": '[{"id": "A", "question": "x", "asked": "2026-11-10"}]',
    "toil": '[{"id": "T", "text": "x", "minutes": 5, "times_per_week": 2}]',
}


def spoilt(chance: random.Random, text: str) -> bytes:
    """The text with signs put in or taken out, values replaced, or something else altogether."""
    kind = chance.random()
    if kind < 0.15:
        return chance.randbytes(chance.randint(0, 300))
    if kind < 0.3:
        return "".join(chance.choice(SIGNS) for _ in range(chance.randint(0, 120))).encode()
    if kind < 0.6:
        for _ in range(chance.randint(1, 3)):
            at, end = chance.choice([found.span() for found in VALUE.finditer(text)] or [(0, 0)])
            text = text[:at] + chance.choice(VALUES) + text[end:]
        return text.encode()
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(text))
        end = min(len(text), at + chance.choice([0, 0, 1, 5, 20]))
        text = text[:at] + chance.choice([chance.choice(SIGNS), chance.choice(VALUES)]) + text[end:]
    data = text.encode()
    if kind > 0.9:
        at = chance.randint(0, len(data))
        data = data[:at] + chance.randbytes(2) + data[at:]
    return data.decode().encode("utf-16") if 0.88 < kind <= 0.9 else data


@contextmanager
def soon(given: bytes) -> Iterator[None]:
    began = time.process_time()
    yield
    assert time.process_time() - began < 5, given


def plain(text: str, given: bytes) -> None:
    assert not any(word in text for word in NOT_OURS), (text, given)


def refusal(folder: Path) -> str:
    """What is wrong with the product ``x``; empty when nothing is."""
    try:
        load("x", folder)
    except InputError as error:
        return str(error)
    return ""


def test_random_parameters_are_read_or_refused_and_the_product_beside_them_stays(tmp_path: Path) -> None:
    chance = random.Random(1)
    (tmp_path / "good.yaml").write_text("product: good\nservices: [{name: web}]\n")
    for number in range(count(80, 2000)):
        given = spoilt(chance, PARAMETERS)
        (tmp_path / "x.yaml").write_bytes(given)
        with soon(given):
            said = refusal(tmp_path)
            plain(said, given)
            assert not said or said.startswith(f"{tmp_path}/x.yaml"), given
            assert "good" in products(tmp_path)
        if number % 10 == 0:
            assert load("good", tmp_path).product == "good"


@pytest.mark.parametrize(("ending", "texts"), [("yaml", LISTS), ("csv", CSV), ("json", JSON)])
def test_random_lists_are_read_or_refused_whole_with_every_problem(
    tmp_path: Path, ending: str, texts: dict[str, str]
) -> None:
    chance = random.Random(ending)
    (tmp_path / "good.csv").write_text("id,text,minutes,times_per_week\ngood,x,5,2\n")
    source = {"type": "file", "path": f"a.{ending}"}
    for number in range(count(100, 2000)):
        name = sorted(texts)[number % len(texts)]
        given = spoilt(chance, texts[name])
        (tmp_path / f"a.{ending}").write_bytes(given)
        keys = {"toil": [{"type": "file", "path": "good.csv"}], **({name: [source]} if name != "toil" else {})}
        if name == "toil":
            keys["toil"] = [*keys["toil"], source]
        service = {"name": "web", "load": [{"name": "r", "query": "x"}]}
        product = Product.model_validate({"product": "x", "services": [service, {"name": "cart"}], "sources": keys})
        reader = Reader(product, WINDOW, tmp_path, None, Broken("metrics", "none"))
        (record,) = [record for record in kinds.records() if record.spec.name == name]
        (toil,) = [record for record in kinds.records() if record.spec is frames.TOIL]
        with soon(given):
            reading = reader.read(record)
            beside = reader.read(toil).frame
        assert beside is not None and "good" in beside["id"].tolist(), given
        for each in (*reading.failures, *reading.problems):
            plain(str(each), given)
        for problem in reading.problems:
            assert problem.file.startswith(f"{tmp_path}/a.{ending}"), given
        if not reading.problems and reading.frame is not None:
            assert all(len(str(value)) < 10_000 for value in reading.frame.to_numpy().ravel()), given


def test_random_text_is_a_document_or_a_problem(tmp_path: Path) -> None:
    chance = random.Random(2)
    for _ in range(count(200, 2000)):
        given = spoilt(chance, PARAMETERS)
        (tmp_path / "x.yaml").write_bytes(given)
        with soon(given):
            read = read_document(tmp_path / "x.yaml")
        for problem in read.problems:
            plain(str(problem), given)
            assert problem.file.startswith(f"{tmp_path}/x.yaml") and problem.fix, given


def nested(chance: random.Random, levels: int) -> str:
    """Random YAML that is well-formed: anchors, references, merges, tags, every kind of scalar."""
    kind = chance.randint(0, 6) if levels else 0
    if kind <= 1:
        return chance.choice(
            [*VALUES, "x", "*a", "&a x", "!!str 5", "!!set {x}", "5", "'a: b'", '"\\u00e9"', "0x1F", "1_000"]
        )
    inner = [nested(chance, levels - 1) for _ in range(chance.randint(0, 4))]
    if kind <= 4:
        keys = ["id", "<<", "a", "b", "? [x]", "start", "services", "'q'"]
        return "{" + ", ".join(f"{chance.choice(keys)}: {value}" for value in inner) + "}"
    return chance.choice(["", "&a ", "!!omap ", "!t "]) + "[" + ", ".join(inner) + "]"


def test_random_structures_of_yaml_are_a_document_or_a_problem(tmp_path: Path) -> None:
    chance = random.Random(3)
    for _ in range(count(200, 2000)):
        given = f"a: &a {{x: 1}}\nb: {nested(chance, chance.randint(1, 5))}\n".encode()
        (tmp_path / "x.yaml").write_bytes(given)
        with soon(given):
            read = read_document(tmp_path / "x.yaml")
        for problem in read.problems:
            plain(str(problem), given)
        with soon(given):
            plain(refusal(tmp_path), given)
