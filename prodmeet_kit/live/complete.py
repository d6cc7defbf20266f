"""What a decision or a new action item still needs before it counts."""

from __future__ import annotations

from collections.abc import Mapping

from prodmeet_kit.core.window import parse_day
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.minutes.entries import DECISIONS

__all__ = ["lacks", "lacks_of_item"]


def lacks(fields: Mapping[str, str], day: str) -> list[str]:
    """What a decision of the meeting of this day still needs, in words; empty when it is complete."""
    if fields.get("decision") not in DECISIONS:
        return [t("the decision")]
    wrong = _wrong_day(fields["due"], day)
    if fields["decision"] != "act":
        return wrong
    needed = (("owner", t("the owner")), ("due", t("the due date")))
    return [*(word for name, word in needed if not fields.get(name)), *wrong]


def lacks_of_item(fields: Mapping[str, str]) -> list[str]:
    """What a new action item still needs, in words; empty when all is filled in."""
    words = {"text": t("what to do"), "owner": t("the owner"), "due": t("the due date")}
    missing = [word for name, word in words.items() if not fields[name]]
    if fields["query"] and not fields["expect"]:
        missing.append(t("the expected value"))
    if fields["expect"] and not fields["query"]:
        missing.append(t("the query"))
    return missing


def _wrong_day(due: str, meeting: str) -> list[str]:
    if not due:
        return []
    try:
        parse_day(due)
    except ValueError:  # a browser's field takes years of six digits
        return [t("a due date that exists")]
    return [t("a due date after the meeting")] if due < meeting else []
