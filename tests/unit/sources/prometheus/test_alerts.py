"""Runs of ``ALERTS`` from a server: no evaluation lost, none doubled, no run cut, however ranges are closed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.core.errors import ParametersError, SourceError
from prodmeet_kit.core.window import Window, parse_duration
from prodmeet_kit.schemas import frames
from prodmeet_kit.sources.base import Broken, Context, MetricSource
from prodmeet_kit.sources.prometheus.alerts import read
from tests.support import alert_store
from tests.support.alert_store import Store
from tests.support.answering import Asked, refusal, shop

END = datetime(2026, 11, 23, tzinfo=UTC)
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="UTC")


def context(metrics: MetricSource) -> Context:
    return Context(shop(), WINDOW, frames.ALERT_RUNS, "sources.alerts[0]", Path("parameters"), None, metrics)


def ask(store: Store, config: dict[str, Any] | None = None, **sources: Any) -> tuple[pd.DataFrame, Context]:
    return alert_store.ask(store, WINDOW, config, **sources)


@pytest.mark.parametrize("closed", [True, False], ids=["closed ranges", "open ranges"])
def test_evaluations_at_the_joins_and_at_both_ends_are_there_once(closed: bool) -> None:
    start = WINDOW.history_start
    # history_start is 28 d before the end: chunks of 7 d (and a millisecond) join at about these instants
    days = (0, 7, 14, 21, 28)
    times = [(start + timedelta(days=day, milliseconds=tick)).timestamp() for day in days for tick in (-1, 0, 1)]
    store = Store([({"alertname": "High", "alertstate": "firing"}, times)], closed=closed)
    made, _ = ask(store)
    assert [moment.timestamp() for moment in made["start"]] == [times[1], times[3], times[6], times[9], times[12]]
    assert [moment.timestamp() for moment in made["last"]] == [times[2], times[5], times[8], times[11], times[13]]


@pytest.mark.parametrize("closed", [True, False], ids=["closed ranges", "open ranges"])
def test_a_run_over_the_join_of_two_answers_is_not_cut(closed: bool) -> None:
    middle = (END - timedelta(days=14)).timestamp()
    times = [middle + 60 * minute for minute in (-3, -2, -1, 0, 1, 2)] + [middle + 60 * minute for minute in (4, 5)]
    made, _ = ask(Store([({"alertname": "High", "alertstate": "firing"}, times)], closed=closed))
    assert [moment.timestamp() for moment in made["start"]] == [times[0], times[6]]
    assert [moment.timestamp() for moment in made["last"]] == [times[5], times[7]]


class Limited(Store):
    """A server that answers for a day at most, or that warns."""

    warns = False

    def __call__(self, asked: Asked) -> tuple[int, str, bytes]:
        length = re.search(r"\[([0-9a-z]+)\]", asked.form.get("query", ""))
        if not self.warns and length and parse_duration(length[1]) > timedelta(days=1):
            return refusal(422, "execution", "the query time range exceeds the limit (query length: 7d, limit: 24h)")
        status, kind, body = super().__call__(asked)
        return status, kind, body.replace(b"{", b'{"warnings": ["a store is gone"], ', 1) if self.warns else body


@pytest.mark.parametrize("closed", [True, False], ids=["closed ranges", "open ranges"])
def test_a_server_that_answers_for_a_day_at_most_gives_the_same_runs(closed: bool) -> None:
    edge = (WINDOW.history_start + timedelta(days=3.5)).timestamp()
    times = [edge + 60 * minute for minute in range(-2000, 2000)]
    series = [({"alertname": "High", "alertstate": "firing"}, times)]
    whole, _ = ask(Store(series, closed=closed))
    parts, about = ask(Limited(series, closed=closed))
    pd.testing.assert_frame_equal(parts, whole)
    assert about.gaps == []


def test_an_answer_from_which_alerts_may_be_missing_is_a_gap() -> None:
    store = Limited([({"alertname": "High", "alertstate": "firing"}, [END.timestamp() - 7200])])
    store.warns = True
    made, about = ask(store)
    assert len(made) == 1
    assert about.gaps == ["the answer is partial, so alerts may be missing: a store is gone"]


def test_a_late_evaluation_is_of_the_run_and_a_missed_one_ends_it() -> None:
    at = END.timestamp() - 7200
    times = [at + 30 * step for step in (0, 1, 2.5, 4.1)]  # 45 s and 48 s after the one before
    made, _ = ask(Store([({"alertname": "High", "alertstate": "firing"}, times)]), {"evaluation_interval": "30s"})
    assert [moment.timestamp() for moment in made["start"]] == [times[0], times[3]]
    assert made["interval_s"].tolist() == [30, 30]
    assert made["active"].isna().all()


def test_firing_and_pending_of_every_replica_are_kept_apart_and_in_order() -> None:
    at = END.timestamp() - 600.25
    labels = {"alertname": "High", "severity": "page", "service": "cart"}
    series = [
        ({**labels, "alertstate": "pending", "replica": "b"}, [at, at + 60]),
        ({**labels, "alertstate": "firing", "replica": "a"}, [at + 120, at + 180]),
        ({"alertname": "Disk", "alertstate": "firing"}, [at]),
    ]
    made, _ = ask(Store(series, closed=True))
    assert list(made["alertname"]) == ["Disk", "High", "High"]
    assert list(made["state"]) == ["firing", "firing", "pending"]
    assert made["labels"][0] == "{}"
    assert made["labels"][1] == '{"replica":"a","service":"cart","severity":"page"}'
    assert made["start"][0] == datetime.fromtimestamp(at, UTC)  # to the millisecond
    assert made["acknowledged"].isna().all() and not made["acknowledges"].any()


@pytest.mark.parametrize(
    ("page", "pages"),
    [
        ("", [True, True]),
        ('severity="page"', [False, True]),
        ('alertname!="High",severity="page"', [False, False]),
    ],
)
def test_the_label_expression_says_which_alerts_page_and_may_name_the_alert(page: str, pages: list[bool]) -> None:
    at = END.timestamp() - 600
    series = [
        ({"alertname": name, "alertstate": "firing", "severity": severity}, [at])
        for name, severity in (("Disk", "ticket"), ("High", "page"))
    ]
    made, _ = ask(Store(series, closed=True), {"page": page})
    assert list(made["page"]) == pages


@pytest.mark.parametrize(("count", "name"), [(1, "alerts"), (2, "alerts[0]")])
def test_a_run_names_its_source_by_its_key_in_the_parameters(count: int, name: str) -> None:
    store = Store([({"alertname": "High", "alertstate": "firing"}, [END.timestamp() - 600])], closed=True)
    made, _ = ask(store, alerts=[{"type": "prometheus_alerts"}] * count)
    assert list(made["source"]) == [name]


def test_the_matchers_of_the_parameters_select_the_alerts_and_page_does_not() -> None:
    store = Store([], closed=True)
    made, given = ask(store, {"page": 'severity="page"', "matchers": 'namespace="shop"'})
    asked = {query.partition("[")[0] for query in store.queries if not query.startswith("topk")}
    assert asked == {'ALERTS{namespace="shop"}', "group(up)"}
    assert made.empty
    assert "no sample of ALERTS" in given.notes[0]


def test_a_server_that_does_not_keep_so_old_data_is_told_of_to_within_the_hour() -> None:
    store = Store([], closed=True, up="2026-11-10T12:20Z")
    _, given = ask(store)
    found = re.fullmatch(r"the server has no sample of up before (.+): what fired earlier is not seen", given.notes[1])
    assert found is not None
    oldest = datetime.strptime(f"2026 {found[1]}", "%Y %a %d %b %H:%M UTC").replace(tzinfo=UTC)
    assert timedelta(0) <= oldest - datetime(2026, 11, 10, 12, 20, tzinfo=UTC) <= timedelta(hours=1)
    # 28 days halved until an hour is left: 2 questions and 10 more
    assert store.queries.count("group(up)") <= 12


@pytest.mark.parametrize(("up", "asked"), [("2026-01-01T00:00Z", 1), ("", 2)], ids=["all kept", "no up at all"])
def test_nothing_is_said_of_what_the_server_keeps_when_it_keeps_all_or_cannot_tell(up: str, asked: int) -> None:
    store = Store([], closed=True, up=up)
    _, given = ask(store)
    assert len(given.notes) == 1
    assert store.queries.count("group(up)") == asked


def test_an_alert_at_the_begin_of_the_history_shows_that_it_is_kept() -> None:
    at = WINDOW.history_start.timestamp() + 600
    store = Store([({"alertname": "High", "alertstate": "firing"}, [at])], closed=True)
    ask(store)
    assert "group(up)" not in store.queries


@pytest.mark.parametrize("gap", ["0s", "10m"])
def test_flapping_may_be_joined_or_not(gap: str) -> None:
    made, _ = ask(Store([], closed=True), {"flap_gap": gap, "replica_labels": ["cluster"]})
    assert made.empty


@pytest.mark.parametrize(
    ("config", "key"),
    [
        ({"page": "severity=page"}, "page"),
        ({"evaluation_interval": "soon"}, "evaluation_interval"),
        ({"pages": "x"}, "pages"),
        ({"flap_gap": "5"}, "flap_gap"),
        ({"replica_labels": "replica"}, "replica_labels"),
    ],
)
def test_a_wrong_key_is_named_with_its_place_in_the_parameter_file(config: dict[str, str], key: str) -> None:
    with pytest.raises(ParametersError, match=rf"parameters/shop\.yaml: sources\.alerts\[0\]\.{key}"):
        read({"type": "prometheus_alerts", **config}, context(Broken("metrics", "none")))


def test_without_a_metric_source_its_own_reason_is_told() -> None:
    with pytest.raises(SourceError, match=r"add sources\.metrics"):
        read({"type": "prometheus_alerts"}, context(Broken("metrics", "add sources.metrics")))
