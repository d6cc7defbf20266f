"""Borrowed parts and prices of a resource, as a team writes them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from prodmeet_kit.parameters.holdings import Price
from prodmeet_kit.parameters.models import Resource


def resource(**more: Any) -> Resource:
    return Resource.model_validate({"name": "cpu", "unit": "cores", "query": "use", **more})


def test_a_day_is_read_from_text_and_written_back() -> None:
    read = resource(borrowed=[{"amount": "2", "until": "2026-11-30", "from_whom": "search"}])
    assert (read.borrowed[0].amount, read.borrowed[0].until) == (2, date(2026, 11, 30))
    assert Resource.model_validate(read.model_dump(mode="json")) == read


@pytest.mark.parametrize(
    ("wrong", "fix"),
    [
        ({"borrowed": [{"amount": 2, "until": "soon"}]}, "write a day such as 2026-11-30"),
        ({"borrowed": [{"amount": 2, "until": "2026-11-30T10:00"}]}, "write a day such as 2026-11-30"),
        ({"borrowed": [{"amount": 0, "until": "2026-11-30"}]}, "greater than 0"),
        ({"borrowed": [{"amount": 2}]}, "until"),
        ({"price": {"per": "GiB-hour", "amount": 1, "currency": "EUR"}}, "write unit: bytes, or price it by unit-hour"),
        ({"price": {"per": "hour", "amount": 1, "currency": "EUR"}}, "core-hour"),
        ({"price": {"per": "core-hour", "amount": -1, "currency": "EUR"}}, "greater than or equal to 0"),
    ],
)
def test_what_is_wrong_is_told(wrong: dict[str, Any], fix: str) -> None:
    with pytest.raises(ValidationError, match=fix):
        resource(**wrong)


def test_a_price_counts_gibibytes() -> None:
    assert Price(per="GiB-hour", amount=2, currency="EUR").per_hour(3 * 2**30) == 6
    assert Price(per="unit-hour", amount=2, currency="EUR").per_hour(3) == 6
