"""Pages and incidents as PagerDuty keeps them: type ``pagerduty``, under ``sources.alerts`` or ``sources.incidents``.

PagerDuty knows what ``ALERTS`` cannot: when a person answered. What happened
after the window's end is not told, so that a report made again says the same.
Names of people are never read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from prodmeet_kit.core.errors import ParametersError, SourceError
from prodmeet_kit.core.promql import Matchers
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.entries.service_names import one_service
from prodmeet_kit.parameters import expand
from prodmeet_kit.parameters.fields import REFERENCE_ONLY, TIMEOUT, Duration, LabelMatchers, Timeout
from prodmeet_kit.schemas.frames import ALERT_RUNS, INCIDENTS, label_key
from prodmeet_kit.sources.alert_services import AlertServices, ServiceLabel
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.entries import configure
from prodmeet_kit.sources.foreign import text
from prodmeet_kit.sources.http import token
from prodmeet_kit.sources.pagerduty.api import Api
from prodmeet_kit.sources.pagerduty.shapes import Incident, LogEntry
from prodmeet_kit.sources.placing import Placing

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PagerDutyConfig", "read"]

_BY_HAND = {"website", "web_trigger", "web_ui", "mobile", "slack", "ios", "android", "sms", "phone"}
_URGENCIES = ("high", "low")
_LABEL = re.compile(r"^\s*-\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$", re.MULTILINE)


class PagerDutyConfig(BaseModel):
    """The keys beside ``type``."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(min_length=1, json_schema_extra=REFERENCE_ONLY, description="API key, read only: a reference")
    url: str = Field(default="https://api.pagerduty.com", description="Of the REST API; api.eu.pagerduty.com in Europe")
    services: tuple[str, ...] = Field(default=(), description="Ids of PagerDuty services, such as PIJ90N7")
    teams: tuple[str, ...] = Field(default=(), description="Ids of PagerDuty teams")
    page: LabelMatchers = Field(default="", description="Which incidents page people; those of high urgency when empty")
    matchers: LabelMatchers = Field(default="", description="Which incidents are taken; all when empty")
    alert_field: str = Field(default="alertname", description="title, incident_key, or a label of the alert")
    service_names: dict[str, str] = Field(
        default_factory=dict, description="PagerDuty service, by id or name, to a service of the product"
    )
    service_label: ServiceLabel = None
    other_services: tuple[str, ...] = Field(
        default=(), description="Names of PagerDuty services, or of alerts' services, that are none of the product"
    )
    flap_gap: Duration | None = Field(
        default=None, description="An alert that stops for no longer than this and fires again is one episode"
    )
    timeout: Timeout = TIMEOUT


def read(config: Mapping[str, Any], context: Context) -> pd.DataFrame:
    """``frames.ALERT_RUNS`` or ``frames.INCIDENTS`` of the incidents created in ``[history_start, end)`` of the window.

    Instants are UTC. Raises :class:`SourceError` and its kinds when PagerDuty
    cannot be asked, :class:`ParametersError` when a key is wrong.
    """
    checked = configure(PagerDutyConfig, config, context)
    _refuse_unusable(checked, context)
    secret = token(checked.token, f"{context.key}.token ({redact(checked.token)})")
    since, until = context.window.history_start, context.window.end
    teams = {"team_ids[]": list(checked.teams)} if checked.teams else {}
    services = {"service_ids[]": list(checked.services)} if checked.services else {}
    api = Api(expand(checked.url).strip(), secret, reference=redact(checked.token), timeout=checked.timeout)
    try:
        incidents = api.incidents(since, until, services | teams)
        entries = api.log_entries(incidents, since, until, teams)
    finally:
        api.close()
    context.notes.extend(api.notes)
    context.gaps.extend(api.gaps)
    wanted = Matchers.parse(checked.matchers)
    told = [_Told(one, entries[one.id], checked, context) for one in incidents]
    ours = [each for each in told if wanted.match(each.matched)]
    _say_unplaced(ours, Placing(context, checked.other_services), context)
    if unsaid := [each.incident.id for each in ours if each.incident.urgency not in _URGENCIES]:
        shown = ", ".join(unsaid[:5]) + (f" and {len(unsaid) - 5} more" if len(unsaid) > 5 else "")
        context.gaps.append(f"PagerDuty does not say whether the urgency of {shown} is high or low: taken for high")
    return context.spec.frame(_row(each, context) for each in ours)


def _say_unplaced(told: list[_Told], placing: Placing, context: Context) -> None:
    """One gap for each PagerDuty service whose incidents belong to no service of the product.

    What is known to be another product's is a note, and so is what was over before the last meeting and has none in
    PagerDuty itself: nobody can fix it.
    """
    unplaced: dict[tuple[str, str], list[str]] = {}
    for each in told:
        if each.service not in each.known:
            service = each.incident.service
            unplaced.setdefault((service.summary, service.id) if service else ("", ""), []).append(each.incident.id)
    for (name, identity), incidents in sorted(unplaced.items()):
        count = len(incidents)
        if not name and not identity:
            shown = ", ".join(incidents[:5]) + (f" and {count - 5} more" if count > 5 else "")
            new = any(each.incident.id in incidents and each.detected >= context.window.start for each in told)
            said = context.gaps if new else context.notes
            said.append(f"PagerDuty names no PagerDuty service for {shown}: shown without a service")
        elif placing.of_others(name) or placing.of_others(identity):
            context.notes.append(f"{count} of PagerDuty service {name or identity} are of other products")
        else:
            called = f"{name} ({identity})".strip()
            hint = placing.near(name)
            context.gaps.append(
                f"{count} of PagerDuty service {called} name no service of the product: "
                f"add it to service_names{f'; {hint}' if hint else ''}"
            )


def _refuse_unusable(config: PagerDutyConfig, context: Context) -> None:
    if context.spec not in (ALERT_RUNS, INCIDENTS):
        raise SourceError("PagerDuty has alerts and incidents: write it under sources.alerts or sources.incidents")
    if not (config.services or config.teams):
        raise ParametersError(
            [context.problem("services", "", "write the ids of the product's PagerDuty services, or teams")]
        )
    names = [service.name for service in context.product.services]
    problems = [
        context.problem(f"service_names.{key}", name, f"write a service of the product: {', '.join(names)}")
        for key, name in config.service_names.items()
        if name not in names
    ]
    if problems:
        raise ParametersError(problems)


class _Told:
    """What one PagerDuty incident tells, as of the window's end."""

    def __init__(self, incident: Incident, entries: list[LogEntry], config: PagerDutyConfig, context: Context) -> None:
        self.incident = incident
        self.end = context.window.end
        self.entries = [entry for entry in entries if entry.created_at <= self.end]
        self.trigger = next((entry for entry in self.entries if entry.type == "trigger_log_entry"), None)
        self.details = _details(self.trigger)
        self.title = incident.title or incident.summary or incident.id
        self.known = [service.name for service in context.product.services]
        key = context.key.removeprefix("sources.")
        chosen = {key: config.service_label} if config.service_label else None
        services = AlertServices(self.known, chosen=chosen, product=context.product.product)
        self.labels = self._labels(config, services, key)
        self.service = services.of_labels(self.labels, key)
        self.alert = self._alert(config.alert_field)
        pages = Matchers.parse(config.page)
        self.page = pages.match(self.matched) if config.page.strip() else self.urgency == "high"

    @property
    def urgency(self) -> str:
        """High where PagerDuty does not say: it pages then as well."""
        return self.incident.urgency if self.incident.urgency in _URGENCIES else "high"

    @property
    def matched(self) -> dict[str, str]:
        """What label expressions see: PagerDuty's own words too, which no other source of the same alert has."""
        priority = (self.incident.priority and self.incident.priority.summary) or ""
        return {**self.labels, "urgency": self.urgency, "priority": priority}

    @property
    def acknowledged(self) -> datetime | None:
        """When somebody first answered."""
        return next((entry.created_at for entry in self.entries if entry.type == "acknowledge_log_entry"), None)

    @property
    def resolved(self) -> datetime | None:
        """When it was over, ``None`` while open at the window's end."""
        known = self.incident.status in ("triggered", "acknowledged", "resolved")
        if self.incident.status != "resolved" and (known or not self.incident.resolved_at):
            return None
        ends = [entry.created_at for entry in self.entries if entry.type == "resolve_log_entry"]
        moment = ends[-1] if ends else self.incident.resolved_at or self.incident.last_status_change_at
        return max(moment, self.incident.created_at) if moment and moment <= self.end else None  # clocks differ

    @property
    def detected(self) -> datetime:
        """The first trigger."""
        return self.trigger.created_at if self.trigger else self.incident.created_at

    @property
    def detected_by(self) -> str:
        """``person`` when somebody opened it by hand, ``page`` when it paged, else empty."""
        agent = self.trigger.agent.type if self.trigger and self.trigger.agent else ""
        channel = self.trigger.channel.type if self.trigger and self.trigger.channel else ""
        if agent.startswith("user") or channel in _BY_HAND:
            return "person"
        return "page" if self.page else ""

    @property
    def severity(self) -> str:
        """The team's priority, or the urgency where there is none."""
        return (self.incident.priority and self.incident.priority.summary) or self.urgency

    def _labels(self, config: PagerDutyConfig, services: AlertServices, key: str) -> dict[str, str]:
        """Those of the alert; what the PagerDuty service stands for becomes the label that names the service."""
        labels = {name: text for name, text in self.details.items() if name != "alertname"}
        given = self.incident.service
        written = [given.id, given.summary] if given else []
        mapped = next((config.service_names[name] for name in written if name in config.service_names), "")
        told = services.of_labels(labels, key) if config.service_label else ""
        first = told if told in self.known else mapped or one_service(given.summary if given else "", self.known)
        if first:
            labels[(config.service_label or ("service",))[0]] = first
        labels["severity"] = labels.get("severity") or self.severity
        return {name: text for name, text in labels.items() if text}

    def _alert(self, field: str) -> str:
        if field == "incident_key":
            return self.incident.incident_key or self.title
        return self.details.get(field) or self.title


def _details(trigger: LogEntry | None) -> dict[str, str]:
    """Labels in what the monitoring sent: those of a mapping, and of Alertmanager's text all its alerts have."""
    channel = trigger.channel if trigger else None
    if channel is None:
        return {}
    given = channel.details
    if not given and isinstance(channel.cef_details, dict):
        given = channel.cef_details.get("details")
    if isinstance(given, str):
        return _common_labels(given)
    if not isinstance(given, dict):
        return {}
    inner = given.get("labels")
    firing = given.get("firing")
    labels: dict[Any, Any] = _common_labels(firing) if isinstance(firing, str) else {}
    labels |= inner if isinstance(inner, dict) else {}
    # Beside the labels stand counts and long texts; of the plain keys these two name the alert.
    labels |= {key: given[key] for key in ("alertname", "severity") if isinstance(given.get(key), str)}
    return {text(str(name)): text(value) for name, value in labels.items() if isinstance(value, str)}


def _common_labels(told: str) -> dict[str, str]:
    """Labels with one value in all blocks ``Labels: - name = value`` of Alertmanager's default text."""
    blocks = [dict(_LABEL.findall(block.split("Annotations:")[0])) for block in text(told).split("Labels:")[1:]]
    if not blocks:
        return {}
    return {name: value for name, value in blocks[0].items() if all(block.get(name) == value for block in blocks)}


def _row(told: _Told, context: Context) -> dict[str, Any]:
    incident = told.incident
    if context.spec is ALERT_RUNS:
        return {
            "alertname": told.alert,
            "labels": label_key(told.labels),
            "state": "firing",
            "page": told.page,
            "start": incident.created_at,
            "last": told.resolved,
            "interval_s": 0.0,
            "acknowledged": told.acknowledged,
            "acknowledges": True,
            "source": context.key.removeprefix("sources."),
            "summary": told.title,
            "url": incident.html_url,
        }
    return {
        "id": incident.id,
        "title": told.title,
        "severity": told.severity,
        "services": [told.service] if told.service in told.known else [],
        "start": incident.created_at,
        "detected": told.detected,
        "end": told.resolved,
        "detected_by": told.detected_by,
        "url": incident.html_url,
    }
