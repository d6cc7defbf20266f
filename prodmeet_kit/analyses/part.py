"""What the parts of the findings may read of each other. Each is in one of them; here is only its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

    from prodmeet_kit.analysis.alerting.alert_reads import AlertReads
    from prodmeet_kit.analysis.alerting.blind_time import BlindTime
    from prodmeet_kit.analysis.alerting.burn_explains import Burns
    from prodmeet_kit.analysis.meeting.about import Thing
    from prodmeet_kit.analysis.series.matching import ServiceOf
    from prodmeet_kit.analysis.slo.arithmetic import SloTarget
    from prodmeet_kit.analysis.slo.event_times import Stretches
    from prodmeet_kit.analysis.slo.exclusions import Exclusion
    from prodmeet_kit.facts import Facts

__all__ = ["Part"]


class Part:
    """One part of the findings.

    Each property is a frame of the spec it names, or a plain value; calculated once, when first asked for.
    """

    facts: Facts

    if TYPE_CHECKING:

        @property
        def slo_targets(self) -> tuple[SloTarget, ...]:
            """Objectives."""
            ...

        @property
        def slo_counts(self) -> pd.DataFrame:
            """What the server counted."""
            ...

        @property
        def slo_trends(self) -> Mapping[str, pd.DataFrame]:
            """Events a step."""
            ...

        @property
        def fine_trends(self) -> Stretches:
            """Trends at scrape step."""
            ...

        @property
        def slo_events(self) -> pd.DataFrame:
            """Fast burns."""
            ...

        @property
        def slos(self) -> pd.DataFrame:
            """State of each SLO."""
            ...

        @property
        def oldest_measured(self) -> pd.Timestamp | None:
            """The first instant with a value."""
            ...

        @property
        def exclusions(self) -> tuple[Exclusion, ...]:
            """Times that do not count."""
            ...

        @property
        def load_series(self) -> Mapping[str, pd.Series[float] | None]:
            """Demand on the grid."""
            ...

        @property
        def _load_units(self) -> dict[str, str]: ...

        @property
        def resources(self) -> pd.DataFrame:
            """How full each resource is."""
            ...

        @property
        def resource_series(self) -> Mapping[str, pd.Series[float] | None]:
            """Use on the grid."""
            ...

        @property
        def resource_limits(self) -> Mapping[str, pd.Series[float] | None]:
            """Limits on the grid."""
            ...

        @property
        def episodes(self) -> pd.DataFrame:
            """Times alerts fired."""
            ...

        @property
        def all_pages(self) -> pd.DataFrame:
            """Every page."""
            ...

        @property
        def burns(self) -> Burns:
            """What burned, and which alerts that may have caused."""
            ...

        @property
        def service_of(self) -> ServiceOf:
            """Which service an alert is about."""
            ...

        @property
        def all_alerts(self) -> bool:
            """Whether every source of alerts could be read."""
            ...

        @property
        def blind_time(self) -> BlindTime:
            """When no rule was evaluated."""
            ...

        @property
        def judged_pages(self) -> pd.DataFrame:
            """Every page, noise with what it overlaps."""
            ...

        @property
        def outages(self) -> pd.DataFrame:
            """One downtime, one row."""
            ...

        @property
        def outage_spans(self) -> pd.DataFrame:
            """The same without pages."""
            ...

        @property
        def noise_pages(self) -> pd.Series[bool]:
            """Which pages were noise."""
            ...

        @property
        def counted(self) -> pd.DataFrame:
            """What counts."""
            ...

        @property
        def counted_trends(self) -> Mapping[str, pd.DataFrame]:
            """Events a step that count."""
            ...

        @property
        def verdicts(self) -> pd.DataFrame:
            """What people said of pages."""
            ...

        @property
        def noise(self) -> pd.DataFrame:
            """Alerts to remove."""
            ...

        @property
        def own_rules(self) -> pd.DataFrame | None:
            """The product's alert rules."""
            ...

        @property
        def past_changes(self) -> pd.DataFrame:
            """Changes since the last meeting."""
            ...

        @property
        def toil(self) -> pd.DataFrame:
            """Work by hand."""
            ...

        @property
        def next_meeting(self) -> datetime:
            """This meeting plus one cadence."""
            ...

        @property
        def redefined(self) -> frozenset[str]:
            """What is defined otherwise than at the earlier meeting."""
            ...

        @property
        def alert_reads(self) -> AlertReads:
            """Which SLOs each alert reads."""
            ...

        @property
        def items_about(self) -> dict[str, list[str]]:
            """Subjects of each action item."""
            ...

        def alerts_about(self, alert: str, service: str) -> list[Thing]:
            """What an alert's rules read."""
            ...

        @property
        def promises(self) -> pd.DataFrame:
            """What somebody was to do."""
            ...

        @property
        def changes_to_come(self) -> pd.DataFrame:
            """Changes that are not over."""
            ...

        @property
        def _items(self) -> tuple[pd.DataFrame, dict[str, float]]: ...

        @property
        def _incidents(self) -> pd.DataFrame: ...

        @property
        def carried_times(self) -> dict[str, int]:
            """At how many meetings in a row each subject was carried over."""
            ...

        @property
        def last_words(self) -> dict[str, dict[str, Any]]:
            """The newest decision about each subject."""
            ...

        def _record(self, name: str) -> pd.DataFrame: ...
