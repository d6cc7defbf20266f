"""Which module draws which kind of figure, and writes what is beside it.

Each has ``caption``, ``brief``, ``summary_head`` and ``summary``. They load
with the first figure of their kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prodmeet_kit.evidence import Bars, Chart, HeatMap, Lanes, Moments, Multiples, Panels, Spans, WeekOverlay

if TYPE_CHECKING:
    from prodmeet_kit.evidence import Figure

__all__ = ["brief", "caption", "draw", "summary", "summary_head"]


def draw(figure: Figure, *, titled: bool = True) -> dict[str, Any]:
    """The figure as plotly's; ``titled=False`` where title and caption stand above it as text."""
    from prodmeet_kit.render import figures

    module = figures if isinstance(figure, Chart) else _words(figure)
    drawn: dict[str, Any] = module.figure(figure, titled=titled)
    return drawn


def caption(figure: Figure) -> str:
    """The small print beside it."""
    text: str = _words(figure).caption(figure)
    return text


def brief(figure: Figure) -> str:
    """What it would show, in a few words, while it is folded."""
    text: str = _words(figure).brief(figure)
    return text


def summary_head(figure: Figure) -> list[str]:
    """The column titles of :func:`summary`."""
    titles: list[str] = _words(figure).summary_head()
    return titles


def summary(figure: Figure) -> list[list[str]]:
    """Its numbers as rows of text, for a reader who cannot see it."""
    rows: list[list[str]] = _words(figure).summary(figure)
    return rows


def _words(figure: Figure) -> Any:
    """The module of its kind; it draws too, but for a chart."""
    from prodmeet_kit.render import captions, heat_map, lanes, multiples, week_overlay
    from prodmeet_kit.render.findings import bars, moments, panels, spans

    kinds: tuple[tuple[type, Any], ...] = (
        (HeatMap, heat_map),
        (WeekOverlay, week_overlay),
        (Multiples, multiples),
        (Lanes, lanes),
        (Panels, panels),
        (Moments, moments),
        (Spans, spans),
        (Bars, bars),
    )
    return next((module for kind, module in kinds if isinstance(figure, kind)), captions)
