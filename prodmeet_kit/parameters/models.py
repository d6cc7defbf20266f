"""What a team writes in ``parameters/<product>.yaml``, field by field.

The models keep ``${ENV}`` references as written: :mod:`.expansion` puts values
in when a source is used, so that no credential ever stands in a model, a
snapshot or a report. The description of each field is what editors show.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from prodmeet_kit import promql
from prodmeet_kit.window import format_duration, parse_duration

__all__ = [
    "AGENDA",
    "Load",
    "Meeting",
    "MetricSource",
    "Product",
    "RecordSource",
    "Resource",
    "Service",
    "Slo",
    "Sources",
]

AGENDA = (
    "planned_changes",
    "metrics",
    "outages",
    "paging_events",
    "non_paging_events",
    "action_items",
    "consultations",
    "toil",
)
"""The default agenda: the order of the SRE book's chapter 31, then what teams add."""


def _duration(value: Any) -> Any:
    # A bare number would be taken for seconds, where people mean days.
    return value if isinstance(value, timedelta) else parse_duration(value)


def _zone(value: Any) -> Any:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, TypeError, OSError):
        raise ValueError("write a time zone of the IANA list, such as Asia/Tokyo or Europe/Berlin") from None
    return value


def _query(value: Any) -> Any:
    if isinstance(value, str):
        try:
            promql.check(value)
        except ValueError as error:
            raise ValueError(f"mend the PromQL: {error}") from None
    return value


def _event_query(value: Any) -> Any:
    value = _query(value)
    if isinstance(value, str):
        if not promql.has_window(value):
            raise ValueError("put {{.window}} where the length of the range stands, as in rate(x[{{.window}}])")
        promql.counts_events(value)
    return value


def _matchers(value: Any) -> Any:
    if isinstance(value, str):
        try:
            promql.Matchers.parse(value)
        except ValueError as error:
            raise ValueError(f'write label matchers such as severity=~"page|critical": {error}') from None
    return value


_DurationText = Annotated[str, Field(pattern=r"^([0-9]+(ms|[smhdwy]))+$", examples=["30m", "14d", "1h30m"])]

Duration = Annotated[
    timedelta,
    BeforeValidator(_duration, json_schema_input_type=_DurationText),
    PlainSerializer(format_duration, return_type=str),
]
"""A length of time, written as in Prometheus: 30m, 14d."""

Query = Annotated[str, BeforeValidator(_query, json_schema_input_type=str)]
"""Any PromQL expression."""

EventQuery = Annotated[str, BeforeValidator(_event_query, json_schema_input_type=str)]
"""PromQL that counts events over ``{{.window}}`` with rate or increase."""

LabelMatchers = Annotated[str, BeforeValidator(_matchers, json_schema_input_type=str)]
"""Label matchers in PromQL notation, without braces."""

TimeZone = Annotated[
    str,
    BeforeValidator(_zone, json_schema_input_type=Annotated[str, Field(examples=["Asia/Tokyo", "Europe/Berlin"])]),
]
"""A zone of the IANA list."""

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=100)]
"""Letters, digits, dot, dash, underscore: it becomes part of anchors and file names."""


_REFERENCE: dict[str, Any] = {"pattern": r"^(\$\{[A-Za-z_][A-Za-z0-9_]*\})*$"}
"""What editors accept for a credential: a reference to the environment and nothing else."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Events(_Model):
    """An SLI as the share of good events among all."""

    error_query: EventQuery = Field(
        description="Bad events: rate or increase over {{.window}}, one series",
        examples=['sum(rate(http_requests_total{service="cart",code=~"5.."}[{{.window}}]))'],
    )
    total_query: EventQuery = Field(
        description="All events: rate or increase over {{.window}}, one series",
        examples=['sum(rate(http_requests_total{service="cart"}[{{.window}}]))'],
    )


class Sli(_Model):
    """How the indicator is measured."""

    events: Events = Field(description="Bad and total events, as in Sloth")


class Slo(_Model):
    """An objective over a window."""

    name: Name = Field(description="Short name, unique within the service", examples=["availability", "latency"])
    objective: float = Field(
        ge=0,
        le=100,
        description="Per cent of good events aimed at, such as 99.9",
        examples=[99.9],
        json_schema_extra={"exclusiveMinimum": 1},  # 0.999 is a fraction written for per cent; loading says so
    )
    window: Duration = Field(default=timedelta(days=28), description="Rolling window, such as 28d")
    description: str = Field(default="", description="What users notice when it is missed")
    sli: Sli = Field(description="How the indicator is measured")

    @property
    def target(self) -> float:
        """The objective as a fraction: 99.9 becomes 0.999."""
        return round(self.objective / 100, 12)

    @property
    def budget(self) -> float:
        """The share of events that may fail: 1 - objective."""
        return round(1 - self.objective / 100, 12)


class Load(_Model):
    """Demand over time, such as requests per second."""

    name: Name = Field(description="Short name, unique within the service")
    unit: str = Field(default="", description="Unit of the value, such as req/s", examples=["req/s"])
    query: Query = Field(
        description="One series; {{.window}} is the step plus one scrape interval",
        examples=['sum(rate(http_requests_total{service="cart"}[{{.window}}]))'],
    )


class Resource(_Model):
    """Something that is used up, and how much of it there is."""

    name: Name = Field(description="Short name, unique within the service")
    unit: str = Field(default="", description="Unit of the value, such as cores or bytes", examples=["cores"])
    query: Query = Field(
        description="Use, one series; {{.window}} is the step plus one scrape interval",
        examples=['sum(rate(container_cpu_usage_seconds_total{service="cart"}[{{.window}}]))'],
    )
    limit_query: Query | None = Field(
        default=None,
        description="How much there is, in the same unit, one series",
        examples=['sum(kube_pod_container_resource_limits{service="cart",resource="cpu"})'],
    )


class Service(_Model):
    """One service of the product."""

    name: Name = Field(description="Name, as in the service label of alerts")
    slos: tuple[Slo, ...] = Field(default=(), description="Objectives of the service")
    load: tuple[Load, ...] = Field(default=(), description="Demand over time")
    resources: tuple[Resource, ...] = Field(default=(), description="What is used up")


class Auth(_Model):
    """Credentials, always as ${ENV} references."""

    type: Literal["bearer", "basic"] = Field(description="bearer: token; basic: username and password")
    token: str = Field(default="", description="For bearer: ${NAME_OF_VARIABLE}", json_schema_extra=_REFERENCE)
    username: str = Field(default="", description="For basic: the user's name")
    password: str = Field(default="", description="For basic: ${NAME_OF_VARIABLE}", json_schema_extra=_REFERENCE)


class Tls(_Model):
    """Files for TLS."""

    ca_file: str = Field(default="", description="CA bundle that signed the server's certificate")
    cert_file: str = Field(default="", description="Client certificate")
    key_file: str = Field(default="", description="Key of the client certificate")
    verify: bool = Field(default=True, description="Check the server's certificate")


class MetricSource(_Model):
    """A server that answers the Prometheus HTTP API."""

    type: Name = Field(default="prometheus", description="prometheus, also for Thanos, Mimir, VictoriaMetrics")
    url: str = Field(
        description="Base URL, or a reference to a variable that holds it",
        examples=["${PROMETHEUS_URL:-http://localhost:9090}"],
    )
    auth: Auth | None = Field(default=None, description="Credentials")
    tls: Tls | None = Field(default=None, description="TLS files")
    headers: dict[str, str] = Field(default_factory=dict, description="Extra headers, such as X-Scope-OrgID")
    timeout: Duration = Field(default=timedelta(seconds=30), description="Wait for one answer this long")
    jobs: int = Field(default=8, ge=1, le=64, description="Queries asked side by side")
    scrape_interval: Duration = Field(default=timedelta(seconds=60), description="How often targets are scraped")
    step: Duration | None = Field(default=None, description="Step of trends; chosen from the range when absent")


class RecordSource(BaseModel):
    """A source of alerts, incidents, changes or other records; its module checks the other keys."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: Name = Field(description="Which kind of source, such as file")


class Sources(_Model):
    """Where the facts come from."""

    metrics: MetricSource | None = Field(default=None, description="Metrics")
    alerts: tuple[RecordSource, ...] = Field(default=(), description="Alerts that fired")
    incidents: tuple[RecordSource, ...] = Field(default=(), description="Outages")
    changes: tuple[RecordSource, ...] = Field(default=(), description="Planned and past changes")
    action_items: tuple[RecordSource, ...] = Field(default=(), description="What earlier meetings decided to do")
    consultations: tuple[RecordSource, ...] = Field(default=(), description="Questions to the SREs")
    toil: tuple[RecordSource, ...] = Field(default=(), description="Repeated manual work")


class Meeting(_Model):
    """The meeting itself."""

    cadence: Duration = Field(default=timedelta(days=14), description="Time between meetings")
    duration: Duration = Field(default=timedelta(minutes=30), description="Length of the meeting")
    agenda: tuple[Name, ...] = Field(default=AGENDA, description="Agenda items in order")


class Product(_Model):
    """One product: the content of ``parameters/<product>.yaml`` over ``defaults.yaml``."""

    product: Name = Field(description="Name, the same as the file's")
    title: str = Field(default="", description="Name as people say it")
    timezone: TimeZone = Field(default="UTC", description="Zone in which people write and read times")
    language: Literal["en", "ja"] = Field(default="en", description="Language of the report")
    meeting: Meeting = Field(default_factory=Meeting, description="The meeting itself")
    sources: Sources = Field(default_factory=Sources, description="Where the facts come from")
    services: tuple[Service, ...] = Field(min_length=1, description="Services of the product")

    @model_validator(mode="after")
    def _names_are_unique(self) -> Product:
        for service in self.services:
            for kind in ("slos", "load", "resources"):
                names = [thing.name for thing in getattr(service, kind)]
                doubled = sorted({name for name in names if names.count(name) > 1})
                if doubled:
                    raise ValueError(f"services: {service.name}.{kind} names {', '.join(doubled)} twice: rename one")
        names = [service.name for service in self.services]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"services names {', '.join(doubled)} twice: rename one")
        return self

    @property
    def longest_window(self) -> timedelta:
        """The longest SLO window, at least 28 days: how far back trends reach."""
        windows = [slo.window for service in self.services for slo in service.slos]
        return max([timedelta(days=28), *windows])
