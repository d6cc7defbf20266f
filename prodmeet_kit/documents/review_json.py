"""``review.json``: every number a review shows, under stable keys.

Times are ISO 8601 with the offset of the product's zone, ratios fractions,
durations seconds; a number that is not known (or not finite) is ``null``.
The same facts always give the same text, but for ``generated_at``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from prodmeet_kit import kinds
from prodmeet_kit.agenda.metrics import quiet_services
from prodmeet_kit.agenda.provenance.asked import missing
from prodmeet_kit.archive import layout
from prodmeet_kit.core.errors import Failure
from prodmeet_kit.core.redaction import redacted
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.facts import Facts
    from prodmeet_kit.findings.finding import Finding
    from prodmeet_kit.kinds import Kind
    from prodmeet_kit.review import Review

__all__ = ["record"]


_FIRST = ("metrics", "incidents")
"""The kinds whose keys come first; those of the others follow in the order of the kinds."""


def record(review: Review, *, generated_at: datetime | None = None) -> dict[str, Any]:
    """The review as plain JSON values. ``generated_at`` defaults to now."""
    analyses, facts = review.analyses, review.facts
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
    }
    failures = [vars(failure) for failure in review.failures]
    for kind in _in_order(facts):
        try:
            numbers = _numbers(kind, analyses)
        except Exception as error:
            if kind in kinds.built_in():
                raise
            # it is another package's: its bug shall not cost the report
            failures.append(vars(Failure(kind.name, layout.RECORD, f"{type(error).__name__}: {error}")))
        else:
            content |= {key: value for key, value in numbers.items() if key not in content}
    content |= {
        "agenda": [{**row, "state": states[row["item"]]} for row in rows(review.agenda)],
        "agenda_lines": rows(review.lines),
        "findings": [_finding(each) for each in review.findings],
        "quiet_services": vars(quiet_services.found(analyses, review.lines)),
        "decisions_of_meeting": rows(analyses.meeting.decided_now),
        "meeting_health": _meeting_health(review),
        "queries": _queries(facts),
        "failures": failures,
    }
    plain: dict[str, Any] = redacted(_plain(content, zone))
    return plain


def _in_order(facts: Facts) -> list[Kind]:
    """The kinds of the review in the order of their keys."""
    found = kinds.used(facts.product.meeting.agenda, facts.product.sources.model_fields_set)
    return sorted(found, key=lambda kind: _FIRST.index(kind.name) if kind.name in _FIRST else len(_FIRST))


def _numbers(kind: Kind, analyses: Analyses) -> Mapping[str, Any]:
    """The keys of one kind: what it says itself, else the rows of its records."""
    if kind.numbers is None:
        return {}
    if kind.numbers:
        return dict(kinds.loaded(kind.numbers)(analyses))
    return {record.key: rows(analyses.facts.record(record.spec)) for record in kind.records}


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
