"""What was seen of the alerts and what could not be seen: the ground the two items about alerts stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.evidence import Column, Note, Table
from prodmeet_kit.i18n.languages import listed, sentences, t, tn
from prodmeet_kit.i18n.numbers import write

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence

__all__ = ["evidence"]


def evidence(analyses: Analyses) -> tuple[Evidence, ...]:
    """A folded note with both counts, and a folded table of the blind spots; nothing when alerts are not known."""
    if not analyses.facts.alerts_known:
        return ()
    return (Note(_seen(analyses), summary=t("What the alert data shows")), *_unseen(analyses))


def _seen(analyses: Analyses) -> str:
    begin = analyses.facts.window.start
    episodes = analyses.alerting.episodes[analyses.alerting.episodes["end"] > begin]
    events = analyses.alerting.recent_events
    parts = [
        t(
            "Since the last meeting: {episodes} of {alerts}, in {events}.",
            episodes=tn("{n} episode", "{n} episodes", len(episodes)),
            alerts=tn("{n} alert", "{n} alerts", analyses.alerting.alerts_seen),
            events=tn("{n} alert event", "{n} alert events", len(events)),
        ),
        t(
            "{episodes} and {events} paged.",
            episodes=tn("{n} episode", "{n} episodes", int(episodes["page"].sum())),
            events=tn("{n} alert event", "{n} alert events", int(events["page"].sum())),
        ),
        t(
            "An episode is one firing of an alert with one set of labels, from start to end. An "
            "alert event groups the episodes of one service that are at most 5 minutes apart, such "
            "as those of pods that replaced each other. An episode of more than a day is counted "
            "separately."
        ),
    ]
    if several := int((episodes["runs"] > 1).sum()):
        parts.append(
            tn(
                "{n} episode was merged from several firings: it flapped, several servers reported "
                "it, or evaluations were missed.",
                "{n} episodes were merged from several firings: they flapped, several servers "
                "reported them, or evaluations were missed.",
                several,
            )
        )
    ours = {service.name for service in analyses.facts.product.services}
    if others := sorted(set(episodes["service"]) - ours - {""}):
        parts.append(
            tn(
                "{n} episode belongs to {services}, not a service of this product: it is not judged against any SLO.",
                "{n} episodes belong to {services}, not services of this product: they are not judged against any SLO.",
                int(episodes["service"].isin(others).sum()),
                services=listed(others),
            )
        )
    if len(episodes) and not episodes["acknowledges"].any():
        parts.append(t("No alert source records whether a person acknowledged the alert."))
    if unknown := analyses.alerting.paging_unknown:
        parts.append(
            tn(
                "It is not known whether {n} firing paged; it counts as not paging. Set page at its source.",
                "It is not known whether {n} firings paged; they count as not paging. Set page at their source.",
                unknown,
            )
        )
    return sentences(parts)


def _unseen(analyses: Analyses) -> list[Evidence]:
    spots = analyses.alerting.blind_spots
    if spots.empty:
        return []
    texts = [_said(code, value) for code, value in zip(spots["code"], spots["value"], strict=True)]
    return [
        Table(
            t("What the alert data does not show"),
            spots.assign(text=texts),
            (
                Column("start", t("From"), "time"),
                Column("end", t("Until"), "time"),
                Column("text", t("What")),
            ),
            anchor=("code", "start"),
            place="unseen",
            folded=True,
        )
    ]


def _said(code: str, value: float) -> str:
    if code == "retention":
        return t("no metrics or alerts from this time: the server may not retain data for that long")
    if code == "cut_start":
        return tn(
            "{n} episode began earlier, at an unknown time",
            "{n} episodes began earlier, at an unknown time",
            int(value),
        )
    if code == "cut_end":
        return tn(
            "{n} episode is still firing: its end is not known",
            "{n} episodes are still firing: their ends are not known",
            int(value),
        )
    length = write(value, "duration")
    if code == "server_away":
        return t("the server was down for {length}: pages during that time are not recorded", length=length)
    if code == "missing_evaluations":
        return t(
            "all alerts stopped and resumed together after {length}: rules were probably not evaluated", length=length
        )
    return t("alerts shorter than one evaluation interval ({length}) are not recorded", length=length)
