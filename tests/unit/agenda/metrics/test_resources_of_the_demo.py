"""The stories of the demo shop, told by its resources: each is found, with its date, and nothing else is."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

import prodmeet_kit
from prodmeet_kit.agenda.metrics import resource_facets as facets
from prodmeet_kit.analyses import Analyses
from prodmeet_kit.demo.stories import SLOWER_SINCE


@pytest.fixture(scope="module")
def demo() -> Analyses:
    return prodmeet_kit.open_review().analyses


def test_the_dearer_version_of_web_is_dated_and_blamed_on_its_deploy(demo: Analyses) -> None:
    # Each request costs 12% more CPU; a few hundredths of a core are idle, so a little less of all.
    step = demo.capacity.regressions[demo.capacity.regressions["kind"] == "step"]
    assert step[["service", "resource"]].to_numpy().tolist() == [["web", "cpu"]]
    assert abs(step["at"].iloc[0] - SLOWER_SINCE) <= timedelta(hours=2)
    assert step["changes"].tolist() == [["CH-31"]]
    assert step["low"].iloc[0] <= 0.115 <= step["high"].iloc[0]
    (said,) = (each for each in facets.facets(demo) if each.subject == "resource:web/cpu")
    assert (said.rule, said.joins, "CH-31" in said.question) == ("regression", ("change:CH-31",), True)


def test_the_leak_of_cart_drifts_and_is_asked_about_once_with_its_limit(demo: Analyses) -> None:
    drift = demo.capacity.regressions[demo.capacity.regressions["kind"] == "drift"]
    assert drift[["service", "resource"]].to_numpy().tolist() == [["cart", "memory"]]
    assert [each.rule for each in facets.facets(demo) if each.subject == "resource:cart/memory"] == ["limit_near"]


def test_no_other_resource_is_used_otherwise_at_equal_load(demo: Analyses) -> None:
    moved = demo.capacity.efficiency[demo.capacity.efficiency["equal_load"] != "within_noise"]
    assert moved[["service", "resource", "equal_load"]].to_numpy().tolist() == [
        ["web", "cpu", "higher"],
        ["cart", "memory", "higher"],
    ]


def test_what_the_deploy_of_web_did_is_told_from_noise(demo: Analyses) -> None:
    deploy = demo.changes.before_after[demo.changes.before_after["change"] == "CH-31"].set_index(["kind", "name"])
    beyond = deploy[deploy["outcome"] != "within_noise"]
    assert set(beyond.index) == {("slo", "latency"), ("equal_load", "cpu"), ("resource", "cpu")}
    # Requests over 0.3 s: 0.52% before, four times as many after: 1.6 points more, somewhat more at busy hours.
    assert beyond.loc[("slo", "latency"), "effect"] == pytest.approx(0.0175, abs=0.002)
    assert deploy.loc[("equal_load", "cpu"), "as_expected"] == "yes"  # up 10%, as the change says
    assert deploy.loc[("resource", "cpu"), "as_expected"] == "yes"
    # The world makes 12% more CPU of it; load moves the plain use, so that its interval is the wider one.
    cpu = deploy.xs("cpu", level="name")
    assert (cpu["low"] <= 0.12).all()
    assert (cpu["high"] >= 0.12).all()
    widths = (cpu["high"] - cpu["low"]).to_dict()
    assert widths["equal_load"] < 0.5 * widths["resource"]


def test_an_outage_that_came_with_a_change_is_named_and_left_out(demo: Analyses) -> None:
    pool = demo.changes.before_after[
        (demo.changes.before_after["change"] == "CH-32") & (demo.changes.before_after["kind"] == "slo")
    ]
    assert pool["slo_events"].map(len).gt(0).all()
    assert pool["within_noise"].all()  # once it was over, cart was as before


def test_no_limit_was_nearly_met(demo: Analyses) -> None:
    assert (demo.capacity.resources["saturation_90"] == 0).all()
    assert np.isfinite(demo.capacity.resources["headroom"]).all()
    assert len(demo.capacity.borrowed) == 0
