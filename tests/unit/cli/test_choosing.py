"""Which report ``prodmeet live x`` opens, and what it says of one that is old or not there."""

from __future__ import annotations

import shutil
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from prodmeet_kit.cli import cli
from prodmeet_kit.cli.choosing import Chosen, age, choose_report
from prodmeet_kit.core.errors import InputError
from prodmeet_kit.demo import SNAPSHOT

SOON, LATE = datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 12, 14, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two reports of the shop, the newer with the demo's snapshot, whose window ends on 23 November in Tokyo."""
    reports = tmp_path / "reports" / "shop"
    (reports / "2026-11-09" / "snapshot").mkdir(parents=True)
    (reports / "2026-11-09" / "snapshot" / "manifest.json").write_text("{}")
    shutil.copytree(SNAPSHOT, reports / "2026-11-23" / "snapshot")
    (reports / "latest").symlink_to("2026-11-23")
    return tmp_path


def test_the_newest_report_is_opened_and_nothing_is_said_of_it(home: Path) -> None:
    assert choose_report("shop", home) == Chosen(home / "reports" / "shop" / "2026-11-23")
    (home / "reports" / "shop" / "latest").unlink()  # a folder that was copied without its link
    assert choose_report("shop", home).report == home / "reports" / "shop" / "2026-11-23"


def test_a_report_older_than_the_cadence_says_its_age(home: Path) -> None:
    report = home / "reports" / "shop" / "2026-11-23"
    assert age(report, SOON) == ""
    assert age(report, LATE) == ("the newest report is of 2026-11-23, 21 days ago; --ask makes a new one")


def test_the_report_of_a_day_is_opened_and_one_that_is_not_there_says_how_to_make_it(home: Path) -> None:
    assert choose_report("shop", home, "2026-11-09") == Chosen(home / "reports" / "shop" / "2026-11-09")
    with pytest.raises(InputError, match=r"of 2026-11-16 \(there are: 2026-11-09, 2026-11-23\): add --ask to make it"):
        choose_report("shop", home, "2026-11-16")


def test_a_time_is_of_its_day_in_the_products_zone(home: Path) -> None:
    (home / "parameters").mkdir()
    (home / "parameters" / "shop.yaml").write_text(
        "product: shop\ntimezone: Asia/Tokyo\nservices: [{name: web}]\nsources: {}\n", encoding="utf-8"
    )
    (home / "parameters" / "defaults.yaml").write_text("", encoding="utf-8")
    assert choose_report("shop", home, "2026-11-22T16:00+00:00").report == home / "reports" / "shop" / "2026-11-23"
    with pytest.raises(InputError, match="--to yesterday"):
        choose_report("shop", home, "yesterday")


def test_the_first_meeting_has_no_report_yet(tmp_path: Path) -> None:
    chosen = choose_report("shop", tmp_path)
    assert chosen.report is None and chosen.note.startswith("there is no report of shop yet: asking the sources")


@pytest.mark.parametrize(
    ("words", "opened", "told"),
    [
        (["shop"], "2026-11-23", ""),
        (["shop", "--to", "2026-11-09"], "2026-11-09", ""),
        (["shop", "--ask"], "made", ""),
        (["other"], "made", "no report of other yet"),
        ([], "made", ""),
    ],
)
def test_sources_are_asked_only_where_somebody_says_so_or_no_report_is_there(
    home: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], opened: str, told: str
) -> None:
    given: list[Path] = []

    def open_live(report: Path, *_: object, **__: object) -> AbstractContextManager[Any]:
        given.append(report)
        raise InputError("opened")

    monkeypatch.setattr("prodmeet_kit.live.run.open_live", open_live)
    made = SimpleNamespace(path=home / "made")
    monkeypatch.setattr("prodmeet_kit.pipeline.report.make_report", lambda *_, **__: made)
    result = CliRunner().invoke(cli, ["-C", str(home), "live", *words])
    assert [path.name for path in given] == [opened]
    assert told in result.output


@pytest.mark.parametrize("words", [["--ask"], ["--to", "2026-11-09"]])
def test_a_report_that_is_named_is_opened_as_it_is(home: Path, words: list[str]) -> None:
    report = home / "reports" / "shop" / "2026-11-23"
    result = CliRunner().invoke(cli, ["-C", str(home), "live", "--report", str(report), *words])
    assert result.exit_code == 2 and "leave --ask and --to out" in result.output
