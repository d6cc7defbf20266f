"""The index page: numbers as the reports have them, every text inert, no report lost."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit.archive.fleet_run import read_failures, write_failures
from prodmeet_kit.archive.meetings import meetings
from prodmeet_kit.core.errors import ReportError
from prodmeet_kit.html_report import index
from prodmeet_kit.html_report.index import html, shelve, write_index
from tests.support.shelf import put, slo


def rows(page: str) -> list[str]:
    """The anchors of the rows, from top to bottom."""
    return re.findall(r'<tr id="([^"]*)"', page)


def cells(page: str, anchor: str) -> list[str]:
    """The words of one row, without its drawings and what is folded."""
    found = re.search(rf'<tr id="{anchor}".*?</tr>', page, re.DOTALL)
    assert found
    plain = re.sub(
        r"<svg.*?</svg>|<details>.*?</details>|<span class=\"index-head.*?</span>", "", found[0], flags=re.DOTALL
    )
    texts = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", plain, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split()) for text in texts]


def product(reports: Path, name: str, left: float, **more: Any) -> None:
    put(reports, name, title=name, slos=[slo("BAD" if left < 0 else "OK", 0.1, left)], **more)


def test_a_row_tells_a_product_at_a_glance_and_leads_to_its_newest_report(tmp_path: Path) -> None:
    slow = slo("BAD", 0.7, -0.254) | {"service": "web", "name": "latency"}
    asks = {"subject": "slo:web/latency", "headline": "web is slow.", "question": "Roll it back?"}
    pages = [{"shown_verdict": "noise"}, {"shown_verdict": "noise"}, {"shown_verdict": "right"}]
    put(tmp_path, day="2026-11-09")
    put(tmp_path, slos=[slo("OK", 0.123, 0.5), slow], failures=[{}], findings=[asks], pages=pages)
    page = html(meetings(tmp_path))
    assert cells(page, "shop") == [
        "The shop Mon 23 Nov 2026", "✕ not met 1 of 2 met 1 section not checked", "25% over web/latency", "3 2 noise",
        "web is slow. Roll it back? +1 more",
    ]  # fmt: skip
    assert '<a href="./shop/2026-11-23/report.html">The shop</a>' in page
    assert '<a href="./shop/2026-11-23/report.html#finding-slo-web-latency">web is slow.' in page
    assert "1 earlier" in page and '<a href="./shop/2026-11-09/report.html">Mon 9 Nov 2026</a>' in page


def test_what_is_not_known_says_so(tmp_path: Path) -> None:
    put(tmp_path, slos=[], glance={})
    page = write_index(tmp_path).read_text()
    assert cells(page, "shop")[1:] == ["no SLO", "not known", "not known", "not known"]


def test_a_report_of_an_earlier_kit_says_how_many_questions_there_are(tmp_path: Path) -> None:
    put(tmp_path)  # it has no findings
    assert cells(write_index(tmp_path).read_text(), "shop")[4] == "2 questions"


def test_a_damaged_record_is_named_and_the_others_stand(tmp_path: Path) -> None:
    put(tmp_path, day="2026-11-09")
    (put(tmp_path) / "review.json").write_text("{")
    page = write_index(tmp_path).read_text()
    first, state, *numbers, decide = cells(page, "shop")
    assert (first, state, numbers) == ("The shop 2026-11-23", "? could not check", ["not known", "not known"])
    assert decide.startswith("review.json is damaged: ")
    assert "not met" not in decide and "50% left · 3 pages" in page  # what the earlier meeting said


def test_the_worst_product_stands_first(tmp_path: Path) -> None:
    for name, left in (("a", 0.9), ("b", 0.2), ("c", -0.1), ("d", -0.9)):
        product(tmp_path, name, left)
    product(tmp_path, "e", 0.99, failures=[{}])  # one section not checked
    page = write_index(tmp_path).read_text()
    assert rows(page) == ["d", "c", "e", "b", "a"]
    # Two missed; one did not check all; each of the five asks two things.
    assert "5 products · 2 with an objective not met · 1 without a full, recent report · 10 findings to decide" in page


def test_a_product_without_a_report_says_why_until_there_is_one(tmp_path: Path) -> None:
    product(tmp_path, "shop", 0.5, generated_at="2026-11-23T10:00:00+09:00")
    product(tmp_path, "mail", 0.5, generated_at="2026-11-30T10:00:00+09:00")
    at = datetime(2026, 11, 30, 0, tzinfo=UTC)
    write_failures(tmp_path, {"shop": "token=abc refused", "mail": "refused", "new": "no url"}, at)
    page = html(meetings(tmp_path), read_failures(tmp_path))
    assert "No report on Mon 30 Nov 2026: token=*** refused" in cells(page, "shop")[4]
    assert cells(page, "new") == [
        "new",
        "? no report",
        "not known",
        "not known",
        "No report on Mon 30 Nov 2026: no url",
    ]
    assert "refused" not in cells(page, "mail")[4]  # its report was made after that


def test_an_old_report_says_how_old_it_is(tmp_path: Path) -> None:
    window = {"start": "2026-11-09T10:00:00+09:00", "end": "2026-11-23T10:00:00+09:00", "timezone": "Asia/Tokyo"}
    product(tmp_path, "shop", 0.5, window=window)
    for day, old in ((7, False), (8, False), (10, True)):  # the next meeting is due on 7 December
        page = html(meetings(tmp_path), now=datetime(2026, 12, day, 1, 30, tzinfo=UTC))
        assert ("old: 17 days ago, though it meets every 14 days" in cells(page, "shop")[0]) is old
    product(tmp_path, "unknown", 0.5)  # when it met before is not told: nobody can say that it is late
    assert "old" not in cells(html(meetings(tmp_path), now=datetime(2027, 1, 1, tzinfo=UTC)), "unknown")[0]


def test_the_demo_is_no_product_of_a_fleet(tmp_path: Path) -> None:
    put(tmp_path, "demo", title="The demo shop")
    assert rows(write_index(tmp_path).read_text()) == ["demo"]
    product(tmp_path, "shop", 0.5)
    assert rows(write_index(tmp_path).read_text()) == ["shop"]
    put(tmp_path, "demo", "2026-11-30", title="Our show room")  # a team's own, which happens to have the name
    assert rows(write_index(tmp_path).read_text()) == ["demo", "shop"]


def test_the_meetings_are_drawn_from_the_oldest_to_the_newest_with_a_gap_where_nothing_is_known(tmp_path: Path) -> None:
    noise = [{"shown_verdict": "noise"}, {"shown_verdict": "right"}]
    for day, pages, left in (("2026-10-26", 4, 1.0), ("2026-11-09", None, None), ("2026-11-23", 2, 0.0)):
        put(tmp_path, day=day, glance={"pages": pages}, slos=[slo(left=left)], pages=noise if pages == 2 else [])
    page = write_index(tmp_path).read_text()
    # The newest of twelve places is at 78 px. Four pages are 24 px high; of two, 12 px, one is noise, on top.
    assert re.findall(r'<rect (class="index-noise" )?x="(\d+)" y="([\d.]+)" width="5" height="([\d.]+)"', page) == [
        ("", "64", "0.0", "24.0"), ('class="index-noise" ', "78", "12.0", "6.0"), ("", "78", "18.0", "6.0"),
    ]  # fmt: skip
    assert re.findall(r'<path d="(M[^"]*)"', page) == ["M66.5 0.0", "M80.5 16.0"]
    assert 'aria-label="Pages, from the oldest meeting to the newest: 4, not known, 2"' in page
    assert "Least budget left, from the oldest meeting to the newest: 100% left, not known, 0% left" in page
    assert "<title>Mon 23 Nov 2026: 2 pages, 1 noise</title>" in page


def test_one_meeting_is_not_drawn(tmp_path: Path) -> None:
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
    assert unescape(page).count("<script>alert(1)") == 1  # in sight as text
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


def test_the_address_of_a_product_is_its_name_whatever_stands_above_it(tmp_path: Path) -> None:
    for name, left in (("shop", 0.9), ("mail", 0.5), ("shop ", 0.1)):
        product(tmp_path, name, left)
    assert rows(write_index(tmp_path).read_text()) == ["shop-2", "mail", "shop"]


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
    assert ">2026年11月23日</time>" in page  # its review.json cannot be read: only the folder tells the day
    assert ">2026年11月9日(月)</a>" in page
    assert "残り50%" in page
    assert 'href="./shop/2026-11-23/report.html"' in page


def test_every_earlier_meeting_is_reachable_also_those_that_are_not_read(tmp_path: Path) -> None:
    for year in range(30):  # 26 are read, 12 drawn
        put(tmp_path, day=f"20{year:02}-01-01")
    page = write_index(tmp_path).read_text()
    assert "29 earlier" in page
    assert page.count("/report.html") == 31  # 30, and the question of the newest
    assert page.count("<rect") == 12


def test_a_report_that_comes_between_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "mail")
    made: list[int] = []

    def slowly(shelf: Any, *more: Any) -> str:
        """While the first page is made, another run puts its report in place and writes its own, whole index."""
        made.append(len(shelf))
        if len(made) == 1:
            put(tmp_path, "shop")
        return html(shelf, *more)

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
    assert (tmp_path / "index.html").read_text().count("/report.html") == 3
