"""Entries whose writer was killed, or whose machine lost its power, before they had their name: found again.

An entry is written whole under ``.<name>.yaml.<process>`` first. What was cut
off before it got its name holds what somebody wrote: it becomes the entry, told
once. What is not whole is named, for a person to complete or to delete.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from prodmeet_kit.core import durable
from prodmeet_kit.core.errors import Problem, printable
from prodmeet_kit.core.locks import is_held
from prodmeet_kit.parameters import read_document
from prodmeet_kit.parameters.documents import WHOLE

__all__ = ["draft_of", "find_again"]

_log = logging.getLogger(__name__)
_DRAFT = re.compile(r"\.(.+\.yaml)\.\d+")


def draft_of(entry: Path) -> Path:
    """Where an entry is written before it has its name."""
    return entry.with_name(f".{entry.name}.{os.getpid()}")


def find_again(folder: Path, last: str) -> list[Problem]:
    """Give each whole entry left in a folder its name, and remove what holds nothing; a problem for each other one.

    ``last`` is the key that is written last: an entry with it is whole. What cannot be read or renamed is left.
    """
    problems = []
    for draft, name in _left(folder):
        try:
            content = draft.read_bytes()
            if not content.strip(b"\0"):
                draft.unlink()
            elif not _is_whole(draft, content, last):
                fix = f"complete it and rename it to {name}, or delete it"
                problems.append(Problem(str(draft), WHOLE, "half written", fix))
            else:
                _rename(draft, folder / name)
        except FileNotFoundError:
            continue  # another run found it too
        except OSError as error:
            problems.append(
                Problem(str(draft), WHOLE, "left by a run that ended early", f"rename it: {error.strerror}")
            )
    return problems


def _left(folder: Path) -> Iterator[tuple[Path, str]]:
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return
    for path in paths:
        found = _DRAFT.fullmatch(path.name)
        if found and not path.is_symlink() and path.is_file() and not is_held(path):
            yield path, found[1]


def _is_whole(draft: Path, content: bytes, last: str) -> bool:
    if not content.endswith(b"\n") or b"\0" in content:
        return False
    data: Any = read_document(draft).data
    if not isinstance(data, dict) or last not in data:
        return False
    try:
        return datetime.fromisoformat(str(data[last])).tzinfo is not None
    except ValueError:
        return False


def _rename(draft: Path, entry: Path) -> None:
    if os.path.lexists(entry):  # it had its name already
        draft.unlink()
    else:
        os.link(draft, entry)
        draft.unlink()
        _log.warning("%s", printable(f"{entry} was written when the kit or the machine was stopped: found again"))
    durable.sync_folder(entry.parent)
