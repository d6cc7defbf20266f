"""How noise and what would silence it is shown."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.agenda.non_paging.noise import evidence
from prodmeet_kit.evidence import Table
from prodmeet_kit.schemas.frames import ALERT_RULES, NOISE, PAGES, PROPOSALS

NAMED = {"alert": "Slow", "service": "cart", "severity": "page"}
COUNTS = {"episodes": 14, "vanish": 12, "caught": 1, "missed": 0}


def tables(**given: pd.DataFrame) -> list[Table]:
    known = {
        "noise": NOISE.frame(),
        "pages": PAGES.frame(),
        "proposals": PROPOSALS.frame(),
        "never_fired": ALERT_RULES.frame(),
    } | given
    alerting = SimpleNamespace(never_fired=known.pop("never_fired"))
    analyses = SimpleNamespace(paging=SimpleNamespace(**known), alerting=alerting)
    shown = evidence(analyses)  # type: ignore[arg-type] # all that is read of the analyses
    return [each for each in shown if isinstance(each, Table)]


@pytest.mark.parametrize(
    ("row", "change", "effect", "sure"),
    [
        (
            {"change": "for", "before": 0, "after": 300, "matched": 14, "extra": 0, "backed": True},
            "for: 5 min instead of 0 s",
            "prevents 12 of 14 firings; misses 0 of 1 fast burns",
            "reproduces 14 of 14 firings",
        ),
        (
            {"change": "threshold", "op": ">", "before": 0.5, "after": 0.62, "matched": 13, "extra": 2},
            "> 0.62 instead of 0.5",
            "prevents 12 of 14 firings; misses 0 of 1 fast burns",
            "reproduces 13 of 14 firings, plus 2 that did not happen, not confirmed",
        ),
        (
            {"change": "", "reason": "no_answer", "error": "it timed out"},
            "none found",
            "",
            "not backtested: it timed out",
        ),
    ],
)
def test_a_proposal_tells_its_change_its_price_and_how_sure_it_is(
    row: dict[str, Any], change: str, effect: str, sure: str
) -> None:
    (table,) = tables(proposals=PROPOSALS.frame([{**NAMED, **COUNTS, **row}]))
    assert table.frame[["change_text", "effect", "replay_text"]].to_numpy().tolist() == [[change, effect, sure]]


def test_all_noise_is_one_folded_table() -> None:
    noise = NOISE.frame({**NAMED, "alert": f"A{n}", "reason": "flapping"} for n in range(5000))
    (table,) = tables(noise=noise)
    assert (table.title, len(table.frame), table.folded) == ("Noise", 5000, True)


def test_rules_that_never_fired_are_listed_apart() -> None:
    (table,) = tables(never_fired=ALERT_RULES.frame([{"alert": "Quiet", "group": "g", "query": "x > 1"}]))
    assert (table.title, table.folded) == ("1 rule never fired", True)


@pytest.mark.parametrize(
    ("could_wait", "because"),
    [
        (0, "every page was noise"),
        (8, "17 of 25 pages were noise, 8 could wait"),
    ],
)
def test_pages_that_came_by_chance_with_a_burn_are_not_called_noise(could_wait: int, because: str) -> None:
    shown = ["noise"] * 17 + ["could_wait"] * could_wait
    pages = PAGES.frame(
        [{**NAMED, "id": f"p{n}", "shown_verdict": each} for n, each in enumerate(shown)]
        + [{**NAMED, "service": "mail", "id": "other", "shown_verdict": "right"}]
    )
    noise = NOISE.frame([{**NAMED, "page": True, "count": float(len(shown)), "reason": "slis_fine"}])
    (table,) = tables(noise=noise, pages=pages)
    assert table.frame["reason_text"].tolist() == [because]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            "ticket",
            "its service had a slow burn (3x over 24 h or 1x over 3 d): make it a ticket instead of deleting it",
        ),
        ("review", "not deleted: its service had a slow burn (3x over 24 h or 1x over 3 d)"),
    ],
)
def test_what_a_slow_burn_kept_from_deletion_says_so(change: str, why: str) -> None:
    (table,) = tables(proposals=PROPOSALS.frame([{**NAMED, "change": change, "kept": "ticket_held"}]))
    assert table.frame["effect"].tolist() == [why]
