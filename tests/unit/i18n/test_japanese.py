"""What Babel writes for a Japanese reader, and what plotly is told; the words are for the catalogue to hold."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import prodmeet_kit
from prodmeet_kit.agenda.changes.before_after import towards
from prodmeet_kit.core.errors import InputError
from prodmeet_kit.demo import SNAPSHOT as DEMO
from prodmeet_kit.i18n import plotly_words
from prodmeet_kit.i18n.languages import sentences, use
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.i18n.times import axis_day, axis_month, date, day, duration, moment, short_date, weekday
from prodmeet_kit.live.opening import live_notebook
from prodmeet_kit.parameters.freezes import public_holidays
from prodmeet_kit.parameters.models import AGENDA
from prodmeet_kit.pipeline.numbers import compute
from prodmeet_kit.render import PLOTLY, chart_bundle
from tests.support.sample_items import nothing

NIGHT = datetime(2026, 11, 9, 20, 5, tzinfo=UTC)  # Tuesday 10 November, 05:05 in Tokyo


def test_days_are_written_in_the_order_and_with_the_names_of_the_language() -> None:
    with use("ja"):
        assert moment(NIGHT, "Asia/Tokyo") == "11月10日(火) 05:05"
        assert date(NIGHT, "Asia/Tokyo") == "2026年11月10日(火)"
        assert short_date(NIGHT, "Asia/Tokyo") == "11月10日(火)"
        assert short_date(NIGHT, "Asia/Tokyo", weekday=False) == "11月10日"
        assert [weekday(day) for day in (0, 6)] == ["月", "日"]
        assert weekday(5, whole=True) == "土曜日"


def test_a_day_that_is_named_is_iso_in_english_and_written_out_in_japanese() -> None:
    assert day("2026-11-09") == "2026-11-09"
    with use("ja"):
        assert day("2026-11-09") == "2026年11月9日"
        assert (day("latest"), day("")) == ("latest", "")


def test_a_length_of_time_is_one_word() -> None:
    with use("ja"):
        assert [duration(seconds) for seconds in (443, 5400, 200_000)] == ["7分23秒", "1時間30分", "2日8時間"]


def test_an_hour_that_comes_twice_carries_its_offset_in_every_language() -> None:
    with use("ja"):
        # New York, 1 November 2026: 01:30 comes at 05:30 and at 06:30 UTC.
        assert moment(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "America/New_York") == "11月1日(日) 01:30 -04:00"


def test_digits_are_the_same_in_every_language_and_lists_have_its_comma() -> None:
    with use("ja"):
        assert write(0.99995, "percent") == "99.995%"
        assert write(1_234_567, "count") == "1,234,567"
        assert write(["web", "cart"], "list") == "web、cart"


@pytest.mark.parametrize(
    ("language", "day", "month"), [("en", "%a %-d %b", "%b %Y"), ("ja", "%-m月%-d日(%a)", "%Y年%-m月")]
)
def test_axes_have_dates_of_the_language(language: str, day: str, month: str) -> None:
    with use(language):
        assert (axis_day(), axis_month()) == (day, month)


def test_a_language_without_catalogue_has_english_words_and_no_broken_date() -> None:
    with use("xx"):
        assert moment(NIGHT, "Asia/Tokyo") == "Tue 10 Nov 05:05"


def test_plotly_is_given_the_names_of_days_from_sunday_on_and_of_months() -> None:
    with use("ja"):
        names = plotly_words.settings()["locales"]["ja"]["format"]
    assert names["shortDays"] == ["日", "月", "火", "水", "木", "金", "土"]
    assert names["shortMonths"][::11] == ["1月", "12月"]


def test_a_figure_carries_its_language_and_an_english_one_needs_none() -> None:
    with use("ja"):
        config = chart_bundle(nothing())[PLOTLY]["config"]
    assert config["locale"] == "ja"
    assert config["locales"]["ja"]["dictionary"]["Zoom in"] == "拡大"
    assert "locale" not in chart_bundle(nothing())[PLOTLY]["config"]


def test_what_was_expected_of_a_change_has_the_order_of_the_language() -> None:
    assert [towards("up", "10%"), towards("up", ""), towards("", "10%")] == ["up 10%", "up", "10%"]
    with use("ja"):
        assert towards("増加", "10%") == "10%増加"


def test_a_report_is_called_by_its_product_and_day_in_its_language() -> None:
    assert [compute(DEMO, language).title for language in ("en", "ja")] == [
        "The demo shop, 2026-11-23",
        "The demo shop 2026年11月23日",
    ]


def test_holidays_have_the_name_of_the_language_where_it_is_known() -> None:
    first, last = datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)
    assert [name for _, _, name in public_holidays("JP", first, last, "Asia/Tokyo", "ja")] == ["勤労感謝の日"]
    # Nobody translated the holidays of the United States into Japanese.
    first, last = datetime(2026, 11, 26, tzinfo=UTC), datetime(2026, 11, 27, tzinfo=UTC)
    assert [name for _, _, name in public_holidays("US", first, last, "UTC", "ja")] == ["Thanksgiving Day"]


def test_babel_is_loaded_only_for_a_language_that_needs_it() -> None:
    code = (
        "import sys; from datetime import datetime, UTC; import prodmeet_kit.cli;"
        "from prodmeet_kit.i18n.numbers import write; write(datetime(2026, 11, 9, tzinfo=UTC), 'time');"
        "write(0.5, 'percent'); write(['a', 'b'], 'list'); print('babel' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_sentences_stand_without_a_space_between_them() -> None:
    assert sentences(["One.", "Two."]) == "One. Two."
    with use("ja"):
        assert sentences(["一。", "", "二。"]) == "一。二。"


def test_a_review_is_written_in_the_language_asked_for_and_else_in_that_of_the_product() -> None:
    japanese, english = prodmeet_kit.open_review(language="ja"), prodmeet_kit.open_review()
    assert (japanese.metrics.title, english.metrics.title) == ("メトリクス", "Metrics")
    assert (japanese.metrics.language, english.metrics.language) == ("ja", "en")
    assert japanese.agenda["minutes"].tolist() == english.agenda["minutes"].tolist()
    assert list(japanese.lines["subject"]) == list(english.lines["subject"])


def test_a_language_without_catalogue_is_bad_input() -> None:
    with pytest.raises(InputError, match="language fr: choose from en, ja"):
        prodmeet_kit.open_review(language="fr")


@pytest.mark.parametrize(("language", "said"), [("ja", True), ("", False)])
def test_the_notebook_of_a_meeting_is_told_its_language_when_one_was_asked_for(language: str, said: bool) -> None:
    notebook = live_notebook("demo", AGENDA, Path("minutes"), language)
    (given,) = [cell.source for cell in notebook.cells if cell.id == "injected-parameters"]
    assert ('language = "ja"' in given) is said
