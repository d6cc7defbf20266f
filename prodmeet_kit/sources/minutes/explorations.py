"""What people want to dig into later: small YAML files in ``<minutes>/<product>/explorations/``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.minutes.explorations import EXPLORATIONS as KIND
from prodmeet_kit.minutes.explorations import newest
from prodmeet_kit.minutes.store import Minutes
from prodmeet_kit.schemas.frames import EXPLORATIONS
from prodmeet_kit.sources.base import Context

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_explorations"]


def read_explorations(context: Context) -> pd.DataFrame:
    """``EXPLORATIONS``, open and closed, the newest file of each id, in the order they were first said.

    A file that cannot be used costs itself only: ``context.gaps`` names it with its line and the fix.
    """
    if context.minutes is None:
        return EXPLORATIONS.frame()
    saved, problems = Minutes(context.minutes, context.product.product).load(KIND)
    found, wrong = newest(saved)
    context.gaps.extend(str(problem) for problem in [*problems, *wrong])
    return EXPLORATIONS.frame(
        {**entry.model_dump(), "closed_at": each.at if entry.closed else None} for each, entry in found.values()
    )
