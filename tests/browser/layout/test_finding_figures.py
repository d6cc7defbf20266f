"""Figures of findings on a phone in a real browser: every word is inside its figure, none covers another."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Opener
from tests.browser.demo_report import demo_page

pytestmark = [pytest.mark.browser, pytest.mark.takes(15)]

WORDS = """() => [...document.querySelectorAll('.pm-finding .pm-figure, [id^=finding-] .pm-figure')].map(figure => {
    const box = each => {
        const { left, top, right, bottom } = each.getBoundingClientRect();
        return [each.textContent, left, top, right, bottom];
    };
    const found = query => [...figure.querySelectorAll(query)].filter(each => each.textContent.trim()).map(box);
    return { edge: box(figure), ticks: found('.xtick > text'), names: found('.annotation-text') };
})"""


UNFOLD = "document.querySelectorAll('.page-more, details[id^=finding-]').forEach(fold => { fold.open = true; })"


def apart(one: list[Any], other: list[Any]) -> bool:
    _, left, top, right, bottom = one
    _, l2, t2, r2, b2 = other
    return bool(right <= l2 + 1 or r2 <= left + 1 or bottom <= t2 + 3 or b2 <= top + 3)


def test_on_a_phone_words_are_inside_their_figure_and_none_covers_another(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    opener = Opener(browser)
    page = opener(demo_page(tmp_path_factory, "en"), width=360, height=900)
    page.page.evaluate(UNFOLD)
    page.scroll_through()
    page.page.wait_for_timeout(300)
    figures = page.page.evaluate(WORDS)
    opener.close()
    assert len(figures) >= 6
    for figure in figures:
        _, left, _, right, _ = figure["edge"]
        for text, at, _, end, _ in [*figure["ticks"], *figure["names"]]:
            assert left - 3 <= at and end <= right + 3, text
        for one, other in [*combinations(figure["ticks"], 2), *combinations(figure["names"], 2)]:
            assert apart(one, other), (one, other)
