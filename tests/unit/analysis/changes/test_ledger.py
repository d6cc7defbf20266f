"""The ledger: each kind of change has its row, and what means the same has none."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from prodmeet_kit.analysis.changes.ledger import affected, changed
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.schemas.frames import LEDGER, rows

BAD = 'sum(rate(requests_total{service="cart",code=~"5.."}[{{.window}}]))'
ALL = 'sum(rate(requests_total{service="cart"}[{{.window}}]))'
PROBE = "min(probe_success)"

SLOS = ["slo/cart/availability", "slo/cart/probe"]
TRENDS = ["load/cart/requests", "resource/cart/memory"]

Edit = Callable[[dict[str, Any]], object]


def parameters() -> dict[str, Any]:
    return {
        "product": "shop",
        "timezone": "Asia/Tokyo",
        "sources": {
            "metrics": {"url": "${PROMETHEUS_URL}", "auth": {"type": "basic", "username": "a", "password": "${PW}"}},
            "alerts": [{"type": "prometheus_alerts", "page": 'severity="page"'}, {"type": "file", "path": "a.yaml"}],
        },
        "services": [
            {
                "name": "cart",
                "slos": [
                    {
                        "name": "availability",
                        "objective": 99.9,
                        "sli": {"events": {"error_query": BAD, "total_query": ALL}},
                    },
                    {
                        "name": "probe",
                        "objective": 99,
                        "window": "month",
                        "sli": {"time_slices": {"query": PROBE, "condition": ">= 1"}},
                    },
                ],
                "load": [{"name": "requests", "unit": "req/s", "query": ALL}],
                "resources": [{"name": "memory", "unit": "bytes", "query": "use", "limit_query": "limit"}],
            }
        ],
        "exclusions": [
            {"start": "2026-11-10T22:00", "end": "2026-11-10T23:00", "slos": ["probe"], "reason": "move", "author": "a"}
        ],
    }


def definitions(edit: Edit = lambda _: None, step: str = "5m") -> dict[str, Any]:
    """What the facts of a product with edited parameters say of themselves."""
    written = parameters()
    edit(written)
    return {**Product.model_validate(written).model_dump(mode="json"), "trend_step": step}


def row(kind: str, subject: str, what: str, before: str, after: str, affects: list[str]) -> dict[str, Any]:
    return {"kind": kind, "subject": subject, "what": what, "before": before, "after": after, "affects": affects}


def availability(written: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = written["services"][0]["slos"][0]
    return found


def load(written: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = written["services"][0]["load"][0]
    return found


def resource(written: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = written["services"][0]["resources"][0]
    return found


CHANGES: dict[str, tuple[Edit, dict[str, Any]]] = {
    "objective": (
        lambda p: availability(p).update(objective=99.95),
        row("slo", "cart/availability", "objective", "99.9", "99.95", SLOS[:1]),
    ),
    "window": (
        lambda p: availability(p).update(window="30d"),
        row("slo", "cart/availability", "window", "28d", "30d", SLOS[:1]),
    ),
    "query of an SLO": (
        lambda p: availability(p)["sli"]["events"].update(error_query=BAD.replace("5..", "[45]..")),
        row("slo", "cart/availability", "sli.events.error_query", BAD, BAD.replace("5..", "[45].."), SLOS[:1]),
    ),
    "query of a load": (
        lambda p: load(p).update(query="sum(x)"),
        row("load", "cart/requests", "query", ALL, "sum(x)", TRENDS[:1]),
    ),
    "unit": (lambda p: load(p).update(unit="rps"), row("load", "cart/requests", "unit", "req/s", "rps", TRENDS[:1])),
    "limit": (
        lambda p: resource(p).update(limit_query="sum(limit)"),
        row("resource", "cart/memory", "limit_query", "limit", "sum(limit)", TRENDS[1:]),
    ),
    "limit taken away": (
        lambda p: resource(p).pop("limit_query"),
        row("resource", "cart/memory", "limit_query", "limit", "", TRENDS[1:]),
    ),
    "resource removed": (
        lambda p: p["services"][0].pop("resources"),
        row("resource", "cart/memory", "removed", "unit: bytes, query: use, limit_query: limit", "", []),
    ),
    "service added": (
        lambda p: p["services"].append({"name": "web", "load": [{"name": "hits", "query": "sum(y)"}]}),
        row("load", "web/hits", "added", "", "query: sum(y)", ["load/web/hits"]),
    ),
    "server": (
        lambda p: p["sources"]["metrics"].update(url="${THANOS_URL}"),
        row("source", "sources.metrics", "url", "${PROMETHEUS_URL}", "${THANOS_URL}", [*SLOS, *TRENDS]),
    ),
    "tenant": (
        lambda p: p["sources"]["metrics"]["auth"].update(username="b"),
        row("source", "sources.metrics", "auth.username", "a", "b", [*SLOS, *TRENDS]),
    ),
    "credential renewed": (
        lambda p: p["sources"]["metrics"]["auth"].update(password="${PW2}"),
        row("source", "sources.metrics", "auth.password", "${PW}", "${PW2}", []),
    ),
    "scrape interval": (
        lambda p: p["sources"]["metrics"].update(scrape_interval="30s"),
        row("source", "sources.metrics", "scrape_interval", "1m", "30s", TRENDS),
    ),
    "what pages": (
        lambda p: p["sources"]["alerts"][0].update(page='severity=~"page|critical"'),
        row(
            "source", "sources.alerts", "page", 'severity="page"', 'severity=~"page|critical"',
            ["paging_events", "non_paging_events"],
        ),
    ),
    "source of alerts removed": (
        lambda p: p["sources"]["alerts"].pop(),
        row(
            "source", "sources.alerts", "removed", "type: file, path: a.yaml", "",
            ["paging_events", "non_paging_events"],
        ),
    ),
    "source of outages added": (
        lambda p: p["sources"].update(incidents=[{"type": "file", "path": "i.yaml"}]),
        row("source", "sources.incidents", "added", "", "type: file, path: i.yaml", ["outages"]),
    ),
    "time zone": (
        lambda p: p.update(timezone="UTC"),
        row("meeting", "timezone", "timezone", "Asia/Tokyo", "UTC", ["slo/cart/probe"]),
    ),
    "cadence": (
        lambda p: p.update(meeting={"cadence": "7d"}),
        row("meeting", "meeting", "cadence", "14d", "7d", []),
    ),
    "who answers pages": (
        lambda p: p.update(rotations=[{"name": "tokyo", "timezone": "Asia/Tokyo", "shifts": ["09:00"]}]),
        row(
            "rule", "rotations", "rotations", "",
            "name: tokyo, timezone: Asia/Tokyo, shifts: 09:00, business.days: mon-fri, business.from: 08:00, "
            "business.to: 18:00, sleep.from: 22:00, sleep.to: 08:00",
            ["paging_events"],
        ),
    ),
    "rule of too few events": (
        lambda p: p.update(slo_rules={"min_events": 100}),
        row("rule", "slo_rules", "min_events", "0", "100", SLOS),
    ),
    "exclusion taken back": (
        lambda p: p.pop("exclusions"),
        row(
            "exclusion", "exclusions", "removed",
            "start: 2026-11-10T22:00, end: 2026-11-10T23:00, slos: probe, reason: move, author: a", "",
            ["slo/cart/probe"],
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "expected"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_one_row_that_says_what_it_touches(edit: Edit, expected: dict[str, Any]) -> None:
    assert rows(LEDGER.check(changed(definitions(), definitions(edit)))) == [expected]


def rename(written: dict[str, Any]) -> None:
    availability(written)["name"] = "success"


def test_a_renamed_slo_is_one_removed_and_one_added() -> None:
    ledger = changed(definitions(), definitions(rename))
    told = [(entry["subject"], entry["what"], entry["affects"]) for entry in rows(ledger)]
    assert told == [("cart/success", "added", ["slo/cart/success"]), ("cart/availability", "removed", [])]
    assert affected(ledger) == {"slo/cart/success"}


def test_another_kind_of_sli_shows_each_of_its_keys() -> None:
    def edit(written: dict[str, Any]) -> None:
        availability(written)["sli"] = {"latency": {"histogram": "seconds", "threshold": "300ms"}}

    ledger = changed(definitions(), definitions(edit))
    assert {entry["what"]: bool(entry["after"]) for entry in rows(ledger)} == {
        "sli.latency.histogram": True,
        "sli.latency.threshold": True,
        "sli.latency.unit": True,
        "sli.latency.native": True,
        "sli.events.error_query": False,
        "sli.events.total_query": False,
    }
    assert affected(ledger) == {"slo/cart/availability"}


def test_a_coarser_step_touches_peaks_and_percentiles_but_no_slo() -> None:
    ledger = changed(definitions(), definitions(step="10m"))
    assert rows(ledger) == [row("trend", "trend", "step", "5m", "10m", TRENDS)]


SAME: dict[str, Edit] = {
    "nothing": lambda _: None,
    "white space": lambda p: load(p).update(query=ALL.replace("(", "( ").replace(",", " ,\n  ")),
    "a comment": lambda p: load(p).update(query=f"{ALL} # all of them"),
    "order of matchers": lambda p: availability(p)["sli"]["events"].update(
        error_query=BAD.replace('service="cart",code=~"5.."', 'code=~"5..", service="cart"')
    ),
    "notation of a length": lambda p: availability(p).update(window="4w"),
    "notation of a number": lambda p: availability(p).update(objective=99.90),
    "the default, written out": lambda p: p["sources"]["metrics"].update(scrape_interval="60s"),
    "white space in a label expression": lambda p: p["sources"]["alerts"][0].update(page=' severity = "page" '),
    "order of sources": lambda p: p["sources"]["alerts"].reverse(),
    "order of services and SLOs": lambda p: p["services"][0]["slos"].reverse(),
    "words": lambda p: p.update(title="The shop", language="ja"),
    "who owns a service": lambda p: p["services"][0].update(owner="shop"),
    "a description": lambda p: availability(p).update(description="Users see errors"),
    "how data is fetched": lambda p: p["sources"]["metrics"].update(
        timeout="5s", jobs=2, per_second=5, tls={"verify": False}
    ),
    "the agenda": lambda p: p.update(meeting={"agenda": ["metrics"], "duration": "60m"}),
}


@pytest.mark.parametrize("edit", SAME.values(), ids=SAME)
def test_what_means_the_same_is_no_change(edit: Edit) -> None:
    assert rows(changed(definitions(), definitions(edit))) == []


def test_a_number_in_a_query_that_differs_is_a_change() -> None:
    def edit(written: dict[str, Any]) -> None:
        load(written)["query"] = "sum(rate(x[5m]))"

    def later(written: dict[str, Any]) -> None:
        load(written)["query"] = "sum(rate(x[{{.window}}]))"

    assert [entry["what"] for entry in rows(changed(definitions(edit), definitions(later)))] == ["query"]


def test_two_changes_stand_in_the_order_of_the_parameters() -> None:
    def edit(written: dict[str, Any]) -> None:
        written["timezone"] = "UTC"
        resource(written)["unit"] = "MiB"
        availability(written)["objective"] = 99

    subjects = [entry["subject"] for entry in rows(changed(definitions(), definitions(edit)))]
    assert subjects == ["cart/availability", "cart/memory", "timezone"]


def test_a_credential_in_clear_never_shows_while_a_reference_does() -> None:
    def edit(written: dict[str, Any]) -> None:
        written["sources"]["metrics"].update(
            url="https://ann:hunter2hunter2@host", auth={"type": "bearer", "token": "canary-11c0ff"}
        )
        written["sources"]["changes"] = [{"type": "theirs", "api_key": "canary-22d1aa"}]

    ledger = changed(definitions(), definitions(edit))
    text = ledger.to_csv()
    assert "canary" not in text
    assert "hunter2" not in text
    assert "${PW}" in text
    assert {"auth.token", "url", "added"} <= set(ledger["what"])


def test_what_is_compared_is_left_as_it_was() -> None:
    before, after = definitions(), definitions(rename)
    kept = copy.deepcopy((before, after))
    changed(before, after)
    assert (before, after) == kept


def test_a_key_the_kit_does_not_know_yet_is_told_and_touches_everything() -> None:
    later = {**definitions(), "weights": {"cart": 2}}
    assert rows(changed(definitions(), later)) == [
        row("rule", "weights.cart", "weights.cart", "", "2", [*SLOS, *TRENDS])
    ]
