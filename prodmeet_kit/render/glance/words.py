"""Services at a glance in Markdown: a row of numbers for each; of one service everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.i18n.languages import t
from prodmeet_kit.render.markdown_text import escape, table

if TYPE_CHECKING:
    from prodmeet_kit.evidence.glance import Glance, ServiceView, Small

__all__ = ["lines"]


def lines(glance: Glance) -> list[str]:
    """A table of all services, or what is said of the one."""
    if glance.one:
        return [line for service in glance.services for line in _everything(service)]
    heads = [
        t("Service"), t("Error budget"), t("Worst SLO, last day"), t("Load"),
        t("Resources: p95 of limit"),
    ]  # fmt: skip
    rows = [
        [
            escape(service.name),
            escape(service.standing),
            _charts(service.of("slo")[:1]),
            _charts(service.of("load")[:1]),
            _charts(service.of("resource")[:2]),
        ]
        for service in glance.services
    ]
    return [f"**{escape(glance.title)}** {escape(glance.caption)}", "", *table(heads, rows, [False] * len(heads))]


def _everything(service: ServiceView) -> list[str]:
    found = [f"- {escape(small.text)}" for small in service.charts]
    found += [
        f"- {escape(each.title)}: {' · '.join(escape(said.text) for said in each.said) or escape(each.otherwise)}"
        for each in service.about
    ]
    return found


def _charts(charts: tuple[Small, ...]) -> str:
    return ", ".join(escape(f"{small.name} {small.note}") for small in charts) or escape(t("not known"))
