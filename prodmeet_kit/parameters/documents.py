"""YAML files that people write, read by the rules of YAML 1.2, with the line of every value.

``on``, ``no`` and ``12:30`` are text; so are dates, and numbers with a leading
zero (``007``), which are ids. What is wrong with a file is collected, not
raised, so that a person mends everything in one go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prodmeet_kit.errors import Problem

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node

__all__ = ["WHOLE", "Document", "Way", "document", "dotted", "read_document", "read_text"]

Way = tuple[str | int, ...]
"""The way to a value: ``("services", 0, "name")``."""

WHOLE = "the file"
"""Stands for the key when a problem is the whole file's."""

_TAG = "tag:yaml.org,2002:"
_NULL = re.compile(r"(?:~|null|Null|NULL)?")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


@dataclass(frozen=True)
class Document:
    """One file: its content as plain values, the line each key or list item begins at, and what is wrong with it.

    ``data`` is ``None`` when the file is empty or cannot be read; ``problems`` tells the two apart.
    """

    file: str
    data: Any
    lines: Mapping[Way, int]
    problems: tuple[Problem, ...] = ()

    def place(self, way: Way) -> str:
        """``file:line`` of a value, or of what encloses it when it is missing."""
        while way and way not in self.lines:
            way = way[:-1]
        return f"{self.file}:{self.lines[way]}" if way in self.lines else self.file


def dotted(way: Way) -> str:
    """Write a way as people read it.

    >>> dotted(("services", 0, "slos", 1, "objective"))
    'services[0].slos[1].objective'
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in way)
    return text.removeprefix(".") or WHOLE


def read_document(path: Path) -> Document:
    """Read one YAML file. Never raises for what stands in it: see :attr:`Document.problems`."""
    text = read_text(path)
    return text if isinstance(text, Document) else document(str(path), text)


def read_text(path: Path) -> str | Document:
    """The text of a file; a :class:`Document` that says what is wrong when it cannot be read as UTF-8."""
    file = str(path)
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        return _unreadable(file, f"not readable ({error.strerror})", "give a file that exists and may be read")
    except UnicodeDecodeError as error:
        return _unreadable(file, f"not UTF-8 (byte {error.start})", "save it as UTF-8")


def document(file: str, text: str) -> Document:
    """The document of a YAML text; ``file`` is what its problems name."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        return _syntax(file, error)
    if root is None:
        return Document(file, None, {})
    reading = _Reading(file)
    data = reading.value(root, ())
    return Document(file, data, reading.lines, tuple(reading.problems))


def _unreadable(file: str, value: str, mend: str) -> Document:
    return Document(file, None, {}, (Problem(file, WHOLE, value, mend),))


def _syntax(file: str, error: Exception) -> Document:
    """A syntax error without the line's text, which may hold a password."""
    said = " ".join(str(part) for part in (getattr(error, "context", ""), getattr(error, "problem", "")) if part)
    said = re.sub(r"(['\"])[^\s'\"<>]{2,}\1", "a name", said) or "it holds a character that YAML does not allow"
    mark = getattr(error, "problem_mark", None)
    place = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
    mend = f"{said}; put a value that holds any of : # {{ }} [ ] , & * ! | > ' \" % @ ` in quotes"
    return _unreadable(place, "not YAML", mend)


class _Reading:
    """Turns the nodes of one file into plain values and remembers lines and problems."""

    def __init__(self, file: str):
        self.file = file
        self.lines: dict[Way, int] = {}
        self.problems: list[Problem] = []
        self._open: list[int] = []  # the nodes being read, to find one that holds itself

    def value(self, node: Node, way: Way) -> Any:
        self.lines.setdefault(way, node.start_mark.line + 1)
        if id(node) in self._open:
            self._problem(node, way, "a reference to what it stands in", "write the value out")
            return None
        self._open.append(id(node))
        try:
            if node.tag == f"{_TAG}map":
                return self._mapping(node, way)
            if node.tag == f"{_TAG}seq":
                return [self.value(child, (*way, index)) for index, child in enumerate(node.value)]
            return self._scalar(node, way)
        finally:
            self._open.pop()

    def _mapping(self, node: Node, way: Way) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            if key_node.tag == f"{_TAG}merge":
                merged.update(self._merged(value_node, way))
                continue
            if not isinstance(key_node.value, str):
                self._problem(key_node, way, "a mapping or list used as a key", "put the value in quotes")
                continue
            key, line = key_node.value, key_node.start_mark.line + 1
            if key in first:
                self._problem(key_node, (*way, key), "written twice", f"keep one; the first is in line {first[key]}")
                continue
            first[key] = line
            self.lines[(*way, key)] = line
            own[key] = self.value(value_node, (*way, key))
        return {**merged, **own}

    def _merged(self, node: Node, way: Way) -> dict[str, Any]:
        """What ``<<: *name`` brings in; the mapping's own keys win over it, an earlier one over a later."""
        merged: dict[str, Any] = {}
        for part in node.value if node.tag == f"{_TAG}seq" else [node]:
            if part.tag == f"{_TAG}map" and id(part) not in self._open:
                merged = {**self._mapping(part, way), **merged}
            else:
                self._problem(node, (*way, "<<"), "not a mapping", "name a mapping after <<, as in <<: *name")
        return merged

    def _scalar(self, node: Any, way: Way) -> Any:
        text: str = node.value
        if not str(node.tag).startswith(_TAG):
            self._problem(node, way, "tagged with !", "put a value that begins with ! in quotes")
            return None
        if node.tag == f"{_TAG}str" or node.style in ("'", '"', "|", ">"):
            return text
        return _core(text)

    def _problem(self, node: Node, way: Way, value: str, mend: str) -> None:
        self.problems.append(Problem(f"{self.file}:{node.start_mark.line + 1}", dotted(way), value, mend))


def _core(text: str) -> Any:
    """A plain scalar by the core schema of YAML 1.2; whatever is not surely a number stays text."""
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _NOT_FINITE.fullmatch(text):
        return float(text.replace(".", "").lower())
    return text
