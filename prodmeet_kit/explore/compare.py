"""This window against an earlier one of the same length: lines over each other, and the days in numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from prodmeet_kit.core.errors import InputError
from prodmeet_kit.core.window import format_duration
from prodmeet_kit.evidence import Column, Note, Table
from prodmeet_kit.explore import happenings
from prodmeet_kit.explore.measures import measure
from prodmeet_kit.explore.names import Ref, length, refs
from prodmeet_kit.explore.names import ref as find
from prodmeet_kit.explore.shown import Shown
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.i18n.times import local, short_date

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence, Kind
    from prodmeet_kit.explore.measures import Measure

__all__ = ["CompareShown", "compare"]

COLUMNS = ("day", "mean", "mean_before", "change", "peak", "peak_before", "missing", "missing_before")


class CompareShown(Shown):
    """Now against before. ``frame``: ``now`` and ``before`` by the UTC time of now.

    ``days``: for the whole window (the first row) and each day of it ``mean``, ``mean_before``, ``change`` (a
    fraction, over the steps both times know), ``peak``, ``peak_before`` and the shares of steps missing. The mean of
    an SLO is its share of good events, its peak the lowest step, its change that of its share of bad events.
    """

    def __init__(self, days: pd.DataFrame, shown: Shown) -> None:
        super().__init__("compare", shown.title, shown.sentence, shown.evidence, shown.timezone, shown.frame)
        self.days = days


def compare(analyses: Analyses, what: str, shift: str | timedelta = "7d") -> CompareShown:
    """What ``cart/cpu`` or ``load/cart/requests`` did since the last meeting, and ``shift`` earlier.

    Days are moved on the product's calendar, so that the hour stays when the clock changes. Raises
    :class:`InputError` for an unknown name, and when the data do not reach back to any of the earlier time.
    """
    ref = find(analyses.facts.product, what) if what else _first(analyses)
    measured = measure(analyses, ref)
    if measured is None:
        raise InputError(f"{ref} has no data: its query failed or gave no series; see review.questions")
    back = length("shift", shift)
    if not back:
        raise InputError("shift 0: give how much earlier, such as 7d")
    frame = _frame(analyses, measured, back)
    window = analyses.facts.window
    start, end = _back(window.start, back, window.timezone), _back(window.end, back, window.timezone)
    if not (frame["before_weight"] > 0).any():
        raise InputError(_too_early(measured, start, end, window.timezone))
    days = _days(measured, frame, window.timezone)
    shown = Shown(
        "compare",
        t("{name}: now and {shift} earlier", name=ref.short, shift=write(back.total_seconds(), "duration")),
        _sentence(measured, days, start, end, window.timezone),
        _evidence(analyses, measured, frame, days),
        window.timezone,
        _values(frame),
    )
    return CompareShown(days, shown)


def _first(analyses: Analyses) -> Ref:
    """The first load, else resource, else SLO that has data."""
    order = ("load", "resource", "slo")
    for ref in sorted(refs(analyses.facts.product), key=lambda one: order.index(one.kind)):
        if measure(analyses, ref) is not None:
            return ref
    raise InputError("no load, resource or SLO of the product has data: see review.questions")


def _back(moment: datetime, shift: timedelta, timezone: str) -> datetime:
    return (local(moment, timezone) - shift).astimezone(UTC)


def _frame(analyses: Analyses, measured: Measure, back: timedelta) -> pd.DataFrame:
    """``now``, ``now_weight``, ``before``, ``before_weight`` of each step since the last meeting."""
    import numpy as np
    import pandas as pd

    window = analyses.facts.window
    index = measured.amount.index[(measured.amount.index > window.start) & (measured.amount.index <= window.end)]
    clock = pd.DatetimeIndex(index).tz_convert(window.timezone).tz_localize(None) - back
    # An hour the clock skips has no earlier one; of a doubled one the first is taken.
    earlier = clock.tz_localize(
        window.timezone, ambiguous=np.ones(len(clock), dtype=bool), nonexistent="NaT"
    ).tz_convert("UTC")
    return pd.DataFrame(
        {
            "now": measured.amount.reindex(index).to_numpy(),
            "now_weight": measured.weight.reindex(index).to_numpy(),
            "before": measured.amount.reindex(earlier).to_numpy(),
            "before_weight": measured.weight.reindex(earlier).to_numpy(),
        },
        index=index,
    )


def _values(frame: pd.DataFrame) -> pd.DataFrame:
    """``now`` and ``before`` as people read them."""
    import pandas as pd

    return pd.DataFrame(
        {side: frame[side] / frame[f"{side}_weight"].where(frame[f"{side}_weight"] > 0) for side in ("now", "before")}
    )


def _days(measured: Measure, frame: pd.DataFrame, timezone: str) -> pd.DataFrame:
    import pandas as pd

    step = frame.index[1] - frame.index[0]
    # A point is of the step before it: midnight's belongs to the day that ends.
    dates = (pd.DatetimeIndex(frame.index) - step).tz_convert(timezone).normalize()
    rows = [_row(measured, frame, pd.NaT)]
    rows += [_row(measured, part, day) for day, part in frame.groupby(dates)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(measured: Measure, part: pd.DataFrame, day: object) -> dict[str, object]:
    row: dict[str, object] = {"day": day}
    for side, name in (("now", ""), ("before", "_before")):
        known = part[side].notna() & (part[f"{side}_weight"] > 0)
        weight = part.loc[known, f"{side}_weight"]
        values = part.loc[known, side] / weight
        total = float(weight.sum())
        row[f"mean{name}"] = float(part.loc[known, side].sum()) / total if total else float("nan")
        row[f"peak{name}"] = float(values.min() if measured.ref.kind == "slo" else values.max())
        row[f"missing{name}"] = 1.0 - float(known.mean())
    row["change"] = _change(measured, part)
    return row


def _change(measured: Measure, part: pd.DataFrame) -> float:
    """Of the mean, or of an SLO's share of bad events; over the steps that both times know."""
    both = part[(part["now_weight"] > 0) & (part["before_weight"] > 0) & part["now"].notna() & part["before"].notna()]
    if both.empty:
        return float("nan")
    now, before = (float(both[side].sum() / both[f"{side}_weight"].sum()) for side in ("now", "before"))
    if measured.ref.kind == "slo":
        now, before = 1.0 - now, 1.0 - before
    return now / before - 1 if before else float("nan")


def _sentence(measured: Measure, days: pd.DataFrame, start: datetime, end: datetime, timezone: str) -> str:
    whole = days.iloc[0]
    kind = "percent" if measured.kind == "percent" else "amount"
    if measured.ref.kind == "slo":
        message = "{now} of the events were good, {before} from {start} to {end}; share of bad events: {change}"
    else:
        message = "on average {now}, {before} from {start} to {end}: {change}"
    return t(
        message,
        now=write(whole["mean"], kind, unit=measured.unit),
        before=write(whole["mean_before"], kind, unit=measured.unit),
        start=write(start, "time", timezone=timezone),
        end=write(end, "time", timezone=timezone),
        change=write(whole["change"], "change"),
    )


def _evidence(analyses: Analyses, measured: Measure, frame: pd.DataFrame, days: pd.DataFrame) -> tuple[Evidence, ...]:
    values = _values(frame)
    name = measured.ref.short
    marks = happenings.marks(happenings.things(analyses), measured.ref.service, analyses.facts.window.end)
    chart = measured.chart(analyses, values["now"], marks)
    faint = values["before"].to_frame(name)
    evidence: list[Evidence] = [replace(chart, faint=faint), _table(measured, days, analyses.facts.window.timezone)]
    missing = days.iloc[0]["missing_before"]
    if missing > 0.01:
        share = write(missing, "percent")
        text = t("{share} of the earlier time has no data: its numbers, and the change, cover the rest.", share=share)
        evidence.insert(0, Note(text, "warning"))
    return tuple(evidence)


def _table(measured: Measure, days: pd.DataFrame, timezone: str) -> Table:
    kind: Kind = "percent" if measured.kind == "percent" else "amount"
    names = [t("whole window"), *[short_date(day, timezone) for day in days["day"].iloc[1:]]]
    frame = days.assign(name=names, unit=measured.unit)
    slo = measured.ref.kind == "slo"
    columns = [
        Column("name", t("Day")),
        Column("mean", t("Share of good events") if slo else t("Mean"), kind),
        Column("mean_before", t("Mean before"), kind),
        Column("change", t("Bad events, change") if slo else t("Relative change"), "change"),
        Column("peak", t("Lowest step") if slo else t("Peak"), kind),
        Column("peak_before", t("Peak before"), kind),
    ]
    if (days["missing"] > 0).any():
        columns.append(Column("missing", t("Steps missing"), "percent"))
    if (days["missing_before"] > 0).any():
        columns.append(Column("missing_before", t("Missing before"), "percent"))
    return Table(t("Day by day"), frame, tuple(columns))


def _too_early(measured: Measure, start: datetime, end: datetime, timezone: str) -> str:
    known = measured.values.dropna()
    span = " to ".join(f"{local(moment, timezone):%Y-%m-%d %H:%M}" for moment in (start, end))
    if known.empty:
        return f"{measured.ref} has no data at all"
    first = known.index[0].to_pydatetime()
    return (
        f"{measured.ref}: nothing is known of {span}, its data begin at {local(first, timezone):%Y-%m-%d %H:%M}"
        f" ({timezone}): give a shorter shift, such as {format_duration(timedelta(days=7))}"
    )
