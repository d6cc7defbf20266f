"""Services at a glance as HTML: a row of small charts for each, and all of each service below."""

from __future__ import annotations

from datetime import datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

from prodmeet_kit.i18n.glossary import meaning
from prodmeet_kit.i18n.languages import t, tn
from prodmeet_kit.i18n.numbers import is_unknown, write
from prodmeet_kit.i18n.times import short_date
from prodmeet_kit.render.anchors import Anchors, finding_id, slug
from prodmeet_kit.render.glance import drawing
from prodmeet_kit.render.states import word

if TYPE_CHECKING:
    from prodmeet_kit.evidence.glance import Glance, ServiceView, Sign, Small

__all__ = ["MOST", "RESOURCES", "view"]

MOST = 12
"""So many services are in sight; the others open on demand."""

RESOURCES = 2
"""So many resources are in the row of a service; all are in what is said of it."""

_GLYPHS = {"good": "✓", "attention": "▲", "bad": "✕", "unknown": "?"}


def view(glance: Glance, anchors: Anchors) -> dict[str, Any]:
    """What the template writes; ids are taken from ``anchors``."""
    rows = [_row(glance, service, anchors) for service in glance.services]
    rest = len(rows) - MOST
    return {
        "title": glance.title,
        "anchor": anchors.take(slug(glance.anchor)),
        "caption": glance.caption,
        "one": glance.one,
        "rows": rows[:MOST],
        "more": rows[MOST:],
        "more_title": tn("{n} more service", "{n} more services", rest) if rest > 0 else "",
        "heads": _heads(glance),
        "all_of": t("All of"),
        "legend": _legend(),
        "slo_heads": [
            t("SLO"), t("State"), t("Attained"), t("Objective"), t("Budget left"), t("Left at last meeting"),
            t("Spent since last meeting"),
        ],
        "height": drawing.HEIGHT,
        "meaning": meaning,
    }  # fmt: skip


def _heads(glance: Glance) -> dict[str, Any]:
    days = [short_date(at, glance.timezone, weekday=False) for at in (glance.start, glance.last, glance.end)]
    place = 100 * _place(glance, glance.last)
    return {
        "service": t("Service"),
        "slo": t("Worst SLO, last day"),
        "load": t("Load"),
        "resources": t("Resources: p95 of limit"),
        "days": days,
        # the first day may be that of the last meeting
        "last": f"{place:.1f}" if 20 <= place <= 80 else "",
    }


def _legend() -> dict[str, str]:
    return {"outage": t("outage"), "change": t("change"), "last": t("last meeting")}


def _row(glance: Glance, service: ServiceView, anchors: Anchors) -> dict[str, Any]:
    signs = [_sign(glance, sign) for sign in service.signs]
    slo, load = service.of("slo"), service.of("load")
    return {
        "name": service.name,
        "anchor": anchors.take(slug("service", service.name)),
        "title": t("All of {service}", service=service.name),
        "standing": service.standing,
        "tone": service.tone,
        "glyph": _GLYPHS.get(service.tone, ""),
        "slo": _chart(slo[0]) if slo else None,
        "load": _chart(load[0]) if load else None,
        "resources": [_chart(each) for each in service.of("resource")[:RESOURCES]],
        "absent": {"slo": t("no SLO"), "load": t("no load is measured"), "resource": t("no resource is measured")},
        "charts": [_chart(each) for each in service.charts],
        "signs": signs,
        "last": f"{_across(glance, _place(glance, glance.last)):.1f}",
        "happened": _happened(service.signs),
        "slos": [
            (line.name, line.rests_on, word(line.state), [_share(value, kind) for value, kind in (
                (line.attained, "percent"), (line.objective, "percent"), (line.left, "budget"),
                (line.before, "budget"), (line.spent, "budget"),
            )])
            for line in service.slos
        ],
        "about": [
            {
                "title": each.title,
                "said": [(said.text, finding_id(said.finding) if said.finding else "") for said in each.said],
                "otherwise": each.otherwise,
            }
            for each in service.about
        ],
    }  # fmt: skip


def _share(value: float, kind: str) -> str:
    return t("not known") if is_unknown(value) else write(value, kind)


def _chart(small: Small) -> dict[str, Any]:
    n = len(small.values)
    level = small.level if isfinite(small.level) and 0 < small.level <= small.top else None
    return {
        "kind": small.kind,
        "name": small.name,
        "note": small.note,
        "text": small.text,
        "tone": small.tone,
        "anchor": slug(small.anchor) if small.anchor else "",
        "drawn": n > 0,
        "n": n,
        "known": drawing.known(small.values),
        "area": drawing.area(small.values, small.top),
        "above": drawing.above(small.values, small.level, small.top) if small.kind == "slo" and n else "",
        "level": None if level is None else drawing.height(level, small.top),
    }


def _place(glance: Glance, moment: datetime) -> float:
    """Where a moment is between the start (0) and the end (1)."""
    return min(max((moment - glance.start) / (glance.end - glance.start), 0.0), 1.0)


def _across(glance: Glance, share: float) -> float:
    n = max((len(small.values) for service in glance.services for small in service.charts), default=0)
    return share * n


def _sign(glance: Glance, sign: Sign) -> dict[str, Any]:
    left = _across(glance, _place(glance, sign.start))
    right = _across(glance, _place(glance, sign.end)) if sign.end else left
    # An outage of minutes is seen too.
    wide = max(right - left, 1.2)
    return {"kind": sign.kind, "x": f"{left:.1f}", "width": f"{wide:.1f}"}


def _happened(signs: tuple[Sign, ...]) -> str:
    """What is drawn through the charts of a service, for who cannot see it."""
    return ", ".join(sign.label for sign in signs)
