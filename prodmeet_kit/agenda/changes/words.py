"""Planned changes in words: whether one needs somebody, and what its warnings say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.i18n.languages import t

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["needs_response", "short", "warning"]


def needs_response(changes: pd.DataFrame) -> pd.Series:
    """Which changes say that somebody has to do something."""
    return ~changes["response_needed"].str.strip().str.lower().isin(["", "none", "no", "なし"])


def short(code: str) -> str:
    """A warning in a few words, for the agenda."""
    kind, _, about = code.partition(":")
    return t("the error budget of {slo} is exhausted", slo=about) if kind == "budget_spent" else warning(code)


def warning(code: str, policy: str = "") -> str:
    """A warning as people read it, with what the team agreed on for a budget that is spent."""
    kind, _, about = code.partition(":")
    if kind == "collides":
        return t("overlaps with {change}", change=about)
    if kind == "budget_spent":
        return t("the error budget of {slo} is exhausted: {policy}", slo=about, policy=policy)
    if kind == "freeze":
        return t("falls in a change freeze: {reason}", reason=about)
    if kind == "holiday":
        return t("falls on a public holiday: {name}", name=about)
    if kind == "peak_hour":
        hour, _, load = about.partition(":")
        return t(
            "includes {hour}:00, when {load} is usually highest on that weekday", hour=f"{int(hour):02d}", load=load
        )
    return code
