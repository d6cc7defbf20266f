"""A product of many services as a frozen snapshot, made without any server; the same size, the same bytes.

``python -m tests.support.fleet_world 12 OUTDIR`` writes one of twelve services
(22 SLOs, 80 series on a trend of five minutes) for ``prodmeet report
--from-snapshot OUTDIR``; ``--quiet`` leaves out all that goes wrong. Six of the
twelve are in trouble, ten of thirty: what each lives through is in ``STORIES``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Answer, Facts, Previous, Question, SourceState
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.queries import backtests
from prodmeet_kit.queries.questions import plan, verification
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import label_key
from prodmeet_kit.snapshot import freeze

__all__ = ["END", "NAMES", "STORIES", "fleet_facts", "fleet_snapshot"]

Floats = npt.NDArray[np.float64]

END = datetime(2026, 11, 23, 1, tzinfo=UTC)
STEP = timedelta(minutes=5)
GIB = 2.0**30
NAMES = (
    "web", "cart", "payments", "search", "login", "mail", "catalog", "pricing", "inventory", "shipping", "images",
    "invoices", "reviews", "wishlist", "coupons", "returns", "tax", "fraud", "ledger", "profiles", "sessions",
    "gateway", "push", "sms", "exports", "imports", "scheduler", "reports", "audit", "archive",
    "stock", "orders", "baskets", "refunds", "loyalty", "gifts", "videos", "maps", "stores", "banners", "quotes",
    "billing", "vouchers", "ratings", "chat", "feeds", "alerts", "labels",
)  # fmt: skip

STORIES = {
    "web": "slow", "cart": "paged outage", "payments": "unpaged outage", "search": "memory", "login": "noise",
    "mail": "slow burn", "wishlist": "paged outage", "fraud": "slow", "sessions": "memory", "imports": "noise",
}  # fmt: skip
"""What a service lives through in the fortnight before the meeting; the others see nothing out of the ordinary."""


def fleet_snapshot(services: int, folder: Path, *, quiet: bool = False) -> Path:
    """Freeze the product of so many services (1 to 48) into ``folder``, which is returned."""
    return freeze(fleet_facts(services, quiet=quiet), folder)


def fleet_facts(services: int, *, quiet: bool = False) -> Facts:
    """Everything a review knows of the product. ``ValueError`` for less than one service or more than 48."""
    if not 1 <= services <= len(NAMES):
        raise ValueError(f"1 to {len(NAMES)} services, not {services}")
    return _World(NAMES[:services], {} if quiet else STORIES).facts()


def _title(name: str) -> str:
    return name.capitalize()


def _requests(name: str, more: str = "") -> str:
    return f'sum(rate(http_requests_total{{service="{name}"{more}}}[{{{{.window}}}}]))'


class _World:
    """Eight weeks of all services, a value for each five minutes."""

    def __init__(self, names: tuple[str, ...], stories: dict[str, str]):
        self.names, self.stories = names, {name: stories[name] for name in names if name in stories}
        self.random = np.random.default_rng(12)
        self.window = Window.ending(
            END, cadence=timedelta(days=14), timezone="Asia/Tokyo", step=STEP, longest=timedelta(days=28)
        )
        begin = END - timedelta(weeks=8, hours=1)
        self.ends = pd.date_range(begin + STEP, END, freq=STEP, name="time").as_unit("ns")
        self.days = ((self.ends - pd.Timestamp(END)) / timedelta(days=1)).to_numpy()  # before the meeting: negative
        self.spikes = [END - timedelta(days=0.53 + 0.55 * number) for number in range(25)]
        self.values: dict[str, Floats] = {}
        for number, name in enumerate(names):
            self._service(number, name)

    def _service(self, number: int, name: str) -> None:
        story, days = self.stories.get(name, ""), self.days
        clock = (self.ends.hour.to_numpy() + self.ends.minute.to_numpy() / 60 + 9 - 0.7 * (number % 4)) % 24
        weekday = ((self.ends + timedelta(hours=9)).day_of_week.to_numpy() >= 5) * (0.2 if number % 3 else -0.3)
        rhythm = (
            0.35
            + np.exp(-(((clock - 12.5) / 2.2) ** 2))
            + (0.5 + 0.3 * (number % 4)) * np.exp(-(((clock - 20.5) / 2.6) ** 2))
        )
        drift = np.interp(days, np.arange(-58, 2), self.random.normal(1, 0.01, 60))
        rate = (4 + 90 / (1 + number)) * rhythm * (1 - weekday) * drift * 1.01 ** (days / 7)
        total = self.random.poisson(rate * STEP.total_seconds()).astype(np.float64)
        failing, slow = np.full(len(total), 0.0003), 0.0035 + 0.003 * rhythm / rhythm.max()
        cpu, memory = 0.02 * rate + 0.2, np.full(len(total), 0.46 + 0.02 * (number % 5)) + 0.01 * rhythm
        if story == "slow":
            slow[days > -9.8] *= 4.5
            cpu[days > -9.8] *= 1.12
        elif story == "paged outage":
            failing[(days > -5.913) & (days <= -5.889)] = 0.5
        elif story == "unpaged outage":
            failing[(days > -10.646) & (days <= -10.479)] = 0.03
        elif story == "memory":
            memory = 0.88 + 0.0118 * days
        elif story == "slow burn":
            failing[days > -6] = 0.0026
        self.values[f"slo/{name}/availability/bad"] = self._bad(total, failing)
        self.values[f"slo/{name}/latency/bad"] = self._bad(total, slow)
        self.values[f"slo/{name}/availability/total"] = self.values[f"slo/{name}/latency/total"] = total
        self.values[f"load/{name}/requests"] = total
        self.values[f"resource/{name}/cpu/use"] = cpu * self.random.normal(1, 0.02, len(total))
        self.values[f"resource/{name}/cpu/limit"] = np.full(len(total), np.ceil(2.5 * cpu.max()))
        self.values[f"resource/{name}/memory/use"] = 4 * GIB * memory * self.random.normal(1, 0.004, len(total))
        self.values[f"resource/{name}/memory/limit"] = np.full(len(total), 4 * GIB)

    def _bad(self, total: Floats, share: Floats) -> Floats:
        return self.random.binomial(total.astype(np.int64), share).astype(np.float64)

    def told(self, *stories: str) -> list[str]:
        """The services with one of these stories."""
        return [name for name, story in self.stories.items() if story in stories]

    def facts(self) -> Facts:
        product = Product.model_validate(self._product())
        rows = {
            "alert_runs": self._alerts(), "alert_rules": self._rules(), "incidents": self._incidents(),
            "changes": self._changes(), "action_items": self._action_items(), "consultations": [], "toil": [],
            "verdicts": [], "meeting_decisions": [],
        }  # fmt: skip
        records = {name: frames.ALL[name].frame(list(each)) for name, each in rows.items()}
        questions = [*plan(product, self.window)]
        items = records["action_items"].query("verify_query != ''")
        questions += [verification(row["id"], row["verify_query"], self.window) for _, row in items.iterrows()]
        questions += backtests.plan(records["alert_runs"], records["alert_rules"], self.window)
        answers = {question.key: self._answer(question) for question in questions}
        asked = f"prometheus at http://localhost:9090: {len(answers)} of {len(answers)} queries answered"
        states = [SourceState("metrics", "prometheus", "ok", asked)]
        states += [SourceState(name, "file", "ok", f"{len(frame)} rows") for name, frame in records.items()]
        facts = Facts(product, self.window, END, answers, records, tuple(states))
        return Facts(
            product, self.window, END, answers, records, tuple(states),
            previous=Previous(self.window.start, facts.definitions, records["alert_rules"]),
        )  # fmt: skip

    def _product(self) -> dict[str, Any]:
        files = {key: [{"type": "file", "path": f"{key}.yaml"}] for key in ("incidents", "changes", "action_items")}
        return {
            "product": f"fleet{len(self.names)}" + ("" if self.stories else "-quiet"),
            "title": f"The shop of {len(self.names)} services",
            "timezone": self.window.timezone,
            "sources": {
                "metrics": {"url": "http://localhost:9090", "step": "5m"},
                "alerts": [{"type": "prometheus_alerts"}],
                **files,
            },
            "services": [self._entry(number, name) for number, name in enumerate(self.names)],
        }

    def _entry(self, number: int, name: str) -> dict[str, Any]:
        failed, total = _requests(name, ',code=~"5.."'), _requests(name)
        counted = _requests(name).replace("http_requests_total", "http_request_duration_seconds_count")
        fast = _requests(name, ',le="0.3"').replace("http_requests_total", "http_request_duration_seconds_bucket")
        slos = [
            {
                "name": "availability", "objective": 99.9,
                "sli": {"events": {"error_query": failed, "total_query": total}},
            },
            {
                "name": "latency", "objective": 99.0,
                "sli": {"events": {"error_query": f"{counted} - {fast}", "total_query": counted}},
            },
        ]  # fmt: skip
        limit = f'sum(kube_pod_container_resource_limits{{service="{name}",resource="%s"}})'
        used = {
            "cpu": "rate(container_cpu_usage_seconds_total{%s}[{{.window}}])",
            "memory": "container_memory_bytes{%s}",
        }
        return {
            "name": name,
            "owner": f"{name} team",
            "slos": slos[: 1 if number % 6 == 5 else 2],
            "load": [{"name": "requests", "unit": "req/s", "query": total}],
            "resources": [
                {
                    "name": kind, "unit": unit, "limit_query": limit % kind,
                    "query": f"sum({used[kind]})" % f'service="{name}"',
                }
                for kind, unit in (("cpu", "cores"), ("memory", "bytes"))
            ],
        }  # fmt: skip

    def _answer(self, question: Question) -> Answer:
        index = pd.date_range(question.start, question.end, freq=question.step or STEP, name="time").as_unit("ns")
        kind, _, rest = question.key.partition("/")
        key = question.key if kind in ("load", "resource") else question.key.rpartition("/")[0]
        if kind == "verify":
            data: Any = 0.2 if rest.startswith("AI-1") else 0.88
        elif kind == "replay":
            high = [index.to_series().between(at, at + timedelta(minutes=5)) for at in self.spikes]
            data = np.where(np.any(high, axis=0), 0.93, 0.4) if "HighCPU" in rest else np.full(len(index), 1e-4)
        elif kind == "resource":
            data = pd.Series(self.values[key], index=self.ends).reindex(index)
        elif question.instant:
            assert question.window is not None
            inside = (self.ends > pd.Timestamp(question.end) - question.window) & (
                self.ends <= pd.Timestamp(question.end)
            )
            data = float(self.values[key][inside].sum()) / question.window.total_seconds()
        else:
            data = pd.Series(self.values[key] / STEP.total_seconds(), index=self.ends).reindex(index)
        frame = pd.DataFrame({"{}": data}, index=index)
        return Answer(question, frame, points=len(index), source="prometheus at http://localhost:9090")

    def _rules(self) -> Iterator[dict[str, Any]]:
        for name in self.names:
            rules = [
                (
                    f"{_title(name)}HighCPU",
                    f'max(rate(container_cpu_usage_seconds_total{{service="{name}"}}[2m])) > 0.8',
                )
            ]
            if name not in self.told("unpaged outage"):
                share = "{} / {}".format(_requests(name, ',code=~"5.."'), _requests(name))
                hour, minutes = (share.replace("{{.window}}", span) for span in ("1h", "5m"))
                rules.append((f"{_title(name)}ErrorBudgetBurn", f"{hour} > 0.0144 and {minutes} > 0.0144"))
            for alert, query in rules:
                yield {
                    "alert": alert, "group": "shop.yml/shop", "query": query, "for_s": 120.0, "keep_firing_for_s": 0.0,
                    "interval_s": 60.0, "labels": label_key({"service": name, "severity": "page"}),
                    "annotations": label_key({"summary": f"{name}: {alert}"}), "page": True, "health": "ok",
                    "last_error": "", "reads": [{"service": name}], "recorded": [],
                }  # fmt: skip

    def _alerts(self) -> Iterator[dict[str, Any]]:
        runs = [
            (f"{_title(name)}HighCPU", name, at + timedelta(minutes=2), at + timedelta(minutes=5))
            for name in self.told("noise")
            for at in self.spikes
        ]
        for name in self.told("paged outage"):
            begin = END - timedelta(days=5.913)
            runs.append(
                (f"{_title(name)}ErrorBudgetBurn", name, begin + timedelta(minutes=4), begin + timedelta(minutes=38))
            )
        for alert, service, begin, end in sorted(runs, key=lambda run: run[2:]):
            yield {
                "alertname": alert, "labels": label_key({"service": service, "severity": "page"}), "state": "firing",
                "page": True, "start": begin, "last": end, "interval_s": 60.0, "source": "alerts[0]",
            }  # fmt: skip

    def _incidents(self) -> Iterator[dict[str, Any]]:
        for number, name in enumerate(self.told("paged outage", "unpaged outage"), start=201):
            paged = self.stories[name] == "paged outage"
            begin = END - timedelta(days=5.913 if paged else 10.646)
            over = begin + timedelta(minutes=35 if paged else 240)
            yield {
                "id": f"INC-{number}", "title": f"{_title(name)} refused requests", "severity": "SEV2",
                "services": [name], "start": begin, "mitigated": over, "end": over,
                "detected": begin + timedelta(minutes=5 if paged else 145),
                "detected_by": "page" if paged else "person",
                "impact": f"{'Half' if paged else 'Three in a hundred'} of all requests of {name} failed",
                "postmortem": f"https://wiki.example.com/inc-{number}" if paged else "",
            }  # fmt: skip

    def _changes(self) -> Iterator[dict[str, Any]]:
        past = {"slow": -9.81, "paged outage": -5.914, "unpaged outage": -10.65}
        done = [
            (name, past[story], f"Release of {name}", "none") for name, story in self.stories.items() if story in past
        ]
        calm = [name for name in self.names if name not in self.stories]
        done += [(name, -3.2, f"Release of {name}", "none") for name in calm[:2]]
        first = self.names[0]
        response = f"Watch the errors of {first}" if self.stories else "none"
        planned = [(first, 1.9, f"Move {first} to the new node pool", response)]
        if self.stories and len(self.names) > 1:
            planned.append((first, 1.915, f"Upgrade the database of {first}", "Be ready to fail over"))
        for number, (name, day, title, response) in enumerate([*done, *planned], start=101):
            begin = END + timedelta(minutes=round(day * 1440))
            yield {
                "id": f"CH-{number}", "title": title, "start": begin, "end": begin + timedelta(minutes=30),
                "duration_s": 1800.0, "services": [name], "owner": f"{name} team", "response_needed": response,
                "rollback": "Deploy the release before", "url": f"https://tickets.example.com/CH-{number}",
            }  # fmt: skip

    def _action_items(self) -> Iterator[dict[str, Any]]:
        query = (
            'sum(container_memory_bytes{{service="{0}"}}) / sum(kube_pod_container_resource_limits{{service="{0}"}})'
        )
        items = [("AI-11", f"Write down how {self.names[-1]} is restored", self.names[-1], 9, "open", "")]
        leaking = self.told("memory")
        items += [(f"AI-2{k}", f"Stop the leak of {name}", name, -4, "closed", name) for k, name in enumerate(leaking)]
        items += [
            (f"AI-3{k}", f"Quiet {_title(name)}HighCPU", name, -3, "open", "")
            for k, name in enumerate(self.told("noise"))
        ]
        for item, text, name, due, status, checked in items:
            yield {
                "id": item, "text": text, "owner": f"{name} team", "born": self.window.start,
                "due": END.replace(hour=15) + timedelta(days=due), "status": status,
                "verify_query": query.format(checked) if checked else "", "verify_expect": "< 0.6" if checked else "",
                "source": "action_items[0]",
            }  # fmt: skip


def main() -> None:
    """Write the snapshot that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("services", type=int, help="how many, 1 to 48")
    parser.add_argument("folder", type=Path, help="where the snapshot goes")
    parser.add_argument("--quiet", action="store_true", help="nothing goes wrong")
    given = parser.parse_args()
    print(fleet_snapshot(given.services, given.folder, quiet=given.quiet))


if __name__ == "__main__":
    main()
