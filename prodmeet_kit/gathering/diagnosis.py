"""Why a product's metric source answers nothing at all: the place in the parameter file, the reason and the fix."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Question
from prodmeet_kit.gathering.gather import open_metrics
from prodmeet_kit.parameters import Product
from prodmeet_kit.parameters.documents import Way, dotted
from prodmeet_kit.parameters.expansion import REFERENCE
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.parameters.places import place_of, referring
from prodmeet_kit.queries.asking import answered
from prodmeet_kit.sources.base import Broken

__all__ = ["why_silent"]

_METRICS: Way = ("sources", "metrics")
_VARIABLE = re.compile(r"environment variable (\w+)")


def why_silent(product: Product, window: Window, folder: Path) -> str:
    """``file:line: key: reason: fix`` when the metric source cannot answer the simplest question; else empty."""
    metrics, probe = open_metrics(product, folder), backends.of(product).probe
    try:
        # What is broken says why, whatever it is asked.
        asked = Question("check", "metrics", probe, window.end, window.end, None, timedelta(hours=1))
        reason = answered(metrics, asked).error if probe or isinstance(metrics, Broken) else ""
    finally:
        metrics.close()
    if not reason:
        return ""
    if product.sources.metrics is None or f": {dotted(_METRICS)}." in reason:
        return reason  # it names the place itself
    if reason.startswith("cannot connect"):
        reason += ": is it running?"
    written = product.sources.metrics.model_dump(mode="json")
    way = (*_METRICS, *_key(written, reason))
    unset = "".join(
        f" {found['name']} is not set, so the default is used"
        for found in REFERENCE.finditer(str(written.get("url", "")))
        if way[-1] == "url" and found["with_default"] and not os.environ.get(found["name"])
    )
    return f"{place_of(way, product.product, folder)}: {dotted(way)}: {reason}{unset}"


def _key(written: dict[str, Any], reason: str) -> Way:
    """The way below ``sources.metrics`` to what has to be looked at."""
    named = _VARIABLE.search(reason)
    if named and (way := referring(written, named[1])) is not None:
        return way
    if "credentials" in reason and written.get("auth"):
        return ("auth",)
    return ("url",) if "url" in written else ()
