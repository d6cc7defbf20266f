"""Record kinds and agenda items of other packages, found as if they were installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodmeet_kit import kinds
from prodmeet_kit.agenda import build
from prodmeet_kit.kinds import registry
from tests.support.plugins import install
from tests.support.reviews import review

GROUP = "prodmeet_kit.agenda"


def test_a_package_that_ends_the_program_when_loaded_costs_its_own_item(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, {"ends_at_once.py": "raise SystemExit('no licence')"}, {GROUP: {"costs": "ends_at_once:item"}})
    monkeypatch.syspath_prepend(tmp_path)
    assert "costs" in kinds.item_names()
    says = build("costs", review().analyses).headline
    assert "the agenda item costs (ends_at_once:item) cannot be loaded: SystemExit: no licence" in says


@pytest.mark.parametrize("name", ["findings", "class", "a.b", "_hidden", "costs\u00e9", "toil"])
def test_a_name_that_breaks_a_notebook_or_exists_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, {"gives_item.py": "def item(_): ..."}, {GROUP: {name: "gives_item:item"}})
    monkeypatch.syspath_prepend(tmp_path)
    assert f"the agenda item {name} (gives_item:item)" in kinds.refused()[name]
    assert kinds.item_names().count(name) == (name == "toil")


def test_what_a_review_has_is_no_name_of_an_item() -> None:
    made = review()
    attributes = {name for name in object.__dir__(made) if not name.startswith("_")}
    items = {item.name for kind in kinds.built_in() for item in kind.items}
    assert attributes - items == registry._OF_THE_REVIEW


def test_one_name_twice_in_a_kind_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "from prodmeet_kit.kinds import Item, Kind\nKIND = Kind('x', items=(Item('costs', ''), Item('costs', '')))"
    install(tmp_path, {"gives_two.py": code}, {GROUP: {"costs": "gives_two:KIND"}})
    monkeypatch.syspath_prepend(tmp_path)
    assert "names costs twice" in build("costs", review().analyses).headline
