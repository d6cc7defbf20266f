"""Minutes of one page and a pre-read of five minutes, whatever the product and the language."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from prodmeet_kit.documents import minutes_md, preread
from prodmeet_kit.documents.length import words
from prodmeet_kit.facts import in_language
from prodmeet_kit.review import Review, open_review
from tests.support.counts import count
from tests.support.fleet_world import fleet_facts
from tests.support.many_services import busy
from tests.support.random_reviews import random_review

pytestmark = pytest.mark.takes(15)

PRODUCTS: dict[str, Callable[[], Review]] = {
    "demo": open_review,
    "twelve": lambda: Review(fleet_facts(12)),
    "thirty": lambda: Review(fleet_facts(30)),
    "thirty in trouble": lambda: busy(30),
    "decided": lambda: busy(12, decisions=20, born=60),
}


@cache
def reviewed(product: str) -> Review:
    return PRODUCTS[product]()


def in_japanese(review: Review) -> Review:
    """The same review in Japanese, with nothing calculated again: numbers have no language."""
    made = Review(in_language(review.facts, "ja"))
    made.analyses = review.analyses
    return made


@pytest.mark.parametrize("language", [lambda review: review, in_japanese], ids=["en", "ja"])
@pytest.mark.parametrize("product", PRODUCTS)
def test_they_hold(product: str, language: Callable[[Review], Review]) -> None:
    review = language(reviewed(product))
    text = minutes_md.write(review)
    assert len(text.splitlines()) <= 30 + 2 * len(review.analyses.meeting.decided_now)
    assert words(preread.write(review)) <= 900


@pytest.mark.parametrize("seed", range(count(3, 200)))
def test_they_hold_for_products_that_never_were(seed: int) -> None:
    review = random_review(seed)
    assert len(minutes_md.write(review).splitlines()) <= 30 + 2 * len(review.analyses.meeting.decided_now)
    assert words(preread.write(review)) <= 900


def test_every_finding_of_thirty_services_is_counted_in_the_pre_read() -> None:
    review = reviewed("thirty in trouble")
    annex, known = preread.write(review).split("## Annex: ")[1].split("\n\n## 10 findings for information")
    first, *told = [line for line in annex.splitlines() if line]
    assert first.split()[0] == str(sum(each.place == "annex" and each.wanted > 0 for each in review.findings))
    # a line of several says of how many, or how many others there are
    assert len(told) < 20 and all(any(word.isdigit() for word in line.split()) for line in told)
    assert "more in the report" not in known.split("## For information")[0]


def test_one_source_that_failed_for_thirty_services_is_one_line() -> None:
    missing = preread.write(reviewed("thirty in trouble")).split("Could not be checked:\n\n")[1].split("\n\n")[0]
    assert missing == (
        "- Metrics, service-00/requests, service-01/requests, service-02/requests, 27 more: "
        "no answer within 30 s to service-00: connection refused (and alike for the others)"
    )


def test_what_people_decided_is_never_left_out_for_room() -> None:
    review = reviewed("decided")
    text = minutes_md.write(review)
    decided = review.analyses.meeting.decided_now
    assert text.count(": as we said last time") == len(decided) == 20
    # of 60 new action items those without room of their own are counted
    shown = text.count("\n- NEW-")
    assert f"- {60 - shown} more in the report" in text and shown > 20


def test_words_of_japanese_are_counted_by_characters() -> None:
    assert words("目標未達です、CH-31 以降") == 6  # ten characters, and one word
