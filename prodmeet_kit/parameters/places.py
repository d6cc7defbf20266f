"""Where a key of a product's parameters is: in its own file, or among the defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prodmeet_kit.parameters.documents import Way, dotted, read_document, texts
from prodmeet_kit.parameters.expansion import Unset, references
from prodmeet_kit.parameters.loading import read_defaults

__all__ = ["place_of", "placed", "referring"]


def place_of(way: Way, product: str, folder: Path) -> str:
    """File and line of a key: of the product's own file, or of the defaults where only they have the key."""
    own = read_document(folder / f"{product}.yaml")
    defaults = read_defaults(folder)
    return (defaults if way in defaults.lines and way not in own.lines else own).place(way)


def placed(error: Exception, way: Way, written: Any, product: str, folder: Path) -> str:
    """The error's text; of a variable that is not set with ``file:line: key:`` of the text that refers to it.

    ``written`` is what stands at ``way`` in the parameters.
    """
    if isinstance(error, Unset) and (found := referring(written, error.name)) is not None:
        whole = (*way, *found)
        return f"{place_of(whole, product, folder)}: {dotted(whole)}: {error}"
    return str(error)


def referring(written: Any, name: str) -> Way | None:
    """The way to the first text that refers to a variable of the environment."""
    return next((way for way, text in texts(written) if name in references(text)), None)
