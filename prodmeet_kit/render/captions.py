"""The words and numbers that stand beside a chart: its small print, and what its lines say as a table."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from prodmeet_kit.i18n.languages import listed, t, tn
from prodmeet_kit.i18n.numbers import UNKNOWN, write
from prodmeet_kit.render import marks
from prodmeet_kit.render.grid import clock_span, on_grid
from prodmeet_kit.render.labels import LONGEST_UNIT, line_names, width
from prodmeet_kit.render.scale import value_text

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.evidence import Chart

__all__ = ["FAINT_LINES", "brief", "caption", "faint_drawn", "summary", "summary_head"]

FAINT_LINES = 3
"""With more lines than this the period before is left out: it would hide more than it shows."""


def faint_drawn(chart: Chart) -> bool:
    """Whether the period before is drawn behind the lines."""
    faint = chart.faint
    if faint is None or faint.empty or len(chart.frame.columns) > FAINT_LINES:
        return False
    return bool(faint.notna().to_numpy().any())


def caption(chart: Chart) -> str:
    """What the chart says of itself, its step and zone, and what is drawn beside its lines."""
    frame = on_grid(chart.frame, chart.step)
    parts = [
        chart.caption.strip().rstrip("."),
        t("every {step}", step=write(chart.step.total_seconds(), "duration")),
        t("{zone} time", zone=chart.timezone),
        t("axis: linear up to 1, logarithmic above") if chart.bent else "",
        _behind(chart),
        t("unit: {unit}", unit=chart.unit) if width(chart.unit) > LONGEST_UNIT else "",
        *_remarks(chart, frame),
    ]
    return " · ".join(part for part in parts if part)


def _behind(chart: Chart) -> str:
    """What the faint lines are; of several lines, perhaps one alone has a period before."""
    if chart.faint is None or not faint_drawn(chart):
        return ""
    if len(chart.frame.columns) > 1 and len(chart.faint.columns) == 1:
        return t("faint line: {name} in the period before", name=line_names(chart.faint.columns)[0])
    return t("faint line: the period before")


def _remarks(chart: Chart, frame: pd.DataFrame) -> list[str]:
    if frame.empty:
        return []
    start, end = clock_span(frame.index, chart.timezone, chart.step)
    remarks = [marks.legend(chart.marks, marks.draw(chart.marks, chart.timezone, start, end))] if chart.marks else []
    if end - start not in (frame.index[-1] - frame.index[0], chart.step):
        remarks.append(t("the clock changes by {n} in this range", n=write(_moved(frame, start, end), "duration")))
    values = frame.to_numpy(dtype=float)
    infinite = int(np.isinf(values).sum())
    if infinite:
        remarks.append(tn("infinite, not drawn: {n} value", "infinite, not drawn: {n} values", infinite))
    known = ~np.isnan(values).all(axis=0)
    if known.any() and not known.all():
        silent = [name for name, has in zip(line_names(frame.columns), known, strict=True) if not has]
        remarks.append(t("no data: {names}", names=listed(silent)))
    return remarks


def _moved(frame: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> float:
    moved: timedelta = (end - start) - (frame.index[-1] - frame.index[0])
    return abs(moved.total_seconds())


def summary_head() -> list[str]:
    """The column titles of :func:`summary`."""
    return [t("Line"), t("Lowest"), t("Mean"), t("Highest"), t("Last"), t("Steps without a value")]


def summary(chart: Chart) -> list[list[str]]:
    """Each line in numbers, as text: what a reader who cannot see the chart, or prints it, needs.

    The last known value counts as the last; infinite values count as known but have no mean.
    """
    frame = on_grid(chart.frame, chart.step)
    rows = []
    for position, name in enumerate(line_names(frame.columns)):
        values = frame.iloc[:, position].to_numpy(dtype=float)
        known = values[~np.isnan(values)]
        missing = len(values) - len(known)
        if not known.size:
            rows.append([name, *[UNKNOWN] * 4, write(missing, "count")])
            continue
        finite = known[np.isfinite(known)]
        mean = float(finite.mean()) if finite.size == known.size else float("nan")
        numbers = (float(known.min()), mean, float(known.max()), float(known[-1]))
        rows.append([name, *[value_text(chart, number) for number in numbers], write(missing, "count")])
    return rows


def brief(chart: Chart) -> str:
    """What a folded chart would show, in a few words; only a chart of one line can be put so shortly."""
    rows = summary(chart)
    if len(rows) != 1 or rows[0][3] == UNKNOWN:
        return tn("{n} line", "{n} lines", len(rows)) if len(rows) > 1 else t("No data in this window")
    return t("highest {high}, last {last}", high=rows[0][3], last=rows[0][4])
