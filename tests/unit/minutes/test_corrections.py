"""A decision corrected afterwards keeps its history, in the minutes and in what follows from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit.agenda.overview.decided import corrected, sentence
from prodmeet_kit.core.window import Window
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.minutes.attendance import say_present
from prodmeet_kit.parameters import Product
from prodmeet_kit.schemas.frames import MEETING_DECISIONS, rows
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.minutes.decisions import read_decisions

DAY, SUBJECT = "2026-11-23", "slo:web/latency"
PRODUCT = Product.model_validate({"product": "shop", "timezone": "Asia/Tokyo", "services": [{"name": "web"}]})
WINDOW = Window.ending(datetime(2026, 12, 7, tzinfo=UTC), cadence=timedelta(days=14), timezone="Asia/Tokyo")


def read(folder: Path) -> list[dict[str, Any]]:
    broken = Broken("metrics", "none")
    context = Context(PRODUCT, WINDOW, MEETING_DECISIONS, "sources.decisions[0]", folder, folder, broken)
    found = rows(read_decisions(context))
    assert context.gaps == []
    return found


def say(minutes: Minutes, at: str, after: Path | None = None, kind: str = "decisions", **fields: str) -> Path:
    """An entry at this time in Tokyo, built on another."""
    content = {"subject": SUBJECT, "meeting": DAY, **fields, "after": after.name if after else None}
    return minutes.save(kind, SUBJECT, content, datetime.fromisoformat(f"{at}+09:00"))


def test_what_was_corrected_on_a_later_day_is_told_and_counts(tmp_path: Path) -> None:
    minutes = Minutes(tmp_path, "shop")
    act: Any = {"decision": "act", "owner": "web team", "due": "2026-12-04"}
    first = say(minutes, "2026-11-23T10:00", **act | {"due": "2026-12-01"})
    second = say(minutes, "2026-11-23T10:05", first, **act)  # within the meeting: no correction
    third = say(minutes, "2026-11-25T09:00", second, **act | {"decision": "drop"}, by="Ann")
    say(minutes, "2026-11-26T09:00", third, **act | {"decision": "drop", "owner": "shop"})
    (row,) = read(tmp_path)
    assert (row["decision"], row["owner"]) == ("drop", "shop")
    assert [(each["day"], each["by"]) for each in row["corrections"]] == [("2026-11-25", "Ann"), ("2026-11-26", "")]
    assert corrected(row) == [
        "Corrected 2026-11-25 by Ann: act → drop.",
        "Corrected 2026-11-26: owner web team → shop.",
    ]
    assert sentence(row, "web/latency").endswith("owner web team → shop.")


@pytest.mark.parametrize(
    "later",
    [
        {"decision": "act", "owner": "", "due": "2026-12-04"},  # begun, and it does not count
        {"decision": "act", "owner": "web team", "due": "2026-12-04"},  # the same again
    ],
)
def test_what_changes_nothing_is_no_correction(tmp_path: Path, later: Any) -> None:
    minutes = Minutes(tmp_path, "shop")
    act: Any = {"decision": "act", "owner": "web team", "due": "2026-12-04"}
    first = say(minutes, "2026-11-23T10:00", **act)
    second = say(minutes, "2026-11-25T09:00", first, **later)
    say(minutes, "2026-11-26T09:00", second, **act)
    (row,) = read(tmp_path)
    assert row["corrections"] is None


def test_the_first_word_on_a_later_day_is_no_correction(tmp_path: Path) -> None:
    minutes = Minutes(tmp_path, "shop")
    draft = say(minutes, "2026-11-23T10:00", kind="drafts", owner="web team")
    say(minutes, "2026-11-25T09:00", draft, decision="watch", owner="web team")
    (row,) = read(tmp_path)
    assert (row["decision"], row["corrections"]) == ("watch", None)


def test_the_owner_who_was_not_there_is_marked_in_the_decision(tmp_path: Path) -> None:
    minutes = Minutes(tmp_path, "shop")
    say(minutes, "2026-11-23T10:00", decision="act", owner="web team", due="2026-12-04")
    say_present(minutes, DAY, "Ann")
    (row,) = read(tmp_path)
    assert sentence(row, "web/latency") == "web/latency: act, owner web team (unconfirmed), due 2026-12-04."
