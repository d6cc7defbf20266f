"""Rows of declared frames: a type checker knows their columns, and they are what the frame holds."""

from __future__ import annotations

import pytest

from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.slo import SLO_SUMMARY
from prodmeet_kit.schemas.spec import TypedSpec


def test_a_misspelt_column_fails_the_type_check() -> None:
    # `make lint` reads this file too: were the misspelling let through, the comment below would be unused, an error.
    (row,) = SLO_SUMMARY.rows(SLO_SUMMARY.frame([{"service": "web", "name": "latency", "objective": 0.99}]))
    assert (row["service"], row["objective"]) == ("web", 0.99)
    with pytest.raises(KeyError, match="servcie"):
        _ = row["servcie"]  # type: ignore[typeddict-item]


@pytest.mark.parametrize("name", sorted(frames.ALL))
def test_every_frame_knows_its_rows(name: str) -> None:
    spec = frames.ALL[name]
    assert isinstance(spec, TypedSpec)
    made = spec.frame([{}])
    assert spec.check(made) is made
    assert [list(row) for row in spec.rows(made)] == [list(spec.columns)]
    assert all(meaning for _, meaning in spec.columns.values())


def test_a_finding_keeps_the_columns_of_what_it_is_about_first() -> None:
    for of, found in (("changes", "upcoming"), ("toil", "toil_findings"), ("action_items", "action_item_findings")):
        columns = list(frames.ALL[of].columns)
        assert list(frames.ALL[found].columns)[: len(columns)] == columns
