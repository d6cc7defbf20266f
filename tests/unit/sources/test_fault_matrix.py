"""A sample of the fault matrix (``python -m tools.faults``): no fault gives a silent wrong number."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.counts import count
from tools.faults.catalogue import CASES, FAULTS, Case
from tools.faults.running import Outcome, agenda, prepare, verdict
from tools.faults.server import running
from tools.faults.world import VARIABLE

pytestmark = pytest.mark.takes(15)

TIMEOUT_S = 2.0
SAMPLE = sorted(random.Random(16).sample(range(1, len(CASES)), count(12, len(CASES) - 1)))


@pytest.fixture(scope="module")
def urls() -> Iterator[dict[str, str]]:
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def good(urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str]:
    with pytest.MonkeyPatch.context() as patch:
        return outcome(CASES[0], urls, tmp_path_factory.mktemp("good"), patch)


def outcome(case: Case, urls: dict[str, str], folder: Path, patch: pytest.MonkeyPatch) -> tuple[int, str]:
    """Exit status and text of the pre-read."""
    patch.setenv(VARIABLE, "")
    prepare(case, urls, folder, f"{TIMEOUT_S:g}s")
    return agenda(folder)


def test_a_good_day_is_whole(good: tuple[int, str]) -> None:
    assert good[0] == 0
    assert "All sources answered" in good[1]


@pytest.mark.parametrize("number", SAMPLE, ids=lambda number: f"{CASES[number].source}: {CASES[number].fault.name}")
def test_a_fault_is_harmless_or_said(
    number: int, urls: dict[str, str], good: tuple[int, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    got = outcome(CASES[number], urls, tmp_path, monkeypatch)
    assert verdict(CASES[number], Outcome(*got, "", 0.0), Outcome(*good, "", 0.0), TIMEOUT_S) == ""


def test_the_matrix_has_every_kind_of_fault_once() -> None:
    names = [fault.name for fault in FAULTS]
    assert len(names) == len(set(names)) > 150
