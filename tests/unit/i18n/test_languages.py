"""Messages in the language of the reader, and English whenever a catalogue fails."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from prodmeet_kit.i18n import languages
from prodmeet_kit.i18n.languages import current, t, tn, use

CATALOGUE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Metrics"
msgstr "メトリクス"

msgid "{kept} of {all} kept"
msgstr "{all}件中{kept}件"

msgid "{n} page"
msgid_plural "{n} pages"
msgstr[0] "ページ{n}件"

msgid "{name} is late"
msgstr "{nome}"
"""


@pytest.fixture
def japanese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "ja" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "prodmeet_kit.po").write_text(CATALOGUE, encoding="utf-8")
    monkeypatch.setattr(languages, "LOCALE", tmp_path)
    languages._catalogue.cache_clear()
    yield
    languages._catalogue.cache_clear()


def test_without_a_language_a_message_is_english_as_written() -> None:
    assert current() == "en"
    assert t("{kept} of {all} kept", kept=3, all=4) == "3 of 4 kept"
    assert [tn("{n} page", "{n} pages", n) for n in (0, 1, 2)] == ["0 pages", "1 page", "2 pages"]


@pytest.mark.usefixtures("japanese")
def test_a_catalogue_is_read_inside_the_block_and_not_after_it() -> None:
    with use("ja"):
        assert t("Metrics") == "メトリクス"
        assert t("{kept} of {all} kept", kept=3, all=4) == "4件中3件"
        assert tn("{n} page", "{n} pages", 2) == "ページ2件"
        assert t("not in the catalogue") == "not in the catalogue"
    assert t("Metrics") == "Metrics"


@pytest.mark.usefixtures("japanese")
def test_a_translation_that_names_a_value_wrongly_falls_back_to_english() -> None:
    with use("ja"):
        assert t("{name} is late", name="INC-1") == "INC-1 is late"


def test_a_language_without_catalogue_is_english() -> None:
    with use("xx"):
        assert t("Metrics") == "Metrics"


@pytest.mark.usefixtures("japanese")
def test_two_reviews_in_two_languages_do_not_disturb_each_other() -> None:
    def write(language: str) -> list[str]:
        with use(language):
            return [t("Metrics") for _ in range(200)]

    with ThreadPoolExecutor(2) as pool:
        japanese, english = pool.map(write, ["ja", "en"])
    assert set(japanese) == {"メトリクス"}
    assert set(english) == {"Metrics"}


@pytest.mark.parametrize("value", ["{0}", "{secret.__class__}", "%s", "{"])
def test_braces_in_a_value_stay_as_they_are(value: str) -> None:
    assert t("{name} is late", name=value) == f"{value} is late"
