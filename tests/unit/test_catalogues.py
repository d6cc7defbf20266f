"""The catalogues hold what the code says, whole; and the code says nothing to people outside them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from prodmeet_kit.i18n.spacing import JAPANESE, fill
from tools.catalogues import PACKAGE, TRANSLATED, extract, main, path_of, problems, shortened, translations, update

CODE = """
head = t("Metrics")
line = t("{kept} of {all} kept", kept=3, all=4)
pages = tn("{n} page", "{n} pages", 2)
words = {"BAD": later("missed")}
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "said.py").write_text(CODE)
    update("ja", tmp_path / "kit")
    return tmp_path / "kit"


def translate(package: Path, **texts: str) -> None:
    """Put texts in the place of empty ones: in the order of the catalogue when named a, b, c ..."""
    path = path_of("ja", package)
    head, *entries = path.read_text().split("\n\n")
    for name, text in texts.items():
        at = ord(name) - ord("a")
        entries[at] = re.sub(r'(msgstr(?:\[0\])?) ""', rf'\1 "{text}"', entries[at])
    path.write_text("\n\n".join([head, *entries]))


# In the order of messages: Metrics, missed, {kept} of {all} kept, {n} page.
GOOD = {"a": "メトリクス", "b": "未達", "c": "{all}件中{kept}件", "d": "ページ {n} 件"}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_of_the_kit_is_translated(language: str) -> None:
    assert problems(language) == []


CROOKED = re.compile(
    rf"[{JAPANESE}] [-+\u2212]?\d[\d.,]*(?![A-Za-z\d.])"  # a number and the Japanese before it
    rf"|(?<![A-Za-z\d.,-])\d(?:[\d.,:]*\d)?%? [{JAPANESE}]"  # a number and its counter
    rf"|[A-Za-z][{JAPANESE}]|[{JAPANESE}][A-Za-z]"  # a Latin word without its space
    r"| [\u3001\u3002\u300c\u300d\uff08\uff09]|[\u3001\u3002\u300c\u300d\uff08\uff09] "
)
"""What no Japanese text of the kit has: one space beside a Latin word, none beside a number, a bracket or a stop."""


@pytest.mark.parametrize("value", ["7", "99.9%", "cart", "CH-42", "カート"])
def test_japanese_has_one_rule_for_its_spaces(value: str) -> None:
    filled = {fill(text, dict.fromkeys(re.findall(r"{(\w+)", text), value)) for text in translations("ja")}
    assert len(filled) > 500
    assert [text for text in sorted(filled) if CROOKED.search(text.strip())] == []


@pytest.mark.parametrize(
    ("text", "crooked"),
    [
        ("SLO 6件中5件", False),
        ("6 件", True),
        ("残り 3日", True),
        ("SLOの目標", True),
        ("CH-42 と重複", False),
        ("「cart」 の", True),
        ("98.7%を 41.0 req/s", True),
        ("P0 とセキュリティ", False),
    ],
)
def test_a_crooked_space_is_seen(text: str, crooked: bool) -> None:
    assert bool(CROOKED.search(text)) is crooked


def test_a_new_message_comes_untranslated_and_is_told(package: Path) -> None:
    assert problems("ja", package) == [
        "ja: not translated: Metrics",
        "ja: not translated: {kept} of {all} kept",
        "ja: not translated: {n} page",
        "ja: not translated: missed",
    ]
    translate(package, **GOOD)
    assert problems("ja", package) == []


@pytest.mark.parametrize(
    ("place", "text"),
    [("c", "{all}件"), ("c", "{all}件中{kept}件{more}"), ("c", "{all}{kept"), ("d", "ページ {m} 件"), ("a", "{n}")],
)
def test_a_translation_that_loses_or_gains_a_name_is_told(package: Path, place: str, text: str) -> None:
    translate(package, **GOOD | {place: text})
    (told,) = problems("ja", package)
    assert told.startswith(f"ja: other {{names}} than in the message: {text}: ")


def test_an_update_keeps_translations_drops_what_the_code_no_longer_says_and_guesses_nothing(package: Path) -> None:
    translate(package, **GOOD)
    (package / "said.py").write_text(CODE.replace("Metrics", "Metric"))
    assert problems("ja", package) == [
        "ja: not in the catalogue, run make messages: Metric",
        "ja: no longer in the code, run make messages: Metrics",
    ]
    update("ja", package)
    assert problems("ja", package) == ["ja: not translated: Metric"]
    assert "メトリクス" not in path_of("ja", package).read_text()
    assert "ページ {n} 件" in path_of("ja", package).read_text()


def test_a_guess_of_another_tool_is_told(package: Path) -> None:
    translate(package, **GOOD)
    path = path_of("ja", package)
    path.write_text(path.read_text().replace('msgid "Metrics"', '#, fuzzy\nmsgid "Metrics"'))
    assert problems("ja", package) == ["ja: fuzzy: Metrics"]


def test_a_catalogue_in_another_order_or_form_is_reported(package: Path) -> None:
    translate(package, **GOOD)
    path = path_of("ja", package)
    head, first, second, *rest = path.read_text().split("\n\n")
    path.write_text("\n\n".join([head, second, first, *rest]))
    assert problems("ja", package) == [
        "ja: not in the order and form that make messages writes: run it, and commit the file"
    ]
    update("ja", package)
    assert problems("ja", package) == []


def test_many_texts_without_translation_are_counted_and_the_first_are_shown(package: Path) -> None:
    (package / "said.py").write_text("".join(f't("text {number}")\n' for number in range(1200)))
    update("ja", package)
    lines = shortened("ja", problems("ja", package), package)
    assert len(lines) == 22
    assert lines[-2:] == ["ja: and 1,180 more", "ja: 1,200 of 1,200 not translated"]


def test_a_message_inside_an_f_string_is_found(package: Path) -> None:
    (package / "said.py").write_text("""head = f"# {t('Decisions:')} {n}"\n""")
    assert [message.id for message in extract(package) if message.id] == ["Decisions:"]


def test_lines_that_move_change_nothing_in_the_catalogue(package: Path) -> None:
    before = path_of("ja", package).read_text()
    lines = CODE.strip().splitlines()
    (package / "said.py").write_text("# a line more\n" + "\n".join(reversed(lines)))
    update("ja", package)
    assert path_of("ja", package).read_text() == before


def test_a_message_that_is_put_together_is_told(package: Path) -> None:
    translate(package, **GOOD)
    (package / "said.py").write_text(CODE + 't(f"{name} is late")\n')
    assert problems("ja", package) == ["kit/said.py:6: the message must be a literal text"]


def test_the_lint_says_with_its_status_that_something_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == int(bool(capsys.readouterr().err))


# The code says nothing to people but through t(), tn() and later(). What stays English, and why:
# errors and failures (InputError, Problem, Failure) are searched for and reported as they are; pipeline/ and cli/
# speak to whoever runs the kit at a terminal.
SHOWN = [
    *(
        path
        for folder in ("agenda", "findings", "render", "html_report", "i18n")
        for path in sorted((PACKAGE / folder).rglob("*.py"))
    ),
    *(PACKAGE / name for name in ("documents/minutes_md.py", "documents/preread.py", "pipeline/template.py")),
    *(PACKAGE / "live" / name for name in ("meeting.py", "new_items.py", "widgets.py")),
]
TEXTS = {
    "AgendaItem": (None, {"title", "headline", "questions", "brief"}),
    "Chart": (0, {"title", "caption"}),
    "Column": (1, {"title"}),
    "HeatMap": (0, {"title", "caption"}),
    "Line": (1, {"label"}),
    "Mark": (2, {"label"}),
    "Note": (0, {"text", "summary"}),
    "Table": (0, {"title", "caption"}),
    "WeekOverlay": (0, {"title", "caption", "newest"}),
}
"""What people read of each kind of evidence: the place of the first argument, and names of arguments."""

TOLD = {"shelve"}
"""Functions that speak to whoever ran the kit, not to readers."""

SENTENCE = re.compile(r"[A-Za-z]{2,}[,:;.]? [A-Za-z]{2,}")
MARKUP = re.compile(r"^<[a-z]|aria-label=|system-ui|^\(prefers-|^use strict$|^pm-")
WORD = re.compile(r"[A-Za-z]{2,}")


def slips(path: Path, package: Path = PACKAGE) -> Iterator[str]:
    """Texts that look like something to read and are no message."""
    tree = ast.parse(path.read_text())
    fine: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            fine.add(node.value)  # a docstring
        elif (
            isinstance(node, ast.Raise | ast.Assert)
            or (isinstance(node, ast.keyword) and node.arg == "error")
            or (isinstance(node, ast.FunctionDef) and node.name in TOLD)
        ):
            fine.update(ast.walk(node))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("t", "tn", "later"):
            fine.update(part for argument in node.args for part in ast.walk(argument))
    found: list[ast.Constant] = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if SENTENCE.search(node.value) and not MARKUP.search(node.value)
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TEXTS:
            place, names = TEXTS[node.func.id]
            given = [keyword.value for keyword in node.keywords if keyword.arg in names]
            given += node.args[place : place + 1] if place is not None else []
            found += [text for argument in given for text in literals(argument) if WORD.search(str(text.value))]
    for text in found:
        if text not in fine:
            yield f"{path.relative_to(package)}:{text.lineno}: {text.value!r}"


def literals(node: ast.expr) -> Iterator[ast.Constant]:
    """The texts written in an expression, not in what it calls nor as the key of something."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    parts: list[ast.expr] = []
    if isinstance(node, ast.JoinedStr | ast.BoolOp):
        parts = node.values
    elif isinstance(node, ast.BinOp):
        parts = [node.left, node.right]
    elif isinstance(node, ast.IfExp):
        parts = [node.body, node.orelse]
    elif isinstance(node, ast.Tuple | ast.List):
        parts = node.elts
    elif isinstance(node, ast.GeneratorExp | ast.ListComp):
        parts = [node.elt]
    for part in parts:
        yield from literals(part)


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_what_people_read_is_a_message(path: Path) -> None:
    assert list(slips(path)) == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ('Note("fine")', "'fine'"),
        ('Column("ref", f"{n} SLO")', "' SLO'"),
        ('AgendaItem(title=t("A"), headline="Two " + words)', "'Two '"),
        ('text = "the data begins"', "'the data begins'"),
    ],
)
def test_a_text_outside_the_messages_is_seen(code: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "said.py").write_text(code)
    assert list(slips(tmp_path / "said.py", tmp_path)) == [f"said.py:1: {said}"]


def test_no_script_of_the_page_or_the_forms_holds_text_of_its_own() -> None:
    texts = [
        (path.name, text)
        for path in sorted(PACKAGE.rglob("*.js"))
        for line in path.read_text().splitlines()
        if not line.lstrip().startswith("//") and "console." not in line
        for text in re.findall(r'"([^"]*)"', line)
        if SENTENCE.search(text) and not MARKUP.search(text)
    ]
    assert texts == []


def test_the_code_has_many_messages_and_each_is_found_once() -> None:
    found = [message.id if isinstance(message.id, str) else message.id[0] for message in extract() if message.id]
    assert len(found) == len(set(found)) > 500
