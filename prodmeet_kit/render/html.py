"""An agenda item as HTML: chunks of markup with a figure between two of them.

Every text from outside goes through jinja2's autoescape; no filter marks one
as safe. Where a figure belongs, the chunk ends in ``<!--pm-figure-->``: a
notebook shows the figure as its next output, the report puts it in that place.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from prodmeet_kit.core.errors import printable
from prodmeet_kit.core.subjects import kind_of
from prodmeet_kit.evidence import Figure, Glance, Lanes, Note, Table
from prodmeet_kit.i18n.glossary import meaning
from prodmeet_kit.i18n.languages import current, listed, t, tn, use
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.render import drawn
from prodmeet_kit.render.anchors import Anchors, finding_id, slug
from prodmeet_kit.render.findings import markup
from prodmeet_kit.render.glance.markup import view as glance_view
from prodmeet_kit.render.states import Word, word
from prodmeet_kit.render.tables import view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template

    from prodmeet_kit.evidence import AgendaItem, Evidence
    from prodmeet_kit.evidence.finding_view import FindingView

__all__ = ["FIGURE", "MORE", "chunks", "template"]

FIGURE = "<!--pm-figure-->"
"""Where the figure of the chart that follows a chunk belongs."""

MORE = "<!--pm-more-->"
"""What follows it in the item is read on demand: the report puts it into one fold."""

FOLDS = 2
"""From so many on what is folded is one fold."""

_QUIET = ("none", "fine", "noted")
"""States of an item that is one line where it has no finding."""

PICTURED = 3.0
"""Minutes from which on a finding's figure is open, whatever it is about."""

USERS = {"slo", "outage", "resource", "change"}
"""Kinds of subject whose figure is always open."""

TERSE = 90
"""Answers no longer than this stand in two columns where the screen is wide."""


def chunks(item: AgendaItem) -> list[str | Figure]:
    """The item in the order it is shown: markup, chart, markup, chart ...; always at least one markup."""
    with use(item.language):
        return _chunks(item)


def _chunks(item: AgendaItem) -> list[str | Figure]:
    anchors = Anchors(finding_id(each.subject) for each in item.views)
    shown: list[str | Figure] = [_render(_head(item, anchors), [])] if item.views else []
    shown += _findings(item.views)
    folded = [*(each for view in item.views for each in _on_demand(view)), *filter(_folded, item.evidence)]
    opened = [each for each in item.evidence if not _folded(each)]
    head = None if item.views else _head(item, anchors)
    if len(folded) < FOLDS:
        return shown + _parts([*opened, *folded], item, anchors, head)
    shown += _parts(opened, item, anchors, head)
    shown.append(_render(None, [], more=t("More: {what}", what=_counted(folded))))
    return shown + _parts(folded, item, anchors, None)


def _findings(views: Sequence[FindingView]) -> list[str | Figure]:
    """Those of this meeting in full, each with its figure; then the others, a line each."""
    shown: list[str | Figure] = []
    for each in views:
        if each.here:
            pictured = each.picture.figure is not None and _worth_a_picture(each)
            shown.append(markup.full(each, pictured=pictured))
            if each.picture.figure is not None and pictured:
                shown.append(each.picture.figure)
    rest = markup.brief([each for each in views if not each.here and kind_of(each.subject) != "all"])
    return [*shown, rest] if rest else shown


def _worth_a_picture(view: FindingView) -> bool:
    """Whether its figure is open: what takes a minute or two is said in words, but for what users suffer from."""
    return view.minutes >= PICTURED or kind_of(view.subject) in USERS


def _on_demand(view: FindingView) -> list[Evidence]:
    """Of a finding, what is read on demand: its figure as well where it is not open."""
    figure = view.picture.figure
    if figure is None or not view.here or _worth_a_picture(view):
        return list(view.picture.folded)
    return [replace(figure, folded=True), *view.picture.folded]


def _folded(evidence: Evidence) -> bool:
    return bool(evidence.summary if isinstance(evidence, Note) else evidence.folded)


def _counted(folded: Sequence[Evidence]) -> str:
    """How many tables, charts and notes a fold holds."""
    tables = sum(isinstance(each, Table) for each in folded)
    charts = sum(isinstance(each, Figure) for each in folded)
    notes = len(folded) - tables - charts
    said = [
        (tables, tn("{n} table", "{n} tables", tables)),
        (charts, tn("{n} chart", "{n} charts", charts)),
        (notes, tn("{n} note", "{n} notes", notes)),
    ]
    return listed(text for n, text in said if n)


def _parts(
    evidence: Sequence[Evidence], item: AgendaItem, anchors: Anchors, head: dict[str, Any] | None
) -> list[str | Figure]:
    """Markup, chart, markup, chart ...; a head comes first."""
    shown: list[str | Figure] = []
    parts: list[dict[str, Any]] = []
    for each in evidence:
        parts.append(_part(each, item, anchors))
        if isinstance(each, Figure):
            shown += [_render(head, parts), each]
            head, parts = None, []
    if head or parts:
        shown.append(_render(head, parts))
    return shown


def _head(item: AgendaItem, anchors: Anchors) -> dict[str, Any]:
    return {
        "anchor": anchors.take(slug(item.key)),
        "title": item.title,
        "state": Word(t("decided under {items}", items=listed(item.under)), "quiet")
        if item.under
        else word(item.state),
        "aside": item.aside,
        "entry": item.entry,
        "minutes": t("{n} min", n=write(item.minutes, "number")) if item.minutes > 0 else "",
        "headline": item.headline,
        "line": item.state in _QUIET and not (item.views or item.brief or item.failures),
        "says_none": item.state == "none",  # in its headline, with the grounds
        "said": any(each.here for each in item.views) and not item.unchecked,  # its findings say it
        "brief": item.brief,
        "terse": all(len(answer) <= TERSE for _, answer in item.brief),
        "failures": item.failures,
        "failures_title": t("Could not check"),
        "questions": () if item.views else item.questions,
        "questions_title": t("To decide"),
    }


def _part(evidence: Evidence, item: AgendaItem, anchors: Anchors) -> dict[str, Any]:
    if isinstance(evidence, Figure):
        return {
            "chart": evidence,
            "anchor": anchors.take(slug(evidence.anchor or evidence.title)),
            "caption": drawn.caption(evidence),
            "bare": isinstance(evidence, Lanes) and evidence.bare,
            "brief": drawn.brief(evidence) if evidence.folded else "",
        }
    if isinstance(evidence, Table):
        table = view(evidence, item.key, item.timezone, anchors)
        return {"table": table, "count": tn("{n} row", "{n} rows", len(table.rows))}
    if isinstance(evidence, Glance):
        return {"glance": glance_view(evidence, anchors)}
    return {"note": evidence}


def _render(head: dict[str, Any] | None, parts: list[dict[str, Any]], *, more: str = "") -> str:
    text = template("prodmeet_kit.render", "item.html.j2").render(
        head=head,
        parts=parts,
        more=more,
        unknown=t("not known"),
        nothing=t("None."),
        link_label=t("link to this row"),
        language=current(),
        meaning=meaning,
    )
    return printable(text)


@lru_cache
def template(package: str, name: str) -> Template:
    """A template of a package, in which every text is escaped unless it says otherwise."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
