"""Read facts the way every analysis reads them: a record that is missing is an empty frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.schemas import frames

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from prodmeet_kit.facts import Facts

__all__ = ["alerts_known", "next_meeting", "record"]


def record(facts: Facts, name: str) -> pd.DataFrame:
    """A record frame, empty where its sources failed or none is configured (the agenda item says which)."""
    found = facts.records.get(name)
    return frames.ALL[name].frame() if found is None else found


def alerts_known(facts: Facts) -> bool:
    """Whether the sources of alerts could be read, so that no alert means that none fired."""
    return facts.records.get("alert_runs") is not None


def next_meeting(facts: Facts) -> datetime:
    """This meeting plus one cadence, on the product's calendar."""
    return facts.window.after(facts.product.meeting.cadence)
