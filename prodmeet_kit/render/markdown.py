"""An agenda item as Markdown that pastes cleanly into a document.

Charts become a table of their numbers; folded evidence stays in the report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.evidence import Figure, Glance, Note, Table
from prodmeet_kit.i18n.languages import sentence, sentences, t, tn, use
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.render import drawn
from prodmeet_kit.render.anchors import Anchors
from prodmeet_kit.render.glance.words import lines as glance_lines
from prodmeet_kit.render.markdown_text import code, escape, link, table
from prodmeet_kit.render.states import word
from prodmeet_kit.render.tables import view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prodmeet_kit.evidence import AgendaItem, Evidence
    from prodmeet_kit.render.tables import Cell, View

__all__ = ["chart_lines", "markdown"]


def markdown(item: AgendaItem, *, level: int = 2) -> str:
    """The item under a heading of this level, ending in a newline."""
    with use(item.language):
        return "\n".join(_lines(item, level)).rstrip() + "\n"


def _lines(item: AgendaItem, level: int) -> list[str]:
    minutes = t(" ({last})", last=t("{n} min", n=write(item.minutes, "number"))) if item.minutes > 0 else ""
    lines = [
        f"{'#' * level} {escape(item.title)}{minutes}",
        "",
        f"**{word(item.state).text}:** {escape(item.headline)}" if item.state else escape(item.headline),
        "",
    ]
    lines += [line for question, answer in item.brief for line in (f"**{escape(question)}** {escape(answer)}", "")]
    lines += _list(t("Could not check"), [f"{failure.source}: {failure.message}" for failure in item.failures], "-")
    lines += _list(t("To decide"), item.questions, "1.")
    anchors = Anchors()
    folded = 0
    for evidence in item.evidence:
        if isinstance(evidence, Table | Figure) and evidence.folded:
            folded += 1
        elif isinstance(evidence, Note) and evidence.summary:
            lines += [sentences([escape(sentence(evidence.summary)), escape(evidence.text)]), ""]
        else:
            lines += [*_evidence(evidence, item, anchors), ""]
    if folded:
        lines.append(
            tn("{n} more table or chart is in the report.", "{n} more tables and charts are in the report.", folded)
        )
    return lines


def _list(title: str, entries: Sequence[str], bullet: str) -> list[str]:
    return [f"{title}:", "", *(f"{bullet} {escape(entry)}" for entry in entries), ""] if entries else []


def _evidence(evidence: Evidence, item: AgendaItem, anchors: Anchors) -> list[str]:
    if isinstance(evidence, Figure):
        return chart_lines(evidence)
    if isinstance(evidence, Table):
        shown = view(evidence, item.key, item.timezone, anchors)
        title = f"**{escape(shown.title)}**" + (f" {escape(shown.caption)}" if shown.caption else "")
        if not shown.rows:
            return [f"{title}: {t('None.')}"]
        heads = [f"{column.title} {column.unit}".strip() for column in shown.columns]
        cells = [[_cell(cell) for cell in row.cells] for row in shown.rows]
        return [title, "", *table(heads, cells, shown.right), *_details(shown)]
    if isinstance(evidence, Glance):
        return glance_lines(evidence)
    return [escape(evidence.text)]


def _details(shown: View) -> list[str]:
    """Long texts of a table's rows as a list below it: a cell of a Markdown table holds one line."""
    lines = [
        f"- {_cell(row.cells[0])}: " + " · ".join(f"{escape(title)}: {_cell(cell)}" for title, cell in row.details)
        for row in shown.rows
        if row.details
    ]
    return ["", *lines] if lines else []


def chart_lines(chart: Figure) -> list[str]:
    """The numbers of a figure as a Markdown table: what stands for it where none can be drawn."""
    head, rows = drawn.summary_head(chart), drawn.summary(chart)
    title = f"**{escape(chart.title)}** {escape(drawn.caption(chart))}"
    if not rows:
        return [f"{title}: {t('No data in this window')}"]
    right = [False, *[True] * (len(head) - 1)]
    return [title, "", *table(head, [[escape(text) for text in row] for row in rows], right)]


def _cell(cell: Cell) -> str:
    if cell.href:
        return link(cell.text, cell.href)
    if cell.kind == "code" and cell.text and not cell.unknown:
        return code(cell.text)
    return escape(cell.text)
