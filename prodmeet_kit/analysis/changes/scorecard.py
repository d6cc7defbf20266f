"""The scorecard of the changes made since the last meeting: predicted against observed.

The numbers are those of :mod:`.before_after`; here they are only judged. A size
is as predicted when the 95% interval of the effect holds it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from prodmeet_kit.schemas.changes import BEFORE_AFTER, CHANGES
from prodmeet_kit.schemas.frames import SCORECARD

__all__ = ["REASONS", "scorecard"]

REASONS = {
    "not_measured": "nothing is known of the metric, or the change touches no time that is",
    "not_comparable": "too little time before or after, or too few days to compare with",
    "hidden": "nothing was seen, and an effect of the size predicted would not be seen either",
    "size_fits": "the interval holds the size predicted",
    "size_differs": "the interval does not hold the size predicted",
    "direction_only": "the direction is right; no size in per cent was predicted",
    "still": "no effect was predicted and none was seen",
    "unexpected": "no effect was predicted and one was seen",
    "opposite": "it moved the other way",
    "nothing_seen": "an effect was predicted and none was seen",
}
"""Why an outcome is what it is, by code."""

_SIGNS = {"up": 1.0, "down": -1.0}
_PERCENT = re.compile(r"[+-]?\s*(\d+(?:\.\d+)?)\s*%")


def scorecard(past: pd.DataFrame, compared: pd.DataFrame) -> pd.DataFrame:
    """Each prediction of the changes ``past`` (``CHANGES``) against ``compared`` (``BEFORE_AFTER``); ``SCORECARD``.

    In the order of the changes. A resource is judged by its own use where that
    moved, else by its use at equal load, which tells smaller effects from noise.
    """
    made = []
    for change in CHANGES.rows(past):
        expected = change["expected_effect"]
        if not expected or not expected.get("metric"):
            continue
        direction, size = str(expected.get("direction", "")), str(expected.get("size") or "")
        row = _seen(compared, str(change["id"]), str(expected["metric"]))
        outcome, reason = _judged(direction, size, row)
        observed = {
            "kind": row["kind"],
            "before": row["before"],
            "after": row["after"],
            "unit": row["unit"],
            "observed_change": row["effect"],
            "observed_low": row["low"],
            "observed_high": row["high"],
        }  # fmt: skip
        made.append(
            {
                "id": change["id"],
                "metric": expected["metric"],
                "expected_direction": direction,
                "expected_size": size,
                **(observed if row["kind"] else {}),
                "outcome": outcome,
                "reason": reason,
            }
        )
    return SCORECARD.frame(made)


_KEYS = ("kind", "before", "after", "unit", "effect", "low", "high", "outcome")


def _seen(compared: pd.DataFrame, change: str, metric: str) -> Mapping[str, Any]:
    """The row that judges the prediction; one without a kind when there is none."""
    mine = compared[(compared["change"] == change) & (compared["service"] + "/" + compared["name"] == metric)]
    found = BEFORE_AFTER.rows(mine)
    order = {"resource": 1, "equal_load": 0}
    moved = [row for row in found if row["outcome"] in ("up", "down") and row["kind"] != "equal_load"]
    known = [row for row in found if row["outcome"] != "cannot_tell"]
    for choice in (moved, sorted(known, key=lambda row: order.get(row["kind"], 0)), found):
        if choice:
            return choice[0]
    return dict.fromkeys(_KEYS, "")


def _judged(direction: str, size: str, row: Mapping[str, Any]) -> tuple[str, str]:
    """Outcome and reason."""
    if not row["kind"]:
        return "cannot_tell", "not_measured"
    seen, sign = row["outcome"], _SIGNS.get(direction, 0.0)
    if seen == "cannot_tell":
        return "cannot_tell", "not_comparable"
    if not sign:
        return ("as_expected", "still") if seen == "within_noise" else ("other_direction", "unexpected")
    percent = _PERCENT.fullmatch(size.strip())
    wanted = sign * float(percent[1]) / 100 if percent else None
    inside = wanted is not None and row["low"] <= wanted <= row["high"]
    if seen == "within_noise":
        return ("cannot_tell", "hidden") if inside else ("no_change", "nothing_seen")
    if seen != direction:
        return "other_direction", "opposite"
    if wanted is None:
        return "as_expected", "direction_only"
    return ("as_expected", "size_fits") if inside else ("other_size", "size_differs")
