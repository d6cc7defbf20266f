"""Answers turned into total and bad: over a span, and step by step.

Unknown is never zero: when a question failed, or the total has no series, both
are NaN. Where time weighs, total is the seconds that are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil, isfinite, isnan, nan
from typing import TYPE_CHECKING, Any

import numpy as np

from prodmeet_kit.facts import Facts
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.sli.first_events import LOWER_BOUND, births_key, born_steps, found
from prodmeet_kit.sli.kinds import Indicator, Side, Weight, indicator
from prodmeet_kit.sli.mistaken import ratios, too_small

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from prodmeet_kit.parameters.models import Slo

    Floats = npt.NDArray[np.float64]

__all__ = ["Counts", "counts", "event_count", "event_trend", "partial_answers", "trend", "uncounted"]

_ROUNDING = 1e-9
"""A ratio this far outside 0..1 is rounding."""

_SOME = 0.5
"""Half an event: less is the rounding of factors."""

_MORE = 1 + 1e-6
"""Good beyond total by more than this is not the rounding of two extrapolations."""


@dataclass(frozen=True)
class Counts:
    """Total and bad of one span, in events or in seconds; NaN where not known.

    ``total_plain`` and ``bad_plain`` are what the server counted, as any tool does that asks for an increase; ``total``
    and ``bad`` have the first events of new series too, where failures are few and these are known (:mod:`.born`).
    ``at_least``: some of these are not known, so that there may be more bad events.

    ``bad`` is also NaN where a bad series is absent beside a known total.
    ``note`` holds codes, with blanks between: ``between_bounds:0.25..0.5``,
    ``interpolated``, ``good_absent``, ``good_over_total``, ``ratio_invalid``
    (no total therefore), ``ratio_invalid:3`` (steps left out), ``partial`` (some
    answer about the SLO is), ``no_events:error_query`` (the query is a ratio: no
    total therefore) and ``under_one`` (fewer bad events than one: a ratio?).
    """

    total: float
    bad: float
    weight: Weight = "events"
    note: str = ""
    total_plain: float = nan
    bad_plain: float = nan
    at_least: bool = False


def partial_answers(facts: Facts) -> list[str]:
    """The keys of the answers that are partial, to look through once for all SLOs."""
    return [key for key, answer in facts.answers.items() if answer.partial]


def counts(facts: Facts, service: str, slo: Slo, span: str, partial: Iterable[str] | None = None) -> Counts:
    """What one SLO counted over a span (``window``, ``since``, ``previous``); ``partial``: :func:`partial_answers`."""
    told = _counts(facts, service, slo, span)
    if named := ratios(slo, backends.of(facts.product)):
        told = Counts(nan, nan, told.weight, f"no_events:{named[0]}")
    elif slo.sli.events is not None and too_small(told.total, told.bad):
        told = replace(told, note=_joined(told.note, "under_one"))
    known = partial_answers(facts) if partial is None else partial
    whole = not any(key.startswith(_key(service, slo)) for key in known)
    return told if whole else replace(told, note=_joined(told.note, "partial"))


def uncounted(facts: Facts) -> Iterator[tuple[str, str]]:
    """What to fix of each SLO whose queries count no events, by a key of its questions.

    From the query where that shows it, else from the number over the SLO window.
    """
    partial = partial_answers(facts)
    for service in facts.product.services:
        for slo in service.slos:
            for code in counts(facts, service.name, slo, "window", partial).note.split():
                name, _, query = code.partition(":")
                if name == "no_events":
                    said = f"{query} is a ratio, and a ratio counts no events"
                    side = _SIDES[query]
                    yield f"{_key(service.name, slo)}{side}", f"{said}: {_MEND}"
                elif name == "under_one":
                    said = "error_query gives less than one bad event among many"
                    yield f"{_key(service.name, slo)}bad", f"{said}: if it is a ratio, {_MEND}"


_SIDES = {"error_query": "bad", "good_query": "good", "total_query": "total"}
_MEND = "write the share of bad events under sli.raw.error_ratio_query"


def _key(service: str, slo: Slo) -> str:
    return f"slo/{service}/{slo.name}/"


def _counts(facts: Facts, service: str, slo: Slo, span: str) -> Counts:
    shape, key = indicator(service, slo, facts.answers), f"slo/{service}/{slo.name}"
    if _unknown(facts, shape, key, span):
        return Counts(nan, nan, shape.weight, shape.note)
    if len(shape.sides) == 1:
        total, bad, note = _ratio(facts, f"{key}/{shape.sides[0].name}", span)
        return Counts(total, bad, shape.weight, _joined(shape.note, note))
    side, main = shape.sides
    part, total = (_amount(facts, f"{key}/{each.name}/{span}", each) for each in (side, main))
    plain = _of_sides(shape, part, total)
    plain = replace(plain, total_plain=plain.total, bad_plain=plain.bad)
    return _with_first_events(facts, key, span, shape, plain, (part, total))


def _of_sides(shape: Indicator, part: float, total: float) -> Counts:
    if shape.sides[0].name == "bad":
        return Counts(total, part, shape.weight, shape.note)
    if isnan(part):
        return Counts(total, total, shape.weight, _joined(shape.note, "good_absent" if total > 0 else ""))
    over = "good_over_total" if part > total * _MORE + _ROUNDING else ""
    return Counts(total, max(total - part, 0.0), shape.weight, _joined(shape.note, over))


def _with_first_events(
    facts: Facts, key: str, span: str, shape: Indicator, plain: Counts, server: tuple[float, float]
) -> Counts:
    """The counts with the first events of new series, and whether some of these are not known."""
    sides = [f"{key}/{each.name}" for each in shape.sides]
    asked = [facts.answers.get(births_key(side)) for side in sides]
    if not any(asked) or not plain.total > 0:
        return plain
    question = facts.answers[f"{sides[1]}/{span}"].question
    assert question.window is not None
    told = [found(facts, side, question.end - question.window, question.end) for side in sides]
    counts_bad = shape.sides[0].name == "bad"
    needed = told[:1] if counts_bad else told
    unsure = [0.0 if each is None else each.unsure for each in told]
    missed = unsure[0] if counts_bad else unsure[1] - unsure[0]
    few = not plain.bad >= LOWER_BOUND
    lower = few and (missed >= _SOME or None in needed)
    if None in needed or not any(each is not None and each.born for each in told):
        return replace(plain, at_least=lower)
    # Whole numbers of samples, both sides alike: an extrapolation would be most of the difference of the two.
    part, total = (value if each is None else each.exact for each, value in zip(told, server, strict=True))
    made = _of_sides(shape, part, max(total, part))
    born = made.bad - (0.0 if isnan(plain.bad) else plain.bad)
    note = _joined(made.note, f"born:{born:.0f}") if born >= _SOME else made.note
    return replace(made, note=note, total_plain=plain.total, bad_plain=plain.bad, at_least=lower)


def trend(facts: Facts, service: str, slo: Slo) -> pd.DataFrame | None:
    """``[total, bad]`` in each step ``(t - step, t]``; ``None`` where the total is not known at all.

    A step without a total is NaN in both, but for a bad side of events, which
    is NaN wherever it has no value.
    """
    import pandas as pd

    shape, key = indicator(service, slo, facts.answers), f"slo/{service}/{slo.name}"
    if _unknown(facts, shape, key, "trend") or ratios(slo, backends.of(facts.product)):
        return None
    series = [_with_born(facts, f"{key}/{side.name}", side) for side in shape.sides]
    total = series[-1]
    if total is None:
        return None
    every, index = _at(total, total.index), total.index
    if len(shape.sides) == 1:
        seconds = _step(facts, f"{key}/ratio/trend").total_seconds()
        known = _valid(every)
        bad = np.where(known, np.minimum(np.maximum(every, 0.0), 1.0), nan)
        return pd.DataFrame({"total": np.where(known, seconds, nan), "bad": bad * seconds}, index=index)
    part = np.full(len(every), nan) if series[0] is None else _at(series[0], index)
    if shape.sides[0].name == "good":
        part = np.maximum(every - np.where(np.isnan(part), 0.0, part), 0.0)
    return _spread(pd.DataFrame({"total": every, "bad": part}, index=index), shape, _step(facts, f"{key}/total/trend"))


def event_count(facts: Facts, key: str, query: str) -> float:
    """Events an instant question counted: its value, times the window's seconds when the query is a rate.

    NaN when the question failed or no series came back.
    """
    value = facts.value(key)
    answer = facts.answers.get(key)
    if answer is None or backends.of(facts.product).counts_events(query):
        return value
    assert answer.question.window is not None
    return value * answer.question.window.total_seconds()


def event_trend(facts: Facts, key: str, query: str) -> pd.Series[float] | None:
    """Events in each bucket ``(t - step, t]`` of a trend; ``None`` without a series.

    NaN where the grid has a gap, and where the value is not finite.
    """
    series = facts.series(key)
    if series is None:
        return None
    infinite = np.isinf(series.to_numpy(dtype=np.float64))
    series = series.mask(infinite) if infinite.any() else series
    question = facts.answers[key].question
    assert question.step is not None and question.window is not None
    seconds = question.step.total_seconds()
    if backends.of(facts.product).counts_events(query):
        return series * (seconds / question.window.total_seconds())
    return series * seconds


def _unknown(facts: Facts, shape: Indicator, key: str, span: str) -> bool:
    """Whether a side was not answered: then the other one alone says nothing."""
    answers = [facts.answers.get(f"{key}/{side.name}/{span}") for side in shape.sides]
    return not answers or any(answer is None or answer.frame is None for answer in answers)


def _amount(facts: Facts, key: str, side: Side) -> float:
    return facts.value(key) * side.slice.total_seconds() if side.slice else event_count(facts, key, side.query)


def _steps(facts: Facts, key: str, side: Side) -> pd.Series[float] | None:
    if not side.slice and side.name != "ratio":
        return event_trend(facts, key, side.query)
    series = facts.series(key)
    return series * side.slice.total_seconds() if series is not None and side.slice else series


def _with_born(facts: Facts, key: str, side: Side) -> pd.Series[float] | None:
    """The steps of a side with the first events of new series; a step of the total stays missing where it is."""
    series = _steps(facts, f"{key}/trend", side)
    if births_key(key) not in facts.answers:
        return series
    # Of a rate no server takes a first value for an event.
    born = born_steps(facts, key, series if backends.of(facts.product).counts_events(side.query) else None)
    if born is None:
        return series
    if series is None:
        return born[born > 0] if side.name == "bad" else None
    more = born.reindex(series.index).fillna(0.0)
    return series.fillna(0.0).add(more).where(series.notna() | (more > 0)) if side.name == "bad" else series + more


def _step(facts: Facts, key: str) -> timedelta:
    step = facts.answers[key].question.step
    assert step is not None
    return step


def _spread(frame: pd.DataFrame, shape: Indicator, step: timedelta) -> pd.DataFrame:
    """A slice longer than a step is known at its end alone: its steps share it evenly."""
    length = shape.sides[-1].slice
    if length is None or length <= step:
        return frame
    return frame.bfill(limit=ceil(length / step) - 1) * (step / length)


def _ratio(facts: Facts, key: str, span: str) -> tuple[float, float, str]:
    """Seconds, bad seconds and note of a ready ratio."""
    answer, value = facts.answers[f"{key}/{span}"], facts.value(f"{key}/{span}")
    assert answer.question.window is not None and answer.frame is not None
    if not (isfinite(value) and -_ROUNDING <= value <= 1 + _ROUNDING):
        return nan, nan, "ratio_invalid" if answer.frame.shape[1] else ""
    seconds = answer.question.window.total_seconds()
    steps = _invalid_steps(facts, f"{key}/trend", answer.question.end - answer.question.window, answer.question.end)
    return seconds, min(max(value, 0.0), 1.0) * seconds, f"ratio_invalid:{steps}" if steps else ""


def _invalid_steps(facts: Facts, key: str, start: object, end: object) -> int:
    series = facts.series(key)
    if series is None:
        return 0
    inside = series[(series.index > start) & (series.index <= end)].dropna().to_numpy(dtype=np.float64)
    return int((~_valid(inside)).sum())


def _at(series: pd.Series[float], index: pd.Index[Any]) -> Floats:
    """The values at these steps; most often the series has the very same."""
    values: Floats = np.asarray(series if series.index.equals(index) else series.reindex(index), dtype=np.float64)
    return values


def _valid(ratio: Floats) -> npt.NDArray[np.bool_]:
    valid: npt.NDArray[np.bool_] = (ratio >= -_ROUNDING) & (ratio <= 1 + _ROUNDING)  # not NaN, not infinite
    return valid


def _joined(*codes: str) -> str:
    return " ".join(code for code in codes if code)
