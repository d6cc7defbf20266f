"""The text of a CSV file as Excel, Grafana and people save it: its encoding, and what separates its cells.

Used by every reader of CSV, so that a list and a file of metrics saved by one program are read alike.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from prodmeet_kit.core.errors import Problem
from prodmeet_kit.parameters.documents import WHOLE

__all__ = ["LARGEST", "CsvText", "decode", "layout", "read_csv_text"]

LARGEST = 48 << 20
"""A file of more bytes is not read: a year of minutes with ten columns is smaller."""

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods, .xls
_SEPARATORS = ",;\t"
_SPOILT = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class CsvText:
    r"""``text`` with ``\n`` at each line's end, without a byte order mark and Excel's ``sep=`` line.

    ``line`` is where it begins in the file.
    """

    text: str
    separator: str
    line: int = 1


def decode(data: bytes, errors: str = "strict") -> str:
    """The text of a file saved as UTF-8 or UTF-16, with or without a byte order mark.

    Raises :class:`UnicodeDecodeError` for anything else: the bytes of an older
    encoding do not say which it is, and a wrong guess invents names.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors)
    if data[1:2] == b"\0" and data[:1] != b"\0":  # a header is ASCII: every other byte of UTF-16 is zero
        return data.decode("utf-16-le", errors)
    if data[:1] == b"\0" and data[1:2] != b"\0":
        return data.decode("utf-16-be", errors)
    return data.decode("utf-8", errors)


def layout(text: str) -> CsvText:
    r"""Find what separates the cells: what a line ``sep=;`` says, else the commonest of ``, ;`` and tab in the header.

    >>> layout("sep=;\ntime;cars\n").separator
    ';'
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.partition("\n")
    named = first.strip().strip('"').lower()
    if named.startswith("sep=") and len(first.strip('"')) == 5:
        return CsvText(rest, first.strip('"')[4], 2)
    if named == "sep=":  # a tab that was taken for a blank
        return CsvText(rest, "\t", 2)
    blank = len(text) - len(text.lstrip("\n"))
    head = text[blank:].partition("\n")[0]
    outside = "".join(head.split('"')[::2])  # names in quotes may hold commas
    return CsvText(text, max(_SEPARATORS, key=outside.count))


def read_csv_text(path: Path, *, spoilt_cells: bool = False) -> CsvText | Problem:
    """The text of a file, or what is wrong with it as a whole.

    With ``spoilt_cells`` bytes below the header may be no text: they become replacement characters.
    """
    file = str(path)
    try:
        if path.stat().st_size > LARGEST:
            return Problem(file, WHOLE, f"over {LARGEST >> 20} MiB", "export less of it, or wider steps")
        data = path.read_bytes()
    except OSError as error:
        return Problem(file, WHOLE, f"not readable ({error.strerror})", "give a file that exists and may be read")
    if data.startswith(_WORKBOOKS):
        return Problem(file, WHOLE, "a workbook of a spreadsheet program, not CSV", "export the table as CSV (UTF-8)")
    try:
        return layout(decode(data))
    except UnicodeDecodeError as error:
        text = decode(data, "replace") if spoilt_cells else _SPOILT
        if _SPOILT not in text.lstrip().partition("\n")[0]:
            return layout(text)
        fix = "save it as UTF-8 (in Excel: CSV UTF-8)"
        return Problem(file, WHOLE, f"not UTF-8 (byte {error.start})", fix)
