"""What the command line says and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import prodmeet_kit
import prodmeet_kit.pipeline.report
from prodmeet_kit.cli import cli, main
from prodmeet_kit.core.errors import Failure, InputError, ParametersError, Problem, ProdmeetError, ReportError
from prodmeet_kit.core.redaction import remember
from prodmeet_kit.pipeline.report import ReportResult

SHOP = """\
product: shop
services:
  - name: cart
"""


def prodmeet(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words], prog_name="prodmeet")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "shop.yaml").write_text(SHOP)
    return tmp_path


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], list[dict[str, Any]]]:
    """Let ``make_report`` return this result, or raise this error; gives the calls made."""

    def answer(result: object) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = []

        def make_report(product: str, **given: Any) -> object:
            calls.append({"product": product, **given})
            if isinstance(result, BaseException):
                raise result
            return result

        monkeypatch.setattr(prodmeet_kit.pipeline.report, "make_report", make_report)
        return calls

    return answer


def test_a_report_ends_with_its_path_on_the_last_line(made: Callable[[object], object]) -> None:
    made(ReportResult(Path("reports/shop/2026-11-24"), ()))
    result = prodmeet("report", "shop")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "reports/shop/2026-11-24/report.html\n", "")


def test_what_could_not_be_checked_is_listed_on_the_error_stream_with_status_3(
    made: Callable[[object], object],
) -> None:
    failure = Failure("paging_events", "prometheus_alerts", "no answer within 30 s")
    made(ReportResult(Path("reports/shop/2026-11-24"), (failure,)))
    result = prodmeet("report", "shop")
    assert result.exit_code == 3
    assert result.stderr == "paging_events: could not check prometheus_alerts: no answer within 30 s\n"
    assert result.stdout == "reports/shop/2026-11-24/report.html\n"


def test_notes_are_told_on_the_error_stream_with_status_0(made: Callable[[object], object]) -> None:
    made(ReportResult(Path("reports/shop/2026-11-24"), (), ("kept your edited minutes.md",)))
    result = prodmeet("report", "shop")
    assert (result.exit_code, result.stderr) == (0, "kept your edited minutes.md\n")


def test_without_a_product_it_says_that_this_is_the_demo(made: Callable[[object], object]) -> None:
    made(ReportResult(Path("reports/demo/2026-11-24"), ()))
    lines = prodmeet("report").stdout.splitlines()
    assert "demo" in lines[0]
    assert lines[-1] == "reports/demo/2026-11-24/report.html"


def test_options_reach_the_report(home: Path, made: Callable[[object], list[dict[str, Any]]]) -> None:
    calls = made(ReportResult(Path("x"), ()))
    prodmeet(
        "-C", home, "report", "shop", "--from", "2026-11-10", "--to", "2026-11-24",
        "--out", "elsewhere", "--jobs", "3", "--cell-timeout", "20", "--fresh", "--language", "ja",
    )  # fmt: skip
    progress = calls[0].pop("progress")
    assert type(progress).__name__ == "Quiet"
    assert calls == [
        {
            "product": "shop", "folder": home, "start": "2026-11-10", "end": "2026-11-24",
            "out": Path("elsewhere"), "from_snapshot": None, "jobs": 3, "cell_limit_s": 20, "language": "ja",
            "fresh": True,
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (InputError("no product shp"), 2, "prodmeet: no product shp\n"),
        (
            ParametersError(
                [Problem("a.yaml", "timezone", "Tokio", "write Asia/Tokyo"), Problem("a.yaml", "x", "", "y")]
            ),
            2,
            "prodmeet: a.yaml: timezone is Tokio: write Asia/Tokyo\nprodmeet: a.yaml: x: y\n",
        ),
        (ReportError("cannot write"), 1, "prodmeet: cannot write\n"),
        (ProdmeetError("something"), 1, "prodmeet: something\n"),
        (PermissionError(13, "Permission denied", "reports"), 1, "prodmeet: reports: Permission denied\n"),
        (KeyboardInterrupt(), 1, "prodmeet: interrupted, nothing was written\n"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_an_error_is_plain_lines_and_its_exit_status(
    error: BaseException, status: int, said: str, made: Callable[[object], object]
) -> None:
    made(error)
    result = prodmeet("report", "shop")
    assert (result.exit_code, result.stdout, result.stderr) == (status, "", said)


def test_an_unknown_product_lists_those_that_exist_and_the_nearest(home: Path) -> None:
    result = prodmeet("-C", home, "report", "shpo")
    assert result.exit_code == 2
    assert "shop" in result.stderr
    assert "did you mean" in result.stderr.lower()
    assert "Traceback" not in result.output
    assert not (home / "reports").exists()


@pytest.mark.parametrize("command", ["report", "check"])
def test_a_time_nobody_can_read_is_bad_input(command: str, home: Path) -> None:
    result = prodmeet("-C", home, command, "shop", "--to", "last tuesday")
    assert result.exit_code == 2
    assert result.stderr.startswith("prodmeet: --to last tuesday: write a time as 2026-11-24")
    assert not (home / "reports").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to", "2026-11-24"], "the demo has a fixed window: give a product to choose another"),
        (["--from", "2026-11-10", "--from-snapshot", "."], "frozen facts have a window of their own"),
    ],
)
def test_frozen_facts_have_their_own_window(words: list[str], said: str, home: Path) -> None:
    result = prodmeet("-C", home, "report", *words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_the_schema_is_written_and_found_out_of_date(home: Path) -> None:
    path = home / "parameters" / "schema.json"
    assert prodmeet("-C", home, "schema", "--check").exit_code == 1
    assert prodmeet("-C", home, "schema").exit_code == 0
    assert "properties" in json.loads(path.read_text())
    assert prodmeet("-C", home, "schema", "--check").exit_code == 0
    path.write_text("{}")
    result = prodmeet("-C", home, "schema", "--check")
    assert result.exit_code == 1
    assert "run prodmeet schema" in result.stderr


def test_every_command_listed_has_help() -> None:
    listed = prodmeet("--help").stdout
    known = {"add", "agenda", "check", "explore", "fleet", "live", "minutes", "report", "schema", "sync"}
    assert set(cli.commands) == known
    for name in cli.commands:
        assert name in listed
        assert prodmeet(name, "--help").exit_code == 0


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys; from prodmeet_kit.cli import cli; cli.main(['--help'], standalone_mode=False);"
        "print(sorted({'pandas', 'plotly', 'papermill', 'nbformat', 'pydantic', 'jupyter_client'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[-1] == "[]"


def test_the_module_is_the_command() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "prodmeet_kit", "--version"], capture_output=True, text=True, check=True
    ).stdout
    assert said == f"prodmeet, version {prodmeet_kit.__version__}\n"


@pytest.mark.parametrize("words", [["report"], ["agenda"], ["check"], ["sync"], ["live", "--no-browser"]])
def test_a_name_that_is_longer_than_any_file_is_bad_input(words: list[str], home: Path) -> None:
    said = prodmeet("-C", home, *words, "x" * 300)
    assert (said.exit_code, said.stdout) == (2, "")
    assert "xxx" in said.stderr and "File name too long" in said.stderr
    assert [path.name for path in home.iterdir()] == ["parameters"]


def test_a_text_of_any_length_is_added_under_a_short_name(home: Path) -> None:
    said = prodmeet("-C", home, "add", "shop", "x" * 300, "--owner", "y" * 300)
    assert said.exit_code == 0, said.stderr
    assert len(Path(said.stdout.splitlines()[0]).name) < 100


@pytest.mark.parametrize(
    "error", [RuntimeError("canary-line-55 was refused"), SystemExit("no licence: canary-line-55")]
)
def test_a_bug_shows_where_it_was_and_no_credential(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise error

    remember("canary-line-55")
    monkeypatch.setattr("prodmeet_kit.cli.cli", fail)
    monkeypatch.setattr("prodmeet_kit.cli.signal.signal", lambda *_: None)
    monkeypatch.setattr("prodmeet_kit.cli.gc.freeze", lambda: None)
    with pytest.raises(SystemExit) as end:
        main()
    said = capsys.readouterr().err
    assert end.value.code == 1 and "canary" not in said and "***" in said
    assert ("Traceback" in said and "in fail" in said) == isinstance(error, Exception)
