"""What entries about one thing come to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prodmeet_kit.minutes.merging import merged
from prodmeet_kit.minutes.store import Saved

FIELDS = ("decision", "owner", "due")


def saved(name: str, minute: int, **content: Any) -> Saved:
    at = datetime(2026, 11, 24, 10, 0, tzinfo=UTC) + timedelta(minutes=minute)
    return Saved(Path(f"{name}.yaml"), {"subject": "page/A/web", **content}, at)


def fields(*entries: Saved) -> dict[str, str]:
    return dict(merged(entries, ("subject",), FIELDS)["page/A/web",].fields)


def test_two_who_fill_in_two_fields_at_once_keep_both() -> None:
    first = saved("a", 0, decision="act")
    one = saved("b", 1, decision="act", owner="ann", after="a.yaml")
    other = saved("c", 2, decision="act", due="2026-12-01", after="a.yaml")
    assert fields(other, first, one) == {"decision": "act", "owner": "ann", "due": "2026-12-01"}


def test_the_first_two_entries_about_a_thing_keep_both_as_well() -> None:
    assert fields(saved("a", 0, owner="ann"), saved("b", 1, due="2026-12-01")) == {
        "decision": "", "owner": "ann", "due": "2026-12-01",
    }  # fmt: skip


def test_what_is_emptied_is_empty_and_what_is_written_again_counts() -> None:
    entries = [saved("a", 0, decision="drop", owner="ann"), saved("b", 1, decision="", owner="ann", after="a.yaml")]
    assert fields(*entries) == {"decision": "", "owner": "ann", "due": ""}
    entries.append(saved("c", 2, decision="watch", owner="ann", after="b.yaml"))
    assert fields(*entries)["decision"] == "watch"


def test_of_two_who_change_the_same_field_the_later_counts() -> None:
    first = saved("a", 0, owner="ann")
    assert fields(first, saved("b", 2, owner="bob", after="a.yaml"), saved("c", 1, owner="eve", after="a.yaml")) == {
        "decision": "", "owner": "bob", "due": "",
    }  # fmt: skip


def test_who_read_an_entry_wrote_after_it_whatever_the_clocks_say() -> None:
    fast = saved("a", 5, decision="act")
    corrected = saved("b", 4, decision="drop", after="a.yaml")
    assert fields(fast, corrected)["decision"] == "drop"
    assert fields(saved("a", 0, after="b.yaml", owner="x"), saved("b", 1, after="a.yaml", owner="y"))["owner"] in "xy"


def test_the_newest_file_edited_by_hand_counts_as_it_is() -> None:
    entries = [saved("a", 0, decision="act", owner="ann"), saved("b", 1, decision="watch", owner="ann", after="a.yaml")]
    assert fields(*entries)["decision"] == "watch"


def test_a_file_that_is_gone_undoes_nothing_of_the_others() -> None:
    assert fields(saved("a", 0, owner="ann"), saved("b", 1, decision="drop", after="gone.yaml")) == {
        "decision": "drop", "owner": "ann", "due": "",
    }  # fmt: skip


def test_entries_without_the_key_are_left_out() -> None:
    assert merged([Saved(Path("a.yaml"), {"owner": "ann"}, None)], ("subject",), FIELDS) == {}
