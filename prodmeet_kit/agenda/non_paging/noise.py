"""Noise: noisy alerts, rule changes against them with their effect, and rules that never fired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.evidence import Column, Note, Table
from prodmeet_kit.i18n.languages import clauses, listed, t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.alerting import NOISE, PROPOSALS

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence
    from prodmeet_kit.schemas.alerting import NoiseRow, ProposalRow

__all__ = ["evidence"]


def evidence(analyses: Analyses) -> tuple[Evidence, ...]:
    """Noisy alerts, what would silence them, and rules that never fired; nothing where there are none."""
    shown: list[Evidence] = []
    if len(analyses.paging.noise):
        frame = _noise_frame(analyses.paging.noise, analyses.paging.pages)
        shown.append(_folded(t("Noise"), frame, _noise_columns(), "noise"))
    if len(analyses.paging.proposals):
        frame = _proposal_frame(analyses.paging.proposals)
        shown.append(_folded(t("Rule changes against noise"), frame, _proposal_columns(), "silence"))
        shown.append(Note(_how(), summary=t("How a change was backtested")))
    if len(analyses.alerting.never_fired):
        title = tn("{n} rule never fired", "{n} rules never fired", len(analyses.alerting.never_fired))
        columns = (Column("alert", t("Alert"), "code"), Column("group", t("Group"), "code"))
        details = (Column("query", t("Condition"), "code"),)
        shown.append(
            Table(
                title,
                analyses.alerting.never_fired,
                columns,
                details,
                anchor=("group", "alert"),
                folded=True,
                place="never_fired",
            )
        )
    return tuple(shown)


def _folded(title: str, frame: pd.DataFrame, columns: tuple[Column, ...], place: str) -> Table:
    anchor = tuple(name for name in ("alert", "service", "severity", "change") if name in frame)
    return Table(title, frame, columns, anchor=anchor, place=place, folded=True)


def _noise_frame(noise: pd.DataFrame, pages: pd.DataFrame) -> pd.DataFrame:
    words = {
        "always_firing": t("fires almost constantly"),
        "self_resolved": t("resolves by itself within minutes"),
        "flapping": t("fires repeatedly"),
        "never_acted": t("never acknowledged"),
    }
    texts = [
        _of_pages(row, pages) if row["reason"] == "slis_fine" else words.get(row["reason"], str(row["reason"]))
        for row in NOISE.rows(noise)
    ]
    return noise.assign(reason_text=texts)


def _of_pages(row: NoiseRow, pages: pd.DataFrame) -> str:
    """How many of its pages were noise: up to a third may have come by chance soon after a burn began."""
    mine = (pages[["alert", "service", "severity"]] == [row["alert"], row["service"], row["severity"]]).all(axis=1)
    noisy, others = (int((mine & (pages["shown_verdict"].eq("noise") == each)).sum()) for each in (True, False))
    if not others:
        return t("every page was noise")
    return tn(
        "{noisy} of {all} pages were noise, {n} could wait",
        "{noisy} of {all} pages were noise, {n} could wait",
        others,
        noisy=noisy,
        all=noisy + others,
    )


def _noise_columns() -> tuple[Column, ...]:
    return (
        Column("alert", t("Alert"), "code"),
        Column("service", t("Service")),
        Column("severity", t("Severity")),
        Column("count", t("Times"), "count"),
        Column("meetings", t("Meetings at which it was noise"), "count"),
        Column("median_duration_s", t("Median length"), "duration"),
        Column("reason_text", t("Because")),
    )


def _proposal_frame(proposals: pd.DataFrame) -> pd.DataFrame:
    found = PROPOSALS.rows(proposals)
    return proposals.assign(
        change_text=[_change(row) for row in found],
        effect=[_effect(row) for row in found],
        replay_text=[_replay(row) for row in found],
        else_text=[_else(row) for row in found],
    )


def _proposal_columns() -> tuple[Column, ...]:
    return (
        Column("alert", t("Alert"), "code"),
        Column("service", t("Service")),
        Column("change_text", t("Change")),
        Column("effect", t("Estimated effect")),
        Column("replay_text", t("Backtest")),
        Column("else_text", t("Also caught by")),
    )


def _kept(row: ProposalRow) -> str:
    """Why an alert is not to be deleted."""
    if row["kept"] == "ticket_held" and row["change"] == "ticket":
        return t("its service had a slow burn (3x over 24 h or 1x over 3 d): make it a ticket instead of deleting it")
    words = {
        "ticket_held": t("not deleted: its service had a slow burn (3x over 24 h or 1x over 3 d)"),
        "few": t("not deleted: fewer than five times, or at one meeting only"),
        "nothing_else": t("not deleted: nothing else would catch what it is meant to catch"),
    }
    return words.get(row["kept"], "")


def _else(row: ProposalRow) -> str:
    """What else caught, or would catch, what an alert could."""
    if row["could_catch"] is None:
        return ""
    return listed([*row["other_alerts"], *row["standard_rules"]]) or t("nothing")


def _change(row: ProposalRow) -> str:
    if not row["change"]:
        return t("none found")
    if row["change"] == "delete":
        return t("delete it")
    if row["change"] == "ticket":
        return t("a ticket instead of a page")
    if row["change"] == "review":
        return t("review it")
    if row["change"] == "threshold":
        after, before = f"{row['after']:g}", f"{row['before']:g}"
        return t("{op} {after} instead of {before}", op=row["op"], after=after, before=before)
    after, before = write(row["after"], "duration"), write(row["before"], "duration")
    return t("{key}: {after} instead of {before}", key=row["change"], after=after, before=before)


def _effect(row: ProposalRow) -> str:
    if row["change"] in ("", "ticket", "review"):
        return _kept(row)
    gone = t("prevents {vanish} of {episodes} firings", vanish=int(row["vanish"]), episodes=int(row["episodes"]))
    parts = [gone]
    if row["vanish"] == row["episodes"] and row["change"] != "delete":
        parts.append(t("the changed rule never fires"))
    if not row["caught"]:
        parts.append(t("the alert caught no fast burn"))
    else:
        missed, caught = int(row["missed"]), int(row["caught"])
        parts.append(t("misses {missed} of {caught} fast burns", missed=missed, caught=caught))
    return clauses(parts)


def _replay(row: ProposalRow) -> str:
    if row["change"] in ("delete", "ticket", "review"):
        return t("counted, not backtested")
    if row["matched"] != row["matched"]:  # NaN: not replayed
        words = {
            "no_rule": t("not backtested: its rule is not known"),
            "other_language": t("not backtested: the metric source does not answer PromQL"),
            "not_asked": t("not backtested: only the rules that fire most are"),
        }
        return words.get(row["reason"]) or t("not backtested: {error}", error=row["error"])
    counts = {"matched": int(row["matched"]), "all": int(row["episodes"])}
    found = t("reproduces {matched} of {all} firings", **counts)
    if row["extra"]:
        found = t("reproduces {matched} of {all} firings, plus {n} that did not happen", n=int(row["extra"]), **counts)
    return found if row["backed"] else t("{result}, not confirmed", result=found)


def _how() -> str:
    return t(
        "The rule was backtested with the change on the data since the last meeting. A change is "
        "proposed when it prevents more than half of the firings and misses no fast burn that the "
        "alert caught. It is confirmed when the backtest of the unchanged rule gives exactly the "
        "firings that were recorded."
    )
