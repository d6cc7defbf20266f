"""How long agenda items took, by the meeting's clock: small YAML files in ``<minutes>/<product>/durations/``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from prodmeet_kit.minutes.checking import checked
from prodmeet_kit.minutes.store import Minutes
from prodmeet_kit.parameters.fields import Day
from prodmeet_kit.schemas.frames import MEETING_DURATIONS
from prodmeet_kit.sources.base import Context

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Duration", "read_durations"]

KIND = "durations"

Length = Annotated[float, Field(ge=0, le=24 * 60, allow_inf_nan=False)]


class Duration(BaseModel):
    """One agenda item of one meeting: minutes planned and taken."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    subject: str = Field(min_length=1, description="Agenda item")
    meeting: Day = Field(description="Day of the meeting, in the product's zone")
    planned: Length = Field(default=0.0, description="Minutes the agenda gave it")
    minutes: Length = Field(description="Minutes it took")


def read_durations(context: Context) -> pd.DataFrame:
    """``MEETING_DURATIONS`` in the order they were said; of several about one item of one meeting, the last.

    A file that cannot be used costs itself only: ``context.gaps`` names it with its line and the fix.
    """
    if context.minutes is None:
        return MEETING_DURATIONS.frame()
    saved, problems = Minutes(context.minutes, context.product.product).load(KIND)
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    for each in saved:
        found, wrong = checked(Duration, each)
        problems += wrong
        if found is not None:
            newest[found.meeting, found.subject] = {**found.model_dump(), "said": each.at}
    context.gaps.extend(str(problem) for problem in problems)
    return MEETING_DURATIONS.frame(newest.values())
