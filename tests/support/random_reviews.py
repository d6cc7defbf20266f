"""Reviews of products that never were: everything in them from one seed, and consistent, as a server would give it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Answer, Facts, Question
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.queries.questions import plan, verification
from prodmeet_kit.review import Review
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import label_key

__all__ = ["random_review"]

Floats = npt.NDArray[np.float64]

STEP = timedelta(minutes=30)
SCRAPE = timedelta(seconds=60)
END = datetime(2026, 11, 23, 1, tzinfo=UTC)
NAMES = ("web", "cart", "payments")
_ASKED = re.compile(r"(bad|total|use|limit)_(\w+)")


def random_review(seed: int) -> Review:
    """The review of a seed."""
    return _World(np.random.default_rng(seed)).review()


class _World:
    def __init__(self, random: np.random.Generator):
        self.random = random
        self.services = list(NAMES[: int(random.choice([1, 2, 2, 3]))])
        self.window = Window.ending(
            END,
            cadence=timedelta(days=int(random.choice([7, 14]))),
            timezone=str(random.choice(["UTC", "Asia/Tokyo"])),
            step=STEP,
            longest=timedelta(days=28),
        )
        begin = self.window.history_start - timedelta(days=29)  # the SLO window of the last meeting begins before
        self.ends = pd.date_range(begin + STEP, END, freq=STEP, name="time").as_unit("ns")
        self.series: dict[str, Floats] = {}
        self.bursts: list[tuple[str, datetime, datetime]] = []
        self.slos: list[str] = []

    def chance(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def some(self, *values: Any) -> Any:
        return values[int(self.random.integers(0, len(values)))]

    def moment(self, earliest: float = 13.9, latest: float = 0.05) -> datetime:
        """A time so many days before the meeting, whole minutes."""
        minutes = self.random.uniform(latest, earliest) * 1440
        return END - timedelta(minutes=round(float(minutes)))

    def review(self) -> Review:
        product = Product.model_validate(self._product())
        records = self._records()
        questions = list(plan(product, self.window))
        questions += [
            verification(item["id"], item["verify_query"], self.window)
            for item in records["action_items"] or ()
            if item["verify_query"]
        ]
        answers = {question.key: self._answer(question) for question in questions}
        known = {name: None if rows is None else frames.ALL[name].frame(rows) for name, rows in records.items()}
        return Review(Facts(product, self.window, END, answers, known))

    def _product(self) -> dict[str, Any]:
        return {
            "product": "shop",
            "timezone": self.window.timezone,
            "sources": {
                "metrics": {"url": "http://localhost:9090", "step": "30m"},
                "alerts": [{"type": "prometheus_alerts"}],
            },
            "meeting": {"duration": self.some("20m", "30m", "1h"), "cadence": f"{self.window.length.days}d"},
            "services": [self._service(name) for name in self.services],
            **({"toil": "high"} if self.chance(0.2) else {}),
        }

    def _service(self, name: str) -> dict[str, Any]:
        total = self._load(name)
        slos = []
        for slo in ("availability", "latency")[: self.some(0, 1, 1, 2)]:
            objective = self.some(99.9, 99.5, 99.0)
            self._burns(name, slo, total, 1 - objective / 100)
            events = {
                "error_query": f"sum(rate(bad_{name}_{slo}[{{{{.window}}}}]))",
                "total_query": f"sum(rate(total_{name}[{{{{.window}}}}]))",
            }
            slos.append({"name": slo, "objective": objective, "sli": {"events": events}})
            self.slos.append(f"{name}/{slo}")
        return {
            "name": name,
            "slos": slos,
            "load": [{"name": "requests", "unit": "req/s", "query": f"sum(rate(total_{name}[{{{{.window}}}}]))"}],
            "resources": [self._resource(name, each) for each in ("memory", "disk")[: self.some(0, 1, 1, 2)]],
            "owner": self.some("", f"{name} team"),
        }

    def _load(self, name: str) -> Floats:
        """Events of each step: a day, now and then growth, a day of twice as many, a gap."""
        hours = self.ends.hour.to_numpy() + self.ends.minute.to_numpy() / 60
        weeks = (np.arange(len(self.ends)) - len(self.ends)) * (STEP / timedelta(days=7))
        rate = self.some(0.02, 3.0, 50.0) * STEP.total_seconds() * (1 - 0.5 * np.cos(hours / 12 * np.pi))
        rate = rate * (1 + self.some(0, 0, 0.03, -0.02)) ** weeks
        if self.chance(0.2):
            rate[-96:-48] *= 2
        total: Floats = self.random.poisson(rate).astype(np.float64)
        if self.chance(0.2):
            first = int(self.random.integers(len(total) - 800, len(total) - 30))
            total[first : first + int(self.random.integers(1, 25))] = np.nan
        self.series[f"total_{name}"] = total
        return total

    def _burns(self, name: str, slo: str, total: Floats, budget: float) -> None:
        """Bad events: a steady share, sometimes a slow burn of days, up to three bursts of hours."""
        share = np.full(len(total), budget * self.some(0.05, 0.3, 0.8, 1.5))
        if self.chance(0.25):
            share[-int(self.random.integers(48, 300)) :] = 2.5 * budget
        for _ in range(self.some(0, 0, 1, 1, 3)):
            first = len(total) - int(self.random.integers(10, 650))
            length = int(self.random.integers(1, 9))
            share[first : first + length] = min(1.0, budget * self.some(10, 40, 200))
            begin = self.ends[first].to_pydatetime() - STEP
            self.bursts.append((f"{name}/{slo}", begin, begin + length * STEP))
        bad = self.random.binomial(np.nan_to_num(total).astype(np.int64), share).astype(np.float64)
        self.series[f"bad_{name}_{slo}"] = np.where(np.isnan(total), np.nan, bad)

    def _resource(self, name: str, resource: str) -> dict[str, Any]:
        days = (np.arange(len(self.ends)) - len(self.ends)) * (STEP / timedelta(days=1))
        shape = {
            "flat": np.full(len(days), 0.5),
            "near": np.full(len(days), 0.93),
            "linear": np.clip(0.8 + 0.012 * days, 0.02, None),
            "late": np.interp(days, [-14, 0], [0.43, 0.66]),
            "doubling": 0.6 * 2 ** (days / 14),
            "step": np.where(days < -6.3, 0.4, 0.58),
        }[self.some("flat", "near", "linear", "late", "doubling", "step")]
        use: Floats = 2.0**32 * shape * self.random.normal(1, 0.005, len(days))
        self.series[f"use_{name}_{resource}"] = use
        self.series[f"limit_{name}_{resource}"] = np.full(len(days), 2.0**32)
        return {
            "name": resource, "unit": "bytes", "query": f"sum(use_{name}_{resource})",
            "limit_query": f"sum(limit_{name}_{resource})",
        }  # fmt: skip

    def _answer(self, question: Question) -> Answer:
        step = question.step or timedelta(seconds=1)
        index = pd.date_range(question.start, question.end, freq=step, name="time").as_unit("ns")
        found = _ASKED.search(question.query)
        name = "" if found is None else found[0]
        if name not in self.series:
            value = float(self.random.integers(0, 20))
            return Answer(question, pd.DataFrame({"{}": np.full(len(index), value)}, index=index), points=len(index))
        values = self.series[name]
        if name.startswith(("use", "limit")):
            data: Any = pd.Series(values, index=self.ends).reindex(index)
        elif question.instant:
            assert question.window is not None
            end = pd.Timestamp(question.end)
            inside = (self.ends > end - question.window) & (self.ends <= end)
            data = [float(np.nansum(values[inside])) / question.window.total_seconds()]
        else:
            data = pd.Series(values / STEP.total_seconds(), index=self.ends).reindex(index)
        return Answer(question, pd.DataFrame({"{}": data}, index=index), points=len(index))

    def _records(self) -> dict[str, list[dict[str, Any]] | None]:
        return {
            "alert_runs": list(self._alerts()) if self.chance(0.9) else None,
            "incidents": list(self._incidents()),
            "changes": list(self._changes()),
            "action_items": list(self._action_items()),
            "consultations": [
                {"id": f"Q-{n}", "question": f"May we do it in way {n}?", "asked_by": "ann", "asked": self.moment()}
                for n in range(self.some(0, 0, 2))
            ],
            "toil": [
                {"id": f"T-{n}", "text": f"Restart it {n}", "minutes": 20.0, "times_per_week": 4.0}
                for n in range(self.some(0, 0, 2))
            ],
            "verdicts": list(self._verdicts()),
            "meeting_decisions": list(self._decisions()),
        }

    def _alerts(self) -> Iterator[dict[str, Any]]:
        runs = [
            ("Burn", slo.split("/")[0], begin + timedelta(minutes=5), end, "page")
            for slo, begin, end in self.bursts
            if self.chance(0.6)
        ]
        for number in range(self.some(0, 2, 5, 9)):
            begin = self.moment()
            length = timedelta(minutes=self.some(3, 3, 20, 600))
            service, severity = self.some(*self.services, ""), self.some("page", "ticket", "ticket")
            runs.append((f"Odd{number % 3}", service, begin, begin + length, severity))
        for alert, service, begin, end, severity in runs:
            labels = {"severity": severity, **({"service": service} if service else {})}
            yield {
                "alertname": alert, "labels": label_key(labels), "state": "firing", "page": severity == "page",
                "start": begin, "last": min(end, END), "interval_s": 60.0, "source": "alerts[0]",
            }  # fmt: skip

    def _incidents(self) -> Iterator[dict[str, Any]]:
        found = [each for each in self.bursts if self.chance(0.6)]
        extra = [
            (f"{self.services[0]}/x", begin, begin + timedelta(hours=1))
            for begin in (self.moment(),)
            if self.chance(0.3)
        ]
        for number, (slo, onset, end) in enumerate([*found, *extra]):
            begin = onset + timedelta(minutes=self.some(0, 10, -5))
            more = {slo.split("/")[0], *([self.some(*self.services)] if self.chance(0.4) else [])}
            over = max(min(end, END), begin + timedelta(minutes=1))
            yield {
                "id": f"INC-{number}", "title": f"It failed, {number}", "services": sorted(more), "start": begin,
                "detected": begin + timedelta(minutes=6) if self.chance(0.8) else None, "mitigated": over, "end": over,
                "detected_by": self.some("page", "person", ""), "postmortem": self.some("", "https://example.com/pm"),
            }  # fmt: skip

    def _changes(self) -> Iterator[dict[str, Any]]:
        for number in range(self.some(0, 1, 3)):
            begin = self.some(self.moment(), END + timedelta(hours=int(self.random.integers(5, 160))))
            yield {
                "id": f"CH-{number}", "title": f"Change {number}", "start": begin, "end": begin + timedelta(hours=1),
                "duration_s": 3600.0, "services": [self.some(*self.services)], "owner": self.some("", "ann"),
                "response_needed": self.some("none", "Watch it"), "rollback": self.some("", "Put it back"),
            }  # fmt: skip

    def _action_items(self) -> Iterator[dict[str, Any]]:
        for number in range(self.some(0, 1, 4)):
            yield {
                "id": f"AI-{number}", "text": f"Mend {self.some(*self.services)} {self.some('memory', 'latency')}",
                "owner": self.some("", "ann"), "born": self.moment(30, 15),
                "due": END + timedelta(days=int(self.random.integers(-10, 20))),
                "status": self.some("open", "open", "closed"),
                "verify_query": self.some("", "probe"), "verify_expect": "<= 10", "source": "action_items[0]",
            }  # fmt: skip

    def _verdicts(self) -> Iterator[dict[str, Any]]:
        for alert in ("Burn", "Odd0", "Odd1", "Odd2"):
            for service in ("", *self.services):
                for meeting in (END, END - self.window.length):
                    if self.chance(0.15):
                        yield {
                            "alert": alert, "service": service, "meeting": meeting, "note": "",
                            "verdict": self.some("right", "noise", "could_wait", "late"),
                        }  # fmt: skip

    def _decisions(self) -> Iterator[dict[str, Any]]:
        subjects = [f"slo_missed/{slo}" for slo in self.slos] + [f"limit_near/{name}/memory" for name in self.services]
        for subject in subjects:
            if self.chance(0.2):
                act = self.chance(0.6)
                yield {
                    "subject": subject, "item": "metrics", "meeting": (END - self.window.length).date().isoformat(),
                    "decision": "act" if act else self.some("watch", "carry", "drop"), "owner": "ann" if act else "",
                    "due": self.some("2026-11-20", "2026-12-01") if act else "", "what": f"about {subject}",
                    "said": END - self.window.length,
                }  # fmt: skip
