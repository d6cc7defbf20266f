"""Why an SLO has no verdict: too young, a gap, and no traffic are three reasons, and none keeps an objective."""

from __future__ import annotations

__all__ = ["BARELY", "judged"]

BARELY = 0.05
"""Own choice: the twentieth part of a window, a day and a half of four weeks, keeps no objective for the rest."""


def judged(row: dict[str, object], seen_before: bool) -> dict[str, object]:
    """A row of ``SLO_SUMMARY`` with its ``reason``; ``seen_before``: the SLO ever had a sample, as far as is known.

    Of ``NO_DATA``: ``no_traffic`` (there are samples that count nothing), ``gaps`` (there were samples before, none in
    the window), ``no_series``; of ``TOO_FEW``: ``young``, ``gaps`` or ``kept`` as ``covered_why``, else ``few_events``.
    What was seen for under :data:`BARELY` of its window, and never failed there, is ``TOO_FEW``.
    """
    covered, length, total = (float(str(row[name])) for name in ("covered_s", "window_s", "total"))
    if row["state"] == "OK" and row["weight"] == "events" and row["bad"] == 0 and 0 < covered < BARELY * length:
        row["state"] = "TOO_FEW"
    reason = ""
    if row["state"] == "TOO_FEW":
        reason = str(row["covered_why"]) or "few_events"
    elif row["state"] == "NO_DATA":
        reason = "no_traffic" if total == 0 else "gaps" if seen_before else "no_series"
    return row | {"reason": reason}
