"""Work beside the main thread: its result or error comes back, and an end of the process does not wait for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from prodmeet_kit.pipeline.beside import beside


def test_what_was_raised_comes_with_the_result() -> None:
    with pytest.raises(ZeroDivisionError):
        beside(lambda: 1 / 0).result(5)


def test_an_interrupted_process_does_not_wait_for_it() -> None:
    code = (
        "import time; from prodmeet_kit.pipeline.beside import beside\nbeside(time.sleep, 60)\nraise KeyboardInterrupt"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert "KeyboardInterrupt" in ended.stderr
