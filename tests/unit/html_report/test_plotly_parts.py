"""The library that a page carries: without scenes and maps, unless a figure has one, or the build is not known."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import plotly.offline
import pytest

from prodmeet_kit.html_report.plotly_parts import library, needs_all

LOCK = Path(__file__).parents[3] / "requirements.lock"


def locked() -> bool:
    found = re.search(r"^plotly==(\S+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    return found is not None and found[1] == version("plotly")


@pytest.mark.skipif(not locked(), reason="another version than that of the lock file is carried whole")
def test_the_build_of_the_lock_file_is_known_and_a_third_smaller_without_what_no_report_draws() -> None:
    whole = library(whole=True)
    small = library(whole=False)
    assert small != whole, "another plotly: find the cuts of assets/plotly_parts.json anew, or let it go whole"
    assert len(small) < 0.65 * len(whole)
    assert small.startswith(whole[:200]) and small.endswith(whole[-200:])  # its licence stays
    assert "TileCache" in whole and "TileCache" not in small  # of the street maps


def test_another_build_is_carried_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plotly.offline, "get_plotlyjs", lambda: "var nc=W((cHr,dqe)=>{ other")
    library.cache_clear()
    try:
        assert library(whole=False) == "var nc=W((cHr,dqe)=>{ other"
    finally:
        library.cache_clear()


@pytest.mark.parametrize(
    ("figure", "needed"),
    [
        ({"data": [{"type": "scatter"}, {"type": "heatmap"}], "layout": {"xaxis2": {}}}, False),
        ({"data": [{"type": "scatter"}, {"type": "surface"}]}, True),
        ({"data": [{"type": "choroplethmap"}]}, True),
        ({"data": [], "layout": {"scene2": {}}}, True),
        ({"data": [], "layout": {"map": {}}}, True),
        ({"data": "x", "layout": "scene"}, False),
        ({"data": [{"type": "scatter"}], "layout": {"template": {"data": {"surface": [{}]}}}}, False),
    ],
)
def test_a_scene_and_a_map_need_the_whole_library(figure: dict[str, Any], needed: bool) -> None:
    assert needs_all(figure) is needed
