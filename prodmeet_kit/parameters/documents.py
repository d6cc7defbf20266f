"""YAML files that people write, with the line of every value (:mod:`.yaml_nodes` reads them).

What is wrong with a file is collected, not raised, so that a person fixes
everything in one go. A file that would cost too much is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prodmeet_kit.core.errors import Problem
from prodmeet_kit.parameters.yaml_nodes import MOST_LEVELS, WHOLE, Reading, TooMuch, Way, composed, dotted

__all__ = ["MOST_BYTES", "WHOLE", "Document", "Way", "document", "dotted", "read_document", "read_text", "texts"]

MOST_BYTES = 2_000_000
"""The longest file that people write; a megabyte of YAML takes seconds to read."""

_LONGEST_TAG = 100_000  # the reader takes time by the square of its length

_NOT_ALLOWED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
"""What may stand in no YAML file."""


@dataclass(frozen=True)
class Document:
    """One file: its content as plain values, the line each key or list item begins at, and what is wrong with it.

    ``data`` is ``None`` when the file is empty or cannot be read; ``problems`` tells the two apart. Where ``data`` was
    expanded (:mod:`.for_each.expanding`), ``origins`` has the way in the file of values by their way in ``data``.
    """

    file: str
    data: Any
    lines: Mapping[Way, int]
    problems: tuple[Problem, ...] = ()
    origins: Mapping[Way, Way] = field(default_factory=dict)

    def written(self, way: Way) -> Way:
        """The way in the file to the value at a way in ``data``; for a missing key, to where it belongs."""
        for length in range(len(way), 0, -1):
            if way[:length] in self.origins:
                return (*self.origins[way[:length]], *way[length:])
        return way

    def place(self, way: Way) -> str:
        """``file:line`` of a value, or of what encloses it when it is missing."""
        while way and way not in self.lines:
            way = way[:-1]
        return f"{self.file}:{self.lines[way]}" if way in self.lines else self.file


def read_document(path: Path) -> Document:
    """Read one YAML file. Never raises for its content: see :attr:`Document.problems`."""
    text = read_text(path)
    return text if isinstance(text, Document) else document(str(path), text)


def read_text(path: Path, most: int = MOST_BYTES) -> str | Document:
    """The text of a file; a :class:`Document` that says what is wrong when it is no UTF-8, or over ``most`` bytes."""
    file = str(path)
    try:
        with path.open("rb") as opened:
            content = opened.read(most + 1)
    except OSError as error:
        return _unreadable(file, f"not readable ({error.strerror})", "give a file that exists and may be read")
    if len(content) > most:
        return _unreadable(file, f"over {most // 1_000_000} MB", "split it, or keep what is older elsewhere")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _unreadable(f"{file}:{line}", f"not UTF-8 (byte {error.start})", "save it as UTF-8")


def document(file: str, text: str) -> Document:
    """The document of a YAML text; ``file`` is what its problems name."""
    from ruamel.yaml.error import YAMLError

    if found := _NOT_ALLOWED.search(text):
        line = text.count("\n", 0, found.start()) + 1
        fix = f"it holds U+{ord(found[0]):04X}, a character that YAML does not allow: take it out, or save as UTF-8"
        return _unreadable(f"{file}:{line}", "not YAML", fix)
    if "!" in text and max(map(len, text.split())) > _LONGEST_TAG:
        return _unreadable(file, f"not YAML: over {_LONGEST_TAG} letters without a blank", "break the line")
    reading = Reading(file)
    try:
        root = composed(text)
        if root is None:
            return Document(file, None, {})
        data = reading.value(root, ())
    except YAMLError as error:
        return _syntax(file, error)
    except TooMuch as error:
        return _unreadable(f"{file}:{error.line}", error.value, error.fix)
    except RecursionError:
        return _unreadable(file, f"nested over {MOST_LEVELS} levels deep", "write it flatter")
    except Exception as error:  # noqa: BLE001 - the reader of YAML stumbles over some texts that are none
        return _unreadable(file, f"not YAML ({type(error).__name__})", "put values with special characters in quotes")
    return Document(file, data, reading.lines, tuple(reading.problems))


def texts(value: Any, way: Way = ()) -> Iterator[tuple[Way, str]]:
    """Each text within a value, with the way to it."""
    if isinstance(value, str):
        yield way, value
    elif isinstance(value, dict | list | tuple):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from texts(inner, (*way, key))


def _unreadable(file: str, value: str, fix: str) -> Document:
    return Document(file, None, {}, (Problem(file, WHOLE, value, fix),))


def _syntax(file: str, error: Exception) -> Document:
    """A syntax error without the line's text, which may hold a password."""
    said = " ".join(str(part) for part in (getattr(error, "context", ""), getattr(error, "problem", "")) if part)
    tab = r"found character '\t'" in said
    said = re.sub(r"(['\"])[^\s'\"<>]{2,}\1", "a name", said) or "it holds a character that YAML does not allow"
    mark = getattr(error, "problem_mark", None)
    place = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
    if tab:
        return _unreadable(place, "not YAML", "a tab is not allowed here: indent with blanks")
    fix = f"{said}; put a value that holds any of : # {{ }} [ ] , & * ! | > ' \" % @ ` in quotes"
    return _unreadable(place, "not YAML", fix)
