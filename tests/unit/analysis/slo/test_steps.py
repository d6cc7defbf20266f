"""A trend as arrays: its steps are cut and summed as the frame would be, step by step."""

from __future__ import annotations

from datetime import datetime
from math import nan

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.series.grid import first_known
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.steps import Steps, time_of
from prodmeet_kit.analysis.slo.troubles import Troubles
from prodmeet_kit.schemas.incidents import INCIDENTS
from prodmeet_kit.schemas.slo import SLO_EVENTS
from tests.support.grids import END, STEP, at, grid, window

TOTAL = [10.0, nan, 0.1, 0.2, 0.3, 0.0, 0.0, 0.0, 30.0]
BAD = [12.0, 1.0, 0.1, nan, -1.0, 0.0, 0.0, 0.0, 3.0]
FRAME = pd.DataFrame({"bad": BAD, "total": TOTAL}, index=grid(END - 9 * STEP))


def test_steps_have_no_more_bad_events_than_events_and_none_where_they_are_not_known() -> None:
    steps = Steps.of(FRAME)
    assert [time_of(end) for end in steps.ends] == list(FRAME.index)
    assert np.array_equal(steps.total, TOTAL, equal_nan=True)
    assert np.array_equal(steps.bad, [10, nan, 0.1, 0, 0, 0, 0, 0, 3], equal_nan=True)


@pytest.mark.parametrize("start", [END - 12 * STEP, END - 4.5 * STEP, END - 4 * STEP, END])
@pytest.mark.parametrize("end", [END - 20 * STEP, END - 4 * STEP, END, END + STEP])
def test_a_span_is_open_at_its_begin_however_it_is_cut(start: datetime, end: datetime) -> None:
    expected = FRAME["total"][(FRAME.index > start) & (FRAME.index <= end)]
    for cut in (Steps.of(FRAME, start, end), Steps.of(FRAME).between(start, end)):
        assert np.array_equal(cut.total, expected, equal_nan=True)


def test_a_trailing_sum_over_steps_without_events_is_nothing_at_all() -> None:
    # 0.1 + 0.2 + 0.3 less the same leaves 1e-16 in a moving sum; the first three have no three steps behind them.
    total, _ = Steps.of(FRAME).trailing(3)
    assert total.tolist() == pytest.approx([10, 10, 10.1, 0.3, 0.6, 0.5, 0.3, 0, 30])
    assert total[7] == 0


def test_steps_are_found_on_another_grid_by_their_ends() -> None:
    begin = END - 11 * STEP
    total, bad = Steps.of(FRAME.iloc[[0, 8]]).on_grid(begin, 5, STEP)
    assert (total.tolist(), bad.tolist()) == ([0, 0, 10, 0, 0], [0, 0, 10, 0, 0])
    assert not Steps.of(FRAME).on_grid(begin + STEP / 2, 20, STEP)[0].any()


def test_the_first_step_with_a_value_is_that_of_any_column() -> None:
    frame = pd.DataFrame({"a": [nan, nan, 1.0], "b": [nan, 0.0, nan], "c": nan}, index=grid(END - 3 * STEP))
    assert first_known(frame) == frame.index[1]
    assert first_known(frame[["c"]]) is None
    assert first_known(frame.iloc[:0]) is None
    assert first_known(frame[[]]) is None


def test_troubles_are_over_or_go_on_and_those_of_the_service_come_before_those_of_the_slo() -> None:
    written = [
        ("open", "11-20", None),
        ("over", "11-12", "11-13"),
        ("old", "11-01", "11-02"),
        ("both", "11-08", "11-11"),
    ]
    incidents = INCIDENTS.frame(
        {
            "id": name,
            "services": ["web", "cart"],
            "start": at(f"2026-{start}T00:00"),
            "end": None if end is None else at(f"2026-{end}T00:00"),
        }
        for name, start, end in written
    )
    burned = [("slow", "11-22", END), ("first", "11-11", at("2026-11-11T05:00"))]
    events = SLO_EVENTS.frame(
        {"id": name, "service": "web", "slo": "availability", "onset": at(f"2026-{onset}T00:00"), "end": end}
        for name, onset, end in burned
    )
    known = Troubles(incidents, events, window())
    web, cart = (SloTarget(service, "availability", 0.999, 2_419_200.0) for service in ("web", "cart"))
    assert [span.id for span in known.over(web)] == ["both", "over", "first"]
    assert [span.id for span in known.over(cart)] == ["both", "over"]
    assert known.goes_on_since(web) == at("2026-11-22T00:00").value
    assert known.goes_on_since(cart) is None
    assert known.incidents_in("web", at("2026-11-11T00:00"), at("2026-11-20T00:00")) == ["over"]
    assert known.incidents_in("web", at("2026-11-10T00:00"), at("2026-12-01T00:00")) == ["both", "over", "open"]
