"""From the text of a YAML file to plain values, within bounds: no file can cost more than seconds and some memory.

The rules are those of YAML 1.2: ``on``, ``no`` and ``12:30`` are text; so are
dates, and numbers with a leading zero (``007``), which are ids.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from prodmeet_kit.core.errors import Problem

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node

__all__ = ["MOST_LEVELS", "MOST_VALUES", "WHOLE", "Reading", "TooMuch", "Way", "composed", "dotted"]

Way = tuple[str | int, ...]
"""The way to a value: ``("services", 0, "name")``."""

WHOLE = "the file"
"""Stands for the key when a problem is the whole file's."""

MOST_LEVELS = 40
"""How deep values may stand within each other; a parameter file needs 9."""

MOST_VALUES = 80_000
"""How many values a file may come to, those that references repeat counted each time; about 6,000 entries of a list."""

_LONGEST_NUMBER = 40  # what is longer is an id; Python refuses numbers of over 4300 digits

_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = frozenset(
    f"{_TAG}{name}" for name in ("bool", "float", "int", "merge", "null", "str", "timestamp", "value")
)
_NULL = re.compile(r"(?:~|null|Null|NULL)?")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_SURROGATE = re.compile("[\ud800-\udfff]")


class TooMuch(Exception):
    """A file goes beyond a bound: ``line`` is where, ``value`` what there is, ``fix`` what to write."""

    def __init__(self, line: int, value: str, fix: str) -> None:
        super().__init__(f"{value}: {fix}")
        self.line, self.value, self.fix = line, value, fix


def dotted(way: Way) -> str:
    """Write a way as people read it.

    >>> dotted(("services", 0, "slos", 1, "objective"))
    'services[0].slos[1].objective'
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in way)
    return text.removeprefix(".") or WHOLE


def _whole_letters(text: str) -> str | None:
    r"""The text with a pair such as ``\ud83d\ude00`` as one letter; ``None`` for half of one: no file could hold it."""
    if not _SURROGATE.search(text):
        return text
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return None


def composed(text: str) -> Node | None:
    """The root of a YAML text. Raises ``YAMLError`` for what is no YAML, and :class:`TooMuch`."""
    from ruamel.yaml import YAML
    from ruamel.yaml.composer import Composer

    class Bounded(Composer):
        """Stops at the bounds while the file is read, not when it has filled the memory."""

        def __init__(self, loader: Any = None) -> None:
            super().__init__(loader)
            self.warn_double_anchors = False  # YAML allows them; the warning would go to the terminal
            self.levels = self.values = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            self.levels += 1
            self.values += 1
            if self.levels > MOST_LEVELS:
                raise _too_deep(self.parser.peek_event().start_mark.line + 1)
            if self.values > MOST_VALUES:
                raise _too_many(self.parser.peek_event().start_mark.line + 1)
            node = super().compose_node(parent, index)
            self.levels -= 1
            return node

    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = Bounded
    root: Node | None = yaml.compose(text)
    return root


def _too_deep(line: int) -> TooMuch:
    return TooMuch(line, f"nested over {MOST_LEVELS} levels deep", "write it flatter")


def _too_many(line: int) -> TooMuch:
    return TooMuch(line, f"over {MOST_VALUES} values", "write fewer references (*name), or keep a long list as CSV")


class Reading:
    """Turns the nodes of one file into plain values and remembers lines and problems."""

    def __init__(self, file: str):
        self.file = file
        self.lines: dict[Way, int] = {}
        self.problems: list[Problem] = []
        self._open: list[int] = []  # the nodes being read, to find one that holds itself
        self._values = 0

    def value(self, node: Any, way: Way) -> Any:
        """The value of a node. Raises :class:`TooMuch` when references make more of it than a file may hold."""
        self.lines.setdefault(way, node.start_mark.line + 1)
        if id(node) in self._open:
            self._problem(node, way, "a reference to what it is part of", "write the value out")
            return None
        self._values += 1
        if self._values > MOST_VALUES:
            raise _too_many(node.start_mark.line + 1)
        if len(self._open) >= MOST_LEVELS:
            raise _too_deep(node.start_mark.line + 1)
        self._open.append(id(node))
        try:
            if node.tag == f"{_TAG}map" and node.id == "mapping":
                return self._mapping(node, way)
            if node.tag == f"{_TAG}seq" and node.id == "sequence":
                return [self.value(child, (*way, index)) for index, child in enumerate(node.value)]
            return self._scalar(node, way)
        finally:
            self._open.pop()

    def _mapping(self, node: Any, way: Way) -> dict[str, Any]:
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
            key, line = _whole_letters(key_node.value), key_node.start_mark.line + 1
            if key is None:
                self._problem(key_node, way, "a key with half of a letter", "write the key as it reads, not with \\u")
                continue
            if key in first:
                self._problem(key_node, (*way, key), "written twice", f"keep one; the first is in line {first[key]}")
                continue
            first[key] = line
            self.lines[(*way, key)] = line
            own[key] = self.value(value_node, (*way, key))
        return {**merged, **own}

    def _merged(self, node: Any, way: Way) -> dict[str, Any]:
        """What ``<<: *name`` brings in; the mapping's own keys win over it, an earlier one over a later."""
        merged: dict[str, Any] = {}
        for part in node.value if node.id == "sequence" else [node]:
            if part.id == "mapping" and part.tag == f"{_TAG}map" and id(part) not in self._open:
                merged = {**self.value(part, way), **merged}
            else:
                self._problem(node, (*way, "<<"), "not a mapping", "name a mapping after <<, as in <<: *name")
        return merged

    def _scalar(self, node: Any, way: Way) -> Any:
        if node.id != "scalar" or node.tag not in _PLAIN_TAGS:
            self._problem(node, way, "tagged with !", "put a value that begins with ! in quotes")
            return None
        text = _whole_letters(node.value)
        if text is None:
            self._problem(node, way, "a text with half of a letter", "write the letter itself, not with \\u")
            return None
        if node.tag == f"{_TAG}str" or node.style in ("'", '"', "|", ">"):
            return text
        return _core(text)

    def _problem(self, node: Any, way: Way, value: str, fix: str) -> None:
        place = f"{self.file}:{node.start_mark.line + 1}"
        self.problems.append(Problem(place, dotted(way), value, fix))


def _core(text: str) -> Any:
    """A plain scalar by the core schema of YAML 1.2; whatever is not surely a number stays text."""
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    if _NOT_FINITE.fullmatch(text):
        return float(text.replace(".", "").lower())
    return text
