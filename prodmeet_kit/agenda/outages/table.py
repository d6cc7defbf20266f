"""The incidents since the last meeting: one row each, with what the SLI saw and what was seen before below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prodmeet_kit.core.time_ranges import lasted, onset_between
from prodmeet_kit.evidence import Column, Table
from prodmeet_kit.i18n import ranges
from prodmeet_kit.i18n.languages import clauses, listed, t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.incidents import INCIDENT_FINDINGS, OUTAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    import pandas as pd

__all__ = ["or_more", "owes", "own_pages", "repeated", "table", "unwritten", "worst"]

_WRITTEN_S = 60.0
"""People write a start to the minute."""


def table(incidents: pd.DataFrame, timezone: str) -> Table:
    """``INCIDENT_FINDINGS`` to read: when, how found, what it cost, what is owed."""
    import pandas as pd

    told = INCIDENT_FINDINGS.rows(incidents)
    frame = incidents.assign(
        price=pd.Series([_price(row) for row in told], index=incidents.index, dtype="object"),
        review=[_postmortem(row) for row in told],
        told=[_told(row) for row in told],
        seen=[_seen_by_sli(row, timezone) for row in told],
        own=[own_pages(row) for row in told],
        unwatched=[_unwatched(row["unwatched_s"]) for row in told],
        before=[_seen_before(row["seen_before"], timezone) for row in told],
    )
    columns = (
        Column("id", t("Incident"), "code"),
        Column("title", t("What")),
        Column("severity", t("Severity")),
        Column("services", t("Services"), "list"),
        Column("start", t("Start"), "time"),
        Column("detection_s", t("Detected after"), "duration"),
        Column("mitigation_s", t("Mitigated after"), "duration"),
        Column("told", t("Found by")),
        Column("price", t("Error budget spent"), "list"),
        Column("review", t("Postmortem"), "link"),
    )
    details = (
        Column("impact", t("Impact")),
        Column("seen", t("According to the SLI")),
        Column("own", t("Pages")),
        Column("unwatched", t("Server down")),
        Column("before", t("Similar incidents")),
        Column("url", t("Link"), "link"),
    )
    return Table(t("Incidents since the last meeting"), frame, columns, details, anchor=("id",), folded=True)


def repeated(incidents: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """``id``, ``n`` and ``earlier`` (the last one like it) of each incident that is the third of its kind or more."""
    for row in INCIDENT_FINDINGS.rows(incidents):
        seen = row["seen_before"]
        if seen and seen["count"] >= 3:
            yield {"id": row["id"], "n": seen["count"], "earlier": seen["ids"][0]}


def worst(spent: Mapping[str, float]) -> float:
    """The largest known share of an error budget; NaN where none is known."""
    return max((share for share in spent.values() if share == share), default=float("nan"))


def or_more(share: float, blind_s: Mapping[str, float] | None) -> str:
    """Write a cost in error budget; a lower bound where samples are missing."""
    text = write(share, "budget")
    return t("{share} or more", share=text) if any(seconds > 0 for seconds in (blind_s or {}).values()) else text


def unwritten(outages: pd.DataFrame, timezone: str, now: datetime) -> Table:
    """Lay out the ``OUTAGES`` without an incident record: what failed at the same time, its cost, who was paged.

    ``now`` is the meeting, from which the age of what is owed counts.
    """
    import pandas as pd

    told = OUTAGES.rows(outages)
    frame = outages.assign(
        price=pd.Series([_price(row) for row in told], index=outages.index, dtype="object"),
        told=[t("page") if row["paged"] else _nobody(row) for row in told],
        own=[own_pages(row) for row in told],
        began=[ranges.began(row, timezone) for row in told],
        lasted=[ranges.length(*lasted(row)) for row in told],
        review=[_postmortem({**row, **_unwritten_debt(row, now)}) for row in told],
    )
    columns = (
        Column("services", t("Services"), "list"),
        Column("slos", t("SLO"), "list"),
        Column("began", t("Onset")),
        Column("lasted", t("Lasted")),
        Column("told", t("Found by")),
        Column("price", t("Error budget spent"), "list"),
        Column("review", t("Postmortem")),
    )
    caption = ""
    if any(len(row["services"]) > 1 for row in told):
        caption = t("Services in one row failed at the same time; people decide whether it was one outage.")
    details = (Column("own", t("Pages")),)
    title = t("Fast burns without an incident record")
    return Table(title, frame, columns, details, anchor=("id",), caption=caption, folded=True)


def owes(outage: Mapping[str, Any]) -> bool:
    """Say whether an outage (``OUTAGES``) without an incident record needs a postmortem; else its incidents say."""
    return not outage["written"] and outage["postmortem_required"] is True


def _unwritten_debt(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What an incident says of its postmortem, of an outage that has none: its age counts from the end of its span."""
    age = float("nan") if row["ongoing"] else (now - row["span_end"]).total_seconds() / 86_400
    return {"postmortem": "", "postmortem_missing": owes(row), "postmortem_age_days": age}


def own_pages(row: Mapping[str, Any]) -> str:
    """What is to be said of the pages of an outage: SLOs that had none of their own, and pages that were noise."""
    said = [
        t("{slo} had no page of its own", slo=slo)
        for slo, own in (row["own_page"] or {}).items()
        if row["paged"] and own is False
    ]
    if row["noise_alerts"]:
        said.append(t("pages of {alerts} during it were noise", alerts=listed(row["noise_alerts"])))
    return clauses(said) if said else ""


def _nobody(row: Mapping[str, Any]) -> str:
    """Say that no page was sent for it, as far as that is known."""
    if row["paged"] is None:
        return t("not known")
    if row["noise_alerts"]:
        return t("not a page: only noise from {alerts}", alerts=listed(row["noise_alerts"]))
    return t("not a page")


def _price(row: Mapping[str, Any]) -> list[str]:
    """What it spent of each budget, and for how much of it samples are missing: then the cost is a lower bound."""
    length = (row["span_end"] - row["span_start"]).total_seconds()
    blind = row["blind_s"] or {}
    return [_spent(slo, share, blind.get(slo, 0.0), length) for slo, share in row["budget_spent"].items()]


def _spent(slo: str, share: float, blind_s: float, length: float) -> str:
    blind = {slo: blind_s}
    price = t("{name}: not known", name=slo) if share != share else f"{slo} {or_more(share, blind)}"  # NaN is not known
    if not blind_s > 0:
        return price
    missing = write(blind_s, "duration")
    if length != length:
        return clauses([price, t("{blind} without samples", blind=missing)])
    whole = write(length, "duration")
    return clauses([price, t("{blind} of {length} without samples", blind=missing, length=whole)])


def _postmortem(row: Mapping[str, Any]) -> str:
    if row["postmortem"]:
        return str(row["postmortem"])
    if row["postmortem_required"] is None:
        return t("not known")
    if not row["postmortem_missing"]:
        return t("not required") if row["budget_spent"] else t("not known")  # without an SLO nobody knows its cost
    age = row["postmortem_age_days"]
    if age != age or age < 0:  # still open: the time to write it has not begun
        return t("missing")
    return t("missing for {age}", age=write(age * 86_400, "duration"))


def _told(row: Mapping[str, Any]) -> str:
    """Say how the incident was found: a recorded page, else what people wrote."""
    if row["paged"]:
        return t("page")
    by = {"page": t("page"), "person": t("a person"), "chance": t("chance")}
    told = row["detected_by"]
    return by.get(told, told) or _nobody(row)


def _unwatched(seconds: float) -> str:
    """Say for how long of it the server was down; empty where it was up."""
    if not seconds > 0:
        return ""
    return t(
        "the server was down for {length} of it: pages during that time are not recorded",
        length=write(seconds, "duration"),
    )


def _seen_by_sli(row: Mapping[str, Any], timezone: str) -> str:
    """Since when an SLO burned, beside the start that people wrote; empty where none did."""
    if not row["onset_slo"]:
        return ""
    since, until = onset_between(row)
    # People write minutes, and an onset is known to a range: what both can be is no difference.
    low, high = ((moment - row["start"]).total_seconds() for moment in (since, until))
    burned = _burned(row["onset_slo"], since, until, timezone)
    if high <= -_WRITTEN_S:
        text = t("{burned}, {apart} before the recorded start", burned=burned, apart=ranges.length(-high, -low))
    elif low >= _WRITTEN_S:
        text = t("{burned}, {apart} after the recorded start", burned=burned, apart=ranges.length(low, high))
    elif ranges.is_wide(since, until):
        text = clauses([burned, t("recorded start {start}", start=ranges.clock(row["start"], since, timezone))])
    else:
        start = ranges.clock(row["start"], since, timezone)
        text = t("{burned}; recorded start {start}", burned=burned, start=start)
    least, most = row["detection_from_onset_low_s"], row["detection_from_onset_high_s"]
    if most != most:  # NaN
        least = most = row["detection_from_onset_s"]
    if most >= 0:
        text += t("; ") + t("detected {time} after the burn began", time=ranges.length(max(least, 0.0), most))
    return text


def _burned(slo: str, since: datetime, until: datetime, timezone: str) -> str:
    """Since when it burned; two moments that the onset lies between are no begin and end of a burn."""
    if not ranges.is_wide(since, until):
        return t("{slo} burned from {onset}", slo=slo, onset=ranges.moment(since, until, timezone))
    first, last = write(since, "time", timezone=timezone), ranges.clock(until, since, timezone)
    return t("{slo} began to burn between {first} and {last}", slo=slo, first=first, last=last)


def _seen_before(seen: Mapping[str, Any] | None, timezone: str) -> str:
    """How many of its kind, of how many incidents of the service, since when."""
    if seen is None:
        return t("not known: no older incident is on record")
    since = write(seen["since"], "date", timezone=timezone)
    of_service = (
        t("the only incident of these services in that time")
        if seen["of_service"] == 1
        else t("{n} incidents of these services in that time, including this one", n=seen["of_service"])
    )
    if seen["count"] == 1:
        return t("no similar incident since {since}", since=since) + t("; ") + of_service
    text = t(
        "{n} of this kind since {since}, including this one; earlier: {ids}",
        n=seen["count"],
        since=since,
        ids=listed(seen["ids"][:5]),
    )
    if seen["per_quarter"] is not None:
        text += t("; ") + t("{rate} per quarter", rate=write(seen["per_quarter"], "number"))
    return text + t("; ") + of_service
