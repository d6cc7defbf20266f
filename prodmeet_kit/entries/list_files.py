"""Lists that people keep as JSON or CSV, read into the same :class:`Document` as YAML, with the line of every entry.

So each is checked by the same rules as YAML, and a problem names its file and line.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Collection
from io import StringIO
from math import isfinite
from pathlib import Path
from typing import Any

from prodmeet_kit.core.errors import Problem
from prodmeet_kit.entries.csv_text import CsvText, read_csv_text
from prodmeet_kit.parameters import read_document
from prodmeet_kit.parameters.documents import WHOLE, Document, Way, document, read_text
from prodmeet_kit.parameters.validation import did_you_mean

__all__ = ["ENDINGS", "MOST_ENTRIES", "read_list"]

ENDINGS = (".yaml", ".yml", ".json", ".csv")
"""How the name of a list may end; ``.tsv`` is read as ``.csv`` is."""

_LONGEST_NUMBER = 40  # Python refuses numbers of over 4300 digits

MOST_ENTRIES = 20_000
"""Of one list: reading so many takes seconds."""


def read_list(path: Path, columns: Collection[str]) -> Document:
    """Read a list by the ending of its name: ``.json``, ``.csv``, else YAML. ``columns`` are those a CSV may have.

    A file of another ending that holds no list in YAML says which endings there are.
    Never raises for what stands in the file: see :attr:`Document.problems`.
    """
    ending = path.suffix.lower()
    if ending in (".csv", ".tsv"):
        found = read_csv_text(path)
        if isinstance(found, CsvText):
            return _csv(str(path), found, columns)
        return Document(str(path), None, {}, (found,))
    if ending == ".json":
        text = read_text(path)
        return text if isinstance(text, Document) else _json(str(path), text)
    read = read_document(path)
    if ending in ENDINGS or (not read.problems and isinstance(read.data, list | None)):
        return read
    value = f"no list in YAML, and its name ends in {ending}" if ending else "no list in YAML"
    fix = f"a list ends in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}: export the table as CSV, and name that file"
    return Document(str(path), None, {}, (Problem(str(path), WHOLE, value, fix),))


def _json(file: str, text: str) -> Document:
    if not text.strip():
        return Document(file, None, {})
    try:
        data = json.loads(text, parse_constant=_no_number, parse_int=_whole, parse_float=_number)
    except json.JSONDecodeError as error:
        problem = Problem(f"{file}:{error.lineno}:{error.colno}", WHOLE, "not JSON", error.msg)
        return Document(file, None, {}, (problem,))
    except ValueError as error:
        return Document(file, None, {}, (Problem(file, WHOLE, "not JSON", str(error)),))
    except RecursionError:
        return Document(file, None, {}, (Problem(file, WHOLE, "nested too deeply", "write a list of entries"),))
    # JSON is YAML but for tabs between values; within text JSON writes a tab as \t.
    places = document(file, text.replace("\t", " "))
    return Document(file, data, places.lines, places.problems if places.data is not None else ())


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _number(written: str) -> float | str:
    return value if isfinite(value := float(written)) else written


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number: leave the key out where nothing is known")


def _csv(file: str, given: CsvText, columns: Collection[str]) -> Document:
    """Rows as entries: an empty cell is absent, ``verify.query`` is the key ``query`` within ``verify``."""
    reader = csv.reader(StringIO(given.text, newline=""), delimiter=given.separator, strict=True)
    titles: list[str] | None = None
    data: list[dict[str, Any]] = []
    places: dict[Way, int] = {(): 1}
    problems: list[Problem] = []
    begun = given.line
    try:
        for cells in reader:
            line, begun = begun, reader.line_num + given.line
            if not any(cell.strip() for cell in cells):
                continue
            if titles is None:
                titles = [cell.strip() for cell in cells]
                problems += _wrong_titles(f"{file}:{line}", titles, columns)
                continue
            if any(cell.strip() for cell in cells[len(titles) :]):
                fix = f"the header has {len(titles)} columns: put text that holds a comma in quotes"
                problems.append(Problem(f"{file}:{line}", f"[{len(data)}]", f"{len(cells)} cells", fix))
            if len(data) == MOST_ENTRIES:
                fix = "keep the older ones in a file of their own"
                problems.append(Problem(f"{file}:{line}", WHOLE, f"over {MOST_ENTRIES} entries", fix))
                break
            places[(len(data),)] = line
            data.append(_entry(dict(zip(titles, cells, strict=False)), columns))
    except csv.Error as error:
        fix = f"{error}; close every quote, and write a quote within quotes twice"
        problems.append(Problem(f"{file}:{reader.line_num + given.line - 1}", WHOLE, "not CSV", fix))
    return Document(file, data if titles else None, places, tuple(problems))


def _wrong_titles(place: str, titles: list[str], columns: Collection[str]) -> list[Problem]:
    problems = []
    for number, title in enumerate(titles):
        if title in titles[:number]:
            problems.append(Problem(place, f"column {title}", "written twice", "keep one"))
        elif title.partition(".")[0] not in columns:
            named = f"column {title}" if title else f"column {number + 1}"
            fix = did_you_mean(title, columns) if title else "give it a name or remove it"
            problems.append(Problem(place, named, "not known" if title else "without a name", fix))
    return problems


def _entry(cells: dict[str, str], columns: Collection[str]) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    for title, cell in cells.items():
        name, _, inner = title.partition(".")
        value = cell.strip()
        if not value or name not in columns:
            continue
        if inner:
            entry.setdefault(name, {})[inner] = value
        else:
            entry[name] = value
    return entry
