"""What the source ``pagerduty`` says when PagerDuty limits, refuses, fails, or answers in another shape."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit.core.errors import NotAllowed, QueryRejected, SourceError, TimedOut, UnexpectedAnswer, Unreachable
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.sources.http import adapter, limits
from tests.support.answering import shop
from tests.support.pagerduty_asking import SECRET, WINDOW, answered_page, config, runs
from tests.support.pagerduty_server import PagerDuty, Reply, running


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGERDUTY_TOKEN", SECRET)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(adapter, "PAUSES_S", (0.0, 0.0))


@pytest.fixture
def world() -> Iterator[PagerDuty]:
    with running(PagerDuty()) as one:
        yield one


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []

    def pause(seconds: float) -> bool:
        slept.append(seconds)
        return True

    monkeypatch.setattr(limits, "pause", pause)
    return slept


def always(status: int, headers: dict[str, str] | None = None, content: Any = None) -> Any:
    def instead(path: str) -> Reply:
        return status, headers or {}, content if content is not None else {"error": {"message": "no", "code": 1}}

    return instead


@pytest.mark.parametrize("header", ["Retry-After", "ratelimit-reset"])
def test_a_limited_request_waits_as_told_and_goes_on(world: PagerDuty, naps: list[float], header: str) -> None:
    answered_page(world)
    refusals: Iterator[Reply] = iter([(429, {header: "7"}, {}), (429, {header: "2"}, {})])
    world.instead = lambda _: next(refusals, None)
    assert len(runs(world)) == 1
    assert naps == [7.0, 2.0]


def test_limited_for_ever_waits_no_longer_than_the_timeout(world: PagerDuty, naps: list[float]) -> None:
    world.instead = always(429, {"Retry-After": "4"})
    with pytest.raises(SourceError, match=r"limits requests \(429\): try again in 4 s, at [0-9 :-]{19} UTC"):
        runs(world, timeout="10s")
    assert naps == [4.0, 4.0]


def test_waits_of_all_requests_together_are_bounded(world: PagerDuty, naps: list[float]) -> None:
    answered_page(world)
    # 6 s for the incidents, then 6 s for the log entries: more than 10 s
    refusals: Iterator[Reply | None] = iter([(429, {"Retry-After": "6"}, {}), None, (429, {"Retry-After": "6"}, {})])
    world.instead = lambda _: next(refusals, None)
    with pytest.raises(SourceError, match="try again in 6 s"):
        runs(world, timeout="10s")
    assert naps == [6.0]


def test_limited_without_a_word_of_when_is_bounded_too(world: PagerDuty, naps: list[float]) -> None:
    world.instead = always(429, {"Retry-After": "soon"})
    with pytest.raises(SourceError, match="429"):
        runs(world, timeout="12s")
    assert naps == [5.0, 5.0]


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (500, SourceError, r"failed on incidents \(500\): try again later"),
        (503, SourceError, r"\(503\)"),
        (401, NotAllowed, r"refused the credential in \$\{PAGERDUTY_TOKEN\} \(401\)"),
        (403, NotAllowed, r"does not let the credential in \$\{PAGERDUTY_TOKEN\} read incidents \(403\)"),
        (302, UnexpectedAnswer, r"redirects incidents \(302\)"),
        (400, QueryRejected, r"\(400\): no"),
        (404, QueryRejected, r"\(404\): no"),
    ],
)
def test_a_refusal_says_what_and_what_to_do(
    world: PagerDuty, naps: list[float], status: int, kind: type[SourceError], words: str
) -> None:
    world.instead = always(status)
    with pytest.raises(kind, match=words) as raised:
        runs(world)
    assert SECRET not in str(raised.value)
    assert len(world.asked) == (3 if status >= 500 else 1)
    assert naps == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>", "is no JSON"),
        ([], "unexpected shape"),
        ({"incidents": []}, "more: Field required"),
        ({"more": False}, "answer to incidents has no incidents"),
        ({"more": False, "incidents": {}}, "incidents: Input should be a valid list"),
    ],
)
def test_an_answer_of_another_shape_names_the_field(world: PagerDuty, content: Any, words: str) -> None:
    world.instead = always(200, content=content)
    with pytest.raises(UnexpectedAnswer, match=words):
        runs(world)


def test_a_token_in_clear_is_not_shown_either(world: PagerDuty) -> None:
    world.instead = always(401)
    with pytest.raises(NotAllowed, match=r"the credential in \*\*\* \(401\)"):
        runs(world, token="y_NotAReference20")


def test_silence_ends_at_the_timeout(world: PagerDuty, naps: list[float]) -> None:
    enough = threading.Event()

    def late(path: str) -> None:
        enough.wait(10)

    world.instead = late
    try:
        with pytest.raises(TimedOut, match=r"no answer from PagerDuty at \S+ within 0.2 s: raise timeout"):
            runs(world, timeout="200ms")
    finally:
        enough.set()
    assert naps == []


def test_nobody_there_is_told_with_the_address(world: PagerDuty, naps: list[float]) -> None:
    with pytest.raises(Unreachable, match=r"cannot connect to PagerDuty at http://127\.0\.0\.1:9: Connection refused"):
        runs(world, url="http://127.0.0.1:9")
    assert naps == []


def test_a_review_stands_when_pagerduty_fails(world: PagerDuty, tmp_path: Path) -> None:
    world.instead = always(401)
    (tmp_path / "toil.yaml").write_text("- {id: T-1, text: restart, minutes: 5, times_per_week: 2}\n")
    sources = {"alerts": [config(world)], "toil": [{"type": "file", "path": "toil.yaml"}]}
    facts = gather(shop(sources=sources), WINDOW, folder=tmp_path)
    told = {failure.section: failure.message for failure in facts.failures if failure.source == "alerts"}
    assert set(told) == {"paging_events", "non_paging_events"}
    assert "refused the credential in ${PAGERDUTY_TOKEN}" in told["paging_events"]
    assert SECRET not in str(facts.failures) + str(facts.sources)
    toil = facts.records["toil"]
    assert toil is not None
    assert list(toil["id"]) == ["T-1"]
