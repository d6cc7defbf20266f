"""Whether the newest data is as new as the meeting: a server may answer every query and have stopped to collect."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from prodmeet_kit.core.errors import Failure
from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Answer
from prodmeet_kit.parameters import Product
from prodmeet_kit.sli import indicator

__all__ = ["missing_end"]

_STEPS = 3
"""So many steps at the end may be without data: a scrape that is late, a rule that is evaluated after it."""


def missing_end(product: Product, window: Window, answers: Mapping[str, Answer]) -> Failure | None:
    """What to say when the newest total of any SLO is well before the end of the window; ``None`` when it is not.

    Nothing is said of a product whose totals have no data at all: that is told with each query.
    """
    newest: list[datetime] = []
    allowed = _STEPS * window.step
    for service in product.services:
        for slo in service.slos:
            main = indicator(service.name, slo, answers).main
            if main is None:
                continue
            # A slice is known at its end alone.
            allowed = max(allowed, _STEPS * window.step + (main.slice or timedelta()))
            at = _newest(answers.get(f"slo/{service.name}/{slo.name}/{main.name}/trend"))
            newest += [at] if at else []
    if not newest or window.end - max(newest) <= allowed:
        return None
    at = max(newest)
    age = _age(window.end - at)
    told = f"{at.astimezone(window.zone):%a %d %b %H:%M %Z}"
    return Failure("metrics", f"the last {age}", f"the newest data is of {told}, {age} before the meeting")


def _newest(answer: Answer | None) -> datetime | None:
    if answer is None or answer.frame is None or not answer.frame.shape[1]:
        return None
    known = answer.frame.index[answer.frame.iloc[:, 0].notna()]
    return known[-1].to_pydatetime() if len(known) else None


def _age(length: timedelta) -> str:
    hours = length / timedelta(hours=1)
    if hours < 2:
        return f"{round(hours * 60)} min"
    return f"{round(hours)} h" if hours < 72 else f"{round(hours / 24)} days"
