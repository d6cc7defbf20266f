"""Two weeks in which it is known what happened: from runs of alerts and trends of SLIs to what the meeting is told.

Every service has one SLO of 99.9% over 28 days and 1,000 events a step of 5 minutes, so 8,064 steps and an error
budget of 0.001 * 8,064,000 = 8,064 bad events. A burn rate of 1 is one bad event a step.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analysis.alerting import episodes
from prodmeet_kit.analysis.paging import (
    noise,
)
from prodmeet_kit.analysis.paging import (
    quality as paging_quality,
)
from prodmeet_kit.analysis.paging import (
    unpaged as missed,
)
from prodmeet_kit.analysis.paging import (
    verdicts_on_pages as paging,
)
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.events import slo_events
from prodmeet_kit.analysis.slo.exclusions import Exclusion
from prodmeet_kit.schemas.frames import ALERT_RUNS, EPISODES, INCIDENTS, SLO_COUNTS, SLO_EVENTS, label_key
from tests.support.grids import END, at, grid, trend, window
from tests.support.outages import outages_of

WINDOW = window()  # 10 to 24 November, the window before from 27 October
BUDGET = 8064.0
SERVICES = ("cart", "checkout", "login", "mail", "payments", "search")
SLOS = [SloTarget(service, "availability", 0.999, timedelta(days=28).total_seconds()) for service in SERVICES]

BAD = {
    "cart": {("2026-11-17T03:00", "2026-11-17T03:40"): 100.0},  # 8 steps: 800 bad events
    "checkout": {("2026-11-18T14:00", "2026-11-18T14:30"): 100.0},  # 6 steps: 600
    "mail": {("2026-11-19T08:00", "2026-11-19T09:00"): 50.0},  # 12 steps: 600
    "login": {("2026-11-20T22:00", "2026-11-20T23:00"): 200.0},  # 12 steps: 2,400, announced maintenance
    "search": {("2026-11-12T00:00", "2026-11-14T00:00"): 4.0},  # 576 steps: 2,304, never above a burn rate of 4
    "payments": {},
}
TRENDS = {f"{name}/availability": trend(grid(END - timedelta(days=28)), bad=spans) for name, spans in BAD.items()}


def run(alert: str, service: str, start: str, last: str, page: bool = True, **labels: str) -> dict[str, Any]:
    """An alert that fired from a first to a last evaluation, one a minute."""
    return {
        "alertname": alert,
        "labels": label_key({"service": service, "severity": "page" if page else "ticket", **labels}),
        "state": "firing",
        "page": page,
        "start": at(f"2026-{start}"),
        "last": at(f"2026-{last}"),
        "interval_s": 60.0,
        "source": "alerts[0]",
    }


RUNS = [
    # two servers evaluate the same rule, half a minute apart
    run("BurnsFast", "cart", "11-17T03:12:00", "11-17T03:50:00", replica="a"),
    run("BurnsFast", "cart", "11-17T03:12:30", "11-17T03:50:30", replica="b"),
    # 40 minutes after the onset
    run("BurnsFast", "mail", "11-19T08:40:00", "11-19T09:05:00"),
    # in the maintenance
    run("BurnsFast", "login", "11-20T22:05:00", "11-20T22:50:00"),
    # users saw nothing
    run("QueueLong", "payments", "11-16T12:00:00", "11-16T12:04:00"),
    # before the data begins until after the meeting
    run("AlwaysOn", "payments", "10-27T10:00:00", "11-24T10:00:00"),
    # the trickle has its ticket
    run("BurnsSlowly", "search", "11-12T06:00:00", "11-14T01:00:00", page=False),
    # five evaluations every 20 minutes
    *[run("DiskFlaps", "payments", f"11-21T{t}:00", f"11-21T{t[:3]}{int(t[3:]) + 4:02}:00", page=False)
      for t in ("06:00", "06:20", "06:40", "07:00", "07:20")],
]  # fmt: skip
# The rule NeverFires leaves no run: nothing may be said of it.


@pytest.fixture(scope="module")
def fired() -> pd.DataFrame:
    return EPISODES.check(episodes.build(ALERT_RUNS.frame(RUNS), WINDOW))


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    return SLO_EVENTS.check(slo_events(TRENDS, SLOS, WINDOW))


@pytest.fixture(scope="module")
def pages(fired: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    return paging.judge(fired, events, INCIDENTS.frame(), TRENDS, SLOS, WINDOW)


def test_the_outages_are_the_events_and_the_trickle_is_none(events: pd.DataFrame) -> None:
    # The burn rate over 1 h peaks where all bad steps lie in 12 steps: bad / 12,000 / 0.001.
    told = events[["service", "onset", "end", "bad", "trigger", "ongoing"]].to_dict("records")
    expected = [
        ("cart", "17T03:00", "17T03:40", 800.0, 800 / 12),
        ("checkout", "18T14:00", "18T14:30", 600.0, 50.0),
        ("mail", "19T08:00", "19T09:00", 600.0, 50.0),
        ("login", "20T22:00", "20T23:00", 2400.0, 200.0),
    ]
    assert told == [
        {
            "service": service,
            "onset": at(f"2026-11-{onset}"),
            "end": at(f"2026-11-{end}"),
            "bad": bad,
            "trigger": "14.4x/1h",
            "ongoing": False,
        }
        for service, onset, end, bad, _ in expected
    ]
    assert list(events["peak_burn"]) == pytest.approx([peak for *_, peak in expected])
    assert list(events["budget_spent"]) == pytest.approx([bad / BUDGET for _, _, _, bad, _ in expected])


def test_the_two_replicas_are_one_episode_from_the_first_to_the_last_evaluation(fired: pd.DataFrame) -> None:
    (one,) = fired[fired["service"] == "cart"].to_dict("records")
    # the last evaluation of b, 03:50:30, and its interval of a minute
    assert (one["start"], one["end"]) == (at("2026-11-17T03:12"), at("2026-11-17T03:51:30"))
    assert one["runs"] == 2
    assert one["labels"] == '{"service":"cart","severity":"page"}'


def test_the_alert_that_always_fires_is_one_episode_cut_at_both_ends(fired: pd.DataFrame) -> None:
    (one,) = fired[fired["alert"] == "AlwaysOn"].to_dict("records")
    assert (one["cut_start"], one["cut_end"]) == (True, True)
    cut = fired[fired["cut_start"] | fired["cut_end"]]
    assert list(cut["alert"]) == ["AlwaysOn"]


def test_flaps_are_five_episodes_or_one_when_the_team_says_so(fired: pd.DataFrame) -> None:
    flaps = fired[fired["alert"] == "DiskFlaps"]
    assert list(flaps["duration_s"]) == [300.0] * 5  # last - first is 4 minutes, and one interval
    # 15 minutes lie between the end of one (06:05) and the start of the next (06:20)
    joined = episodes.build(ALERT_RUNS.frame(RUNS), WINDOW, flap_gap=timedelta(minutes=15))
    (one,) = joined[joined["alert"] == "DiskFlaps"].to_dict("records")
    assert (one["runs"], one["start"], one["end"]) == (5, at("2026-11-21T06:00"), at("2026-11-21T07:25"))
    apart = episodes.build(ALERT_RUNS.frame(RUNS), WINDOW, flap_gap=timedelta(minutes=14))
    assert (apart["alert"] == "DiskFlaps").sum() == 5


def test_each_page_is_judged_by_what_users_felt(pages: pd.DataFrame) -> None:
    judged = {(row.alert, row.service): (row.suggested_verdict, row.reason) for row in pages.itertuples()}
    assert judged == {
        ("AlwaysOn", "payments"): ("noise", "slis_fine"),
        ("QueueLong", "payments"): ("noise", "slis_fine"),
        ("BurnsFast", "cart"): ("right", "caught"),  # 12 minutes
        ("BurnsFast", "mail"): ("late", "caught_late"),  # 40 minutes, more than 30
        ("BurnsFast", "login"): ("right", "caught"),  # an SLI knows of no maintenance, nor does a page
    }


def test_the_page_during_announced_maintenance_is_said_to_be_that(fired: pd.DataFrame, events: pd.DataFrame) -> None:
    login = frozenset(target.ref for target in SLOS if target.service == "login")
    work = Exclusion(at("2026-11-20T22:00"), at("2026-11-20T23:00"), login, "new database", "sre")
    judged = paging.judge(fired, events, INCIDENTS.frame(), TRENDS, SLOS, WINDOW, [work])
    assert judged.loc[judged["service"] == "login", ["suggested_verdict", "reason"]].to_numpy().tolist() == [
        ["maintenance", "excluded"]
    ]
    assert (judged["suggested_verdict"] == "maintenance").sum() == 1


def test_precision_recall_detection_and_reset_are_those_worked_out_by_hand(
    pages: pd.DataFrame, events: pd.DataFrame
) -> None:
    found = paging_quality.quality(pages, outages_of(WINDOW, None, events, SLOS, TRENDS), WINDOW)
    # AlwaysOn began before the window. Of the other four, QueueLong told of nothing.
    assert (found.pages, found.pages_caught, found.precision) == (4, 3, 0.75)
    # Of four events nobody was told of checkout's.
    assert (found.events, found.events_caught, found.recall) == (4, 3, 0.75)
    # cart 03:00 to 03:12, mail 08:00 to 08:40, login 22:00 to 22:05
    assert found.detection_s == (720.0, 2400.0, 300.0)
    assert (found.detection_median_s, found.detection_worst_s) == (720.0, 2400.0)
    # cart 03:40 to 03:51:30, mail 09:00 to 09:06, login's page was over at 22:51, before the event
    assert found.reset_s == (690.0, 360.0, 0.0)
    assert (found.reset_median_s, found.reset_worst_s) == (360.0, 690.0)


def test_the_unpaged_outage_alone_should_have_paged(fired: pd.DataFrame, events: pd.DataFrame) -> None:
    counts = SLO_COUNTS.frame(
        {"service": slo.service, "name": slo.name, "span": "window", "total": BUDGET / (1 - slo.objective)}
        for slo in SLOS
    )
    made = outages_of(WINDOW, None, events, SLOS, TRENDS, counts, fired)
    (row,) = missed.missed(made, INCIDENTS.frame(), events, WINDOW, TRENDS, SLOS).to_dict("records")
    assert (row["kind"], row["service"], row["would_have_fired"]) == ("slo_event", "checkout", "14.4x/1h")
    assert (row["start"], row["end"]) == (at("2026-11-18T14:00"), at("2026-11-18T14:30"))
    assert row["budget_spent"] == pytest.approx(600 / BUDGET)
    # Over 1 h 14.4 is 172.8 bad of 12,000: 100 after the first step are too few, 200 after the second enough.
    assert (row["fires_at"], row["detection_s"]) == (at("2026-11-18T14:10"), 600.0)
    # In two windows the rule would have fired then alone.
    assert (row["would_fire"], row["would_tell"]) == (1, 1)


def test_what_flaps_what_always_fires_and_the_page_of_nothing_are_noise(
    fired: pd.DataFrame, pages: pd.DataFrame, events: pd.DataFrame
) -> None:
    found = noise.noise(fired, pages, events, WINDOW)
    told = found[["alert", "service", "page", "count", "reason"]].itertuples(index=False, name=None)
    assert list(told) == [
        ("DiskFlaps", "payments", False, 5, "flapping"),
        ("AlwaysOn", "payments", True, 1, "always_firing"),
        ("QueueLong", "payments", True, 1, "slis_fine"),
    ]
