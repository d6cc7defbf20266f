"""Files that ship with the package but are not code: the notebooks."""

from __future__ import annotations

from pathlib import Path

from prodmeet_kit.core.errors import ReportError

__all__ = ["notebook"]

PACKAGE = Path(__file__).resolve().parents[1]


def notebook(name: str = "production_meeting") -> Path:
    """The notebook of this name: inside the installed package, or beside it in a checkout.

    Raises :class:`ReportError` when it is in neither place.
    """
    places = [PACKAGE / "notebooks", PACKAGE.parent / "notebooks"]
    for place in places:
        path = place / f"{name}.ipynb"
        if path.is_file():
            return path
    raise ReportError(f"the notebook {name}.ipynb is missing from {places[0]}: install prodmeet-kit again")
