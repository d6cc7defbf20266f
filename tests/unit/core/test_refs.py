"""Refs and query keys: made and taken apart in one place, and texts wherever they are kept."""

from __future__ import annotations

import json

import pytest

from prodmeet_kit.core.refs import QueryKey, SloRef
from prodmeet_kit.queries.questions import plan
from tests.support.reviews import WINDOW, product


def test_a_ref_is_the_text_it_writes() -> None:
    ref = SloRef.of("web", "latency")
    assert (str(ref), ref.service, ref.name) == ("web/latency", "web", "latency")
    assert SloRef.parse(str(ref)) == ref == SloRef.of_row({"service": "web", "slo": "latency"}, "slo")
    assert json.dumps({ref: 1}) == '{"web/latency": 1}'


def test_a_name_may_have_a_slash_and_a_service_has_none() -> None:
    ref = SloRef.parse("web/disk/data")
    assert (ref.service, ref.name) == ("web", "disk/data")


def test_what_has_no_slash_names_nothing_of_a_service() -> None:
    with pytest.raises(ValueError, match="latency is no service/name"):
        SloRef.parse("latency")


@pytest.mark.parametrize(
    ("key", "kind", "about", "detail"),
    [
        ("slo/web/latency/bad/since", "slo", "web/latency", "bad/since"),
        ("load/web/requests", "load", "web/requests", ""),
        ("resource/web/memory/use", "resource", "web/memory", "use"),
        ("fine/web/latency/total/2026-11-12T10:15Zstart", "fine", "web/latency", "total/2026-11-12T10:15Zstart"),
        ("verify/team/AI-7", "verify", "team/AI-7", ""),
    ],
)
def test_a_key_says_what_it_is_for(key: str, kind: str, about: str, detail: str) -> None:
    parsed = QueryKey(key)
    assert (parsed.kind, parsed.about, parsed.detail, parsed.subject) == (kind, about, detail, f"{kind}/{about}")
    assert QueryKey.of(kind, about, *filter(None, [detail])) == key


def test_every_question_of_a_plan_is_about_something_the_product_has() -> None:
    keys = [QueryKey(question.key) for question in plan(product(), WINDOW)]
    assert {(key.kind, key.about) for key in keys} == {
        ("slo", "cart/availability"),
        ("load", "cart/requests"),
        ("resource", "cart/memory"),
    }
