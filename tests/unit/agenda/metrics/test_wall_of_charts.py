"""A wall of charts: the metrics item keeps so many open and folds the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd

from prodmeet_kit.agenda.metrics.item import folded_beyond
from prodmeet_kit.evidence import Chart, Note


def chart(number: int, *, folded: bool = False) -> Chart:
    index = pd.date_range(datetime(2026, 11, 9, tzinfo=UTC), periods=2, freq="5min")
    frame = pd.DataFrame({"a": [1.0, 2.0]}, index=index)
    return Chart(
        title=f"chart {number}", frame=frame, unit="", step=timedelta(minutes=5), timezone="UTC",
        anchor=f"c{number}", folded=folded,
    )  # fmt: skip


def test_figures_beyond_so_many_open_ones_fold_and_nothing_else_changes() -> None:
    evidence = (Note("n"), chart(1), chart(2, folded=True), chart(3), chart(4))
    shown = folded_beyond(2, evidence)
    assert [each.folded for each in shown if isinstance(each, Chart)] == [False, True, False, True]
    assert shown[0] is evidence[0] and shown[2] is evidence[2]
    assert folded_beyond(9, evidence) == evidence
