"""A guide of ``docs/`` as steps: the files it has people write, and the commands it has them run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Step", "steps"]

_BLOCK = re.compile(
    r"(?:^`(?P<file>[^`\n]+)`:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Step:
    """One block of a guide: ``file`` to write ``text`` to, or, where there is none, a text of ``language`` to run."""

    file: str
    language: str
    text: str


def steps(guide: Path, title: str) -> list[Step]:
    """Every block under a heading of the guide, in order; a file's name stands on the line before, in backquotes."""
    _, found, rest = guide.read_text(encoding="utf-8").partition(f"## {title}\n")
    assert found, f"{guide} has no heading {title}"
    section = rest.partition("\n## ")[0]
    return [Step(match["file"] or "", match["language"], match["text"]) for match in _BLOCK.finditer(section)]
