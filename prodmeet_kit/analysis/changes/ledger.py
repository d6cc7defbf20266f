"""The ledger of definitions: what is defined otherwise than at the earlier meeting, and which numbers that touches.

A number that moved because its query moved is no news of production. What
only changes how a report reads (titles, descriptions, the language, the order
of the agenda) or how its data is fetched (time limits, TLS) defines nothing
and is left out. A reference to the environment is compared as it is written:
that the variable itself holds something else now cannot be seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any

from prodmeet_kit import kinds
from prodmeet_kit.core import promql
from prodmeet_kit.core.window import PERIODS
from prodmeet_kit.parameters.accounting import Exclusion
from prodmeet_kit.parameters.credentials import masked, names_credential
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.schemas import frames

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["affected", "changed"]

Mapped = Mapping[str, Any]
Difference = tuple[str, str, str]
"""Dotted key, text before, text after."""

_MEASURED = {"slos": "slo", "load": "load", "resources": "resource"}
_MATCHERS = {"matchers", "page"}
_WORDS = {"name", "title", "description", "language", "satisfaction", "toil", "show_people", "owner"}
_METRICS_QUIET = {"timeout", "jobs", "per_second", "tls", "step"}  # the step in use stands as trend_step
_CREDENTIAL_ONLY = {"auth.type", "auth.token", "auth.password"}  # a user name may choose the tenant, a token is renewed


def changed(before: Mapped, after: Mapped) -> pd.DataFrame:
    """``LEDGER``: one row for each definition that differs, in the order of the parameters.

    Both are a product's parameters as plain values (:attr:`prodmeet_kit.facts.Facts.definitions`).
    Queries and label expressions are compared by what they ask, however they are
    written, lists without their order, things by name: a new name is one thing
    removed and another added. Credentials in clear are masked.
    """
    old, new = masked(before), masked(after)
    metrics = (new.get("sources") or {}).get("metrics") or {}
    with backends.use(backends.known(metrics.get("type", backends.DEFAULT))):
        return _ledger(old, new)


def _ledger(old: Mapped, new: Mapped) -> pd.DataFrame:
    return frames.LEDGER.frame([*_services(old, new), *_exclusions(old, new), *_sources(old, new), *_rules(old, new)])


def affected(ledger: pd.DataFrame) -> frozenset[str]:
    """Everything a ``LEDGER`` affects: ``slo/cart/availability``, ``load/cart/requests``, ``paging_events`` ..."""
    return frozenset(ref for refs in ledger["affects"] for ref in refs)


def _row(kind: str, subject: str, difference: Difference, affects: Sequence[str] = ()) -> dict[str, Any]:
    what, before, after = difference
    return {
        "kind": kind, "subject": subject, "what": what, "before": before, "after": after, "affects": list(affects),
    }  # fmt: skip


# What is measured


def _services(old: Mapped, new: Mapped) -> Iterator[dict[str, Any]]:
    for service, one, other in _by_name(old.get("services", ()), new.get("services", ())):
        for key, kind in _MEASURED.items():
            for name, was, now in _by_name((one or {}).get(key, ()), (other or {}).get(key, ())):
                affects = [f"{kind}/{service}/{name}"] if now else []
                for difference in _compared(was, now, _WORDS):
                    yield _row(kind, f"{service}/{name}", difference, affects)
        if one and other:
            for difference in _differences(one, other, _MEASURED.keys() | _WORDS):
                yield _row("service", service, difference, _refs({"services": [other]}))


def _by_name(old: Sequence[Mapped], new: Sequence[Mapped]) -> Iterator[tuple[str, Mapped | None, Mapped | None]]:
    was, now = ({thing["name"]: thing for thing in things} for things in (old, new))
    for name in [*now, *(name for name in was if name not in now)]:
        yield name, was.get(name), now.get(name)


def _refs(product: Mapped, *keys: str) -> list[str]:
    return [
        f"{_MEASURED[key]}/{service['name']}/{thing['name']}"
        for service in product.get("services", ())
        for key in keys or _MEASURED
        for thing in service.get(key, ())
    ]


# What decides how they are counted


def _exclusions(old: Mapped, new: Mapped) -> Iterator[dict[str, Any]]:
    gone, come = _only_one_side(old.get("exclusions", ()), new.get("exclusions", ()))
    for what, excluded in [*(("removed", each) for each in gone), *(("added", each) for each in come)]:
        covers = Exclusion.model_validate(excluded).covers
        text = _text(excluded)
        difference = (what, text, "") if what == "removed" else (what, "", text)
        refs = [ref for ref in _refs(new, "slos") if covers(*ref.split("/")[1:])]
        yield _row("exclusion", "exclusions", difference, refs)


def _rules(old: Mapped, new: Mapped) -> Iterator[dict[str, Any]]:
    slos, trends = _refs(new, "slos"), _refs(new, "load", "resources")
    for difference in _differences(old.get("slo_rules", {}), new.get("slo_rules", {}), {"policy"}):
        yield _row("rule", "slo_rules", difference, ["toil"] if difference[0] == "toil_hours" else slos)
    for difference in _differences(old.get("meeting", {}), new.get("meeting", {}), {"duration", "agenda"}):
        yield _row("meeting", "meeting", difference)
    told = {"product", "meeting", "sources", "services", "exclusions", "slo_rules", "agenda_rules"}
    told |= {"freezes", "holidays"}
    for difference in _differences(old, new, told | _WORDS):
        if difference[0] == "timezone":
            yield _row("meeting", "timezone", difference, _on_the_calendar(new))
        elif difference[0] == "trend_step":
            yield _row("trend", "trend", ("step", *difference[1:]), trends)
        elif difference[0] == "rotations":
            yield _row("rule", "rotations", difference, ["paging_events"])
        else:
            yield _row("rule", difference[0], difference, _refs(new))


def _on_the_calendar(product: Mapped) -> list[str]:
    """SLOs over a calendar month or quarter, whose bounds are midnights of the product's zone."""
    return [
        f"slo/{service['name']}/{slo['name']}"
        for service in product.get("services", ())
        for slo in service.get("slos", ())
        if slo.get("window") in PERIODS
    ]


# Where it comes from


def _sources(old: Mapped, new: Mapped) -> Iterator[dict[str, Any]]:
    one, other = old.get("sources", {}), new.get("sources", {})
    yield from _metric_source(one.get("metrics"), other.get("metrics"), new)
    for key in [*other, *(key for key in one if key not in other)]:
        if key != "metrics":
            for difference in _entries(one.get(key) or (), other.get(key) or ()):
                yield _row("source", f"sources.{key}", difference, kinds.items_of(key))


def _metric_source(was: Mapped | None, now: Mapped | None, product: Mapped) -> Iterator[dict[str, Any]]:
    for difference in _compared(was, now, _METRICS_QUIET):
        if difference[0] == "scrape_interval":
            affects = _refs(product, "load", "resources")
        else:
            own_key = "." not in difference[0] and names_credential(difference[0])  # of a type from another package
            affects = [] if own_key or difference[0] in _CREDENTIAL_ONLY else _refs(product)
        yield _row("source", "sources.metrics", difference, affects)


def _entries(old: Sequence[Mapped], new: Sequence[Mapped]) -> Iterator[Difference]:
    """Differences of two lists of sources: those of one type are paired in their order."""
    gone, come = _only_one_side(old, new)
    for was in gone:
        now = next((entry for entry in come if entry.get("type") == was.get("type")), None)
        if now is not None:
            come.remove(now)
        yield from _compared(was, now)
    for entry in come:
        yield from _compared(None, entry)


# Comparing plain values


def _compared(was: Mapped | None, now: Mapped | None, without: Set[str] = frozenset()) -> Iterator[Difference]:
    """What differs between a thing then and now, where ``None`` means that it was not there."""
    if was is not None and now is not None:
        yield from _differences(was, now, without)
    elif now is not None:
        yield "added", "", _text(now, without)
    elif was is not None:
        yield "removed", _text(was, without), ""


def _differences(old: Mapped, new: Mapped, without: Set[str] = frozenset()) -> Iterator[Difference]:
    """Every key of two mappings whose value differs, but for the keys in ``without``."""
    one, other = (dict(_flat(side, without)) for side in (old, new))
    for key in [*other, *(key for key in one if key not in other)]:
        was, now = one.get(key, ""), other.get(key, "")
        if isinstance(was, list | tuple) or isinstance(now, list | tuple):
            gone, come = _only_one_side(was or (), now or ())
            if gone or come:
                yield key, "; ".join(map(_text, gone)), "; ".join(map(_text, come))
        elif was != now and _meaning(key, was) != _meaning(key, now):
            yield key, _text(was), _text(now)


def _flat(value: Mapped, without: Set[str] = frozenset(), prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The values of nested mappings under dotted keys; what is not set is left out."""
    for key, inner in value.items():
        if key in without or inner is None:
            continue
        if isinstance(inner, Mapping):
            yield from _flat(inner, prefix=f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", inner


def _only_one_side(old: Sequence[Any], new: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Return what is in one list and not in the other, each in its order."""
    gone, come = list(old), []
    left = [_identity(value) for value in gone]
    for value in new:
        if (same := _identity(value)) in left:
            at = left.index(same)
            del left[at], gone[at]
        else:
            come.append(value)
    return gone, come


def _identity(value: Any) -> Any:
    if isinstance(value, Mapping):
        return sorted((key, _meaning(key, inner)) for key, inner in _flat(value))
    return _text(value)


def _meaning(key: str, value: Any) -> str:
    """A text that is the same for values that mean the same."""
    text, last = _text(value), key.rpartition(".")[2]
    if last.endswith("query") or last == "histogram":
        return backends.current().normal(text)
    return promql.normal("x{" + text + "}") if last in _MATCHERS else text


def _text(value: Any, without: Set[str] = frozenset()) -> str:
    """A value as it would be written in the parameter file; a mapping as keys and values in one line."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_text(inner)}" for key, inner in _flat(value, without) if inner not in ("", []))
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    return str(value)
