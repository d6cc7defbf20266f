"""What is said beside a measure over time, and its numbers as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.evidence import Chart, Line
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import UNKNOWN, write
from prodmeet_kit.i18n.times import moment
from prodmeet_kit.render import captions, marks
from prodmeet_kit.render.findings import axes
from prodmeet_kit.render.scale import value_text

if TYPE_CHECKING:
    from prodmeet_kit.evidence.panels import Panels

__all__ = ["as_chart", "brief", "caption", "summary", "summary_head"]


def as_chart(panels: Panels) -> Chart:
    """The measure alone, as a chart of one line."""
    return Chart(
        title=panels.title,
        frame=panels.series.to_frame(panels.title),
        unit=panels.unit,
        step=panels.step,
        timezone=panels.timezone,
        anchor=panels.anchor,
        kind=panels.kind,
        lines=(Line(panels.level.value, panels.level.label),) if panels.level is not None else (),
        caption=panels.caption,
    )


def caption(panels: Panels) -> str:
    """What is drawn, in which zone, and what the marks mean."""
    left, right = axes.clock(panels.start, panels.timezone), axes.clock(panels.end, panels.timezone)
    drawn = marks.draw(panels.marks, panels.timezone, left, right, plot=axes.WIDTH, longest=44)
    parts = [
        panels.caption,
        t("{zone} time", zone=panels.timezone),
        marks.legend(panels.marks, drawn),
    ]
    return " · ".join(part for part in parts if part)


def brief(panels: Panels) -> str:
    """What it would show while folded."""
    return captions.brief(as_chart(panels))


def summary_head() -> list[str]:
    """The column titles of :func:`summary`."""
    return captions.summary_head()


def summary(panels: Panels) -> list[list[str]]:
    """The measure in numbers, then its level, its forecast, means, what is below, and what happened."""
    chart = as_chart(panels)
    rows = captions.summary(chart)

    def row(name: str, last: str, *, low: str = "", mean: str = "", high: str = "") -> list[str]:
        return [name, low, mean, high, last, ""]

    if panels.level is not None:
        rows.append(row(panels.level.label, value_text(chart, panels.level.value)))
    for stretch in panels.stretches:
        rows.append(row(stretch.label, "", mean=value_text(chart, stretch.value)))
    if (ahead := panels.forecast) is not None:
        days = [write(each, "date", timezone=panels.timezone) if each else t("never") for each in (
            ahead.soonest, ahead.reached, ahead.latest)]  # fmt: skip
        rows.append(row(t("reaches it"), "", low=days[0], mean=days[1], high=days[2]))
    if panels.below is not None:
        known = panels.below.series.dropna()
        unit = panels.below.unit
        low, mean, high, last = (
            (
                write(float(each), "amount", unit=unit)
                for each in (known.min(), known.mean(), known.max(), known.iloc[-1])
            )
            if len(known)
            else (UNKNOWN,) * 4
        )
        missing = write(len(panels.below.series) - len(known), "count")
        rows.append([panels.below.label, low, mean, high, last, missing])
    rows += [row(mark.label, moment(mark.start, panels.timezone)) for mark in panels.marks]
    return rows
