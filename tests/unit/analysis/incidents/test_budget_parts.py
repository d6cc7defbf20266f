"""What spent the error budget: every bad event in one part, and the parts are the whole."""

from __future__ import annotations

from datetime import timedelta
from math import inf, nan

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodmeet_kit.analysis.incidents.budget_parts import by_service, parts
from prodmeet_kit.analysis.slo.arithmetic import SloTarget, summarise
from prodmeet_kit.schemas.frames import BUDGET_BY_SERVICE, BUDGET_PARTS, INCIDENTS, OUTAGES, SLO_COUNTS, SLO_EVENTS
from tests.support.grids import END, at, grid, trend, window
from tests.support.outages import outages_of

FOUR_WEEKS = timedelta(days=28).total_seconds()
CART = SloTarget("cart", "availability", 0.999, FOUR_WEEKS)
SLOW = SloTarget("cart", "latency", 0.99, FOUR_WEEKS)
WEB = SloTarget("web", "availability", 0.999, FOUR_WEEKS)
HISTORY = grid(END - timedelta(days=28))
BURN = {("2026-11-20T10:00", "2026-11-20T11:00"): 100.0, ("2026-11-12T10:00", "2026-11-12T10:30"): 50.0}


def counts(*spans: tuple[SloTarget, float, float, float]) -> pd.DataFrame:
    """SLO, total and bad of the window, bad since the last meeting."""
    return SLO_COUNTS.frame(
        {"service": slo.service, "name": slo.name, "span": span, "total": total, "bad": count}
        for slo, total, bad, since in spans
        for span, count in (("window", bad), ("since", since))
    )


def incident(identity: str, start: str, end: str | None, *services: str) -> dict[str, object]:
    return {"id": identity, "services": list(services), "start": at(start), "end": at(end) if end else None}


def event(slo: SloTarget, onset: str, end: str) -> dict[str, object]:
    return {"id": f"{slo.ref}@{onset}", "service": slo.service, "slo": slo.name, "onset": at(onset), "end": at(end)}


def test_incidents_then_slo_events_then_the_rest_add_up_to_what_was_spent() -> None:
    # Budget 0.001 * 2,000,000 = 2,000. INC-1 holds 12 steps of 100 = 1,200, the SLO event 6 steps of 50 = 300,
    # and 1,600 were bad since the last meeting: 100 are the rest. 60%, 15%, 5% make 80%.
    number = counts((CART, 2e6, 1800, 1600))
    incidents = INCIDENTS.frame([incident("INC-1", "2026-11-20T10:00", "2026-11-20T11:00", "cart")])
    events = SLO_EVENTS.frame(
        [event(CART, "2026-11-20T10:00", "2026-11-20T11:00"), event(CART, "2026-11-12T10:00", "2026-11-12T10:30")]
    )
    made = outages_of(window(), incidents, events)
    found = BUDGET_PARTS.check(parts(number, [CART], {CART.ref: trend(HISTORY, bad=BURN)}, made, events, window()))
    assert list(zip(found["kind"], found["id"], found["bad"], strict=True)) == [
        ("incident", "INC-1", 1200),
        ("slo_event", "cart/availability@2026-11-12T10:00", 300),
        ("rest", "", 100),
    ]
    assert found["share"].tolist() == pytest.approx([0.6, 0.15, 0.05])
    spent = summarise(number, [CART], {}, window())["budget_spent_since_last"].item()
    assert found["share"].sum() == pytest.approx(spent, rel=1e-12)


def test_a_step_two_incidents_touch_belongs_to_the_first() -> None:
    incidents = INCIDENTS.frame(
        [
            incident("INC-2", "2026-11-20T10:28", None, "cart"),  # still open
            incident("INC-1", "2026-11-20T09:00", "2026-11-20T10:32", "cart", "web"),
            incident("INC-3", "2026-11-20T10:00", "2026-11-20T11:00", "web"),
            incident("INC-0", "2026-11-01T00:00", "2026-11-09T00:00", "cart"),  # before the last meeting
        ]
    )
    found = parts(
        counts((CART, 2e6, 1200, 1200)), [CART],
        {CART.ref: trend(HISTORY, bad={("2026-11-20T10:00", "2026-11-20T11:00"): 100.0})},
        outages_of(window(), incidents), SLO_EVENTS.frame(), window(),
    )  # fmt: skip
    # INC-1 touches the steps that end at 10:05 ... 10:35: seven; INC-2 has the other five.
    assert dict(zip(found["id"], found["bad"], strict=True)) == {"INC-1": 700, "INC-2": 500, "": 0}


def test_steps_that_hold_more_than_the_count_are_scaled_to_it() -> None:
    incidents = INCIDENTS.frame([incident("INC-1", "2026-11-20T10:00", "2026-11-20T11:00", "cart")])
    found = parts(counts((CART, 2e6, 1199, 1199)), [CART], {CART.ref: trend(HISTORY, bad=BURN)},
                  outages_of(window(), incidents), SLO_EVENTS.frame(), window())  # fmt: skip
    assert found["bad"].tolist() == pytest.approx([1199, 0])


def test_without_a_trend_nothing_can_be_placed_and_without_a_count_nothing_is_said() -> None:
    none = OUTAGES.frame(), SLO_EVENTS.frame(), window()
    assert parts(counts((CART, 2e6, 9, 9)), [CART], {}, *none)[["kind", "bad"]].to_numpy().tolist() == [["unplaced", 9]]
    assert parts(counts((CART, 2e6, 9, nan))[:1], [CART], {}, *none).empty
    assert parts(counts((CART, nan, nan, nan)), [CART], {}, *none).empty


def test_services_add_up_to_the_product_in_which_each_budget_counts_the_same() -> None:
    # cart/availability 50% of 2,000, cart/latency 10% of 20,000, web 30% of 1,000: the product spent their mean, 30%.
    number = counts((CART, 2e6, 1000, 1000), (SLOW, 2e6, 2000, 2000), (WEB, 1e6, 300, 300))
    found = parts(number, [CART, SLOW, WEB], {}, OUTAGES.frame(), SLO_EVENTS.frame(), window())
    services = BUDGET_BY_SERVICE.check(by_service(found))
    assert services["service"].tolist() == ["cart", "web"]
    assert services["share"].tolist() == pytest.approx([0.3, 0.3])  # mean of 50% and 10%
    assert services["share_of_product"].tolist() == pytest.approx([0.2, 0.1])
    assert found["share_of_product"].sum() == pytest.approx(0.3)


def test_an_objective_of_one_has_no_budget_to_share() -> None:
    strict = SloTarget("mail", "availability", 1.0, FOUR_WEEKS)
    number = counts((CART, 2e6, 1000, 1000), (strict, 1e6, 2, 2))
    found = parts(number, [CART, strict], {}, OUTAGES.frame(), SLO_EVENTS.frame(), window())
    assert found["share"].tolist() == [0.5, inf]
    assert by_service(found)["service"].tolist() == ["cart"]
    assert by_service(found)["share_of_product"].tolist() == [0.5]


SPANS = st.lists(st.tuples(st.integers(0, 28 * 24), st.integers(0, 48)), max_size=5)


@given(
    incidents=SPANS,
    events=SPANS,
    bad=st.floats(0, 5000),
    total=st.floats(1, 1e7),
    objective=st.sampled_from([0.0, 0.9, 0.999]),
)
@settings(max_examples=60, deadline=None)
def test_the_parts_add_up_to_the_budget_spent(
    incidents: list[tuple[int, int]], events: list[tuple[int, int]], bad: float, total: float, objective: float
) -> None:
    slo = SloTarget("cart", "availability", objective, FOUR_WEEKS)
    begin = pd.Timestamp(END - timedelta(days=28))
    spans = [
        [(begin + timedelta(hours=start), begin + timedelta(hours=start + length)) for start, length in each]
        for each in (incidents, events)
    ]
    told = INCIDENTS.frame(
        {"id": f"INC-{number}", "services": ["cart"], "start": start, "end": end}
        for number, (start, end) in enumerate(spans[0])
    )
    burned = SLO_EVENTS.frame(
        {"id": f"E-{number}", "service": "cart", "slo": "availability", "onset": start, "end": end}
        for number, (start, end) in enumerate(spans[1])
    )
    number = counts((slo, total, bad, bad))
    spent = summarise(number, [slo], {}, window())["budget_spent_since_last"].item()
    made = outages_of(window(), told, burned)
    found = parts(number, [slo], {slo.ref: trend(HISTORY, bad=BURN)}, made, burned, window())
    assert found["share"].sum() == pytest.approx(spent, rel=1e-9)
    assert (found["bad"] >= 0).all()
    assert found["share_of_product"].sum() == pytest.approx(by_service(found)["share_of_product"].sum())
