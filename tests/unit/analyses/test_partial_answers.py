"""An answer that a server calls partial is a gap of the section that asked; the number stays, and is not certain."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from prodmeet_kit.check import check_product
from prodmeet_kit.documents import preread
from prodmeet_kit.documents.minutes_md import write as minutes
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.facts import Facts
from prodmeet_kit.review import Review
from prodmeet_kit.snapshot import freeze, reopen
from tests.support.answering import Asked, answering
from tests.support.gathered import everything, facts

pytestmark = pytest.mark.takes(10)

WORDS = "store 10.0.0.7 did not answer"


def partial(word: str, **more: object) -> Callable[[Asked], tuple[int, str, bytes]]:
    """A server whose answers to queries with this word are partial."""

    def says(asked: Asked) -> tuple[int, str, bytes]:
        status, kind, body = everything(asked)
        told = more or {"warnings": [WORDS]}
        return status, kind, json.dumps(json.loads(body) | told).encode() if word in asked.form["query"] else body

    return says


@pytest.mark.parametrize(
    "told", [{"warnings": [WORDS]}, {"isPartial": True}, {"infos": [f"PromQL info: partial response: {WORDS}"]}]
)
def test_an_slo_keeps_its_state_is_not_certain_and_the_section_has_a_gap(
    told: dict[str, object], tmp_path: Path
) -> None:
    whole, _ = facts(everything, tmp_path)
    found, _ = facts(partial('code=~"5.."', **told), tmp_path)
    before, after = (record(Review(each))["slos"][0] for each in (whole, found))
    assert (before["state"], before["certain"]) == (after["state"], True)
    assert after["certain"] is False
    (gap,) = [failure for failure in found.failures if failure.section == "metrics"]
    assert gap.source == "cart/availability"
    assert gap.message.startswith("the answer is partial, so the number is based on part of the data")


@pytest.mark.parametrize(("word", "kind"), [("cpu)", "resources"), ("cpu_limit", "resources")])
def test_a_resource_is_not_certain_and_its_row_says_so(word: str, kind: str, tmp_path: Path) -> None:
    found, _ = facts(partial(word), tmp_path)
    review = Review(found)
    written = record(review)
    assert [row["certain"] for row in written[kind]] == [False]
    assert [row["certain"] for row in written["slos"]] == [True]
    assert "part of the data" in minutes(review)


def test_load_and_what_is_made_of_it_are_not_certain(tmp_path: Path) -> None:
    found, _ = facts(partial('service="cart"}'), tmp_path)  # total and load ask alike
    written = record(Review(found))
    assert [row["certain"] for row in written["load"] + written["efficiency"] + written["slos"]] == [False] * 3


def test_the_first_screen_the_pre_read_and_the_minutes_say_it(tmp_path: Path) -> None:
    found, _ = facts(partial('code=~"5.."'), tmp_path)
    review = Review(found)
    for text in (minutes(review), preread.write(review)):
        assert "cart/availability is based on part of the data" in text
    assert WORDS in preread.write(review)


def test_a_hint_of_style_is_no_gap(tmp_path: Path) -> None:
    found, _ = facts(partial("", infos=["PromQL info: metric might not be a counter"]), tmp_path)
    assert found.failures == ()


def test_it_survives_freezing_and_a_snapshot_of_before_reads_as_whole(tmp_path: Path) -> None:
    found, _ = facts(partial('code=~"5.."'), tmp_path)
    freeze(found, tmp_path / "snapshot")
    assert _told(reopen(tmp_path / "snapshot")) == _told(found) != set()
    manifest = tmp_path / "snapshot" / "manifest.json"
    content = json.loads(manifest.read_text())
    for entry in content["queries"]:
        entry.pop("partial", None)
    manifest.write_text(json.dumps(content))
    assert _told(reopen(tmp_path / "snapshot")) == set()


def _told(found: Facts) -> set[tuple[str, str]]:
    return {(key, answer.partial) for key, answer in found.answers.items() if answer.partial}


SHOP = """\
product: shop
sources: {{metrics: {{url: "{url}", timeout: 5s}}}}
services:
  - name: cart
    load: [{{name: requests, query: 'sum(rate(x[{{{{.window}}}}]))'}}]
"""


def test_check_does_not_say_ok(tmp_path: Path) -> None:
    (tmp_path / "parameters").mkdir()
    with answering(partial("rate(x")) as server:
        (tmp_path / "parameters" / "shop.yaml").write_text(SHOP.format(url=server.url))
        found = list(check_product("shop", tmp_path, now=datetime(2026, 11, 23, 1, tzinfo=UTC)))
    (line,) = [each for each in found if each.subject == "shop: query load/cart/requests"]
    assert str(line) == f"failed  shop: query load/cart/requests: the answer is partial: {WORDS}"
