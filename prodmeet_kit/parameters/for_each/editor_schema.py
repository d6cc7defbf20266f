"""What editors accept in a list of services: a service, or a ``for_each`` with what one service has of its own."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from prodmeet_kit.parameters.for_each.expanding import FOR_EACH
from prodmeet_kit.parameters.for_each.overrides import LEAVE_OUT, NEEDED

__all__ = ["add_for_each"]

_REF = "#/$defs/"
_OWN = "Own"
"""How the names of definitions begin in which nothing but a name has to be given."""


def add_for_each(definitions: dict[str, Any], services: dict[str, Any]) -> None:
    """Let ``services`` (the schema of the list) hold entries with ``for_each``; adds their definitions."""
    service = definitions["Service"]
    for model in _reached(service, definitions):
        definitions[_OWN + model] = _pointing(definitions[model], required=())
    definitions[f"{_OWN}Service"] = own = _pointing(service, required=("name",))
    for key in NEEDED:
        kind = definitions[_OWN + _target(service["properties"][key]["items"])]
        kind["required"] = ["name"]
        kind["properties"][LEAVE_OUT] = {
            "const": True,
            "description": "Beside the name and nothing else: this service has none",
        }
    name = {key: value for key, value in service["properties"]["name"].items() if key != "title"}
    names = {"anyOf": [name, {"$ref": f"{_REF}{_OWN}Service"}]}
    entry = deepcopy(service)
    entry["description"] = "One entry for many services; {{.service}} stands for the name in every query and text."
    entry["properties"] = {
        FOR_EACH: {
            "description": "Names of the services, each alone or with what it has of its own",
            "type": "array",
            "minItems": 1,
            "items": names,
        },
        **{key: value for key, value in entry["properties"].items() if key != "name"},
    }
    entry["required"] = [FOR_EACH]
    definitions["ForEach"] = entry
    own["description"] = "What one service of a for_each has of its own; SLOs, loads and resources merge by name."
    services["items"] = {
        "if": {"required": [FOR_EACH]},
        "then": {"$ref": f"{_REF}ForEach"},
        "else": {"$ref": f"{_REF}Service"},
    }


def _reached(schema: Any, definitions: dict[str, Any]) -> list[str]:
    """The names of the definitions that a schema refers to, directly or through others."""
    found: dict[str, None] = {}
    waiting = [schema]
    while waiting:
        for name in _references(waiting.pop()):
            if name not in found:
                found[name] = None
                waiting.append(definitions[name])
    return list(found)


def _references(schema: Any) -> list[str]:
    if isinstance(schema, dict):
        inner = [name for value in schema.values() for name in _references(value)]
        return [*inner, *([_target(schema)] if "$ref" in schema else [])]
    return [name for value in schema for name in _references(value)] if isinstance(schema, list) else []


def _target(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).removeprefix(_REF)


def _pointing(schema: Any, required: tuple[str, ...]) -> Any:
    """A copy of a definition that refers to those in which nothing has to be given."""
    made = _renamed(schema)
    made.pop("required", None)
    if required:
        made["required"] = list(required)
    return made


def _renamed(schema: Any) -> Any:
    if isinstance(schema, dict):
        renamed = {key: _renamed(value) for key, value in schema.items() if key != "default"}  # what all share holds
        if "$ref" in schema:
            renamed["$ref"] = f"{_REF}{_OWN}{_target(schema)}"
        return renamed
    return [_renamed(value) for value in schema] if isinstance(schema, list) else schema
