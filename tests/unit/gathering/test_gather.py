"""Gathering: every source asked once, every failure told in its own section, no long wait, no credential."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from prodmeet_kit.core.errors import Failure, ParametersError
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.review import Review
from prodmeet_kit.snapshot import MANIFEST, freeze
from tests.support.answering import Asked, answering, refusal, shop, success
from tests.support.gathered import CANARY, END, PLANNED, WINDOW, everything, facts


def test_every_planned_question_is_answered_and_every_source_has_a_state(tmp_path: Path) -> None:
    (tmp_path / "toil.yaml").write_text("- {id: T-1, text: x, minutes: 1, times_per_week: 1}")
    sources = {"alerts": [{"type": "prometheus_alerts"}], "toil": [{"type": "file", "path": "toil.yaml"}]}
    made, _ = facts(everything, tmp_path, sources)
    assert len(made.answers) == PLANNED
    assert made.value("slo/cart/availability/total/window") == 2
    assert made.failures == ()
    states = {"metrics": "ok", "alerts": "empty", "rules": "empty", "toil": "ok"}
    assert {source.name: source.state for source in made.sources} == states
    assert made.sources[0].detail.endswith(f"{PLANNED} of {PLANNED} queries answered")
    assert made.records["toil"] is not None
    assert len(made.records["toil"]) == 1


@pytest.mark.parametrize(("late", "told"), [(timedelta(minutes=15), False), (timedelta(minutes=100), True)])
def test_data_that_ends_well_before_the_meeting_is_a_failure_of_the_metrics(
    late: timedelta, told: bool, tmp_path: Path
) -> None:
    def says(asked: Asked) -> tuple[int, str, bytes]:
        status, kind, body = everything(asked)
        content = json.loads(body)
        for series in content["data"]["result"]:
            if "values" in series:
                series["values"] = [pair for pair in series["values"] if pair[0] <= (END - late).timestamp()]
        return status, kind, json.dumps(content).encode()

    made, _ = facts(says, tmp_path)
    # The step is 5 minutes, three of them are allowed; 100 minutes before midnight it was 22:20.
    text = "the newest data is of Sun 22 Nov 22:20 UTC, 100 min before the meeting"
    assert made.failures == ((Failure("metrics", "the last 100 min", text),) if told else ())


def test_a_record_nobody_configured_is_none_without_a_failure(tmp_path: Path) -> None:
    made, _ = facts(everything, tmp_path)
    kept = {"incidents", "changes", "action_items", "consultations", "toil"}
    assert set(made.records) == {
        "alert_runs",
        "alert_rules",
        "silences",
        "verdicts",
        "topics",
        "meeting_decisions",
        "meeting_durations",
        "explorations",
        *kept,
    }
    # the rules are the metric source's own, and this one has none; the inbox is silent while it is empty
    assert {name for name, frame in made.records.items() if frame is not None} == {"alert_rules", "topics"}
    assert "topics" not in {state.name for state in made.sources}
    assert made.failures == ()


def test_what_two_questions_ask_alike_is_asked_once_and_shared(tmp_path: Path) -> None:
    twice = [{"name": name, "query": "sum(queue_length)"} for name in ("queue", "backlog")]
    with answering(everything) as server:
        product = shop(sources={"metrics": {"url": server.url}}, load=twice)
        made, asked = gather(product, WINDOW, folder=tmp_path), server.asked
    forms = [json.dumps(one.form, sort_keys=True) for one in asked]
    assert len(forms) == len(set(forms))
    assert made.answers["load/cart/queue"].frame is made.answers["load/cart/backlog"].frame
    assert made.answers["load/cart/backlog"].question.key == "load/cart/backlog"


def test_questions_are_asked_side_by_side_and_never_more_than_jobs(tmp_path: Path) -> None:
    lock, now, most = threading.Lock(), 0, 0

    def says(asked: Asked) -> tuple[int, str, bytes]:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.05)
        with lock:
            now -= 1
        return everything(asked)

    facts(says, tmp_path, jobs=3)
    assert most == 3


def test_an_unreachable_server_fails_each_section_once_and_quickly(tmp_path: Path) -> None:
    items = "- {id: AI-1, text: x, verify: {query: up, expect: '>= 1'}}"
    (tmp_path / "items.yaml").write_text(items)
    product = shop(
        sources={
            "metrics": {"url": "http://127.0.0.1:1"},
            "alerts": [{"type": "prometheus_alerts"}],
            "action_items": [{"type": "file", "path": "items.yaml"}],
        }
    )
    began = time.monotonic()
    made = gather(product, WINDOW, folder=tmp_path)
    assert time.monotonic() - began < 5
    sections = [failure.section for failure in made.failures]
    assert sections == [
        "metrics",
        "paging_events",
        "non_paging_events",
        "action_items",
        "monitoring_changes",
    ]  # in the agenda's order
    metrics = made.failures[0]
    assert metrics.source == "cart/availability, cart/cpu, cart/requests"
    assert "cannot connect to http://127.0.0.1:1: Connection refused" in metrics.message
    assert metrics.message.endswith(f"({PLANNED} queries)")
    assert made.failures[3].source == "AI-1"
    assert made.records["alert_runs"] is None
    assert made.sources[0].state == "failed"


def test_a_silent_server_costs_one_time_limit_not_one_for_each_question(tmp_path: Path) -> None:
    def says(_: Asked) -> tuple[int, str, bytes]:
        time.sleep(0.6)
        return success()

    with answering(says) as server:
        product = shop(sources={"metrics": {"url": server.url, "timeout": "300ms", "jobs": 4}})
        began = time.monotonic()
        made = gather(product, WINDOW, folder=tmp_path)
        assert time.monotonic() - began < 1.5
        assert len(server.asked) <= 4 + 3
    assert len(made.failures) == 1


def test_refused_credentials_are_told_once(tmp_path: Path) -> None:
    made, asked = facts(lambda _: (401, "text/plain", b"Unauthorized"), tmp_path, jobs=1)
    assert len(asked) == 1
    (failure,) = made.failures
    assert "does not accept the credentials" in failure.message


def test_one_rejected_query_fails_alone(tmp_path: Path) -> None:
    def says(asked: Asked) -> tuple[int, str, bytes]:
        return refusal(422, "execution", "many-to-many") if asked.form["query"] == "sum(cpu)" else everything(asked)

    made, _ = facts(says, tmp_path)
    assert made.failures == (Failure("metrics", "cart/cpu", "the server does not accept the query: many-to-many"),)
    assert made.answers["resource/cart/cpu/use"].frame is None
    assert made.answers["resource/cart/cpu/limit"].frame is not None
    assert made.sources[0].state == "ok"


def test_more_series_than_one_are_a_failure_with_the_fix(tmp_path: Path) -> None:
    def says(asked: Asked) -> tuple[int, str, bytes]:
        if asked.form["query"] != "sum(cpu)":
            return everything(asked)
        at = float(asked.form["end"])
        return success([{"metric": {"pod": pod}, "values": [[at, "1"]]} for pod in "ab"], kind="matrix")

    made, _ = facts(says, tmp_path)
    message = "2 series came back where one is needed: put sum(...) round the query"
    assert made.failures == (Failure("metrics", "cart/cpu", message),)
    assert made.series("resource/cart/cpu/use") is None


@pytest.mark.parametrize(
    ("absent", "source"),
    [
        ('sum(rate(http_requests_total{service="cart"}[', "cart/availability, cart/requests"),
        ("sum(cpu_limit)", "cart/cpu"),
    ],
)
def test_a_series_that_does_not_exist_is_a_failure_where_it_is_needed(tmp_path: Path, absent: str, source: str) -> None:
    def says(asked: Asked) -> tuple[int, str, bytes]:
        if not asked.form["query"].startswith(absent):
            return everything(asked)
        return success([], kind="matrix" if "step" in asked.form else "vector")

    made, _ = facts(says, tmp_path)
    (failure,) = made.failures
    assert failure.source == source
    assert failure.message.startswith("no series: check the metric name and the labels")


def test_absent_bad_events_beside_a_total_are_no_failure(tmp_path: Path) -> None:
    def says(asked: Asked) -> tuple[int, str, bytes]:
        if "5.." not in asked.form["query"]:
            return everything(asked)
        return success([], kind="matrix" if "step" in asked.form else "vector")

    made, _ = facts(says, tmp_path)
    assert made.failures == ()
    frame = made.answers["slo/cart/availability/bad/trend"].frame
    assert frame is not None
    assert frame.shape == (8064, 0)


def test_without_a_metric_source_the_failure_says_to_add_it(tmp_path: Path) -> None:
    made = gather(shop(), WINDOW, folder=tmp_path)
    (failure,) = made.failures
    assert failure.section == "metrics"
    assert f"add sources.metrics with type and url to {tmp_path / 'shop.yaml'}" in failure.message
    assert made.sources == ()


def test_a_variable_that_is_not_set_is_a_failure_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ABSENT_TOKEN", raising=False)
    metrics = {"url": "http://127.0.0.1:1", "auth": {"type": "bearer", "token": "${ABSENT_TOKEN}"}}
    made = gather(
        shop(sources={"metrics": metrics, "alerts": [{"type": "prometheus_alerts"}]}), WINDOW, folder=tmp_path
    )
    assert {failure.section for failure in made.failures} == {"metrics", "paging_events", "non_paging_events"}
    assert all("ABSENT_TOKEN is not set" in failure.message for failure in made.failures)


def test_a_variable_that_is_not_set_is_told_with_the_line_and_the_key_that_refer_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ABSENT_TOKEN", raising=False)
    auth = "auth: {type: bearer, token: '${ABSENT_TOKEN}'}"
    (tmp_path / "shop.yaml").write_text(
        "sources:\n"
        f"  metrics: {{url: 'http://127.0.0.1:1', {auth}}}\n"
        "  changes:\n"
        "    - {type: icalendar, url: 'http://127.0.0.1:1/a.ics'}\n"
        f"    - {{type: icalendar, url: 'http://127.0.0.1:1/b.ics', {auth}}}\n"
    )
    token = {"type": "bearer", "token": "${ABSENT_TOKEN}"}
    calendars = [{"type": "icalendar", "url": f"http://127.0.0.1:1/{name}.ics"} for name in "ab"]
    sources = {
        "metrics": {"url": "http://127.0.0.1:1", "auth": token},
        "changes": [calendars[0], {**calendars[1], "auth": token}],
    }
    made = gather(shop(sources=sources), WINDOW, folder=tmp_path)
    told = {failure.message.partition(": the env")[0] for failure in made.failures if "ABSENT" in failure.message}
    assert told == {
        f"{tmp_path}/shop.yaml:2: sources.metrics.auth.token",
        f"{tmp_path}/shop.yaml:5: sources.changes[1].auth.token",
    }


def test_the_query_of_what_somebody_promised_is_asked_and_tells_whether_it_worked(tmp_path: Path) -> None:
    earlier = {"meeting": (WINDOW.day - timedelta(days=14)).isoformat(), "item": "metrics", "what": "cart is slow"}
    promise = {"decision": "act", "owner": "ann", "due": WINDOW.day.isoformat()}
    check = {"verify_query": "sum(up)", "verify_expect": ">= 1"}
    minutes = Minutes(tmp_path / "minutes", shop().product)
    minutes.save("decisions", "a", {"subject": "slo:cart/availability", **earlier, **promise, **check})
    minutes.save("decisions", "b", {"subject": "resource:cart/cpu", **earlier, "decision": "drop", **check})

    (tmp_path / "items.yaml").write_text("- {id: AI-1, text: x, owner: ann}")
    items = {"action_items": [{"type": "file", "path": "items.yaml"}]}
    made, _ = facts(everything, tmp_path, items, minutes=tmp_path / "minutes")
    key = "verify/promise:slo:cart/availability"
    assert [each for each in made.answers if each.startswith("verify/")] == [key]
    (row,) = Review(made).analyses.meeting.promises.to_dict("records")
    assert (row["owner"], row["observed"], row["outcome"]) == ("ann", 2.0, "met")
    questions = [facet.question for each in Review(made).findings for _, facet in each.facets]
    assert "Is what ann promised done?" in questions


def test_acceptance_queries_of_action_items_are_asked_and_may_find_nothing(tmp_path: Path) -> None:
    text = """
- {id: AI-1, text: x, verify: {query: 'count_over_time(ALERTS{alertname="X"}[14d])', expect: <= 1}}
- {id: AI-2, text: y}
"""
    (tmp_path / "items.yaml").write_text(text)

    def says(asked: Asked) -> tuple[int, str, bytes]:
        return success() if "count_over_time" in asked.form["query"] else everything(asked)

    made, _ = facts(says, tmp_path, {"action_items": [{"type": "file", "path": "items.yaml"}]})
    assert [key for key in made.answers if key.startswith("verify/")] == ["verify/AI-1"]
    assert made.failures == ()


def test_problems_of_all_hand_written_files_are_raised_together(tmp_path: Path) -> None:
    (tmp_path / "toil.yaml").write_text("- {id: T-1}")
    sources = {
        "metrics": {"url": "http://127.0.0.1:1", "type": "graphite"},
        "toil": [{"type": "file", "path": "toil.yaml"}],
        "incidents": [{"type": "file", "path": "absent.yaml"}, {"type": "telepathy"}],
    }
    with pytest.raises(ParametersError, match=r"sources\.metrics\.type is graphite.*write one of"):
        gather(shop(sources=sources), WINDOW, folder=tmp_path)
    del sources["metrics"]
    with pytest.raises(ParametersError) as caught:
        gather(shop(sources=sources), WINDOW, folder=tmp_path)
    keys = {problem.key for problem in caught.value.problems}
    assert {"sources.incidents[0].path", "sources.incidents[1].type", "[0].text", "[0].minutes"} < keys


class Counting:
    """Progress that remembers what it was told."""

    def __init__(self) -> None:
        self.totals: list[int] = []
        self.steps: list[str] = []
        self.ended = 0

    def start(self, total: int) -> None:
        self.totals.append(total)

    def advance(self, text: str) -> None:
        assert threading.current_thread() is threading.main_thread()
        self.steps.append(text)

    def done(self) -> None:
        self.ended += 1


def test_progress_counts_every_step_and_always_ends(tmp_path: Path) -> None:
    (tmp_path / "items.yaml").write_text("- {id: AI-1, text: x, verify: {query: up, expect: '>= 1'}}")
    progress = Counting()
    facts(everything, tmp_path, {"action_items": [{"type": "file", "path": "items.yaml"}]}, progress=progress)
    assert len(progress.steps) == progress.totals[-1] == progress.totals[0] + 1
    assert progress.ended == 1
    (tmp_path / "items.yaml").write_text("- {id: AI-1}")
    interrupted = Counting()
    with pytest.raises(ParametersError):
        facts(everything, tmp_path, {"action_items": [{"type": "file", "path": "items.yaml"}]}, progress=interrupted)
    assert interrupted.ended == 1


@pytest.mark.parametrize(
    "reply",
    [
        (401, "text/plain", f"token {CANARY} is not known".encode()),
        refusal(400, "bad_data", f"parse error near {CANARY}"),
        success([], kind="vector", warnings=[f"store https://x:{CANARY}@store did not answer"]),
        (302, "text/html", b""),
    ],
    ids=["401", "400", "warning", "302"],
)
def test_no_credential_reaches_the_facts_or_the_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reply: tuple[int, str, bytes]
) -> None:
    with answering(lambda _: reply) as server:
        monkeypatch.setenv("SERVER", server.url.replace("://", f"://ann:{CANARY}@"))
        monkeypatch.setenv("CANARY", CANARY)
        metrics = {
            "url": "${SERVER}",
            "auth": {"type": "bearer", "token": "${CANARY}"},
            "headers": {"X-Api-Key": "${CANARY}", "X-Literal": CANARY},
        }
        made = gather(
            shop(sources={"metrics": metrics, "alerts": [{"type": "prometheus_alerts"}]}), WINDOW, folder=tmp_path
        )
    told = repr((made.failures, made.sources, [(a.error, a.warnings, a.source) for a in made.answers.values()]))
    assert CANARY not in told
    assert CANARY not in (freeze(made, tmp_path / "snapshot") / MANIFEST).read_text(encoding="utf-8")
