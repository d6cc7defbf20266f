"""Incidents as forms of GitHub ask for them, and the labels that name a service in other spellings."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodmeet_kit.entries.service_names import after_prefix
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.schemas import frames
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.github.issues import read
from tests.support.github_server import issue, running
from tests.unit.sources.github.test_issues import WINDOW, config, labels, utc


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghp-none")


def about() -> Context:
    product = Product.model_validate({"product": "shop", "services": [{"name": "web"}, {"name": "cart"}]})
    return Context(product, WINDOW, frames.INCIDENTS, "sources.incidents[0]", Path(), None, Broken("m", "none"))


@pytest.mark.parametrize(
    "body",
    [
        (
            "### When did it start?\n\n2026-11-10 12:00 UTC\n\n### When was it resolved?\n\n14:00 UTC\n\n"
            "### Which services were affected?\n\n- [X] Cart\n- [ ] Web\n"
        ),
        (
            "### When did the incident start? (UTC)\n\n2026-11-10 12:00\n\n"
            "### When did the incident end? (UTC)\n\n14:00\n\n"
            "### Affected service\n\ncart\n"
        ),
    ],
)
def test_the_questions_of_a_form_are_its_fields(body: str) -> None:
    with running(issues=[issue(1, "2026-11-10T15:06:00Z", "2026-11-12T00:00:00Z", body)]) as world:
        row = read(config(world), about()).loc[0]
    assert (row["start"], row["end"]) == (utc("2026-11-10T12:00"), utc("2026-11-10T14:00"))
    assert list(row["services"]) == ["cart"]


@pytest.mark.parametrize(
    ("names", "body", "services"),
    [
        (["Service/Cart"], "", ["cart"]),
        (["service::cart", "service=web"], "", ["cart", "web"]),
        (["Cart", "bug"], "", ["cart"]),
        (["web"], "Services: cart", ["cart"]),  # what people wrote of this outage
        (["service:cart", "web"], "", ["cart"]),
        (["services", "service"], "", []),
        ([], "Affected services: the cart and, a bit later, web", ["cart", "web"]),
    ],
)
def test_a_service_is_named_by_labels_or_text(names: list[str], body: str, services: list[str]) -> None:
    told = issue(1, "2026-11-10T03:06:00Z", "2026-11-12T00:00:00Z", body) | {"labels": labels("incident", *names)}
    with running(issues=[told]) as world:
        assert list(read(config(world), about())["services"][0]) == services


def test_a_service_within_words_beside_another_is_said() -> None:
    given = about()
    body = "Services: web, parts of cart"
    with running(issues=[issue(1, "2026-11-21T03:06:00Z", "2026-11-22T00:00:00Z", body)]) as world:
        assert list(read(config(world), given)["services"][0]) == ["web"]
    assert given.gaps == ["#1: parts of cart is no service of shop; did you mean cart?"]


@pytest.mark.parametrize(
    ("label", "prefix", "name"),
    [
        ("service: Cart", "service:", "Cart"),
        ("Service / cart", "service:", "cart"),
        ("services", "service:", ""),
        ("service:", "service:", ""),
        ("svc-cart", "svc-", "cart"),
        ("cart", "", ""),
    ],
)
def test_the_sign_behind_a_prefix_may_be_another(label: str, prefix: str, name: str) -> None:
    assert after_prefix(label, prefix) == name
