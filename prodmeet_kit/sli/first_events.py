"""What the first events of new series add to the counts of an SLO: :mod:`.born` reads them, the facts hold them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.schemas.frames import label_key
from prodmeet_kit.sli.born import COLUMNS

if TYPE_CHECKING:
    from prodmeet_kit.facts import Answer, Facts

__all__ = ["FEW_BAD", "LOWER_BOUND", "Found", "births_key", "born_steps", "found", "is_births"]

FEW_BAD = 1000
"""With so many bad events or more the first of a few series do not matter: nothing is asked about them."""

LOWER_BOUND = 100
"""Under so many bad events a few that are not known are told: the count is a lower bound."""


class Found(NamedTuple):
    """What the samples of a side say of a span: the columns of :data:`.born.COLUMNS`."""

    counted: float
    born: float
    unsure: float
    returned: float

    @property
    def exact(self) -> float:
        """All that is known to have happened."""
        return self.counted + self.born


def births_key(side: str) -> str:
    """The key of what was counted sample by sample; ``side`` is that of a side, ``slo/cart/availability/bad``."""
    return f"{side}/births"


def is_births(key: str) -> bool:
    """Whether a question of this key counts sample by sample; where it failed, a count is a lower bound."""
    return key.startswith("slo/") and key.endswith("/births")


def found(facts: Facts, side: str, begin: datetime, end: datetime) -> Found | None:
    """What the samples say of ``(begin, end]``; ``None`` where nothing was asked, or no answer came."""
    frame = _frame(facts.answers.get(births_key(side)))
    if frame is None:
        return None
    inside = np.asarray((frame.index > begin) & (frame.index <= end))
    return Found(*(float(np.nansum(_column(frame, name)[inside])) for name in COLUMNS))


def born_steps(facts: Facts, side: str, trend: pd.Series[float] | None) -> pd.Series[float] | None:
    """Events in each step ``(t - step, t]`` that the server's trend lacks: those of new series, and of returning ones.

    ``trend`` is that of an increase, ``None`` where it is none. ``None`` where there are none, or where these steps of
    the trend say that the server counts first values itself, as VictoriaMetrics does with ``increase``.
    """
    frame = _frame(facts.answers.get(births_key(side)))
    if frame is None:
        return None
    counted, born, returned = (_column(frame, name) for name in ("counted", "born", "returned"))
    lacking = born + returned
    if not (lacking > 0).any():
        return None
    if trend is not None and len(trend):
        inside = (lacking > 0) & np.asarray(frame.index.isin(trend.index))
        server = float(trend.reindex(frame.index[inside]).sum())
        whole, plain = (float(np.nansum(each[inside])) for each in (counted + born, counted - returned))
        if abs(server - whole) < abs(server - plain):
            return None
    return pd.Series(lacking, index=frame.index)


_KEYS = {name: label_key({"events": name}) for name in COLUMNS}


def _frame(answer: Answer | None) -> pd.DataFrame | None:
    if answer is None or answer.frame is None or not set(_KEYS.values()) <= set(answer.frame.columns):
        return None
    return answer.frame


def _column(frame: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    return np.asarray(frame[_KEYS[name]], dtype=np.float64)
