"""Alerts: those that paged, with their verdict and what would be better, noise, and what has no owner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.shared.answered import answer_to
from prodmeet_kit.analysis.paging.noise import FEW
from prodmeet_kit.core.subjects import subject
from prodmeet_kit.core.window import format_duration
from prodmeet_kit.evidence.facet import Facet
from prodmeet_kit.findings.facet import facet
from prodmeet_kit.i18n.languages import listed, t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.render.states import word
from prodmeet_kit.schemas.alerting import NOISE, PROPOSALS
from prodmeet_kit.schemas.paging import ATTENTION, PAGE_GROUPS

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.schemas.alerting import NoiseRow, ProposalRow
    from prodmeet_kit.schemas.paging import AttentionRow, PageGroupRow

__all__ = ["attention", "going_on", "noise", "pages"]


def pages(analyses: Analyses) -> tuple[Facet, ...]:
    """One facet for each alert of a service that paged since the last meeting."""
    ours = {service.name for service in analyses.facts.product.services}
    return tuple(
        facet(
            analyses,
            f"page_{row['shown_verdict']}",
            subject("alert", row["alert"], row["service"]),
            _paged(called(analyses, row["alert"], row["service"]), row),
            question=_question(analyses, row, ours),
            extra=min(int(row["count"]), 20),
            joins=_joins(analyses, row),
            services=[row["service"]] if row["service"] in ours else (),
        )
        for row in PAGE_GROUPS.rows(analyses.paging.groups)
    )


def _unclear(reason: str, name: str) -> str:
    if reason == "rule_unknown":
        return t("What does {alert} check, and is it correct?", alert=name)
    return t("Was {alert} right to page, and what could we measure to know?", alert=name)


def _subject(row: Mapping[str, Any]) -> str:
    return subject("alert", row["alert"], row["service"])


def _joins(analyses: Analyses, row: PageGroupRow) -> list[str]:
    """Return the outages its pages were sent for, and the SLO it queries during a slow burn; none for noise."""
    if row["shown_verdict"] in ("noise", "maintenance"):
        return []
    pages = analyses.paging.pages
    mine = pages[(pages["alert"] == row["alert"]) & (pages["service"] == row["service"])]
    told = dict.fromkeys(subject("outage", each) for ids in mine["outages"] for each in ids)
    return list(told) or (_read(analyses, row["alert"], row["service"]) if row["shown_verdict"] == "could_wait" else [])


def _read(analyses: Analyses, alert: str, service: str) -> list[str]:
    """The SLOs and resources that the rule of an alert reads."""
    return [each.subject for each in analyses.meeting.alerts_about(alert, service)]


def _paged(alert: str, row: PageGroupRow) -> str:
    """``WebHighCPU paged 25 times, 17 of them while users fared no worse than before``."""
    words = {
        "noise": t("without additional user impact"),
        "late": t("too late"),
        "maintenance": t("during announced maintenance"),
    }
    words |= {"duplicate": t("for something another alert had already paged"), "could_wait": t("for a slow burn")}
    words |= {"wrong_way": t("with the wrong severity, route or text"), "right": t("with user impact")}
    words["unclear"] = (
        t("during or soon after a burn of its service; its rule is not known")
        if row["reason"] == "rule_unknown"
        else t("while no SLI shows whether users were affected")
    )
    if row["human_verdict"]:
        words[row["shown_verdict"]] = t("verdict by people: {verdict}", verdict=word(row["shown_verdict"]).text)
    count, of, how = int(row["count"]), int(row["of_verdict"]), words[row["shown_verdict"]]
    if of == count:
        return tn("{alert} paged {n} time, {how}", "{alert} paged {n} times, {how}", count, alert=alert, how=how)
    return tn(
        "{alert} paged {n} time, {of} of them {how}",
        "{alert} paged {n} times, {of} of them {how}",
        count,
        alert=alert,
        of=of,
        how=how,
    )


def _question(analyses: Analyses, row: PageGroupRow, ours: set[str]) -> str:
    verdict = row["shown_verdict"]
    if verdict == "unclear" and row["service"] not in {*ours, ""}:
        return t(
            "{service} is not a service of this product: who is on call for it, and should matchers exclude it?",
            service=row["service"],
        )
    words = {"alert": called(analyses, row["alert"], row["service"])}
    asked = {
        "late": t("Which condition would have paged sooner than {alert}?", **words),
        "duplicate": t("Should {alert} page at all?", **words),
        "could_wait": t("Would a ticket be enough for {alert}?", **words),
        "maintenance": t("Why was {alert} not silenced?", **words),
        "wrong_way": t("Who fixes the severity, route or text of {alert}?", **words),
        "unclear": _unclear(row["reason"], called(analyses, row["alert"], row["service"])),
    }
    if verdict in ("noise", "duplicate") and (
        row["of_verdict"] < FEW or answer_to(analyses, _subject(row)) is not None
    ):
        return ""
    if verdict == "noise":
        return _better(analyses, row["alert"], row["service"]) or t("Should {alert} page at all?", **words)
    return asked.get(verdict, "")


def _better(analyses: Analyses, alert: str, service: str) -> str:
    """The change that was tried on the data, as a question; empty where none was found."""
    mine = [
        row for row in PROPOSALS.rows(analyses.paging.proposals) if (row["alert"], row["service"]) == (alert, service)
    ]
    asked = (_changed(row, called(analyses, alert, service)) for row in mine)
    return next((question for question in asked if question), "")


def _changed(row: ProposalRow, name: str) -> str:
    if row["change"] == "delete":
        return _delete(name, row)
    if row["change"] == "ticket":
        return t("Make {alert} a ticket, not a page?", alert=name)
    if row["change"] == "threshold":
        limit = f"{row['op']} {row['after']:g}"
        return t("Change the threshold of {alert} to '{limit}'? {gone}", alert=name, limit=limit, gone=_silenced(row))
    if row["change"] in ("for", "keep_firing_for"):
        wait = f"{row['change']}: {format_duration(timedelta(seconds=row['after']))}"
        return t("Add '{wait}' to {alert}? {gone}", wait=wait, alert=name, gone=_silenced(row))
    return ""


def _delete(name: str, row: ProposalRow) -> str:
    """With what else would catch what it could catch."""
    others = [*(row["other_alerts"] or ()), *(row["standard_rules"] or ())]
    if not others:
        return t("Delete {alert}?", alert=name)
    return t("Delete {alert}? {others} would catch what it is meant to catch.", alert=name, others=listed(others[:2]))


def _silenced(row: ProposalRow) -> str:
    vanish, every = int(row["vanish"]), int(row["episodes"])
    if vanish == every:
        return tn("It would have prevented the one firing.", "It would have prevented all {n} firings.", every)
    return t("It would have prevented {vanish} of {all} firings.", vanish=vanish, all=every)


def noise(analyses: Analyses) -> tuple[Facet, ...]:
    """Raise alerts that are noise and did not page; a noisy page is among the pages, unless it only went on."""
    return (*_going_on(analyses), *_quiet_noise(analyses))


def going_on(analyses: Analyses) -> list[NoiseRow]:
    """The ``NOISE`` of alerts that page and fired since before the last meeting: none of their pages is of this one.

    Without those that told of an outage of this meeting all the same.
    """
    pages = analyses.paging.all_pages
    recent = set(analyses.incidents.recent_outages["id"])
    telling = pages[pages["outages"].map(lambda ids: bool(recent & set(ids))).astype(bool)]
    known = (analyses.paging.groups, telling)
    paged = {key for each in known for key in zip(each["alert"], each["service"], strict=True)}
    return [
        row for row in NOISE.rows(analyses.paging.noise) if row["page"] and (row["alert"], row["service"]) not in paged
    ]


def _going_on(analyses: Analyses) -> Iterator[Facet]:
    for row in going_on(analyses):
        name = called(analyses, row["alert"], row["service"])
        yield facet(
            analyses,
            "page_noise",
            _subject(row),
            t("{alert} pages and has been firing almost constantly since before the last meeting", alert=name),
            question=""
            if answer_to(analyses, _subject(row)) is not None
            else _better(analyses, row["alert"], row["service"]) or t("Should {alert} page at all?", alert=name),
        )


def _quiet_noise(analyses: Analyses) -> tuple[Facet, ...]:
    return tuple(
        facet(
            analyses,
            "noise",
            subject("alert", row["alert"], row["service"]),
            tn(
                "{alert} fired {n} time and is noise",
                "{alert} fired {n} times and is noise",
                int(row["count"]),
                alert=called(analyses, row["alert"], row["service"]),
            ),
            question=_better(analyses, row["alert"], row["service"])
            or t("Do we need {alert}?", alert=called(analyses, row["alert"], row["service"])),
            ask="" if _better(analyses, row["alert"], row["service"]) else t("Do we need it?"),
        )
        for row in NOISE.rows(analyses.paging.noise)
        if not row["page"]
    )


def attention(analyses: Analyses) -> tuple[Facet, ...]:
    """What needs somebody without a page, each about the subject it concerns."""
    return tuple(_attention(analyses))


def _attention(analyses: Analyses) -> Iterator[Facet]:
    for row in ATTENTION.rows(analyses.detection.attention):
        about = _about(row)
        # The facet of the limit itself says when it is reached; since when that is known does not make it press more.
        limit = row["reason"] == "limit_near"
        yield facet(
            analyses,
            "attention",
            about,
            _because(analyses, row),
            question="" if not row["ask_owner"] else t("Who owns {name}?", name=_name(analyses, row)),
            ask=t("Who owns it?"),
            extra=0.0 if limit else row["age_days"] / 2,
            joins=_read(analyses, row["what"], row["service"]) if row["kind"] in ("alert", "rule") else (),
            services=[row["service"]] if row["service"] else (),
            owner=row["owner"],
            said=limit,
        )


def _about(row: AttentionRow) -> str:
    kind = "alert" if row["kind"] in ("alert", "rule") else row["kind"]
    names = (row["what"], row["service"]) if kind == "alert" else (row["service"], row["what"])
    return subject(kind, *names)


def called(analyses: Analyses, alert: str, service: str) -> str:
    """An alert by its name, and with its service where several services have it."""
    several = analyses.alerting.services_of_alerts.get(alert, 0) > 1
    return f"{alert} ({service})" if several and service else alert


def _name(analyses: Analyses, row: AttentionRow) -> str:
    if row["kind"] in ("alert", "rule"):
        return called(analyses, row["what"], row["service"])
    return f"{row['service']}/{row['what']}"


def _because(analyses: Analyses, row: AttentionRow) -> str:
    name, timezone = _name(analyses, row), analyses.facts.window.timezone
    if row["reason"] == "slow_burn":
        lost = row["loss_per_fortnight"]
        known, words = lost == lost, {"name": name, "lost": write(lost, "budget")}  # NaN is not equal to itself
        if row["ended"] == row["ended"]:
            words["day"] = write(row["ended"], "date", timezone=timezone)
            if known:
                return t("{name} had a slow burn until {day}: {lost} of its error budget in 14 days", **words)
            return t("{name} had a slow burn until {day}", **words)
        if known:
            return t("{name} has a slow burn: {lost} of its error budget in 14 days", **words)
        return t("{name} has a slow burn", name=name)
    if row["reason"] == "limit_near":
        return t(
            "{name} has been within 60 days of its limit since {day}",
            name=name,
            day=write(row["first"], "date", timezone=timezone),
        )
    if row["reason"] == "rule_broken":
        return t("{name} never fires: its rule cannot be evaluated", name=name)
    return tn("{name} fired {n} time as a ticket", "{name} fired {n} times as a ticket", int(row["value"]), name=name)
