"""Reports lead to the meetings before and after them, whichever was written first."""

from __future__ import annotations

import re
import shutil
from hashlib import sha256
from pathlib import Path

from prodmeet_kit.html_report.export import export_html
from prodmeet_kit.html_report.neighbours import PLACE, fill, link
from tests.support.sample_items import notebook
from tests.support.shelf import PAGE, put

INDEX = "../../index.html#shop"


def links(report: Path) -> list[str]:
    return re.findall(r'href="([^"]*)"', (report / "report.html").read_text())


def is_as_listed(report: Path) -> bool:
    digest = sha256((report / "report.html").read_bytes()).hexdigest()
    return f"{digest}  report.html" in (report / ".written.sha256").read_text().splitlines()


def test_the_older_page_gets_its_next_when_the_next_is_written_and_nothing_else_of_it_changes(tmp_path: Path) -> None:
    first = put(tmp_path, day="2026-11-09")
    link(tmp_path / "shop", first.name)
    assert links(first) == [INDEX]
    second = put(tmp_path, day="2026-11-23")
    link(tmp_path / "shop", second.name)
    assert links(first) == [INDEX, "../2026-11-23/report.html"]
    assert links(second) == ["../2026-11-09/report.html", INDEX]
    for report in (first, second):
        assert is_as_listed(report)
        assert re.sub(r"<nav.*</nav>", "", (report / "report.html").read_text()) == PAGE


def test_a_meeting_that_is_written_between_two_others_is_linked_from_both(tmp_path: Path) -> None:
    reports = [put(tmp_path, day=day) for day in ("2026-10-26", "2026-11-23", "2026-11-09")]
    for report in reports:
        link(tmp_path / "shop", report.name)
    assert links(reports[0]) == [INDEX, "../2026-11-09/report.html"]
    assert links(reports[1]) == ["../2026-11-09/report.html", INDEX]
    assert links(reports[2]) == ["../2026-10-26/report.html", INDEX, "../2026-11-23/report.html"]


def test_a_page_that_a_person_edited_is_left_as_it_is(tmp_path: Path) -> None:
    first = put(tmp_path, day="2026-11-09")
    (first / "report.html").write_text(PAGE.replace("27 pages", "27 pages, we think"))
    before = {path.name: path.read_bytes() for path in first.iterdir()}
    put(tmp_path)
    link(tmp_path / "shop", "2026-11-23")
    assert {path.name: path.read_bytes() for path in first.iterdir()} == before


def test_a_page_that_is_gone_costs_itself_only(tmp_path: Path) -> None:
    first, second = put(tmp_path, day="2026-11-09"), put(tmp_path)
    (first / "report.html").unlink()
    link(tmp_path / "shop", second.name)
    assert links(second) == ["../2026-11-09/report.html", INDEX]
    shutil.rmtree(first)
    link(tmp_path / "shop", second.name)
    assert links(second) == [INDEX]


def test_the_place_is_before_anything_from_outside() -> None:
    page = export_html(notebook(), title=f"{PLACE} shop")
    assert page.count(PLACE) == 1  # the title is escaped
    assert page.index(PLACE) < page.index("<main")
    assert "<nav class" not in fill(page.replace(PLACE, "", 1).replace("<main>", f"<main>{PLACE}"), "shop", "", "")


def test_links_speak_the_language_of_their_page() -> None:
    english = fill(PAGE, "shop", "2026-11-09", "")
    assert fill(english, "shop", "2026-11-09", "") == english
    assert ">All meetings</a>" in english
    assert 'title="Previous meeting"' in english


def test_a_japanese_page_names_the_days_of_its_neighbours_in_japanese_and_links_the_folders() -> None:
    page = fill(f'<html lang="ja">{PLACE}<main></main>', "shop", "2026-11-09", "2026-12-07")
    assert "← 2026年11月9日" in page
    assert "2026年12月7日 →" in page
    assert re.findall(r'href="([^"]*)"', page) == ["../2026-11-09/report.html", INDEX, "../2026-12-07/report.html"]
