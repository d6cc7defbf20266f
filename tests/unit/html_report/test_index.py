"""The index page: numbers as the reports have them, every text inert, no report lost."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit.archive.meetings import meetings
from prodmeet_kit.core.errors import ReportError
from prodmeet_kit.html_report import index
from prodmeet_kit.html_report.index import html, shelve, write_index
from prodmeet_kit.i18n.numbers import UNKNOWN
from tests.support.shelf import put, slo

MINUS = "\N{MINUS SIGN}"


def cells(page: str, anchor: str) -> list[str]:
    """The words of one row."""
    row = re.search(rf'<tr id="{anchor}".*?</tr>', page, re.DOTALL)
    assert row
    texts = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row[0], re.DOTALL)
    without_heads = [re.sub(r'<span class="index-head".*?</span>', "", text) for text in texts]
    return [unescape(re.sub(r"<[^>]+>", "", text)).strip() for text in without_heads]


def test_a_row_tells_a_meeting_at_a_glance_and_leads_to_its_report(tmp_path: Path) -> None:
    put(tmp_path, slos=[slo("OK", 0.123, 0.5), slo("BAD", 0.7, -0.254)], failures=[{}])
    page = write_index(tmp_path).read_text()
    assert cells(page, "shop-2026-11-23") == [
        "Mon 23 Nov 2026", "✕ not met", "1 of 2", "3", "70%", f"{MINUS}25%", "2", "1",
    ]  # fmt: skip
    assert 'href="./shop/2026-11-23/report.html"' in page
    assert (tmp_path / "shop" / "2026-11-23" / "report.html").is_file()


def test_what_is_not_known_is_a_dash_that_is_read_aloud(tmp_path: Path) -> None:
    put(tmp_path, slos=[], glance={})
    page = write_index(tmp_path).read_text()
    assert cells(page, "shop-2026-11-23") == ["Mon 23 Nov 2026", "no SLO", *[UNKNOWN] * 5, "0"]
    assert page.count('role="img" aria-label="not known"') == 5


def test_a_damaged_record_is_named_and_the_others_stand(tmp_path: Path) -> None:
    put(tmp_path, day="2026-11-09")
    (put(tmp_path) / "review.json").write_text("{")
    page = write_index(tmp_path).read_text()
    assert cells(page, "shop-2026-11-23")[:2] == ["2026-11-23", "? could not check"]
    assert cells(page, "shop-2026-11-23")[2].startswith("review.json is damaged: ")
    assert cells(page, "shop-2026-11-09")[3] == "3"


def test_history_is_drawn_from_the_oldest_to_the_newest_with_a_gap_where_nothing_is_known(tmp_path: Path) -> None:
    for day, pages, left in (("2026-10-26", 4, 1.0), ("2026-11-09", None, None), ("2026-11-23", 2, 0.0)):
        put(tmp_path, day=day, glance={"pages": pages}, slos=[slo(left=left)])
    page = write_index(tmp_path).read_text()
    # 9 pixels a meeting; bars of 28 px for the highest and 14 for half of it; a budget of 100% at 0, of none at 14.
    assert re.findall(r'<rect x="(\d+)" y="([\d.]+)" width="6" height="([\d.]+)"', page) == [
        ("1", "0.0", "28.0"),
        ("19", "14.0", "14.0"),
    ]
    assert re.findall(r'<path d="(M[^"]*)"', page) == ["M4.0 0.0", "M22.0 14.0"]
    assert 'aria-label="Pages, from the oldest meeting to the newest: 4, not known, 2"' in page
    assert "Least budget left, from the oldest meeting to the newest: 100%, not known, 0%" in page


def test_one_meeting_has_no_history(tmp_path: Path) -> None:
    put(tmp_path)
    assert "<svg" not in write_index(tmp_path).read_text()


def test_hostile_words_are_inert_and_addresses_stay_below_the_folder(tmp_path: Path) -> None:
    ugly = "</title></style><script>alert(1)</script><img src=x onerror=alert(2)>\"'"
    put(tmp_path, "javascript:alert(3)", title=ugly)
    put(tmp_path, 'a"><b>', title="", failures="none")
    page = write_index(tmp_path).read_text()
    assert "<script" not in page
    assert "<img" not in page
    assert "<b>" not in page
    assert unescape(page).count("<script>alert(1)") == 3  # in sight as text: contents, heading, label of the table
    for href in re.findall(r'href="([^"]*)"', page):
        assert href == "data:," or href.startswith(("#", "./")), href


def test_policy_lets_nothing_run_and_nothing_is_referred_to_outside(tmp_path: Path) -> None:
    put(tmp_path)
    page = write_index(tmp_path).read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert policy[1].startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert "script-src" not in policy[1]
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)


def test_links_inside_the_page_resolve_and_ids_are_unique(tmp_path: Path) -> None:
    for product in ("shop", "mail", "shop-2026-11-23"):  # named like a row of the first
        put(tmp_path, product)
    page = write_index(tmp_path).read_text()
    ids = re.findall(r'\sid="([^"]*)"', page)
    assert len(ids) == len(set(ids)) == 6
    assert set(re.findall(r'href="#([^"]*)"', page)) == {"shop", "mail", "shop-2026-11-23"}


def test_language_is_that_of_the_newest_report(tmp_path: Path) -> None:
    put(tmp_path, "mail", "2026-11-09")
    assert html({}).startswith('<!DOCTYPE html>\n<html lang="en">')
    put(tmp_path, "shop", "2026-11-23", language="ja")
    assert '<html lang="ja">' in html(meetings(tmp_path))
    put(tmp_path, "till", "2026-11-24", language="<x>")
    assert '<html lang="en">' in html(meetings(tmp_path))


def test_a_japanese_index_says_days_and_counts_in_japanese_and_links_the_folders(tmp_path: Path) -> None:
    put(tmp_path, language="ja", failures="none")
    put(tmp_path, day="2026-11-09", language="ja")
    page = html(meetings(tmp_path))
    assert ">2026年11月23日</time></a>" in page  # its review.json cannot be read: only the folder tells the day
    assert ">2026年11月9日(月)</time></a>" in page
    assert "1件中1件" in page
    assert 'href="./shop/2026-11-23/report.html"' in page


def test_many_meetings_fold_and_the_oldest_are_only_linked(tmp_path: Path) -> None:
    for year in range(30):  # 6 in sight, 20 folded, 4 only linked
        put(tmp_path, day=f"20{year:02}-01-01")
    page = write_index(tmp_path).read_text()
    assert "24 older meetings" in page
    assert len(re.findall(r"<tr id=", page)) == 26
    assert page.count("/report.html") == 30


def test_a_report_that_comes_between_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "mail")
    made: list[int] = []

    def slowly(shelf: Any) -> str:
        """While the first page is made, another run puts its report in place and writes its own, whole index."""
        made.append(len(shelf))
        if len(made) == 1:
            put(tmp_path, "shop")
        return html(shelf)

    monkeypatch.setattr(index, "html", slowly)
    page = write_index(tmp_path).read_text()
    assert made == [1, 2]
    assert "./shop/2026-11-23/report.html" in page
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "mail", "shop"]


def test_a_page_of_somebody_else_is_not_replaced_and_the_report_is_told_of_all_the_same(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / "index.html").write_text("<h1>Our site</h1>")
    with pytest.raises(ReportError, match="a page of this name is there that prodmeet did not write"):
        write_index(tmp_path)
    (told,) = shelve(tmp_path, "shop", "2026-11-23")
    assert told.startswith(f"could not write {tmp_path / 'index.html'}: a page of this name is there")
    assert (tmp_path / "index.html").read_text() == "<h1>Our site</h1>"


def test_an_index_of_the_kit_is_replaced(tmp_path: Path) -> None:
    put(tmp_path, day="2026-11-09")
    assert shelve(tmp_path, "shop", "2026-11-09") == []
    put(tmp_path)
    assert shelve(tmp_path, "shop", "2026-11-23") == []
    assert (tmp_path / "index.html").read_text().count("/report.html") == 2
