"""French as somebody would add it: one file in ``prodmeet_kit/locale``, and no other change."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import prodmeet_kit
from prodmeet_kit.i18n import conventions
from tools.catalogues import path_of, update

NARROW, NO_BREAK, MINUS = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"

CATALOGUE = r"""
msgid ""
msgstr ""
"Language: fr\n"
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\n"

msgid "Metrics"
msgstr "Métriques"

msgid "{n} day"
msgid_plural "{n} days"
msgstr[0] "{n} jour"
msgstr[1] "{n} jours"

msgid "{n} d"
msgstr "{n} j"

msgid "; "
msgstr " ; "

msgid "GiB"
msgstr "Gio"

msgid "from zero"
msgstr "à partir de zéro"

msgid "Zoom in"
msgstr "Zoom avant"
"""

ASKED = """
import json
from datetime import UTC, datetime

from prodmeet_kit.cli import cli
from prodmeet_kit.i18n import plotly_words
from prodmeet_kit.i18n.languages import LANGUAGES, clauses, listed, t, use
from prodmeet_kit.i18n.numbers import amount, budget, change, count, fixed, number, percent, write
from prodmeet_kit.i18n.times import axis_day, date, day, days, duration, moment, short_date, weekday
from prodmeet_kit.parameters.editor_schema import schema
from prodmeet_kit.parameters.models import Product

NIGHT = datetime(2026, 11, 9, 20, 5, tzinfo=UTC)
service = {"name": "web", "slos": []}
with use("fr"):
    print(json.dumps({
        "languages": LANGUAGES,
        "command": [option.type.choices for option in cli.commands["report"].params if option.name == "language"][0],
        "schema": schema()["properties"]["language"]["enum"],
        "product": Product(product="shop", language="fr", services=[service]).language,
        "text": t("Metrics"),
        "percents": [percent(0.99951), percent(-0.02), percent(1e-9), budget(-0.288), change(0.032)],
        "from zero": change(float("inf")),
        "counts": [count(1234567.2), count(0.3), count(999)],
        "numbers": [number(12.345, "req/s"), number(1234.5), number(2.5e8), number(42.5, "%"), fixed(2.04, 1)],
        "bytes": amount(3.2 * 1024**3, "B/s"),
        "durations": [duration(200_000), duration(0.25), number(0.0000021, "s")],
        "days": [days(0), days(1), days(12)],
        "dates": [date(NIGHT, "Asia/Tokyo"), moment(NIGHT, "Asia/Tokyo"), short_date(NIGHT, "UTC", weekday=False)],
        "named": [day("2026-11-23"), weekday(0), weekday(6, whole=True), axis_day()],
        "lists": [listed(["web", "cart"]), write(["web", "cart", "mail"], "list"), clauses(["a, b", "c"])],
        "plotly": plotly_words.settings()["locales"]["fr"],
    }))
"""


@pytest.fixture(scope="module")
def french(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a copy of the kit says that has the file; all but what finds the file is a link to the kit itself."""
    place = tmp_path_factory.mktemp("french")
    kit = Path(prodmeet_kit.__file__).parent
    (place / "prodmeet_kit").mkdir()
    for path in kit.iterdir():
        if path.name in ("i18n", "locale"):
            shutil.copytree(path, place / "prodmeet_kit" / path.name)
        else:
            (place / "prodmeet_kit" / path.name).symlink_to(path)
    file = path_of("fr", place / "prodmeet_kit")
    file.parent.mkdir(parents=True)
    file.write_text(CATALOGUE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", ASKED], capture_output=True, text=True, cwd=place, check=False,
        env={**os.environ, "PYTHONPATH": str(place)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_the_command_line_parameter_files_and_editors_know_the_language(french: dict[str, Any]) -> None:
    assert french["languages"] == french["command"] == french["schema"] == ["en", "fr", "ja"]
    assert (french["product"], french["text"]) == ("fr", "Métriques")


def test_numbers_are_written_as_in_french(french: dict[str, Any]) -> None:
    assert french["percents"] == [
        f"99,951{NO_BREAK}%",
        f"{MINUS}2{NO_BREAK}%",
        f"<0,00001{NO_BREAK}%",
        f"{MINUS}29{NO_BREAK}%",
        f"+3,2{NO_BREAK}%",
    ]
    assert french["from zero"] == "à partir de zéro"
    assert french["counts"] == [f"1{NARROW}234{NARROW}567", "<1", "999"]
    assert french["numbers"] == [
        f"12,3{NARROW}req/s",
        f"1{NARROW}235",
        f"250{NARROW}M",
        f"42,5{NO_BREAK}%",
        "2,0",
    ]
    assert french["bytes"] == f"3,2{NARROW}Gio/s"


def test_lengths_of_time_and_days_are_written_as_in_french(french: dict[str, Any]) -> None:
    assert french["durations"] == ["2 j 8 h", "250 ms", f"2,1{NARROW}µs"]
    assert french["days"] == ["0 jour", "1 jour", "12 jours"]
    assert french["dates"] == ["mar. 10 nov. 2026", "mar. 10 nov. 05:05", "9 nov."]
    assert french["named"] == ["23 nov. 2026", "lun.", "dimanche", "%a %-d %b"]


def test_lists_and_clauses_have_the_marks_of_the_language(french: dict[str, Any]) -> None:
    assert french["lists"] == ["web, cart", "web, cart, mail", "a, b ; c"]


def test_charts_have_its_marks_names_and_words(french: dict[str, Any]) -> None:
    of_charts = french["plotly"]
    assert (of_charts["format"]["decimal"], of_charts["format"]["thousands"]) == (",", NARROW)
    assert of_charts["format"]["shortDays"][:2] == ["dim.", "lun."]
    assert of_charts["dictionary"]["Zoom in"] == "Zoom avant"


@pytest.mark.parametrize("value", ["0", "0.5", "12345.60", "1234567"])
def test_english_which_needs_no_babel_has_the_marks_that_babel_gives_it(value: str) -> None:
    exact = Decimal(value)
    places = -int(exact.as_tuple().exponent)
    by_babel = conventions.by_cldr("en")
    assert by_babel is not None
    assert conventions.of("en").number(exact, places) == by_babel.number(exact, places)
    assert conventions.of("en").percent("5") == by_babel.percent("5")
    assert (conventions.of("en").comma, conventions.of("en").before_unit) == (by_babel.comma, by_babel.before_unit)


def test_an_empty_file_becomes_a_catalogue_with_the_plurals_of_its_language(tmp_path: Path) -> None:
    (tmp_path / "said.py").write_text('t("Metrics")\ntn("{n} page", "{n} pages", 2)\n')
    path = path_of("fr", tmp_path)
    path.parent.mkdir(parents=True)
    path.touch()
    update("fr", tmp_path)
    text = path.read_text()
    assert "Plural-Forms: nplurals=2; plural=(n > 1);" in text
    assert 'msgid "Metrics"\nmsgstr ""' in text
    assert 'msgstr[0] ""\nmsgstr[1] ""' in text
