"""How values are written: honest near 100% and 0%, no noise, unknown never blank or zero."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.i18n.numbers import UNKNOWN, amount, budget, change, count, is_unknown, number, percent, write

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (1.0, "100%"),
        (0.0, "0%"),
        (0.9999, "99.99%"),  # a tenth of a thousandth from 100% is exact in two places
        (0.999951, "99.9951%"),
        (0.99999, "99.999%"),
        (0.9999999, "99.99999%"),
        (1 - 1e-9, ">99.99999%"),  # still not 100%
        (1e-9, "<0.00001%"),  # still not 0%
        (0.999, "99.9%"),
        (0.99899999, "99.89%"),  # below an objective of 99.9%: cut, so that it does not read as met
        (0.9949, "99.49%"),
        (0.94999, "94.9%"),
        (0.5, "50%"),
        (2 / 3, "66.6%"),
        (0.12345, "12.3%"),
        (0.0149, "1.5%"),
        (0.005, "0.5%"),
        (0.00046, "0.046%"),
        (1 / 3000, "0.033%"),
        (0.1 + 0.2, "30%"),  # 0.30000000000000004 is noise
        (0.29, "29%"),  # 0.29 * 100 is 28.999999999999996 in floats
        (1.0001, "100.01%"),
        (1.2, "120%"),
        (34.5678, "3,457%"),
        (-0.02, f"{MINUS}2%"),
        (math.inf, "∞%"),
    ],
)
def test_percent(fraction: float, text: str) -> None:
    assert percent(fraction) == text


@pytest.mark.parametrize("digits", range(1, 13))
def test_a_share_below_one_is_never_written_as_100_percent(digits: int) -> None:
    assert percent(1 - 10**-digits) != "100%"
    assert budget(1 - 10**-digits) != "100%"


@pytest.mark.parametrize("objective", [0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999])
def test_a_missed_objective_is_written_below_it_and_a_met_one_is_not(objective: float) -> None:
    shown = float(percent(objective).rstrip("%"))
    assert float(percent(objective - 1e-7).rstrip("%")) < shown
    assert float(percent(objective + 1e-7).rstrip("%")) >= shown


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (1.0, "100%"),
        (0.0, "0%"),
        (0.9996, "99.9%"),
        (1.004, "100.4%"),
        (1.0001, "100.1%"),  # a little over all of it is not all of it
        (0.423, "42%"),
        (0.0523, "5.2%"),
        (0.0042, "0.42%"),
        (0.00001, "<0.01%"),
        (-0.288, f"{MINUS}29%"),
        (-3.4, f"{MINUS}340%"),
        (12.0, "1,200%"),
        (-math.inf, f"{MINUS}∞%"),
    ],
)
def test_budget(share: float, text: str) -> None:
    assert budget(share) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0.032, "+3.2%"),
        (-0.12, f"{MINUS}12%"),
        (0.0, "0%"),
        (0.004, "+0.4%"),
        (-0.00001, "≈0%"),
        (1.5, "+150%"),
        (11.5, "\N{MULTIPLICATION SIGN}12.5"),  # 12.5 times as much
        (math.inf, "from zero"),
    ],
)
def test_change_has_a_sign(fraction: float, text: str) -> None:
    assert change(fraction) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.3, "<1"), (1204.4, "1,204"), (24_192_000, "24,192,000"), (-3, f"{MINUS}3"), (math.inf, "∞")],
)
def test_count(value: float, text: str) -> None:
    assert count(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "", "0"),
        (1e-12, "", "<0.000001"),
        (-1e-12, "", f"{MINUS}<0.000001"),
        (0.00042, "", "0.00042"),
        (0.01234, "", "0.0123"),
        (3, "", "3"),
        (2.999, "", "3.00"),  # rounded, and says so
        (14.4, "", "14.4"),
        (999.6, "", "1,000"),
        (1234.5, "req/s", "1,235 req/s"),
        (9_999_999, "", "9,999,999"),
        (12_345_678, "", "12.3 M"),
        (2.5e9, "", "2.5 G"),
        (1e15, "", "1,000 T"),
        (0.9996, "", "1.00"),
        (math.inf, "cores", "∞ cores"),
        (0.234, "s", "234 ms"),
        (0.0000021, "s", "2.1 µs"),
        (1.5, "seconds", "1.5 s"),
        (5400, "s", "1 h 30 min"),
        (0, "s", "0 s"),
        (42.5, "%", "42.5%"),
        (2048, "B", "2 KiB"),
    ],
)
def test_number(value: float, unit: str, text: str) -> None:
    assert number(value, unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "bytes", "0 B"),
        (1023, "bytes", "1,023 B"),
        (1023.9, "bytes", "1.00 KiB"),
        (1536, "bytes", "1.5 KiB"),
        (4 * 1024**3, "bytes", "4 GiB"),
        (-(1024**2), "B", f"{MINUS}1 MiB"),
        (3.5 * 1024**2, "B/s", "3.5 MiB/s"),
        (5e18, "bytes", "4,441 PiB"),  # 5e18 / 1024**5 = 4440.9
        (2.5, "cores", "2.5 cores"),
        (7, "", "7"),
        (math.inf, "bytes", "∞ bytes"),
    ],
)
def test_amount_of_bytes_in_multiples_of_1024(value: float, unit: str, text: str) -> None:
    assert amount(value, unit) == text


@pytest.mark.parametrize(
    "kind", ["number", "amount", "count", "percent", "change", "budget", "duration", "days", "time", "date"]
)
@pytest.mark.parametrize("value", [None, float("nan"), np.float32("nan"), pd.NaT, pd.NA])
def test_an_unknown_value_is_a_dash_whatever_the_column(kind: str, value: Any) -> None:
    assert write(value, kind) == UNKNOWN


@pytest.mark.parametrize("value", ["", [], 0, 0.0, False, "nan"])
def test_empty_and_zero_are_known(value: Any) -> None:
    assert not is_unknown(value)


def test_a_list_is_written_with_commas() -> None:
    assert write(["cart", "mail"], "list") == "cart, mail"
    assert write("cart", "list") == "cart"
    assert write([], "list") == ""


def test_time_is_written_in_the_zone_asked_for() -> None:
    instant = pd.Timestamp("2026-11-09T20:04:00Z")
    assert write(instant, "time", timezone="Asia/Tokyo") == "Tue 10 Nov 05:04"
    assert write(instant, "date", timezone="Asia/Tokyo") == "Tue 10 Nov 2026"
    assert write(datetime(2026, 11, 9, 20, 4, tzinfo=UTC), "time") == "Mon 9 Nov 20:04"
