"""Figures as plotly itself takes them."""

from __future__ import annotations

import json
from typing import Any

import plotly.graph_objects as go


def accepted(figure: dict[str, Any]) -> dict[str, Any]:
    """The figure as JSON holds it; plotly raises ``ValueError`` for a property that it does not know."""
    made: dict[str, Any] = json.loads(json.dumps(figure, allow_nan=False))
    go.Figure(made)
    return made
