"""What tests need, and in which order files of tests are run.

A test whose program is missing is skipped with a plain message, but never in continuous integration.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

NEEDS: dict[str, list[tuple[str, ...]]] = {
    "integration": [("prometheus",), ("promtool",)],
    "browser": [("chromium", "chromium-browser", "google-chrome")],
}
"""For each marker the programs its tests need; one of each group is enough."""


# A shell starts what it runs in the background deaf to interrupts, and so would be the programs that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a cache of its own, shared by its workers: no test changes the user's, or finds what is in it."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        folder = tempfile.mkdtemp(prefix="prodmeet-tests-")
        os.environ["XDG_CACHE_HOME"] = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, groups in NEEDS.items():
        if item.get_closest_marker(marker):
            missing = [group[0] for group in groups if not any(shutil.which(name) for name in group)]
            if missing:
                pytest.skip(f"not installed: {', '.join(missing)}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that say they take long come first, the longest before all, so that no worker begins one at the end."""
    takes: dict[Path, float] = {}
    for item in items:
        seconds = sum(float(marker.args[0]) for marker in item.iter_markers("takes"))
        takes[item.path] = max(takes.get(item.path, 0.0), seconds)
    items.sort(key=lambda item: -takes[item.path])  # stable: within a file and among the quick ones as collected


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than processors: some tests wait for a clock or a server, and the others use that time."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        why = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.longrepr = f"{item.nodeid}: {why}; continuous integration skips nothing"
    return report
