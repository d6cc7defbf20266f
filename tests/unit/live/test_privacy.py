"""The token of a live meeting is read by nobody else, and its kernels inherit and listen to no more than they need."""

from __future__ import annotations

import shutil
import stat
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit.demo import SNAPSHOT
from prodmeet_kit.live import door, exploring

TOKEN = "0123456789abcdef" * 3
ADDRESS = f"http://127.0.0.1:8888/doc/workspaces/meeting/tree/live.ipynb?token={TOKEN}"


def wait_for(true: Callable[[], Any], limit_s: float = 30) -> None:
    deadline = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_browser_is_given_a_private_file_and_never_the_token(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given: list[str] = []
    monkeypatch.setattr(webbrowser, "open", given.append)
    file = door.open_browser(tmp_path, ADDRESS)
    assert given == [file.as_uri()]
    assert TOKEN not in given[0]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert ADDRESS in file.read_text(encoding="utf-8")


def test_the_file_that_opens_the_browser_does_not_stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _: True)
    monkeypatch.setattr(door, "OPEN_S", 0.05)
    file = door.open_browser(tmp_path, ADDRESS)
    wait_for(lambda: not file.exists())


def test_an_address_with_marks_of_html_opens_nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _: True)
    page = door.open_browser(tmp_path, 'http://127.0.0.1:1/a"></script><script>alert(1)</script>').read_text()
    assert page.count("<script>") == 1
    assert page.count("</script>") == 1


def test_exploring_inherits_the_variables_that_the_parameters_refer_to_and_no_others(tmp_path: Path) -> None:
    shutil.copytree(SNAPSHOT.parents[2] / "parameters", tmp_path / "parameters")
    text = """
product: shop
title: Shop
services: [{name: cart}]
sources:
  metrics: {type: prometheus, url: "${METRICS_URL:-http://x}", auth: {type: bearer, token: "${METRICS_TOKEN}"}}
"""
    (tmp_path / "parameters" / "shop.yaml").write_text(text, encoding="utf-8")
    *_, needs = exploring._of_product("shop", tmp_path, "")
    assert {"METRICS_URL", "METRICS_TOKEN", "HTTPS_PROXY"} <= set(needs)
    assert not {"GITHUB_TOKEN", "DATABASE_URL"} & set(needs)
    assert exploring._of_product("", tmp_path, "")[-1] == ()
