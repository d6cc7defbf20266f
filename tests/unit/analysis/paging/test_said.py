"""What people said of pages: the default next time, set against the data, and a habit at the third time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit import kinds
from prodmeet_kit.analysis.paging import said as verdicts
from prodmeet_kit.core.promql import check
from prodmeet_kit.evidence import Table
from prodmeet_kit.parameters import RecordSource
from prodmeet_kit.render.states import word
from prodmeet_kit.schemas.frames import PAGE_GROUPS, PAGES, VERDICTS
from prodmeet_kit.sources.records import Reader
from tests.support.reviews import END, WINDOW, product, review

EARLIER = [END - timedelta(days=14 * n) for n in (1, 2, 3)]


def groups(verdict: str = "noise", alert: str = "HighCPU") -> pd.DataFrame:
    return PAGE_GROUPS.frame(
        [{"alert": alert, "service": "cart", "suggested_verdict": verdict, "reason": "slis_fine", "count": 4}]
    )


def said(*told: tuple[datetime, str], service: str = "cart", alert: str = "HighCPU") -> pd.DataFrame:
    rows = [
        {"alert": alert, "service": service, "meeting": meeting, "verdict": verdict, "note": f"note {verdict}"}
        for meeting, verdict in told
    ]
    return VERDICTS.frame(rows)


def row(frame: pd.DataFrame) -> dict[str, Any]:
    assert len(frame) == 1
    return dict(frame.iloc[0])


def test_the_last_word_of_people_is_the_default_and_a_difference_is_told() -> None:
    found = verdicts.with_history(groups(), said((EARLIER[1], "noise"), (EARLIER[0], "right")), WINDOW)
    PAGE_GROUPS.check(found)
    only = row(found)
    assert (only["human_verdict"], only["shown_verdict"], only["human_note"]) == ("right", "right", "note right")
    assert only["human_meeting"] == pd.Timestamp(EARLIER[0])
    assert (only["right_way"], only["should_page"], only["disagrees"]) == ("yes", "yes", True)
    assert len(verdicts.disagreements(found)) == 1


def test_without_a_word_of_people_the_data_decide_and_nothing_disagrees() -> None:
    only = row(verdicts.with_history(groups("could_wait"), VERDICTS.frame(), WINDOW))
    assert (only["human_verdict"], only["shown_verdict"], only["disagrees"]) == ("", "could_wait", False)
    assert (only["right_way"], only["should_page"]) == ("too_urgent", "no")


def test_a_verdict_without_a_service_holds_for_all_and_one_with_a_service_goes_before_it() -> None:
    everywhere = said((EARLIER[0], "noise"), service="")
    assert row(verdicts.with_history(groups(), everywhere, WINDOW))["human_verdict"] == "noise"
    both = pd.concat([everywhere, said((EARLIER[1], "late"))], ignore_index=True)
    assert row(verdicts.with_history(groups(), both, WINDOW))["human_verdict"] == "late"


@pytest.mark.parametrize(
    ("told", "suggested", "times"),
    [
        ([(EARLIER[1], "noise"), (EARLIER[0], "noise")], "noise", [3.0]),  # two by people and this one
        ([(EARLIER[0], "noise")], "noise", []),  # the second time
        ([(EARLIER[2], "noise"), (EARLIER[1], "right"), (EARLIER[0], "noise")], "noise", []),  # not in a row
        ([(EARLIER[1], "noise"), (EARLIER[0], "noise")], "right", []),  # people's two and the data say otherwise
        ([(each, "noise") for each in reversed(EARLIER)], "right", [3.0]),  # three by people
        (
            [(EARLIER[1], "noise"), (EARLIER[0], "noise"), (END, "noise")],
            "noise",
            [3.0],
        ),  # this one is not counted twice
        # this meeting as people write it, midnight in Tokyo; one meeting in two files; a meeting still to come
        ([(EARLIER[0], "noise"), (datetime(2026, 11, 22, 15, tzinfo=UTC), "noise")], "noise", []),
        ([(EARLIER[0], "noise"), (EARLIER[0] + timedelta(hours=1), "noise")], "noise", []),
        ([(EARLIER[0], "noise"), (END + timedelta(days=14), "noise")], "noise", []),
    ],
)
def test_the_third_noise_in_a_row_becomes_an_action_item(
    told: list[tuple[datetime, str]], suggested: str, times: list[float]
) -> None:
    found = verdicts.proposed_items(verdicts.with_history(groups(suggested), said(*told), WINDOW), WINDOW)
    assert found["times"].tolist() == times
    for query in found["verify_query"]:
        assert query == (
            'sum(count_over_time(ALERTS{alertname="HighCPU",alertstate="firing",service="cart"}[14d])) or vector(0)'
        )


def test_the_acceptance_query_of_a_hostile_name_is_still_promql() -> None:
    name = 'a"}) or up{x="\\ {{.window}}\n日本'
    told = said(*((each, "noise") for each in EARLIER), alert=name)
    (query,) = verdicts.proposed_items(verdicts.with_history(groups(alert=name), told, WINDOW), WINDOW)["verify_query"]
    check(query)


def test_only_what_is_said_at_this_meeting_is_the_verdict_of_its_pages() -> None:
    start = END - timedelta(days=1)
    pages = PAGES.frame(
        [{"id": "1", "alert": "HighCPU", "service": "cart", "start": start, "end": start, "caught": []}]
    )
    # The meeting's day in Tokyo, as people write it: midnight there is 15:00 UTC the day before.
    today = datetime(2026, 11, 22, 15, tzinfo=UTC)
    assert verdicts.with_verdicts(pages, said((today, "noise")), WINDOW)["verdict"].tolist() == ["noise"]
    assert verdicts.with_verdicts(pages, said((EARLIER[0], "noise")), WINDOW)["verdict"].tolist() == [""]


def test_every_verdict_has_a_word_and_an_answer_to_both_questions() -> None:
    assert len(verdicts.VERDICTS) <= 8
    assert set(verdicts.QUESTIONS) == set(verdicts.VERDICTS)
    assert [each for each in verdicts.VERDICTS if word(each).tone == "quiet"] == []


def read(folder: Path) -> tuple[pd.DataFrame | None, list[str]]:
    record = next(record for record in kinds.records() if record.spec is VERDICTS)
    reading = Reader(product(), WINDOW, folder, folder / "minutes", None).read(record)  # type: ignore[arg-type]
    assert not reading.problems
    return reading.frame, [str(failure) for failure in reading.failures]


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / "minutes" / "shop" / "verdicts" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_verdicts_are_read_from_one_small_file_each_and_the_later_word_is_last(tmp_path: Path) -> None:
    write(tmp_path, "b.yaml", "alert: X\nservice: cart\nmeeting: 2026-11-09\nverdict: noise\nat: '2026-11-09T02:00'\n")
    write(
        tmp_path, "a.yaml", "alert: X\nmeeting: 2026-11-09\nverdict: late\nnote: '#1'\nat: '2026-11-09T03:00'\nby: x\n"
    )
    frame, failures = read(tmp_path)
    assert frame is not None and failures == []
    assert frame[["service", "verdict", "note"]].to_numpy().tolist() == [["cart", "noise", ""], ["", "late", "#1"]]
    assert set(frame["meeting"]) == {pd.Timestamp("2026-11-08T15:00Z")}  # midnight in Tokyo


def test_a_damaged_verdict_is_told_with_its_line_and_costs_only_itself(tmp_path: Path) -> None:
    write(tmp_path, "good.yaml", "alert: X\nmeeting: 2026-11-09\nverdict: noise\n")
    wrong = write(tmp_path, "wrong.yaml", "alert: X\nmeeting: 2026-11-09\nverdict: nois\n")
    broken = write(tmp_path, "broken.yaml", "alert: X\nnote: [\n")
    frame, failures = read(tmp_path)
    assert frame is not None and len(frame) == 1
    assert len(failures) == 2
    assert f"{broken}:3" in failures[0]
    assert f"{wrong}:3" in failures[1] and "noise" in failures[1]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.yaml", "alert: X\nservice: crat\nmeeting: 2026-11-09\nverdict: noise\n", "a.yaml:2"),
        ("a.yaml", "alert: X\nmeeting: 2026-11-09\nverdict: noise\nnte: x\n", "nte"),
        ("a.yml", "alert: X\nmeeting: 2026-11-09\nverdict: noise\n", "name it a.yaml"),
    ],
)
def test_a_verdict_that_would_never_apply_is_told(tmp_path: Path, name: str, text: str, told: str) -> None:
    write(tmp_path, name, text)
    (failure,) = read(tmp_path)[1]
    assert told in failure


def test_without_minutes_nothing_is_asked_and_nothing_fails(tmp_path: Path) -> None:
    assert read(tmp_path) == (None, [])
    assert RecordSource(type="minutes").type == "minutes"


def test_the_item_shows_what_people_said_where_they_differ_and_what_is_proposed() -> None:
    run = {
        "alertname": "HighCPU", "labels": '{"service":"cart","severity":"page"}', "state": "firing", "page": True,
        "start": END - timedelta(days=2), "last": END - timedelta(days=2), "interval_s": 60.0, "source": "alerts",
    }  # fmt: skip
    told = [{"alert": "HighCPU", "service": "cart", "meeting": each, "verdict": "noise"} for each in EARLIER]
    values = {"slo/cart/availability/total": 100.0, "slo/cart/availability/bad": 0.0}
    item = review({"alert_runs": [run], "verdicts": told}, values).paging_events
    tables = {each.title: each for each in item.evidence if isinstance(each, Table)}
    assert tables["Proposed action items"].frame["text"].tolist() == [
        "Fix or delete HighCPU: noise at 4 meetings in a row"
    ]
    (people,) = tables["Pages by alert"].frame["people_text"]
    assert people == "noise at the meeting of Mon 9 Nov 2026, noise 3 times in a row"


def test_thousands_of_pages_stay_a_list_that_a_meeting_can_use() -> None:
    def run(number: int) -> dict[str, Any]:
        start = END - timedelta(days=10) + timedelta(minutes=4 * number)
        return {
            "alertname": f"Alert{number % 25:02}", "labels": '{"service":"cart"}', "state": "firing", "page": True,
            "start": start, "last": start, "interval_s": 60.0, "source": "alerts",
        }  # fmt: skip

    values = {"slo/cart/availability/total": 100.0, "slo/cart/availability/bad": 0.0}
    found = review({"alert_runs": [run(number) for number in range(2500)]}, values)
    item = found.paging_events
    tables = {each.title: each for each in item.evidence if isinstance(each, Table)}
    short, groups = tables["Pages that were not right"], tables["Pages by alert"]
    assert (len(short.frame), short.folded, len(short.columns)) == (6, False, 5)
    assert (len(groups.frame), groups.folded) == (25, True)
    every = tables["Every page"]
    assert (len(every.frame), every.folded) == (200, True)
    assert every.frame["start"].max() == found.analyses.paging.pages["start"].max()
    assert every.caption == "The newest 200 of 2500; review.json has every page"
    assert len([each for each in found.findings if each.section == "paging_events"]) == 25
    assert 0 < len(item.questions) <= 15  # 30 minutes, 2 for each: no more is asked than can be decided
