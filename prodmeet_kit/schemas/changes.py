"""The columns of changes: what is planned, what each did, and what is defined otherwise than before.

A class names the columns of a row with type and meaning; the spec below it makes and checks the frames.
See :mod:`.spec` for the types.
"""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from prodmeet_kit.schemas.spec import Time, declared

__all__ = [
    "BEFORE_AFTER",
    "CHANGES",
    "COLLISIONS",
    "LEDGER",
    "SCORECARD",
    "UPCOMING",
    "BeforeAfterRow",
    "ChangeRow",
    "CollisionRow",
    "LedgerRow",
    "ScorecardRow",
    "UpcomingRow",
]


class ChangeRow(TypedDict):
    """A row of ``CHANGES``."""

    id: Annotated[str, "the team's id"]
    title: Annotated[str, "one line"]
    start: Annotated[Time, "planned start"]
    end: Annotated[Time, "start plus duration"]
    duration_s: Annotated[float, "seconds"]
    services: Annotated[Any, "list of service names"]
    owner: Annotated[str, "who does it"]
    expected_effect: Annotated[Any, "mapping metric, direction, size; or None"]
    response_needed: Annotated[str, "what SREs must do, or none"]
    rollback: Annotated[str, "how to undo"]
    url: Annotated[str, "link or empty"]


CHANGES = declared("changes", ChangeRow)


class UpcomingRow(ChangeRow):
    """A row of ``UPCOMING``."""

    warnings: Annotated[Any, "list of codes; see analysis.changes.upcoming"]


UPCOMING = declared("upcoming", UpcomingRow)


class CollisionRow(TypedDict):
    """A row of ``COLLISIONS``."""

    first: Annotated[str, "change that starts first"]
    second: Annotated[str, "change that starts while the first still goes on"]
    services: Annotated[Any, "list of services both touch; empty when neither names any"]
    start: Annotated[Time, "start of the overlap"]
    end: Annotated[Time, "end of the overlap"]


COLLISIONS = declared("collisions", CollisionRow)


class BeforeAfterRow(TypedDict):
    """A row of ``BEFORE_AFTER``."""

    change: Annotated[str, "id of the change"]
    kind: Annotated[str, "slo, load, resource, or equal_load (a resource at equal load, 1 is usual)"]
    service: Annotated[str, "service"]
    name: Annotated[str, "SLO, load or resource"]
    unit: Annotated[str, "unit of before and after; empty for an SLO, which is the share of bad events"]
    before_start: Annotated[Time, "begin of the time before the change"]
    before_end: Annotated[Time, "its end; NaT when no such time is left"]
    after_start: Annotated[Time, "begin of the time after the change"]
    after_end: Annotated[Time, "its end"]
    before: Annotated[float, "mean before"]
    after: Annotated[float, "mean after"]
    difference: Annotated[float, "slo: after - before; others: after / before - 1"]
    usual: Annotated[float, "what the week and growth alone make of the difference"]
    effect: Annotated[float, "difference beyond the usual one; without one, the difference"]
    low: Annotated[float, "lower end of its interval, as wide as all that the meeting looks at needs"]
    high: Annotated[float, "upper end"]
    quiet_days: Annotated[float, "days that the interval comes from"]
    within_noise: Annotated[bool, "the interval holds zero"]
    outcome: Annotated[str, "code: within_noise, up, down, cannot_tell"]
    shortened_before: Annotated[str, "what made the time before shorter: id of a change or SLO event, data, or empty"]
    shortened_after: Annotated[str, "the same after: or meeting"]
    slo_events: Annotated[Any, "list of ids of SLO events that began during the change: they lie in neither time"]
    expected_direction: Annotated[str, "up, down, none; empty when the change predicts nothing of it"]
    expected_size: Annotated[str, "as the change says it"]
    as_expected: Annotated[str, "code: yes, no, cannot_tell; empty without a prediction"]


BEFORE_AFTER = declared("before_after", BeforeAfterRow)


class ScorecardRow(TypedDict):
    """A row of ``SCORECARD``."""

    id: Annotated[str, "change"]
    metric: Annotated[str, "service/name that it predicts something of"]
    kind: Annotated[str, "slo, load, resource, equal_load; empty when nothing is known of the metric"]
    expected_direction: Annotated[str, "up, down, none"]
    expected_size: Annotated[str, "as the change says it"]
    before: Annotated[float, "mean before, in the unit; an SLO's share of bad events"]
    after: Annotated[float, "mean after"]
    unit: Annotated[str, "unit of before and after"]
    observed_change: Annotated[float, "effect beyond the usual difference, fraction; slo: of all events"]
    observed_low: Annotated[float, "lower end of its 95% interval"]
    observed_high: Annotated[float, "upper end"]
    outcome: Annotated[str, "code: as_expected, other_size, other_direction, no_change, cannot_tell"]
    reason: Annotated[str, "code of analysis.scorecard.REASONS"]


SCORECARD = declared("scorecard", ScorecardRow)


class LedgerRow(TypedDict):
    """A row of ``LEDGER``."""

    kind: Annotated[str, "slo, load, resource, service, source, exclusion, rule, meeting or trend"]
    subject: Annotated[str, "service/name; sources.<key>; exclusions, slo_rules, meeting, timezone or trend"]
    what: Annotated[str, "added, removed, or the key that changed, dotted as in the parameter file"]
    before: Annotated[str, "at the earlier meeting, as it was written; empty when there was none"]
    after: Annotated[str, "now; empty when there is none"]
    affects: Annotated[Any, "list of what is not comparable: slo/service/name, load/, resource/, or an agenda item"]


LEDGER = declared("ledger", LedgerRow)
