"""Starting a Prometheus where there is none to start."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodmeet_kit.core.errors import ProdmeetError
from prodmeet_kit.demo.server import backfill, missing_programs, running_prometheus


def test_missing_programs_are_named() -> None:
    assert missing_programs(lambda name: None) == ["prometheus", "promtool"]
    assert missing_programs(lambda name: None if name == "promtool" else f"/opt/bin/{name}") == ["promtool"]
    assert missing_programs(lambda name: f"/opt/bin/{name}") == []


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
