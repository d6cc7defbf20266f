"""Lines to copy while exploring, with names of the product itself: each was tried on the data of the review."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prodmeet_kit.core.errors import ProdmeetError
from prodmeet_kit.evidence import Column, Note, Table
from prodmeet_kit.explore import happenings
from prodmeet_kit.explore.answers import answer, counts
from prodmeet_kit.explore.around import around
from prodmeet_kit.explore.asking import query
from prodmeet_kit.explore.compare import compare
from prodmeet_kit.explore.finding import finding
from prodmeet_kit.explore.measures import measure
from prodmeet_kit.explore.names import refs
from prodmeet_kit.explore.shown import Shown
from prodmeet_kit.explore.slo import slo
from prodmeet_kit.i18n.languages import t, tn
from prodmeet_kit.i18n.times import local
from prodmeet_kit.schemas.slo import SLO_SUMMARY

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence.finding_view import FindingView
    from prodmeet_kit.explore.happenings import Thing
    from prodmeet_kit.findings.finding import Finding

__all__ = ["examples"]


@dataclass(frozen=True)
class _Example:
    """A line, what it shows, and the same done on the frozen data."""

    line: str
    shows: str
    tried: Callable[[], Any]


def examples(analyses: Analyses, found: Sequence[Finding], views: Sequence[FindingView]) -> Shown:
    """The lines that have an answer in this review, the most pressing first. ``frame``: ``line, shows``.

    What the product does not have, or of which there are no data, has no line.
    """
    import pandas as pd

    lines = [(each.line, each.shows) for each in _examples(analyses, found, views) if _works(each)]
    frame = pd.DataFrame(lines, columns=["line", "shows"])
    title, zone = t("Lines to start from"), analyses.facts.window.timezone
    if frame.empty:
        text = t("This review has no data to look at: review.questions says what was asked and what came back.")
        return Shown("examples", title, text, (Note(text),), zone, frame)
    columns = (Column("shows", t("To see")), Column("line", t("Write"), "code"))
    sentence = tn("{n} line to copy", "{n} lines to copy", len(frame))
    return Shown("examples", title, sentence, (Table(sentence, frame, columns, bare=True),), zone, frame)


def _works(example: _Example) -> bool:
    try:
        example.tried()
    except ProdmeetError:
        return False
    return True


def _examples(analyses: Analyses, found: Sequence[Finding], views: Sequence[FindingView]) -> Iterator[_Example]:
    if found:
        about, shows = found[0].subject, t("the most important finding")
        yield _Example(_call("finding", about), shows, lambda: finding(analyses, found, views, about, None))
    if worst := _worst(analyses):
        yield _Example(_call("slo", worst), t("the SLO with the least budget left"), lambda: slo(analyses, worst))
    yield from _moments(analyses)
    if load := _biggest(analyses):
        line = _call("compare", load, shift="7d")
        yield _Example(line, t("the largest load, now and a week earlier"), lambda: compare(analyses, load, "7d"))
    if name := _fullest(analyses):
        line = _call("compare", name, shift="14d")
        yield _Example(
            line, t("the fullest resource, now and two weeks earlier"), lambda: compare(analyses, name, "14d")
        )
    if worst:
        yield _Example(
            _call("counts", worst, "since"),
            t("what an SLO counted since the last meeting"),
            lambda: counts(analyses, worst, "since"),
        )
    yield from _queries(analyses, load)


def _call(verb: str, *names: str, **more: str) -> str:
    given = [_text(name) for name in names] + [f"{key}={_text(value)}" for key, value in more.items()]
    return f"review.{verb}({', '.join(given)})"


def _text(value: str) -> str:
    return repr(value) if '"' in value else json.dumps(value, ensure_ascii=False)


def _moments(analyses: Analyses) -> Iterator[_Example]:
    """The newest of each kind of thing that happened, of which there are data; then a time."""
    shows = {
        "incident": t("around the newest outage"),
        "page": t("around the newest page"),
        "alert": t("around the newest alert that did not page"),
        "slo_event": t("around the newest fast burn"),
        "change": t("around the newest change"),
    }
    window = analyses.facts.window
    recent = [thing for thing in reversed(happenings.things(analyses)) if window.start <= thing.start <= window.end]
    for kind, text in shows.items():
        if thing := next((each for each in recent if each.kind == kind), None):
            yield _around(analyses, thing, text)
    if recent:
        time = f"{local(recent[0].start, window.timezone):%Y-%m-%dT%H:%M}"
        line = _call("around", time, before="30m", after="2h")
        yield _Example(line, t("around a time"), lambda: around(analyses, time, "30m", "2h"))


def _around(analyses: Analyses, thing: Thing, text: str) -> _Example:
    shows = f"{text}: {thing.title}" if thing.kind in ("page", "alert") else text
    return _Example(_call("around", thing.id), shows, lambda: around(analyses, thing.id))


def _worst(analyses: Analyses) -> str:
    """The SLO with the least error budget left, of those that were measured; empty where none was."""
    rows = [row for row in SLO_SUMMARY.rows(analyses.slo.summary) if row["budget_remaining"] == row["budget_remaining"]]
    worst = min(rows, key=lambda row: row["budget_remaining"], default=None)
    return f"{worst['service']}/{worst['name']}" if worst else ""


def _biggest(analyses: Analyses) -> str:
    """The load with the highest peak since the last meeting, among those of the unit that most of them have."""
    peaks: dict[str, tuple[str, float]] = {}
    for ref in refs(analyses.facts.product):
        measured = measure(analyses, ref) if ref.kind == "load" else None
        if measured is not None:
            peak = float(measured.values[measured.values.index > analyses.facts.window.start].max())
            peaks |= {str(ref): (measured.unit, peak)} if peak == peak else {}  # NaN: no data
    units = Counter(unit for unit, _ in peaks.values()).most_common(1)
    mine = [ref for ref, (unit, _) in peaks.items() if unit == units[0][0]]
    return max(mine, key=lambda ref: peaks[ref][1], default="")


def _fullest(analyses: Analyses) -> str:
    """The resource that used most of its limit at the end, else the first with data; empty where there is none."""
    used: dict[str, float] = {}
    for name, series in analyses.capacity.resource_series.items():
        limit = analyses.capacity.resource_limits.get(name)
        top = float(limit.dropna().iloc[-1]) if limit is not None and limit.notna().any() else 0.0
        if series is not None and series.notna().any():
            used[name] = float(series.dropna().iloc[-1]) / top if top > 0 else 0.0
    return f"resource/{max(used, key=lambda name: used[name])}" if used else ""


def _queries(analyses: Analyses, load: str) -> Iterator[_Example]:
    """A question of the review by its key, and a query as it is there: of this load, else of the first trend."""
    facts = analyses.facts
    known = {
        key: each
        for key, each in facts.answers.items()
        if each.frame is not None and each.frame.shape[1] and not each.question.instant
    }
    key = load if load in known else next(iter(known), "")
    if not key:
        return
    yield _Example(_call("answer", key), t("what came back of a question"), lambda: answer(facts, key))
    text = known[key].question.query
    yield _Example(_call("query", text), t("a query of your own"), lambda: query(facts, None, text))
