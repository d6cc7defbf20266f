"""The place below a widget where what was asked for is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

if TYPE_CHECKING:
    from prodmeet_kit.explore.shown import Shown

__all__ = ["put", "stacked"]


def put(place: Any, shown: Shown | None) -> None:
    """Show this in an ``ipywidgets.Output``, and nothing else; ``None`` empties it.

    The outputs are set as the widget's own state, so that they are there for every page that shows it, and no
    message of the kernel has to be caught.
    """
    bundles = shown.bundles() if shown else ()
    place.outputs = tuple({"output_type": "display_data", "data": data, "metadata": {}} for data in bundles)


def stacked(*widgets: Any) -> Any:
    """These widgets, one below the other."""
    return ipywidgets.VBox(list(widgets))
