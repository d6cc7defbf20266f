"""The JSON schema of parameter files: completion, descriptions and first checks while a person writes.

The schema is made from the models, so it cannot say another thing than they
do. It knows less than :func:`prodmeet_kit.parameters.load`: whether a query is
PromQL or a credential stands in clear is found when the file is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from prodmeet_kit import kinds
from prodmeet_kit.core import durable
from prodmeet_kit.core.window import format_duration
from prodmeet_kit.parameters.for_each.editor_schema import add_for_each
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.parameters.models import AGENDA, Product, Sources

__all__ = ["schema", "write_schema"]

_MERGED = ("Meeting", "SloRules", "Sources", "Auth", "Tls")
"""Mappings of a product that lie over those of ``defaults.yaml``, where the keys they need may stand.

So do the settings of a metric source.
"""

_REF = "#/$defs/{model}"


def schema() -> dict[str, Any]:
    """The JSON schema (draft 7) of ``<product>.yaml`` and ``defaults.yaml``, always in the same order."""
    made = Product.model_json_schema(mode="validation", schema_generator=_Generator)
    definitions = made["$defs"]
    merged = [*_MERGED, *_with_metric_sources(definitions)]
    add_for_each(definitions, made["properties"]["services"])
    made["$defs"] = dict(sorted(definitions.items()))
    for name in merged:
        definitions[name].pop("required", None)
    agenda = definitions["Meeting"]["properties"]["agenda"]
    agenda["items"] = {"anyOf": [{"enum": list(AGENDA)}, agenda["items"]]}
    sources = definitions["Sources"]
    of_kinds = {record.key: record.about for record in kinds.records() if record.key not in Sources.model_fields}
    listed = sources["additionalProperties"]
    sources["properties"] |= {key: {"description": about, **listed} for key, about in of_kinds.items()}
    sources["additionalProperties"] = False
    for part in _parts(made):
        part.pop("title", None)
    head = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Parameters of prodmeet-kit",
        "description": "One product, or in defaults.yaml what holds for every product of the folder.",
    }
    del made["required"], made["description"]
    whole = {"title": "A product", "required": ["product", "services"]}
    either = [{"required": [key]} for key in whole["required"]]
    return {**head, **made, "anyOf": [whole, {"title": "defaults.yaml", "not": {"anyOf": either}}]}


def _with_metric_sources(definitions: dict[str, Any]) -> list[str]:
    """Put the settings of each type of metric source into the definitions; those of another package have any keys.

    Returns the names of their definitions.
    """
    chosen: dict[str, Any] = {"$ref": _REF.format(model="MetricSettings")}
    names = []
    for kind in backends.BUILT_IN:
        settings = backends.backend(kind).settings
        made = settings.model_json_schema(mode="validation", schema_generator=_Generator, ref_template=_REF)
        definitions |= made.pop("$defs", {})
        definitions[settings.__name__] = made
        names.append(settings.__name__)
        named = {"properties": {"type": {"const": kind}}}
        asked = named if kind == backends.DEFAULT else {**named, "required": ["type"]}
        chosen = {"if": asked, "then": {"$ref": _REF.format(model=settings.__name__)}, "else": chosen}
    del definitions["MetricSettings"]["additionalProperties"]
    metrics = definitions["Sources"]["properties"]
    metrics["metrics"] = {"description": metrics["metrics"]["description"], **chosen}
    return names


def write_schema(path: Path) -> None:
    """Write the schema beside the parameter files, whose first line names it."""
    durable.write(path, json.dumps(schema(), indent=2, ensure_ascii=False) + "\n")


def _parts(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every model's schema and every key's; their titles would only repeat their names."""
    for model in (made, *made["$defs"].values()):
        yield model
        yield from model.get("properties", {}).values()


class _Generator(GenerateJsonSchema):
    """Pydantic's generator, for files that people write: durations as text, an absent key instead of null."""

    def encode_default(self, dft: Any) -> Any:
        return format_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)

    def nullable_schema(self, schema: Any) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        made = super().default_schema(schema)
        if made.get("default", ...) in (None, "", []):
            del made["default"]
        return made
