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


def evidence(findings: Analyses) -> tuple[Evidence, ...]:
    """A folded note with both counts, and a folded table of the blind spots; nothing when alerts are not known."""
    if findings.facts.records.get("alert_runs") is None:
        return ()
    return (Note(_seen(findings), summary=t("What was seen of the alerts")), *_unseen(findings))


def _seen(findings: Analyses) -> str:
    begin = findings.facts.window.start
    episodes = findings.episodes[findings.episodes["end"] > begin]
    events = findings.recent_alert_events
    parts = [
        t(
            "Since the last meeting: {episodes} of {alerts}, in {events}.",
            episodes=tn("{n} episode", "{n} episodes", len(episodes)),
            alerts=tn("{n} alert", "{n} alerts", findings.alerts_seen),
            events=tn("{n} alert event", "{n} alert events", len(events)),
        ),
        t(
            "{episodes} and {events} paged.",
            episodes=tn("{n} episode", "{n} episodes", int(episodes["page"].sum())),
            events=tn("{n} alert event", "{n} alert events", int(events["page"].sum())),
        ),
        t(
            "An episode is one time an alert fired with its labels; an alert event holds the episodes of one service "
            "at most 5 minutes apart, such as those of pods that replaced each other; one over a day is told apart."
        ),
    ]
    if several := int((episodes["runs"] > 1).sum()):
        parts.append(
            tn(
                "{n} episode is joined of several runs: it flapped, several servers saw it, or nobody looked "
                "meanwhile.",
                "{n} episodes are joined of several runs: they flapped, several servers saw them, or nobody looked "
                "meanwhile.",
                several,
            )
        )
    ours = {service.name for service in findings.facts.product.services}
    if others := sorted(set(episodes["service"]) - ours - {""}):
        parts.append(
            tn(
                "{n} episode is of {services}, no service of this product: it is judged against none.",
                "{n} episodes are of {services}, no services of this product: they are judged against none.",
                int(episodes["service"].isin(others).sum()),
                services=listed(others),
            )
        )
    if len(episodes) and not episodes["acknowledges"].any():
        parts.append(t("No source of alerts tells whether a person answered."))
    if unknown := findings.paging_unknown:
        parts.append(
            tn(
                "Of {n} run nobody knows whether it paged; it counts as not: set page at its source.",
                "Of {n} runs nobody knows whether they paged; they count as not: set page at their source.",
                unknown,
            )
        )
    return sentences(parts)


def _unseen(findings: Analyses) -> list[Evidence]:
    spots = findings.blind_spots
    if spots.empty:
        return []
    texts = [_said(code, value) for code, value in zip(spots["code"], spots["value"], strict=True)]
    return [
        Table(
            t("What cannot be seen in the alerts"),
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
        return t("no metric and no alert has a value so old: perhaps the server does not keep it")
    if code == "cut_start":
        return tn(
            "{n} episode began earlier, nobody knows when", "{n} episodes began earlier, nobody knows when", int(value)
        )
    if code == "cut_end":
        return tn(
            "{n} episode still goes on: its end is not known",
            "{n} episodes still go on: their ends are not known",
            int(value),
        )
    length = write(value, "duration")
    if code == "server_away":
        return t("the server was away for {length}: pages in it are not seen", length=length)
    if code == "missing_evaluations":
        return t(
            "the alerts stopped and came back together after {length}: probably no rule was evaluated", length=length
        )
    return t("an alert shorter than one evaluation interval of {length} is not seen", length=length)
