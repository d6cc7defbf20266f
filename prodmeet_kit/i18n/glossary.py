"""What the terms of a report mean, said once: shown on hover in the report, and listed in ``docs/glossary.md``.

The terms are those of the SRE book and the SRE Workbook; their Japanese is that
of the Japanese editions. One word means one thing. ``python -m tools.glossary``
writes the page from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from prodmeet_kit.i18n.languages import current, later, t

__all__ = ["TOPICS", "Term", "meaning"]


@dataclass(frozen=True)
class Term:
    """A term as reports write it, its meaning in one line, and headings of tables that stand for it; all messages."""

    name: str
    meaning: str
    headings: tuple[str, ...] = ()


TOPICS: dict[str, tuple[Term, ...]] = {
    later("SLOs and error budgets"): (
        Term(later("SLI"), later("Service level indicator: a measured share of good events, such as fast responses")),
        Term(
            later("SLO"),
            later("Service level objective: the value an SLI should reach over a window"),
            (later("SLOs"),),
        ),
        Term(later("Objective"), later("The share of good events an SLO asks for, such as 99.9%")),
        Term(
            later("Attained"),
            later("The share of good events over the window"),
            (later("Attained since last meeting"), later("Attained, without exclusions")),
        ),
        Term(later("met"), later("The attained share is at or above the objective")),
        Term(later("not met"), later("The attained share is below the objective")),
        Term(later("too few events"), later("So few events that chance would decide whether the objective is met")),
        Term(later("within chance"), later("Below the objective, but so few bad events that it may be chance")),
        Term(later("inconclusive"), later("The data does not allow an answer")),
        Term(later("Bad events"), later("Events that failed or were too slow")),
        Term(
            later("Error budget"), later("The bad events an objective allows in one window"), (later("Error budgets"),)
        ),
        Term(
            later("Budget left"),
            later("The share of the error budget that is not spent yet; negative when overspent"),
            (later("Left at last meeting"), later("Budget left, without exclusions"), later("Least budget left")),
        ),
        Term(
            later("Spent since last meeting"),
            later("Bad events since the last meeting as a share of the error budget of the window"),
            (later("Budget spent"), later("Error budget spent")),
        ),
        Term(later("overspent"), later("More bad events than the error budget allows")),
        Term(
            later("Budget will be exhausted"),
            later("The day on which nothing of the error budget is left, at the present rate"),
        ),
        Term(
            later("Burn rate"),
            later("How fast the error budget is spent: 1 spends it in exactly one window, 2 in half of it"),
            (later("Highest burn rate"),),
        ),
        Term(later("sustainable rate"), later("A burn rate of 1: the error budget lasts exactly one window")),
        Term(
            later("fast burn"),
            later("A burn rate over 14.4 for 1 h and 5 min, or over 6 for 6 h and 30 min: somebody should be paged"),
            (later("Fast burns"),),
        ),
        Term(later("slow burn"), later("A burn rate over 3 for 24 h, or over 1 for 3 days: a ticket is enough")),
        Term(later("Window"), later("The time an SLO is measured over, such as 28 days up to this meeting")),
        Term(later("Exclusion"), later("A time that does not count for an SLO, such as announced maintenance")),
        Term(
            later("Steps missing"),
            later("The share of time steps of the window without data"),
            (later("Missing share"),),
        ),
    ),
    later("Alerts and pages"): (
        Term(later("page"), later("An alert that calls somebody at once, at night too"), (later("Pages"),)),
        Term(later("ticket"), later("An alert that is handled in working hours")),
        Term(later("episode"), later("One firing of an alert with one set of labels, from start to end")),
        Term(later("alert event"), later("Episodes of one service at most 5 minutes apart: one interruption")),
        Term(later("Paging events"), later("What paged since the last meeting, and whether it should have")),
        Term(
            later("Non-paging events"),
            later("What should have paged but did not, what needs attention without a page, and noise"),
        ),
        Term(later("unpaged"), later("Users were affected, and no page was sent"), (later("Should have paged"),)),
        Term(later("noise"), later("An alert or page without additional user impact"), (later("Noise"),)),
        Term(later("duplicate"), later("A page for an outage that another alert had already paged for")),
        Term(later("could wait"), later("A page for which a ticket would have been enough")),
        Term(
            later("Precision"),
            later("The share of pages that were sent for an outage"),
            (later("Pages for an outage"),),
        ),
        Term(later("Recall"), later("The share of outages that were paged"), (later("Outages paged"),)),
        Term(
            later("Detection time"),
            later("From the start of user impact to the first page"),
            (later("Detected after"),),
        ),
        Term(later("Reset time"), later("How long a page still fires after user impact ended")),
        Term(later("On-call load"), later("Interruptions of those on call: at most two events in a shift")),
        Term(later("Rotation"), later("A group of people who are on call in turn")),
        Term(later("Silence"), later("A rule that keeps an alert from notifying anybody for a time")),
        Term(later("stale"), later("A silence that silences nothing or has no end in sight")),
        Term(later("Backtest"), later("A changed alert rule evaluated on the data since the last meeting")),
        Term(later("Expected firings"), later("How often a proposed rule would have fired on past data")),
    ),
    later("Outages and changes"): (
        Term(
            later("outage"), later("A time in which users were affected, with or without a record"), (later("Outages"),)
        ),
        Term(later("Incident"), later("An outage that people wrote down")),
        Term(later("user impact ended"), later("The moment from which users were no longer affected")),
        Term(later("Mitigated after"), later("From the start of user impact until it ended")),
        Term(later("Postmortem"), later("A written analysis of an outage without blame, with action items")),
        Term(later("Rollback"), later("The plan for undoing a change: how to roll it back")),
        Term(later("change freeze"), later("A time in which no change should be made")),
        Term(later("Predicted"), later("The effect that a change was expected to have, written down before it")),
    ),
    later("Load and capacity"): (
        Term(later("Load"), later("The demand on a service, such as requests a second")),
        Term(later("Like for like"), later("Compared with the same weekdays and hours before")),
        Term(later("Expected peak"), later("The highest load until the next meeting, with its range")),
        Term(later("Limit"), later("The most of a resource that a service may use"), (later("Limit after return"),)),
        Term(later("Request"), later("The amount of a resource reserved for a service")),
        Term(
            later("Headroom"),
            later("What is left between the use of a resource and its limit"),
            (later("Headroom of limit"),),
        ),
        Term(later("saturation"), later("How full a resource is; above 90% of its limit it is close to failing")),
        Term(later("p95"), later("95% of the time the use is at or below this value"), (later("p95 of limit"),)),
        Term(later("At equal load"), later("Resource use compared after removing differences in load and time of day")),
        Term(later("Efficiency"), later("Resource use per event")),
    ),
    later("The meeting"): (
        Term(later("Finding"), later("One subject, such as an SLO or an outage, with all that is known about it")),
        Term(later("annex"), later("Findings there is no time for at this meeting")),
        Term(later("carry over"), later("Put on the agenda of the next meeting again")),
        Term(
            later("Action items"), later("What somebody promised to do, with an owner and a due date"), (later("Item"),)
        ),
        Term(later("Acceptance query"), later("A query that shows whether an action item worked")),
        Term(later("Toil"), later("Manual, repetitive work that could be automated")),
        Term(later("Based on"), later("How much of the window has data, and why not all of it")),
    ),
}
"""The terms by topic, in the order of the page."""


def meaning(title: str) -> str:
    """What a term or a heading of the current language means; empty where it needs no explanation.

    >>> meaning("Toil")
    'Manual, repetitive work that could be automated'
    """
    return _meanings(current()).get(title, "")


@lru_cache
def _meanings(language: str) -> dict[str, str]:  # noqa: ARG001 - the words depend on it
    entries = [
        (name, term.meaning) for terms in TOPICS.values() for term in terms for name in (*term.headings, term.name)
    ]
    return {t(name): t(text) for name, text in entries}
