"""Which picture shows a finding: by the kind of its subject, one function a kind.

A function gets the analyses and the finding and returns a :class:`Picture`; a kind without one has words only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from prodmeet_kit.agenda.views import (
    alert_picture,
    change_picture,
    load_picture,
    outage_picture,
    resource_picture,
    slo_picture,
    toil_picture,
)
from prodmeet_kit.core.subjects import kind_of
from prodmeet_kit.evidence import Note
from prodmeet_kit.evidence.finding_view import Picture
from prodmeet_kit.i18n.languages import t

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.findings.finding import Finding

__all__ = ["PICTURES", "picture"]

PICTURES: dict[str, Callable[[Analyses, Finding], Picture]] = {
    "slo": slo_picture.picture,
    "resource": resource_picture.picture,
    "load": load_picture.picture,
    "outage": outage_picture.picture,
    "alert": alert_picture.picture,
    "change": change_picture.picture,
    "toil": toil_picture.picture,
}
"""By the kind of a subject."""


def picture(analyses: Analyses, found: Finding) -> Picture:
    """The picture of a finding; words only where its kind has none. One that breaks costs itself alone, and says so."""
    make = PICTURES.get(kind_of(found.subject))
    if make is None:
        return Picture()
    try:
        return make(analyses, found)
    except Exception as error:  # noqa: BLE001 - one picture's fault must not take the meeting's findings
        said = t("The picture of this finding could not be made: {why}", why=f"{type(error).__name__}: {error}")
        return Picture(folded=(Note(said, "warning"),))
