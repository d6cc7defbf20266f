"""Types of metric source: those of the kit, those of other packages, and what is said where one is wrong or away."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import field_validator

from prodmeet_kit.core.errors import InputError, ParametersError, SourceError
from prodmeet_kit.facts import Facts, Question
from prodmeet_kit.gathering.gather import open_metrics
from prodmeet_kit.parameters import MetricSettings, Product, load
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.parameters.metrics.backends import MetricBackend, Role
from prodmeet_kit.queries.asking import distinct
from tests.support.gathered import WINDOW


class Settings(MetricSettings):
    """What stands under ``sources.metrics``."""

    table: str = ""


class Shouting(MetricBackend):
    """A language of capital letters."""

    settings = Settings
    called = "the shouting store"
    language = "a shout"

    def open(self, settings: Any, folder: Path) -> Any:
        raise KeyError("no such store")

    def check(self, query: str, role: Role) -> None:
        if "!" in query:
            raise KeyError(query)
        if not query.isupper():
            raise ValueError(f"write {query.upper()}")

    def counts_events(self, query: str) -> bool:
        return True


class Latencies(Shouting):
    """One that claims what it cannot do."""

    sli_kinds = ("events", "latency")


class Failing(Shouting):
    """One whose methods have bugs."""

    sli_kinds = ()

    def problems(self, data: Any) -> Any:
        raise KeyError("held")

    def counts_events(self, query: str) -> bool:
        raise KeyError("counted")

    def open(self, settings: Any, folder: Path) -> Any:
        return None


class TypedWrong(Settings):
    """Settings whose validator has a bug."""

    api_key: str = ""

    @field_validator("table")
    @classmethod
    def _table(cls, value: str) -> str:
        if value == "secret":
            raise ValueError(f"{os.environ['STORE_KEY']} opens no table")
        raise TypeError("no tables")


class Picky(Shouting):
    """A back end with them."""

    settings = TypedWrong


@pytest.fixture
def other_package(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"shouting": Shouting(), "latencies": Latencies(), "function": open, "failing": Failing(), "picky": Picky()}
    points = EntryPoints(
        [
            *(EntryPoint(name, f"tests.unit.sources.test_backends:{name}", backends.GROUP) for name in found),
            EntryPoint("broken", "prodmeet_kit.absent:BACKEND", backends.GROUP),
        ]
    )
    real = EntryPoint.load
    monkeypatch.setattr(EntryPoint, "load", lambda self: found.get(self.name) or real(self))
    monkeypatch.setattr(backends, "entry_points", points.select)
    monkeypatch.setattr(backends, "_loaded", {})


def product(query: str = "REQUESTS", **metrics: Any) -> Product:
    return Product.model_validate(
        {
            "product": "shop",
            "sources": {"metrics": {"type": "shouting", **metrics}},
            "services": [{"name": "cart", "load": [{"name": "requests", "query": query}]}],
        }
    )


@pytest.mark.parametrize("kind", backends.BUILT_IN)
def test_every_type_of_the_kit_is_a_back_end_that_knows_its_own_type(kind: str) -> None:
    assert backends.backend(kind).settings.model_fields["type"].default == kind


@pytest.mark.usefixtures("other_package")
@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (
            "shuoting",
            r"no metric source of type shuoting: write one of broken, csv, failing, .*prometheus, shouting",
        ),
        ("broken", r"broken \(prodmeet_kit.absent:BACKEND\) cannot be loaded: ModuleNotFoundError"),
        ("function", r"function \(.*\) is no MetricBackend: see docs/extend.md"),
        ("latencies", r"names latency in sli_kinds, which are asked in PromQL: name some of events, good, raw"),
    ],
)
def test_a_type_that_is_none_is_refused_with_what_to_do(kind: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        backends.backend(kind)


@pytest.mark.usefixtures("other_package")
def test_queries_are_read_in_the_language_of_the_source_and_its_keys_are_held() -> None:
    made = product(table="orders")
    assert made.model_dump(mode="json")["sources"]["metrics"] == {
        "type": "shouting", "jobs": 8, "step": None, "table": "orders",
    }  # fmt: skip
    assert Product.model_validate(made.model_dump(mode="json")) == made
    with pytest.raises(ValueError, match="write SUM"):
        product("sum(rate(x[5m]))")
    with pytest.raises(ValueError, match="the shouting store failed to read it: KeyError: 'A!'"):
        product("A!")


@pytest.mark.usefixtures("other_package")
def test_defaults_of_another_type_bring_only_the_keys_that_both_have(tmp_path: Path) -> None:
    (tmp_path / "defaults.yaml").write_text("sources: {metrics: {url: 'http://h', scrape_interval: 30s, jobs: 3}}\n")
    own = "product: shop\nservices: [{name: cart}]\nsources: {metrics: {type: shouting}}\n"
    (tmp_path / "shop.yaml").write_text(own)
    metrics = load("shop", tmp_path).sources.metrics
    assert isinstance(metrics, Settings) and metrics.jobs == 3
    (tmp_path / "shop.yaml").write_text(own.replace("shouting}", "shouting, tabel: x}"))
    with pytest.raises(ParametersError, match=r"shop.yaml:3: .*tabel is not a known key: did you mean table"):
        load("shop", tmp_path)


@pytest.mark.usefixtures("other_package")
def test_a_bug_of_another_package_while_it_opens_is_said_and_costs_nothing_else(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="the source failed: KeyError: 'no such store'"):
        open_metrics(product(), tmp_path).answer(Question("k", "metrics", "X", WINDOW.end, WINDOW.end))


def test_facts_of_a_type_that_is_not_installed_open_and_say_which_is_missing_where_it_is_needed() -> None:
    """A snapshot of somebody else: its queries cannot be judged, and nothing is counted by guess."""
    made = product("anything at all")
    with pytest.raises(InputError, match="no metric source of type shouting"):
        backends.of(Facts(made, WINDOW, WINDOW.end).product).counts_events("x")


def test_the_same_query_over_another_window_is_another_question() -> None:
    asked: Callable[..., Question] = lambda key, window: Question(  # noqa: E731
        key, "metrics", "REQUESTS", WINDOW.end, WINDOW.end, None, window
    )
    groups = distinct([asked("a", WINDOW.length), asked("b", 2 * WINDOW.length), asked("c", WINDOW.length)])
    assert [[question.key for question in same] for same in groups] == [["a", "c"], ["b"]]


def test_an_sli_of_a_kind_nobody_knows_is_an_error_and_no_latency() -> None:
    from prodmeet_kit.sli import indicator

    with pytest.raises(AssertionError, match="unreachable"):
        indicator("cart", SimpleNamespace(sli=SimpleNamespace(definition=object())), {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("attribute", "value", "says"),
    [
        ("settings", None, "settings has to be a subclass of MetricSettings"),
        ("settings", {}, "settings has to be a subclass of MetricSettings"),
        ("called", None, "called has to be a text"),
        ("language", "", "language has to be a text"),
        ("sli_kinds", "events", "sli_kinds has to be a tuple of texts"),
    ],
)
def test_a_back_end_that_is_declared_wrongly_is_named_with_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, attribute: str, value: Any, says: str
) -> None:
    made = type("Wrong", (Shouting,), {attribute: value})()
    entry = EntryPoint("wrong", "their_package:BACKEND", backends.GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda _: made)
    monkeypatch.setattr(backends, "entry_points", EntryPoints([entry]).select)
    monkeypatch.setattr(backends, "_loaded", {})
    with pytest.raises(InputError, match=rf"the metric source wrong \(their_package:BACKEND\): {says}"):
        backends.backend("wrong")


@pytest.mark.usefixtures("other_package")
def test_bugs_of_a_back_end_are_told_by_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(
        "product: shop\nsources: {metrics: {type: failing}}\nservices:\n- name: cart\n  slos:\n"
        "  - {name: a, objective: 99, sli: {events: {error_query: BAD, total_query: ALL}}}\n"
    )
    with pytest.raises(ParametersError) as error:
        load("shop", tmp_path)
    said = str(error.value)
    assert (
        'shop.yaml:2: sources.metrics.type is "failing": the shouting store failed to check the file: KeyError' in said
    )
    assert "the shouting store failed to read it: KeyError: 'counted'" in said
    assert "the shouting store cannot answer it: it answers no SLI; leave it out" in said


@pytest.mark.usefixtures("other_package")
def test_a_source_that_was_not_opened_says_so(tmp_path: Path) -> None:
    config = Failing.settings(type="failing")
    made = product()
    made.sources.__dict__["metrics"] = config
    with pytest.raises(SourceError, match=r"the source failed: TypeError: open\(\) gave NoneType"):
        open_metrics(made, tmp_path).answer(Question("k", "metrics", "X", WINDOW.end, WINDOW.end))


@pytest.mark.usefixtures("other_package")
def test_a_validator_of_another_package_costs_a_line_and_shows_no_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORE_KEY", "canary-of-the-store-91")
    metrics = "{type: picky, api_key: '${STORE_KEY}', table: %s}"
    written = f"product: shop\nservices: [{{name: cart}}]\nsources: {{metrics: {metrics}}}\n"
    for table, says in (
        ("secret", r"shop.yaml:3: .*: \*\*\* opens no table"),
        ("x", "read its settings: TypeError: no tables"),
    ):
        (tmp_path / "shop.yaml").write_text(written % table)
        with pytest.raises(ParametersError, match=says) as error:
            load("shop", tmp_path)
        assert "canary" not in str(error.value)
