"""A real Prometheus with the demo world, filled once for the whole test run and run once for each worker."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from prodmeet_kit.demo.rules import rules_text
from prodmeet_kit.demo.server import backfill, running_prometheus
from prodmeet_kit.demo.world import World
from tests.support.demo_world import missing_programs
from tests.support.shared import made_once


@pytest.fixture(scope="session")
def demo_prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, World]]:
    """Base URL of a Prometheus that holds the demo world, and the world itself. About ten seconds for the first."""
    missing = missing_programs()
    if missing:
        message = f"not installed: {', '.join(missing)} (apt-get install prometheus)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    world = World.build()
    data = tmp_path_factory.mktemp("demo") / "tsdb"
    filled = made_once(tmp_path_factory, "demo-tsdb", lambda path: backfill(world.openmetrics_days(), path))
    # A server writes no file of a block again: links to one copy serve them all.
    shutil.copytree(filled, data, copy_function=os.link)
    rules = data.with_name("shop.yml")
    rules.write_text(rules_text(), encoding="utf-8")
    with running_prometheus(data, config_text=f"rule_files: ['{rules}']\n") as url:
        yield url, world
