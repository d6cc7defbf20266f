"""The glossary: one source for the page of the documentation and for what reports show on hover."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from prodmeet_kit.evidence import AgendaItem, Column, Table
from prodmeet_kit.i18n.glossary import TOPICS, meaning
from prodmeet_kit.i18n.languages import t, use
from prodmeet_kit.render.html import chunks
from tools.catalogues import PACKAGE, extract
from tools.words import found

TERMS = [term for topic in TOPICS.values() for term in topic]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_one_word_has_one_meaning(language: str) -> None:
    meanings = defaultdict(set)
    with use(language):
        for term in TERMS:
            for name in (term.name, *term.headings):
                meanings[t(name)].add(term.meaning)
    assert [name for name, found in meanings.items() if len(found) > 1] == []


def test_every_heading_that_is_explained_is_one_of_the_code() -> None:
    own = Path("i18n/glossary.py")
    elsewhere = {
        text
        for message in extract()
        if any(not file.endswith(own.as_posix()) for file, _ in message.locations)
        for text in ([message.id] if isinstance(message.id, str) else message.id)
    }
    assert PACKAGE.joinpath(own).is_file()
    assert [name for term in TERMS for name in term.headings if name not in elsewhere] == []


@pytest.mark.parametrize(("language", "says"), [("en", "How fast the error budget is spent"), ("ja", "消費する速さ")])
def test_a_heading_and_a_state_show_their_meaning_on_hover(language: str, says: str) -> None:
    import pandas as pd

    with use(language):
        frame = pd.DataFrame({"rate": [1.0], "state": ["OK"], "note": ["x"]})
        columns = (
            Column("rate", t("Burn rate"), "number"),
            Column("state", t("State"), "state"),
            Column("note", "Plain"),
        )
        table = Table("SLOs", frame, columns)
        html = "".join(map(str, chunks(AgendaItem("metrics", "Metrics", "", "fine", "UTC", evidence=(table,)))))
        assert f">{t('Burn rate')}</abbr>" in html and f'<abbr title="{meaning(t("Burn rate"))}">' in html
        assert says in meaning(t("Burn rate"))
        assert f'title="{meaning(t("met"))}"' in html
    assert ">Plain</th>" in html


def test_a_word_that_is_no_longer_used_is_found_with_its_place() -> None:
    said = found([("docs/x.md:3", "Nothing presses, and 5 of 6 SLOs are kept."), ("a.py:1", "It stands for a letter.")])
    assert [line.split(": write ")[0] for line in said] == ["docs/x.md:3: presses", "docs/x.md:3: SLOs are kept"]
