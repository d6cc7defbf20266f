"""Action items: how old, how late, and whether what was done has worked."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from math import isclose, isnan, nan
from typing import Any

import pandas as pd

from prodmeet_kit.analysis.meeting.still import Still
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import ACTION_ITEM_FINDINGS

__all__ = ["days_late", "every", "findings", "outcome_of", "satisfies"]

_EXPECT = re.compile(r"\s*(<=|>=|==|!=|<|>)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*")


def _same(left: float, right: float) -> bool:
    # A count that was extrapolated is a whole number but for rounding.
    return isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)


_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": _same,
    "!=": lambda left, right: not _same(left, right),
}


def satisfies(value: float, expect: str) -> bool:
    """Whether the value satisfies a comparison such as ``<= 1``, ``== 0`` or ``> 0.5``; NaN satisfies none.

    Raises ``ValueError`` when the text is not such a comparison.
    """
    found = _EXPECT.fullmatch(expect)
    if not found:
        raise ValueError(f"write what is expected as <= 1, == 0 or > 0.5, not {expect!r}")
    return not isnan(value) and _COMPARE[found[1]](value, float(found[2]))


def findings(
    items: pd.DataFrame,
    observed: Mapping[str, float],
    window: Window,
    about: Mapping[str, Sequence[str]] | None = None,
    still: Mapping[str, Still] | None = None,
) -> pd.DataFrame:
    """Open items, and closed ones not proved by their query, as ``ACTION_ITEM_FINDINGS`` in the order given.

    ``items`` is ``ACTION_ITEMS``; ``observed`` maps an id to the value of its
    query at the meeting (absent or NaN when there is none).

    ``outcome`` is ``none`` without a query, ``cannot_tell`` without a value or
    with an expectation that is no comparison, else ``met`` or ``not_met``. An
    open item that is met is proposed to ``close``, a closed one that is not met to ``reopen``. A closed
    one whose query cannot tell stays in sight with no proposal; one that is met, or has no query, is left out.

    ``about`` gives the subjects of each item (:func:`.about.items_about`), ``still`` what is wrong with a subject at
    the meeting (:func:`.still.still`): an open item that is met, of which a subject is still wrong, is proposed to
    ``look`` at.
    """
    found = every(items, observed, window, about, still)
    done = (found["status"] == "closed") & found["outcome"].isin(["met", "none"])
    return found[~done].reset_index(drop=True)


def every(
    items: pd.DataFrame,
    observed: Mapping[str, float],
    window: Window,
    about: Mapping[str, Sequence[str]] | None = None,
    still: Mapping[str, Still] | None = None,
) -> pd.DataFrame:
    """``ACTION_ITEM_FINDINGS`` as :func:`findings` makes them, those that are done as well."""
    rows = []
    for item in items.to_dict("records"):
        value = observed.get(item["id"], nan)
        outcome = outcome_of(item["verify_query"], item["verify_expect"], value)
        is_open = item["status"] != "closed"
        subjects = list((about or {}).get(item["id"], ()))
        wrong = next((subject for subject in subjects if subject in (still or {})), "")
        told = still[wrong] if still and wrong else None
        rows.append(
            {
                **{str(column): content for column, content in item.items()},
                "age_days": _days(item["born"], window),
                "overdue_days": float(_late(item["due"], window)) if is_open and not pd.isna(item["due"]) else 0.0,
                "observed": value,
                "outcome": outcome,
                "proposal": _proposal(is_open, outcome, wrong),
                "about": subjects,
                "still_of": wrong,
                "still": told.code if told else "",
                "still_value": told.value if told else nan,
            }
        )
    return ACTION_ITEM_FINDINGS.frame(rows)


def outcome_of(query: str, expect: str, value: float) -> str:
    """What an acceptance query tells: ``met``, ``not_met``, ``cannot_tell``, or ``none`` without a query."""
    if not query:
        return "none"
    if isnan(value) or not _EXPECT.fullmatch(expect):
        return "cannot_tell"
    return "met" if satisfies(value, expect) else "not_met"


def _proposal(is_open: bool, outcome: str, wrong: str) -> str:
    if is_open:
        return "" if outcome != "met" else "look" if wrong else "close"
    return "reopen" if outcome == "not_met" else ""


def days_late(day: date, window: Window) -> int:
    """Whole days from a due day to the day of the meeting, as people count them; 0 before it."""
    return max((window.day - day).days, 0)


def _late(due: Any, window: Window) -> int:
    """:func:`days_late` of an item, whose ``due`` is the midnight after its day."""
    return days_late((due - timedelta(seconds=1)).astimezone(window.zone).date(), window)


def _days(moment: Any, window: Window) -> float:
    return nan if pd.isna(moment) else float((window.end - moment) / timedelta(days=1))
