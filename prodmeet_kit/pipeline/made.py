"""How the report of one product of a fleet went, wherever it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

__all__ = ["WRITTEN", "Made", "lines"]

WRITTEN = (0, 3)
"""Exit statuses with which a report is there."""


@dataclass(frozen=True)
class Made:
    """How the report of one product went: its exit status as of ``prodmeet report``, and what it printed."""

    product: str
    status: int
    page: str = ""
    said: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """Why there is no report, in one line."""
        return self.said[0].removeprefix("prodmeet: ") if self.said else f"ended with status {self.status}"

    def __str__(self) -> str:
        if self.status not in WRITTEN:
            return f"failed  {self.product}: {self.why}"
        if self.status == 3:
            lines = "1 line" if len(self.said) == 1 else f"{len(self.said)} lines"
            return f"partly  {self.product}: {lines} of what could not be checked: {self.page}"
        return f"ok      {self.product}: {self.page}"


def lines(written: IO[bytes], most: int = -1) -> list[str]:
    """What a process wrote into the file, up to so many bytes."""
    written.seek(0)
    return written.read(most).decode("utf-8", "replace").splitlines()
