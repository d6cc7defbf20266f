"""What meetings decided: small YAML files, one for each thing said, in ``<minutes>/<product>/decisions/``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.frames import MEETING_DECISIONS
from prodmeet_kit.minutes.entries import entries_of
from prodmeet_kit.minutes.store import Minutes
from prodmeet_kit.sources.base import Context

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_decisions"]

KIND = "decisions"


def read_decisions(context: Context) -> pd.DataFrame:
    """``MEETING_DECISIONS`` in the order they were said; of several about one subject at one meeting, the last.

    A file that cannot be used costs itself only: ``context.gaps`` names it, with its line where it is not YAML.
    """
    if context.minutes is None:
        return MEETING_DECISIONS.frame()
    saved, problems = Minutes(context.minutes, context.product.product).load(KIND)
    decisions, wrong = entries_of(saved)
    context.gaps.extend(str(problem) for problem in [*problems, *wrong])
    newest = {(decision.meeting, decision.subject): (each, decision) for each, decision in decisions}
    return MEETING_DECISIONS.frame({**decision.model_dump(), "said": each.at} for each, decision in newest.values())
