"""What earlier kits and people wrote stays readable for ever: a minutes folder of each format so far, and a snapshot.

A format is added here when it changes; none of these texts is ever changed.
"""

# ruff: noqa: E501 - the texts are as they were written
from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit import kinds
from prodmeet_kit.core.window import Window
from prodmeet_kit.parameters import Product
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import Spec
from prodmeet_kit.snapshot import reopen
from prodmeet_kit.snapshot.tables import write_record, write_series
from prodmeet_kit.sources.base import Broken, wide
from prodmeet_kit.sources.records import Reader

WINDOW = Window.ending(datetime(2026, 11, 23, tzinfo=UTC), cadence=timedelta(days=14), timezone="UTC")

BY_HAND = {
    "decisions/a.yaml": "subject: slo/cart/availability\nmeeting: 2026-11-09\ndecision: act\nowner: shop\ndue: 2026-11-30\n",
    "verdicts/a.yaml": "alert: WebHighCPU\nservice: cart\nmeeting: 2026-11-09\nverdict: noise\nnote: The nightly job\n",
    "durations/a.yaml": "subject: metrics\nmeeting: 2026-11-09\nplanned: 10\nminutes: 14.5\n",
    "action_items/a.yaml": "id: AI-1\ntext: Raise the limit\nowner: shop\ndue: 2026-11-30\n"
    "verify: {query: up, expect: <= 1}\n",
    "inbox/a.yaml": "id: Q-1\nkind: question\ntext: Who owns cart?\nowner: ada\n",
}
"""By the guide alone, without a key of the kit's own."""

FIRST_FORMS = {
    "decisions/2026-11-09-slo-cart-availability-0a1b2c3d.yaml": "subject: slo/cart/availability\nitem: metrics\n"
    "meeting: '2026-11-09'\ndecision: act\nowner: shop\ndue: '2026-11-30'\nnote: ''\n"
    "at: '2026-11-09T01:00:00.000000+00:00'\n",
    "drafts/2026-11-09-slo-web-latency-0a1b2c3d.yaml": "subject: slo/web/latency\nitem: metrics\nmeeting: '2026-11-09'\n"
    "decision: ''\nowner: web\ndue: ''\nnote: ''\nat: '2026-11-09T01:00:01.000000+00:00'\n",
    "drafts/2026-11-09-ai-20261109-1-0a1b2c3d.yaml": "id: AI-20261109-1\ntext: Ask\nowner: ''\ndue: ''\n"
    "born: '2026-11-09'\nstatus: open\nat: '2026-11-09T01:00:02.000000+00:00'\n",
    "verdicts/2026-11-09-page-webhighcpu-0a1b2c3d.yaml": "alert: WebHighCPU\nservice: cart\nmeeting: '2026-11-09'\n"
    "verdict: noise\nnote: The nightly job\nsubject: page/WebHighCPU/cart\nat: '2026-11-09T01:00:03.000000+00:00'\n",
    "durations/2026-11-09-metrics-0a1b2c3d.yaml": "subject: metrics\nmeeting: '2026-11-09'\nplanned: 10\nminutes: 14.5\n"
    "at: '2026-11-09T01:00:04.000000+00:00'\n",
    "action_items/2026-11-09-ai-1-0a1b2c3d.yaml": "id: AI-1\ntext: Raise the limit\nowner: shop\ndue: '2026-11-30'\n"
    "born: '2026-11-09'\nstatus: open\nat: '2026-11-09T01:00:05.000000+00:00'\n",
    "inbox/2026-11-09-who-owns-cart-0a1b2c3d.yaml": "id: Q-1\nkind: question\ntext: Who owns cart?\nowner: ada\n"
    "at: '2026-11-09T01:00:06.000000+00:00'\n",
}
"""As the first live meetings wrote: every field, empty ones too."""

MERGING_FORMS = {
    **FIRST_FORMS,
    "drafts/2026-11-09-slo-cart-availability-11111111.yaml": "subject: slo/cart/availability\nitem: metrics\n"
    "meeting: '2026-11-09'\ndecision: act\nowner: shop\ndue: ''\nnote: ''\nat: '2026-11-09T00:59:00.000000+00:00'\n",
    "decisions/2026-11-09-slo-cart-availability-0a1b2c3d.yaml": "subject: slo/cart/availability\nitem: metrics\n"
    "meeting: '2026-11-09'\ndecision: act\nowner: shop\ndue: '2026-11-30'\nnote: ''\n"
    "after: 2026-11-09-slo-cart-availability-11111111.yaml\nat: '2026-11-09T01:00:00.000000+00:00'\n",
    "verdicts/2026-11-09-page-other-22222222.yaml": "alert: Other\nservice: ''\nmeeting: '2026-11-09'\nverdict: noise\n"
    "subject: page/Other\nwithdrawn: true\nat: '2026-11-09T01:00:03.000000+00:00'\n",
    "clock/2026-11-09-clock-0a1b2c3d.yaml": "meeting: '2026-11-09'\nrunning: metrics\nat: '2026-11-09T01:00:04.000000+00:00'\n",
}
"""Since two people may fill in one decision at once: each entry names the one it was built on."""

REMEMBERING_FORMS = {
    **MERGING_FORMS,
    "decisions/2026-11-09-slo-cart-availability-0a1b2c3d.yaml": "subject: slo/cart/availability\nitem: metrics\n"
    "meeting: '2026-11-09'\nwhat: cart/availability is missed\ndecision: act\nowner: shop\ndue: '2026-11-30'\nnote: ''\n"
    "after: 2026-11-09-slo-cart-availability-11111111.yaml\nat: '2026-11-09T01:00:00.000000+00:00'\n",
    "inbox/2026-11-09-move-cart-33333333.yaml": "id: C-1\nkind: change\ntext: Move cart\nstart: '2026-11-25T10:00:00+00:00'\n"
    "duration: 2h\nservices:\n- cart\nexpected_effect:\n  metric: cart/requests\n  direction: up\n  size: 10%\n"
    "at: '2026-11-09T01:00:07.000000+00:00'\n",
    "inbox/2026-11-09-restart-44444444.yaml": "id: T-1\nkind: toil\ntext: Restart\nminutes: 10.0\nper_week: 3.0\n"
    "at: '2026-11-09T01:00:08.000000+00:00'\n",
    "inbox/2026-11-09-why-55555555.yaml": "id: Q-2\nkind: question\ntext: Why?\nbecame: AI-1\nclosed: true\n"
    "answered: '2026-11-20'\nat: '2026-11-10T01:00:08.000000+00:00'\n",
}
"""Since decisions remember why they were raised, and questions what they became."""

EXPLORING_FORMS = {
    **REMEMBERING_FORMS,
    "explorations/2026-11-09-slo-web-latency-66666666.yaml": "id: dig-1\nsubject: slo:web/latency\nnote: Why?\nwho: ada\n"
    "meeting: '2026-11-09'\nlink: report.html#finding-slo-web-latency\nat: '2026-11-09T01:00:09.000000+00:00'\n",
}
"""Since what is to be dug into later is filed."""


@pytest.mark.parametrize("files", [BY_HAND, FIRST_FORMS, MERGING_FORMS, REMEMBERING_FORMS, EXPLORING_FORMS])
def test_minutes_of_every_format_so_far_are_read_whole_and_without_a_word(
    tmp_path: Path, files: dict[str, str]
) -> None:
    for name, text in files.items():
        path = tmp_path / "shop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    load = {"name": "requests", "query": "x"}
    product = Product.model_validate({"product": "shop", "services": [{"name": "cart", "load": [load]}]})
    reader = Reader(product, WINDOW, tmp_path, tmp_path, Broken("metrics", "none"))
    readings = {record.spec.name: reader.read(record) for record in kinds.records()}
    assert [each for reading in readings.values() for each in (*reading.failures, *reading.problems)] == []

    def rows(name: str) -> list[dict[str, Any]]:
        frame = readings[name].frame
        return [] if frame is None else frames.rows(frame)

    remembering = "inbox/2026-11-09-why-55555555.yaml" in files
    (decision,) = rows("meeting_decisions")
    assert (decision["subject"], decision["decision"]) == ("slo/cart/availability", "act")
    assert (decision["owner"], decision["due"]) == ("shop", "2026-11-30")
    assert pd.isna(decision["said"]) == (files is BY_HAND)
    (verdict,) = rows("verdicts")
    assert (verdict["alert"], verdict["service"], verdict["verdict"]) == ("WebHighCPU", "cart", "noise")
    (duration,) = rows("meeting_durations")
    assert (duration["subject"], duration["planned"], duration["minutes"]) == ("metrics", 10.0, 14.5)
    (item,) = rows("action_items")
    assert (item["id"], item["owner"], item["due"]) == ("AI-1", "shop", pd.Timestamp("2026-12-01", tz="UTC"))
    assert [row["id"] for row in rows("consultations")] == (["Q-1", "Q-2"] if remembering else ["Q-1"])
    assert [(row["subject"], row["who"], row["closed"]) for row in rows("explorations")] == (
        [("slo:web/latency", "ada", False)] if files is EXPLORING_FORMS else []
    )
    if remembering:
        assert decision["what"] == "cart/availability is missed"
        (change,), (toil,) = rows("changes"), rows("toil")
        assert (change["services"], change["duration_s"], change["expected_effect"]["size"]) == (
            ["cart"],
            7200.0,
            "10%",
        )
        assert (toil["minutes"], toil["times_per_week"]) == (10.0, 3.0)
        assert rows("consultations")[1]["became"] == "AI-1"


FIRST_MANIFEST = {
    "format": 1,
    "kit": "0.1.0",
    "gathered_at": "2026-11-23T00:05:00.123456+00:00",
    "window": {
        "start": "2026-11-09T00:00:00+00:00",
        "end": "2026-11-23T00:00:00+00:00",
        "compare_start": "2026-10-26T00:00:00+00:00",
        "history_start": "2026-10-26T00:00:00+00:00",
        "step": "5m",
        "timezone": "Asia/Tokyo",
    },
    "sources": [{"name": "metrics", "type": "prometheus", "state": "ok", "detail": "1 of 1"}],
    "failures": [{"section": "metrics", "source": "cart/cpu", "message": "no answer"}],
    "product": {
        "product": "shop",
        "title": "",
        "timezone": "Asia/Tokyo",
        "meeting": {"cadence": "14d", "duration": "30m", "agenda": ["metrics", "outages"]},
        "sources": {"metrics": {"type": "prometheus", "url": "http://localhost:9090", "timeout": "30s", "jobs": 8}},
        "services": [{"name": "cart", "load": [{"name": "requests", "unit": "req/s", "query": "x"}]}],
    },
}
"""As the first kit wrote it, but for its lists of queries and records."""

FIRST_COLUMNS = {
    "consultations": ("id", "question", "asked_by", "asked", "answer", "answered", "url"),
    "toil": ("id", "text", "minutes", "times_per_week", "owner", "url"),
}


def test_a_snapshot_of_the_first_format_opens_and_what_it_did_not_keep_is_missing(tmp_path: Path) -> None:
    def keep(name: str, data: bytes) -> dict[str, str]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
        return {"file": name, "sha256": sha256(data).hexdigest()}

    times = pd.DatetimeIndex(["2026-11-22T23:55:00Z", "2026-11-23T00:00:00Z"], name="time").as_unit("ns")
    series = write_series(wide(times, ["{}"], np.array([[1.0], [2.0]])))
    told: dict[str, Any] = {
        "key": "load/cart/requests",
        "section": "metrics",
        "query": "x",
        "window": None,
        "step": "5m",
    }
    told |= {"start": "2026-11-22T23:55:00+00:00", "end": "2026-11-23T00:00:00+00:00", "source": "prometheus"}
    query = {**told, "took_s": 0.1, "points": 2, "warnings": [], "error": "", **keep("series/001-x.parquet", series)}
    rows: dict[str, dict[str, Any]] = {
        "consultations": {"id": "Q", "question": "Why?"},
        "toil": {"id": "T", "text": "x", "minutes": 5.0},
    }
    records: list[dict[str, Any]] = [{"name": "incidents", "rows": None, "file": None, "sha256": None}]
    for name, columns in FIRST_COLUMNS.items():
        spec = Spec(name, {column: frames.ALL[name].columns[column] for column in columns})
        kept = keep(f"records/{name}.parquet", write_record(spec, spec.frame([rows[name]])))
        records.append({"name": name, "rows": 1, **kept})
    text = json.dumps({**FIRST_MANIFEST, "records": records, "queries": [query]}, indent=1)
    (tmp_path / "manifest.json").write_text(text + "\n", encoding="utf-8")

    facts = reopen(tmp_path)
    assert facts.previous is None
    assert facts.product.meeting.cadence == timedelta(days=14)
    assert facts.value("load/cart/requests") == 2.0
    assert facts.records["incidents"] is None
    consultations, toil = facts.records["consultations"], facts.records["toil"]
    assert consultations is not None and frames.rows(consultations)[0]["became"] == ""
    assert toil is not None and frames.rows(toil)[0]["elsewhere"] is None
