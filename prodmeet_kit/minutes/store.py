"""One small file for each thing that was said: nothing is overwritten, nothing is lost.

``minutes/<product>/<kind>/<day>-<subject>-<letters>.yaml`` is written whole or
not at all, under a name no other writer takes, and never changed afterwards by
the kit: who says something else about the same subject adds a file, and the
newest counts. Two people, two machines or two processes can write at once, and
git merges their files without a conflict. People may edit the files by hand.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prodmeet_kit.core.durable import make_folder, write_new
from prodmeet_kit.core.errors import Problem
from prodmeet_kit.core.window import parse_time
from prodmeet_kit.minutes.left import draft_of, find_again
from prodmeet_kit.parameters import Document, read_document
from prodmeet_kit.parameters.documents import WHOLE
from prodmeet_kit.parameters.validation import shown

__all__ = ["AT", "Minutes", "Saved"]

AT = "at"
"""The key every entry has: when it was said, UTC, to the microsecond."""

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_LIKE_ENTRIES = (".yaml", ".yml", ".json", ".txt")
_LONGEST_NAME = 60
_TRIES = 20


@dataclass(frozen=True)
class Saved:
    """One entry as it is in its file. ``at`` is ``None`` where somebody removed or damaged the time."""

    path: Path
    content: Mapping[str, Any]
    at: datetime | None


class Minutes:
    """The minutes of one product: entries by kind, such as ``decisions`` or ``verdicts``."""

    def __init__(self, folder: Path, product: str) -> None:
        self.folder = folder / product

    def save(self, kind: str, subject: str, content: Mapping[str, Any], at: datetime | None = None) -> Path:
        """Write an entry and return its file, which is on the disk when this returns.

        ``content`` holds texts, numbers, times and ``None`` (left out). ``at``
        defaults to now. Raises ``OSError`` when the disk does not take it.
        """
        moment = (at or datetime.now(UTC)).astimezone(UTC)
        plain = {key: _plain(value) for key, value in content.items() if value is not None}
        text = _yaml({**plain, AT: moment.isoformat(timespec="microseconds")})
        folder = self.folder / kind
        make_folder(folder)
        find_again(folder, AT)
        for _ in range(_TRIES):
            path = folder / f"{moment:%Y-%m-%d}-{_slug(subject)}-{secrets.token_hex(4)}.yaml"
            if write_new(path, text, draft_of(path)):
                return path
        raise FileExistsError(f"{folder}: no free name was found")

    def load(self, kind: str) -> tuple[list[Saved], list[Problem]]:
        """Every entry of a kind, oldest first, and what is wrong with files that cannot be read.

        A damaged file costs itself only; its problem names file and line. So does an entry's time that is none:
        the entry itself counts, as one from before all others.
        """
        problems = find_again(self.folder / kind, AT)
        paths, unread = _files(self.folder / kind)
        problems += unread
        found: list[Saved] = []
        for path in paths:
            document = read_document(path)
            if document.problems:
                problems += document.problems
            elif not isinstance(document.data, dict):
                problems.append(Problem(str(path), WHOLE, "no mapping", "write key: value lines, or delete the file"))
            else:
                moment, wrong = _moment(document)
                problems += wrong
                found.append(Saved(path, document.data, moment))
        oldest = datetime.min.replace(tzinfo=UTC)
        return sorted(found, key=lambda saved: (saved.at or oldest, saved.path.name)), problems

    def newest(self, kind: str, key: str = "subject") -> tuple[dict[str, Saved], list[Problem]]:
        """The newest entry for each value of ``key``, and the problems of :meth:`load`."""
        found, problems = self.load(kind)
        return {str(saved.content[key]): saved for saved in found if key in saved.content}, problems

    def kinds(self) -> Iterator[str]:
        """Which kinds of entry there are, sorted."""
        if self.folder.is_dir():
            yield from sorted(path.name for path in self.folder.iterdir() if path.is_dir())


def _slug(subject: str) -> str:
    """The subject as part of a file name: what is not a letter or digit of ASCII becomes a dash."""
    return _NOT_IN_NAMES.sub("-", subject.lower()).strip("-")[:_LONGEST_NAME].strip("-") or "entry"


def _yaml(content: Mapping[str, Any]) -> str:
    from io import StringIO

    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    stream = StringIO()
    yaml.dump(dict(content), stream)
    return stream.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return value


def _files(folder: Path) -> tuple[list[Path], list[Problem]]:
    """The entries in a folder by name, none where there is no folder; and what keeps others from being read."""
    try:
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except FileNotFoundError:
        return [], []
    except OSError as error:
        return [], [Problem(str(folder), WHOLE, f"no folder that can be read ({error.strerror})", "let it be read")]
    entries = [path for path in paths if path.suffix == ".yaml"]
    return entries, [problem for path in paths if path not in entries and (problem := _beside(path))]


def _beside(path: Path) -> Problem | None:
    """What is wrong with the name of a file that looks like an entry, or with a folder that holds some."""
    if path.suffix.lower() in _LIKE_ENTRIES and not path.stem.lower().startswith("readme"):
        name = path.stem.removesuffix(".yaml").removesuffix(".yml")
        return Problem(str(path), WHOLE, "not read", f"name it {name}.yaml")
    if path.is_dir() and next(path.glob("*.y*ml"), None):
        return Problem(str(path), WHOLE, "a folder, and not read", f"move its files to {path.parent}")
    return None


def _moment(document: Document) -> tuple[datetime | None, list[Problem]]:
    """When the entry was said, ``None`` where nothing says; and what is wrong with the time that is there."""
    text = document.data.get(AT)
    try:
        return (parse_time(str(text), "UTC") if text is not None else None), []
    except ValueError as error:
        return None, [Problem(document.place((AT,)), AT, shown(text, (AT,)), str(error))]
