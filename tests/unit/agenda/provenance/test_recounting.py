"""The line that stands behind each kind of number, pasted: it gives the number that the report shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

import prodmeet_kit
from prodmeet_kit.agenda.provenance.recounting import last_steps
from prodmeet_kit.core.errors import InputError
from prodmeet_kit.evidence import AgendaItem, Table
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.review import Review, open_review
from prodmeet_kit.schemas.frames import rows
from tests.support.reviews import review

KINDS: Mapping[str, Any] = {
    "Attained": "percent",
    "Budget left": "budget",
    "Left at last meeting": "budget",
    "Spent since last meeting": "budget",
    "Burn rate": "number",
    "Bad events": "count",
    "Events": "count",
}


@pytest.fixture(scope="module")
def demo() -> Review:
    return open_review()


def pasted(opened: Review, line: str) -> Any:
    return eval(line, {"review": opened, "prodmeet_kit": prodmeet_kit})  # what a person does with it


def told(item: AgendaItem) -> list[dict[str, Any]]:
    tables = [each for each in item.evidence if isinstance(each, Table) and each.place == "recount"]
    assert all(each.folded for each in tables)
    return [row for each in tables for row in rows(each.frame)]


def frames(opened: Review) -> Mapping[str, Any]:
    found = opened.analyses
    efficiency = found.capacity.efficiency.assign(
        name=found.capacity.efficiency["resource"] + "/" + found.capacity.efficiency["load"]
    )
    loads = found.capacity.loads.merge(
        found.capacity.load_patterns.drop(columns=["unit", "change_vs_previous"]), on=["service", "name"]
    )
    return {"slo": found.slo.summary, "load": loads, "resource": found.capacity.resources, "efficiency": efficiency}


def test_each_line_pasted_gives_the_number_of_its_row(demo: Review) -> None:
    known, seen = frames(demo), set()
    for row in told(demo.metrics):
        about, column = row["key"].split("/")
        frame = known[about]
        (shown,) = frame.loc[frame["service"] + "/" + frame["name"] == row["of"], column]
        got = pasted(demo, row["line"])
        assert got == shown if column == "peak_at" else got == pytest.approx(shown, rel=1e-9), row
        if row["number"] in KINDS:
            assert write(got, KINDS[row["number"]]) == row["shown"]
        seen.add(row["key"])
    assert {key for key in seen if key.startswith("slo/")} == {
        f"slo/{column}"
        for column in (
            "total", "bad", "attainment", "budget_remaining", "budget_remaining_before", "budget_spent_since_last",
            "burn_rate", "missing_fraction",
        )
    }  # fmt: skip
    assert {"load/mean", "load/like_for_like", "load/peak_at", "load/expected_peak"} <= seen
    assert {"resource/p95", "resource/utilisation_p95", "resource/days_to_full", "efficiency/per_load"} <= seen


def test_the_number_and_its_line_stand_in_the_report(demo: Review) -> None:
    from prodmeet_kit.render.html import chunks

    html = "".join(chunk for chunk in chunks(demo.metrics) if isinstance(chunk, str))
    assert "How the numbers are calculated: Service level objectives" in html
    (row,) = (each for each in told(demo.metrics) if each["key"] == "efficiency/per_load")
    assert html.count(f">{row['shown']}<") >= 2  # here and in its own table, written the same
    (row,) = (each for each in told(demo.metrics) if each["key"] == "slo/budget_remaining")
    assert row["formula"] == "1 - bad / ((1 - objective) * total)" and row["formula"] in html
    assert f"<code>{row['line'].replace(chr(34), '&#34;')}</code>" in html


def test_counts_are_those_of_every_span_worked_out_by_hand() -> None:
    # A rate of 2 a second over 28 d = 2,419,200 s and 14 d = 1,209,600 s; one in a hundred is bad, 99.9% is the aim.
    small = review(values={"slo/cart/availability/total": 2.0, "slo/cart/availability/bad": 0.02})
    for span, total in (("window", 4_838_400), ("since", 2_419_200), ("previous", 4_838_400)):
        count = small.counts("cart/availability", span)
        assert (count.total, count.bad) == pytest.approx((total, total / 100))
    lines = {row["key"]: row["line"] for row in told(small.metrics)}
    assert lines["slo/total"] == 'review.answer("slo/cart/availability/total/window").iloc[0, 0] * 2419200'
    assert lines["slo/bad"] == 'review.answer("slo/cart/availability/bad/window").iloc[0, 0] * 2419200'
    assert pasted(small, lines["slo/attainment"]) == pytest.approx(0.99)
    assert pasted(small, lines["slo/budget_remaining"]) == pytest.approx(1 - 0.01 / 0.001)  # -9: ten budgets are gone
    assert pasted(small, lines["slo/budget_spent_since_last"]) == pytest.approx(24_192 / 4_838.4)
    assert pasted(small, lines["slo/burn_rate"]) == pytest.approx(10)


def test_what_is_excluded_is_not_counted_in_the_line_either() -> None:
    taken = {"start": "2026-11-20T00:00", "end": "2026-11-21T00:00", "reason": "moved", "author": "Ada"}
    small = review(values={"slo/cart/availability/total": 2.0, "slo/cart/availability/bad": 0.02}, exclusions=[taken])
    (row,) = (each for each in told(small.metrics) if each["key"] == "slo/total")
    assert row["line"] == 'review.counts("cart/availability").total'
    assert pasted(small, row["line"]) == pytest.approx(2 * (28 - 1) * 86_400, rel=0.01)
    assert pasted(small, row["line"]) == small.analyses.slo.summary.loc[0, "total"]


def test_a_number_nobody_knows_has_no_line() -> None:
    assert last_steps(review().analyses, "SLOs", ["slo/"]) == []
    assert last_steps(review().analyses, "Items", ["verify/"]) == []


def test_a_wrong_name_or_span_is_answered_with_the_right_ones() -> None:
    with pytest.raises(InputError, match="there is no cart/avail"):
        review().counts("cart/avail")
    with pytest.raises(InputError, match="span now: choose from window, since, previous"):
        review().counts("cart/availability", "now")


@pytest.mark.parametrize(
    "path",
    [
        "grid.since",
        "grid.missing_fraction",
        "load.growth_per_week",
        "load_patterns.like_for_like",
        "peak_forecast.expected_peak",
        "headroom.last_known",
        "capacity.summarise",
        "efficiency.__name__",
    ],
)
def test_the_paths_that_older_reports_print_still_lead_somewhere(path: str) -> None:
    assert eval(f"prodmeet_kit.analysis.{path}")
