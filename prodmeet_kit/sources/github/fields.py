"""What people write of an incident into an issue: the fields of ``frames.INCIDENTS``, read as of free text."""

from __future__ import annotations

from prodmeet_kit.entries import free_text, japanese_names
from prodmeet_kit.entries.free_values import link

__all__ = ["FIELDS", "TIMES", "written"]

TIMES = ("start", "detected", "mitigated", "end")

_NAMES = {
    "start": "start started starts start_time started_at start_date start_date_time began begin beginning when "
    "outage_start incident_start impact_start start_of_impact when_did_it_start when_did_this_start when_did_it_begin "
    "when_did_the_incident_start when_did_the_outage_start when_did_the_impact_start when_did_the_incident_begin",
    "detected": "detected detected_at detection_time time_detected when_was_it_detected",
    "mitigated": "mitigated mitigated_at mitigation_time time_mitigated",
    "end": "end ended ends end_time ended_at end_date end_date_time finished resolved resolved_at resolution_time "
    "outage_end incident_end impact_end end_of_impact when_did_it_end when_did_this_end when_was_it_resolved "
    "when_did_the_incident_end when_did_the_outage_end when_did_the_impact_end when_was_the_incident_resolved",
    "duration": "duration lasted",
    "detected_by": "detected_by detection_method how_was_it_detected",
    "severity": "severity sev severity_level",
    "impact": "impact user_impact customer_impact",
    "postmortem": "postmortem post_mortem postmortem_link retrospective",
    "services": "services service affected_services affected_service services_affected impacted_services "
    "impacted_service which_services_were_affected which_services_are_affected which_service_was_affected "
    "which_service_is_affected what_services_were_affected which_services_were_impacted which_services_are_impacted",
}
FIELDS = {
    name: field
    for called in (_NAMES, japanese_names.INCIDENT)
    for field, names in called.items()
    for name in names.split()
}
"""The names people may write, in any case and with blanks, and the field each means."""


def written(body: str) -> dict[str, str]:
    r"""The fields that the text of an issue gives, as text; of a field written twice the first that says something.

    >>> written("- **Start**: 2026-11-10T12:00\n- impact: one order in five failed")
    {'start': '2026-11-10T12:00', 'impact': 'one order in five failed'}
    """
    found = free_text.fields(body, FIELDS)
    return {field: text if field == "services" else link(free_text.in_a_row(text)) for field, text in found.items()}
