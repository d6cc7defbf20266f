"""Silences and alerts of an Alertmanager: read as its schema says, and every way in which it may fail."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.core.errors import (
    InputError,
    NotAllowed,
    ParametersError,
    SourceError,
    TimedOut,
    TooExpensive,
    UnexpectedAnswer,
    Unreachable,
)
from prodmeet_kit.core.promql import Matchers
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import Spec, rows
from prodmeet_kit.sources.alertmanager.source import read
from prodmeet_kit.sources.base import Broken, Context
from tests.support.answering import shop
from tests.support.counts import count

END = datetime(2026, 11, 23, tzinfo=UTC)
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="UTC")
DAY = timedelta(days=1)

Reply = tuple[int, dict[str, str], bytes]


@contextmanager
def alertmanager(*replies: Reply, wait_s: float = 0.0) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A server that gives these replies one after another, the last for ever; and path and Authorization so far."""
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = replies[min(len(asked), len(replies) - 1)]
            asked.append((self.path, self.headers.get("Authorization", "")))
            time.sleep(wait_s)
            with suppress(ConnectionError):  # a client past its time limit has left
                self.send_response(status)
                for name, text in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, text)
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()


def good(*found: Any) -> Reply:
    return 200, {"Content-Type": "application/json"}, json.dumps(found).encode()


def about(spec: Spec = frames.SILENCES) -> Context:
    key = "sources.silences[0]" if spec is frames.SILENCES else "sources.alerts[0]"
    return Context(shop(), WINDOW, spec, key, Path(), None, Broken("metrics", "none"))


def silence(**more: Any) -> dict[str, Any]:
    return {
        "id": "S-1", "createdBy": "mika", "comment": "move", "status": {"state": "active"}, "updatedAt": "x",
        "matchers": [{"name": "alertname", "value": 'Cart"Down\\', "isRegex": False, "isEqual": True}],
        "startsAt": (END - DAY).isoformat(), "endsAt": (END + DAY).isoformat(), **more,
    }  # fmt: skip


def matcher(name: str, value: str, *, regex: bool = False, equal: bool = True) -> dict[str, Any]:
    return {"name": name, "value": value, "isRegex": regex, "isEqual": equal}


def alert(start: datetime, end: datetime, **labels: str) -> dict[str, Any]:
    return {
        "labels": {"alertname": "CartDown", **labels}, "annotations": {"summary": "the cart is down"},
        "startsAt": start.isoformat(), "endsAt": end.isoformat(), "updatedAt": start.isoformat(),
        "generatorURL": "http://prometheus/graph", "fingerprint": "f", "receivers": [{"name": "x"}],
        "status": {"state": "suppressed" if labels.get("quiet") else "active", "silencedBy": [], "inhibitedBy": []},
    }  # fmt: skip


def test_a_silence_is_read_with_its_matchers_as_promql_writes_them() -> None:
    matchers = [matcher("a", "x"), matcher("b", "x", equal=False), matcher("c", "x|y", regex=True)]
    matchers += [matcher("d", ".*", regex=True, equal=False), {"name": "e", "value": 'q"\\\n', "isRegex": False}]
    with alertmanager(good(silence(matchers=matchers))) as (url, asked):
        made = frames.SILENCES.check(read({"type": "alertmanager", "url": f"{url}/am/"}, about()))
    (row,) = rows(made)
    assert row["matchers"] == r'a="x",b!="x",c=~"x|y",d!~".*",e="q\"\\\n"'
    assert Matchers.parse(row["matchers"]).match({"a": "x", "c": "y", "e": 'q"\\\n'}) is False  # d!~".*" holds never
    assert (row["id"], row["created_by"], row["comment"]) == ("S-1", "mika", "move")
    assert (row["start"], row["end"]) == (END - DAY, END + DAY)
    assert asked == [("/am/api/v2/silences", "")]


def test_the_state_is_that_at_the_meeting_and_what_ended_before_both_windows_is_left_out() -> None:
    def lasting(name: str, start: datetime, end: datetime) -> dict[str, Any]:
        return silence(id=name, startsAt=start.isoformat(), endsAt=end.isoformat())

    found = [
        lasting("pending", END + DAY, END + 2 * DAY),
        lasting("active", END - DAY, END + DAY),
        lasting("expired", END - 2 * DAY, END),
        lasting("gone", END - 40 * DAY, WINDOW.compare_start),
    ]
    with alertmanager(good(*found)) as (url, _):
        made = read({"url": url}, about())
    assert list(made["id"]) == list(made["state"]) == ["expired", "active", "pending"]


def test_silences_of_others_are_left_out_by_matchers_and_counted() -> None:
    ours, other = silence(id="1", matchers=[matcher("team", "shop")]), silence(id="2", matchers=[matcher("x", "y")])
    context = about()
    with alertmanager(good(ours, other)) as (url, _):
        assert list(read({"url": url, "matchers": 'team="shop"'}, context)["id"]) == ["1"]
    assert "1 silences left out by matchers" in context.notes


def test_alerts_that_fire_now_are_runs_without_an_end() -> None:
    now = datetime.now(UTC)
    found = [
        alert(END - DAY, now + DAY, service="cart", severity="page"),
        alert(END - 2 * DAY, now + DAY, service="cart", severity="ticket", quiet="yes"),
        alert(END + timedelta(seconds=1), now + DAY, service="later"),
    ]
    context = about(frames.ALERT_RUNS)
    with alertmanager(good(*found)) as (url, asked):
        made = frames.ALERT_RUNS.check(read({"url": url, "page": 'severity="page"'}, context))
    assert asked[0][0] == "/api/v2/alerts"
    first, second = rows(made)
    assert (first["page"], second["page"]) == (False, True)
    assert second["labels"] == '{"service":"cart","severity":"page"}'
    assert (second["alertname"], second["state"], second["start"]) == ("CartDown", "firing", END - DAY)
    assert made["last"].isna().all()
    assert (second["interval_s"], second["source"], second["url"]) == (0.0, "alerts[0]", "http://prometheus/graph")
    assert second["summary"] == "the cart is down"
    assert context.notes == [
        "only what fires now: Alertmanager keeps no history of alerts",
        "1 of these are silenced or inhibited",
    ]
    assert context.gaps == []


@pytest.mark.parametrize(("beside", "told"), [((), True), (("alertmanager",), True), (("prometheus_alerts",), False)])
def test_where_no_source_tells_what_is_over_that_is_a_gap(beside: tuple[str, ...], told: bool) -> None:
    alerts = [{"type": kind} for kind in ("alertmanager", *beside)]
    context = replace(about(frames.ALERT_RUNS), product=shop(sources={"alerts": alerts}))
    with alertmanager(good(alert(END - DAY, END + DAY))) as (url, _):
        assert len(read({"url": url}, context)) == 1
    begun = "an Alertmanager tells only what fires now, so pages that are over are not seen: add a source"
    assert [text[: len(begun)] for text in context.gaps] == [begun] * told
    assert bool(context.notes) is not told


@pytest.mark.parametrize("spec", [frames.SILENCES, frames.ALERT_RUNS])
def test_nothing_known_is_an_empty_frame(spec: Spec) -> None:
    with alertmanager(good()) as (url, _):
        assert spec.check(read({"url": url}, about(spec))).empty


def test_credentials_are_sent_and_told_by_the_name_of_their_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AM_TOKEN", "canary-52fe77")
    config = {"auth": {"type": "bearer", "token": "${AM_TOKEN}"}}
    with (
        alertmanager((401, {}, b"token canary-52fe77 expired")) as (url, asked),
        pytest.raises(NotAllowed, match=r"does not accept the credentials \(401\): renew what \$\{AM_TOKEN\}"),
    ):
        read({"url": url, **config}, about())
    assert asked == [("/api/v2/silences", "Bearer canary-52fe77")]
    assert "canary-52fe77" not in redact("canary-52fe77")
    monkeypatch.setenv("AM_PASSWORD", "canary-9a")
    basic = {"auth": {"type": "basic", "username": "mika", "password": "${AM_PASSWORD}"}}
    with alertmanager(good()) as (url, asked):
        read({"url": url, **basic}, about())
    assert asked[0][1] == "Basic bWlrYTpjYW5hcnktOWE="  # mika:canary-9a


@pytest.mark.parametrize("after", ["0", "1"])
def test_a_limit_is_waited_for_and_the_answer_taken(after: str) -> None:
    with alertmanager((429, {"Retry-After": after}, b""), good(silence())) as (url, asked):
        began = time.monotonic()
        assert len(read({"url": url}, about())) == 1
    assert len(asked) == 2
    assert time.monotonic() - began >= float(after)


def test_a_limit_longer_than_the_time_allowed_says_when_to_try_again() -> None:
    with (
        alertmanager((429, {"Retry-After": "90"}, b"")) as (url, asked),
        pytest.raises(TooExpensive, match=r"limits requests \(429\): try again in 90 s"),
    ):
        read({"url": url, "timeout": "5s"}, about())
    assert len(asked) == 1
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)
    with (
        alertmanager((429, {"Retry-After": date}, b"")) as (url, _),
        pytest.raises(TooExpensive, match=r"in (299|300) s"),
    ):
        read({"url": url}, about())


def test_a_limit_for_ever_ends_within_the_time_allowed() -> None:
    with alertmanager((429, {"Retry-After": "0"}, b"")) as (url, asked):
        began = time.monotonic()
        with pytest.raises(TooExpensive):
            read({"url": url, "timeout": "500ms"}, about())
    assert time.monotonic() - began < 2
    assert 2 <= len(asked) <= 12


def test_a_server_that_fails_is_asked_three_times() -> None:
    with alertmanager((500, {}, b"boom")) as (url, asked), pytest.raises(SourceError, match=r"fails \(500\)"):
        read({"url": url}, about())
    assert len(asked) == 3


def broken(change: Callable[[dict[str, Any]], None]) -> Reply:
    row = silence(id="S-2")
    change(row)
    return good(row)


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (broken(lambda row: row.pop("endsAt")), r"\[0\]\.endsAt \(S-2\): field required"),
        (broken(lambda row: row.update(startsAt="soon")), r"\[0\]\.startsAt"),
        (
            broken(lambda row: row.update(matchers=[{"name": "a"}])),
            r"\[0\]\.matchers\[0\]\.value \(S-2\): field required",
        ),
        ((200, {}, b"<html>"), "no JSON: is it a login page"),
        ((200, {}, b'{"status":"success"}'), "no list"),
        ((404, {"Content-Type": "text/plain"}, b"not found"), "answers 404: not found: check sources.silences"),
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), r"elsewhere \(302\) to http://127.0.0.1:1/: write the final"),
    ],
)
def test_an_answer_of_another_shape_is_told_with_the_place(reply: Reply, says: str) -> None:
    with alertmanager(reply) as (url, _), pytest.raises(UnexpectedAnswer, match=says):
        read({"url": url}, about())


ODD = [
    ("endsAt", None), ("endsAt", "soon"), ("startsAt", "99999-01-01T00:00:00Z"), ("startsAt", "9998-01-01T00:00:00Z"),
    ("matchers", None), ("matchers", [{"name": "a"}]), ("id", 5), ("comment", []), ("endsAt", "2026-11-30T10:00:00"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value"), ODD)
def test_an_odd_silence_costs_itself_and_is_a_gap(key: str, value: Any) -> None:
    context = about()
    with alertmanager(good(silence(), silence(**{"id": "S-2", key: value}), silence(id="S-3"))) as (url, _):
        made = read({"url": url}, context)
    assert list(made["id"]) == ["S-1", "S-3"]
    (gap,) = context.gaps
    assert key in gap
    assert "S-2" in gap or key == "id"


@pytest.mark.parametrize("row", [None, 5, "x", [], {}])
def test_what_is_no_silence_costs_itself(row: Any) -> None:
    context = about()
    with alertmanager(good(row, silence())) as (url, _):
        assert list(read({"url": url}, context)["id"]) == ["S-1"]
    assert context.gaps[0].startswith("1 of 2 silences left out: the Alertmanager answers otherwise than its schema")


FOREVER = ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-05:00", "2262-04-12T00:00:00Z", "2200-01-01T00:00:00Z"]


@pytest.mark.parametrize("end", FOREVER)
def test_a_silence_for_ever_has_no_end(end: str) -> None:
    context = about()
    with alertmanager(good(silence(endsAt=end, startsAt="0001-01-01T00:00:00Z"), silence(id="S-2"))) as (url, _):
        first, second = rows(frames.SILENCES.check(read({"url": url}, context)))
    assert first["end"] is pd.NaT
    assert first["start"] is pd.NaT
    assert (first["state"], second["state"], second["end"]) == ("active", "active", END + DAY)
    assert context.gaps == []


def test_an_alert_without_an_end_fires_and_one_without_a_start_costs_itself() -> None:
    none, now = datetime(1, 1, 1, tzinfo=UTC), datetime.now(UTC)
    found = [
        alert(END - DAY, none, service="zero"),
        alert(END - DAY, datetime(9999, 12, 31, tzinfo=UTC), service="for ever"),
        alert(none, now + DAY, service="when"),
    ]
    context = about(frames.ALERT_RUNS)
    with alertmanager(good(*found)) as (url, _):
        made = frames.ALERT_RUNS.check(read({"url": url}, context))
    assert sorted(made["labels"]) == ['{"service":"for ever"}', '{"service":"zero"}']
    assert made["last"].isna().all()
    assert context.gaps == [
        "CartDown is left out: startsAt is 0001-01-01T00:00:00+00:00, which is not in a year from 1970 to 2199"
    ]


def test_whatever_an_alertmanager_answers_the_silence_beside_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    random_ = random.Random(12)
    leaves: list[Any] = [
        None,
        True,
        -1,
        10**30,
        1e400,
        "",
        "x",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59+00:01",
        [],
        {},
        [{}],
    ]
    began = time.process_time()
    for _ in range(count(200, 2000)):
        odd = silence(id="odd")
        for _ in range(random_.randint(1, 3)):
            at = random_.choice(
                [odd, odd["matchers"][0]] if isinstance(odd["matchers"], list) and odd["matchers"] else [odd]
            )
            if isinstance(at, dict):
                at[random_.choice(list(at) or ["id"])] = random_.choice(leaves)
        told = [odd, silence(id="good")]
        random_.shuffle(told)
        monkeypatch.setattr("prodmeet_kit.sources.alertmanager.source.get", lambda *_, told=told: told)
        context = about()
        made = list(frames.SILENCES.check(read({"url": "http://x"}, context))["id"])
        assert "good" in made
        assert len(made) == 2 or context.gaps or isinstance(odd["endsAt"], str)
    assert time.process_time() - began < count(200, 2000) * 0.05


def test_silence_of_the_server_is_noticed_in_time() -> None:
    with (
        alertmanager(good(), wait_s=0.6) as (url, _),
        pytest.raises(TimedOut, match=r"within 0.2 s: raise sources\.silences\[0\]\.timeout"),
    ):
        read({"url": url, "timeout": "200ms"}, about())
    with pytest.raises(Unreachable, match=r"cannot connect to http://127.0.0.1:1"):
        read({"url": "http://127.0.0.1:1", "timeout": "100ms"}, about())


@pytest.mark.parametrize("url", ["alertmanager:9093", "ftp://x", "http://", "http://me@x", "http://x?token=y"])
def test_an_address_that_cannot_be_asked_is_told(url: str) -> None:
    with pytest.raises(SourceError, match=r"sources\.silences\[0\]\.url"):
        read({"url": url}, about())


def test_wrong_keys_and_wrong_places_are_told() -> None:
    with pytest.raises(ParametersError, match=r"silences\[0\]\.pages"):
        read({"url": "http://x", "pages": "x"}, about())
    with pytest.raises(ParametersError, match=r"sources\.silences\[0\]\.url"):
        read({}, about())
    with pytest.raises(InputError, match="silences and alerts only"):
        read({"url": "http://x"}, about(frames.CHANGES))
