"""How agenda items look: in a notebook, in Markdown, and as HTML and figures for the report.

Importing this package is cheap: pandas, plotly and jinja2 load with the first item that is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from prodmeet_kit.evidence import showing

if TYPE_CHECKING:
    from prodmeet_kit.evidence import AgendaItem, Figure

__all__ = ["PLOTLY", "bundles", "chart_bundle", "show"]

PLOTLY = "application/vnd.plotly.v1+json"
"""The one MIME type a figure is published as: small, and drawn even in notebooks JupyterLab does not trust."""


def show(item: AgendaItem) -> None:
    """Publish an agenda item in a notebook: HTML with its own style, its figures between."""
    for bundle in bundles(item):
        _publish(bundle)


def bundles(item: AgendaItem) -> Iterator[dict[str, Any]]:
    """The outputs of an item in order, each a mapping of MIME types to content.

    The first carries the style sheet, and the whole item as Markdown for a terminal.
    """
    from prodmeet_kit.i18n.languages import use
    from prodmeet_kit.render.html import chunks
    from prodmeet_kit.render.markdown import markdown
    from prodmeet_kit.render.theme import style

    first = True
    for chunk in chunks(item):
        if isinstance(chunk, str):
            yield {"text/html": style() + chunk if first else chunk, "text/plain": markdown(item) if first else ""}
            first = False
        else:
            with use(item.language):
                yield chart_bundle(chunk, titled=False)


def chart_bundle(chart: Figure, *, titled: bool = True) -> dict[str, Any]:
    """One figure by its MIME type, so that no renderer setting of plotly matters, and its numbers as text."""
    from prodmeet_kit.i18n import plotly_words
    from prodmeet_kit.render.drawn import draw
    from prodmeet_kit.render.markdown import chart_lines

    content = draw(chart, titled=titled)
    content["config"] = {"displaylogo": False, "responsive": True, **plotly_words.settings()}
    return {PLOTLY: content, "text/plain": "\n".join(chart_lines(chart))}


def _publish(bundle: dict[str, Any]) -> None:
    from IPython.display import publish_display_data

    publish_display_data(bundle)  # type: ignore[no-untyped-call]


showing.draw_with(show)
