"""The status line of what was filled in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from prodmeet_kit.i18n.languages import t

__all__ = ["begun", "kept", "not_saved", "taken_back"]


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
