"""Queries of one's own: frozen answers, live answers, and what the box and the chooser do with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

import prodmeet_kit
from prodmeet_kit.core.errors import InputError, QueryRejected
from prodmeet_kit.evidence import Chart, Note
from prodmeet_kit.explore.asking import DRAWN, span_of
from prodmeet_kit.explore.completion import known_words, label_values
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.review import Review
from prodmeet_kit.schemas.frames import label_key
from prodmeet_kit.sources.base import grid
from tests.support.reviews import WINDOW, review

CART = 'sum(rate(http_requests_total{service="cart"}[{{.window}}]))'


@pytest.fixture(scope="module")
def demo() -> Review:
    return prodmeet_kit.open_review()


class Source:
    """A metric source that remembers what it was asked and gives ``series`` lines, the n-th with the value n."""

    name = "prometheus at http://prometheus.example:9090"

    def __init__(self, series: int = 1, error: Exception | None = None) -> None:
        self.series, self.error = series, error
        self.asked: list[Question] = []
        self.closed = 0

    def answer(self, question: Question) -> Answer:
        self.asked.append(question)
        if self.error:
            raise self.error
        index = grid(question)
        columns = {label_key({"pod": f"p{n:02}"}): float(n) for n in range(self.series)}
        return Answer(question, pd.DataFrame(columns, index=index, dtype="float64"), source=self.name)

    def close(self) -> None:
        self.closed += 1


def asking(source: Source) -> Review:
    made = review(values={"load/": 1.0})
    made.ask_at = lambda: source
    return made


# Frozen


@pytest.mark.parametrize("text", [CART, 'sum( rate(http_requests_total{service="cart"}[360s]) )'])
def test_frozen_data_answer_the_queries_they_hold_however_they_are_written(demo: Review, text: str) -> None:
    shown = demo.query(text)
    frozen = demo.answer("load/cart/requests")
    assert shown.frame.equals(frozen[frozen.index > pd.Timestamp(WINDOW.start)])
    assert "frozen answer to" in shown.sentence


def test_a_part_of_a_frozen_answer_can_be_asked(demo: Review) -> None:
    frame = demo.query(CART, start="2026-11-17T12:00", end="2026-11-17T13:00").frame
    # 12 steps of 5 minutes end in the hour: 12:05 to 13:00
    assert len(frame) == 12
    assert frame.index[0] == pd.Timestamp("2026-11-17T03:05Z")


def test_another_query_is_refused_with_what_the_data_hold_and_how_to_ask(demo: Review) -> None:
    said = rf"frozen and hold {len(demo.facts.answers)} queries, not this one: review.questions .* review.live\(\)"
    with pytest.raises(InputError, match=said):
        demo.query("up")


def test_a_step_the_frozen_answer_does_not_have_is_refused(demo: Review) -> None:
    with pytest.raises(InputError, match="the frozen answer has a point every 5 min"):
        demo.query(CART, step="1m")


def test_what_is_no_promql_is_said(demo: Review) -> None:
    with pytest.raises(InputError, match="this is not PromQL"):
        demo.query("sum(")


def test_without_a_query_the_first_trend_is_shown(demo: Review) -> None:
    assert demo.query().answer.question.key == "slo/web/availability/bad/trend"


# Live


def test_a_live_review_asks_the_source_with_the_window_put_in() -> None:
    source = Source()
    asking(source).query(CART, start="2026-11-17T12:00", end="2026-11-17T13:00", step="2m")
    (question,) = source.asked
    # step plus one scrape interval of a minute
    assert question.query == CART.replace("{{.window}}", "3m")
    assert (question.start, question.end, question.step) == (
        datetime(2026, 11, 17, 3, 2, tzinfo=UTC),
        datetime(2026, 11, 17, 4, tzinfo=UTC),
        timedelta(minutes=2),
    )
    assert source.closed == 1


def test_by_default_the_window_of_the_review_is_asked_on_its_grid() -> None:
    span = span_of(review().facts, "", "", "")
    assert (span.start, span.end, span.step) == (WINDOW.start + WINDOW.step, WINDOW.end, WINDOW.step)


def test_a_step_is_chosen_that_gives_about_a_thousand_points() -> None:
    facts = review().facts
    # 3 days over 1000 points is 4.3 minutes: the next usual step is 5
    assert span_of(facts, "2026-11-17", "2026-11-20", "").step == timedelta(minutes=5)
    assert span_of(facts, "2026-11-17T12:00", "2026-11-17T13:00", "").step == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"start": "2026-11-18", "end": "2026-11-17"}, "give a start before the end"),
        ({"start": "yesterday"}, "start yesterday: write a time as"),
        ({"step": "soon"}, "step soon: write a duration"),
        ({"step": "10ms"}, "step 10ms: give a second or more"),
        ({"step": "1s"}, "points are too many: give a longer step"),
    ],
)
def test_times_that_cannot_be_asked_are_named(given: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        asking(Source()).query("up", **given)


def test_of_many_series_the_largest_are_drawn_and_all_are_kept() -> None:
    shown = asking(Source(series=DRAWN + 5)).query("up")
    (chart,) = (each for each in shown.evidence if isinstance(each, Chart))
    assert list(chart.frame.columns) == [f"pod=p{n:02}" for n in range(5, DRAWN + 5)]
    assert shown.frame.shape[1] == DRAWN + 5
    notes = [each.text for each in shown.evidence if isinstance(each, Note)]
    assert notes == ["The 20 largest of 25 series are drawn; frame has all of them."]


def test_no_series_is_an_answer_too() -> None:
    shown = asking(Source(series=0)).query("absent_metric")
    assert shown.sentence.startswith("no series, ")
    assert shown.evidence == ()


def test_frozen_data_can_be_asked_live(demo: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMETHEUS_URL", "http://127.0.0.1:1")
    with pytest.raises(prodmeet_kit.core.errors.Unreachable, match=r"127\.0\.0\.1:1"):
        demo.live().query("up")
    assert demo.ask_at is None


def test_around_a_moment_says_when_the_source_cannot_be_asked_and_shows_the_report(
    demo: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_URL", "http://127.0.0.1:1")
    shown = demo.live().around("INC-52")
    (note,) = (each.text for each in shown.evidence if isinstance(each, Note))
    assert note.startswith("The source could not be queried now; these are the trends of the report: cannot connect")
    assert shown.series.equals(demo.around("INC-52").series)


# The box


def test_the_words_to_complete_are_those_of_the_products_queries(demo: Review) -> None:
    words = known_words(demo.facts)
    assert "http_requests_total" in words["metrics"]
    assert words["labels"]["service"] == ["cart", "invoices", "payments", "web"]


def test_a_source_that_is_no_prometheus_has_no_words_of_its_own() -> None:
    source = Source()
    assert label_values(lambda: source, WINDOW, "job") == []
    assert source.closed == 1


def sent(widget: Any, **content: str) -> None:
    widget._handle_custom_msg(content, [])


def test_the_box_shows_the_answer_or_the_servers_words() -> None:
    source = Source()
    box = asking(source).promql
    sent(box.editor, kind="run", text=" up ", start="", end="", step="", token="7")
    assert box.shown is not None
    assert box.editor.state == {"error": "", "status": box.shown.sentence, "token": "7"}
    assert len(box.output.outputs) == 2  # what it says, and its chart
    source.error = QueryRejected('the server does not accept the query: 1:4: parse error: unexpected "}"')
    sent(box.editor, kind="run", text="up}", token="8")
    assert box.editor.state["error"].endswith('parse error: unexpected "}"')
    assert box.output.outputs == ()


def test_a_bug_of_a_source_is_shown_and_does_not_end_the_box() -> None:
    box = asking(Source(error=KeyError("x"))).promql
    box.run("up")
    assert box.editor.state["error"] == "the source failed: KeyError: 'x'"


def test_the_box_takes_no_label_it_did_not_name() -> None:
    source = Source()
    opened: list[Source] = []

    def open_it() -> Source:
        opened.append(source)
        return source

    made = asking(source)
    made.ask_at = open_it
    box = made.promql
    sent(box.editor, kind="values", label="../../admin")
    sent(box.editor, kind="values", label="service", metric="}")
    assert opened == []
    sent(box.editor, kind="values", label="service")
    assert opened == [source]


@pytest.mark.parametrize("verb", [lambda r: r.promql.editor, lambda r: r.closer.chooser])
def test_what_is_not_a_message_of_the_widget_is_ignored(demo: Review, verb: Callable[[Review], Any]) -> None:
    widget = verb(demo)
    before = widget.state
    sent(widget, kind="drop")
    widget._handle_custom_msg(["run"], [])
    assert widget.state == before


# The chooser


def test_the_chooser_lists_what_happened_newest_first_pages_by_alert(demo: Review) -> None:
    groups = {group["title"]: group["choices"] for group in demo.closer.chooser.groups}
    assert [identity for identity, _ in groups["Incidents"]] == ["INC-52", "INC-51"]
    assert [identity for identity, _ in groups["Changes"]] == ["CH-32", "CH-31", "CH-30"]
    (cpu,) = (text for _, text in groups["Pages"] if "WebHighCPU" in text)
    count = int((demo.analyses.paging.pages["alert"] == "WebHighCPU").sum())
    assert cpu.endswith(f"WebHighCPU (web): {count} pages, this is the newest")


def test_what_is_chosen_is_looked_at_and_nothing_clears_it(demo: Review) -> None:
    closer = demo.closer
    sent(closer.chooser, kind="choose", id="INC-51")
    assert closer.shown is not None
    assert closer.shown.title.startswith("INC-51")
    assert closer.chooser.state == {"id": "INC-51", "error": ""}
    assert len(closer.output.outputs) == 3
    sent(closer.chooser, kind="choose", id="2026-11-17")  # not on the list
    assert closer.output.outputs == ()


def test_a_choice_without_data_says_so() -> None:
    made = review({"incidents": [{"id": "INC-1", "title": "Slow", "services": ["cart"], "start": WINDOW.start}]})
    facts = made.facts
    load = facts.answers["load/cart/requests"]
    assert load.frame is not None
    known = load.frame.index < pd.Timestamp(WINDOW.start) - pd.Timedelta(days=2)
    frame = load.frame.assign(x=1.0).loc[known]
    early = replace(load, frame=frame)
    closer = Review(replace(facts, answers={**facts.answers, "load/cart/requests": early})).closer
    closer.choose("INC-1")
    assert "the data reach from" in closer.chooser.state["error"]
