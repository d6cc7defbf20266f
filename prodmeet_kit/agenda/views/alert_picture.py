"""The picture of an alert: when it fired, by day and hour, and with or without user impact."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Literal

from prodmeet_kit.agenda.views import over_time
from prodmeet_kit.core.subjects import rest_of
from prodmeet_kit.evidence.finding_view import KeyNumber, Picture
from prodmeet_kit.evidence.moments import Moment, Moments
from prodmeet_kit.i18n.languages import t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.parameters.rotations import Sleep
from prodmeet_kit.schemas.alerting import EPISODES, NOISE
from prodmeet_kit.schemas.paging import PAGES

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.findings.finding import Finding

__all__ = ["picture"]


def picture(analyses: Analyses, found: Finding) -> Picture:
    """Each time the alert fired over four weeks, and how many of the pages since the last meeting it was."""
    alert, _, service = rest_of(found.subject).rpartition("/")
    episodes = analyses.alerting.episodes
    begin = max(over_time.back(analyses, None), analyses.facts.window.compare_start)
    mine = episodes[(episodes["alert"] == alert) & (episodes["service"] == service)]
    mine = mine[(mine["start"] >= begin) | (mine["end"] > begin)]
    window = analyses.facts.window
    shown = mine[(mine["start"] >= begin) & (mine["start"] <= window.end)]
    if not len(shown):
        return Picture()
    impact, noise = _told(analyses, alert, service)
    moments = tuple(
        Moment(
            row["start"].to_pydatetime(),
            t("{alert}, {length}", alert=alert, length=write(60 * max(1, round(row["duration_s"] / 60)), "duration")),
            _kind(row["id"], impact, noise),
        )
        for row in EPISODES.rows(shown)
    )
    figure = Moments(
        title=t("When {alert} fired", alert=alert),
        moments=moments,
        start=begin,
        end=window.end,
        timezone=window.timezone,
        anchor=f"finding-alert-{alert}-{service}",
        caption=t("when {alert} fired: day and time of day", alert=alert),
        since=window.start,
        night=_night(analyses, service),
    )
    return Picture(figure, _key(analyses, mine, impact))


def _told(analyses: Analyses, alert: str, service: str) -> tuple[set[str], set[str] | None]:
    """Ids of its pages with user impact, and of those that were noise; ``None`` where all that fires of it is."""
    pages = analyses.paging.all_pages
    mine = list(PAGES.rows(pages[(pages["alert"] == alert) & (pages["service"] == service)]))
    impact = {page["id"] for page in mine if page["told"] or page["outages"] or page["caught"]}
    all_noise = any((row["alert"], row["service"]) == (alert, service) for row in NOISE.rows(analyses.paging.noise))
    if all_noise and not mine:
        return impact, None
    return impact, {page["id"] for page in mine if page["shown_verdict"] == "noise"} - impact


def _kind(episode: str, impact: set[str], noise: set[str] | None) -> Literal["impact", "noise", "other"]:
    if episode in impact:
        return "impact"
    return "noise" if noise is None or episode in noise else "other"


def _night(analyses: Analyses, service: str) -> tuple[float, float]:
    """The hours of sleep of the rotation that answers its pages, as long as that lives in the product's zone."""
    product = analyses.facts.product
    here = [each for each in product.rotations if each.timezone == product.timezone]
    mine = next((each for each in here if not each.services or service in each.services), None)
    sleep = mine.sleep if mine is not None else Sleep()
    return _hours(sleep.begin), _hours(sleep.end)


def _hours(clock: time) -> float:
    return clock.hour + clock.minute / 60


def _key(analyses: Analyses, mine: pd.DataFrame, impact: set[str]) -> KeyNumber:
    since = mine[mine["start"] >= analyses.facts.window.start]
    before = mine[mine["start"] < analyses.facts.window.start]
    earlier = t("{n} in the period before", n=write(len(before), "count"))
    count = write(len(since), "count")
    if not len(since) or not since["page"].all():
        return KeyNumber(count, tn("time since the last meeting", "times since the last meeting", len(since)), earlier)
    pages = len(analyses.paging.pages)
    hurt = len(set(since["id"]) & impact)
    about = t("of {all} pages, {hurt} with user impact", all=write(pages, "count"), hurt=write(hurt, "count"))
    return KeyNumber(count, about, earlier, "attention" if not hurt else "quiet")
