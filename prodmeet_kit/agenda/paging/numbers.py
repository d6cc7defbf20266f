"""What alerts add to ``review.json``: pages, how well they match SLO events, and what did not page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prodmeet_kit.analysis.slo.burn_rates import PAGE, TICKET
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses

__all__ = ["numbers"]


def numbers(analyses: Analyses) -> dict[str, Any]:
    """Keys of ``review.json``, each with rows of the frame it names or plain values."""
    return {
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
    }


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
