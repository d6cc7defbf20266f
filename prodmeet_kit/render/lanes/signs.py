"""Signs and words in a picture of lanes: outages, changes, the names of lanes, the legend."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.render.anchors import finding_id
from prodmeet_kit.render.labels import inert, shorten, width
from prodmeet_kit.render.lanes.places import AXIS, CHANGE, CLASSES, LEFT, at, clock
from prodmeet_kit.render.theme import GREY, MARKS

if TYPE_CHECKING:
    from prodmeet_kit.evidence.lanes import Event, Lane, Lanes

__all__ = ["heads", "lane_name", "legend", "name", "spans"]

TWO_LINES = 34
"""Pixels of a lane that has room for its note; the pointer says the same."""

_LETTER = 6.6
"""Pixels of a letter at the size of a mark's name."""


def spans(
    layout: dict[str, Any],
    lanes: Lanes,
    lane: Lane,
    load: tuple[int, int],
    burn: tuple[int, int],
    traces: list[dict[str, Any]],
) -> None:
    """Outages as boxes, changes as dashed lines; their names beside them where there is room."""
    start, end = pd.Timestamp(lanes.start), pd.Timestamp(lanes.end)
    taken: list[tuple[float, float]] = []
    for event in sorted(lane.events, key=lambda each: (each.kind != "outage", each.start)):
        if event.kind not in ("outage", "change"):
            continue
        left = max(pd.Timestamp(event.start), start)
        right = min(pd.Timestamp(event.end), end) if event.end else end if event.kind == "outage" else left
        x0, x1 = clock(left, lanes.timezone), clock(right, lanes.timezone)
        colour = MARKS["incident"].line if event.kind == "outage" else CHANGE
        place = {"xref": "x", "yref": "y", "x0": x0, "x1": x1, "y0": load[0] - 3, "y1": burn[1]}
        if event.kind == "outage":
            layout["shapes"].append({**place, "type": "rect", "line": {"color": colour, "width": 1.6}})
        else:
            layout["shapes"].append(
                {**place, "x1": x0, "type": "line", "line": {"color": colour, "width": 1.2, "dash": "dash"}}
            )
        traces.append(
            {"type": "scatter", "mode": "markers", "x": [x0], "y": [load[0]],
             "marker": {"color": colour, "size": 7, "symbol": "diamond" if event.kind == "change" else "square-open"},
             "text": [f"{inert(event.text)}<br>{at(event.start, lanes.timezone)}"],
             **({"customdata": [finding_id(event.about)]} if event.about else {}),
             "hovertemplate": "%{text}<extra></extra>"}
        )  # fmt: skip
        _label(layout, event, (left - start) / (end - start), (right - start) / (end - start), load[0], taken, colour)


def _label(
    layout: dict[str, Any],
    event: Event,
    left: float,
    right: float,
    y: int,
    taken: list[tuple[float, float]],
    colour: str,
) -> None:
    text = shorten(event.label, 30)
    long = (width(text) * _LETTER + 12) / (1100 * AXIS)
    for begin, anchor, x in ((right, "left", right), (left - long, "right", left)):
        span = (begin, begin + long)
        if span[0] < 0 or span[1] > 1 or any(span[0] < other[1] and other[0] < span[1] for other in taken):
            continue
        taken.append(span)
        layout["annotations"].append(
            {"text": inert(text), "xref": "paper", "x": x * AXIS, "yref": "y", "y": y, "xanchor": anchor,
             "yanchor": "middle", "xshift": 6 if anchor == "left" else -6, "showarrow": False, "name": "sign",
             "font": {"size": 12, "color": colour, "weight": 700}}
        )  # fmt: skip
        return


def lane_name(place: int) -> str:
    """What the name of a lane is called in the figure: a page makes it lead to the lane's finding."""
    return f"lane-{place}"


def name(layout: dict[str, Any], lane: Lane, top: int, height: int, called: str) -> None:
    """Adds the name of a lane and its note to the layout."""
    size = 13 if height < 48 else 14
    place = {"xref": "paper", "x": 0, "xanchor": "left", "xshift": -LEFT + 4, "yref": "y", "align": "left",
             "showarrow": False, "yanchor": "middle"}  # fmt: skip
    middle = top + height / 2
    note = lane.note if height >= TWO_LINES else ""
    lines = [(shorten(lane.name, 15), size, 700), *([(shorten(note, 19), 11, 400)] if note else [])]
    apart = min(19.0, height / 2)
    for at_line, (text, letters, weight) in enumerate(lines):
        y = middle + apart * (at_line - (len(lines) - 1) / 2)
        layout["annotations"].append(
            {
                **place,
                "text": inert(text),
                "y": y,
                "font": {"size": letters, "weight": weight},
                "name": called,
                "captureevents": bool(lane.about),
            }
        )


def heads() -> list[dict[str, Any]]:
    """What is in the lanes and beside them."""
    place = {"xref": "paper", "yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 3, "showarrow": False,
             "font": {"size": 12}}  # fmt: skip
    left = t("load · burn rate of the worst SLO · pages")
    right = t("budget left (line: last meeting)")
    return [
        {**place, "text": inert(left), "x": 0, "xanchor": "left"},
        {**place, "text": inert(right), "x": AXIS + 0.012, "xanchor": "left"},
    ]


def legend() -> dict[str, Any]:
    """What the colours and signs mean, in one line below the axis."""
    limits = [write(limit, "number") for limit, _ in CLASSES[:-1]]
    words = [
        t("under {limit}", limit=limits[0]),
        *(f"{low}\N{EN DASH}{high}" for low, high in pairwise(limits)),
        t("over {limit}", limit=limits[-1]),
    ]
    shown = ["rgb(190,194,199)", *(colour for _, colour in CLASSES[1:])]
    parts = [
        f'<span style="color:{colour}">\N{BLACK SQUARE}</span> {inert(word)}'
        for colour, word in zip(shown, words, strict=True)
    ]
    parts += [
        f'<span style="color:{MARKS["incident"].line}">|</span> {inert(t("page"))}',
        f'<span style="color:{GREY.line}">|</span> {inert(t("noise"))}',
        f'<span style="color:{CHANGE}">\N{BLACK DIAMOND}</span> {inert(t("change"))}',
        f'<span style="color:{MARKS["incident"].line}">\N{WHITE SQUARE}</span> {inert(t("outage"))}',
    ]
    return {"text": " \N{EN SPACE}".join(parts), "xref": "paper", "yref": "paper", "x": 0, "xanchor": "left", "y": 0,
            "yanchor": "top", "yshift": -24, "showarrow": False, "font": {"size": 12}}  # fmt: skip
