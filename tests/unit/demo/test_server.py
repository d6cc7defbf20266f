"""Starting a Prometheus where there is none to start."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodmeet_kit.core.errors import ProdmeetError
from prodmeet_kit.demo.server import backfill, running_prometheus


def test_a_missing_server_is_an_error_with_its_fix() -> None:
    with (
        pytest.raises(ProdmeetError, match="prometheus is not installed: apt-get install prometheus"),
        running_prometheus(lookup=lambda name: None),
    ):
        pass


def test_a_missing_promtool_is_an_error_before_any_text_is_made(tmp_path: Path) -> None:
    days = iter(["# EOF\n"])
    with pytest.raises(ProdmeetError, match="promtool is not installed: apt-get install prometheus"):
        backfill(days, tmp_path / "data", lookup=lambda name: None)
    assert list(days) == ["# EOF\n"]
    assert not (tmp_path / "data").exists()
