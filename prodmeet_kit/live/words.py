"""Words the forms show: those of the browser, and the status line of a row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from prodmeet_kit.i18n.languages import t

__all__ = ["begun", "browser", "kept", "not_saved", "taken_back"]


def browser() -> dict[str, str]:
    """Words the forms need in the browser."""
    return {
        "saving": t("saving ..."),
        "lost": t("NOT SAVED: the kernel does not answer. Run all cells again; what you typed here is not lost."),
        "add": t("New action item"),
        "add_button": t("Add"),
        "empty": t("No decisions needed."),
    }


def begun(missing: Iterable[str]) -> dict[str, Any]:
    """The status of what is saved as a draft until something is added."""
    return {"status": t("saved as a draft: add {missing}", missing=t(" and ").join(missing)), "bad": True}


def kept() -> dict[str, Any]:
    """The status of what is saved and counts."""
    return {"status": t("saved"), "bad": False}


def taken_back() -> dict[str, Any]:
    """The status of a decision that somebody took back."""
    return {"status": t("withdrawn: it does not count"), "bad": False}


def not_saved(error: OSError) -> dict[str, Any]:
    """The status of what the disk did not take."""
    return {"status": t("NOT SAVED: {reason}", reason=error.strerror or str(error)), "bad": True}
