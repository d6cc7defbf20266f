"""A package of somebody else, found as if it were installed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["install"]


def install(
    folder: Path, files: Mapping[str, str], points: Mapping[str, Mapping[str, str]], name: str = "ours"
) -> None:
    """Write a package's files below ``folder``, and what an installer writes beside them.

    ``points`` are its entry points by group. The folder has to be on ``sys.path``.
    """
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    about = folder / f"{name}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = [
        line
        for group, of_group in points.items()
        for line in (f"[{group}]", *(f"{key} = {value}" for key, value in of_group.items()))
    ]
    (about / "entry_points.txt").write_text("\n".join(lines) + "\n")
