"""Whatever JSON a server answers: a frame, or one of the promised errors, and soon."""

from __future__ import annotations

import json
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.sources.finite import known
from prodmeet_kit.sources.http import Wire
from prodmeet_kit.sources.prometheus.decoding import doubled, frame, series_of
from prodmeet_kit.sources.prometheus.replies import partial, reply
from tests.support.counts import count

START = datetime(2026, 11, 23, tzinfo=UTC)
ZERO, STEP, POINTS = START.timestamp(), timedelta(minutes=5), 6
ASKED = Question("k", "metrics", "q", START, START + (POINTS - 1) * STEP, STEP)
AT_ONCE = Question("k", "metrics", "q", START, START)

STRANGE: list[Any] = [
    None, True, False, 0, -1, 1.5, 10**400, -(10**400), 1e308, 1e-320, "", "NaN", "+Inf", "-Inf", "1e999", "0x10",
    "1_0", "\ud83d", "\x00", [], {}, [[]], [None], {"": None}, "x" * 1000, [0] * 1000, {"metric": []}, [[0, "1"]] * 500,
    ZERO,
]  # fmt: skip


def valid(dice: random.Random) -> dict[str, Any]:
    kind = dice.choice(["matrix", "vector", "scalar", "string"])
    labels: dict[str, str] = {"service": "cart", "le": "0.3"}
    sample = [ZERO, "2"]
    values = [[ZERO + 300 * number, str(dice.random())] for number in range(POINTS)]
    result: Any = {
        "matrix": [{"metric": labels | {"n": str(n)}, "values": values} for n in range(dice.randint(0, 3))],
        "vector": [{"metric": labels, "value": sample}],
        "scalar": sample,
        "string": [ZERO, "text"],
    }[kind]
    more: dict[str, Any] = {"warnings": ["w"], "infos": ["i"], "isPartial": dice.choice([True, False, None, "yes", 3])}
    return {"status": "success", "data": {"resultType": kind, "result": result}, **more}


def mutated(value: Any, dice: random.Random, left: list[int]) -> Any:
    """The value with a few of its parts dropped, doubled, shuffled or replaced."""
    if left[0] > 0 and dice.random() < 0.06:
        left[0] -= 1
        return dice.choice(STRANGE)
    if isinstance(value, dict):
        kept = {key: mutated(inner, dice, left) for key, inner in value.items() if dice.random() > 0.02}
        return kept | ({"histogram": [0, {}]} if dice.random() < 0.02 else {})
    if isinstance(value, list):
        made = [mutated(inner, dice, left) for inner in value]
        if dice.random() < 0.05:
            made += made[-1:]
        if dice.random() < 0.03:
            dice.shuffle(made)
        return made
    return value


def _text(content: Any, dice: random.Random) -> bytes:
    body = json.dumps(content).encode("utf-8", "surrogatepass")
    if dice.random() < 0.05:
        return body[: dice.randrange(len(body))]
    return (b"[" * 5000 + body) if dice.random() < 0.01 else body


@pytest.mark.parametrize("part", range(4))
def test_an_answer_of_any_shape_is_a_frame_or_a_promised_error(part: int) -> None:
    outcomes = {"frame": 0, "error": 0}
    for number in range(part, count(200, 2000), 4):
        dice = random.Random(number)
        body = _text(mutated(valid(dice), dice, [dice.randint(0, 4)]), dice)
        question = dice.choice([ASKED, AT_ONCE])
        began = time.monotonic()
        try:
            told = reply(Wire("http://127.0.0.1/x", 200, "application/json", body))
            series = series_of(told.kind, told.result)
            made = frame(question, [series])
        except SourceError as error:
            outcomes["error"] += 1
            said = str(error)
        else:
            said = "a frame"
            outcomes["frame"] += 1
            assert made.index.is_monotonic_increasing and made.to_numpy().dtype == np.float64
            texts = (*doubled([series]), *told.warnings, partial(told.warnings))
            assert "".join(texts).encode().decode() == "".join(texts)  # what is kept can be written
            judged = known(Answer(question, made))
            assert judged.frame is None or not question.instant or np.isfinite(judged.frame.to_numpy()).all()
        assert said and time.monotonic() - began < 5, number
    assert min(outcomes.values()) > 5, outcomes
