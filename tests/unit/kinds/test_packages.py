"""Record kinds and agenda items of other packages, found as if they were installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodmeet_kit import kinds
from prodmeet_kit.agenda import build
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
