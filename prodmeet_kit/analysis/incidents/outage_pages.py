"""Find the pages of an outage: the first of them, each SLO's own, and those that were noise."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.alerting.blind_time import BlindTime
from prodmeet_kit.analysis.alerting.burn_explains import Burns
from prodmeet_kit.analysis.series import matching
from prodmeet_kit.analysis.series.grid import instant, instants, nanoseconds
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.incidents import OUTAGES

__all__ = ["GRACE", "OLD", "begun", "first", "noise_of", "said_paged", "telling", "with_pages"]

GRACE = timedelta(minutes=15)
"""A page may still tell of an outage this long after its end: an alert looks back, and waits for its `for`."""

OLD = timedelta(hours=1)
"""A page that fired for longer than this before an outage told of something else first. Own choice."""


def telling(pages: pd.DataFrame, outage: Mapping[str, Any]) -> pd.Series[bool]:
    """Which pages (``service``, ``start``, ``end``) may tell of an outage, a row of ``OUTAGES``.

    They are of any of its services or name none, and overlap its span, a
    fast burn that goes on into it, or the 15 minutes after it. Where people named no service it may be any
    service's, if the page did not fire already.
    """
    mine = pages["service"].isin([*outage["services"], ""])
    if outage["written"] and not outage["named"]:
        mine |= pages["start"] >= outage["span_start"] - OLD
    return mine & matching.during(pages, _since(outage), outage["span_end"] + GRACE)


def _since(outage: Mapping[str, Any]) -> pd.Timestamp:
    """Since when it burned fast: before the span where an earlier incident of the service is of the same burn."""
    span: pd.Timestamp = outage["span_start"]
    starts = [burn["start"] for burn in outage["burns"] if burn["fast"] and burn["end"] > span]
    found: pd.Timestamp = min([span, *starts])
    return found


def begun(
    pages: pd.DataFrame, outage: Mapping[str, Any], events: Iterable[Mapping[str, Any]], burns: Burns
) -> pd.Series[bool]:
    """Which pages (``PAGES``) began with an outage, a row of ``OUTAGES``: at most an hour before its span or its burn.

    Also one that reads an SLO of ``events``, the SLO events of its time, and began with that, or that may
    read it where it burned all along since the page began.
    """
    starts, old = instants(pages["start"]), nanoseconds(OLD)
    found = starts >= instant(_since(outage)) - old
    keys = list(zip(*(pages[name].tolist() for name in ("alert", "service", "labels")), strict=True))
    for event in events:
        ref = f"{event['service']}/{event['slo']}"
        for place in np.flatnonzero(~found).tolist():
            reads = burns.reads(*keys[place]).get(ref)
            found[place] = (reads is True and starts[place] >= instant(event["onset"]) - old) or (
                reads is not False and burns.burned_through(ref, pages["start"].iloc[place], event["onset"])
            )
    return pd.Series(found, index=pages.index)


def first(pages: pd.DataFrame, outage: Mapping[str, Any]) -> Any:
    """The label of the first of the pages that tell of an outage, in order of start; ``None`` without any.

    One that fired for over an hour before is the first only where no other came.
    """
    new = pages[pages["start"] >= outage["span_start"] - OLD]
    return next(iter((new if len(new) else pages).index), None)


def noise_of(pages: pd.DataFrame, verdicts: pd.DataFrame, noise: pd.DataFrame, window: Window) -> pd.Series[bool]:
    """Whether each page is noise: by what people last said of its alert, else by what the kit says of it.

    ``verdicts`` is ``VERDICTS`` (one without a service holds for all), ``noise`` is ``NOISE``.
    """
    past = verdicts[verdicts["meeting"].dt.tz_convert(window.timezone).dt.date <= window.day]
    last = past.sort_values("meeting", kind="stable")
    said = dict(zip(zip(last["alert"], last["service"], strict=True), last["verdict"], strict=True))
    called = set(zip(noise.loc[noise["page"], "alert"], noise.loc[noise["page"], "service"], strict=True))
    keys = list(zip(pages["alert"], pages["service"], strict=True))
    judged = [said.get(key, said.get((key[0], ""), "noise" if key in called else "")) == "noise" for key in keys]
    return pd.Series(judged, index=pages.index, dtype=bool)


def said_paged(incidents: pd.DataFrame) -> set[str]:
    """Ids of the incidents (``INCIDENTS``) of which people wrote that a page found them."""
    return set(incidents.loc[incidents["detected_by"] == "page", "id"])


def with_pages(
    outages: pd.DataFrame,
    pages: pd.DataFrame | None,
    noise: pd.Series[bool] | None = None,
    *,
    all_alerts: bool = True,
    blind: BlindTime | None = None,
    said: Collection[str] = (),
) -> pd.DataFrame:
    """``OUTAGES`` with its pages: whether, when and which, each SLO's own, those that were noise; and ``unwatched_s``.

    ``pages`` holds the columns ``id``, ``alert``, ``service``, ``start`` and
    ``end`` of what paged; ``None`` where alerts are not known. ``noise`` says
    of each whether it was. ``paged`` is ``None`` instead of ``False`` where
    only some alerts are known (``all_alerts``) or a page may have gone unseen
    while the server was away (``blind``), or where people wrote that one told
    (``said``, ids of incidents): theirs was not seen. An SLO's own page names its
    service; where only pages without a service told, nobody knows.
    """
    ordered = None if pages is None else pages.sort_values("start", kind="stable")
    told = [
        _told(outage, ordered, noise, all_alerts and not set(said) & set(outage["incidents"]), blind)
        for outage in OUTAGES.rows(outages)
    ]
    kinds = {"paged": "object", "first_page": "datetime64[ns, UTC]", "unwatched_s": "float64"}
    names = ("paged", "first_page", "pages", "own_page", "noise_pages", "noise_alerts", "unwatched_s")
    return outages.assign(
        **{
            name: pd.Series([row[name] for row in told], index=outages.index, dtype=kinds.get(name, "object"))
            for name in names
        }
    )


def _told(
    outage: Mapping[str, Any],
    pages: pd.DataFrame | None,
    noise: pd.Series[bool] | None,
    all_alerts: bool,
    blind: BlindTime | None,
) -> dict[str, Any]:
    start, end = outage["span_start"], outage["span_end"]
    hidden = not all_alerts or (blind is not None and blind.hides(start, end))
    found: dict[str, Any] = {
        "paged": None,
        "first_page": pd.NaT,
        "pages": [],
        "own_page": dict.fromkeys(outage["slos"]),
        "noise_pages": [],
        "noise_alerts": [],
        "unwatched_s": blind.unwatched_s(start, end) if blind is not None else 0.0,
    }
    if pages is None:
        return found
    mine = pages[telling(pages, outage)]
    if "outages" in mine:  # judged already: an outage need not have caused what fired during it
        mine = mine[mine["outages"].map(lambda told: outage["id"] in told).astype(bool)]
    noisy = mine.iloc[:0] if noise is None else mine[noise.reindex(mine.index)]
    mine = mine.drop(noisy.index)
    named, unnamed = set(mine["service"]) - {""}, bool((mine["service"] == "").any())
    missing = None if hidden or unnamed else False
    leader = first(mine, outage)
    return found | {
        "paged": True if len(mine) else None if hidden else False,
        "first_page": pd.NaT if leader is None else mine["start"].loc[leader],
        "pages": mine["id"].tolist(),
        "own_page": {ref: True if ref.partition("/")[0] in named else missing for ref in outage["slos"]},
        "noise_pages": noisy["id"].tolist(),
        "noise_alerts": sorted(set(noisy["alert"])),
    }
