"""What a frozen snapshot holds of its sources is told in the reader's language, as far as the kit itself wrote it."""

from __future__ import annotations

import pytest

from prodmeet_kit.agenda.shared.source_words import detail, source_name
from prodmeet_kit.i18n.languages import use


@pytest.mark.parametrize(
    ("said", "english", "japanese"),
    [
        ("152 rows", "152 rows", "152行"),
        ("1 rows", "1 row", "1行"),
        ("3 rows; CH-1 is left out", "3 rows; CH-1 is left out", "3行。CH-1 is left out"),
        ("nothing written", "nothing written", "記載なし"),
        (
            "prometheus at http://prom:9090: 74 of 75 queries answered",
            "prometheus at http://prom:9090: 74 of 75 queries answered",
            "http://prom:9090 の prometheus: クエリ75件中74件に応答",
        ),
        (
            "csv at demand.csv: 5 of 5 queries answered; times without an offset are read as UTC",
            "csv at demand.csv: 5 of 5 queries answered; times without an offset are read as UTC",
            "demand.csv の csv: クエリ5件中5件に応答。オフセットのない時刻は UTC とみなす",
        ),
        (
            "prometheus at http://prom:9090: 75 of 75 queries answered; 60 of 71 questions answered earlier, at 14:05",
            "prometheus at http://prom:9090: 75 of 75 queries answered; 60 of 71 questions answered earlier, at 14:05",
            "http://prom:9090 の prometheus: クエリ75件中75件に応答。問い合わせ71件中60件は14:05に得た回答を再利用",
        ),
        (
            "p: 2 of 2 queries answered; a note; 1 of 2 questions answered earlier, between 23:58 and 00:10",
            "p: 2 of 2 queries answered; a note; 1 of 2 questions answered earlier, between 23:58 and 00:10",
            "p: クエリ2件中2件に応答。a note。問い合わせ2件中1件は23:58から00:10までに得た回答を再利用",
        ),
        ("connection refused", "connection refused", "connection refused"),
        ("", "", ""),
    ],
)
def test_details_the_kit_wrote_are_translated_and_others_stay(said: str, english: str, japanese: str) -> None:
    assert detail(said) == english
    with use("ja"):
        assert detail(said) == japanese


def test_a_source_of_numbers_has_its_address_in_the_order_of_the_language() -> None:
    with use("ja"):
        assert source_name("csv at demand.csv") == "demand.csv の csv"
        assert source_name("ours") == "ours"
