"""Incidents from GitHub issues: the real client against a local server that answers as GitHub does."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.core.errors import (
    NotAllowed,
    ParametersError,
    QueryRejected,
    SourceError,
    TimedOut,
    UnexpectedAnswer,
    Unreachable,
)
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas import frames
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.github.fields import written
from prodmeet_kit.sources.github.issues import read
from prodmeet_kit.sources.http import adapter, limits
from prodmeet_kit.sources.registry import find
from tests.support.answering import shop
from tests.support.github_server import GitHub, issue, running

SECRET = "u+githubTestKey20"
WINDOW = Window.ending(datetime(2026, 11, 23, tzinfo=UTC), cadence=timedelta(days=14), timezone="Asia/Tokyo")


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", SECRET)
    monkeypatch.setattr(adapter, "PAUSES_S", (0.0, 0.0))


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waits: list[float] = []

    def pause(seconds: float) -> bool:
        waits.append(seconds)
        return True

    monkeypatch.setattr(limits, "pause", pause)
    return waits


def context() -> Context:
    return Context(
        shop(timezone="Asia/Tokyo"), WINDOW, frames.INCIDENTS, "sources.incidents[0]", Path(), None, Broken("m", "none")
    )


def config(world: GitHub, **more: Any) -> dict[str, Any]:
    known = {"repo": "acme/checkout", "label": "incident", "token": "${GITHUB_TOKEN}", "url": world.url}
    return {"type": "github", **known, **more}


def incidents(world: GitHub, given: Context | None = None, **more: Any) -> pd.DataFrame:
    return frames.INCIDENTS.check(read(config(world, **more), given or context()))


def utc(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="UTC")


def labels(*names: str) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


def test_an_issue_is_an_incident_with_what_its_labels_and_its_text_say() -> None:
    body = (
        "---\nstart: 2026-11-10T12:00\ndetected: 2026-11-10T12:04\n---\n\n| mitigated | 2026-11-10T12:35+09:00 |\n"
        "- **End**: 2026-11-10T12:40\n- Detected by: page\n### Impact\n\none order in five failed\n"
        "* postmortem: [report](https://wiki.example/pm)\n"
    )
    told = issue(12, "2026-11-10T03:06:00Z", "2026-11-12T00:00:00Z", body)
    told["labels"] = labels("incident", "service:cart", "severity:SEV2")
    with running(issues=[told]) as world:
        made = incidents(world)
    row = made.loc[0]
    # 12:00 in Tokyo is 03:00 UTC.
    assert row["start"] == utc("2026-11-10T03:00")
    assert row["detected"] == utc("2026-11-10T03:04")
    assert row["mitigated"] == utc("2026-11-10T03:35")
    assert row["end"] == utc("2026-11-10T03:40")
    assert row.drop(["start", "detected", "mitigated", "end"]).to_dict() == {
        "id": "checkout#12",
        "title": "Trouble 12",
        "severity": "SEV2",
        "services": ["cart"],
        "detected_by": "page",
        "impact": "one order in five failed",
        "postmortem": "https://wiki.example/pm",
        "url": "https://github.example/acme/checkout/issues/12",
    }
    assert world.asked[0][2]["Authorization"] == f"token {SECRET}"
    assert {query["labels"] for _, query, _ in world.asked} == {"incident"}


def test_without_times_in_the_text_the_issue_itself_tells_them() -> None:
    with running(issues=[issue(1, "2026-11-10T03:06:00Z", "2026-11-12T00:00:00Z")]) as world:
        row = incidents(world).loc[0]
    assert (row["start"], row["end"]) == (utc("2026-11-10T03:06"), utc("2026-11-12T00:00"))
    assert row["detected"] is pd.NaT


def test_only_incidents_of_the_year_before_the_meeting_are_taken_and_no_pull_requests() -> None:
    issues = [
        issue(1, "2025-11-01T00:00:00Z", "2025-11-22T23:00:00Z"),  # over 365 days before the meeting
        issue(2, "2025-11-01T00:00:00Z", "2025-11-24T00:00:00Z"),
        issue(3, "2020-01-01T00:00:00Z"),  # open since
        issue(4, "2026-11-23T00:00:00Z"),  # belongs to the next meeting
        issue(5, "2026-11-10T00:00:00Z", pull_request={"url": "x"}),
        issue(6, "2026-11-20T00:00:00Z", "2026-11-24T00:00:00Z"),  # closed after the window
    ]
    with running(issues=issues) as world:
        made = incidents(world)
    assert made["id"].tolist() == ["checkout#2", "checkout#3", "checkout#6"]
    assert made["end"].isna().tolist() == [False, True, True]
    closed = [query for _, query, _ in world.asked if query["state"] == "closed"]
    assert closed[0]["since"] == "2025-11-23T00:00:00Z"


def test_three_pages_are_read_to_the_end() -> None:
    issues = [issue(number, "2026-11-10T00:00:00Z", "2026-11-11T00:00:00Z") for number in range(1, 8)]
    with running(issues=issues, per_page=3) as world:
        assert len(incidents(world)) == 7
    assert [query.get("page") for _, query, _ in world.asked] == [None, None, "2", "3"]


def test_a_label_without_issues_is_empty_and_not_a_failure() -> None:
    with running() as world:
        assert incidents(world).empty


@pytest.mark.parametrize(
    ("named", "services"),
    [
        (("service:cart",), ["cart"]),
        (("Service: cart", "service:cart"), ["cart"]),
        (("service:basket",), ["cart"]),
        (("area/basket",), ["cart"]),
        (("bug",), []),
        (("service:Cart",), ["cart"]),
        (("Service: cart ",), ["cart"]),
    ],
)
def test_labels_name_services_by_prefix_or_by_mapping(named: tuple[str, ...], services: list[str]) -> None:
    with running(issues=[issue(1, "2026-11-10T00:00:00Z", labels=labels("incident", *named))]) as world:
        made = incidents(world, service_names={"basket": "cart", "area/basket": "cart"})
    assert made["services"].tolist() == [services]


def test_an_issue_of_another_product_is_left_out_and_told() -> None:
    given = context()
    with running(issues=[issue(1, "2026-11-10T00:00:00Z", labels=labels("incident", "service:mail"))]) as world:
        assert incidents(world, given).empty
    assert given.gaps == ["#1 names no service of shop: mail; choose from cart"]


@pytest.mark.parametrize(
    ("label", "severity"),
    [("sev1", "SEV1"), ("severity:SEV2", "SEV2"), ("severity/3", "SEV3"), ("Severity: critical", "critical")],
)
def test_severity_is_read_from_a_label(label: str, severity: str) -> None:
    with running(issues=[issue(1, "2026-11-10T00:00:00Z", body="severity: 9", labels=["Incident", label])]) as world:
        assert incidents(world)["severity"].tolist() == [severity]


def test_what_cannot_be_read_in_a_text_is_left_out_and_is_a_gap() -> None:
    body = "start: soon\nmitigated: 2026-11-01\ndetected_by: the pager of Bob\nimpact: much"
    given = context()
    with running(issues=[issue(7, "2026-11-10T00:00:00Z", body=body)]) as world:
        row = incidents(world, given).loc[0]
    assert (row["start"], row["detected_by"], row["impact"]) == (utc("2026-11-10"), "", "much")
    assert row["mitigated"] is pd.NaT
    assert {gap.partition(" is ")[0] for gap in given.gaps} == {"#7: start", "#7: detected_by"} | {
        "#7: mitigated 2026-10-31 15:00 UTC"
    }


@pytest.mark.parametrize(
    ("body", "start", "end"),
    [
        ("Start: 2026-11-10 12:00 UTC\nResolved: 2026-11-10 14:00 UTC", "2026-11-10T12:00", "2026-11-10T14:00"),
        ("### Start\n\n2026-11-10T12:00+09:00\n\n### Duration\n\n2 hours", "2026-11-10T03:00", "2026-11-10T05:00"),
        ("| Start | 2026-11-10 21:00 |\n| End | 00:30 |", "2026-11-10T12:00", "2026-11-10T15:30"),
    ],
)
def test_times_of_an_outage_are_read_in_every_form(body: str, start: str, end: str) -> None:
    given = context()
    with running(issues=[issue(7, "2026-11-11T00:00:00Z", "2026-11-12T00:00:00Z", body)]) as world:
        row = incidents(world, given).loc[0]
    assert (row["start"], row["end"]) == (utc(start), utc(end))
    assert given.gaps == []


def test_the_text_names_the_service_where_no_label_does() -> None:
    body = "### Affected services\n\n- [x] Cart\n- [ ] mail"
    with running(issues=[issue(7, "2026-11-11T00:00:00Z", body=body)]) as world:
        assert incidents(world)["services"].tolist() == [["cart"]]


def test_an_odd_field_of_an_outage_long_over_is_a_note() -> None:
    given = context()
    with running(issues=[issue(7, "2026-03-10T00:00:00Z", "2026-03-11T00:00:00Z", "detected: soon")]) as world:
        incidents(world, given)
    assert (given.gaps, len(given.notes)) == ([], 1)


def test_closed_before_the_start_that_people_wrote_is_open() -> None:
    with running(issues=[issue(7, "2026-11-10T00:00:00Z", "2026-11-11T00:00:00Z", "start: 2026-11-12T00:00")]) as world:
        row = incidents(world).loc[0]
    assert (row["start"], row["end"]) == (utc("2026-11-11T15:00"), pd.NaT)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("", {}),
        ("We started: late\nThe end is near", {}),
        ("**start:** 2026-11-10", {"start": "2026-11-10"}),
        ("* `End`: `2026-11-10`", {"end": "2026-11-10"}),
        ("|Field|Value|\n|---|---|\n| Detected by | person |", {"detected_by": "person"}),
        ("### Start\n\n_No response_\n\n### End\n2026-11-10", {"end": "2026-11-10"}),
        ("end: tbd\nend: 2026-11-10\nend: 2026-11-11", {"end": "2026-11-10"}),
        ('impact: "<script>alert(1)</script> \U0001f600"', {"impact": "<script>alert(1)</script> \U0001f600"}),
        ("postmortem: <https://wiki.example/pm>\r\n", {"postmortem": "https://wiki.example/pm"}),
    ],
)
def test_fields_are_found_however_people_write_them(body: str, fields: dict[str, str]) -> None:
    assert written(body) == fields


LIMIT = {"message": "API rate limit exceeded for user."}


def test_a_limit_is_waited_for_as_long_as_github_says(slept: list[float]) -> None:
    replies = [(429, {"Retry-After": "7"}, LIMIT), (403, {"Retry-After": "8"}, {"message": "secondary rate limit"})]
    with running(replies=replies, issues=[issue(1, "2026-11-10T00:00:00Z")]) as world:
        assert len(incidents(world)) == 1
    assert slept == [7.0, 8.0]


def test_a_spent_quota_is_waited_for_until_its_reset(slept: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1000.0)
    spent = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1010"}
    with running(replies=[(403, spent, LIMIT)]) as world:
        incidents(world)
    assert slept == [11.0]


@pytest.mark.parametrize("headers", [{"Retry-After": "7"}, {}, {"Retry-After": "3600"}])
def test_a_limit_that_does_not_end_is_given_up_within_the_timeout(headers: dict[str, str], slept: list[float]) -> None:
    with running(replies=[(429, headers, LIMIT)] * 20) as world, pytest.raises(SourceError, match="try again in"):
        incidents(world)
    assert sum(slept) <= 30


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        ((401, {}, {"message": "Bad credentials"}), NotAllowed, r"refused the token in \$\{GITHUB_TOKEN\} \(401\)"),
        ((403, {}, {"message": "Resource not accessible"}), NotAllowed, r"\(403\): give it read access"),
        ((404, {}, {"message": "Not Found"}), SourceError, r"no issues of acme/checkout \(404\): fix repo"),
        ((410, {}, {"message": "Issues are disabled"}), SourceError, r"\(410\)"),
        ((500, {}, {"message": "oops"}), SourceError, r"GitHub failed \(500\): try again later"),
        ((502, {}, "<html>bad gateway</html>"), SourceError, r"\(502\)"),
        ((422, {}, {"message": "Validation Failed"}), QueryRejected, r"\(422\): Validation Failed"),
        ((200, {}, "<html>log in</html>"), UnexpectedAnswer, "is url its REST API"),
        ((200, {}, "[{"), UnexpectedAnswer, "is url its REST API"),
        ((200, {}, {"items": []}), UnexpectedAnswer, "is url its REST API"),
        ((200, {"Link": '<http://elsewhere.example/x>; rel="next"'}, []), UnexpectedAnswer, "list at http://elsewhere"),
    ],
)
def test_a_failure_says_what_to_do_and_never_the_token(
    reply: tuple[int, dict[str, str], Any], kind: type[SourceError], words: str
) -> None:
    tries = 3 if reply[0] >= 500 else 1
    with running(replies=[reply] * tries) as world, pytest.raises(kind, match=words) as caught:
        incidents(world)
    assert len(world.asked) == tries
    assert SECRET not in str(caught.value)


def test_a_slow_server_is_given_up_after_the_timeout() -> None:
    with (
        running(slow_s=1.5) as world,
        pytest.raises(TimedOut, match=r"no answer from GitHub at \S+ within 1 s: raise timeout"),
    ):
        incidents(world, timeout="1s")


def test_no_server_is_not_reachable() -> None:
    with running() as world:
        pass
    with pytest.raises(Unreachable, match="cannot connect to GitHub"):
        incidents(world)


def test_an_endless_listing_is_given_up() -> None:
    issues = [issue(number, "2026-11-10T00:00:00Z") for number in range(60)]
    with running(issues=issues, per_page=1) as world, pytest.raises(SourceError, match="narrower label"):
        incidents(world)
    assert len(world.asked) == 50


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"repo": "checkout"}, "repo"),
        ({"label": ""}, "label"),
        ({"service_names": {"x": "mail"}}, "service_names.x"),
        ({"url": "github.com"}, "url"),
        ({"lable": "x"}, "lable"),
    ],
)
def test_a_wrong_key_is_told_with_its_place(wrong: dict[str, Any], key: str) -> None:
    with pytest.raises(ParametersError) as caught:
        incidents(GitHub(url="http://127.0.0.1:9"), **wrong)
    assert [problem.key for problem in caught.value.problems] == [f"sources.incidents[0].{key}"]


def test_an_empty_variable_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "")
    with pytest.raises(SourceError, match="GITHUB_TOKEN is empty"):
        incidents(GitHub(url="http://127.0.0.1:9"))


def test_the_kind_is_known_by_its_name() -> None:
    assert find("github") is read
