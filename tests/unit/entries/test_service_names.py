"""Names of services as people write them."""
# ruff: noqa: RUF001 - full-width separators are the point

from __future__ import annotations

import random

import pytest

from prodmeet_kit.entries.service_names import match
from tests.support.counts import count

KNOWN = ("cart", "web", "web-api", "search-and-rescue")


@pytest.mark.parametrize(
    "text",
    [
        "cart,web",
        "cart; web",
        "cart | web",
        "cart/web",
        "cart\nweb",
        "cart\r\nweb\r\n",
        "cart、web",
        "cart，web",
        "cart；web",
        "cart・web",
        "cartとweb",
        "ｃａｒｔ　ｗｅｂ",
        "cart and web",
        "cart, and web.",
        "cart & web",
        "cart &amp; web",
        "cart + web",
        "cart web",
        "`cart`, `web`",
        '"cart", “web”',
        "['cart', 'web']",
        "- cart\n- web",
        "* **cart**\n* _web_",
        "1. cart\n2. web",
        "- [x] cart\n- [X] web\n- [ ] web-api",
        "[cart](https://example.com/a,b), <b>web</b>",
        "<ul><li>Cart</li><li>WEB</li></ul>",
        "Services: cart, web",
        "the cart service, web",
        "cart\N{NO-BREAK SPACE},\N{ZERO WIDTH SPACE}web",
        "cart, cart, Web, web",
    ],
)
def test_every_way_of_writing_two_services_is_read(text: str) -> None:
    found = match([text], KNOWN)
    assert (found.services, found.unknown) == (("cart", "web"), ())


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("WEB_API", "web-api"),
        ("Web API", "web-api"),
        ("web.api", "web-api"),
        ("search and rescue", "search-and-rescue"),
        ("Search & Rescue, EU", "search & rescue, eu"),
        ("a/b", "a/b"),
    ],
)
def test_a_name_that_holds_what_separates_names_counts_as_one(text: str, service: str) -> None:
    known = (*KNOWN, "search & rescue, eu", "a/b")
    assert match([f"cart, {text}, web"], known).services == ("cart", service, "web")


def test_unknown_names_are_told_with_the_nearest() -> None:
    found = match(["Cart, crat", "payment gateway"], KNOWN)
    assert found.services == ("cart",)
    assert found.unknown == ("crat", "payment gateway")
    assert found.hint("crat") == "did you mean cart?"
    assert found.hint("payment gateway") == "choose from cart, web, web-api, search-and-rescue"


def test_words_are_no_services_when_one_of_them_is_none() -> None:
    assert match(["web store"], KNOWN).unknown == ("web store",)


def test_names_that_differ_by_a_dash_alone_are_not_guessed() -> None:
    known = ("web-api", "web_api")
    assert match(["web_api"], known).services == ("web_api",)
    found = match(["Web Api"], known)
    assert (found.services, found.unknown) == ((), ("Web Api",))
    assert found.hint("Web Api") == "write web-api or web_api exactly"


@pytest.mark.parametrize("text", ["", "  ", "none", "N/A", "-", "_No response_", "[]", "- [ ] cart"])
def test_nothing_is_no_unknown_service(text: str) -> None:
    found = match([text], KNOWN)
    assert (found.services, found.unknown) == ((), ())


def test_random_separators_lose_and_invent_no_service() -> None:
    chance = random.Random(7)
    marks = [", ", ";", " / ", "\n", "、", " and ", " & ", "|", "\n- ", "`, `", "，", "；", "・"]
    for _ in range(count(200, 2000)):
        names = chance.sample(["cart", "web", "search", "ledger", "mail"], chance.randint(1, 5))
        written = [chance.choice([name, name.upper(), name.title()]) for name in names]
        text = "".join(part for name in written for part in (name, chance.choice(marks)))
        found = match([text], ["cart", "web", "search", "ledger", "mail"])
        assert (found.services, found.unknown) == (tuple(names), ()), text


def test_random_text_is_read_without_an_exception() -> None:
    chance = random.Random(8)
    letters = "ac, ;|/&+\n\t[](){}<>`'\"*_-.、・と\u3000x#:=\x00\ud800&amp;<li>"
    for _ in range(count(200, 2000)):
        text = "".join(chance.choice(letters) for _ in range(chance.randint(0, 200)))
        assert set(match([text, "cart"], KNOWN).services) >= {"cart"}


def test_a_service_whose_name_is_what_separates_names_is_found_and_stops_nothing() -> None:
    assert match(["and", "x, y"], ["and"]).services == ("and",)
    assert match(["and", "x, y"], ["and"]).unknown == ("x", "y")
