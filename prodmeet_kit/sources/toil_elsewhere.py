"""The same toil in other products, whose parameters stand in the same folder.

Only what lies on the disk is read, lists of type ``file`` and the inbox: no
server of another product is asked. A fault of another product costs its own
share and is told. Of a parameter file only ``sources`` is read: the whole of
thirty large files would take longer than all the rest of a report.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from prodmeet_kit.core.errors import ProdmeetError
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.parameters import Document, Product, RecordSource, load, products
from prodmeet_kit.parameters.documents import document, read_text
from prodmeet_kit.parameters.loading import read_defaults
from prodmeet_kit.schemas.frames import TOIL, rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BUDGET_S", "LOCAL", "Elsewhere", "completed"]

LOCAL = ("file", "inbox")
"""Types of source that ask nobody."""

BUDGET_S = 5.0
"""No report waits longer than this for other products; those not reached are named."""

_WORD = re.compile(r"[^\W_]+")
_COUNTER = re.compile(r"[^\W\d_]{0,5}[-_ ]?\d+")
_SOURCES = re.compile(r"^sources:.*\n(?:(?:[ \t#].*)?\n)*", re.MULTILINE)

Read = Callable[[Product, RecordSource], "tuple[pd.DataFrame, list[str]]"]


def completed(
    toil: pd.DataFrame, product: Product, folder: Path, minutes: Path | None, read: Read
) -> tuple[pd.DataFrame, list[str]]:
    """``TOIL`` with the same toil of other products, and what of theirs could not be read; see :class:`Elsewhere`."""
    others = Elsewhere(product, folder, minutes, read)
    return others.filled(toil), others.gaps


class Elsewhere:
    """Finds the toil of a product in the others.

    ``folder`` is that of the parameters, ``minutes`` holds one folder a
    product. ``read`` asks one local source of another product, and gives what
    it could not read as well; all that could not be read is collected in ``gaps``.
    """

    def __init__(
        self, product: Product, folder: Path, minutes: Path | None, read: Read, budget_s: float = BUDGET_S
    ) -> None:
        self.product = product
        self.folder = folder
        self.minutes = minutes
        self.read = read
        self.budget_s = budget_s
        self.gaps: list[str] = []
        self._own = {self._file(source) for source in product.sources.toil}

    def filled(self, toil: pd.DataFrame) -> pd.DataFrame:
        """``TOIL`` with ``elsewhere`` filled in.

        Two entries are the same toil when their texts are, but for case and
        punctuation, or their ids are. An id that only counts, such as ``T-5``, says nothing beyond its product.
        A list that both products read is no repeat.
        """
        by_sign: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        for name, row in self._all():
            for sign in _signs(row["id"], row["text"]):
                by_sign.setdefault(sign, []).append((name, row))
        made = []
        for row in rows(toil):
            same = {
                (name, other["id"]): _told(name, other)
                for sign in _signs(row["id"], row["text"])
                for name, other in by_sign.get(sign, ())
            }
            made.append({**row, "elsewhere": [same[key] for key in sorted(same)]})
        return TOIL.frame(made)

    def _all(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every entry of every other product that is reached in time, with the product's name."""
        until = time.monotonic() + self.budget_s
        defaults = read_defaults(self.folder).data
        usual = _toil_in(defaults) if isinstance(defaults, dict) else None
        left: list[str] = []
        for name in products(self.folder):
            if name == self.product.product:
                continue
            if time.monotonic() >= until:
                left.append(name)
                continue
            try:
                for source in self._sources(name, usual or []):
                    yield from ((name, row) for row in self._rows(name, source))
            except ProdmeetError as error:
                self.gaps.append(f"toil of {name} was not read: {_first_line(error)}")
        if left:
            told = f"reading other products took over {self.budget_s:g} s"
            self.gaps.append(f"toil of {', '.join(left)} was not read: {told}")

    def _sources(self, name: str, usual: list[Any]) -> Sequence[RecordSource]:
        """Where the toil of a product is. Whatever is not plain is left to a reading of the whole file."""
        text = read_text(self.folder / f"{name}.yaml")
        if isinstance(text, str) and "toil" not in text:
            found: Any = usual
        elif isinstance(text, str) and (block := _SOURCES.search(text + "\n")):
            read = document(name, block[0])
            plain = not read.problems and isinstance(read.data, dict)
            own = _toil_in(read.data) if plain else None
            found = own if own is not None else usual if plain else None
        else:
            found = None
        try:
            return [RecordSource.model_validate(each) for each in found]
        except (TypeError, ValidationError):
            return load(name, self.folder).sources.toil

    def _rows(self, name: str, source: RecordSource) -> list[dict[str, Any]]:
        if source.type not in LOCAL:
            told = "only lists on the disk and the inbox are"
            self.gaps.append(f"toil of {name} was not read from {source.type}: {told}")
            return []
        if source.type == "file" and self._file(source) in self._own:
            return []  # one list of two products: its toil is done once
        if source.type == "inbox":
            if not self._brought(name):
                return []
            other = load(name, self.folder)  # an inbox is checked against the product's services
        else:
            other = self.product.model_copy(update={"product": name})
        frame, missing = self.read(other, source)
        self.gaps.extend(f"toil of {name}: {gap}" for gap in missing)
        return rows(frame)

    def _file(self, source: RecordSource) -> Path:
        return (self.folder / str((source.model_extra or {}).get("path", ""))).resolve()

    def _brought(self, name: str) -> bool:
        """Whether anybody brought toil to the inbox of a product."""
        inbox = sorted((self.minutes / name / "inbox").glob("*.yaml")) if self.minutes else []
        texts = (read_text(path) for path in inbox)
        return any(isinstance(text, Document) or "toil" in text for text in texts)


def _toil_in(data: dict[str, Any]) -> Any:
    """What is under ``sources.toil``; ``None`` when nothing is."""
    sources = data.get("sources")
    return sources.get("toil") if isinstance(sources, dict) else None


def _first_line(error: Exception) -> str:
    return redact(str(error).splitlines()[0] if str(error) else type(error).__name__)


def _signs(identity: str, text: str) -> Sequence[str]:
    """By what toil is known again."""
    words = " ".join(_WORD.findall(text.casefold()))
    signs = [f"text {words}"] if words else []
    return signs if _COUNTER.fullmatch(identity) else [*signs, f"id {identity.casefold()}"]


def _told(name: str, row: dict[str, Any]) -> dict[str, Any]:
    numbers = {key: row[key] if row[key] == row[key] else None for key in ("minutes", "times_per_week")}
    return {"product": name, "id": row["id"], "text": row["text"], **numbers}
