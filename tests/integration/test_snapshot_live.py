"""The demo product gathered from a real Prometheus, frozen, and opened again without it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from prodmeet_kit.core.window import Window
from prodmeet_kit.demo.world import World
from prodmeet_kit.facts import Facts
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.parameters import load
from prodmeet_kit.schemas.alerting import ALERT_RULES
from prodmeet_kit.snapshot import freeze, reopen

pytestmark = [pytest.mark.integration, pytest.mark.takes(10)]

PARAMETERS = Path(__file__).parents[2] / "parameters"


def gathered(url: str, world: World, monkeypatch: pytest.MonkeyPatch) -> Facts:
    monkeypatch.setenv("PROMETHEUS_URL", url)
    product = load("demo", PARAMETERS)
    window = Window.ending(world.meeting, cadence=timedelta(days=14), timezone=product.timezone)
    return gather(product, window, folder=PARAMETERS)


def assert_same(frozen: pd.DataFrame | None, live: pd.DataFrame | None) -> None:
    assert frozen is not None
    assert live is not None
    pd.testing.assert_frame_equal(frozen, live, check_exact=True)


def test_the_frozen_demo_is_the_live_demo(
    demo_prometheus: tuple[str, World], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = gathered(*demo_prometheus, monkeypatch)
    assert live.failures == ()
    assert {source.name for source in live.sources if source.state != "ok"} == set()
    folder = freeze(live, tmp_path / "snapshot")
    frozen = reopen(folder)
    assert frozen.product == live.product
    assert frozen.window == live.window
    for key, answer in live.answers.items():
        assert_same(frozen.answers[key].frame, answer.frame)
    nobody_said = {"explorations", "verdicts", "meeting_decisions", "meeting_durations"}
    assert {name for name, frame in live.records.items() if frame is None} == {"silences", *nobody_said}
    for name, frame in live.records.items():
        if frame is not None:
            assert_same(frozen.records[name], frame)
    assert sum(path.stat().st_size for path in folder.rglob("*")) < 3_000_000


def rules_health(facts: Facts) -> list[str]:
    """What the server says of each rule; it changes once in the life of a server, within its first minute."""
    return list(facts.record(ALERT_RULES)["health"])


def test_two_gatherings_of_the_same_window_freeze_to_the_same_files(
    demo_prometheus: tuple[str, World], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (gathered(*demo_prometheus, monkeypatch) for _ in range(2))
    if rules_health(first) != rules_health(second):  # the server evaluated its rules for the first time in between
        first = gathered(*demo_prometheus, monkeypatch)
    one, two = (freeze(facts, tmp_path / name) for facts, name in ((first, "one"), (second, "two")))
    for path in one.rglob("*.parquet"):
        assert path.read_bytes() == (two / path.relative_to(one)).read_bytes()
