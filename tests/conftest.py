"""Which tests need a program that may be missing: skipped with a plain message, but never in continuous integration."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Generator

import pytest

NEEDS: dict[str, list[tuple[str, ...]]] = {
    "integration": [("prometheus",), ("promtool",)],
    "browser": [("chromium", "chromium-browser", "google-chrome")],
}
"""For each marker the programs its tests need; one of each group is enough."""


# A shell starts what it runs in the background deaf to interrupts, and so would be the programs that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, groups in NEEDS.items():
        if item.get_closest_marker(marker):
            missing = [group[0] for group in groups if not any(shutil.which(name) for name in group)]
            if missing:
                pytest.skip(f"not installed: {', '.join(missing)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        why = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.longrepr = f"{item.nodeid}: {why}; continuous integration skips nothing"
    return report
