"""Where a key of a product's parameters stands: in its own file, or among the defaults."""

from __future__ import annotations

from pathlib import Path

from prodmeet_kit.parameters.documents import Way, read_document
from prodmeet_kit.parameters.loading import defaults_file

__all__ = ["place_of"]


def place_of(way: Way, product: str, folder: Path) -> str:
    """File and line of a key: of the product's own file, or of the defaults where the key stands in them alone."""
    own = read_document(folder / f"{product}.yaml")
    defaults = read_document(defaults_file(folder))
    return (defaults if way in defaults.lines and way not in own.lines else own).place(way)
