"""Numbers by time out of a CSV file, as people, Grafana and spreadsheets write it.

One cell or row that nobody can read costs itself, and is named with its line. A column of numbers for people's eyes
(``1,234``, ``12.3 req/s``) is refused as a whole: to leave out only what is over 999 would be a wrong sum.
"""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import isinf
from pathlib import Path
from typing import TYPE_CHECKING

from prodmeet_kit.core.errors import Problem, UnexpectedAnswer
from prodmeet_kit.entries.csv_text import CsvText, read_csv_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Table", "read_table"]

_NAMES_OF_TIME = frozenset({"time", "timestamp", "date", "datetime"})
_UNKNOWN = frozenset({"", "nan", "-nan", "null", "none", "na", "n/a", "#n/a", "<na>", "undefined", "-"})
_EPOCHS = ((1, 9, 10), (1e3, 12, 13), (1e6, 15, 16), (1e9, 18, 19))
"""How many of its units are a second, and the digits such a time has between 1973 and 2286."""
_DIGITS = re.compile(r"\d{9,19}(?:\.\d+)?")
_LIKE_TIME = re.compile(r"\d{4}[-/]?\d\d")
_GROUPED = re.compile(r"[-+]?\d{1,3},\d{3}")
_COMMA = re.compile(r"[-+]?\d*,\d*(?:[eE][-+]?\d+)?")
_FORMATTED = re.compile(
    r"[^\d\s.,+-]{0,3}\s?[-+]?\d{1,3}(?:[,.' \u00a0\u202f]\d{3})+(?:[.,]\d+)?\s*\D{0,20}"
    r"|[-+]?\d+(?:[.,]\d+)?\s*\D{1,20}"
)
"""``1,234``, ``1.234,5``, ``12.3 req/s``, ``5%``, ``1.2K``."""
_MONTH = re.compile(r"\d{4}-\d\d")
_SHORT = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?: +(\d{1,2})(:\d\d(?::\d\d)?))?")
"""As spreadsheets show a time where the year comes first: ``2026/10/1 9:05``."""
_TIME_MEND = "write ISO 8601, such as 2026-11-22T22:30Z"
_NUMBER_MEND = "write a number, or leave the cell empty"
_PLAIN_MEND = (
    "write plain numbers such as 1234.5, without a unit and without marks between thousands;"
    " in Grafana switch Formatted data off"
)
_NAN = float("nan")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOLD = 3  # how many cells are named; the others are counted


@dataclass(frozen=True)
class Table:
    """``frame``: a ``float64`` column a series by time in ascending order, NaN where nothing is known.

    ``timeless`` names rows without a time that can be read, ``left_out`` by column the cells that are no number;
    ``refused`` says by column why it cannot be used at all. Empty where there is nothing to say.
    ``zoneless``: some times have no offset, and are taken for UTC.
    """

    frame: pd.DataFrame
    timeless: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    zoneless: bool = False

    def missing(self, column: str) -> str:
        """What the file has of a column that is no answer, because it cannot be read; empty where there is nothing."""
        return "; ".join(text for text in (self.timeless, self.left_out.get(column, "")) if text)


def read_table(path: Path) -> Table:
    """The columns of a file.

    Raises :class:`.UnexpectedAnswer`, with the line, when no row can be used, two have one time, or
    a quote never ends.
    """
    found = read_csv_text(path, spoilt_cells=True)
    if isinstance(found, Problem):
        raise UnexpectedAnswer(f"cannot read {path}: it is {found.value}: {found.fix}")
    return _Reading(str(path), found).table()


class _LeftOut:
    """What could not be read of one column, or of the times: the first few by line, the others counted."""

    def __init__(self) -> None:
        self.first: list[str] = []
        self.count = 0

    def add(self, text: str) -> None:
        self.count += 1
        if self.count <= _TOLD:
            self.first.append(text)

    def __str__(self) -> str:
        more = f"; and {self.count - _TOLD} more" if self.count > _TOLD else ""
        return f"{'; '.join(self.first)}{more}; left out"


class _Column:
    """The cells of one column as numbers, and whether they differ from numbers written for people."""

    def __init__(self, title: str, separator: str) -> None:
        self.title, self._separator = title, separator
        self.values: array[float] = array("d")
        self.left_out = _LeftOut()
        self._formatted = self._comma = self._decimal = self._point = ""

    def add(self, cell: str, file: str, line: int) -> None:
        """The next cell, which is at ``line`` of the file."""
        try:
            value = float(cell) if cell else _NAN
        except ValueError:
            value = self._other(cell.strip(), f"{file}:{line}")
        else:
            if isinf(value) or "_" in cell:  # Python alone reads 1_000
                value = self._other(cell.strip(), f"{file}:{line}")
            elif not self._point and "." in cell:
                self._point = f'{file}:{line}: {self.title} is "{cell.strip()}"'
        self.values.append(value)

    def _other(self, cell: str, place: str) -> float:
        """A cell that is no number for Python: a decimal comma, a word for unknown, or what is named."""
        said = f'{place}: {self.title} is "{cell[:60]}"'
        if self._separator != "," and cell.count(",") == 1 and "." not in cell and _COMMA.fullmatch(cell):
            self._comma = self._comma or said
            if not _GROUPED.fullmatch(cell):
                self._decimal = said
            return float(cell.replace(",", "."))
        if _FORMATTED.fullmatch(cell):
            self._formatted = self._formatted or said
        elif "inf" in cell.lower():
            self.left_out.add(f"{said}: write a finite number, or an empty cell where nothing is known")
        elif cell.lower() not in _UNKNOWN:
            self.left_out.add(f"{said}: {_NUMBER_MEND}")
        return _NAN

    @property
    def refused(self) -> str:
        """Why no number of the column counts; empty when they do.

        ``;`` is what programs write where the comma is decimal. Between tabs ``1,234`` may be either.
        """
        if self._formatted:
            return f"{self._formatted}: {_PLAIN_MEND}"
        if self._comma and (self._point or (self._separator != ";" and not self._decimal)):
            return f"{self._comma}, which may be a thousand times another number: {_PLAIN_MEND}"
        return ""


class _Reading:
    def __init__(self, file: str, given: CsvText) -> None:
        self._file, self._given = file, given
        self._columns: list[_Column] = []
        self._lines: array[int] = array("q")
        self._times: array[int] = array("q")  # nanoseconds
        self._timeless = _LeftOut()
        self._zoneless = False

    def table(self) -> Table:
        import numpy as np
        import pandas as pd

        self._read()
        if self._timeless.count and not len(self._times):
            raise UnexpectedAnswer(self._timeless.first[0])
        index = pd.DatetimeIndex(np.array(self._times, dtype=np.int64).view("datetime64[ns]"), tz="UTC", name="time")
        twice = index.duplicated()
        if twice.any():
            at = self._lines[int(twice.argmax())]
            first = self._given.text.split("\n")[at - self._given.line].split(self._given.separator)[0].strip(' "\r')
            fix = "a row above has the same time: keep one, or write both with their offsets"
            raise UnexpectedAnswer(f"{self._file}:{at}: time is {_cell(first)}: {fix}")
        data = {column.title: np.array(column.values, dtype=float) for column in self._columns}
        frame = pd.DataFrame(data, index=index, dtype="float64").sort_index()
        left_out = {column.title: str(column.left_out) for column in self._columns if column.left_out.count}
        refused = {column.title: column.refused for column in self._columns if column.refused}
        timeless = str(self._timeless) if self._timeless.count else ""
        return Table(frame, timeless, left_out, refused, self._zoneless)

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row that is not blank, with the line of the file it begins at."""
        reader = csv.reader(
            _lines(self._given.text), delimiter=self._given.separator, skipinitialspace=True, strict=True
        )
        begun = 0
        try:
            for cells in reader:
                line, begun = begun + self._given.line, reader.line_num
                if cells and (cells[0] or any(map(str.strip, cells))):
                    yield line, cells
        except csv.Error as error:
            line = begun + self._given.line
            raise UnexpectedAnswer(f"{self._file}:{line}: cannot read the row: {error}: close every quote") from None

    def _read(self) -> None:
        rows = self._rows()
        line, header = next(rows, (1, []))
        if not header:
            raise UnexpectedAnswer(f"cannot read {self._file}: it is empty: name the columns in its first line")
        first, *titles = [title.strip() for title in header]
        if first.lower() not in _NAMES_OF_TIME:
            raise UnexpectedAnswer(f"{self._file}:{line}: the first column is {first}: name the first column time")
        while titles and not titles[-1]:  # a separator at the end of each line
            titles.pop()
        for title in titles:
            if titles.count(title) > 1:
                raise UnexpectedAnswer(f"{self._file}:{line}: there are two columns {title}: keep one")
        self._columns = [_Column(title, self._given.separator) for title in titles]
        for line, cells in rows:
            self._row(line, cells)

    def _row(self, line: int, cells: list[str]) -> None:
        width = len(self._columns) + 1
        try:
            if len(cells) > width and any(map(str.strip, cells[width:])):
                raise ValueError(f"{len(cells)} cells under {width} names: put a cell that holds a comma in quotes")
            moment = _moment(cells[0])
        except ValueError as error:
            self._timeless.add(f"{self._file}:{line}: {error}")
            return
        self._zoneless = self._zoneless or not moment.tzinfo
        self._times.append(_nanoseconds(moment))
        self._lines.append(line)
        for number, column in enumerate(self._columns, 1):
            column.add(cells[number] if number < len(cells) else "", self._file, line)


def _lines(text: str) -> Iterator[str]:
    """The lines one after the other: a list of them takes several times the memory of the text."""
    at = 0
    while at < len(text):
        end = text.find("\n", at) + 1 or len(text)
        yield text[at:end]
        at = end


def _moment(text: str) -> datetime:
    """A time as people and programs write it, with an offset where they write one."""
    try:
        moment = datetime.fromisoformat(text) if text[4:5] == "-" else _otherwise(text.strip())
    except ValueError:
        moment = _otherwise(text.strip())
    if not 1678 <= moment.year <= 2261:
        raise ValueError(f"time is {_cell(text)}: write a year from 1678 to 2261")
    return moment


def _nanoseconds(moment: datetime) -> int:
    """Since 1970; a time without an offset is UTC."""
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1000


def _otherwise(text: str) -> datetime:
    """A time that is not plainly ISO 8601: seconds or their parts since 1970, a month, slashes for dashes."""
    if _DIGITS.fullmatch(text):
        whole = len(text.partition(".")[0])
        for unit, fewest, most in _EPOCHS:
            if fewest <= whole <= most:
                return _EPOCH + timedelta(microseconds=round(float(text) / unit * 1e6))
    try:
        if short := _SHORT.fullmatch(text):
            year, month, day, hour, rest = short.groups()
            text = f"{year}-{month:0>2}-{day:0>2}" + (f" {hour:0>2}{rest}" if hour else "")
        if not _LIKE_TIME.match(text):
            raise ValueError
        plain = text.removesuffix(" UTC")
        moment = datetime.fromisoformat(f"{plain}-01" if _MONTH.fullmatch(plain) else plain.replace("/", "-"))
        return moment if plain == text else moment.replace(tzinfo=moment.tzinfo or UTC)
    except ValueError:
        raise ValueError(f"time is {_cell(text)}: {_TIME_MEND}") from None


def _cell(text: str) -> str:
    return f'"{text[:60]}"' if text else "empty"
