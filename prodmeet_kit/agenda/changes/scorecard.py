"""The scorecard of changes as one table: what each predicted, what was seen, and how that compares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.changes.before_after import in_points, towards
from prodmeet_kit.agenda.shared.extract import SHOWN
from prodmeet_kit.evidence import Column, Table
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import UNKNOWN, write
from prodmeet_kit.schemas.changes import SCORECARD

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.schemas.changes import ScorecardRow

__all__ = ["table", "wrong"]

_WRONG = ("other_direction", "no_change", "other_size")


def table(analyses: Analyses) -> Table | None:
    """One row a prediction of the changes since the last meeting, folded; ``None`` when none predicted anything."""
    import pandas as pd

    found = SCORECARD.rows(analyses.changes.scorecard)
    if not found:
        return None
    cells = [_cells(row) for row in found]
    measured = any(row[side] != UNKNOWN for row in cells for side in ("was", "now"))
    columns = (
        *_named(),
        *([Column("was", t("Before"), "written"), Column("now", t("After"), "written")] if measured else []),
        Column("observed", t("Effect beyond normal variation (95% interval)")),
        Column("outcome", t("Outcome")),
        Column("reason", t("Why")),
    )
    caption = t("The days compared, and why they are fewer, are in the table of before and after below")
    return Table(t("Change scorecard"), pd.DataFrame(cells), columns, caption=caption, folded=True)


def wrong(analyses: Analyses) -> Table | None:
    """The first of the predictions that did not come true, in short; ``None`` where each did or cannot be judged."""
    import pandas as pd

    found = [row for row in SCORECARD.rows(analyses.changes.scorecard) if row["outcome"] in _WRONG]
    found.sort(key=lambda row: _WRONG.index(row["outcome"]))
    if not found:
        return None
    columns = (*_named(), Column("observed", t("Effect (95% interval)")), Column("outcome", t("Outcome")))
    frame = pd.DataFrame([_cells(row) for row in found[:SHOWN]])
    return Table(t("Predictions that did not come true"), frame, columns)


def _named() -> tuple[Column, ...]:
    return Column("change", t("Change"), "code"), Column("metric", t("What")), Column("expected", t("Predicted"))


def _cells(row: ScorecardRow) -> dict[str, Any]:
    directions = {"up": t("up"), "down": t("down"), "none": t("no effect")}
    direction = directions.get(row["expected_direction"], row["expected_direction"])
    name = row["metric"]
    if row["kind"] == "slo":
        name = t("{name}: bad events", name=name)
    elif row["kind"] == "equal_load":
        name = t("{name} at equal load", name=name)
    return {
        "change": row["id"],
        "metric": name,
        "expected": towards(direction, row["expected_size"]),
        "was": _amount(row, "before"),
        "now": _amount(row, "after"),
        "observed": _observed(row),
        "outcome": _outcomes()[row["outcome"]],
        "reason": _reasons()[row["reason"]],
    }


def _amount(row: Mapping[str, Any], side: str) -> str:
    if row["kind"] in ("", "equal_load") or row[side] != row[side]:  # use at equal load has no unit of its own
        return UNKNOWN
    return write(row[side], "percent" if row["kind"] == "slo" else "amount", unit=row["unit"])


def _observed(row: Mapping[str, Any]) -> str:
    values = [row[column] for column in ("observed_change", "observed_low", "observed_high")]
    if any(value != value for value in values):
        return UNKNOWN
    if row["kind"] == "slo":
        return in_points(*values)
    effect, low, high = (write(value, "change") for value in values)
    return t("{effect} ({low} to {high})", effect=effect, low=low, high=high)


def _outcomes() -> dict[str, str]:
    return {
        "as_expected": t("as predicted"),
        "other_size": t("different size"),
        "other_direction": t("different direction"),
        "no_change": t("no change"),
        "cannot_tell": t("inconclusive"),
    }


def _reasons() -> dict[str, str]:
    return {
        "not_measured": t("nothing was measured"),
        "not_comparable": t("too little time, or too few days to compare with"),
        "hidden": t("normal variation would hide an effect of this size"),
        "size_fits": t("the interval includes the predicted size"),
        "size_differs": t("the interval does not include the predicted size"),
        "direction_only": t("no size in per cent was predicted"),
        "still": t("no effect was predicted, and none was measured"),
        "unexpected": t("no effect was predicted, but one was measured"),
        "opposite": t("it changed in the opposite direction"),
        "nothing_seen": t("an effect was predicted, but none was measured"),
    }
