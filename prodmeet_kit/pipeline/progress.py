"""What a person at a terminal sees while a report is made; nothing where nobody looks."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Protocol

from prodmeet_kit.core.errors import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Quiet", "Reporter", "Shown", "choose"]


class Reporter(Protocol):
    """What a run tells: its steps, and how far a step of many parts is."""

    def step(self, text: str) -> None:
        """A new step begins."""

    def start(self, total: int) -> None:
        """The step has this many parts."""

    def advance(self, text: str) -> None:
        """One part is done; ``text`` names it."""

    def done(self) -> None:
        """The step is over."""

    def close(self) -> None:
        """The run is over: leave the terminal as it was."""


class Quiet:
    """Tells nothing."""

    def step(self, text: str) -> None:
        """Nothing."""

    def start(self, total: int) -> None:
        """Nothing."""

    def advance(self, text: str) -> None:
        """Nothing."""

    def done(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class Shown:
    """A spinner, the step and a bar on the terminal's error stream, gone at the end."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        self._bars: Progress = RichProgress(
            SpinnerColumn(),
            # No markup: text of a parameter file is shown as it is.
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task: TaskID | None = None
        self._step = ""
        self._bars.start()

    def step(self, text: str) -> None:
        """Show the step."""
        self.done()
        self._step = text
        self._task = self._bars.add_task(text, total=None)

    def start(self, total: int) -> None:
        """Show how many parts the step has."""
        if self._task is not None:
            self._bars.update(self._task, total=total, completed=0)

    def advance(self, text: str) -> None:
        """Move the bar and name the part."""
        if self._task is not None:
            self._bars.update(self._task, advance=1, description=printable(f"{self._step}: {text}"))

    def done(self) -> None:
        """Take the step away."""
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._bars.stop()


def choose() -> Reporter:
    """Progress for a person at a terminal; none in a pipe, under cron or in CI."""
    if sys.stderr.isatty() and not os.environ.get("CI"):
        return Shown()
    return Quiet()
