"""What a team writes in ``parameters/<product>.yaml``, field by field.

The models keep ``${ENV}`` references as written: :mod:`.expansion` puts values
in when a source is used, so that no credential ever stands in a model, a
snapshot or a report. The description of each field is what editors show.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler, model_validator

from prodmeet_kit.core.window import PERIODS
from prodmeet_kit.kinds import AGENDA
from prodmeet_kit.parameters.accounting import Exclusion, Level, SloRules, SloWindow
from prodmeet_kit.parameters.agenda_rules import AgendaRules
from prodmeet_kit.parameters.fields import REFERENCE_ONLY, Duration, Language, Model, Name, Query, TimeZone
from prodmeet_kit.parameters.freezes import Country, Freeze
from prodmeet_kit.parameters.holdings import Borrowed, Price
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.parameters.metrics.settings import Metrics
from prodmeet_kit.parameters.rotations import Rotation
from prodmeet_kit.parameters.sli import Sli

__all__ = [
    "AGENDA",
    "Load",
    "Meeting",
    "Product",
    "RecordSource",
    "Resource",
    "Service",
    "Slo",
    "Sources",
]


class Slo(Model):
    """An objective over a window."""

    name: Name = Field(description="Short name, unique within the service", examples=["availability", "latency"])
    objective: float = Field(
        ge=0,
        le=100,
        description="Per cent of good events aimed at, such as 99.9",
        examples=[99.9],
        json_schema_extra={"exclusiveMinimum": 1},  # 0.999 is a fraction written for per cent; loading says so
    )
    window: SloWindow = Field(
        default=timedelta(days=28), description="Rolling window such as 28d, or the calendar month or quarter"
    )
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


class Load(Model):
    """Demand over time, such as requests per second."""

    name: Name = Field(description="Short name, unique within the service")
    unit: str = Field(default="", description="Unit of the value, such as req/s", examples=["req/s"])
    query: Query = Field(
        description="One series; {{.window}} is the step plus one scrape interval",
        examples=['sum(rate(http_requests_total{service="cart"}[{{.window}}]))'],
    )


class Resource(Model):
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
    request_query: Query | None = Field(
        default=None,
        description="How much is reserved, in the same unit, one series",
        examples=['sum(kube_pod_container_resource_requests{service="cart",resource="cpu"})'],
    )
    borrowed: tuple[Borrowed, ...] = Field(
        default=(), description="Parts of the limit that have to be returned, and when"
    )
    price: Price | None = Field(default=None, description="What using it costs, for the cost of a request")

    @model_validator(mode="after")
    def _price_fits_unit(self) -> Resource:
        if self.price and not self.price.fits(self.unit):
            unit = "cores" if self.price.per == "core-hour" else "bytes"
            raise ValueError(f"{self.name} is priced by {self.price.per}: write unit: {unit}, or price it by unit-hour")
        return self


class Service(Model):
    """One service of the product."""

    name: Name = Field(description="Name, as in the service label of alerts")
    owner: str = Field(default="", description="Group that looks after what no action item gives to somebody")
    slos: tuple[Slo, ...] = Field(default=(), description="Objectives of the service")
    load: tuple[Load, ...] = Field(default=(), description="Demand over time")
    resources: tuple[Resource, ...] = Field(default=(), description="What is used up")
    satisfaction: Level | None = Field(default=None, description="How content its users are; the product's when absent")
    toil: Level | None = Field(default=None, description="How much toil it makes; the product's when absent")


class Auth(Model):
    """Credentials, always as ${ENV} references."""

    type: Literal["bearer", "basic"] = Field(description="bearer: token; basic: username and password")
    token: str = Field(default="", description="For bearer: ${NAME_OF_VARIABLE}", json_schema_extra=REFERENCE_ONLY)
    username: str = Field(default="", description="For basic: the user's name")
    password: str = Field(default="", description="For basic: ${NAME_OF_VARIABLE}", json_schema_extra=REFERENCE_ONLY)


class Tls(Model):
    """Files for TLS."""

    ca_file: str = Field(default="", description="CA bundle that signed the server's certificate")
    cert_file: str = Field(default="", description="Client certificate")
    key_file: str = Field(default="", description="Key of the client certificate")
    verify: bool = Field(default=True, description="Check the server's certificate")


class RecordSource(BaseModel):
    """A source of alerts, incidents, changes or other records; its module checks the other keys."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: Name = Field(description="Which kind of source, such as file")


class Sources(Model):
    """Where the facts come from."""

    # Kinds of record without a field here, that are off by default or another package's; checks.py knows their keys.
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, tuple[RecordSource, ...]]

    metrics: Metrics | None = Field(default=None, description="Metrics")
    alerts: tuple[RecordSource, ...] = Field(default=(), description="Alerts that fired")
    rules: tuple[RecordSource, ...] | None = Field(
        default=None, description="Alert rules as they are; those of a Prometheus when absent, none when []"
    )
    silences: tuple[RecordSource, ...] = Field(default=(), description="Silences of alerts")
    decisions: tuple[RecordSource, ...] | None = Field(
        default=None, description="What meetings decided; in the minutes when absent"
    )
    durations: tuple[RecordSource, ...] | None = Field(
        default=None, description="How long agenda items took; in the minutes when absent"
    )
    explorations: tuple[RecordSource, ...] | None = Field(
        default=None, description="What to dig into later; in the minutes when absent"
    )
    verdicts: tuple[RecordSource, ...] | None = Field(
        default=None, description="What people said about pages; in the minutes when absent"
    )
    incidents: tuple[RecordSource, ...] = Field(default=(), description="Outages")
    changes: tuple[RecordSource, ...] = Field(default=(), description="Planned and past changes")
    action_items: tuple[RecordSource, ...] = Field(default=(), description="What earlier meetings decided to do")
    consultations: tuple[RecordSource, ...] = Field(default=(), description="Questions to the SREs")
    toil: tuple[RecordSource, ...] = Field(default=(), description="Repeated manual work")
    topics: tuple[RecordSource, ...] = Field(
        default=(RecordSource(type="inbox"),), description="Announcements and topics for the meeting"
    )

    def of(self, key: str) -> tuple[RecordSource, ...] | None:
        """The sources under a key; ``None`` where the parameters do not say, empty where there is none."""
        found: tuple[RecordSource, ...] | None = getattr(self, key, ())
        return found


class Meeting(Model):
    """The meeting itself."""

    cadence: Duration = Field(default=timedelta(days=14), description="Time between meetings")
    duration: Duration = Field(default=timedelta(minutes=30), description="Length of the meeting")
    agenda: tuple[Name, ...] = Field(default=AGENDA, description="Agenda items in order")


class Product(Model):
    """One product: the content of ``parameters/<product>.yaml`` over ``defaults.yaml``."""

    product: Name = Field(description="Name, the same as the file's")
    title: str = Field(default="", description="Name as people say it")
    timezone: TimeZone = Field(default="UTC", description="Zone in which people write and read times")
    language: Language = Field(default="en", description="Language of the report")
    meeting: Meeting = Field(default_factory=Meeting, description="The meeting itself")
    sources: Sources = Field(default_factory=Sources, description="Where the facts come from")
    services: tuple[Service, ...] = Field(min_length=1, description="Services of the product")
    exclusions: tuple[Exclusion, ...] = Field(default=(), description="Times that no SLO counts, each with a reason")
    show_people: bool = Field(default=False, description="Name those who wrote silences; else nobody is named")
    rotations: tuple[Rotation, ...] = Field(
        default=(), description="Who answers pages; one group in the product's zone when absent"
    )
    freezes: tuple[Freeze, ...] = Field(default=(), description="Times in which changes wait, each with a reason")
    holidays: Country = Field(default="", description="Country whose public holidays changes avoid: JP, DE-BE")
    agenda_rules: AgendaRules = Field(default_factory=AgendaRules, description="What deserves the meeting's minutes")
    slo_rules: SloRules = Field(default_factory=SloRules, description="When a number is too thin, and toil high")
    satisfaction: Level | None = Field(default=None, description="How content users are; asked when absent")
    toil: Level | None = Field(default=None, description="How much toil there is; from the hours of toil when absent")

    @model_validator(mode="wrap")
    @classmethod
    def _in_the_language_of_its_metrics(cls, data: Any, handler: ModelWrapValidatorHandler[Product]) -> Product:
        with backends.use(backends.known(_type_of_metrics(data))):
            return handler(data)

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
        lengths = [window if isinstance(window, timedelta) else PERIODS[window] for window in windows]
        return max([timedelta(days=28), *lengths])


def _type_of_metrics(data: Any) -> str:
    """The type of the metric source in the content of a product, which may be wrong in any way."""
    sources = data.get("sources") if isinstance(data, dict) else None
    metrics = sources.get("metrics") if isinstance(sources, dict) else getattr(sources, "metrics", None)
    kind = metrics.get("type") if isinstance(metrics, dict) else getattr(metrics, "type", None)
    return kind if isinstance(kind, str) else backends.DEFAULT
