"""The item that has nothing to show: checked and empty, not kept, or not known. The three differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.evidence import AgendaItem
from prodmeet_kit.i18n.languages import t

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses

__all__ = ["absent", "could_not_check", "none"]


def absent(analyses: Analyses, key: str, title: str, records: str, sources: str) -> AgendaItem | None:
    """The item to show when a record frame is not there; ``None`` when the frame is there.

    ``records`` names the frame in ``facts.records``, ``sources`` the key under ``sources`` in the parameter file.
    """
    if analyses.facts.records.get(records) is not None:
        return None
    if any(analyses.facts.failed(key)):
        return could_not_check(analyses, key, title)
    return none(analyses, key, title, t("no source is configured: add sources.{key} to the parameters", key=sources))


def could_not_check(analyses: Analyses, key: str, title: str, *also: str) -> AgendaItem:
    """The item whose sources failed: says so, with what each source answered.

    ``also`` are other sections whose sources it needs; their failures stand there, only the first is quoted here.
    """
    failures = tuple(analyses.facts.failed(key))
    told = failures or tuple(failure for section in also for failure in analyses.facts.failed(section))
    if not told and analyses.facts.product.sources.metrics is None:  # nothing was asked for: nothing failed
        return none(
            analyses, key, title, t("no source is configured: add sources.{key} to the parameters", key="metrics")
        )
    message = told[0].message if told else t("no answer")
    return AgendaItem(
        key=key,
        title=title,
        headline=t("Could not check: {message}", message=message),
        state="could_not_check",
        timezone=analyses.facts.window.timezone,
        failures=failures,
    )


def none(analyses: Analyses, key: str, title: str, because: str) -> AgendaItem:
    """The item that was checked and is empty, with the grounds.

    Where something could not be read nobody knows whether it is empty: then it says that instead.
    """
    if any(analyses.facts.failed(key)):
        return could_not_check(analyses, key, title)
    return AgendaItem(
        key=key,
        title=title,
        headline=t("None, because {because}.", because=because),
        state="none",
        timezone=analyses.facts.window.timezone,
    )
