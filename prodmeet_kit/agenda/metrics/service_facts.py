"""What happened to a service and what is to come, in a line each: outages, pages, changes, action items."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import pandas as pd

from prodmeet_kit.agenda.outages.length import began_at, length
from prodmeet_kit.agenda.outages.names import called
from prodmeet_kit.core.subjects import service_in, subject
from prodmeet_kit.evidence.glance import About, Said, Sign
from prodmeet_kit.i18n import times
from prodmeet_kit.i18n.languages import t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.changes import CHANGES
from prodmeet_kit.schemas.frames import rows
from prodmeet_kit.schemas.incidents import OUTAGES
from prodmeet_kit.schemas.paging import PAGES

if TYPE_CHECKING:
    from prodmeet_kit.agenda.metrics.small_charts import Time
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.schemas.changes import ChangeRow
    from prodmeet_kit.schemas.incidents import OutageRow
    from prodmeet_kit.schemas.paging import PageRow

__all__ = ["Happened", "about", "signs"]

_DOT = " · "


@dataclass(frozen=True)
class Happened:
    """The rows of what happened, was done and is to be done; read once for all services."""

    outages: list[OutageRow]
    recent_outages: list[OutageRow]
    pages: list[PageRow]
    written: list[ChangeRow]
    past: list[ChangeRow]
    to_come: list[ChangeRow]
    items: list[dict[str, Any]]
    promises: list[dict[str, Any]]

    @classmethod
    def of(cls, analyses: Analyses) -> Happened:
        """Everything the review knows of."""
        written = analyses.facts.records.get("changes")
        return cls(
            OUTAGES.rows(analyses.incidents.outages),
            OUTAGES.rows(analyses.incidents.recent_outages),
            PAGES.rows(analyses.paging.pages),
            CHANGES.rows(written if written is not None else CHANGES.frame()),
            CHANGES.rows(analyses.changes.past),
            CHANGES.rows(analyses.changes.to_come),
            rows(analyses.meeting.action_items),
            rows(analyses.meeting.promises),
        )


def about(analyses: Analyses, happened: Happened, service: str) -> tuple[About, ...]:
    """Everything that was said about the service or happened to it, by kind."""
    records, none, timezone = analyses.facts.records, t("none"), analyses.facts.window.timezone

    def known(record: str) -> str:
        return none if records.get(record) is not None else t("not known")

    return (
        About(t("Outages"), tuple(_outages(happened, service, timezone)), none),
        About(t("Pages"), tuple(_pages(happened, service)), none if analyses.facts.alerts_known else t("not known")),
        About(t("Changes"), tuple(_changes(happened.past, service, timezone)), known("changes")),
        About(t("Planned"), tuple(_changes(happened.to_come, service, timezone)), known("changes")),
        About(t("Action items"), tuple(_items(happened, service, timezone)), known("action_items")),
    )


def signs(analyses: Analyses, happened: Happened, service: str, time: Time) -> tuple[Sign, ...]:
    """Outages and changes of the service within the time, in order of their begin."""
    found = []
    for outage in happened.outages:
        if service in outage["services"]:
            goes_on = bool(outage["ongoing"]) or pd.isna(outage["hurt_end"])
            end = None if goes_on else outage["hurt_end"]
            found.append(
                Sign(began_at(outage), end or time.end, "outage", called(outage, analyses.facts.window.timezone))
            )
    found += [
        Sign(change["start"], None, "change", change["id"])
        for change in happened.written
        if service in change["services"]
    ]
    inside = [each for each in found if each.start < time.end and (each.end or each.start) > time.start]
    return tuple(sorted(inside, key=lambda each: each.start))


def _outages(happened: Happened, service: str, timezone: str) -> list[Said]:
    """Those of this meeting, with what they spent of the budgets of this service."""
    return [
        Said(_outage(row, service, timezone), subject("outage", row["id"]))
        for row in happened.recent_outages
        if service in row["services"]
    ]


def _outage(row: OutageRow, service: str, timezone: str) -> str:
    parts = [called(row, timezone)]
    if row["incidents"]:
        parts.append(write(began_at(row), "time", timezone=timezone))
    goes_on = bool(row["ongoing"]) or pd.isna(row["hurt_end"])
    parts.append(t("goes on") if goes_on else length(row))
    spent = [
        share for ref, share in row["budget_spent"].items() if ref.partition("/")[0] == service and isfinite(share)
    ]
    if spent:
        parts.append(t("{share} of an error budget", share=write(max(spent), "budget")))
    if row["paged"] is False:
        parts.append(t("nobody paged"))
    return _DOT.join(parts)


def _pages(happened: Happened, service: str) -> list[Said]:
    """How often each alert paged since the last meeting, the most frequent first."""
    mine = [row for row in happened.pages if row["service"] == service]
    noise = Counter(row["alert"] for row in mine if row["shown_verdict"] == "noise")
    return [
        Said(
            _DOT.join(
                [
                    t("{alert}: {pages}", alert=alert, pages=tn("{n} page", "{n} pages", n)),
                    *([t("{n} of them noise", n=noise[alert])] if noise[alert] else []),
                ]
            ),
            subject("alert", alert, service),
        )
        for alert, n in Counter(row["alert"] for row in mine).most_common()
    ]


def _changes(changes: list[ChangeRow], service: str, timezone: str) -> list[Said]:
    return [
        Said(
            _DOT.join([f"{row['id']} {row['title']}".strip(), write(row["start"], "time", timezone=timezone)]),
            subject("change", row["id"]),
        )
        for row in changes
        if service in row["services"]
    ]


def _items(happened: Happened, service: str, timezone: str) -> list[Said]:
    """Action items and promises about the service that are open, or closed and do not hold."""
    named = re.compile(rf"(?<!\w){re.escape(service)}(?!\w)", re.IGNORECASE)
    found = [
        Said(_item(row, timezone), subject("action_item", row["id"]))
        for row in happened.items
        if service in map(service_in, row["about"]) or named.search(row["text"])
    ]
    for row in happened.promises:
        if service_in(row["about"]) == service:
            due = [t("due {day}", day=times.day(row["due"]))] if row["due"] else []
            found.append(Said(_DOT.join(filter(None, [row["what"], row["owner"], *due])), row["subject"]))
    return found


def _item(row: Mapping[str, Any], timezone: str) -> str:
    parts = [f"{row['id']} {row['text']}".strip(), row["owner"]]
    if row["status"] == "closed":
        parts.append(t("closed"))
    elif row["overdue_days"] > 0:
        parts.append(t("{n} overdue", n=write(row["overdue_days"], "days")))
    elif not pd.isna(row["due"]):
        parts.append(t("due {day}", day=write(row["due"] - pd.Timedelta(seconds=1), "date", timezone=timezone)))
    outcomes = {
        "met": t("its check passes"),
        "not_met": t("its check fails"),
        "cannot_tell": t("its check cannot tell"),
    }
    return _DOT.join([*filter(None, parts), *([outcomes[row["outcome"]]] if row["outcome"] in outcomes else [])])
