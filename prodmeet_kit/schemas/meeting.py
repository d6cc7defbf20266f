"""The columns of meetings: what people brought, decided and promised, and how the minutes are shared.

A class names the columns of a row with type and meaning; the spec below it makes and checks the frames.
See :mod:`.spec` for the types.
"""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from prodmeet_kit.schemas.spec import Time, declared

__all__ = [
    "ACTION_ITEMS",
    "ACTION_ITEM_FINDINGS",
    "AGENDA",
    "AGENDA_LINES",
    "CONSULTATIONS",
    "EXPLORATIONS",
    "HEALTH",
    "MEETING_DECISIONS",
    "MEETING_DURATIONS",
    "PROMISES",
    "TOIL",
    "TOIL_FINDINGS",
    "TOPICS",
    "ActionItemFindingRow",
    "ActionItemRow",
    "AgendaLineRow",
    "AgendaRow",
    "ConsultationRow",
    "ExplorationRow",
    "HealthRow",
    "MeetingDecisionRow",
    "MeetingDurationRow",
    "PromiseRow",
    "ToilFindingRow",
    "ToilRow",
    "TopicRow",
]


class ActionItemRow(TypedDict):
    """A row of ``ACTION_ITEMS``."""

    id: Annotated[str, "the team's id"]
    text: Annotated[str, "what is to be done"]
    owner: Annotated[str, "who does it"]
    due: Annotated[Time, "midnight after the due day in the product's zone"]
    born: Annotated[Time, "the meeting it comes from"]
    status: Annotated[str, "open or closed"]
    verify_query: Annotated[str, "PromQL that tells whether it worked; empty when none"]
    verify_expect: Annotated[str, "comparison the value must satisfy, such as <= 1"]
    source: Annotated[str, "which source has it"]
    unconfirmed: Annotated[bool, "its owner was not at the meeting it comes from, and has not accepted since"]


ACTION_ITEMS = declared("action_items", ActionItemRow)


class ActionItemFindingRow(ActionItemRow):
    """A row of ``ACTION_ITEM_FINDINGS``."""

    age_days: Annotated[float, "days since born"]
    overdue_days: Annotated[float, "whole days since the due day, 0 when not overdue or closed"]
    observed: Annotated[float, "value of the acceptance query at the meeting"]
    outcome: Annotated[str, "met, not_met, cannot_tell, or none without a query"]
    proposal: Annotated[str, "close, reopen, look (met, and still wrong) or empty"]
    about: Annotated[Any, "list of subjects it is about, such as resource:cart/memory"]
    still_of: Annotated[str, "the subject among them that is still wrong; empty when none is"]
    still: Annotated[str, "code: growing, missed, burning; empty"]
    still_value: Annotated[float, "growing: days until full or NaN; missed: attained, fraction; burning: burn rate"]


ACTION_ITEM_FINDINGS = declared("action_item_findings", ActionItemFindingRow)


class ConsultationRow(TypedDict):
    """A row of ``CONSULTATIONS``."""

    id: Annotated[str, "the team's id"]
    question: Annotated[str, "what is asked"]
    asked_by: Annotated[str, "who asks"]
    asked: Annotated[Time, "when"]
    answer: Annotated[str, "empty while open"]
    answered: Annotated[Time, "when"]
    became: Annotated[str, "what came of it: text, id of an action item, or link; may be empty"]
    closed: Annotated[bool, "people closed it, whether or not it was answered"]
    url: Annotated[str, "link or empty"]


CONSULTATIONS = declared("consultations", ConsultationRow)


class ToilRow(TypedDict):
    """A row of ``TOIL``."""

    id: Annotated[str, "the team's id"]
    text: Annotated[str, "what is done by hand"]
    minutes: Annotated[float, "minutes each time"]
    times_per_week: Annotated[float, "how often"]
    owner: Annotated[str, "who does it"]
    url: Annotated[str, "link or empty"]
    elsewhere: Annotated[
        Any, "list of mappings product, id, text, minutes, times_per_week: the same in other products; None: not looked"
    ]


TOIL = declared("toil", ToilRow)


class ToilFindingRow(ToilRow):
    """A row of ``TOIL_FINDINGS``."""

    hours_per_quarter: Annotated[float, "minutes * times a week * 13 / 60; NaN where not known"]
    other_products: Annotated[Any, "list of the other products with the same toil, sorted"]
    hours_everywhere: Annotated[float, "hours_per_quarter here and in these, as far as known; NaN where none is"]


TOIL_FINDINGS = declared("toil_findings", ToilFindingRow)


class TopicRow(TypedDict):
    """A row of ``TOPICS``."""

    id: Annotated[str, "the entry's id"]
    kind: Annotated[str, "topic: to be talked about; announcement: to be known"]
    text: Annotated[str, "what it is"]
    owner: Annotated[str, "who brings it"]
    added: Annotated[Time, "when it was written down"]


TOPICS = declared("topics", TopicRow)


class HealthRow(TypedDict):
    """A row of ``HEALTH``."""

    meeting: Annotated[str, "day of the meeting, in the product's zone"]
    planned: Annotated[float, "minutes the agenda gave; NaN when no clock was kept"]
    actual: Annotated[float, "minutes it took; NaN when no clock was kept"]
    decisions: Annotated[float, "subjects decided about, those carried over not counted"]
    carried: Annotated[float, "subjects carried over to the next meeting"]
    closed_with_proof: Annotated[float, "action items born there, closed or to close, whose acceptance query is met"]


HEALTH = declared("health", HealthRow)


class MeetingDecisionRow(TypedDict):
    """A row of ``MEETING_DECISIONS``."""

    subject: Annotated[str, "what it is about, as in AGENDA_LINES"]
    item: Annotated[str, "agenda item"]
    meeting: Annotated[str, "day of the meeting, in the product's zone"]
    decision: Annotated[str, "decide, act, watch, drop or carry"]
    owner: Annotated[str, "who does it, or empty"]
    due: Annotated[str, "until which day, or empty"]
    note: Annotated[str, "why, in people's words; may be empty"]
    said: Annotated[Time, "when it was written down"]
    what: Annotated[str, "the reason it was raised, as it was shown then; may be empty"]
    unreached: Annotated[bool, "nobody decided: the end of the meeting carried it over"]
    unconfirmed: Annotated[bool, "the owner was not at the meeting, and has not accepted since"]
    corrections: Annotated[Any, "list of mappings day, by, before, after (decision, owner, due, note); None: none"]
    verify_query: Annotated[str, "query that tells at the next meeting whether it worked; empty when none"]
    verify_expect: Annotated[str, "comparison the value must satisfy, such as <= 1"]


MEETING_DECISIONS = declared("meeting_decisions", MeetingDecisionRow)


class PromiseRow(TypedDict):
    """A row of ``PROMISES``."""

    subject: Annotated[str, "promise: and the subject it is about"]
    about: Annotated[str, "the subject, as in AGENDA_LINES"]
    what: Annotated[str, "what it is about, in words"]
    owner: Annotated[str, "who does it"]
    due: Annotated[str, "until which day"]
    note: Annotated[str, "why, in people's words"]
    meeting: Annotated[str, "day of the meeting it was said at"]
    overdue_days: Annotated[float, "whole days since the due day, 0 when not overdue"]
    unconfirmed: Annotated[bool, "the owner was not at the meeting, and has not accepted since"]
    verify_query: Annotated[str, "query that tells whether it worked; empty when none"]
    verify_expect: Annotated[str, "comparison the value must satisfy, such as <= 1"]
    observed: Annotated[float, "value of the query at the meeting; NaN where it gave none"]
    outcome: Annotated[str, "met, not_met, cannot_tell, or none without a query"]


PROMISES = declared("promises", PromiseRow)


class MeetingDurationRow(TypedDict):
    """A row of ``MEETING_DURATIONS``."""

    subject: Annotated[str, "agenda item"]
    meeting: Annotated[str, "day of the meeting, in the product's zone"]
    planned: Annotated[float, "minutes the agenda gave it"]
    minutes: Annotated[float, "minutes it took"]
    said: Annotated[Time, "when it was written down"]


MEETING_DURATIONS = declared("meeting_durations", MeetingDurationRow)


class ExplorationRow(TypedDict):
    """A row of ``EXPLORATIONS``."""

    id: Annotated[str, "the entry's id"]
    subject: Annotated[str, "what the finding is about, as in AGENDA_LINES"]
    note: Annotated[str, "what to find out"]
    who: Annotated[str, "who wants to know, or empty"]
    meeting: Annotated[str, "day of the meeting it comes from, in the product's zone"]
    link: Annotated[str, "where in the report of that meeting, such as report.html#slo-web-latency, a URL, or empty"]
    closed: Annotated[bool, "people closed it"]
    found: Annotated[str, "what came of it; may be empty"]
    closed_at: Annotated[Time, "when people closed it; NaT while it is open or where they did not write when"]


EXPLORATIONS = declared("explorations", ExplorationRow)


class AgendaLineRow(TypedDict):
    """A row of ``AGENDA_LINES``."""

    item: Annotated[str, "agenda item"]
    subject: Annotated[str, "what it is about, named the same way at every meeting, such as slo:cart/availability"]
    subjects: Annotated[Any, "list of the subjects of all that was joined in it"]
    services: Annotated[Any, "list of the services it is about"]
    place: Annotated[str, "agenda, or annex: no time for it at this meeting"]
    minutes: Annotated[float, "minutes of the meeting; 0 in the annex"]
    wanted: Annotated[float, "minutes it would take"]
    rank: Annotated[float, "1 is the most pressing"]
    score: Annotated[float, "by its own rule, without what waiting adds"]
    waited: Annotated[float, "meetings in a row it was in the annex before this one"]
    reason: Annotated[str, "what the matter is"]
    rule: Annotated[str, "the rule that raised it, with its limit"]


AGENDA_LINES = declared("agenda_lines", AgendaLineRow)


class AgendaRow(TypedDict):
    """A row of ``AGENDA``."""

    item: Annotated[str, "agenda item"]
    minutes: Annotated[float, "minutes of the meeting"]
    reason: Annotated[str, "why it deserves them"]
    rank: Annotated[float, "1 is the most pressing"]
    score: Annotated[float, "what the rank comes from"]


AGENDA = declared("agenda", AgendaRow)
