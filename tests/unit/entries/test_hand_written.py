"""Files people write by hand: what is read from them, and every problem told with its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.core.errors import InputError, ParametersError, Problem, SourceError
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import Spec
from prodmeet_kit.sources import files
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.minutes import minutes as from_minutes
from tests.support.answering import shop
from tests.support.reviews import product

WINDOW = Window.ending(datetime(2026, 11, 23, tzinfo=UTC), cadence=timedelta(days=14), timezone="Asia/Tokyo")


def context(folder: Path, spec: Spec, *, timezone: str = "Asia/Tokyo", minutes: Path | None = None) -> Context:
    key = f"sources.{spec.name}[0]"
    return Context(shop(timezone=timezone), WINDOW, spec, key, folder, minutes, Broken("metrics", "none"))


def read(folder: Path, spec: Spec, text: str, **more: Any) -> pd.DataFrame:
    (folder / "list.yaml").write_text(text, encoding="utf-8")
    return files.read({"type": "file", "path": "list.yaml"}, context(folder, spec, **more))


def problems(folder: Path, spec: Spec, text: str) -> tuple[Problem, ...]:
    with pytest.raises(ParametersError) as caught:
        read(folder, spec, text)
    return caught.value.problems


def utc(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="UTC")


def test_an_incident_without_offset_is_in_the_products_zone(tmp_path: Path) -> None:
    made = read(
        tmp_path,
        frames.INCIDENTS,
        """
- {id: INC-41, title: Checkout errors, severity: SEV2, services: [cart], start: 2026-11-10T12:00,
   detected: 2026-11-10T12:04, mitigated: 2026-11-10T12:35+09:00, end: 2026-11-10T03:40Z, detected_by: page,
   impact: "1 in 5 orders failed", url: https://example.org/41}
""",
    )
    row = frames.INCIDENTS.check(made).loc[0]
    # 12:00 in Tokyo (+09:00) is 03:00 UTC; the others say their offset themselves
    assert row["start"] == utc("2026-11-10T03:00")
    assert row["detected"] == utc("2026-11-10T03:04")
    assert row["mitigated"] == utc("2026-11-10T03:35")
    assert row["end"] == utc("2026-11-10T03:40")
    assert row["services"] == ["cart"]
    assert row["postmortem"] == ""


def test_an_open_incident_has_no_end(tmp_path: Path) -> None:
    made = read(tmp_path, frames.INCIDENTS, "- {id: 42, title: Slow, start: 2026-11-10T12:00, end: , detected: ~}")
    assert made.loc[0, "id"] == "42"
    assert made["end"].isna().all()
    assert made["detected"].isna().all()


def test_a_change_ends_after_its_duration(tmp_path: Path) -> None:
    made = read(
        tmp_path,
        frames.CHANGES,
        """
- id: CH-7
  title: Move cart
  start: 2026-11-25T10:00
  duration: 2h30m
  services: [cart]
  expected_effect: {metric: cart/requests, direction: up, size: 10%}
""",
    )
    row = frames.CHANGES.check(made).loc[0]
    assert row["start"] == utc("2026-11-25T01:00")
    assert row["end"] == utc("2026-11-25T03:30")
    assert row["duration_s"] == 9000
    assert row["expected_effect"] == {"metric": "cart/requests", "direction": "up", "size": "10%"}


def test_a_change_without_expectations_says_none(tmp_path: Path) -> None:
    made = read(tmp_path, frames.CHANGES, "- {id: CH-8, title: Tidy, start: 2026-11-25, duration: 1h}")
    assert made.loc[0, "expected_effect"] is None
    assert made.loc[0, "start"] == utc("2026-11-24T15:00")  # midnight in Tokyo


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("Asia/Tokyo", "2026-11-20T15:00"),  # 21 November 00:00 +09:00
        ("UTC", "2026-11-21T00:00"),
        ("America/New_York", "2026-11-21T05:00"),  # 21 November 00:00 -05:00
    ],
)
def test_an_action_item_is_due_until_midnight_after_its_day(tmp_path: Path, zone: str, midnight: str) -> None:
    text = """
- {id: AI-3, text: Raise it, owner: shop, due: 2026-11-20, born: 2026-11-09,
   verify: {query: 'count_over_time(ALERTS{alertname="X"}[14d])', expect: "<= 1"}}
"""
    row = frames.ACTION_ITEMS.check(read(tmp_path, frames.ACTION_ITEMS, text, timezone=zone)).loc[0]
    assert row["due"] == utc(midnight)
    assert row["status"] == "open"
    assert row["verify_query"] == 'count_over_time(ALERTS{alertname="X"}[14d])'
    assert row["verify_expect"] == "<= 1"
    assert row["source"] == "list.yaml"


def test_consultations_and_toil_are_read(tmp_path: Path) -> None:
    asked = read(tmp_path, frames.CONSULTATIONS, "- {id: Q-1, question: Redis or not?, asked: 2026-11-12}")
    assert asked.loc[0, "asked"] == utc("2026-11-11T15:00")
    assert asked.loc[0, "answer"] == ""
    toil = read(tmp_path, frames.TOIL, "- {id: T-1, text: Restart the importer, minutes: 15, times_per_week: 3.5}")
    assert toil.loc[0, "minutes"] == 15
    assert toil.loc[0, "times_per_week"] == 3.5


@pytest.mark.parametrize("text", ["", "[]", "# nothing yet\n"])
def test_an_empty_file_is_an_empty_frame(tmp_path: Path, text: str) -> None:
    assert frames.TOIL.check(read(tmp_path, frames.TOIL, text)).empty


INCIDENT = "id: A, title: x, start: 2026-11-10T12:00"


@pytest.mark.parametrize(
    ("spec", "entry", "key", "fix"),
    [
        (frames.INCIDENTS, "title: x, start: 2026-11-10", "[0].id", "add it"),
        (frames.INCIDENTS, "id: , title: x, start: 2026-11-10", "[0].id", "add it"),
        (frames.INCIDENTS, "id: A, title: x, start: soon", "[0].start", "2026-11-24T10:00"),
        (frames.INCIDENTS, f"{INCIDENT}, serverity: SEV1", "[0].serverity", "did you mean severity?"),
        (frames.INCIDENTS, f"{INCIDENT}, services: {{a: cart}}", "[0].services", "write a list"),
        (frames.INCIDENTS, f"{INCIDENT}, end: 2026-11-10T11:00", "[0].end", "not before start"),
        (
            frames.INCIDENTS,
            f"{INCIDENT}, detected_by: luck",
            "[0].detected_by",
            "write page, person or chance, or leave it out",
        ),
        (frames.INCIDENTS, f"{INCIDENT}, services: payments", "[0].services[0]", "choose from"),
        (frames.INCIDENTS, f"{INCIDENT}, services: [kart]", "[0].services[0]", "did you mean cart?"),
        (frames.INCIDENTS, f"{INCIDENT}, services: [cart, tax]", "[0].services[1]", "choose from cart"),
        (frames.INCIDENTS, f"{INCIDENT}, end: 2026-11-31T10:00", "[0].end", "November has 30 days"),
        (frames.INCIDENTS, f"{INCIDENT}, detected: 2027-02-29", "[0].detected", "February 2027 has 28 days"),
        (frames.INCIDENTS, f"{INCIDENT}, detected: 2028-02-30", "[0].detected", "February 2028 has 29 days"),
        (frames.INCIDENTS, f"{INCIDENT}, end: 2026-13-01", "[0].end", "a month from 01 to 12"),
        (frames.INCIDENTS, f"{INCIDENT}, end: 2026-11-20T25:00", "[0].end", "write a time as"),
        (frames.ACTION_ITEMS, "id: A, text: x, due: 2026-11-31", "[0].due", "November has 30 days"),
        (frames.ACTION_ITEMS, "id: A, text: x, due: 2026-11-08, born: 2026-11-09", "[0].due", "not before born"),
        (
            frames.CONSULTATIONS,
            "id: A, question: x, asked: 2026-11-09, answer: y, answered: 2026-11-08",
            "[0].answered",
            "not before asked",
        ),
        (frames.CONSULTATIONS, "id: A, question: x, answered: 2026-11-08", "[0].answered", "write the answer"),
        (
            frames.CHANGES,
            "id: A, title: x, start: 2026-11-10, duration: 1h, services: [cort]",
            "[0].services[0]",
            "did you mean cart?",
        ),
        (
            frames.CHANGES,
            "id: A, title: x, start: 2026-11-10, duration: 1h, expected_effect: {metric: cart/reqests, direction: up}",
            "[0].expected_effect.metric",
            "did you mean cart/requests?",
        ),
        (frames.CHANGES, "id: A, title: x, start: 2026-11-10", "[0].duration", "add it"),
        (frames.CHANGES, "id: A, title: x, start: 2026-11-10, duration: long", "[0].duration", "30m, 14d"),
        (
            frames.CHANGES,
            "id: A, title: x, start: 2026-11-10, duration: 1h, expected_effect: {metric: m, direction: sideways}",
            "[0].expected_effect.direction",
            "up, down or none",
        ),
        (frames.ACTION_ITEMS, "id: A, text: x, status: done", "[0].status", "open or closed"),
        (frames.ACTION_ITEMS, "id: A, text: x, verify: {query: up, expect: few}", "[0].verify.expect", "<= 1"),
        (frames.ACTION_ITEMS, "id: A, text: x, verify: {query: 'up(', expect: <= 1}", "[0].verify.query", "PromQL"),
        (frames.ACTION_ITEMS, "id: A, text: x, verify: {query: up}", "[0].verify.expect", "add it"),
        (frames.TOIL, "id: A, text: x, minutes: many, times_per_week: 1", "[0].minutes", "write a number"),
        (frames.TOIL, "id: A, text: x, minutes: -1, times_per_week: 1", "[0].minutes", "at least 0"),
        (frames.CONSULTATIONS, "id: A, question: [x]", "[0].question", "write text"),
    ],
)
def test_a_wrong_value_is_told_with_file_line_key_and_fix(
    tmp_path: Path, spec: Spec, entry: str, key: str, fix: str
) -> None:
    (problem,) = problems(tmp_path, spec, f"# the list\n- {{{entry}}}\n")
    assert problem.file.endswith("list.yaml:2")
    assert problem.key == key
    assert fix in problem.fix


def test_a_misspelt_service_is_named_with_the_product_that_lacks_it(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, frames.INCIDENTS, f"- {{{INCIDENT}, services: [crt]}}")
    assert problem.value == '"crt", which is no service of shop'


@pytest.mark.parametrize(
    "entry",
    [
        # Due until the midnight after its day, it is born before that.
        "due: 2026-11-09, born: 2026-11-09",
        "due: 2026-11-09, born: 2026-11-09T23:59",
    ],
)
def test_an_action_item_may_be_due_on_the_day_it_is_born(tmp_path: Path, entry: str) -> None:
    assert len(read(tmp_path, frames.ACTION_ITEMS, f"- {{id: A, text: x, {entry}}}")) == 1


def test_a_question_may_be_answered_at_once(tmp_path: Path) -> None:
    text = "- {id: Q, question: x, asked: 2026-11-09, answer: y, answered: 2026-11-09}"
    assert len(read(tmp_path, frames.CONSULTATIONS, text)) == 1


@pytest.mark.parametrize("metric", ["cart/requests", "cart/memory", "cart/availability"])
def test_a_change_may_act_on_a_load_a_resource_or_an_slo(tmp_path: Path, metric: str) -> None:
    text = "- {id: A, title: x, start: 2026-11-10, duration: 1h, expected_effect: {metric: %s, direction: up}}"
    given = replace(context(tmp_path, frames.CHANGES), product=product())
    (tmp_path / "list.yaml").write_text(text % metric, encoding="utf-8")
    assert len(files.read({"type": "file", "path": "list.yaml"}, given)) == 1


def test_all_problems_of_a_file_are_told_together(tmp_path: Path) -> None:
    text = """
- {id: A, title: one, start: 2026-11-10}
- {id: A, title: two, start: 2026-11-11}
- {id: B, title: three, start: tomorrow, owner: me}
- just text
- {id: C, id: D, title: four, start: 2026-11-12}
"""
    found = {problem.key: problem for problem in problems(tmp_path, frames.INCIDENTS, text)}
    assert set(found) == {"[1].id", "[2].start", "[2].owner", "[3]", "[4].id"}
    assert "list.yaml:2 has the same id" in found["[1].id"].fix
    assert found["[2].start"].value == '"tomorrow"'


@pytest.mark.parametrize(("text", "fix"), [("a: 1", "write a list"), ("- [", ""), ("\x00", "")])
def test_a_file_that_is_no_list_or_no_yaml_is_a_problem(tmp_path: Path, text: str, fix: str) -> None:
    (problem,) = problems(tmp_path, frames.TOIL, text)
    assert "list.yaml" in problem.file
    assert fix in problem.fix


def test_a_missing_file_is_a_problem_of_the_parameter_file(tmp_path: Path) -> None:
    with pytest.raises(ParametersError) as caught:
        files.read({"type": "file", "path": "absent.yaml"}, context(tmp_path, frames.TOIL))
    (problem,) = caught.value.problems
    assert problem.file == str(tmp_path / "shop.yaml")
    assert problem.key == "sources.toil[0].path"
    assert "absent.yaml" in problem.value
    assert "create" in problem.fix


@pytest.mark.parametrize("config", [{}, {"path": ""}, {"path": "list.yaml", "format": "csv"}])
def test_wrong_keys_of_the_source_are_problems_of_the_parameter_file(tmp_path: Path, config: dict[str, str]) -> None:
    with pytest.raises(ParametersError, match=r"shop\.yaml: sources\.toil\[0\]\.(path|format)"):
        files.read({"type": "file", **config}, context(tmp_path, frames.TOIL))


def test_alert_runs_cannot_be_written_by_hand(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="alert_runs cannot be written by hand"):
        read(tmp_path, frames.ALERT_RUNS, "[]")


def minutes(tmp_path: Path, **texts: str) -> pd.DataFrame:
    folder = tmp_path / "shop" / "action_items"
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "README.md").write_text("not an item")
    return from_minutes.read({"type": "minutes"}, context(tmp_path, frames.ACTION_ITEMS, minutes=tmp_path))


def test_each_file_of_the_minutes_is_one_action_item(tmp_path: Path) -> None:
    made = minutes(tmp_path, b="id: AI-2\ntext: two\ndue: 2026-11-20\n", a="id: AI-1\ntext: one\nstatus: closed\n")
    assert list(frames.ACTION_ITEMS.check(made)["id"]) == ["AI-1", "AI-2"]
    assert list(made["status"]) == ["closed", "open"]
    assert set(made["source"]) == {"minutes"}


def test_before_the_first_meeting_there_are_no_action_items_and_the_source_says_so(tmp_path: Path) -> None:
    given = context(tmp_path, frames.ACTION_ITEMS, minutes=tmp_path)
    assert frames.ACTION_ITEMS.check(from_minutes.read({"type": "minutes"}, given)).empty
    assert given.notes == ["no minutes yet"]


def test_a_damaged_file_of_the_minutes_is_told_and_the_others_load(tmp_path: Path) -> None:
    given = context(tmp_path, frames.ACTION_ITEMS, minutes=tmp_path)
    texts = {"a": "id: AI-1\ntext: one\n", "b": "text: two\nid: AI-1\n", "c": "text: [", "d": "text: x\n", "e": ""}
    folder = tmp_path / "shop" / "action_items"
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    made = from_minutes.read({"type": "minutes"}, given)
    assert made[["id", "text"]].to_numpy().tolist() == [["AI-1", "one"]]
    told = sorted(gap.removeprefix(f"{folder}/") for gap in given.gaps)
    assert told[0].startswith("b.yaml:2: id is AI-1: rename one: ") and told[0].endswith("a.yaml:1 has the same id")
    assert [text.partition(" ")[0] for text in told[1:]] == ["c.yaml:1:8:", "d.yaml:1:", "e.yaml:"]


def test_minutes_hold_action_items_alone(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"sources\.action_items"):
        from_minutes.read({"type": "minutes"}, context(tmp_path, frames.TOIL, minutes=tmp_path))
