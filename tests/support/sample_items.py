"""Agenda items as large and as ugly as they come: every kind of evidence, gaps, twelve lines, hostile text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import nbformat
import numpy as np
import pandas as pd

from prodmeet_kit.core.errors import Failure
from prodmeet_kit.evidence import AgendaItem, Chart, Column, Evidence, Line, Mark, Note, Table
from prodmeet_kit.render import bundles

STEP = timedelta(minutes=5)
START = datetime(2026, 11, 10, tzinfo=UTC)
END = datetime(2026, 11, 24, tzinfo=UTC)
ZONE = "Asia/Tokyo"

HOSTILE = (
    '<img src=x onerror="window.PWNED=1"><script>window.PWNED=1</script>',
    '<a href="javascript:window.PWNED=1">click</a>',
    "</script><svg onload=window.PWNED=1>",
    "{{ 7*7 }}${window.PWNED=1}`x`",
    "\"><iframe srcdoc='<script>parent.PWNED=1</script>'>",
    "$\\href{javascript:window.PWNED=1}{x}$ <b>bold</b> &lt;i&gt; | pipe * star\u2028next",
)
"""Text as a bad alert annotation or incident title might hold it."""


def grid(points: int = 4032, start: datetime = START) -> pd.DatetimeIndex:
    """Five-minute instants; 4032 are a fortnight."""
    return pd.date_range(start + STEP, periods=points, freq=STEP, name="time")


def daily(
    index: pd.DatetimeIndex, seed: int, mean: float, swing: float = 0.5, noise: float = 0.05
) -> np.ndarray[Any, Any]:
    """A load that follows the day of Tokyo."""
    hours = (index.hour + index.minute / 60 + 9) % 24
    rng = np.random.default_rng(seed)
    shape = 1 + swing * np.sin((hours - 9) / 24 * 2 * np.pi) - 0.12 * (index.day_of_week >= 5)
    return np.asarray(mean * shape * (1 + noise * rng.standard_normal(len(index))))


def _chart(title: str, frame: pd.DataFrame, unit: str, **more: Any) -> Chart:
    anchor = more.pop("anchor", title.replace(": ", "-").replace(" ", "-"))
    return Chart(title=title, frame=frame, unit=unit, step=STEP, timezone=ZONE, anchor=anchor, **more)


MARKS = (
    Mark(datetime(2026, 11, 17, 3, tzinfo=UTC), datetime(2026, 11, 17, 3, 35, tzinfo=UTC), "INC-41", "incident"),
    Mark(datetime(2026, 11, 17, 3, 4, tzinfo=UTC), None, "CartErrorsHigh", "page"),
    Mark(datetime(2026, 11, 17, 2, 50, tzinfo=UTC), None, "CH-7 move cart to the new pool", "change"),
    Mark(datetime(2026, 11, 20, 22, tzinfo=UTC), datetime(2026, 11, 21, 3, tzinfo=UTC), "INC-42", "incident"),
    Mark(datetime(2026, 11, 23, 23, tzinfo=UTC), None, "CH-9 raise the connection limit", "change"),
)


def error_ratio(folded: bool = False) -> Chart:
    """Bad events of an SLO: quiet but for an incident, with a gap."""
    index = grid()
    ratio = np.abs(np.random.default_rng(1).normal(0.0003, 0.0001, len(index)))
    ratio[2045:2052] = [0.004, 0.02, 0.031, 0.03, 0.022, 0.009, 0.002]
    ratio[3150:3210] += 0.0018
    ratio[900:960] = np.nan
    return _chart(
        "cart/availability: share of bad events",
        pd.DataFrame({"cart/availability": ratio}, index),
        "",
        kind="percent",
        lines=(Line(0.001, "allowed by 99.9%"),),
        marks=MARKS,
        caption="Bad / total events over 1 h.",
        folded=folded,
    )


def load(name: str = "cart/requests", seed: int = 3, folded: bool = False) -> Chart:
    """Requests with the fortnight before behind them."""
    now, before = grid(), grid(start=START - timedelta(days=14))
    return _chart(
        name,
        pd.DataFrame({name: daily(now, seed, 1240)}, now),
        "req/s",
        faint=pd.DataFrame({name: daily(before, seed + 1, 1130)}, before),
        marks=MARKS[2:3],
        folded=folded,
    )


def memory() -> Chart:
    """Bytes that grow to their limit."""
    index = grid()
    used = 2.6e9 + np.linspace(0, 7e8, len(index)) + 3e7 * np.random.default_rng(5).standard_normal(len(index))
    return _chart(
        "cart/memory", pd.DataFrame({"cart/memory": used}, index), "bytes", lines=(Line(4 * 1024**3, "limit"),)
    )


def three_lines(points: int = 4032) -> Chart:
    """The usual chart of three lines; one ends early."""
    index = grid(points)
    frame = pd.DataFrame(
        {name: daily(index, at, 0.12 + at * 0.07, 0.3) for at, name in enumerate(("p50", "p90", "p99"))}, index
    )
    frame.iloc[-30:, 1] = np.nan
    return _chart("checkout latency", frame, "s", lines=(Line(0.5, "objective"), Line(30.0, "timeout")))


def twelve_lines() -> Chart:
    """More lines than colours, named by labels; one silent, one infinite somewhere, one alone between gaps."""
    index = grid()
    frame = pd.DataFrame(
        {f'{{"pod":"cart-{at:02}","namespace":"shop"}}': daily(index, at, 4 + at % 5, 0.3) for at in range(12)}, index
    )
    frame.iloc[:, 3] = np.nan
    frame.iloc[100, 4] = np.inf
    frame.iloc[:, 5] = np.nan
    frame.iloc[2000, 5] = 9.0
    return _chart("queue length by pod", frame, "")


def nothing() -> Chart:
    """A chart without one value."""
    return _chart("silent series", pd.DataFrame({"a": np.full(10, np.nan)}, grid(10)), "req/s")


def slo_table() -> Table:
    """Every kind of number, known and not."""
    frame = pd.DataFrame(
        {
            "service": ["cart", "checkout", "search", "mail"],
            "name": ["availability", "latency", "availability", "delivery"],
            "state": ["OK", "BAD", "NO_DATA", "TOO_FEW"],
            "attainment": [0.99995, 0.98712, np.nan, 1.0],
            "objective": [0.999, 0.99, 0.9995, 0.9],
            "budget_remaining": [0.95, -0.288, np.nan, 1.0],
            "budget_remaining_before": [0.97, 0.4, np.nan, 1.0],
            "spent": [0.03, 0.655, np.nan, 0.0],
            "burn_rate": [0.06, 1.31, np.nan, 0.0],
            "bad": [1204.4, 220_131.0, np.nan, 0.0],
            "total": [24_192_000.0, 17_104_112.0, np.nan, 3.0],
            "missing_fraction": [0.0, 0.0149, 1.0, 0.0],
            "worst": [2100.0, 15_000.0, np.nan, 0.4],
            "change": [0.032, -0.12, np.inf, 0.0],
        }
    )
    columns = (
        Column("service", "Service"),
        Column("name", "SLO"),
        Column("state", "State", "state"),
        Column("attainment", "Attained", "percent"),
        Column("objective", "Objective", "percent"),
        Column("budget_remaining", "Budget left", "budget"),
        Column("budget_remaining_before", "Left at last meeting", "budget"),
        Column("spent", "Spent since last meeting", "budget"),
        Column("burn_rate", "Burn rate", "number"),
        Column("bad", "Bad events", "count"),
        Column("total", "Events", "count"),
        Column("worst", "Longest", "duration"),
        Column("change", "Against before", "change"),
    )
    return Table("Service level objectives", frame, columns, anchor=("service", "name"))


def pages_table(rows: int = 14, folded: bool = False) -> Table:
    """Pages with verdicts and links."""
    verdicts = ["right", "late", "noise", "duplicate", "unclear"]
    frame = pd.DataFrame(
        {
            "id": [f"CartErrorsHigh-{at}" for at in range(rows)],
            "alert": ["CartErrorsHigh" if at % 3 else "DiskWillFillInFourHours" for at in range(rows)],
            "start": [pd.Timestamp(START + timedelta(hours=9 * at)) if at != 4 else pd.NaT for at in range(rows)],
            "duration_s": [250.0 * (at + 1) for at in range(rows)],
            "verdict": [verdicts[at % 5] for at in range(rows)],
            "caught": [["cart/availability@2026-11-17T03:00Z"] if at % 5 == 0 else [] for at in range(rows)],
            "url": [f"https://pager.example/incidents/{4000 + at}" if at % 2 else "" for at in range(rows)],
        }
    )
    columns = (
        Column("alert", "Alert", "code"),
        Column("start", "Start", "time"),
        Column("duration_s", "Lasted", "duration"),
        Column("verdict", "Suggested verdict", "state"),
        Column("caught", "SLO events", "list"),
        Column("url", "Link", "link"),
    )
    return Table("Every page" if folded else "Pages by alert", frame, columns, anchor=("id",), folded=folded)


@lru_cache
def hostile_item() -> AgendaItem:
    """Hostile text in every field that holds text from outside."""
    index = grid(200)
    texts = list(HOSTILE)
    frame = pd.DataFrame(
        {
            "text": texts,
            "code": texts,
            "list": [texts] * len(texts),
            "link": ["javascript:window.PWNED=1"] * len(texts),
            "state": texts,
        }
    )
    chart = Chart(
        title=texts[0],
        frame=pd.DataFrame({text: np.linspace(at, at + 1, len(index)) for at, text in enumerate(texts)}, index),
        unit=texts[1],
        step=STEP,
        timezone=ZONE,
        anchor=texts[2],
        lines=tuple(Line(2.0 + at, text) for at, text in enumerate(texts)),
        marks=tuple(
            Mark(START + timedelta(hours=1 + 3 * at), None, text, "incident" if at % 2 else "change")
            for at, text in enumerate(texts)
        ),
        caption=texts[5],
    )
    kinds = {"text": "text", "code": "code", "list": "list", "link": "link", "state": "state"}
    columns = tuple(Column(name, text, kind) for (name, kind), text in zip(kinds.items(), texts, strict=False))  # type: ignore[arg-type]
    evidence: list[Evidence] = [
        Table(texts[1], frame, columns, anchor=("text",), caption=texts[3]),
        chart,
        Note(texts[4], "warning"),
        Note(texts[5]),
    ]
    return AgendaItem(
        key=texts[0],
        title=texts[0],
        headline=texts[1],
        state="attention",
        timezone=ZONE,
        evidence=tuple(evidence),
        questions=HOSTILE,
        failures=tuple(Failure(text, text, text) for text in texts),
        minutes=3,
    )


@lru_cache
def items() -> tuple[AgendaItem, ...]:
    """A meeting."""
    empty = Table("Planned changes", pd.DataFrame({"id": []}), (Column("id", "Change"),), anchor=("id",))
    quiet = tuple(load(f"{name}/requests", seed, folded=True) for seed, name in enumerate(("search", "mail", "login")))
    return (
        AgendaItem(
            key="metrics",
            title="Metrics",
            headline="1 of 4 SLOs is missed: checkout/latency spent 129% of its error budget; "
            "cart/memory will reach its limit in about 41 days.",
            state="attention",
            timezone=ZONE,
            evidence=(slo_table(), error_ratio(), load(), memory(), three_lines(), twelve_lines(), nothing(), *quiet),
            questions=(
                "checkout/latency has no budget left: which changes wait until it has?",
                "cart/memory meets its limit soon: raise it, or stop the growth?",
            ),
            minutes=9.0,
        ),
        AgendaItem(
            key="planned_changes",
            title="Planned changes",
            headline="None: no change is planned before 8 Dec.",
            state="none",
            timezone=ZONE,
            evidence=(empty,),
        ),
        AgendaItem(
            key="paging_events",
            title="Paging events",
            headline="14 pages from 2 alerts: 3 told of a budget burn, 3 came while every SLI was fine.",
            state="fine",
            timezone=ZONE,
            evidence=(
                pages_table(),
                pages_table(40, folded=True),
                Note("Rebuilt from the ALERTS series. Not visible here: silenced notifications."),
            ),
            minutes=4.5,
        ),
        AgendaItem(
            key="action_items",
            title="Action items",
            headline="Could not check: github.example answered 401.",
            state="could_not_check",
            timezone=ZONE,
            failures=(
                Failure("action_items", "github acme/checkout", "401: the token has expired. Set GITHUB_TOKEN."),
            ),
        ),
        hostile_item(),
    )


def notebook(shown: tuple[AgendaItem, ...] | None = None) -> nbformat.NotebookNode:
    """An executed notebook that shows these items, one a cell."""
    cells: list[dict[str, Any]] = [
        _cell("markdown", "# Production meeting: Checkout"),
        code_cell("import prodmeet_kit", 1),
    ]
    for at, item in enumerate(items() if shown is None else shown):
        outputs = [{"output_type": "display_data", "data": bundle, "metadata": {}} for bundle in bundles(item)]
        cells.append(code_cell(f"review.item_{at}", at + 2, outputs))
    return notebook_of(cells)


def notebook_of(cells: list[dict[str, Any]]) -> nbformat.NotebookNode:
    """A notebook of these cells."""
    metadata = {"language_info": {"name": "python"}}
    cells = [{**cell, "id": f"cell-{at}"} for at, cell in enumerate(cells)]
    made: nbformat.NotebookNode = nbformat.from_dict(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}
    )
    return made


def code_cell(
    source: str, count: int | None, outputs: list[dict[str, Any]] | None = None, **metadata: Any
) -> dict[str, Any]:
    """A code cell as it stands in a file; ``count`` is ``None`` when it did not run."""
    return {**_cell("code", source, **metadata), "execution_count": count, "outputs": outputs or []}


def _cell(kind: str, source: str, **metadata: Any) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": metadata, "source": source}
