"""The numbers of a report: computed once, in the kernel, and by the command only when the kernel cannot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import prodmeet_kit
from prodmeet_kit.demo import SNAPSHOT
from prodmeet_kit.pipeline import numbers


def test_handed_over_as_they_would_be_computed(tmp_path: Path) -> None:
    file = tmp_path / "numbers.json"
    exec(numbers.handing_over("demo", file), {"review": prodmeet_kit.open_review(language="ja")})
    found, computed = numbers.handed(file), numbers.compute(SNAPSHOT, "ja")
    assert found is not None
    found.record["generated_at"] = computed.record["generated_at"]
    assert found.json(()) == computed.json(())
    assert (found.title, found.minutes, found.failures) == (computed.title, computed.minutes, computed.failures)


def test_no_numbers_of_another_review(tmp_path: Path) -> None:
    file = tmp_path / "numbers.json"
    for review, product in ((prodmeet_kit.open_review(), "shop"), (None, "demo")):
        with pytest.raises(TypeError, match="is not the review of"):
            numbers.hand_over(review, product, str(file))
    assert numbers.handed(file) is None
    file.write_text('{"title": "half')
    assert numbers.handed(file) is None


def test_papermill_loads_no_client_of_a_store_and_hides_none_from_others() -> None:
    code = (
        "import sys, prodmeet_kit.pipeline.papermill_parts\n"
        "assert 'github' not in sys.modules and 'pandas' not in sys.modules and 'pyarrow' not in sys.modules\n"
        "import github, pyarrow.fs\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
