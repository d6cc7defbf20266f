"""Which bucket of a classic histogram holds the events that are fast enough.

The server is asked once which bounds there are, before anything else: a bound
may be spelt in several ways (``0.3``, ``3e-1``), and may be missing from some
targets or for some time. Only a bound that every target had all the time can
be counted with. A threshold between two such bounds is counted with the lower
one, which takes some good events for bad and never the reverse; the note says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from prodmeet_kit.core import promql
from prodmeet_kit.core.placeholder import fill_window
from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.schemas.frames import labels_of

if TYPE_CHECKING:
    from prodmeet_kit.parameters.models import Product, Slo
    from prodmeet_kit.parameters.sli import Latency

__all__ = ["Bucket", "bounds_key", "bucket", "discovery", "judged", "tells_bounds"]

_SHOWN = 15  # bounds a message names

_LOST = 1e-5
"""A bound with fewer samples than the others by no more than this share was always there: a few get lost on the way."""


@dataclass(frozen=True)
class Bucket:
    """The bucket to count with: a matcher of its label ``le``, and a note when the threshold is above its bound."""

    matcher: str
    note: str = ""


def bounds_key(service: str, slo: Slo) -> str:
    """The key of the question that asks for the bounds."""
    return f"slo/{service}/{slo.name}/bounds"


def tells_bounds(key: str) -> bool:
    """Whether a question asks for bounds: its answer has one series a bound."""
    return key.startswith("slo/") and key.endswith("/bounds")


def discovery(product: Product, window: Window) -> Iterator[Question]:
    """The questions whose answers the plan needs: the bounds of every classic histogram."""
    for service in product.services:
        for slo in service.slos:
            latency = slo.sli.latency
            if latency is None or latency.native:
                continue
            oldest = min(window.history_start, window.begin(slo.window, window.start))
            name, matchers = promql.selector(latency.histogram)
            # A bound that some target lacks, or had for part of the time, has fewer samples than the others.
            query = f"sum by (le) (count_over_time({name}_bucket{{{matchers}}}[{{{{.window}}}}]))"
            length = window.end - oldest
            text = fill_window(query, length)
            yield Question(bounds_key(service.name, slo), "metrics", text, window.end, window.end, None, length)


def judged(product: Product, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers to :func:`discovery`, with an error where no bucket serves the threshold."""
    made = dict(answers)
    for service in product.services:
        for slo in service.slos:
            answer = answers.get(bounds_key(service.name, slo))
            if answer is None or slo.sli.latency is None or answer.frame is None or not answer.frame.shape[1]:
                continue
            try:
                bucket(slo.sli.latency, answer)
            except ValueError as error:
                made[answer.question.key] = replace(answer, frame=None, error=str(error))
    return made


def bucket(latency: Latency, answer: Answer) -> Bucket:
    """The bucket of the threshold, or of the next bound below it.

    ``answer`` tells the bounds. Raises ``ValueError`` that names the bounds
    when the threshold is below the lowest or above the highest finite one, or
    no bound below it is shared by all series.
    """
    assert answer.frame is not None
    carried: dict[float, float] = {}
    spelt: dict[float, list[str]] = {}
    for column, value in answer.frame.iloc[-1].items():
        text = labels_of(str(column)).get("le", "")
        bound = _number(text)
        if not math.isnan(bound):
            carried[bound] = carried.get(bound, 0.0) + float(value)
            spelt.setdefault(bound, []).append(text)
    finite = sorted(bound for bound in carried if math.isfinite(bound))
    _inside(latency, finite)
    whole = max(carried.values())
    shared = [bound for bound in finite if carried[bound] >= whole * (1 - _LOST)]
    below = [bound for bound in shared if bound <= latency.limit * (1 + 1e-9)]
    if not below:
        raise ValueError(
            f"{latency.histogram} has no bound up to {_with_unit(latency.limit, latency)} that all its series had all"
            f" the time; bounds: {_listed(finite)}, of which all had: {_listed(shared)}"
        )
    above = [bound for bound in shared if bound > below[-1]]
    exact = math.isclose(below[-1], latency.limit, rel_tol=1e-9)
    note = "" if exact else f"between_bounds:{below[-1]:g}..{above[0] if above else math.inf:g}"
    return Bucket(_matcher(spelt[below[-1]]), note)


def _inside(latency: Latency, finite: list[float]) -> None:
    where = f"the threshold {_with_unit(latency.limit, latency)} of {latency.histogram}"
    if not finite:
        raise ValueError(f"{latency.histogram} has no bucket but +Inf: is it native? then write native: true")
    if latency.limit < finite[0] * (1 - 1e-9):
        raise ValueError(f"{where} is below the lowest bucket bound; bounds: {_listed(finite)}")
    if latency.limit > finite[-1] * (1 + 1e-9):
        raise ValueError(f"{where} is above the highest finite bucket bound; bounds: {_listed(finite)}")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _matcher(texts: list[str]) -> str:
    if len(texts) == 1:
        return f'le="{texts[0]}"'
    pattern = "|".join(re.escape(text) for text in sorted(texts)).replace("\\", "\\\\")
    return f'le=~"{pattern}"'


def _with_unit(value: float, latency: Latency) -> str:
    return f"{value:g} {latency.unit}"


def _listed(values: list[float]) -> str:
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return (", ".join(f"{value:g}" for value in values[:_SHOWN]) or "none") + more
