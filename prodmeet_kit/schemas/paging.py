"""The columns of pages: what each was for, how good all of them were, and what waits without a page.

A class names the columns of a row with type and meaning; the spec below it makes and checks the frames.
See :mod:`.spec` for the types.
"""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from prodmeet_kit.schemas.spec import Time, declared

__all__ = [
    "ATTENTION",
    "PAGES",
    "PAGE_GROUPS",
    "PAGE_LOAD",
    "PAGING_BY_ALERT",
    "PAGING_HISTORY",
    "PROPOSED_ITEMS",
    "VERDICTS",
    "AlertQualityRow",
    "AttentionRow",
    "PageGroupRow",
    "PageLoadRow",
    "PageRow",
    "PagingHistoryRow",
    "ProposedItemRow",
    "VerdictRow",
]


class VerdictRow(TypedDict):
    """A row of ``VERDICTS``."""

    alert: Annotated[str, "alert"]
    service: Annotated[str, "service, empty when absent or when it is meant for all"]
    meeting: Annotated[Time, "end of the window of the meeting at which it was said"]
    verdict: Annotated[str, "one of verdicts.VERDICTS"]
    note: Annotated[str, "why, in people's words; may be empty"]


VERDICTS = declared("verdicts", VerdictRow)


class PageRow(TypedDict):
    """A row of ``PAGES``."""

    id: Annotated[str, "stable: alert, labels and start"]
    alert: Annotated[str, "alert"]
    service: Annotated[str, "the product's service it is about, another's name, or empty; see sources.alert_services"]
    severity: Annotated[str, "severity label, empty when absent"]
    start: Annotated[Time, "first firing evaluation"]
    end: Annotated[Time, "last firing evaluation plus one rule interval"]
    duration_s: Annotated[float, "seconds"]
    cut_start: Annotated[bool, "already firing when the data begins"]
    cut_end: Annotated[bool, "still firing at the end of the window"]
    acknowledged: Annotated[Time, "when a person answered; NaT where nobody did or the source cannot tell"]
    acknowledges: Annotated[bool, "whether its source records acknowledgements"]
    labels: Annotated[str, "labels, as label_key writes them"]
    url: Annotated[str, "link or empty"]
    verdict: Annotated[str, "what people said at this meeting; empty while nobody has"]
    suggested_verdict: Annotated[str, "one of verdicts.VERDICTS"]
    shown_verdict: Annotated[str, "what people last said of the alert, else the suggested one: it is what counts"]
    told: Annotated[bool, "whether it was sent for an outage, by what people say of it, else by ``outages``"]
    reason: Annotated[
        str, "code of why: caught, caught_late, same_event, incident, excluded, or one of burn_explains.Burns.verdicts"
    ]
    caught: Annotated[Any, "list of SLO event ids it caught"]
    outages: Annotated[Any, "list of ids of the outages (OUTAGES) it was sent for"]


PAGES = declared("pages", PageRow)


class PageGroupRow(TypedDict):
    """A row of ``PAGE_GROUPS``."""

    alert: Annotated[str, "alert"]
    service: Annotated[str, "service, as in EPISODES"]
    suggested_verdict: Annotated[str, "as in PAGES, of the alert as a whole: see page_groups.verdict_of"]
    reason: Annotated[str, "as in PAGES, of most of those with this verdict"]
    count: Annotated[float, "pages"]
    verdicts: Annotated[Any, "mapping of shown verdict to how many of the pages have it, most first"]
    of_verdict: Annotated[float, "pages with the verdict that is shown"]
    caught: Annotated[float, "pages that were sent for an outage"]
    first: Annotated[Time, "start of the first"]
    last: Annotated[Time, "start of the last"]
    median_duration_s: Annotated[float, "seconds"]
    human_verdict: Annotated[str, "what people last said of the alert, at an earlier meeting or this one; or empty"]
    human_meeting: Annotated[Time, "when they said it"]
    human_note: Annotated[str, "why, in their words"]
    times_noise: Annotated[float, "meetings in a row, up to the last, at which people said noise"]
    shown_verdict: Annotated[str, "people's verdict, else the suggested one"]
    right_way: Annotated[str, "paged in the right way? yes, late, too_urgent, again, announced, no, not_known"]
    should_page: Annotated[str, "should it page at all? yes, no, not_known"]
    disagrees: Annotated[bool, "people said something else than the data suggest"]


PAGE_GROUPS = declared("page_groups", PageGroupRow)


class ProposedItemRow(TypedDict):
    """A row of ``PROPOSED_ITEMS``."""

    alert: Annotated[str, "alert"]
    service: Annotated[str, "service, as in EPISODES"]
    times: Annotated[float, "meetings in a row at which it was noise, this one included"]
    verify_query: Annotated[str, "PromQL that tells whether what was done worked"]
    verify_expect: Annotated[str, "what it should give"]


PROPOSED_ITEMS = declared("proposed_items", ProposedItemRow)


class AlertQualityRow(TypedDict):
    """A row of ``PAGING_BY_ALERT``."""

    alert: Annotated[str, "alert"]
    service: Annotated[str, "service, as in EPISODES"]
    pages: Annotated[float, "pages since the last meeting"]
    caught: Annotated[float, "of them, those sent for an outage"]
    precision: Annotated[float, "caught / pages"]
    precision_low: Annotated[float, "NaN: pages of one alert are no independent trials, so there is no interval"]
    precision_high: Annotated[float, "NaN, as precision_low"]
    events: Annotated[float, "outages it was sent for"]
    detection_median_s: Annotated[float, "seconds from onset to its first page; NaN as in PAGING_HISTORY"]
    detection_worst_s: Annotated[float, "seconds"]
    reset_median_s: Annotated[float, "seconds from the end of the event to the end of its last page"]
    detection_between_s: Annotated[Any, "list of [least, most] seconds from onset to its first page, one an event"]
    reset_between_s: Annotated[Any, "list of [least, most] seconds from the end to the end of its last page"]


PAGING_BY_ALERT = declared("paging_by_alert", AlertQualityRow)


class PagingHistoryRow(TypedDict):
    """A row of ``PAGING_HISTORY``."""

    meeting: Annotated[Time, "end of the period"]
    pages: Annotated[float, "pages in the period"]
    caught: Annotated[float, "of them, those sent for an outage"]
    events: Annotated[float, "outages that began in it"]
    events_caught: Annotated[float, "of them, those that were paged"]
    detection_median_s: Annotated[float, "seconds from onset to first page; NaN of two, or where a range is too wide"]
    detection_between_s: Annotated[Any, "list of [least, most] of these seconds, one an event"]


PAGING_HISTORY = declared("paging_history", PagingHistoryRow)


class PageLoadRow(TypedDict):
    """A row of ``PAGE_LOAD``."""

    rotation: Annotated[str, "rotation, never a person; empty: pages that no rotation answers"]
    timezone: Annotated[str, "zone of those who answer"]
    pages: Annotated[float, "pages that began since the last meeting"]
    events: Annotated[float, "the same, with pages of a service that overlap or follow within 5 minutes as one"]
    business: Annotated[float, "events that began in business hours"]
    off: Annotated[float, "events that began in free hours"]
    sleep: Annotated[float, "events that began in hours of sleep; business, off and sleep add up to events"]
    shifts: Annotated[float, "shifts that overlap the time since the last meeting"]
    shift_h: Annotated[float, "hours of the longest shift on a day without a change of the clock"]
    busiest_shift_start: Annotated[Time, "begin of the shift with most events, the first of such; NaT without an event"]
    busiest_shift_events: Annotated[float, "its events"]
    shifts_over_guide: Annotated[float, "shifts with more than two events"]
    interrupted_nights: Annotated[float, "nights with a page in hours of sleep"]
    pages_previous: Annotated[float, "pages in the window before"]
    events_previous: Annotated[float, "events in the window before"]
    interrupted_nights_previous: Annotated[float, "nights with a page in the window before"]


PAGE_LOAD = declared("page_load", PageLoadRow)


class AttentionRow(TypedDict):
    """A row of ``ATTENTION``."""

    kind: Annotated[str, "alert, slo, resource or rule"]
    service: Annotated[str, "service, empty when absent"]
    what: Annotated[str, "alert, SLO or resource"]
    since: Annotated[Time, "first since the last meeting, as first; NaT for a resource or a rule"]
    value: Annotated[
        float, "alert: times; slo: share of budget spent since the last meeting; resource: days to full; rule: how many"
    ]
    reason: Annotated[str, "code: ticket_alert, slow_burn, limit_near, rule_broken"]
    first: Annotated[
        Time,
        "first in all history; slo: when its error ratio rose, else when the ticket condition held; NaT: not known",
    ]
    ended: Annotated[Time, "slow_burn: when it ended; NaT: it goes on, or another reason"]
    age_days: Annotated[float, "days from first to the meeting"]
    loss_per_fortnight: Annotated[float, "slo: share of the budget lost outside SLO events in 14 days; else NaN"]
    owner: Annotated[str, "of the action item about it, else of the service; empty: nobody"]
    action_item: Annotated[str, "id of an open action item about it, or empty"]
    promise: Annotated[str, "subject of a promise about it that is not overdue, or empty"]
    change: Annotated[str, "id of a planned change that names it, or empty"]
    ask_owner: Annotated[bool, "it has no owner: no owner, action item, promise or planned change"]


ATTENTION = declared("attention", AttentionRow)
