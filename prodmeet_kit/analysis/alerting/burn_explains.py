"""Whether an alert fired because an SLO burned: by when it began, or by what its rule reads.

A page can be due to a burn when it begins soon after an onset or a marked worsening (:mod:`.burn_rises`), or while the
SLO burns if its rule reads that SLO (:mod:`.alert_reads`). Where the rule is not known and only that could decide,
nobody can tell. The ticket conditions are asked too: a burn of 2.5 times the pace is a ticket's matter, not noise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.alerting.alert_reads import AlertReads
from prodmeet_kit.analysis.alerting.sli_burns import LOOK_BACK, TROUBLE, Flags, Sli
from prodmeet_kit.analysis.series.grid import instant, instants, nanoseconds
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.core.window import Window

__all__ = ["Burns"]


class Burns:
    """The burns of a product's SLOs. ``trends`` maps ``service/name`` to ``[total, bad]`` a step.

    ``reads`` tells which SLOs an alert's rule reads; without it no rule is known.
    """

    def __init__(
        self,
        trends: Mapping[str, pd.DataFrame],
        slos: Iterable[SloTarget],
        window: Window,
        reads: AlertReads | None = None,
    ) -> None:
        self._window = window
        self._slos = {target.ref: Sli.of(trends.get(target.ref), target, window) for target in slos}
        self._reads = reads
        self._read: dict[tuple[str, str, str], dict[str, bool | None]] = {}

    def reads(self, alert: str, service: str, labels: str) -> dict[str, bool | None]:
        """For each SLO of the service (all where it is empty) whether the alert reads it; ``None``: not known."""
        key = (alert, service, labels)
        if key not in self._read:
            mine = [ref for ref, slo in self._slos.items() if service in ("", slo.target.service)]
            told = self._reads.slos(*key) if self._reads else {}
            self._read[key] = {ref: told.get(ref) for ref in mine}
        return self._read[key]

    def verdicts(self, pages: pd.DataFrame, events: Sequence[Mapping[str, Any]] = ()) -> list[tuple[str, str]]:
        """The verdict and reason of each page (``PAGES``) by the SLIs of its service alone.

        A fast SLO event (rows of ``SLO_EVENTS``) is no slow burn, neither before nor after it: but for the second,
        SLIs are looked at as if it had not been. First that holds:

        - ``could_wait``, ``slow_burn``: its rule reads an SLI that burned;
        - ``late``, ``after_burn``: its rule reads an SLI that burned fast and still looks back on that;
        - ``could_wait``, ``with_burn``: it began in time after an SLI of its service began to burn or burned markedly
          faster;
        - ``unclear``, ``no_sli``: its service has no SLI, or one whose data is missing;
        - ``unclear``, ``rule_unknown``: an SLI burned before, and nobody knows whether the rule reads it;
        - ``noise``, ``other_burn``: an SLI burned before, and the rule does not read it;
        - ``noise``, ``slis_fine``: every SLI was fine.
        """
        services = pages["service"].to_numpy()
        starts, ends = instants(pages["start"]), instants(pages["end"])
        keys = list(zip(pages["alert"], services, pages["labels"], strict=True))
        read, after, beside, other, doubt, unknown, has_sli = (np.zeros(len(pages), dtype=bool) for _ in range(7))
        for ref, slo in self._slos.items():
            mine: Flags = services == slo.target.service
            if not mine.any():
                continue
            has_sli |= mine
            if slo.steps is None:
                unknown |= mine
                continue
            at = np.flatnonzero(mine)
            start, end = starts[at], ends[at]
            slow = slo.without([row for row in events if f"{row['service']}/{row['slo']}" == ref])
            blind, fast, marked = slow.around(start, end)
            in_time = slow.in_time(start) | marked
            burning = in_time | fast | slow.burning(start, end)
            back = ~burning & (slo.around(start, end)[1] | slo.held_in(start, end))
            reads = [self.reads(*keys[place]).get(ref) for place in at]
            reader = np.array([told is True for told in reads], dtype=bool)
            nobody = np.array([told is None for told in reads], dtype=bool)
            read[at] |= burning & reader
            beside[at] |= in_time
            after[at] |= back & reader
            doubt[at] |= (burning | back) & nobody
            other[at] |= burning | back
            unknown[at] |= blind
        found = [("noise", "other_burn" if each else "slis_fine") for each in other]
        for flags, verdict in (
            (doubt, ("unclear", "rule_unknown")),
            (unknown | ~has_sli, ("unclear", "no_sli")),
            (beside, ("could_wait", "with_burn")),
            (after, ("late", "after_burn")),
            (read, ("could_wait", "slow_burn")),
        ):
            found = [verdict if flag else each for flag, each in zip(flags, found, strict=True)]
        return found

    def caused(
        self, alerts: pd.DataFrame, outage: Mapping[str, Any], events: Sequence[Mapping[str, Any]]
    ) -> pd.Series[bool]:
        """Which of the alerts that overlap an outage (a row of ``OUTAGES``) it may have caused; ``events`` are its own.

        All where no SLO burned, or people wrote it down and it lasted under a day; else what its SLO events may cause.
        """
        brief = outage["written"] and outage["span_end"] - outage["span_start"] <= TROUBLE
        found = pd.Series(brief or not events, index=alerts.index)
        for event in [] if brief else events:
            found |= self.vouches(alerts, event)
        return found

    def vouches(self, alerts: pd.DataFrame, event: Mapping[str, Any]) -> pd.Series[bool]:
        """Which of the alerts that overlap an SLO event (a row of ``SLO_EVENTS``) it may have caused.

        Where it lasted under a day and burned markedly faster than what was usual before: those that read its SLO or
        began an hour before it or later. Of any other, such as a part of a steady burn, those that read its SLO or
        began in time after its onset or a marked worsening; without any of these, those that may read it.
        """
        ref = f"{event['service']}/{event['slo']}"
        slo = self._slos.get(ref)
        if slo is None or slo.course is None:
            return pd.Series(True, index=alerts.index)
        fresh = slo.fresh(event["onset"], event["end"])
        keys = zip(alerts["alert"], alerts["service"], alerts["labels"], strict=True)
        reads = [self.reads(*key).get(ref) for key in keys]
        starts, onset, hour = instants(alerts["start"]), instant(event["onset"]), nanoseconds(LOOK_BACK)
        soon = starts >= onset - hour
        sure = np.array([told is True for told in reads], dtype=bool)
        if fresh and event["end"] - event["onset"] <= TROUBLE:
            return pd.Series(soon | sure, index=alerts.index)
        sure |= slo.in_time(starts)
        if fresh:
            sure |= soon & (starts <= onset + hour)
        unknown = np.array([told is None for told in reads], dtype=bool)
        return pd.Series(sure if sure.any() else unknown, index=alerts.index)

    def ticket_held(self, service: str, spans: Sequence[tuple[datetime, datetime]]) -> list[str]:
        """The SLOs of a service (all where it is empty) of which a ticket condition held in one of the spans."""
        starts, ends = (instants(list(times)) for times in zip(*spans, strict=True))
        mine = [slo for slo in self._slos.values() if service in ("", slo.target.service) and slo.steps is not None]
        return [slo.target.ref for slo in mine if slo.held_in(starts, ends).any()]

    def rose(self, ref: str, held: pd.Timestamp) -> pd.Timestamp | None:
        """:meth:`.burn_rises.Course.rose` of an SLO; ``None`` without a course."""
        return known.rose(held) if ref in self._slos and (known := self._slos[ref].course) else None

    def burned_through(self, ref: str, start: pd.Timestamp, end: pd.Timestamp) -> bool:
        """Whether an SLO spent more than lasts all along from soon after ``start`` to ``end``."""
        course = self._slos[ref].course if ref in self._slos else None
        if course is None:
            return False
        first, last = course.at(np.array([instant(start + LOOK_BACK), instant(end)]))
        return bool(course.paces[first : max(first, last) + 1].min() >= 1)

    def targets(self, service: str) -> list[SloTarget]:
        """The objectives of a service; all where it is empty."""
        return [slo.target for slo in self._slos.values() if service in ("", slo.target.service)]

    def readers(self, ref: str) -> list[str]:
        """The alerts whose rules read an SLO."""
        return self._reads.readers(ref) if self._reads else []
