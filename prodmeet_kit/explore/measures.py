"""What a name such as ``cart/cpu`` measures, as series on the grid of the trends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodmeet_kit.evidence import Chart, Line
from prodmeet_kit.explore.names import Ref
from prodmeet_kit.i18n.languages import t

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Mark

__all__ = ["Measure", "measure", "sli_frame"]


@dataclass(frozen=True)
class Measure:
    """A measured thing. Its value over any time is ``amount.sum() / weight.sum()``.

    For an SLO ``amount`` are good events and ``weight`` all events of a step,
    so that a ratio is never an average of ratios; for anything else ``amount``
    is the value and ``weight`` is 1 where it is known.
    """

    ref: Ref
    unit: str
    kind: Literal["line", "percent"]
    amount: pd.Series[float]
    weight: pd.Series[float]
    lines: tuple[Line, ...] = ()

    @property
    def values(self) -> pd.Series[float]:
        """The value of each step; NaN where it is not known."""
        return self.amount / self.weight.where(self.weight > 0)

    def chart(self, analyses: Analyses, values: pd.Series[float], marks: Iterable[Mark] = ()) -> Chart:
        """A chart of some of its values."""
        window = analyses.facts.window
        return Chart(
            title=self.ref.short,
            frame=values.to_frame(self.ref.short),
            unit=self.unit,
            step=window.step,
            timezone=window.timezone,
            anchor=f"explore-{self.ref.kind}-{self.ref.service}-{self.ref.name}",
            lines=self.lines,
            marks=tuple(marks),
            kind=self.kind,
        )


def measure(analyses: Analyses, ref: Ref) -> Measure | None:
    """What the facts hold of it; ``None`` where its questions failed or had no series."""
    if ref.kind == "slo":
        frame = sli_frame(analyses, ref)
        if frame is None:
            return None
        objective = next(target.objective for target in analyses.slo.targets if target.ref == ref.short)
        level = Line(objective, t("objective"))
        return Measure(ref, "", "percent", frame["good"], frame["total"], (level,))
    series = (analyses.capacity.load_series if ref.kind == "load" else analyses.capacity.resource_series).get(ref.short)
    if series is None:
        return None
    known = series.notna().astype("float64")
    service = next(each for each in analyses.facts.product.services if each.name == ref.service)
    units = {one.name: one.unit for one in (service.load if ref.kind == "load" else service.resources)}
    return Measure(ref, units[ref.name], "line", series, known.where(known > 0), _limit(analyses, ref))


def _limit(analyses: Analyses, ref: Ref) -> tuple[Line, ...]:
    limits = analyses.capacity.resource_limits.get(ref.short) if ref.kind == "resource" else None
    known = None if limits is None else limits.dropna()
    return () if known is None or known.empty else (Line(float(known.iloc[-1]), t("limit")),)


def sli_frame(analyses: Analyses, ref: Ref) -> pd.DataFrame | None:
    """``good, total, bad, sli`` of each step ``(t - step, t]`` of an SLO; ``None`` where its total is not known.

    Without a value of bad events beside a total nothing failed: then ``bad`` is 0. ``sli`` is NaN without events.
    """
    import pandas as pd

    trend = analyses.slo.trends.get(ref.short)
    if trend is None:
        return None
    total = trend["total"]
    bad = trend["bad"].fillna(0.0).clip(upper=total).where(total.notna())
    good = total - bad
    return pd.DataFrame({"good": good, "total": total, "bad": bad, "sli": good / total.where(total > 0)})
