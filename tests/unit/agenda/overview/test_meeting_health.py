"""Health of the meeting from the real files: minutes and earlier reports, frozen, opened again, and shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from math import isnan
from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit.core.window import Window
from prodmeet_kit.documents.minutes_md import write
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.evidence import Note, Table
from prodmeet_kit.facts import Facts
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.parameters import Product
from prodmeet_kit.review import Review
from prodmeet_kit.schemas.frames import rows
from prodmeet_kit.snapshot import freeze, reopen
from tests.support.answering import answering, shop
from tests.support.gathered import everything

END = datetime(2026, 11, 23, 1, tzinfo=UTC)  # 10:00 in Tokyo
FORTNIGHT = timedelta(days=14)
WINDOW = Window.ending(END, cadence=FORTNIGHT, timezone="Asia/Tokyo")
NINE = [f"s{number}" for number in range(1, 10)]


def opened(folder: Path, product: Product | None = None) -> Review:
    """The review of what the files say, gathered, frozen and opened again."""
    product = product or shop(timezone="Asia/Tokyo")
    facts = gather(product, WINDOW, folder=folder, minutes=folder / "minutes", previous=folder / "reports")
    return Review(reopen(freeze(facts, folder / "frozen")))


def took(folder: Path, meeting: str, item: str, planned: object, taken: object, **more: Any) -> Path:
    content = {"subject": item, "meeting": meeting, "planned": planned, "minutes": taken}
    return Minutes(folder / "minutes", "shop").save("durations", item, content, **more)


def said(folder: Path, meeting: str, subject: str, decision: str, item: str = "metrics", **more: Any) -> Path:
    content = {"subject": subject, "item": item, "meeting": meeting, "decision": decision, **more}
    return Minutes(folder / "minutes", "shop").save("decisions", subject, content)


def report(folder: Path, day: str, states: dict[str, str] | None) -> Path:
    """An earlier report of that day: its snapshot, and the states of its items where its kit told them."""
    end = datetime.fromisoformat(f"{day}T01:00:00+00:00")
    place = folder / "reports" / "shop" / day
    window = Window.ending(end, cadence=FORTNIGHT, timezone="Asia/Tokyo")
    freeze(Facts(shop(timezone="Asia/Tokyo"), window, end), place / "snapshot")
    agenda = [
        {"item": item, **({"state": state} if states else {})} for item, state in (states or {"toil": ""}).items()
    ]
    (place / "review.json").write_text(json.dumps({"agenda": agenda}))
    return place / "review.json"


def table(review: Review) -> Table:
    found = review.overview.evidence
    return next(each for each in found if isinstance(each, Table) and each.title == "Health of the meeting")


def test_the_numbers_of_a_meeting_come_from_the_frozen_files(tmp_path: Path) -> None:
    took(tmp_path, "2026-11-09", "metrics", 10, 14.5)
    took(tmp_path, "2026-11-09", "outages", 5, 3, at=datetime(2026, 11, 9, 2, tzinfo=UTC))
    took(tmp_path, "2026-11-09", "outages", 5, 4, at=datetime(2026, 11, 9, 3, tzinfo=UTC))  # ended again: the newest
    took(tmp_path, "2026-12-07", "metrics", 10, 99)  # a meeting after this one
    said(tmp_path, "2026-11-09", "slo/a", "watch")
    said(tmp_path, "2026-11-09", "slo/b", "carry")
    said(tmp_path, "2026-11-23", "slo/b", "decide")
    review = opened(tmp_path)
    first, second = record(review)["meeting_health"]["meetings"]
    # planned 10 + 5; actual 14.5 + 4; one decided, one carried; at this one no clock was kept
    assert list(first.values()) == ["2026-11-09", 15.0, 18.5, 1.0, 1.0, 0.0]
    assert list(second.values()) == ["2026-11-23", None, None, 1.0, 0.0, 0.0]
    shown = table(review)
    assert shown.folded and shown.frame["meeting"].tolist() == ["2026-11-23", "2026-11-09"]
    assert review.overview.evidence[-1] is shown


def test_an_item_closed_long_ago_is_proof_as_long_as_its_query_is_met(tmp_path: Path) -> None:
    took(tmp_path, "2026-11-09", "metrics", 10, 10)
    item = {"id": "AI-1", "text": "x", "owner": "ada", "born": "2026-11-09", "due": "2026-11-20", "status": "closed"}
    folder = tmp_path / "minutes" / "shop" / "action_items"
    folder.mkdir()
    (folder / "a.yaml").write_text(json.dumps({**item, "verify": {"query": "vector(0)", "expect": "<= 1"}}))
    product = shop(timezone="Asia/Tokyo", sources={"action_items": [{"type": "minutes"}]})
    facts = gather(product, WINDOW, folder=tmp_path, minutes=tmp_path / "minutes")
    assert Review(facts).analyses.meeting.health["closed_with_proof"].tolist() == [0.0]  # nobody answered its query
    answer = facts.answers["verify/AI-1"]
    frame = answer.frame if answer.frame is not None else _value(1.0)
    facts.answers["verify/AI-1"] = type(answer)(answer.question, frame)  # type: ignore[index]
    analyses = Review(facts).analyses
    assert analyses.meeting.health["closed_with_proof"].tolist() == [1.0]
    assert len(analyses.meeting.action_items) == 0  # proved and closed: not on the agenda any more


def _value(value: float) -> Any:
    import pandas as pd

    return pd.DataFrame({"{}": [value]}, index=pd.DatetimeIndex([END], name="time"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("subject: metrics\nmeeting: 2026-11-09\nminutes: ten\n", 'durations/bad.yaml:3: minutes is "ten"'),
        ("subject: metrics\nmeeting: 2026-11-09\nminutes: -1\n", "durations/bad.yaml:3: minutes is -1"),
        ("subject: metrics\nmeeting: 9 Nov\nminutes: 1\n", 'durations/bad.yaml:2: meeting is "9 Nov"'),
        ("subject: [\n", "durations/bad.yaml:2:1"),
        ("- 1\n", "durations/bad.yaml"),
    ],
)
def test_a_damaged_file_costs_itself_and_is_named_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    took(tmp_path, "2026-11-09", "metrics", 10, 14)
    (tmp_path / "minutes" / "shop" / "durations" / "bad.yaml").write_text(text)
    review = opened(tmp_path)
    (failure,) = (each for each in review.failures if each.source == "durations")
    assert told in failure.message
    assert failure in review.overview.failures
    assert record(review)["meeting_health"]["meetings"][0]["actual"] == 14.0


def test_a_decision_that_cannot_be_used_is_named_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "minutes" / "shop" / "decisions"
    folder.mkdir(parents=True)
    (folder / "bad.yaml").write_text("subject: slo/a\nmeeting: 2026-11-09\ndecision: perhaps\n")
    (failure,) = (each for each in opened(tmp_path).overview.failures if each.source == "decisions")
    assert "decisions/bad.yaml:3: decision is" in failure.message


def test_without_minutes_there_is_nothing_to_show(tmp_path: Path) -> None:
    review = opened(tmp_path)
    assert record(review)["meeting_health"] == {"meetings": [], "durations": [], "split": None, "fold": []}
    assert "Health of the meeting" not in write(review)


# Splitting


def test_two_overruns_of_many_services_name_the_halves_with_lines_and_minutes(tmp_path: Path) -> None:
    rate = "sum(rate(requests[{{.window}}]))"
    slo = {"objective": 99.9, "sli": {"events": {"error_query": rate, "total_query": rate}}}
    # s9 has three SLOs, the others one; all requests fail, so each SLO is missed
    names = {name: ("a", "b", "c") if name == "s9" else ("a",) for name in NINE}
    services = [{"name": name, "slos": [{"name": each, **slo} for each in slos]} for name, slos in names.items()]
    took(tmp_path, "2026-10-26", "metrics", 30, 31)
    took(tmp_path, "2026-11-09", "metrics", 30, 30.5)
    with answering(everything) as server:
        sources = {"metrics": {"url": server.url}}
        review = opened(
            tmp_path,
            Product.model_validate(
                {"product": "shop", "timezone": "Asia/Tokyo", "sources": sources, "services": services}
            ),
        )
    halves = review.split
    assert halves is not None
    # Each line takes 3 minutes. s9 (9) first; s1, s2, s3 second, now 9 each; s4 first, which has fewer services;
    # s5 second (12 each), s6 first, s7 second (15 each), s8 first.
    assert (halves.first, halves.second) == (("s4", "s6", "s8", "s9"), ("s1", "s2", "s3", "s5", "s7"))
    assert (halves.lines, halves.minutes) == ((6.0, 5.0), (18.0, 15.0))
    (note,) = [each for each in review.overview.evidence if isinstance(each, Note) and "overran" in each.text]
    assert note.text == (
        "The meetings of 2026-10-26 and 2026-11-09 overran: split them."
        " First: s4, s6, s8, s9 (6 findings, 18 min). Second: s1, s2, s3, s5, s7 (5 findings, 15 min)."
    )
    assert record(review)["meeting_health"]["split"]["first"] == ["s4", "s6", "s8", "s9"]


# Folding

DAYS = ("2026-09-28", "2026-10-12", "2026-10-26", "2026-11-09")
CALM = {"toil": "fine", "outages": "none", "consultations": "none", "metrics": "fine"}


def test_what_was_never_red_and_never_decided_about_is_proposed_for_folding(tmp_path: Path) -> None:
    for day in DAYS:
        report(tmp_path, day, {**CALM, "outages": "attention" if day == DAYS[1] else "none"})
    said(tmp_path, DAYS[2], "Q-1", "decide", item="consultations")
    review = opened(tmp_path)
    assert review.facts.previous is not None
    assert list(review.facts.previous.states) == list(DAYS)
    # outages was red once, consultations decided about, metrics cannot be checked now; items without a state never red
    assert "toil" in review.folding
    assert not {"outages", "consultations", "metrics"} & set(review.folding)
    assert record(review)["meeting_health"]["fold"] == list(review.folding)
    assert any(isinstance(each, Note) and "fold" in each.text for each in review.overview.evidence)


def test_what_could_not_be_checked_may_have_been_red(tmp_path: Path) -> None:
    for day in DAYS:
        report(tmp_path, day, {**CALM, "toil": "could_not_check" if day == DAYS[0] else "fine"})
    assert "toil" not in opened(tmp_path).folding


@pytest.mark.parametrize("text", ["{", "[]", '{"agenda": 3}', '{"agenda": [3]}', "\udcff"])
def test_a_damaged_report_costs_its_own_meeting_and_is_told(tmp_path: Path, text: str) -> None:
    files = [report(tmp_path, day, CALM) for day in ("2026-09-14", *DAYS)]
    files[2].write_bytes(text.encode("utf-8", "surrogateescape"))
    review = opened(tmp_path)
    assert review.facts.previous is not None
    assert list(review.facts.previous.states) == ["2026-09-14", "2026-09-28", "2026-10-26", "2026-11-09"]
    (state,) = (each for each in review.facts.sources if each.state == "failed")
    assert str(files[2]) in state.detail and "is damaged" in state.detail
    assert "toil" in review.folding  # four meetings are known all the same


def test_reports_of_an_earlier_kit_tell_no_states_and_propose_nothing(tmp_path: Path) -> None:
    for number, day in enumerate(DAYS):
        report(tmp_path, day, CALM if number else None)
    review = opened(tmp_path)
    assert review.facts.previous is not None
    assert list(review.facts.previous.states) == list(DAYS[1:])
    assert review.folding == ()


def test_several_tries_of_a_meeting_are_one_meeting(tmp_path: Path) -> None:
    # 8 and 9 November are a day apart, half a window is seven days; 18 November looks ahead to this meeting
    for day in ("2026-10-26", "2026-11-08", "2026-11-09", "2026-11-18"):
        report(tmp_path, day, CALM)
    review = opened(tmp_path)
    assert review.facts.previous is not None
    assert list(review.facts.previous.states) == ["2026-10-26", "2026-11-09"]


def test_only_the_last_six_meetings_are_kept(tmp_path: Path) -> None:
    days = [(END - number * FORTNIGHT).date().isoformat() for number in range(1, 9)]
    for day in days:
        report(tmp_path, day, CALM)
    review = opened(tmp_path)
    assert review.facts.previous is not None
    assert list(review.facts.previous.states) == sorted(days)[2:]


def test_the_record_of_this_meeting_tells_the_state_that_the_next_one_reads(tmp_path: Path) -> None:
    review = opened(tmp_path)
    assert {line["item"]: line["state"] for line in record(review)["agenda"]} == {
        item.key: item.state for item in review.items
    }


def test_nothing_is_made_up_where_no_clock_was_kept(tmp_path: Path) -> None:
    said(tmp_path, "2026-11-23", "slo/a", "decide")
    (row,) = rows(opened(tmp_path).analyses.meeting.health)
    assert isnan(row["planned"]) and isnan(row["actual"]) and row["decisions"] == 1.0
