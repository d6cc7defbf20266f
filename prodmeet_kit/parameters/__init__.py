"""What a team writes, read and checked. Nothing here asks a server."""

from __future__ import annotations

from prodmeet_kit.parameters.documents import Document, read_document
from prodmeet_kit.parameters.editor_schema import schema, write_schema
from prodmeet_kit.parameters.expansion import expand
from prodmeet_kit.parameters.loading import load, products
from prodmeet_kit.parameters.metrics.settings import MetricSettings
from prodmeet_kit.parameters.models import (
    AGENDA,
    Auth,
    Load,
    Meeting,
    Product,
    RecordSource,
    Resource,
    Service,
    Slo,
    Sources,
    Tls,
)
from prodmeet_kit.parameters.sli import Events, Sli

__all__ = [
    "AGENDA",
    "Auth",
    "Document",
    "Events",
    "Load",
    "Meeting",
    "MetricSettings",
    "Product",
    "RecordSource",
    "Resource",
    "Service",
    "Sli",
    "Slo",
    "Sources",
    "Tls",
    "expand",
    "load",
    "products",
    "read_document",
    "schema",
    "write_schema",
]
