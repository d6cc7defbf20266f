"""Run the matrix, print a line for each case, and the counts; the exit status is 1 when a line is not as promised."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tools.faults.catalogue import CASES, Case
from tools.faults.running import Outcome, forked, prepare, verdict

TIMEOUT_S = 4.0


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tools.faults", description=__doc__)
    parser.add_argument("--source", default="", help="only sources whose name holds this")
    parser.add_argument("--fault", default="", help="only faults whose name holds this")
    parser.add_argument("--jobs", type=int, default=8, help="cases side by side")
    parser.add_argument("--bad", action="store_true", help="print only lines that are not as promised")
    asked = parser.parse_args()
    cases = [one for one in CASES[1:] if asked.source in one.source and asked.fault in one.fault.name]
    _load()
    with _server() as urls, tempfile.TemporaryDirectory() as folder:
        good = next(_run([CASES[0]], urls, Path(folder), 1))[1]
        print(f"a good day: status {good.status}, {good.seconds:.1f} s, {good.memory:.0f} MB")
        counts: Counter[str] = Counter()
        for case, got in _run(cases, urls, Path(folder), asked.jobs):
            waited = _asked(urls, "seconds").get(str(case.number))
            wrong = verdict(case, got, good, TIMEOUT_S, waited)
            whole = got.status == good.status and got.out == good.out
            counts["not as promised" if wrong else "whole" if whole else "a gap that is said"] += 1
            if wrong or not asked.bad:
                seconds = got.seconds if waited is None else waited
                told = f"{f'[{wrong}] ' if wrong else ''}{'' if whole else got.says[:200]}"
                print(f"{'FAIL' if wrong else 'ok':4} {case.source:14} {case.fault.name:42} {got.status}", end=" ")
                print(f"{seconds:5.1f} s {got.memory:5.0f} MB  {told}", flush=True)
        leaks = _asked(urls, "leaks")
        print(f"{len(cases)} cases: {', '.join(f'{count} {name}' for name, count in counts.most_common())};"
              f" credentials that went elsewhere: {len(leaks)}")  # fmt: skip
    return 1 if counts["not as promised"] or leaks else 0


def _asked(urls: dict[str, str], what: str) -> Any:
    """What the server has seen."""
    with urlopen(f"{urls['elsewhere']}/{what}") as answer:  # noqa: S310 - our own server
        return json.loads(answer.read())


def _run(cases: Sequence[Case], urls: dict[str, str], folder: Path, jobs: int) -> Iterator[tuple[Case, Outcome]]:
    """Outcomes as they come, so many side by side."""
    left, running = list(cases)[::-1], dict[Case, Callable[[], Outcome | None]]()
    while left or running:
        while left and len(running) < jobs:
            case = left.pop()
            prepare(case, urls, folder / str(case.number), f"{TIMEOUT_S:g}s")
            running[case] = forked(folder / str(case.number))
        for case, outcome in list(running.items()):
            got = outcome()
            if got is not None:
                del running[case]
                yield case, got
        time.sleep(0.01)


class _server:  # noqa: N801 - a context manager
    def __enter__(self) -> dict[str, str]:
        command = [sys.executable, "-m", "tools.faults.server"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        found: dict[str, str] = json.loads(self._process.stdout.readline())
        return found

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(5)


def _load() -> None:
    """Import here what each case needs, so that its copies begin with it."""
    import github  # noqa: F401
    import icalendar  # noqa: F401
    import pagerduty  # noqa: F401
    import recurring_ical_events  # noqa: F401

    import prodmeet_kit.documents.preread
    import prodmeet_kit.gathering.gather
    import prodmeet_kit.review
    import prodmeet_kit.sources.alertmanager.source
    import prodmeet_kit.sources.prometheus.alerts  # noqa: F401


if __name__ == "__main__":
    sys.exit(main())
