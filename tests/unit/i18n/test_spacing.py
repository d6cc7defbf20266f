"""Japanese has a space beside a Latin word and none beside a number, whatever a message is filled with."""

from __future__ import annotations

import pytest

from prodmeet_kit.i18n.languages import t, tn, use
from prodmeet_kit.i18n.spacing import fill


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("{v} の達成率", "cart", "cart の達成率"),
        ("{v} の達成率", "カート", "カートの達成率"),
        ("目標は{v}です", "availability", "目標は availability です"),
        ("アラート {v} 件", "27", "アラート27件"),
        ("約 {v} の見込み", "1,234", "約1,234の見込み"),
        ("残り {v} のまま", "\N{MINUS SIGN}29%", "残り\N{MINUS SIGN}29%のまま"),
        ("約 {v}の見込み", "41.0 req/s", "約41.0 req/s の見込み"),
        ("{v}と時間帯が重複", "CH-42", "CH-42 と時間帯が重複"),
        ("基準 {v}", "14.4x/1h", "基準 14.4x/1h"),
        ("{v} 以降", "11月9日(月)", "11月9日(月)以降"),
        ("{v} 以降", "11月9日(月) 10:00", "11月9日(月) 10:00以降"),
        ("{v} 以降", "2026-11-09", "2026-11-09以降"),
        ("期間 {v} 後", "1時間30分", "期間1時間30分後"),
        ("ページ27件 {v}。", "「ノイズ」", "ページ27件「ノイズ」。"),
        ("対応: {v}", "7", "対応: 7"),
        ("7: {v}", "カート", "7: カート"),
        ("カート・{v}", "cart", "カート・cart"),
        ("{v} ・ cart", "カート", "カート・ cart"),
        ("{v} \N{FULLWIDTH TILDE}8件", "cart", "cart\N{FULLWIDTH TILDE}8件"),
        ("割合 {v} の", "30\N{FULLWIDTH PERCENT SIGN}", "割合30\N{FULLWIDTH PERCENT SIGN}の"),
        ("約 {v} \N{FULLWIDTH PERCENT SIGN}", "30", "約30\N{FULLWIDTH PERCENT SIGN}"),
        ("{v} の", "f(x)", "f(x) の"),  # signs of ASCII stay as the translator wrote them
        ("残り {v}", "$5", "残り $5"),
        ("残り{v}", "$5", "残り$5"),
        ("期待値 {v} 未満", "", "期待値  未満"),
    ],
)
def test_a_space_goes_by_what_stands_on_both_sides(text: str, value: str, said: str) -> None:
    assert fill(text, {"v": value}) == said


def test_what_was_filled_in_stays_as_people_wrote_it() -> None:
    assert fill("{title} は完了", {"title": "決済 の 3 件 を直す"}) == "決済 の 3 件 を直すは完了"


def test_two_names_beside_each_other_and_braces_stay_as_they_are() -> None:
    assert fill("{{x}} {id} {text}", {"id": "AI-3", "text": "ログを消す"}) == "{x} AI-3 ログを消す"


def test_formats_and_conversions_still_hold() -> None:
    assert fill("計 {n:.1f} 時間、{name!r} の分", {"n": 1.25, "name": "cart"}) == "計1.2時間、'cart' の分"


def test_only_japanese_is_spaced_so() -> None:
    assert tn("{n} page", "{n} pages", 2) == "2 pages"
    with use("ja"):
        assert tn("{n} page", "{n} pages", 2) == "ページ2件"
        assert t("{name} {left} left", name="カート", left="3%") == "カートは残り3%"
