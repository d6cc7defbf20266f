"""A credential that a server echoes stands in no file: not in the snapshot, not in review.json, not in the pre-read."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest

from prodmeet_kit.archive.layout import record_text
from prodmeet_kit.core import redaction
from prodmeet_kit.core.errors import Failure
from prodmeet_kit.demo import SNAPSHOT
from prodmeet_kit.documents import preread
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.facts import Facts, SourceState
from prodmeet_kit.review import Review
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import label_key
from prodmeet_kit.snapshot import freeze, reopen
from prodmeet_kit.snapshot.masking import without_credentials
from prodmeet_kit.sources.base import grid, wide

CANARY = "kanari-31/b7+echo"
FORMS = [CANARY, quote(CANARY, safe=""), base64.b64encode(f"mika:{CANARY}".encode()).decode(), "token=unasked-99"]


@pytest.fixture
def echoed(monkeypatch: pytest.MonkeyPatch) -> Facts:
    """The demo's facts, with a credential in everything a server may say."""
    monkeypatch.setattr(redaction, "_forms", ())
    monkeypatch.setattr(redaction, "_fragments", ())
    redaction.remember(CANARY)
    facts = reopen(SNAPSHOT)
    said = " and ".join(FORMS)
    answers = dict(facts.answers)
    key, answer = next((key, each) for key, each in answers.items() if each.frame is not None and each.frame.size)
    names = [label_key({"pod": form}) for form in FORMS]
    values = np.ones((len(grid(answer.question)), len(names)))
    answers["explore/pods"] = replace(
        answer, question=replace(answer.question, key="explore/pods"), frame=wide(grid(answer.question), names, values)
    )
    answers[key] = replace(answer, warnings=(said,))
    other = next(name for name in answers if name not in (key, "explore/pods"))
    answers[other] = replace(answers[other], frame=None, error=said)
    records = dict(facts.records)
    incidents = records["incidents"]
    assert incidents is not None
    records["incidents"] = (
        incidents.assign(title=said, timeline=None) if "timeline" in incidents else (incidents.assign(title=said))
    )
    runs = records["alert_runs"]
    assert runs is not None
    records["alert_runs"] = runs.assign(labels=[label_key({"said": FORMS[0]})] * len(runs))
    changes = frames.CHANGES.frame(
        [{"id": "CH-1", "title": "x", "services": [FORMS[0]], "expected_effect": {"m": said}}]
    )
    records["changes"] = changes
    return replace(
        facts,
        answers=answers,
        records=records,
        sources=(*facts.sources, SourceState("issues", "github", "failed", said)),
        failures=(*facts.failures, Failure("outages", "issues", said)),
    )


def holds(text: str) -> list[str]:
    return [form for form in [*FORMS, "unasked-99"] if form in text]


def test_no_file_of_a_snapshot_holds_it_and_the_series_stay_as_many(echoed: Facts, tmp_path: Path) -> None:
    folder = freeze(echoed, tmp_path / "snapshot")
    assert holds((folder / "manifest.json").read_text(encoding="utf-8")) == []
    again = reopen(folder)
    frame = again.answers["explore/pods"].frame
    assert frame is not None and frame.shape[1] == len(set(frame.columns)) == len(FORMS)
    assert holds(" ".join(frame.columns)) == []
    for name, rows in again.records.items():
        if rows is not None:
            assert holds(rows.to_json(date_format="iso")) == [], name
            assert len(rows) == len(echoed.records[name]), name  # type: ignore[arg-type]
    twice = freeze(again, tmp_path / "again")
    assert (twice / "manifest.json").read_bytes() == (folder / "manifest.json").read_bytes()


def test_neither_review_json_nor_the_pre_read_holds_it(echoed: Facts) -> None:
    text = record_text(record(Review(echoed)))
    assert holds(text) == []
    assert "***" in text
    assert holds(preread.write(Review(without_credentials(echoed)))) == []


def test_facts_without_one_are_the_very_same() -> None:
    facts = reopen(SNAPSHOT)
    masked = without_credentials(facts)
    assert masked == facts
    assert all(masked.records[name] is frame for name, frame in facts.records.items())
