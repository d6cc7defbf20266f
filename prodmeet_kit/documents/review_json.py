"""``review.json``: every number a review shows, under stable keys.

Times are ISO 8601 with the offset of the product's zone, ratios fractions,
durations seconds; a number that is not known (or not finite) is ``null``.
The same facts always give the same text, but for ``generated_at``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from prodmeet_kit.agenda.metrics import quiet_services
from prodmeet_kit.agenda.provenance.asked import missing
from prodmeet_kit.analysis.slo.burn_rates import PAGE, TICKET
from prodmeet_kit.core.redaction import redacted
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.facts import Facts
    from prodmeet_kit.findings.finding import Finding
    from prodmeet_kit.review import Review

__all__ = ["dumps", "record"]


def record(review: Review, *, generated_at: datetime | None = None) -> dict[str, Any]:
    """The review as plain JSON values. ``generated_at`` defaults to now."""
    analyses, facts = review.analyses, review.facts
    capacity = analyses.capacity
    resources = _by_day(rows(capacity.resources), capacity.resource_by_day)
    zone = facts.window.zone
    states = {item.key: item.state for item in review.items}
    content: dict[str, Any] = {
        "generated_at": generated_at or datetime.now(UTC).replace(microsecond=0),
        "product": facts.product.product,
        "title": facts.product.title,
        "language": facts.product.language,
        "glance": _glance(review),
        "window": _window(facts),
        "previous_meeting": facts.previous.end if facts.previous else None,
        "sources": [vars(source) for source in facts.sources],
        "slos": _with_redefined(analyses, _by_day(_slos(analyses), analyses.slo.bad_by_day), slo="name"),
        "load": _with_redefined(analyses, _by_day(rows(capacity.loads), capacity.load_by_day), load="name"),
        "load_patterns": rows(capacity.load_patterns),
        "unusual_days": rows(capacity.unusual_days),
        "resources": _with_redefined(analyses, resources, resource="name"),
        "borrowed": rows(capacity.borrowed),
        "efficiency": _with_redefined(analyses, rows(capacity.efficiency), resource="resource", load="load"),
        "regressions": rows(capacity.regressions),
        "before_after": rows(analyses.changes.before_after),
        "definition_changes": rows(analyses.basis.definition_changes),
        "error_budget": rows(analyses.budget.since_last),
        "budget_parts": rows(analyses.budget.parts),
        "budget_by_service": rows(analyses.budget.by_service),
        "one_offs": [{"slo": ref, **vars(found)} for ref, found in analyses.budget.one_offs.items()],
        "exclusions": rows(analyses.slo.excluded),
        "objectives_to_revise": rows(analyses.slo.revise),
        "decisions": rows(analyses.budget.decisions),
        "incidents": rows(analyses.incidents.recent),
        "outages": rows(analyses.incidents.recent_outages),
        "slo_events": rows(analyses.slo.events),
        "alert_conditions": _conditions(),
        "alerts_seen": analyses.alerting.alerts_seen,
        "unwatched_s": analyses.alerting.unwatched_s,
        "pages": rows(analyses.paging.pages),
        "alert_events": rows(analyses.alerting.recent_events),
        "blind_spots": rows(analyses.alerting.blind_spots),
        "page_groups": rows(analyses.paging.groups),
        "paging_quality": _paging_quality(analyses),
        "proposed_action_items": rows(analyses.paging.proposed_items),
        "page_load": rows(analyses.paging.load),
        "missed_events": rows(analyses.detection.missed),
        "attention": rows(analyses.detection.attention),
        "noise": rows(analyses.paging.noise),
        "noise_proposals": rows(analyses.paging.proposals),
        "rules_never_fired": rows(analyses.alerting.never_fired.drop(columns=["reads", "recorded"])),
        "rule_changes": rows(analyses.alerting.rule_changes),
        "silences": _silences(analyses),
        "planned_changes": rows(analyses.changes.upcoming),
        "change_scorecard": rows(analyses.changes.scorecard),
        "past_changes": rows(analyses.changes.past),
        "action_items": rows(analyses.meeting.action_items),
        "promises": rows(analyses.meeting.promises),
        "consultations": rows(analyses.meeting.consultations),
        "toil": rows(analyses.meeting.toil),
        "topics": rows(analyses.meeting.topics),
        "agenda": [{**row, "state": states[row["item"]]} for row in rows(review.agenda)],
        "agenda_lines": rows(review.lines),
        "findings": [_finding(each) for each in review.findings],
        "quiet_services": vars(quiet_services.found(analyses, review.lines)),
        "decisions_of_meeting": rows(analyses.meeting.decided_now),
        "meeting_health": _meeting_health(review),
        "queries": _queries(facts),
        "failures": [vars(failure) for failure in review.failures],
    }
    plain: dict[str, Any] = redacted(_plain(content, zone))
    return plain


def dumps(content: Mapping[str, Any]) -> str:
    """The text of ``review.json``: indented, keys in order, a newline at the end."""
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _finding(found: Finding) -> dict[str, Any]:
    """A finding, its facets with the section each is from; ``check`` is ``None`` where nothing could prove it."""
    return {
        "subject": found.subject,
        "section": found.section,
        "headline": found.headline,
        "question": found.question or None,
        "why": found.why,
        "minutes": found.minutes,
        "place": found.place,
        "rank": found.rank,
        "dated": found.dated,
        "waited": found.waited,
        "sentences": found.sentences,
        "facets": [
            {
                "section": section,
                "subject": each.subject or None,
                "rule": each.rule or None,
                "headline": each.reason,
                "question": each.question or None,
                "minutes": each.minutes,
            }
            for section, each in found.facets
        ],
        "services": found.services,
        "owner": found.owner or None,
        "check": vars(found.check) if found.check else None,
    }


def _window(facts: Facts) -> dict[str, Any]:
    window = facts.window
    return {
        "start": window.start,
        "end": window.end,
        "step_s": window.step.total_seconds(),
        "timezone": window.timezone,
        "compare_start": window.compare_start,
    }


def _meeting_health(review: Review) -> dict[str, Any]:
    """Minutes, decisions and proof by meeting; ``split`` is ``None`` while none is proposed."""
    halves = review.split
    return {
        "meetings": rows(review.analyses.meeting.health),
        "durations": rows(review.analyses.meeting.took_now),
        "split": None if halves is None else vars(halves),
        "fold": review.folding,
    }


def _glance(review: Review) -> dict[str, int | None]:
    """What the index shows beside the SLOs: pages since the last meeting, questions, sections that were not checked.

    Pages are not known where a source of alerts could not be read, or none tells what is over.
    """
    return {
        "pages": len(review.analyses.paging.pages) if review.analyses.alerting.all_alerts else None,
        "to_decide": sum(each.place == "agenda" and bool(each.question) for each in review.findings),
        "unchecked": sum(item.unchecked for item in review.items),
    }


def _by_day(shown: list[dict[str, Any]], days: Mapping[str, list[float]]) -> list[dict[str, Any]]:
    """The rows, each with the numbers that its line in the table draws: one a day, oldest first."""
    return [{**row, "by_day": days.get(f"{row['service']}/{row['name']}", [])} for row in shown]


def _conditions() -> list[dict[str, Any]]:
    """The standard alert conditions on a burn rate, which burns are drawn against."""
    return [
        {
            "code": each.code,
            "severity": severity,
            "factor": each.factor,
            "long_s": each.long.total_seconds(),
            "short_s": each.short.total_seconds(),
        }
        for severity, conditions in (("page", PAGE), ("ticket", TICKET))
        for each in conditions
    ]


def _queries(facts: Facts) -> list[dict[str, Any]]:
    """What is behind the numbers: each question, over which window and step, and the share that is missing."""
    return [
        {
            "key": key,
            "query": answer.question.query,
            "start": answer.question.start,
            "end": answer.question.end,
            "window_s": answer.question.window.total_seconds() if answer.question.window else None,
            "step_s": answer.question.step.total_seconds() if answer.question.step else None,
            "source": answer.source,
            "missing_fraction": missing(answer),
            "error": answer.error,
        }
        for key, answer in facts.answers.items()
    ]


def _with_redefined(analyses: Analyses, shown: list[dict[str, Any]], **columns: str) -> list[dict[str, Any]]:
    """The rows, each with whether what it is made of is defined otherwise than at the earlier meeting.

    And with ``certain``, false where an answer it is made of was partial.

    ``columns`` gives for each kind (slo, load, resource) the column with the name.
    """
    return [
        {
            **row,
            "redefined": any(ref in analyses.basis.redefined for ref in _refs(row, columns)),
            # An SLO knows more of it than whether an answer was partial.
            "certain": row.get("certain", True)
            and not any(ref in analyses.basis.partial for ref in _refs(row, columns)),
        }
        for row in shown
    ]


def _refs(row: Mapping[str, Any], columns: Mapping[str, str]) -> list[str]:
    return [f"{kind}/{row['service']}/{row[column]}" for kind, column in columns.items()]


def _slos(analyses: Analyses) -> list[dict[str, Any]]:
    defined = {
        f"{service.name}/{slo.name}": {"sli": slo.sli.kind, "query": slo.sli.definition.model_dump(mode="json")}
        for service in analyses.facts.product.services
        for slo in service.slos
    }
    return [{**row, **defined[f"{row['service']}/{row['name']}"]} for row in rows(analyses.slo.summary)]


def _silences(analyses: Analyses) -> list[dict[str, Any]]:
    """Name who wrote a silence only where the parameters say so."""
    people = analyses.facts.product.show_people
    return [row if people else {**row, "created_by": None} for row in rows(analyses.alerting.silences)]


def _paging_quality(analyses: Analyses) -> dict[str, Any]:
    """How well pages matched SLO events; not known where a source of alerts could not be read."""
    quality, known = analyses.detection.quality, analyses.alerting.all_alerts
    return {
        "precision": {
            "caught": quality.pages_caught if known else None,
            "pages": quality.pages if known else None,
            "interval": (None, None),  # pages of one alert are no independent trials
        },
        "recall": {
            "caught": quality.events_caught if known else None,
            "events": quality.events if known else None,
            "interval": (None, None),
        },
        "detection_time_s": {
            "median": quality.detection_median_s,
            "worst": quality.detection_worst_s,
            "between": quality.detection,
        },
        "reset_time_s": {
            "median": quality.reset_median_s,
            "worst": quality.reset_worst_s,
            "between": quality.reset,
        },
        "by_alert": rows(analyses.detection.by_alert),
        "history": rows(analyses.detection.history),
    }


def _plain(value: Any, zone: ZoneInfo) -> Any:
    """JSON values only. NaT and every number that is not finite become ``None``."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner, zone) for key, inner in value.items()}
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return None if value != value else value.astimezone(zone).isoformat()  # NaT is not equal to itself
    if isinstance(value, Iterable):
        return [_plain(inner, zone) for inner in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
