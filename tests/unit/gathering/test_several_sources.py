"""Several sources of one record, sources that fail, and sources of other packages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.schemas import frames
from prodmeet_kit.sources import records, registry
from prodmeet_kit.sources.base import Context
from tests.support.answering import shop
from tests.support.gathered import CANARY, WINDOW


def register(monkeypatch: pytest.MonkeyPatch, **kinds: Any) -> None:
    real = registry.find
    monkeypatch.setattr(records, "find", lambda kind: kinds[kind] if kind in kinds else real(kind))


def rows_of(*ids: str) -> Callable[[Mapping[str, Any], Context], pd.DataFrame]:
    return lambda _, context: context.spec.frame([{"id": one} for one in ids])


def failing(_: Mapping[str, Any], __: Context) -> pd.DataFrame:
    raise SourceError(f"calendar https://ann:{CANARY}@calendar.example did not answer")


def test_rows_of_several_sources_are_put_together_and_one_failure_costs_only_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, one=rows_of("CH-1"), two=rows_of("CH-2", "CH-3"), failing=failing)
    made = gather(
        shop(sources={"changes": [{"type": "one"}, {"type": "failing"}, {"type": "two"}]}), WINDOW, folder=tmp_path
    )
    changes = made.records["changes"]
    assert changes is not None
    assert list(frames.CHANGES.check(changes)["id"]) == ["CH-1", "CH-2", "CH-3"]
    (failure,) = made.failed("planned_changes")
    assert failure.source == "changes (failing)"
    assert CANARY not in failure.message
    assert [(source.name, source.state) for source in made.sources] == [
        ("changes (one)", "ok"),
        ("changes (failing)", "failed"),
        ("changes (two)", "ok"),
    ]


def test_two_sources_of_one_type_are_told_apart_by_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, one=rows_of("CH-1"), two=rows_of("CH-2"))
    made = gather(
        shop(sources={"changes": [{"type": "one"}, {"type": "two"}, {"type": "one"}]}), WINDOW, folder=tmp_path
    )
    assert [source.name for source in made.sources] == ["changes (one 1)", "changes (two)", "changes (one 2)"]


def test_a_record_whose_only_source_fails_is_none_with_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, failing=failing)
    made = gather(shop(sources={"incidents": [{"type": "failing"}]}), WINDOW, folder=tmp_path)
    assert made.records["incidents"] is None
    assert [failure.source for failure in made.failed("outages")] == ["incidents"]


def test_an_id_that_two_sources_have_is_shown_once_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, one=rows_of("CH-1"), two=rows_of("CH-1", "CH-2"))
    made = gather(shop(sources={"changes": [{"type": "one"}, {"type": "two"}]}), WINDOW, folder=tmp_path)
    changes = made.records["changes"]
    assert changes is not None
    assert list(changes["id"]) == ["CH-1", "CH-2"]
    (failure,) = made.failed("planned_changes")
    assert "CH-1" in failure.message


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (lambda _, __: 1 / 0, "ZeroDivisionError"),
        (lambda _, __: pd.DataFrame({"id": ["x"]}), "text: absent, not object"),
    ],
)
def test_a_bug_in_a_source_of_another_package_costs_its_own_section(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: Any, words: str
) -> None:
    register(monkeypatch, theirs=source)
    made = gather(shop(sources={"toil": [{"type": "theirs"}]}), WINDOW, folder=tmp_path)
    (failure,) = made.failed("toil")
    assert words in failure.message
