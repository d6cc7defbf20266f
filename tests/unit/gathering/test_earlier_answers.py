"""What one command has asked about a past meeting the next one does not ask again, and nothing but whole answers."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from prodmeet_kit.archive.layout import ANSWERS
from prodmeet_kit.archive.meetings import meetings
from prodmeet_kit.check import check_product
from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Answer, Facts, Question
from prodmeet_kit.gathering import earlier_answers
from prodmeet_kit.gathering.earlier_answers import SETTLED, Shelf, sharing
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.html_report.index import write_index
from prodmeet_kit.parameters import Product
from prodmeet_kit.queries.asking import answers
from prodmeet_kit.review import open_review
from prodmeet_kit.sources.base import Broken, MetricSource, grid, wide
from prodmeet_kit.sources.prometheus.backend import BACKEND as PROMETHEUS
from tests.support.answering import Answering, Asked, answering, shop
from tests.support.gathered import CANARY, everything

END = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="UTC")
TREND = Question("load/cart/requests", "metrics", "sum(x)", END - timedelta(hours=1), END, timedelta(minutes=5))
INSTANT = Question("slo/cart/a/total/window", "metrics", "sum(y)", END, END, None, timedelta(days=28))


def queries(server: Answering) -> list[dict[str, str]]:
    """What was asked so far but samples as they are stored, which no command shares."""
    asked = [each.form for each in server.asked if not each.form["query"].endswith("]")]
    server.asked.clear()
    return asked


def product(server: Answering, **metrics: Any) -> Product:
    return shop(sources={"metrics": {"url": server.url, "timeout": "5s", **metrics}})


def gathered(made: Product, folder: Path, *, fresh: bool = False, window: Window = WINDOW) -> Facts:
    return gather(made, window, folder=folder, shelf=Shelf(folder / "reports", fresh))


def files(folder: Path) -> list[Path]:
    return sorted((folder / "reports" / "shop" / ANSWERS).glob("*.answer"))


class Told:
    """A source that answers as a test says, and counts."""

    name = "prometheus at http://prom:9090"
    notes = ("a note of its own",)

    def __init__(self, **more: Any) -> None:
        self.asked: list[Question] = []
        self.more, self.error = more, ""

    def answer(self, question: Question) -> Answer:
        self.asked.append(question)
        if self.error:
            raise SourceError(self.error)
        times = grid(question)
        values = np.random.default_rng(len(times)).random((len(times), 2))
        values[0, 0], values[-1, 1] = -0.0, np.nan if not question.instant else 7.0
        whole = Answer(question, wide(times, ["{}", '{"pod":"a"}'], values), took_s=0.125, points=9, source=self.name)
        return replace(whole, **self.more)

    def close(self) -> None:
        pass


def shared(source: MetricSource, folder: Path, *, now: datetime | None = None, **metrics: Any) -> MetricSource:
    made = shop(sources={"metrics": {"url": "http://prom:9090", **metrics}})
    return sharing(source, made, WINDOW, Shelf(folder / "reports"), now=now)


def test_a_second_command_asks_the_server_nothing_of_it_and_says_so(tmp_path: Path) -> None:
    with answering(everything) as server:
        first, asked = gathered(product(server), tmp_path), queries(server)
        second, again = gathered(product(server), tmp_path), queries(server)
    assert len(asked) > 10
    assert again == []
    assert first.sources[0].detail.endswith("queries answered")
    assert re.search(r"(\d+) of \1 questions answered earlier, (at|between) \d\d:\d\d", second.sources[0].detail)
    assert list(first.answers) == list(second.answers)
    for key, answer in first.answers.items():
        other = second.answers[key]
        assert answer.frame is not None
        assert other.frame is not None
        assert answer.frame.equals(other.frame)
        assert replace(answer, frame=None) == replace(other, frame=None)


def test_commands_share_what_they_ask_alike(tmp_path: Path) -> None:
    """``prodmeet check --to``, then ``prodmeet agenda --to``."""
    with answering(everything) as server:
        (tmp_path / "parameters").mkdir()
        text = product(server).model_dump_json(exclude_defaults=True)
        (tmp_path / "parameters" / "shop.yaml").write_text(text, encoding="utf-8")
        end = f"{END:%Y-%m-%dT%H:%M}"
        list(check_product("shop", tmp_path, end=end))
        assert queries(server)
        open_review("shop", end=end, folder=tmp_path)
        assert queries(server) == []
        list(check_product("shop", tmp_path, end=end, fresh=True))
        assert queries(server)
    assert meetings(tmp_path / "reports") == {}
    assert "shop" not in write_index(tmp_path / "reports").read_text(encoding="utf-8")


def test_fresh_asks_again_and_renews(tmp_path: Path) -> None:
    with answering(everything) as server:
        gathered(product(server), tmp_path)
        asked, before = queries(server), [path.stat().st_mtime_ns for path in files(tmp_path)]
        gathered(product(server), tmp_path, fresh=True)
        assert sorted(map(str, queries(server))) == sorted(map(str, asked))
    assert not {*before} & {path.stat().st_mtime_ns for path in files(tmp_path)}


def test_a_meeting_that_is_held_now_is_asked_each_time(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with answering(everything) as server:
        for _ in range(2):
            gathered(product(server), tmp_path, window=Window.ending(now, cadence=timedelta(days=14), timezone="UTC"))
            assert queries(server)
    assert not (tmp_path / "reports").exists()
    settled = WINDOW.end + SETTLED + max(SETTLED, WINDOW.step)
    source = Told()
    assert shared(source, tmp_path, now=settled - timedelta(seconds=1)) is source
    assert shared(source, tmp_path, now=settled) is not source


def test_a_moment_after_the_meeting_may_be_recent(tmp_path: Path) -> None:
    source = Told()
    settled = WINDOW.end + SETTLED + max(SETTLED, WINDOW.step)
    for _ in range(2):
        shared(source, tmp_path, now=settled).answer(replace(INSTANT, start=settled, end=settled))
    assert len(source.asked) == 2


@pytest.mark.parametrize("question", [TREND, INSTANT])
def test_an_answer_is_to_the_last_bit_what_was_asked(tmp_path: Path, question: Question) -> None:
    source = Told()
    was = shared(source, tmp_path).answer(question)
    again = shared(source, tmp_path).answer(replace(question, key="another", section="outages"))
    assert len(source.asked) == 1
    assert was.frame is not None
    assert again.frame is not None
    assert again.frame.to_numpy().tobytes() == was.frame.to_numpy().tobytes()
    assert again.frame.index.equals(was.frame.index)
    assert (again.frame.index.name, again.frame.index.dtype) == (was.frame.index.name, was.frame.index.dtype)
    assert (list(again.frame), again.frame.columns.dtype) == (list(was.frame), was.frame.columns.dtype)
    assert (again.took_s, again.points, again.source, again.question.key) == (0.125, 9, Told.name, "another")


def other_questions() -> list[Question]:
    hour = timedelta(hours=1)
    more = [{"query": "sum(z)"}, {"start": TREND.start + hour}, {"end": END - hour}, {"step": hour}, {"window": hour}]
    return [TREND, INSTANT, *(replace(TREND, **each) for each in more)]  # type: ignore[arg-type]


def test_another_query_time_step_or_window_is_another_question(tmp_path: Path) -> None:
    source = Told()
    asking = shared(source, tmp_path)
    for question in other_questions():
        asking.answer(question)
    assert source.asked == other_questions()
    assert len(files(tmp_path)) == len(other_questions())


@pytest.mark.parametrize(
    ("changed", "asked"),
    [
        ({"url": "http://other:9090"}, 2),
        ({"headers": {"X-Scope-OrgID": "b"}}, 2),
        ({"params": {"dedup": "false"}}, 2),
        ({"auth": {"type": "bearer", "token": "${TOKEN_B}"}}, 2),
        ({"jobs": 2, "timeout": "9s", "per_second": 50}, 1),
    ],
)
def test_another_server_tenant_or_credential_has_answers_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], asked: int
) -> None:
    monkeypatch.setenv("TOKEN_A", CANARY)
    monkeypatch.setenv("TOKEN_B", f"{CANARY}-b")
    usual: dict[str, Any] = {"headers": {"X-Scope-OrgID": "a"}, "auth": {"type": "bearer", "token": "${TOKEN_A}"}}
    source = Told()
    shared(source, tmp_path, **usual).answer(TREND)
    shared(source, tmp_path, **{**usual, **changed}).answer(TREND)
    assert len(source.asked) == asked
    for path in (tmp_path / "reports").rglob("*"):
        assert CANARY not in str(path)
        assert not path.is_file() or CANARY.encode() not in path.read_bytes()


def test_a_key_is_slow_to_make_only_of_what_may_be_a_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A digest that is quick to make could be tried with every word there is."""
    made: list[bytes] = []

    def slow(told: bytes, **_: Any) -> bytes:
        made.append(told)
        return b"slow"

    monkeypatch.setattr(earlier_answers, "scrypt", slow)
    monkeypatch.setenv("PLACE", "http://prom:9090")
    monkeypatch.setenv("SIGNED_IN", f"http://ada:{CANARY}@prom:9090")
    for quick in (dict[str, Any](), {"url": "${PLACE}"}, {"headers": {"X-Scope-OrgID": "a"}}):
        shared(Told(), tmp_path, **quick)
    assert made == []
    monkeypatch.setenv("TOKEN", CANARY)
    for secret in (dict[str, Any](url="${SIGNED_IN}"), {"auth": {"type": "bearer", "token": "${TOKEN}"}}):
        shared(Told(), tmp_path, **secret)
    assert len(made) == 2
    assert all(CANARY.encode() in told for told in made)


def test_the_value_of_a_variable_counts_and_not_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Told()
    for tenant in ("a", "b", "a"):
        monkeypatch.setenv("TENANT", tenant)
        shared(source, tmp_path, headers={"X-Scope-OrgID": "${TENANT}"}).answer(TREND)
    assert len(source.asked) == 2


@pytest.mark.parametrize(
    "more",
    [
        {"frame": None, "error": "timeout"},
        {"partial": "a store is away"},
        {"warnings": ("a warning",)},
        {"frame": wide(grid(TREND), [], np.empty((13, 0)))},
        {"frame": wide(grid(TREND)[1:], ["{}"], np.zeros((12, 1)))},
    ],
    ids=["error", "partial", "warning", "no series", "a missing instant"],
)
def test_only_whole_answers_are_kept(tmp_path: Path, more: dict[str, Any]) -> None:
    source = Told(**more)
    shared(source, tmp_path).answer(TREND)
    with ThreadPoolExecutor(1) as pool:
        answers(pool, shared(source, tmp_path), [TREND], PROMETHEUS)
    assert len(source.asked) == 2
    assert files(tmp_path) == []


def test_what_the_source_raises_is_raised_and_not_kept(tmp_path: Path) -> None:
    source = Told()
    source.error = "it is away"
    with pytest.raises(SourceError, match="it is away"):
        shared(source, tmp_path).answer(TREND)
    source.error = ""
    assert shared(source, tmp_path).answer(TREND).frame is not None


def test_notes_say_how_many_were_had_earlier(tmp_path: Path) -> None:
    asking = shared(Told(), tmp_path)
    asking.answer(TREND)
    assert getattr(asking, "notes", ()) == Told.notes
    again = shared(Told(), tmp_path)
    again.answer(TREND)
    again.answer(INSTANT)
    own, told = getattr(again, "notes", ("", ""))
    assert (own,) == Told.notes
    assert re.fullmatch(r"1 of 2 questions answered earlier, at \d\d:\d\d", told)


def test_many_threads_ask_and_each_gets_its_own_answer(tmp_path: Path) -> None:
    lengths = [replace(TREND, start=END - timedelta(minutes=5 * count)) for count in range(1, 25)]
    for _ in range(2):
        asking, wrong = shared(Told(), tmp_path), list[Question]()

        def ask(question: Question, asking: MetricSource = asking, wrong: list[Question] = wrong) -> None:
            frame, whole = asking.answer(question).frame, Told().answer(question).frame
            if frame is None or whole is None or not frame.equals(whole):
                wrong.append(question)

        threads = [threading.Thread(target=ask, args=(question,)) for question in lengths * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


def test_a_file_and_a_source_that_is_not_there_share_nothing(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "reports")
    source = Told()
    of_file = shop(
        sources={"metrics": {"type": "csv", "url": "file:x.csv", "step": "1h"}}, slos=[], load=[], resources=[]
    )
    assert sharing(source, of_file, WINDOW, shelf) is source
    broken = Broken("prometheus", "no")
    assert shared(broken, tmp_path) is broken
    assert shared(source, tmp_path, headers={"X-Scope-OrgID": "${UNSET_TENANT}"}) is source


def test_a_request_is_answered_by_the_server_that_was_asked(tmp_path: Path) -> None:
    """Two servers at the same path: the address tells them apart."""

    def three(asked: Asked) -> tuple[int, str, bytes]:
        status, kind, body = everything(asked)
        return status, kind, body.replace(b'"2"', b'"3"')

    with answering(everything) as one, answering(three) as other:
        for server, value in ((one, 2.0), (other, 3.0), (one, 2.0)):
            made = gathered(product(server), tmp_path)
            assert made.value("slo/cart/availability/total/window") == value
