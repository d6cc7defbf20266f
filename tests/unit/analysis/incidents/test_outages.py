"""What one outage is: people's times, the fast burn around them, and all that failed at that moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analysis.incidents.outages import since_last
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.schemas.frames import EPISODES, INCIDENTS, SLO_EVENTS
from tests.support.alerts import event
from tests.support.grids import END, at, grid, trend, window
from tests.support.outages import outages_of

WINDOW = window()
FOUR_WEEKS = timedelta(days=28).total_seconds()
CART, WEB = (SloTarget(service, "availability", 0.999, FOUR_WEEKS) for service in ("cart", "web"))


def incident(start: str, end: str | None, *services: str, name: str = "INC-1") -> dict[str, Any]:
    last = at(f"2026-11-{end}") if end else None
    return {"id": name, "services": list(services), "start": at(f"2026-11-{start}"), "end": last}


def mitigated(start: str, well: str, end: str | None = None, name: str = "INC-1") -> dict[str, Any]:
    return incident(start, end, "cart", name=name) | {"mitigated": at(f"2026-11-{well}")}


def burning(**bad: dict[tuple[str, str], float]) -> dict[str, pd.DataFrame]:
    """1,000 events a step; bad ones by service and span of November."""
    return {
        f"{service}/availability": trend(
            grid(END - timedelta(days=28)),
            bad={(f"2026-11-{start}", f"2026-11-{end}"): count for (start, end), count in spans.items()},
        )
        for service, spans in bad.items()
    }


def made(
    incidents: list[dict[str, Any]], events: list[dict[str, Any]], trends: dict[str, pd.DataFrame] | None = None
) -> pd.DataFrame:
    known = {event["id"]: event for event in events}
    return outages_of(WINDOW, INCIDENTS.frame(incidents), SLO_EVENTS.frame(known.values()), (CART, WEB), trends)


def test_people_write_the_start_late_and_the_fast_burn_dates_it() -> None:
    (row,) = made(
        [incident("17T03:40", "17T04:00", "cart")],
        [event("17T03:00", "17T04:10")],
        burning(cart={("17T03:00", "17T04:10"): 100.0}),
    ).to_dict("records")
    assert (row["id"], row["events"], row["written"]) == ("INC-1", ["cart/availability@17T03:00"], True)
    assert (row["span_start"], row["span_end"]) == (at("2026-11-17T03:00"), at("2026-11-17T04:10"))
    assert (row["onset"], row["onset_slo"]) == (at("2026-11-17T03:00"), "cart/availability")


def test_a_slow_burn_of_days_is_no_onset_but_the_fast_part_in_it_is() -> None:
    slow = burning(cart={("15T00:00", "19T00:00"): 4.0})
    fast = burning(cart={("15T00:00", "19T00:00"): 4.0, ("17T03:00", "17T03:30"): 100.0})
    told, burn = [incident("17T03:20", "17T03:40", "cart")], [event("15T00:00", "19T00:00")]
    found = made(told, burn, slow).set_index("id")
    assert found.loc["INC-1", "span_start"] == at("2026-11-17T03:20") and found.loc["INC-1", "events"] == []
    assert list(found["written"]) == [False, True]
    assert made(told, burn, fast)["span_start"].tolist() == [at("2026-11-17T03:00")]


def test_the_span_does_not_reach_into_another_incident_of_the_service() -> None:
    found = made(
        [incident("17T03:00", "17T03:30", "cart"), incident("17T03:50", "17T04:30", "cart", name="INC-2")],
        [event("17T02:50", "17T04:40")],
        burning(cart={("17T02:50", "17T04:40"): 100.0}),
    )
    assert found["span_start"].tolist() == [at("2026-11-17T02:50"), at("2026-11-17T03:30")]
    # Of what burned on between them, all is of the second: two spans in the same time would cost it twice.
    assert found["span_end"].tolist() == [at("2026-11-17T03:30"), at("2026-11-17T04:40")]
    assert found["events"].map(len).tolist() == [1, 1]


def test_two_burns_of_two_incidents_are_two_spans_with_the_quiet_between_them() -> None:
    found = made(
        [incident("17T03:00", "17T03:30", "cart"), incident("17T04:00", "17T04:30", "cart", name="INC-2")],
        [event("17T03:00", "17T04:30")],
        burning(cart={("17T03:00", "17T03:35"): 100.0, ("17T03:55", "17T04:30"): 100.0}),
    )
    assert found["span_end"].tolist() == [at("2026-11-17T03:35"), at("2026-11-17T04:30")]
    assert found["span_start"].tolist() == [at("2026-11-17T03:00"), at("2026-11-17T03:55")]


def test_an_incident_inside_another_lasted_as_long_as_people_wrote_and_the_page_of_its_burn_told() -> None:
    fired = {"id": "B", "alert": "B", "service": "cart", "page": True}
    found = outages_of(
        WINDOW,
        INCIDENTS.frame(
            [incident("17T03:00", "17T08:00", "cart"), incident("17T05:00", "17T06:00", "cart", name="INC-2")]
        ),
        SLO_EVENTS.frame([event("17T03:00", "17T08:00")]),
        (CART, WEB),
        burning(cart={("17T03:00", "17T08:00"): 100.0}),
        episodes=EPISODES.frame([{**fired, "start": at("2026-11-17T03:05"), "end": at("2026-11-17T03:20")}]),
    )
    assert found["span_start"].tolist() == [at("2026-11-17T03:00"), at("2026-11-17T05:00")]
    assert found["span_end"].tolist() == [at("2026-11-17T08:00"), at("2026-11-17T06:00")]
    assert found["paged"].tolist() == [True, True]


def test_an_incident_of_days_is_no_bound_to_one_in_it() -> None:
    found = made(
        [incident("15T00:00", "19T00:00", "cart"), incident("17T03:40", "17T04:00", "cart", name="INC-2")],
        [event("17T03:00", "17T04:00")],
        burning(cart={("17T03:00", "17T04:00"): 100.0}),
    ).set_index("id")
    assert found.loc["INC-2", "span_start"] == at("2026-11-17T03:00")


def test_a_fast_burn_that_goes_on_into_what_people_wrote_is_of_it_from_its_begin() -> None:
    (row,) = made(
        [incident("17T06:00", "17T08:00", "cart")],
        [event("17T03:00", "17T08:00")],
        burning(cart={("17T03:00", "17T08:00"): 100.0}),
    ).to_dict("records")
    assert (row["span_start"], row["onset"], row["span_end"]) == (
        at("2026-11-17T03:00"),
        at("2026-11-17T03:00"),
        at("2026-11-17T08:00"),
    )


@pytest.mark.parametrize(("onset", "count"), [("17T03:10", 1), ("17T03:15", 2)])
def test_what_began_within_two_steps_is_one_outage(onset: str, count: int) -> None:
    found = made([], [event("17T03:00", "17T03:40"), event(onset, "17T03:50", "web")])
    assert len(found) == count
    assert not found["written"].any() and found["services"].iloc[0] == ["cart", "web"][: 3 - count]


def test_chains_do_not_grow_and_what_lasts_a_day_is_its_own() -> None:
    chain = [event(f"17T03:{minute:02}", "17T04:00", f"s{minute}") for minute in (0, 10, 20)]
    assert made([], chain)["services"].tolist() == [["s0", "s10"], ["s20"]]
    lasting = [event("17T03:00", "18T03:00"), event("17T03:00", "17T04:00", "web")]
    assert sorted(made([], lasting)["services"].tolist()) == [["cart"], ["web"]]


def test_a_service_that_failed_with_a_written_outage_is_of_it_though_nobody_named_it() -> None:
    (row,) = made(
        [incident("17T03:02", "17T03:40", "cart")],
        [event("17T03:00", "17T03:40"), event("17T03:05", "17T03:30", "web")],
    ).to_dict("records")
    assert (row["services"], row["named"]) == (["cart", "web"], ["cart"])


def test_an_incident_without_a_service_takes_what_began_with_it_and_no_more() -> None:
    events = [event("17T03:00", "17T03:40"), event("17T03:05", "17T03:30", "web"), event("18T10:00", "18T10:30", "web")]
    found = made([incident("17T03:10", "20T00:00")], events).set_index("id")
    assert found.loc["INC-1", "services"] == ["cart", "web"] and found.loc["INC-1", "named"] == []
    assert found.loc["web/availability@18T10:00", "written"] == False  # noqa: E712


def test_the_page_of_any_of_its_services_tells_and_the_others_had_none_of_their_own() -> None:
    pages = EPISODES.frame(
        [{"id": "p", "service": "web", "page": True, "start": at("2026-11-17T03:20"), "end": at("2026-11-17T03:30")}]
    )
    events = SLO_EVENTS.frame([event("17T03:00", "17T03:40"), event("17T03:00", "17T03:30", "web")])
    (row,) = outages_of(WINDOW, None, events, episodes=pages).to_dict("records")
    assert (row["paged"], row["pages"], row["first_page"]) == (True, ["p"], at("2026-11-17T03:20"))
    assert row["own_page"] == {"cart/availability": False, "web/availability": True}


def test_an_incident_that_was_mitigated_is_over_though_nobody_wrote_an_end() -> None:
    later = [event("20T09:00", "20T09:30")]
    burns = burning(cart={("17T03:00", "17T03:40"): 100.0, ("20T09:00", "20T09:30"): 100.0})
    told, other = made([mitigated("17T03:00", "17T03:40")], later, burns).to_dict("records")
    assert (told["end"], told["span_end"], told["ongoing"]) == (at("2026-11-17T03:40"), at("2026-11-17T03:40"), False)
    assert (told["events"], other["written"], other["span_start"]) == ([], False, at("2026-11-20T09:00"))
    # What is neither mitigated nor over goes on, and takes what burns since.
    (still,) = made([incident("17T03:00", None, "cart")], later, burns).to_dict("records")
    assert (still["end"] is pd.NaT, still["ongoing"], len(still["events"])) == (True, True, 1)
    # One that was over before the last meeting is no matter of this one.
    old = made([mitigated("05T03:00", "05T03:40")], [])
    assert since_last(old, WINDOW).empty


@pytest.mark.parametrize(
    ("burns_until", "hurt_until"),
    [("17T03:40", "17T03:42"), ("17T03:45", "17T03:42"), ("17T04:10", "17T04:10"), (None, "17T03:42")],
)
def test_users_were_hurt_until_it_was_mitigated_or_as_long_as_it_burned_fast(
    burns_until: str | None, hurt_until: str
) -> None:
    """A step that holds the moment of mitigation is no evidence of more; the price goes on to the end."""
    spans = {("17T03:00", burns_until): 100.0} if burns_until else {}
    events = [event("17T03:00", burns_until)] if burns_until else []
    (row,) = made([mitigated("17T03:00", "17T03:42", "17T05:00")], events, burning(cart=spans)).to_dict("records")
    assert (row["hurt_end"], row["span_end"]) == (at(f"2026-11-{hurt_until}"), at("2026-11-17T05:00"))


def test_of_one_outage_written_down_twice_the_later_mitigation_counts() -> None:
    twice = [mitigated("17T03:00", "17T03:30"), mitigated("17T03:10", "17T03:50", "17T04:00", name="INC-2")]
    (row,) = made(twice, []).to_dict("records")
    assert (row["hurt_end"], row["end"]) == (at("2026-11-17T03:50"), at("2026-11-17T04:00"))
