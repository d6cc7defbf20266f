"""The schema that editors use: current, accepting what is right, refusing what is misspelt."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from prodmeet_kit.parameters import read_document, schema, write_schema

PARAMETERS = Path(__file__).parents[3] / "parameters"
EXAMPLES = sorted(PARAMETERS.glob("*.yaml"))

VALIDATOR = Draft7Validator(schema())


def wrong(data: Any) -> list[str]:
    return [error.json_path for error in VALIDATOR.iter_errors(data)]


def product(**more: Any) -> dict[str, Any]:
    return {"product": "cart", "services": [{"name": "web"}], **more}


def test_the_schema_is_itself_valid() -> None:
    Draft7Validator.check_schema(schema())


def test_the_file_beside_the_parameters_is_current(tmp_path: Path) -> None:
    write_schema(tmp_path / "schema.json")
    assert (PARAMETERS / "schema.json").read_text() == (tmp_path / "schema.json").read_text(), "run: make schema"


def test_the_order_is_that_of_the_models() -> None:
    assert json.dumps(schema()) == json.dumps(schema())
    assert list(schema()["properties"])[:4] == ["product", "title", "timezone", "language"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_parameter_file_of_the_repository_is_accepted_and_names_the_schema(path: Path) -> None:
    assert wrong(read_document(path).data) == []
    assert path.read_text().splitlines()[0] == "# yaml-language-server: $schema=schema.json"


@pytest.mark.parametrize(
    "more",
    [
        {"titel": "Cart"},
        {"meeting": {"cadance": "7d"}},
        {"sources": {"metric": {}}},
        {"services": [{"name": "web", "slo": []}]},
        {"meeting": {"cadence": "2 weeks"}},
        {"meeting": {"cadence": 14}},
        {"language": "de"},
        {"services": []},
        {"services": [{"name": "shop cart"}]},
        {"sources": {"metrics": {"auth": {"token": "hunter2"}}}},
        {"services": [{"name": "w", "slos": [{"name": "a", "objective": 0.999, "sli": {"events": {}}}]}]},
    ],
)
def test_what_loading_refuses_is_marked_in_the_editor(more: dict[str, Any]) -> None:
    assert wrong(product(**more)) != []


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"meeting": {"cadence": "1w", "agenda": ["metrics", "an_item_of_another_package"]}},
        {"sources": {"metrics": {"jobs": 2}}},  # the url may stand in defaults.yaml
        {"sources": {"metrics": {"url": "${U}", "auth": {"type": "bearer", "token": "${T}"}}}},
        {"sources": {"changes": [{"type": "github", "repo": "acme/shop", "token": "${T}"}]}},
    ],
)
def test_what_loading_takes_is_not_marked(more: dict[str, Any]) -> None:
    assert wrong(product(**more)) == []


@pytest.mark.parametrize("data", [{}, {"timezone": "UTC"}, {"sources": {"metrics": {"url": "http://h"}}}])
def test_defaults_need_no_product(data: dict[str, Any]) -> None:
    assert wrong(data) == []


@pytest.mark.parametrize("key", ["product", "services"])
def test_a_product_needs_its_name_and_services(key: str) -> None:
    data = copy.deepcopy(product())
    del data[key]
    assert wrong(data) == ["$"]


def test_every_key_is_described_and_every_duration_has_a_pattern() -> None:
    for name, model in [("Product", schema()), *schema()["$defs"].items()]:
        for key, value in model["properties"].items():
            assert value.get("description"), f"{name}.{key}"
    meeting = schema()["$defs"]["Meeting"]["properties"]
    assert meeting["cadence"]["default"] == "14d"
    assert meeting["cadence"]["pattern"] == meeting["duration"]["pattern"]
    assert meeting["cadence"]["examples"] == ["30m", "14d", "1h30m"]
