"""A finding as HTML, with the place where its figure belongs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from prodmeet_kit.core.errors import printable
from prodmeet_kit.i18n.glossary import meaning
from prodmeet_kit.i18n.languages import current, t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.render.anchors import finding_id

if TYPE_CHECKING:
    from prodmeet_kit.evidence.finding_view import FindingView

__all__ = ["brief", "full"]


def full(view: FindingView, *, pictured: bool = True) -> str:
    """The finding as one block; it has the mark of a figure in it where it has one and is ``pictured``."""
    return _render("finding.html.j2", view=_words(view, pictured=pictured))


def brief(views: Sequence[FindingView]) -> str:
    """Findings of which nothing is decided at this meeting, a line each; empty without any."""
    return _render("findings_in_brief.html.j2", views=[_words(view) for view in views]) if views else ""


def _words(view: FindingView, *, pictured: bool = True) -> dict[str, Any]:
    figure = pictured and view.picture.figure is not None
    return {
        "id": finding_id(view.subject),
        "subject": view.subject,
        "headline": view.headline,
        "question": view.question,
        "also": view.also,
        "why": view.why,
        "minutes": t("{n} min", n=write(view.minutes, "number")) if view.minutes > 0 else "",
        "key": view.picture.key,
        "sentences": view.sentences,
        "facets": view.facets,
        "bare": not (figure or view.picture.key or view.sentences or view.also),
        "figure": figure,
        "here": view.here,
    }


def _render(name: str, **values: Any) -> str:
    from prodmeet_kit.render.html import template

    text = template("prodmeet_kit.render", name).render(
        **values,
        meaning=meaning,
        language=current(),
        also_title=t("Also to decide:"),
        link_label=t("link to this finding"),
    )
    return printable(text)
