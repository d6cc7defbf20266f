"""One case: the pre-read of its product in a process of its own, its time, its memory, and what to think of it."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from tools.faults.catalogue import Case
from tools.faults.world import CANARY, END, VARIABLE, parameters

__all__ = ["MOST_MB", "Outcome", "agenda", "forked", "prepare", "verdict"]

MOST_MB = 1000
_OF_THE_RUN = ("failures", "gathered_at", "generated_at", "queries", "sources")  # what differs between good days
_KINDS = ("metrics", "alertmanager", "icalendar", "github", "github_changes", "pagerduty")


_NAMED = {"alertmanager": "silences", "github": r"incidents.*github", "github_changes": r"changes.*github_changes"}
"""How a gap names the source; the others by their own name."""


@dataclass(frozen=True)
class Outcome:
    """Exit status, what was printed, seconds, and the peak of memory in MB (0: not measured)."""

    status: int
    out: str
    err: str
    seconds: float
    memory: float = 0.0

    @property
    def says(self) -> str:
        """What people read of the fault, shortened."""
        found = re.search(r"Could not be checked:\n\n((?:- .*\n)+)", self.out)
        lines = [line[2:] for line in found[1].splitlines()] if found else []
        return " | ".join(lines) or " ".join(self.err.split())


def prepare(case: Case, urls: dict[str, str], folder: Path, timeout: str) -> None:
    """Write the parameters of a case: every source on the main server, that of the fault where its port is."""
    (folder / "parameters").mkdir(parents=True)
    bases = {kind: f"{urls['main']}/{case.number}/{kind}" for kind in _KINDS}
    if case.fault.port:
        bases[case.source] = f"{urls[case.fault.port]}/{case.number}/{case.source}"
    (folder / "parameters" / "shop.yaml").write_text(parameters(bases, timeout))


def agenda(folder: Path) -> tuple[int, str]:
    """Status and text of ``prodmeet agenda``, and every number of ``review.json`` after it."""
    from prodmeet_kit.archive.layout import record_text
    from prodmeet_kit.documents import preread
    from prodmeet_kit.documents import review_json as record
    from prodmeet_kit.review import open_review

    os.environ[VARIABLE] = CANARY
    review = open_review("shop", end=END.isoformat(), folder=folder)
    told = record.record(review, generated_at=END)
    numbers = record_text({key: told[key] for key in sorted(told) if key not in _OF_THE_RUN})
    return (3 if review.failures else 0), f"{preread.write(review)}\n{numbers}"


def forked(folder: Path) -> Callable[[], Outcome | None]:
    """Start :func:`agenda` in a copy of this process. What is given back tells the outcome, ``None`` while it runs."""
    began = time.monotonic()
    sys.stdout.flush()
    child = os.fork()
    if not child:
        _in_child(folder)

    def outcome() -> Outcome | None:
        ended, code, used = os.wait4(child, os.WNOHANG)
        if not ended:
            return None
        out, err = ((folder / name).read_text(errors="replace") for name in ("out", "err"))
        return Outcome(os.waitstatus_to_exitcode(code), out, err, time.monotonic() - began, used.ru_maxrss / 1024)

    return outcome


def _in_child(folder: Path) -> NoReturn:
    status = 1
    try:
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT), number)
        status, text = agenda(folder)
        sys.stdout.write(text)
    except BaseException:  # noqa: BLE001 - whatever it is, it is the outcome of the case
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def verdict(case: Case, got: Outcome, good: Outcome, timeout_s: float, waited_s: float | None = None) -> str:
    """What is wrong with an outcome; empty when all is as promised.

    ``waited_s`` is for how long a question was waited for, as the server saw it; without it the whole run counts.
    """
    wrong = []
    # Nobody asked for the rules of a server that keeps none: a note says so, and the status stays.
    noted = case.source == "rules" and "has no rules API" in got.says + got.out
    whole = got.status == good.status and got.out == good.out
    if "Traceback" in got.out + got.err:
        wrong.append("a traceback")
    if got.status not in (good.status, 3):
        wrong.append(f"status {got.status}")
    if got.status == good.status and got.out != good.out and not noted:
        wrong.append("other numbers without a word")
    if got.status == 3 and not re.search(_NAMED.get(case.source, re.escape(case.source)), got.says, re.IGNORECASE):
        wrong.append("a gap that does not name the source")
    if case.fault.whole is True and not whole:
        wrong.append("not whole")
    if case.fault.whole is False and got.status == good.status and not noted:
        wrong.append("no gap")
    if CANARY in got.out + got.err:
        wrong.append("shows the credential")
    if (waited_s if waited_s is not None else got.seconds - 4 * good.seconds) > timeout_s + 1:
        wrong.append("slow")
    if got.memory > MOST_MB:
        wrong.append("large")
    return ", ".join(wrong)
