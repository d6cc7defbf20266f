"""Frames that cross walls have the columns that were declared."""

from __future__ import annotations

import pandas as pd
import pytest

from prodmeet_kit.schemas import frames


@pytest.mark.parametrize("name", frames.ALL)
def test_an_empty_frame_satisfies_its_own_spec(name: str) -> None:
    spec = frames.ALL[name]
    assert list(spec.check(spec.frame()).columns) == list(spec.columns)


def test_absent_values_become_missing_of_the_columns_type() -> None:
    row = frames.INCIDENTS.frame([{"id": "INC-1", "start": "2026-11-10T12:00+09:00"}]).iloc[0]
    assert row["start"] == pd.Timestamp("2026-11-10T03:00Z")
    assert row["end"] is pd.NaT
    assert row["impact"] == ""


def test_a_column_that_is_not_declared_is_refused() -> None:
    with pytest.raises(ValueError, match="action_items has no column colour"):
        frames.ACTION_ITEMS.frame([{"colour": "red"}])
    with pytest.raises(ValueError, match="colour: not declared"):
        frames.TOIL.check(frames.TOIL.frame().assign(colour="red"))


def test_a_naive_time_is_refused() -> None:
    frame = frames.CONSULTATIONS.frame([{"id": "C-1"}])
    frame["asked"] = pd.to_datetime(["2026-11-10"])
    with pytest.raises(ValueError, match="asked: datetime64"):
        frames.CONSULTATIONS.check(frame)


def test_a_label_key_does_not_depend_on_the_order_of_labels() -> None:
    assert frames.label_key({"b": "2", "a": "1"}) == frames.label_key({"a": "1", "b": "2"}) == '{"a":"1","b":"2"}'
    assert frames.labels_of(frames.label_key({"a": 'quo"te', "日": "本"})) == {"a": 'quo"te', "日": "本"}
