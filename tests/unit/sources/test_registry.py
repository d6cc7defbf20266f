"""Kinds of source: ours, those of other packages, and those that do not exist."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints

import pytest

from prodmeet_kit.core.errors import InputError
from prodmeet_kit.sources import files, registry
from prodmeet_kit.sources.registry import BUILT_IN, find, kinds


@pytest.fixture
def other_package(monkeypatch: pytest.MonkeyPatch) -> None:
    points = EntryPoints(
        [
            EntryPoint("tracker", "prodmeet_kit.sources.files:read", registry.GROUP),
            EntryPoint("broken", "prodmeet_kit.absent:read", registry.GROUP),
        ]
    )
    monkeypatch.setattr(registry, "entry_points", points.select)


@pytest.mark.parametrize("kind", BUILT_IN)
def test_every_kind_of_the_kit_can_be_made(kind: str) -> None:
    assert callable(find(kind))


@pytest.mark.usefixtures("other_package")
def test_a_kind_of_another_package_is_found_by_its_name() -> None:
    assert find("tracker") is files.read
    assert kinds() == sorted([*BUILT_IN, "tracker", "broken"])


@pytest.mark.usefixtures("other_package")
def test_an_unknown_kind_is_named_with_those_that_exist() -> None:
    with pytest.raises(InputError, match=r"no source of type trakcer.*file, .*minutes, .*prometheus_rules, .*tracker"):
        find("trakcer")


@pytest.mark.usefixtures("other_package")
def test_a_kind_that_cannot_be_loaded_says_why() -> None:
    with pytest.raises(InputError, match=r"broken.*cannot be loaded: No module named 'prodmeet_kit.absent'"):
        find("broken")
