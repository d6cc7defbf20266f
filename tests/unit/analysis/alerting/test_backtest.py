"""Playing an alerting rule again."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.alerting.backtest import replay, threshold
from tests.support.grids import at


def evaluations(pattern: str) -> pd.DataFrame:
    """One series, a character a minute from 00:00: 1 holds, 0 does not."""
    index = pd.date_range(at("2026-11-20"), periods=len(pattern), freq="1min", name="time")
    return pd.DataFrame({"{}": [each == "1" for each in pattern]}, index=index)


def firing(pattern: str, for_min: float, keep_min: float = 0) -> str:
    """The same notation: 1 fires."""
    found = replay(evaluations(pattern), for_s=60 * for_min, keep_firing_for_s=60 * keep_min, interval_s=60)
    index = evaluations(pattern).index
    on = np.zeros(len(index), dtype=bool)
    for start, last in zip(found["start"], found["last"], strict=True):
        on |= (index >= start) & (index <= last)
    return "".join("1" if each else "0" for each in on)


CASES = [
    # Without `for` it fires with the first evaluation that holds.
    ("011100", 0, 0, "011100"),
    # Active at minute 1: 2 minutes have passed at minute 3.
    ("011110", 2, 0, "000110"),
    # A `for` between two evaluations is waited for until the later one.
    ("011110", 1.5, 0, "000110"),
    # Two minutes that hold are one minute apart: it never fires, and begins anew after the gap.
    ("0110110110", 2, 0, "0000000000"),
    ("0110111100", 2, 0, "0000001100"),
    # First false at minute 3: less than 2 minutes have passed at minutes 3 and 4, not at 5.
    ("01100000", 0, 2, "01111000"),
    # It comes back while it is kept firing: one firing, and no new `for`.
    ("0111010000", 2, 2, "0001111100"),
    # It comes back at the first evaluation at which it would have ended.
    ("0110010000", 0, 2, "0111111100"),
    # One later it has ended, and waits for its `for` again.
    ("011100011100", 2, 2, "000111000111"),
    # A pending alert is not kept.
    ("011001100110", 2, 5, "000000000000"),
]


@pytest.mark.parametrize(("pattern", "for_min", "keep_min", "expected"), CASES)
def test_a_rule_fires_as_worked_out_by_hand(pattern: str, for_min: float, keep_min: float, expected: str) -> None:
    assert firing(pattern, for_min, keep_min) == expected


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_promtool_agrees_at_every_minute(tmp_path: Path) -> None:
    random = np.random.default_rng(7)
    cases = [(pattern, for_min, keep) for pattern, for_min, keep, _ in CASES if for_min != 1.5]
    cases += [
        ("".join(random.choice(["0", "1"], p=[1 - share, share], size=40)), int(wait), int(keep))
        for share in (0.3, 0.6, 0.85)
        for wait in (0, 1, 3)
        for keep in (0, 1, 4)
    ]
    rules, series, checks = [], [], []
    for number, (pattern, wait, keep) in enumerate(cases):
        kept = {"keep_firing_for": f"{keep}m"} if keep else {}
        rules.append({"alert": f"A{number}", "expr": f"x{number} > 0", "for": f"{wait}m", **kept})
        series.append({"series": f"x{number}", "values": " ".join(pattern)})
        checks += [
            {"eval_time": f"{minute}m", "alertname": f"A{number}", "exp_alerts": [{"exp_labels": {}}] * (on == "1")}
            for minute, on in enumerate(firing(pattern, wait, keep))
        ]
    (tmp_path / "rules.yaml").write_text(json.dumps({"groups": [{"name": "g", "interval": "1m", "rules": rules}]}))
    tests = [{"interval": "1m", "input_series": series, "alert_rule_test": checks}]
    body = {"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": tests}
    (tmp_path / "test.yaml").write_text(json.dumps(body))
    done = subprocess.run(
        ["promtool", "test", "rules", "test.yaml"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


def test_a_threshold_holds_where_the_value_passes_it_and_never_in_a_gap() -> None:
    index = pd.date_range(at("2026-11-20"), periods=4, freq="1min")
    values = pd.DataFrame({"a": [1.0, 2.0, 3.0, np.nan]}, index=index)
    held = {op: threshold(values, op, 2.0)["a"].tolist() for op in (">", ">=", "<", "<=", "==", "!=")}
    assert held[">"] == [False, False, True, False] and held[">="] == [False, True, True, False]
    assert held["<"] == [True, False, False, False] and held["<="] == [True, True, False, False]
    assert held["=="] == [False, True, False, False] and held["!="] == [True, False, True, False]


def test_a_value_frame_holds_wherever_there_is_a_value_and_series_are_apart() -> None:
    index = pd.date_range(at("2026-11-20"), periods=4, freq="1min")
    found = replay(
        pd.DataFrame({"a": [np.nan, 0.0, 5.0, np.nan], "b": [np.nan] * 3 + [1.0]}, index=index), for_s=0, interval_s=60
    )
    assert found["series"].tolist() == ["a", "b"]
    assert found["start"].tolist() == [index[1], index[3]] and found["last"].tolist() == [index[2], index[3]]
    assert found["end"].tolist() == [index[3], index[3] + pd.Timedelta("1min")]
    assert found["ongoing"].tolist() == [False, True]
    assert replay(pd.DataFrame(index=index), for_s=0, interval_s=60).empty
