"""One service: everything the kit knows of it, as the report shows it under Metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.metrics import glance
from prodmeet_kit.core.errors import InputError
from prodmeet_kit.explore.names import nearest
from prodmeet_kit.explore.shown import Shown
from prodmeet_kit.i18n.languages import t

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence.glance import ServiceView
    from prodmeet_kit.findings.finding import Finding

__all__ = ["ServiceShown", "service"]


class ServiceShown(Shown):
    """A service. ``frame``: what happened to it and what is to come (``kind, text, subject, finding``).

    ``view`` holds what is shown: ``view.charts`` with their values, ``view.slos`` in numbers.
    """

    def __init__(self, view: ServiceView, **shown: Any) -> None:
        super().__init__(**shown)
        self.view = view


def service(analyses: Analyses, name: str, found: Sequence[Finding]) -> ServiceShown:
    """Everything known of a service, without a name of the one in most trouble; ``found`` are the findings.

    Raises :class:`InputError` with the nearest names.
    """
    import pandas as pd

    names = glance.worst_first(analyses)
    name = name.strip() or next(iter(names), "")
    if name not in names:
        raise InputError(f"there is no service {name}: {nearest(name, names)}")
    shown = glance.one(analyses, name, found)
    (view,) = shown.services
    said = [(each.title, said.text, said.subject, said.finding) for each in view.about for said in each.said]
    return ServiceShown(
        view,
        key=f"about-{name}",
        title=t("All of {service}", service=name),
        sentence=t("{service}: {standing}", service=name, standing=view.standing),
        evidence=(shown,),
        timezone=analyses.facts.window.timezone,
        frame=pd.DataFrame(said, columns=["kind", "text", "subject", "finding"]),
    )
