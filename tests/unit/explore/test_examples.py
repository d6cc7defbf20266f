"""Lines to start from: of this product, and each works."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import nbformat
import pytest

import prodmeet_kit
from prodmeet_kit.core import shipped_files
from prodmeet_kit.live.exploring import explore_notebook
from prodmeet_kit.review import Review
from tests.support.reviews import product, review

LOADED = {"load/": 1.0, "resource/": 2.0}
MISSED = {**LOADED, "slo/cart/availability/bad": 0.1, "slo/cart/availability/total": 10.0}
OUTAGE = {"id": "INC-7", "title": "Down", "services": ["cart"], "start": "2026-11-20", "end": "2026-11-21"}
CHANGE = {"id": "CH-3", "title": "Move", "services": ["cart"], "start": "2026-11-19", "end": "2026-11-19"}
BARE: list[dict[str, Any]] = [{"name": "cart"}]


def verbs(made: Review) -> list[str]:
    return [line.partition("(")[0].removeprefix("review.") for line in made.examples.frame["line"]]


WORLDS: dict[str, Callable[[], Review]] = {
    "demo": cache(prodmeet_kit.open_review),
    "everything": cache(lambda: review({"incidents": [OUTAGE], "changes": [CHANGE]}, values=MISSED)),
    "no incident": cache(lambda: review({"changes": [CHANGE]}, values=MISSED)),
    "no SLO": lambda: review(
        {"incidents": [OUTAGE]},
        values=LOADED,
        services=[{"name": "cart", "load": [{"name": "requests", "unit": "req/s", "query": "up"}]}],
    ),
    "no data": review,
    "nothing": lambda: review(services=BARE),
}


@pytest.mark.parametrize("world", WORLDS)
def test_every_line_that_is_offered_works(world: str) -> None:
    made = WORLDS[world]()
    for line in made.examples.frame["line"]:
        assert eval(line, {"review": made}) is not None, line


def test_the_lines_have_the_names_of_the_product_and_the_worst_first() -> None:
    lines = list(WORLDS["demo"]().examples.frame["line"])
    assert lines[:2] == ['review.finding("slo:web/latency")', 'review.slo("web/latency")']
    assert 'review.around("INC-52")' in lines
    assert 'review.compare("load/web/requests", shift="7d")' in lines
    mine = "\n".join(WORLDS["everything"]().examples.frame["line"])
    assert 'review.around("INC-7")' in mine and 'review.around("CH-3")' in mine
    assert "INC-52" not in mine and "web" not in mine


def test_what_the_product_does_not_have_is_not_offered() -> None:
    assert {"slo", "counts"} & set(verbs(WORLDS["no SLO"]())) == set()
    assert {"slo", "compare", "around", "query"} & set(verbs(WORLDS["nothing"]())) == set()
    assert 'around("INC' not in "\n".join(WORLDS["no incident"]().examples.frame["line"])


def test_a_query_with_quotes_is_a_line_that_can_be_copied() -> None:
    made = WORLDS["demo"]()
    (line,) = [line for line in made.examples.frame["line"] if line.startswith("review.query(")]
    assert "\\" not in line and eval(line, {"review": made}).frame.notna().any(axis=None)


@pytest.mark.parametrize("world", WORLDS)
def test_every_cell_of_the_notebook_works_on_every_product(world: str) -> None:
    made = WORLDS[world]()
    notebook = explore_notebook({}, made.facts.product)
    code = [
        cell.source for cell in notebook.cells if cell.cell_type == "code" and cell.id not in ("parameters", "open")
    ]
    assert "review.examples" in code
    for source in code:
        assert eval(source, {"review": made}) is not None, source


def test_the_notebook_names_nothing_of_the_demo() -> None:
    text = "".join(cell.source for cell in nbformat.read(shipped_files.notebook("explore"), as_version=4).cells)
    facts = WORLDS["demo"]().facts
    names = {service.name for service in facts.product.services} - {"search"}
    assert not [name for name in (*names, "INC-", "CH-", "2026-") if name in text]


def test_a_product_without_slos_has_no_cell_about_one() -> None:
    with_slos, without = (explore_notebook({}, one) for one in (product(), product(services=BARE)))
    assert {cell.id for cell in with_slos.cells} - {cell.id for cell in without.cells} == {"slo", "slo-text"}
