"""The page of each type of source: its headings, its keys, and examples that load."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from prodmeet_kit import kinds
from prodmeet_kit.minutes.explorations import Exploration
from prodmeet_kit.minutes.inbox import InboxEntry
from prodmeet_kit.parameters import load, read_document
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.sources.minutes.durations import Duration
from prodmeet_kit.sources.minutes.verdicts import Verdict
from prodmeet_kit.sources.registry import BUILT_IN

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SOURCES = DOCS / "sources"
TYPES = sorted({*BUILT_IN, *backends.BUILT_IN})
HEADINGS = ["What it reads", "Configuration", "Permissions needed", "Limits"]
BY_HAND: dict[str, list[type[BaseModel]]] = {"inbox": [InboxEntry], "minutes": [Verdict, Duration, Exploration]}
"""What the examples of files that people write are, by page, in order."""

_EXAMPLE = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_type_of_source_has_a_page_and_every_page_a_type() -> None:
    assert sorted(path.stem for path in SOURCES.glob("*.md")) == TYPES
    linked = re.findall(
        r"^\| \[`(\w+)`\]\(sources/(\w+)\.md\) \|", (DOCS / "sources.md").read_text(), flags=re.MULTILINE
    )
    assert sorted(linked) == [(kind, kind) for kind in TYPES]


@pytest.mark.parametrize("kind", TYPES)
def test_the_pages_of_sources_have_the_same_headings(kind: str) -> None:
    text = (SOURCES / f"{kind}.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == HEADINGS
    assert text.splitlines()[0].endswith(f"`type: {kind}`")
    assert all(part.strip() for part in re.split(r"^#.*$", text, flags=re.MULTILINE)[1:]), "a heading without a text"


def settings(kind: str) -> type[BaseModel]:
    """The model of the keys beside ``type``."""
    if kind in backends.BUILT_IN:
        return backends.backend(kind).settings
    module = import_module(BUILT_IN[kind].partition(":")[0])
    (name,) = (name for name in module.__all__ if name.endswith("Config"))
    model: type[BaseModel] = getattr(module, name)
    return model


def of_parameters(example: dict[str, Any]) -> bool:
    return not set(example) - set(Product.model_fields)


@pytest.mark.parametrize("path", [*sorted(SOURCES.glob("*.md")), DOCS / "sources.md"], ids=lambda path: path.name)
def test_the_examples_load(path: Path, tmp_path: Path) -> None:
    by_hand = iter(BY_HAND.get(path.stem, []))
    file = tmp_path / "shop.yaml"
    for text in (found := _EXAMPLE.findall(path.read_text(encoding="utf-8"))):
        file.write_text(text, encoding="utf-8")
        example = read_document(file).data
        if not of_parameters(example):
            next(by_hand).model_validate(example)
            continue
        rest = "" if "services" in example else "services: [{name: cart}]\n"
        file.write_text(f"product: shop\n{rest}{text}", encoding="utf-8")
        sources = load("shop", tmp_path).sources
        for key in set(type(sources).model_fields) - {"metrics"}:
            for source in getattr(sources, key) or ():
                settings(source.type).model_validate(source.model_extra)
    assert found and next(by_hand, None) is None


@pytest.mark.parametrize("kind", TYPES)
def test_the_page_of_a_source_lists_its_keys(kind: str) -> None:
    part = (SOURCES / f"{kind}.md").read_text(encoding="utf-8").partition("## Configuration")[2].partition("\n## ")[0]
    table = re.search(r"^\| key \|.*\n.*\n((?:\|.*\n)*)", part, flags=re.MULTILINE)
    cells = re.findall(r"^\| (.+?) \|", table[1], flags=re.MULTILINE) if table else []
    listed = {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}
    ours = {"url", "step"} if kind == "csv" else set(settings(kind).model_fields) - {"type"}
    assert listed == ours


def test_the_page_of_lists_names_the_keys_of_each_entry() -> None:
    text = (SOURCES / "file.md").read_text(encoding="utf-8")
    listed = [record for kind in kinds.built_in() for record in kind.records if record.entry]
    for record in listed:
        model: type[BaseModel] = kinds.loaded(record.entry)
        (row,) = re.findall(rf"^\| `{record.key}` \| (.*) \| (.*) \|$", text, flags=re.MULTILINE)
        need, may = (re.findall(r"`(\w+)`", cell) for cell in row)
        assert sorted(need) == sorted(name for name, field in model.model_fields.items() if field.is_required())
        assert sorted(may) == sorted(name for name, field in model.model_fields.items() if not field.is_required())
