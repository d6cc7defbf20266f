"""Which silences concern the product when the parameters say which alerts are its own."""

from __future__ import annotations

import pytest

from prodmeet_kit.sources.alertmanager.source import read
from tests.unit.sources.alertmanager.test_source import about, alertmanager, good, matcher, silence


@pytest.mark.parametrize(
    ("of_silence", "ours", "kept"),
    [
        (("cart|web", True, True), 'team="cart"', True),
        ((".+", True, True), 'team="cart"', True),
        (("web", False, False), 'team="cart"', True),
        (("web", False, False), 'team=~"cart|shop"', True),
        ((r"\pL+", True, True), 'team="cart"', True),  # Go alone reads it
        (("ca.*", True, True), 'team!~"w.*"', True),
        (("web|stock", True, True), 'team="cart"', False),
        (("web|stock", True, True), 'team=~"cart|shop"', False),
        (("cart", False, False), 'team="cart"', False),
    ],
)
def test_a_silence_that_may_hold_for_ours_is_told(of_silence: tuple[str, bool, bool], ours: str, kept: bool) -> None:
    value, regex, equal = of_silence
    with alertmanager(good(silence(matchers=[matcher("team", value, regex=regex, equal=equal)]))) as (url, _):
        assert len(read({"url": url, "matchers": ours}, about())) == kept
