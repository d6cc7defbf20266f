"""Lists that people keep as JSON or CSV, read into the same :class:`Document` as YAML, with the line of every entry.

So each is checked by the same rules as YAML, and a problem names its file and line.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Collection
from io import StringIO
from pathlib import Path
from typing import Any

from prodmeet_kit.errors import Problem
from prodmeet_kit.parameters import read_document
from prodmeet_kit.parameters.documents import WHOLE, Document, Way, document, read_text
from prodmeet_kit.parameters.validation import did_you_mean
from prodmeet_kit.sources.csv_text import CsvText, read_csv_text

__all__ = ["LISTS", "read_list"]

LISTS = frozenset({"services"})
"""Columns whose cell holds several names, with ; or blanks between them."""

_BREAK = re.compile(r"[;\s]+")


def read_list(path: Path, columns: Collection[str]) -> Document:
    """Read a list by the ending of its name: ``.json``, ``.csv``, else YAML. ``columns`` are those a CSV may have.

    Never raises for what stands in the file: see :attr:`Document.problems`.
    """
    ending = path.suffix.lower()
    if ending not in (".json", ".csv"):
        return read_document(path)
    if ending == ".csv":
        found = read_csv_text(path)
        return (
            _csv(str(path), found, columns) if isinstance(found, CsvText) else Document(str(path), None, {}, (found,))
        )
    text = read_text(path)
    return text if isinstance(text, Document) else _json(str(path), text)


def _json(file: str, text: str) -> Document:
    if not text.strip():
        return Document(file, None, {})
    try:
        data = json.loads(text, parse_constant=_no_number)
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
                mend = f"the header has {len(titles)} columns: put text that holds a comma in quotes"
                problems.append(Problem(f"{file}:{line}", f"[{len(data)}]", f"{len(cells)} cells", mend))
            places[(len(data),)] = line
            data.append(_entry(dict(zip(titles, cells, strict=False)), columns))
    except csv.Error as error:
        mend = f"{error}; close every quote, and write a quote within quotes twice"
        problems.append(Problem(f"{file}:{reader.line_num + given.line - 1}", WHOLE, "not CSV", mend))
    return Document(file, data if titles else None, places, tuple(problems))


def _wrong_titles(place: str, titles: list[str], columns: Collection[str]) -> list[Problem]:
    problems = []
    for number, title in enumerate(titles):
        if title in titles[:number]:
            problems.append(Problem(place, f"column {title}", "written twice", "keep one"))
        elif title.partition(".")[0] not in columns:
            named = f"column {title}" if title else f"column {number + 1}"
            mend = did_you_mean(title, columns) if title else "give it a name or remove it"
            problems.append(Problem(place, named, "not known" if title else "without a name", mend))
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
            entry[name] = [part for part in _BREAK.split(value) if part] if name in LISTS else value
    return entry
