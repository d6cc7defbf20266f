"""Which change an SLO got worse with."""

from __future__ import annotations

from typing import Any

import pandas as pd

from prodmeet_kit.analysis.changes.before_after import worsened


def row(change: str, effect: float, **more: Any) -> dict[str, Any]:
    seen = {"change": change, "kind": "slo", "service": "web", "name": "latency", "outcome": "up", "effect": effect}
    return {**seen, "before": 0.0056, "after": 0.0056 + effect, **more}


def test_the_change_with_the_largest_effect_is_named() -> None:
    found = worsened(pd.DataFrame([row("CH-1", 0.001), row("CH-2", 0.019), row("CH-3", 0.002)]))
    assert {ref: each["change"] for ref, each in found.items()} == {"web/latency": "CH-2"}


def test_noise_gains_and_loads_name_no_change() -> None:
    frame = pd.DataFrame(
        [
            row("CH-1", 0.01, outcome="within_noise"),
            row("CH-2", -0.004, outcome="down"),
            row("CH-3", 0.3, kind="load", name="requests"),
            row("CH-4", 0.01, before=0.05, after=0.03),  # less than usual for the hour, but not worse
        ]
    )
    assert worsened(frame) == {}
