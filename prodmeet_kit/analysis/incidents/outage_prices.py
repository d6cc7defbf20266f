"""What outages cost: every bad event of an SLO is of one outage, so the costs never exceed what was spent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from math import inf, nan

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.series.grid import instant, nanoseconds
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.steps import Instants, Steps, time_of
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.incidents import OUTAGES, OutageRow

__all__ = ["owners", "priced"]

POSTMORTEM_SHARE = 0.2
"""One incident over 20% of the four-week budget owes a postmortem (SRE Workbook, appendix B)."""

FOUR_WEEKS_S = 28 * 86_400.0

LONGEST_GAP = timedelta(days=1)
"""A time without samples right after an outage nobody wrote down may be of it; a longer one is another matter."""


def priced(
    outages: pd.DataFrame,
    slos: Iterable[SloTarget],
    trends: Mapping[str, pd.DataFrame],
    budgets: Mapping[str, float],
    window: Window,
) -> pd.DataFrame:
    """``OUTAGES`` with ``budget_spent``, ``budget_most``, ``blind_s`` and ``postmortem_required``.

    ``trends`` is ``[total, bad]`` a step and ``budgets`` bad events, both by ``service/name`` and without what is
    excluded. An outage has an entry for each SLO of the services people named
    and for each SLO whose events are in it: the bad events of the steps it
    owns (:func:`owners`) over the budget. NaN where the trend or the budget is
    not known, and where nothing bad was seen and samples are missing.
    ``budget_most`` takes every event of the missing time as bad, at the
    traffic of the rest.

    ``postmortem_required``: a price over 20% of a four-week budget requires one
    whatever the others are; ``None`` when no known price does and one is not
    known or ``budget_most`` is over it. Without any price, as for services
    without SLOs, none is required by this rule. For an SLO window of W days the
    four-week budget is taken as 28 / W of its budget, as at even traffic: a
    share s of the window's budget is s * W / 28 of four weeks'.
    """
    targets = list(slos)
    spent: list[dict[str, float]] = [{} for _ in range(len(outages))]
    most: list[dict[str, float]] = [{} for _ in spent]
    blind: list[dict[str, float]] = [{} for _ in spent]
    listed = OUTAGES.rows(outages)
    begin = outages["span_start"].min()
    for slo in targets:
        concerned = _concerned(listed, slo)
        if not concerned:
            continue
        trend, budget = trends.get(slo.ref), budgets.get(slo.ref, nan)
        seen = None if trend is None else _whole(Steps.of(trend), begin, window)
        owned = None if seen is None else owners(listed, slo, seen, window)
        for position in concerned:
            if seen is None or owned is None:
                price = (nan, nan, nan)
            else:
                length = listed[position]["span_end"] - listed[position]["span_start"]
                price = _price(seen, owned == position, budget, window.step, length)
            spent[position][slo.ref], most[position][slo.ref], blind[position][slo.ref] = price
    required = [_required(*prices, targets) for prices in zip(spent, most, strict=True)]
    made = {"budget_spent": spent, "budget_most": most, "blind_s": blind, "postmortem_required": required}
    return outages.assign(**{name: pd.Series(of, index=outages.index, dtype="object") for name, of in made.items()})


def owners(listed: Sequence[OutageRow], slo: SloTarget, steps: Steps, window: Window) -> npt.NDArray[np.int64]:
    """For each step of a trend the position of the outage (``OUTAGES``) that its bad events are of, -1 for none.

    What people wrote comes first, the shortest of several; then the SLO's own
    burns; then the extensions of the spans. A step that a span touches in
    part is its own whole. Steps without samples that follow a burn
    directly, to the next sample, are of its outage too: nobody saw it end.
    """
    owned = np.full(len(steps), -1, dtype=np.int64)
    concerned = _concerned(listed, slo)

    def claim(position: int, start: pd.Timestamp, end: pd.Timestamp) -> None:
        first = int(steps.ends.searchsorted(instant(start), side="right"))
        inside = owned[first : int(steps.ends.searchsorted(instant(end + window.step), side="left"))]
        inside[inside < 0] = position

    written = [
        (position, listed[position]["start"], min(_until(listed[position], window), listed[position]["span_end"]))
        for position in concerned
        if _told(listed[position], slo)
    ]
    for position, start, end in sorted(written, key=lambda each: (each[2] - each[1], each[1])):
        claim(position, start, end)
    unseen = ~steps.known
    for position in concerned:
        row = listed[position]
        for burn in (burn for burn in row["burns"] if burn["slo"] == slo.ref):
            if _told(row, slo):  # priced over the span, and over no more
                start, end = max(burn["start"], row["span_start"]), min(burn["end"], row["span_end"])
            else:
                start, end = burn["start"], _resumes(steps.ends, unseen, burn["end"]) or burn["end"]
            if start < end:
                claim(position, start, end)
    for position in concerned:
        if _told(listed[position], slo):
            claim(position, listed[position]["span_start"], listed[position]["span_end"])
    return owned


def _concerned(listed: Sequence[Mapping[str, object]], slo: SloTarget) -> list[int]:
    return [
        position
        for position, row in enumerate(listed)
        if slo.service in _list(row["named"]) or slo.ref in _list(row["slos"])
    ]


def _told(row: Mapping[str, object], slo: SloTarget) -> bool:
    """Whether people wrote of this service, so that its SLOs are priced over the span, and over no more."""
    return bool(row["written"]) and (slo.service in _list(row["named"]) or not row["named"])


def _list(value: object) -> list[str]:
    return value if isinstance(value, list) else []


def _until(row: Mapping[str, object], window: Window) -> pd.Timestamp:
    return pd.Timestamp(window.end if pd.isna(row["end"]) else row["end"])  # type: ignore[call-overload,arg-type]


def _resumes(ends: Instants, unseen: npt.NDArray[np.bool_], end: pd.Timestamp) -> pd.Timestamp | None:
    """The last step without a sample of the gap that begins at ``end``; ``None`` where none does, or it lasts."""
    first = int(ends.searchsorted(instant(end), side="right"))
    last = first
    while last < len(unseen) and unseen[last]:
        last += 1
    if last == first or time_of(ends[last - 1]) - end > LONGEST_GAP:
        return None
    return time_of(ends[last - 1])


def _whole(steps: Steps, begin: pd.Timestamp, window: Window) -> Steps:
    """The trend on its grid from ``begin`` to the meeting: what is beyond its data has no sample."""
    if not len(steps):
        return steps
    step = nanoseconds(window.step)
    before = max(-((instant(begin) - int(steps.ends[0])) // step), 0)
    after = max((instant(window.end) - int(steps.ends[-1])) // step, 0)
    if not before and not after:
        return steps
    earlier = steps.ends[0] + step * np.arange(-before, 0)
    later = steps.ends[-1] + step * np.arange(1, after + 1)
    total, bad = (np.pad(each, (before, after), constant_values=nan) for each in (steps.total, steps.bad))
    return Steps(np.concatenate([earlier, steps.ends, later]), total, bad)


def _price(
    steps: Steps, mine: npt.NDArray[np.bool_], budget: float, step: timedelta, length: timedelta
) -> tuple[float, float, float]:
    many, known = int(mine.sum()), int(steps.known[mine].sum())
    blind = many - known
    blind_s = min(blind * step, length).total_seconds() if blind else 0.0
    if many and not known:
        return nan, nan, blind_s
    total, bad = (float(each[mine].sum()) for each in steps.counted)
    most = bad + blind * total / known if known else bad
    spent = nan if blind_s > 0 and bad == 0 else _share(bad, budget)
    return spent, _share(most, budget), blind_s


def _required(spent: Mapping[str, float], most: Mapping[str, float], targets: Iterable[SloTarget]) -> bool | None:
    weeks = {target.ref: target.window_s / FOUR_WEEKS_S for target in targets}
    if any(share * weeks[ref] > POSTMORTEM_SHARE for ref, share in spent.items()):
        return True
    return None if any(not share * weeks[ref] <= POSTMORTEM_SHARE for ref, share in most.items()) else False


def _share(bad: float, budget: float) -> float:
    if budget == 0:
        return inf if bad > 0 else 0.0
    return bad / budget
