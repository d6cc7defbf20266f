"""One row for each alert, whatever its pages came to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from prodmeet_kit.analysis.paging.groups import groups
from prodmeet_kit.analysis.paging.said import with_history, with_verdicts
from prodmeet_kit.schemas.frames import PAGE_GROUPS, PAGES, VERDICTS
from tests.support.reviews import END, WINDOW

REASONS = {"right": "caught", "late": "caught_late", "duplicate": "same_event", "noise": "slis_fine"}


def pages(*verdicts: str) -> Any:
    return PAGES.frame(
        {
            "id": f"{number}",
            "alert": "A",
            "service": "cart",
            "start": END - timedelta(hours=number + 1),
            "suggested_verdict": verdict.rstrip("!"),
            "reason": "slow_burn" if verdict == "could_wait!" else REASONS.get(verdict, "with_burn"),
            "shown_verdict": verdict.rstrip("!"),
            "caught": [],
        }
        for number, verdict in enumerate(verdicts)
    )


@pytest.mark.parametrize(
    ("of", "verdict"),
    [
        (["right"], "right"),
        (["right", "noise"], "right"),  # half of them told of an outage
        (["right", "noise", "noise"], "noise"),
        (["right", "late", "late"], "late"),
        (["late", "right", "duplicate"], "right"),
        (["duplicate", "duplicate"], "duplicate"),
        (["could_wait", "noise", "noise", "noise"], "noise"),  # soon after a burn began, by chance
        (["could_wait!", "noise", "noise", "noise"], "could_wait"),  # its rule reads the SLO that burned
        (["unclear", "noise"], "noise"),
        (["unclear", "unclear", "noise"], "unclear"),
    ],
)
def test_an_alert_is_one_row_with_one_verdict(of: list[str], verdict: str) -> None:
    found = PAGE_GROUPS.check(groups(pages(*of)))
    plain = [each.rstrip("!") for each in of]
    assert found["suggested_verdict"].tolist() == [verdict] and found["count"].tolist() == [len(of)]
    assert found["verdicts"].tolist() == [{each: plain.count(each) for each in plain}]
    assert found["of_verdict"].tolist() == [plain.count(verdict)]


def test_what_people_say_is_the_verdict_of_every_page_and_of_the_row_alike() -> None:
    judged = pages("right", "noise", "noise")
    assert with_verdicts(judged, VERDICTS.frame(), WINDOW)["shown_verdict"].tolist() == ["right", "noise", "noise"]
    for days, service in ((0, "cart"), (14, "cart"), (14, "")):
        said = VERDICTS.frame(
            [{"alert": "A", "service": service, "meeting": END - timedelta(days=days), "verdict": "could_wait"}]
        )
        shown = with_verdicts(judged, said, WINDOW)
        row = with_history(groups(shown), said, WINDOW).iloc[0]
        assert shown["shown_verdict"].tolist() == ["could_wait"] * 3
        assert (row["shown_verdict"], row["of_verdict"], row["verdicts"]) == ("could_wait", 3, {"could_wait": 3})
        assert row["suggested_verdict"] == "noise" and row["disagrees"]
