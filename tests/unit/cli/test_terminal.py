"""Text of others on a terminal: shown, and never obeyed as a command to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from prodmeet_kit.check import Finding
from prodmeet_kit.cli import cli
from prodmeet_kit.cli.terminal import say
from prodmeet_kit.core.errors import Failure, Problem, printable
from prodmeet_kit.documents import minutes_md as minutes_document
from prodmeet_kit.documents import preread
from prodmeet_kit.pipeline.progress import Shown
from prodmeet_kit.render.markdown_text import escape
from tests.support.hostile_review import UGLY, hostile_review

OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
TITLE = "\x1b]0;owned\x07\x9b31m all is well\rno\x0bt\x0c"
"""What sets the title of a terminal, and its colour in the one-byte form."""


def test_minutes_and_pre_read_hold_nothing_that_a_terminal_obeys() -> None:
    assert any(OBEYED.search(text) for text in UGLY)
    bad = hostile_review()
    for text in (minutes_document.write(bad), preread.write(bad)):
        assert OBEYED.findall(text) == []
        assert "[31mred" in text.replace("\\", "")  # the rest is there to be read


@pytest.mark.parametrize(
    "line",
    [
        str(Failure("metrics", TITLE, TITLE)),
        str(Problem("shop.yaml", TITLE, TITLE, "write another")),
        str(Finding(TITLE, False, TITLE)),
        escape(TITLE),
    ],
)
def test_lines_about_what_went_wrong_hold_none_either(line: str) -> None:
    assert OBEYED.findall(line) == []
    assert "owned" in line


def test_minutes_an_earlier_kit_wrote_are_printed_without_them(tmp_path: Path) -> None:
    report = tmp_path / "reports" / "shop" / "2026-11-23"
    report.mkdir(parents=True)
    (report / "minutes.md").write_text(f"# Shop\n\n- {TITLE}\ttab\n", encoding="utf-8")
    shown = CliRunner().invoke(cli, ["-C", str(tmp_path), "minutes", "--report", str(report)])
    assert shown.exit_code == 0
    assert OBEYED.findall(shown.stdout) == []
    assert shown.stdout.startswith("# Shop\n\n- ") and "]0;owned" in shown.stdout and "\ttab\n" in shown.stdout


def test_an_error_is_told_without_them(tmp_path: Path) -> None:
    (tmp_path / "parameters").mkdir()
    told = CliRunner().invoke(cli, ["-C", str(tmp_path), "report", TITLE])
    assert told.exit_code == 2
    assert OBEYED.findall(told.stderr) == [] and "owned" in told.stderr


def test_a_line_of_any_command_is_said_without_them(capfd: pytest.CaptureFixture[str]) -> None:
    say(f"issue #3: {TITLE}")
    say(Path(TITLE), err=True)
    shown = capfd.readouterr()
    assert OBEYED.findall(shown.out + shown.err) == [] and "owned" in shown.out and "owned" in shown.err


def test_what_is_asked_is_named_to_a_terminal_without_them(capfd: pytest.CaptureFixture[str]) -> None:
    progress = Shown()
    progress.step("asking")
    progress.start(1)
    progress.advance(f"replay/{TITLE}")
    described = str(progress._bars.tasks[0].description)
    progress.close()
    assert OBEYED.findall(described) == [] and "owned" in described


def test_line_ends_of_windows_stay_line_ends() -> None:
    assert printable("a\r\nb\tc\rd") == "a\nb\tc d"
