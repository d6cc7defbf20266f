"""prodmeet-kit: the production meeting of developers and SREs, prepared from data.

>>> import prodmeet_kit
>>> review = prodmeet_kit.open_review()        # the embedded demo product
>>> review.metrics                             # each agenda item displays itself in a notebook

Importing the package is cheap; the libraries it needs load where they are used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from prodmeet_kit.core.version import VERSION

if TYPE_CHECKING:
    from prodmeet_kit.review import Review, open_review

__all__ = ["Review", "__version__", "open_review"]

__version__ = VERSION


def __getattr__(name: str) -> Any:
    if name in ("Review", "open_review"):
        return getattr(import_module("prodmeet_kit.review"), name)
    raise AttributeError(f"module 'prodmeet_kit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
