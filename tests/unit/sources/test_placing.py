"""Which services a record of a shared system is about; what names nobody's is said, and how to fix it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import CHANGES
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.placing import Placing
from tests.support.answering import shop

WINDOW = Window.ending(datetime(2026, 11, 24, tzinfo=UTC), cadence=timedelta(days=14), timezone="UTC")


def context(folder: Path) -> Context:
    return Context(shop(), WINDOW, CHANGES, "sources.changes[0]", folder, None, Broken("metrics", "none"))


@pytest.mark.parametrize(
    ("written", "services", "gaps"),
    [
        ([], (), []),
        (["none"], (), []),
        (["Cart"], ("cart",), []),
        (["`cart`, mail"], ("cart",), []),  # of two names one is ours: the other is somebody's
        (["cart, crat"], ("cart",), ["#7: crat is no service of shop; did you mean cart?"]),
        (["crat"], None, ["#7 names no service of shop: crat; did you mean cart?"]),
        (["mail", "news"], None, ["#7 names no service of shop: mail, news; choose from cart"]),
        (["x" * 500], None, [f"#7 names no service of shop: {'x' * 120}...; choose from cart"]),
    ],
)
def test_names_are_services_of_the_product_or_a_gap(
    tmp_path: Path, written: list[str], services: tuple[str, ...] | None, gaps: list[str]
) -> None:
    given = context(tmp_path)
    assert Placing(given).placed("#7", written) == services
    assert (given.gaps, given.notes) == (gaps, [])


@pytest.mark.parametrize(
    "text",
    [
        "product: post\nservices:\n  - name: mail\n    slos:\n      - name: carts\n  - {name: news}\n",
        "product: post\nservices:\n- name: mail\n  load:\n  - name: x\n\n# and\n- name: 'news'\nsources: {}\n",
        "services: [{name: mail}, {name: news}]\n",
    ],
)
def test_services_of_a_product_that_lies_beside_are_no_gap(tmp_path: Path, text: str) -> None:
    (tmp_path / "post.yaml").write_text(text)
    given = context(tmp_path)
    placing = Placing(given)
    assert placing.placed("#7", ["Mail, news"]) is None
    assert (given.gaps, given.notes) == ([], ["#7 is of other products: Mail, news"])
    assert placing.placed("#8", ["mail", "crat"]) is None
    assert given.gaps == ["#8 names no service of shop: crat; did you mean cart?"]


def test_names_that_are_written_down_as_others_are_no_gap(tmp_path: Path) -> None:
    given = context(tmp_path)
    assert Placing(given, ["carts"]).placed("#7", ["Carts"]) is None
    assert given.gaps == []


def test_what_is_long_over_is_a_note(tmp_path: Path) -> None:
    given = context(tmp_path)
    assert Placing(given).placed("#7", ["crat"], old=True) is None
    assert (given.gaps, len(given.notes)) == ([], 1)
