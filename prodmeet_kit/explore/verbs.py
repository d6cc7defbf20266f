"""The exploration verbs of a review. Each is one call; the module that does the work loads when it is used."""

from __future__ import annotations

from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from prodmeet_kit.i18n import languages

if TYPE_CHECKING:
    from datetime import date, datetime, timedelta

    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.analysis.slo.arithmetic import Count
    from prodmeet_kit.evidence.finding_view import FindingView
    from prodmeet_kit.explore.around import AroundShown
    from prodmeet_kit.explore.asking import Open, QueryShown
    from prodmeet_kit.explore.closer import Closer
    from prodmeet_kit.explore.compare import CompareShown
    from prodmeet_kit.explore.finding import FindingShown
    from prodmeet_kit.explore.promql_box import PromqlBox
    from prodmeet_kit.explore.shown import Shown
    from prodmeet_kit.explore.slo import SloShown
    from prodmeet_kit.explore.whole.service import ServiceShown
    from prodmeet_kit.facts import Facts
    from prodmeet_kit.findings.finding import Finding

__all__ = ["Exploring"]


class Exploring:
    """What one can ask of a review beside its agenda. Everything displays itself and has a ``frame``."""

    analyses: Analyses
    ask_at: Open | None = None
    """Opens the metric source; ``None`` while the data are frozen."""
    home: Path | None = None
    """Holds ``parameters/`` and ``minutes/`` of the product; ``None`` where no such folder is near."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    @property
    def findings(self) -> tuple[Finding, ...]:
        """One finding for each subject, by rank; a review has them."""
        raise NotImplementedError

    @property
    def views(self) -> tuple[FindingView, ...]:
        """The findings as people see them; a review has them."""
        raise NotImplementedError

    def finding(self, name: str = "") -> FindingShown:
        """One finding, as the report shows it: ``slo:web/latency``, or ``web/latency``, ``INC-51``, ``CH-31`` ...

        ``.frame`` is what happened, ``.series`` the SLIs, loads and resources, ``.queries`` what was asked, ``.facets``
        all that was joined; ``.dig_later("why?", who="mika")`` files what to find out. Without a name the most
        important one.
        """
        from prodmeet_kit.explore.finding import finding

        with languages.use(self.facts.product.language):
            return finding(self.analyses, self.findings, self.views, name, self.home)

    @property
    def examples(self) -> Shown:
        """Lines to copy, each with a name of this product, and what it shows; ``.frame`` has them (``line, shows``)."""
        from prodmeet_kit.explore.examples import examples

        with languages.use(self.facts.product.language):
            return examples(self.analyses, self.findings, self.views)

    @property
    def questions(self) -> pd.DataFrame:
        """Every question the review asked: key, section, query, start, end, step, source, points, error."""
        from prodmeet_kit.explore.answers import questions

        return questions(self.facts)

    def answer(self, key: str) -> pd.DataFrame:
        """The frame that answers the question ``key``; an error for an unknown one names the nearest keys."""
        from prodmeet_kit.explore.answers import answer

        return answer(self.facts, key)

    def counts(self, name: str, span: str = "window") -> Count:
        """``total`` and ``bad`` of an SLO, such as ``cart/availability``, without what is excluded.

        ``span`` is ``window`` (the SLO window), ``since`` (the last meeting) or ``previous`` (the SLO window that
        ended there). Where time weighs they are seconds. From these every number of its row is made.
        """
        from prodmeet_kit.explore.answers import counts

        return counts(self.analyses, name, span)

    def slo(self, name: str = "") -> SloShown:
        """One SLO, such as ``cart/availability``: state, burn rate, events; ``.frame`` and ``.queries`` behind it.

        Without a name the one whose budget lost most since the last meeting.
        """
        from prodmeet_kit.explore.slo import slo

        with languages.use(self.facts.product.language):
            return slo(self.analyses, name)

    def service(self, name: str = "") -> ServiceShown:
        """Everything known of one service: SLOs, load, resources, outages, pages, changes, action items, findings.

        ``.frame`` has a row for each thing said. Without a name the service in most trouble.
        """
        from prodmeet_kit.explore.whole.service import service

        with languages.use(self.facts.product.language):
            return service(self.analyses, name, self.findings)

    def around(
        self, what: str | date | datetime = "", before: str | timedelta = "1h", after: str | timedelta = "2h"
    ) -> AroundShown:
        """What moved and what happened around an incident, page, SLO event or change (by its id), or a time.

        Frozen data show the trends of the report; a review that can ask asks for finer ones.
        Without either the newest incident, else the newest fast burn, page or change since the last meeting.
        """
        from prodmeet_kit.explore.around import around

        with languages.use(self.facts.product.language):
            return around(self.analyses, what, before, after, self.ask_at)

    def compare(self, what: str = "", shift: str | timedelta = "7d") -> CompareShown:
        """An SLO, load or resource since the last meeting, against the same time ``shift`` earlier.

        Without a name the first load, else resource, else SLO.
        """
        from prodmeet_kit.explore.compare import compare

        with languages.use(self.facts.product.language):
            return compare(self.analyses, what, shift)

    def query(
        self,
        promql: str = "",
        start: str | date | datetime = "",
        end: str | date | datetime = "",
        step: str | timedelta = "",
    ) -> QueryShown:
        """A query over a range, by default since the last meeting: asked now, or answered from the frozen data.

        Without a query the first trend of the review.
        """
        from prodmeet_kit.explore.asking import query

        with languages.use(self.facts.product.language):
            return query(self.facts, self.ask_at, promql, start, end, step)

    def live(self, folder: str | Path = ".") -> Self:
        """The same facts, with :meth:`query` asking the metric source of the product's own parameters now.

        TLS files the parameters name are looked for in ``folder``.
        """
        from prodmeet_kit.gathering.gather import open_metrics

        other = type(self)(self.facts)
        other.analyses = self.analyses
        other.home = self.home
        other.ask_at = partial(open_metrics, self.facts.product, Path(folder))
        return other

    @cached_property
    def promql(self) -> PromqlBox:
        """A box to write queries in, with completion; the answer is shown below it."""
        from prodmeet_kit.explore.promql_box import promql_box

        with languages.use(self.facts.product.language):
            return promql_box(self)

    @cached_property
    def closer(self) -> Closer:
        """A list of what happened, newest first; what is chosen is looked at with :meth:`around`."""
        from prodmeet_kit.explore.closer import closer

        with languages.use(self.facts.product.language):
            return closer(self)
